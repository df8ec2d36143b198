// How four channels of a cell are read: at once, of tensors with their channels last, in whole fours.
@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;

// Zero where there is nothing, read from an element that exists.
fn four_channels(channels: vec4<u32>, cell: u32, inside: bool) -> vec4<f32> {
    let found = element_quad(source[select(0u, (channels.x + cell) / 4u, inside)]);
    return select(vec4<f32>(0.0), found, inside);
}
