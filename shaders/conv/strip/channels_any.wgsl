// How four channels of a cell are read: one by one, for every number of channels and every layout.
@group(0) @binding(1) var<storage, read> source: array<Element>;

// Zero where there is nothing, read from an element that exists.
fn four_channels(channels: vec4<u32>, cell: u32, inside: bool) -> vec4<f32> {
    let at = select(vec4<u32>(0u), channels + vec4<u32>(cell), inside);
    let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
    return select(vec4<f32>(0.0), found, inside);
}
