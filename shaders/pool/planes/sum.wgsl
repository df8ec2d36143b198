// Averages and p-norms of whole planes, or of slices of them; of such results those of planes are made by the same way.

// 1: of the values themselves, else of their absolute values.
override SIGNED: u32 = 0u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let share = share_of(linear_workgroup(group, groups), local);
    let first = params.x_base + share.plane * params.length;
    let end = share.end;
    var norm = no_norm();
    for (var cell = share.begin; cell < end; cell += LANES) {
        let at = first + cell;
        let value = element(x[slot(at)], at);
        norm = with_value(norm, select(abs(value), value, SIGNED == 1u));
    }
    let total = over_lanes(norm_value(norm), local);
    if (stores(share, local)) {
        store(params.result_base + share.result, total / params.divisor);
    }
}
