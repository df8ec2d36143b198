// dx of average pooling: an invocation owns four quads of dx and gathers dy / divisor from the windows that cover them. What a row of
// windows adds is the same for all rows of cells under it.

struct Sums {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

// dy / divisor of four windows, or zeros.
fn shares(block: Block, row: i32, quad: i32) -> vec4<f32> {
    let columns = vec4<u32>(u32(quad) * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
    let found = load_dy(windows_at(block, row, quad));
    let share = found / divisors(counted_h(vec4<u32>(u32(row))) * counted_w(columns));
    return select(vec4<f32>(0.0), share, have_windows(row, quad));
}

fn shares_of_row(block: Block, row: i32) -> Run {
    let first = first_over(block);
    let none = vec4<f32>(0.0);
    var run = Run(none, none, none, none, none);
    run.a = shares(block, row, first);
    if (quads_over() > 1u) {
        run.b = shares(block, row, first + 1);
    }
    if (quads_over() > 2u) {
        run.c = shares(block, row, first + 2);
    }
    return run;
}

// What a row of windows adds to a quad of cells.
fn over_cells(run: Run, quad: u32) -> vec4<f32> {
    let steps = most_windows(TAPS_W, STRIDE_W);
    var sum = vec4<f32>(0.0);
    for (var i = 0u; i < steps; i++) {
        let step = step_over(quad, i);
        sum += select(vec4<f32>(0.0), four_in_run(run, step.places), step.taps < vec4<u32>(TAPS_W));
    }
    return sum;
}

fn with_row(sum: vec4<f32>, left: vec4<f32>, right: vec4<f32>, row: u32, n: u32) -> vec4<f32> {
    if (covers_row(row, row_of(n))) {
        return sum + select(right, left, place_of(n) == 0u);
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
    if (index >= params.count) {
        return;
    }
    let block = block_of_cells(index);
    let rows = rows_over();
    var sums = Sums(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    for (var row = 0u; row < rows; row++) {
        let run = shares_of_row(block, row_of_windows(block, row));
        let left = over_cells(run, 0u);
        var right = left;
        if (across() > 1u) {
            right = over_cells(run, 1u);
        }
        sums.a = with_row(sums.a, left, right, row, 0u);
        sums.b = with_row(sums.b, left, right, row, 1u);
        sums.c = with_row(sums.c, left, right, row, 2u);
        sums.d = with_row(sums.d, left, right, row, 3u);
    }
    store_cells(block, 0u, sums.a);
    if (has_quad(block, 1u)) {
        store_cells(block, 1u, sums.b);
    }
    if (has_quad(block, 2u)) {
        store_cells(block, 2u, sums.c);
    }
    if (has_quad(block, 3u)) {
        store_cells(block, 3u, sums.d);
    }
}
