// y = maximum of each window, and where it was: an invocation owns one element of y. Of equal values the first wins; a NaN
// replaces everything before it, as in PyTorch, on devices that keep NaN apart (WGSL does not promise it). The start is the
// window's first cell inside the input, not minus infinity, which WGSL cannot write.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PoolParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;
@group(0) @binding(3) var<storage, read_write> indices: array<u32>;

struct Best {
    value: f32,
    // Its index.
    cell: u32,
}

fn is_nan(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

fn output_count() -> u32 {
    return params.planes * params.out_d * params.out_h * params.out_w;
}

// The maximum over this dispatch's slab of the window, starting from `initial` if `resumed`.
fn maximum(index: u32, resumed: bool, initial: Best) -> Best {
    let place = place_in_y(index);
    let over_w = window_w(place.w);
    let over_h = window_h(place.h);
    let over_d = window_d(place.d);
    // Where the cell is whose index would be 0; modulo 2^32, which the sum with an index undoes.
    let names = params.index_base + place.plane * params.index_step;
    let x_step = step_in_x();
    let x_plane = plane_in_x(place.plane) - names * x_step;

    let slab = slab_at(params.reduction, 0u);
    let tap_begin = max(over_w.taps.begin, slab.col_begin);
    let tap_end = min(over_w.taps.end, slab.col_end);

    var best = initial;
    if (!resumed) {
        let first_d = u32(over_d.start + i32(over_d.taps.begin * DILATION_D));
        let first_h = u32(over_h.start + i32(over_h.taps.begin * DILATION_H));
        let first_w = u32(over_w.start + i32(over_w.taps.begin * DILATION_W));
        best.cell = names + (first_d * params.in_h + first_h) * params.in_w + first_w;
        let at = x_plane + best.cell * x_step;
        best.value = element(x[slot(at)], at);
    }
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let tap_h = row % TAPS_H;
        let tap_d = row / TAPS_H;
        if (has_tap(over_d, tap_d) && has_tap(over_h, tap_h)) {
            let in_d = u32(over_d.start + i32(tap_d * DILATION_D));
            let in_h = u32(over_h.start + i32(tap_h * DILATION_H));
            let first = names + (in_d * params.in_h + in_h) * params.in_w;
            for (var tap = tap_begin; tap < tap_end; tap++) {
                let cell = first + u32(over_w.start + i32(tap * DILATION_W));
                let at = x_plane + cell * x_step;
                let value = element(x[slot(at)], at);
                if (value > best.value || is_nan(value)) {
                    best = Best(value, cell);
                }
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
    let index = linear_invocation(group, groups, local);
    if (index >= output_count()) {
        return;
    }
    let at = params.result_base + index;
    let resumed = params.reduction.accumulate == 1u;
    var best = Best(0.0, 0u);
    if (resumed) {
        best.value = stored(at);
    }
    store(at, maximum(index, resumed, best).value);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_indices(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= output_count()) {
        return;
    }
    let at = params.result_base + index;
    let at_index = params.y_base + index;
    let resumed = params.reduction.accumulate == 1u;
    var best = Best(0.0, 0u);
    if (resumed) {
        best = Best(stored(at), indices[at_index]);
    }
    best = maximum(index, resumed, best);
    store(at, best.value);
    indices[at_index] = best.cell;
}
