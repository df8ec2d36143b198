// y = p-norm of each window's cells inside the input: an invocation owns one element of y. A slab after the first takes the
// norm so far for one more value.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PoolParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

fn norm_over(index: u32, before: f32) -> f32 {
    let place = place_in_y(index);
    let over_w = window_w(place.w);
    let over_h = window_h(place.h);
    let over_d = window_d(place.d);
    let x_plane = plane_in_x(place.plane);
    let x_step = step_in_x();
    let slab = slab_at(params.reduction, 0u);
    let tap_begin = max(over_w.taps.begin, slab.col_begin);
    let tap_end = min(over_w.taps.end, slab.col_end);

    var norm = with_value(no_norm(), before);
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let tap_h = row % TAPS_H;
        let tap_d = row / TAPS_H;
        if (has_tap(over_d, tap_d) && has_tap(over_h, tap_h)) {
            let in_d = u32(over_d.start + i32(tap_d * DILATION_D));
            let in_h = u32(over_h.start + i32(tap_h * DILATION_H));
            let first = (in_d * params.in_h + in_h) * params.in_w;
            for (var tap = tap_begin; tap < tap_end; tap++) {
                let cell = first + u32(over_w.start + i32(tap * DILATION_W));
                let at = x_plane + cell * x_step;
                norm = with_value(norm, abs(element(x[slot(at)], at)));
            }
        }
    }
    return norm_value(norm);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.planes * params.out_d * params.out_h * params.out_w) {
        return;
    }
    let at = params.result_base + index;
    var before = 0.0;
    if (params.reduction.accumulate == 1u) {
        before = stored(at);
    }
    store(at, norm_over(index, before));
}
