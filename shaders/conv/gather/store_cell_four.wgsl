// Four channels of a cell at once: for channels last, in whole fours of them.
fn store_cell(at: vec4<u32>, count: u32, sums: vec4<f32>) {
    store_channels(at.x / 4u, sums);
}
