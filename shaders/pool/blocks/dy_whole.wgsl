// dy of four windows, which are neighbours.
fn load_dy(at: vec4<u32>) -> vec4<f32> {
    return element_quad(dy[at.x / 4u]);
}

fn columns_of_windows(quad: i32) -> vec4<u32> {
    return vec4<u32>(u32(clamp(quad, 0, i32(params.out_w / 4u) - 1)) * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
}
