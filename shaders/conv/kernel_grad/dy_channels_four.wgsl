// dy at four channels of an output at once: for channels last, in whole fours of them.
@group(0) @binding(2) var<storage, read> dy: array<ElementQuad>;

fn dy_channels(at: vec4<u32>) -> vec4<f32> {
    return element_quad(dy[at.x / 4u]);
}
