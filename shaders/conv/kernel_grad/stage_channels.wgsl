// What an invocation of tiled.wgsl stages of tensors with their channels last, in whole fours of them in a group: four channels of a
// cell are one load and one store. Lanes lie along the channels, which are contiguous in both tensors. Column n is channel
// n % channels under tap n / channels, so that a quad of columns is four neighbouring channels, all under the same tap.
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read> dy: array<ElementQuad>;

const ENTRY: u32 = 4u;

// The cell of a step that an invocation stages, and its first quad.
fn cell_of(local: u32) -> u32 {
    return local / QUAD_STEP;
}

fn quad_of(local: u32) -> u32 {
    return local % QUAD_STEP;
}

fn columns_of(quad: u32) -> vec4<u32> {
    return vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u);
}

fn numbers_of(column: vec4<u32>) -> Numbers {
    let channels = params.channels_in / params.groups;
    let tap = column / channels;
    return Numbers(column - tap * channels, tap);
}

// The four that the first of the elements belongs to.
fn four_of_dy(at: vec4<u32>) -> vec4<f32> {
    return element_quad(dy[at.x]);
}

fn four_of_x(at: vec4<u32>) -> vec4<f32> {
    return element_quad(x[at.x]);
}
