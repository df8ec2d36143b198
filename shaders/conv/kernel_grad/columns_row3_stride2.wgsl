// A lane owns the three columns of dw of one input channel and one row of taps (row_of_taps.wgsl): kernels of 3 along w with
// stride 2 and dilation 1. The three share 9 cells of x for 4 outputs (strip/cells.wgsl).

fn columns_at(o: u32, exists: vec4<bool>) -> Window {
    let across = across_at(window_start(o, STRIDE, all.padding_low_w), all.conv.in_w);
    let cells = under(row_first, row_inside, across);
    // All four outputs exist, as in columns_row3.wgsl.
    return Window(
        vec3<f32>(cells.t0.x, cells.t1.x, cells.t2.x),
        vec3<f32>(cells.t0.y, cells.t1.y, cells.t2.y),
        vec3<f32>(cells.t0.z, cells.t1.z, cells.t2.z),
        vec3<f32>(cells.t0.w, cells.t1.w, cells.t2.w),
    );
}
