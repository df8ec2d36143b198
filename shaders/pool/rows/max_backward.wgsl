// dx of max pooling: an invocation owns four elements of dx and gathers dy from the windows that cover each and whose
// maximum it is; or, as unpooling, the last of these. It visits windows, of which few cover a cell, not taps; in the order of
// `pool/max_backward`.
fn load(at: vec4<u32>) -> vec4<f32> {
    let s = four_slots(at);
    return four_elements(dy[s.x], dy[s.y], dy[s.z], dy[s.w], at);
}

fn load_indices(at: vec4<u32>) -> vec4<u32> {
    return vec4<u32>(indices[at.x], indices[at.y], indices[at.z], indices[at.w]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = linear_invocation(group, groups, local) * 4u;
    if (first >= params.count) {
        return;
    }
    let out_d = params.out_d;
    let out_h = params.out_h;
    let out_w = params.out_w;
    let four = four_at(first, vec3<u32>(params.in_d, params.in_h, params.in_w));
    let names = vec4<u32>(params.index_base) + four.plane * params.index_step;
    let name = names + (four.d * params.in_h + four.h) * params.in_w + four.w;
    let y_plane = params.y_base + four.plane * (out_d * out_h * out_w);
    let windows_d = most_windows(TAPS_D, STRIDE_D);
    let windows_h = most_windows(TAPS_H, STRIDE_H);
    let windows_w = most_windows(TAPS_W, STRIDE_W);
    // The first that can cover each cell.
    let first_d = last_windows(four.d, STRIDE_D, PADDING_LOW_D) - i32(windows_d - 1u);
    let first_h = last_windows(four.h, STRIDE_H, PADDING_LOW_H) - i32(windows_h - 1u);
    let first_w = last_windows(four.w, STRIDE_W, PADDING_LOW_W) - i32(windows_w - 1u);

    let unpool = params.unpool == 1u;
    var sum = vec4<f32>(0.0);
    for (var d = 0u; d < windows_d; d++) {
        let o_d = first_d + i32(d);
        let covers_d = windows_cover(o_d, four.d, TAPS_D, STRIDE_D, PADDING_LOW_D, out_d);
        for (var h = 0u; h < windows_h; h++) {
            let o_h = first_h + i32(h);
            let covers_h = covers_d & windows_cover(o_h, four.h, TAPS_H, STRIDE_H, PADDING_LOW_H, out_h);
            let row = (vec4<u32>(o_d) * out_h + vec4<u32>(o_h)) * out_w;
            for (var w = 0u; w < windows_w; w++) {
                let o_w = first_w + i32(w);
                let covers = covers_h & windows_cover(o_w, four.w, TAPS_W, STRIDE_W, PADDING_LOW_W, out_w);
                let at = y_plane + select(vec4<u32>(0u), row + vec4<u32>(o_w), covers);
                let found = load(at);
                let with_it = select(sum + found, found, unpool);
                sum = select(sum, with_it, covers & (load_indices(at) == name));
            }
        }
    }
    store_four(params.x_base + first, first, sum);
}
