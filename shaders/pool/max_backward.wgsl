// dx of max pooling: an invocation owns one element of dx and gathers dy from every window that covers it and whose
// maximum it is, so that overlapping windows need no atomics. Max-unpooling is the same but for windows that share a
// maximum: of their values, here named dy, the last one stays. An index outside of its window adds nothing.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PoolParams;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

// Goes on from what the windows before have given.
fn gather(index: u32, before: f32) -> f32 {
    let in_w = index % params.in_w;
    let in_h = index / params.in_w % params.in_h;
    let in_d = index / (params.in_w * params.in_h) % params.in_d;
    let plane_size = params.in_w * params.in_h * params.in_d;
    let plane = index / plane_size;
    let name = params.index_base + plane * params.index_step + index % plane_size;

    let slab = slab_at(params.reduction, 0u);
    let unpool = params.unpool == 1u;
    var sum = before;
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let out_d = output_over_d(in_d, row / TAPS_H);
        let out_h = output_over_h(in_h, row % TAPS_H);
        if (out_d >= 0 && out_h >= 0) {
            let first = params.y_base + ((plane * params.out_d + u32(out_d)) * params.out_h + u32(out_h)) * params.out_w;
            for (var tap = slab.col_begin; tap < slab.col_end; tap++) {
                let out_w = output_over_w(in_w, tap);
                if (out_w >= 0) {
                    let at = first + u32(out_w);
                    if (indices[at] == name) {
                        sum = select(sum, 0.0, unpool) + dy[at];
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
    let at = params.x_base + index;
    if (params.reduction.accumulate == 1u) {
        dx[at] = gather(index, dx[at]);
    } else {
        dx[at] = gather(index, 0.0);
    }
}
