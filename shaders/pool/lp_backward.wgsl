// dx of Lp pooling: an invocation owns one element of dx and gathers dy * sign(x) * (|x| / y)^(p - 1) from every window that
// covers it. Where x is 0, dx is.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PoolParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> y: array<Element>;
@group(0) @binding(3) var<storage, read> dy: array<Element>;
@group(0) @binding(4) var<storage, read_write> out: array<Stored>;

// Of a norm by one of its values, which is not 0. A norm of 0 was too small for f32, and has no slope here.
fn slope(value: f32, norm: f32) -> f32 {
    if (norm == 0.0) {
        return 0.0;
    }
    if (POWER == 1u) {
        return sign(value);
    }
    if (POWER == 2u) {
        return value / norm;
    }
    return sign(value) * pow(abs(value) / norm, params.power - 1.0);
}

fn gather(index: u32) -> f32 {
    let from_x = params.x_base + index;
    let value = element(x[slot(from_x)], from_x);
    if (value == 0.0) {
        return 0.0;
    }
    let place = place_in_x(index);
    let y_plane = plane_in_y(place.plane);
    let y_step = step_in_y();

    let slab = slab_at(params.reduction, 0u);
    var sum = 0.0;
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let out_d = output_over_d(place.d, row / TAPS_H);
        let out_h = output_over_h(place.h, row % TAPS_H);
        if (out_d >= 0 && out_h >= 0) {
            let first = (u32(out_d) * params.out_h + u32(out_h)) * params.out_w;
            for (var tap = slab.col_begin; tap < slab.col_end; tap++) {
                let out_w = output_over_w(place.w, tap);
                if (out_w >= 0) {
                    let at = y_plane + (first + u32(out_w)) * y_step;
                    sum += element(dy[slot(at)], at) * slope(value, element(y[slot(at)], at));
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
    var sum = gather(index);
    if (params.reduction.accumulate == 1u) {
        sum += stored(at);
    }
    store(at, sum);
}
