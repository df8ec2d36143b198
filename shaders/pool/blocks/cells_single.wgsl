// Four cells of the row of x that starts at element `start`; of cells that are not in the row, the first or the last.
fn four_cells(start: u32, quad: i32) -> vec4<f32> {
    let cells = vec4<i32>(quad * 4) + vec4<i32>(0, 1, 2, 3);
    let at = start + vec4<u32>(clamp(cells, vec4<i32>(0), vec4<i32>(i32(params.in_w) - 1)));
    let s = four_slots(at);
    return four_elements(x[s.x], x[s.y], x[s.z], x[s.w], at);
}
