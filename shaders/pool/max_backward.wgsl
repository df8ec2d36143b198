// dx of max pooling: an invocation owns one element of dx and gathers dy from every window that covers it and whose
// maximum it is, so that no two invocations add to one element. Max-unpooling is the same but for windows that share a
// maximum: of their values, here named dy, the last one stays. An index outside of its window adds nothing.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PoolParams;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<Stored>;

// Goes on from what the windows before have given.
fn gather(index: u32, before: f32) -> f32 {
    let place = place_in_x(index);
    let y_plane = plane_in_y(place.plane);
    let y_step = step_in_y();
    let cell = (place.d * params.in_h + place.h) * params.in_w + place.w;
    let name = params.index_base + place.plane * params.index_step + cell;

    let slab = slab_at(params.reduction, 0u);
    let unpool = params.unpool == 1u;
    var sum = before;
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let out_d = output_over_d(place.d, row / TAPS_H);
        let out_h = output_over_h(place.h, row % TAPS_H);
        if (out_d >= 0 && out_h >= 0) {
            let first = (u32(out_d) * params.out_h + u32(out_h)) * params.out_w;
            for (var tap = slab.col_begin; tap < slab.col_end; tap++) {
                let out_w = output_over_w(place.w, tap);
                if (out_w >= 0) {
                    let at = y_plane + (first + u32(out_w)) * y_step;
                    if (indices[at] == name) {
                        let found = element(dy[slot(at)], at);
                        sum = select(sum + found, found, unpool);
                    }
                }
            }
        }
    }
    return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.planes * params.in_d * params.in_h * params.in_w) {
        return;
    }
    let at = params.result_base + index;
    var before = 0.0;
    if (params.reduction.accumulate == 1u) {
        before = stored(at);
    }
    store(at, gather(index, before));
}
