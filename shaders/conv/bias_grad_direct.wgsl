// db from dy, the plain way: an invocation owns one channel, of those from range_begin on, in one slice of the reduction over
// batch and outputs. The reduction's rows are the samples, its columns the cells of a plane. Slices as in
// kernel_grad_direct.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

// How dy lies in memory (common/layout.wgsl).
override Y_LAST: u32 = 0u;

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read_write> db: array<f32>;

fn sum_channel(k: u32, slab: Slab) -> f32 {
    let plane = params.out_d * params.out_h * params.out_w;
    let y_cell = cell_step(Y_LAST, params.channels_out);
    let y_channel = channel_step(Y_LAST, plane);
    let sample = params.channels_out * plane;
    var sum = 0.0;
    for (var n = slab.row_begin; n < slab.row_end; n++) {
        let first = params.y_base + n * sample + k * y_channel;
        for (var cell = slab.col_begin; cell < slab.col_end; cell++) {
            let at = first + cell * y_cell;
            sum += element(dy[slot(at)], at);
        }
    }
    return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn bias_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.range_count * params.reduction.slab_count) {
        return;
    }
    let slice = index / params.range_count;
    let channel = params.range_begin + index % params.range_count;
    let sum = sum_channel(channel, slab_at(params.reduction, slice));
    if (params.reduction.accumulate == 1u) {
        db[index] += sum;
    } else {
        db[index] = sum;
    }
}
