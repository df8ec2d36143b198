// What an invocation of tiled.wgsl stages of tensors in any layout: a cell of one channel at a time. Lanes lie along k, where both
// tensors are contiguous with their channels first, and write to different rows of workgroup memory: ROW_PAD keeps those in
// different banks. A column is tap n % taps of channel n / taps.
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> dy: array<Element>;

const ENTRY: u32 = 1u;

// The cell of a step that an invocation stages, and its first quad.
fn cell_of(local: u32) -> u32 {
    return local % TILE_K;
}

fn quad_of(local: u32) -> u32 {
    return local / TILE_K;
}

fn columns_of(quad: u32) -> vec4<u32> {
    return vec4<u32>(quad) + vec4<u32>(0u, B_QUADS, 2u * B_QUADS, 3u * B_QUADS);
}

fn numbers_of(column: vec4<u32>) -> Numbers {
    let taps = TAPS_D * TAPS_H * TAPS_W;
    let channel = column / taps;
    return Numbers(channel, column - channel * taps);
}

fn four_of_dy(at: vec4<u32>) -> vec4<f32> {
    return four_elements(dy[slot(at.x)], dy[slot(at.y)], dy[slot(at.z)], dy[slot(at.w)], at);
}

fn four_of_x(at: vec4<u32>) -> vec4<f32> {
    return four_elements(x[slot(at.x)], x[slot(at.y)], x[slot(at.z)], x[slot(at.w)], at);
}
