// Channels of a cell one by one: for every number of channels and every layout.
@group(0) @binding(4) var<storage, read_write> out: array<Stored>;

// So many of four; the places of the others are the last one's.
fn store_cell(at: vec4<u32>, count: u32, sums: vec4<f32>) {
    var total = sums;
    if (ACCUMULATE == 1u) {
        total += vec4<f32>(stored(at.x), stored(at.y), stored(at.z), stored(at.w));
    }
    store_at(at, count, four_activated(total, params.slope));
}
