// dy of four windows.
fn load_dy(at: vec4<u32>) -> vec4<f32> {
    let s = four_slots(at);
    return four_elements(dy[s.x], dy[s.y], dy[s.z], dy[s.w], at);
}

fn columns_of_windows(quad: i32) -> vec4<u32> {
    let columns = vec4<i32>(quad * 4) + vec4<i32>(0, 1, 2, 3);
    return vec4<u32>(clamp(columns, vec4<i32>(0), vec4<i32>(i32(params.out_w) - 1)));
}
