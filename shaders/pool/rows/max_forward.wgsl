// y = maximum of each window, and where it was, with the ties and NaNs of `pool/max_forward`: an invocation owns four
// elements of y. Padding is read as some element that exists and then passed over: a tap range for each lane would make all
// lanes wait for the longest.
struct Best {
    value: vec4<f32>,
    // Its index.
    cell: vec4<u32>,
}

fn are_nan(values: vec4<f32>) -> vec4<bool> {
    return (bitcast<vec4<u32>>(values) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}

fn load(at: vec4<u32>) -> vec4<f32> {
    let s = four_slots(at);
    return four_elements(x[s.x], x[s.y], x[s.z], x[s.w], at);
}

fn maxima(first: u32) -> Best {
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let four = four_at(first, vec3<u32>(params.out_d, params.out_h, params.out_w));
    let start_d = window_starts(four.d, STRIDE_D, PADDING_LOW_D);
    let start_h = window_starts(four.h, STRIDE_H, PADDING_LOW_H);
    let start_w = window_starts(four.w, STRIDE_W, PADDING_LOW_W);
    // Where the cell is whose index would be 0; modulo 2^32, which the sum with an index undoes.
    let names = vec4<u32>(params.index_base) + four.plane * params.index_step;
    let x_plane = params.x_base + four.plane * (in_d * in_h * in_w) - names;

    var best = Best(vec4<f32>(0.0), vec4<u32>(0u));
    var found = vec4<bool>(false);
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
                let cell = names + select(vec4<u32>(0u), row + vec4<u32>(cell_w), inside);
                let value = load(x_plane + cell);
                let wins = inside & (!found | (value > best.value) | are_nan(value));
                best.value = select(best.value, value, wins);
                best.cell = select(best.cell, cell, wins);
                found = found | inside;
            }
        }
    }
    return best;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = linear_invocation(group, groups, local) * 4u;
    if (first < params.count) {
        store_four(params.y_base + first, first, maxima(first).value);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_indices(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = linear_invocation(group, groups, local) * 4u;
    if (first < params.count) {
        let best = maxima(first);
        store_four(params.y_base + first, first, best.value);
        store_four_indices(params.y_base + first, first, best.cell);
    }
}
