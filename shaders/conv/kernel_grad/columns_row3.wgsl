// A lane owns the three columns of dw of one input channel and one row of taps (row_of_taps.wgsl): kernels of 3 along w with
// stride and dilation 1. The three share 6 cells of x for 4 outputs.

@group(0) @binding(1) var<storage, read> x: array<Element>;

fn columns_at(o: u32, exists: vec4<bool>) -> Window {
    let first = window_start(o, 1u, all.padding_low_w);
    let in_w = all.conv.in_w;
    let near = four_bordered(vec4<i32>(first) + vec4<i32>(0, 1, 2, 3), in_w);
    let far = vec2<i32>(bordered(first + 4, in_w), bordered(first + 5, in_w));
    let near_inside = vec4<bool>(row_inside) & are_inside(near, in_w);
    let far_inside = vec2<bool>(is_inside(far.x, in_w), is_inside(far.y, in_w)) & vec2<bool>(row_inside);
    // Cells outside are read as zero, from an element that exists.
    let at = select(vec4<u32>(0u), vec4<u32>(row_first) + vec4<u32>(near), near_inside);
    let at_far = select(vec2<u32>(0u), vec2<u32>(row_first) + vec2<u32>(far), far_inside);
    let a = select(vec4<f32>(0.0), four_elements(x[slot(at.x)], x[slot(at.y)], x[slot(at.z)], x[slot(at.w)], at), near_inside);
    let b = select(vec2<f32>(0.0), vec2<f32>(element(x[slot(at_far.x)], at_far.x), element(x[slot(at_far.y)], at_far.y)), far_inside);
    // All four outputs exist: rows of dy, and slabs, are whole fours. Left out one by one they would share no vectors.
    return Window(
        a.xyz,
        a.yzw,
        vec3<f32>(a.zw, b.x),
        vec3<f32>(a.w, b),
    );
}
