// Maxima of whole planes, or of slices of them, and where they were, with the ties and NaNs of `pool/max_forward`.

// An index that no cell has: nothing was found yet.
const NOWHERE: u32 = 0xffffffffu;

struct Best {
    value: f32,
    // Position in the plane.
    cell: u32,
}

fn is_nan(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

// Of two in any order: the last NaN, else the first of the largest.
fn better(a: Best, b: Best) -> Best {
    if (a.cell == NOWHERE || b.cell == NOWHERE) {
        if (a.cell == NOWHERE) {
            return b;
        }
        return a;
    }
    var takes_b = b.value > a.value || (b.value == a.value && b.cell < a.cell);
    if (is_nan(a.value) || is_nan(b.value)) {
        takes_b = is_nan(b.value) && (!is_nan(a.value) || b.cell > a.cell);
    }
    if (takes_b) {
        return b;
    }
    return a;
}

fn best_of(share: Share, local: u32) -> Best {
    let first = params.x_base + share.plane * params.length;
    let end = share.end;
    var best = Best(0.0, NOWHERE);
    for (var cell = share.begin; cell < end; cell += LANES) {
        let at = first + cell;
        let value = element(x[slot(at)], at);
        if (value > best.value || best.cell == NOWHERE || is_nan(value)) {
            best = Best(value, cell);
        }
    }
    return over_lanes(best, local);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let share = share_of(linear_workgroup(group, groups), local);
    let best = best_of(share, local);
    if (stores(share, local)) {
        store(params.result_base + share.result, best.value);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_indices(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let share = share_of(linear_workgroup(group, groups), local);
    let best = best_of(share, local);
    if (stores(share, local)) {
        store(params.result_base + share.result, best.value);
        indices[params.result_base + share.result] = params.index_base + share.plane * params.index_step + best.cell;
    }
}

// x are the maxima of slices here, and they were at `cells`.
@compute @workgroup_size(WORKGROUP_SIZE)
fn join_with_indices(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let share = share_of(linear_workgroup(group, groups), local);
    let first = share.plane * params.length;
    let end = share.end;
    var best = Best(0.0, NOWHERE);
    for (var slice = share.begin; slice < end; slice += LANES) {
        let at = first + slice;
        best = better(best, Best(element(x[slot(at)], at), cells[at]));
    }
    best = over_lanes(best, local);
    if (stores(share, local)) {
        store(params.result_base + share.result, best.value);
        indices[params.result_base + share.result] = params.index_base + share.plane * params.index_step + best.cell;
    }
}
