// y = maximum of each window, and where it was, with the ties and NaNs of `pool/max_forward`: an invocation owns some rows of four
// outputs, whose windows share what they read. The best of a row is found first, then that of rows, in the order of memory.

struct Best {
    value: vec4<f32>,
    // Its cell in its plane.
    cell: vec4<u32>,
}

struct Bests {
    a: Best,
    b: Best,
    c: Best,
    d: Best,
}

fn are_nan(values: vec4<f32>) -> vec4<bool> {
    return (bitcast<vec4<u32>>(values) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}

fn better(best: Best, next: Best) -> Best {
    let wins = (next.value > best.value) | are_nan(next.value);
    return Best(select(best.value, next.value, wins), select(best.cell, next.cell, wins));
}

// What stands for padding is read twice, which changes nothing.
fn best_in_row(block: Block, row: u32) -> Best {
    let run = cells_of(block, row);
    let cell = row * params.in_w;
    var best = Best(under_tap(run, 0u), cell + columns_inside(block, 0u));
    for (var tap = 1u; tap < TAPS_W; tap++) {
        best = better(best, Best(under_tap(run, tap), cell + columns_inside(block, tap)));
    }
    return best;
}

// The best of the windows that start at row `start`, with that of row `row`.
fn with_row(best: Best, found: Best, row: u32, start: u32) -> Best {
    if (row == start) {
        return found;
    }
    if (row > start && row < start + TAPS_H) {
        return better(best, found);
    }
    return best;
}

fn maxima(block: Block) -> Bests {
    let first = first_row(block);
    let rows = rows_under();
    let none = Best(vec4<f32>(0.0), vec4<u32>(0u));
    var bests = Bests(none, none, none, none);
    for (var row = 0u; row < rows; row++) {
        let found = best_in_row(block, row_inside(first + i32(row)));
        bests.a = with_row(bests.a, found, row, 0u);
        bests.b = with_row(bests.b, found, row, STRIDE_H);
        bests.c = with_row(bests.c, found, row, 2u * STRIDE_H);
        bests.d = with_row(bests.d, found, row, 3u * STRIDE_H);
    }
    return bests;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let block = block_of_outputs(index);
        let bests = maxima(block);
        store_four(first_output(block, 0u), outputs_of(block), bests.a.value);
        if (has_row(block, 1u)) {
            store_four(first_output(block, 1u), outputs_of(block), bests.b.value);
        }
        if (has_row(block, 2u)) {
            store_four(first_output(block, 2u), outputs_of(block), bests.c.value);
        }
        if (has_row(block, 3u)) {
            store_four(first_output(block, 3u), outputs_of(block), bests.d.value);
        }
    }
}

fn store_both(block: Block, row: u32, best: Best) {
    let at = first_output(block, row);
    store_four(at, outputs_of(block), best.value);
    store_indices(at, outputs_of(block), params.index_base + block.plane * params.index_step + best.cell);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_indices(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let block = block_of_outputs(index);
        let bests = maxima(block);
        store_both(block, 0u, bests.a);
        if (has_row(block, 1u)) {
            store_both(block, 1u, bests.b);
        }
        if (has_row(block, 2u)) {
            store_both(block, 2u, bests.c);
        }
        if (has_row(block, 3u)) {
            store_both(block, 3u, bests.d);
        }
    }
}
