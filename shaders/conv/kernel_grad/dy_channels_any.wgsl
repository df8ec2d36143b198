// dy at four channels of an output one by one: for every number of channels and every layout.
@group(0) @binding(2) var<storage, read> dy: array<Element>;

fn dy_channels(at: vec4<u32>) -> vec4<f32> {
    return four_elements(dy[slot(at.x)], dy[slot(at.y)], dy[slot(at.z)], dy[slot(at.w)], at);
}
