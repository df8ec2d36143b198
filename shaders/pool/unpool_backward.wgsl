// dy of max-unpooling: an invocation owns one element of dy and looks up dx where its index says. An index outside of its
// window, which unpooling leaves out, gives 0 and reads nothing.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PoolParams;
@group(0) @binding(1) var<storage, read> dx: array<Element>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<Stored>;

// Whether a window has a tap on this cell.
fn covers(window: Window, cell: u32, dilation: u32) -> bool {
    let tap = tap_touching(window.start, cell, dilation);
    return tap >= 0 && has_tap(window, u32(tap));
}

fn look_up(index: u32) -> f32 {
    let place = place_in_y(index);
    let over_w = window_w(place.w);
    let over_h = window_h(place.h);
    let over_d = window_d(place.d);
    let plane_size = params.in_d * params.in_h * params.in_w;
    // Of an index before its plane a very large number.
    let cell = indices[params.y_base + index] - params.index_base - place.plane * params.index_step;
    if (cell >= plane_size) {
        return 0.0;
    }
    let in_w = cell % params.in_w;
    let in_h = cell / params.in_w % params.in_h;
    let in_d = cell / (params.in_w * params.in_h);
    if (covers(over_d, in_d, DILATION_D) && covers(over_h, in_h, DILATION_H) && covers(over_w, in_w, DILATION_W)) {
        let at = plane_in_x(place.plane) + cell * step_in_x();
        return element(dx[slot(at)], at);
    }
    return 0.0;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.planes * params.out_d * params.out_h * params.out_w) {
        store(params.result_base + index, look_up(index));
    }
}
