// dy at 4 neighbouring outputs at once: for rows of whole fours, channels first. The choice, which is always the same, made Mesa 22.3's
// lavapipe three times faster than the plain load in loops inside each other; lanes of two channels are faster without it.
@group(0) @binding(2) var<storage, read> dy: array<ElementQuad>;

fn dy_at(first: u32, exists: vec4<bool>, apart: u32) -> vec4<f32> {
    return select(vec4<f32>(0.0), element_quad(dy[first / 4u]), exists.x);
}
