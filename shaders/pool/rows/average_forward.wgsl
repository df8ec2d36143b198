// y = sum of each window's cells inside the input, divided: an invocation owns four elements of y.
fn load(at: vec4<u32>) -> vec4<f32> {
    let s = four_slots(at);
    return four_elements(x[s.x], x[s.y], x[s.z], x[s.w], at);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = linear_invocation(group, groups, local) * 4u;
    if (first >= params.count) {
        return;
    }
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let four = four_at(first, vec3<u32>(params.out_d, params.out_h, params.out_w));
    let start_d = window_starts(four.d, STRIDE_D, PADDING_LOW_D);
    let start_h = window_starts(four.h, STRIDE_H, PADDING_LOW_H);
    let start_w = window_starts(four.w, STRIDE_W, PADDING_LOW_W);
    let x_plane = params.x_base + four.plane * (in_d * in_h * in_w);

    var sum = vec4<f32>(0.0);
    for (var tap_d = 0u; tap_d < TAPS_D; tap_d++) {
        let cell_d = start_d + i32(tap_d);
        let inside_d = are_inside(cell_d, in_d);
        for (var tap_h = 0u; tap_h < TAPS_H; tap_h++) {
            let cell_h = start_h + i32(tap_h);
            let inside_h = inside_d & are_inside(cell_h, in_h);
            let row = (vec4<u32>(cell_d) * in_h + vec4<u32>(cell_h)) * in_w;
            for (var tap_w = 0u; tap_w < TAPS_W; tap_w++) {
                let cell_w = start_w + i32(tap_w);
                let inside = inside_h & are_inside(cell_w, in_w);
                let cell = select(vec4<u32>(0u), row + vec4<u32>(cell_w), inside);
                sum += select(vec4<f32>(0.0), load(x_plane + cell), inside);
            }
        }
    }
    let counts = counted_d(four.d) * counted_h(four.h) * counted_w(four.w);
    store_four(params.y_base + first, first, sum / divisors(counts));
}
