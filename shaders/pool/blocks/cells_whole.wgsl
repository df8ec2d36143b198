// Four cells of the row of x that starts at element `start`, a multiple of 4; of fours that are not in the row, the first or the last.
fn four_cells(start: u32, quad: i32) -> vec4<f32> {
    let last = i32(params.in_w / 4u) - 1;
    let found = element_quad(x[start / 4u + u32(clamp(quad, 0, last))]);
    return select(select(found, found.xxxx, quad < 0), found.wwww, quad > last);
}
