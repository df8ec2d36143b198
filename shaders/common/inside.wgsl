// Whether a cell lies inside of an extent; what does not is padding.
fn is_inside(cell: i32, extent: u32) -> bool {
    return cell >= 0 && cell < i32(extent);
}

fn are_inside(cells: vec4<i32>, extent: u32) -> vec4<bool> {
    return (cells >= vec4<i32>(0)) & (cells < vec4<i32>(i32(extent)));
}
