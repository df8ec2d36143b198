// dy at 4 neighbouring outputs, so far apart, one by one: for rows of any length. Outputs that do not exist are zero, read from an element
// that exists.
@group(0) @binding(2) var<storage, read> dy: array<f32>;

fn dy_at(first: u32, exists: vec4<bool>, apart: u32) -> vec4<f32> {
    let at = select(vec4<u32>(0u), vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) * apart, exists);
    return select(vec4<f32>(0.0), vec4<f32>(dy[at.x], dy[at.y], dy[at.z], dy[at.w]), exists);
}
