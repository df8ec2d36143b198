// y = sum of each window's cells inside the input, divided: an invocation owns some rows of four outputs, whose windows share what
// they read. The sum of a row's taps is that of all windows over it.

// 1: some windows have padding along an axis.
override EDGES_H: u32 = 1u;
override EDGES_W: u32 = 1u;

struct Sums {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

fn sum_of_row(block: Block, row: i32) -> vec4<f32> {
    let run = cells_of(block, row_inside(row));
    var sum = vec4<f32>(0.0);
    for (var tap = 0u; tap < TAPS_W; tap++) {
        let found = under_tap(run, tap);
        let inside = vec4<bool>(EDGES_W == 0u) | are_inside(columns(block, tap), params.in_w);
        sum += select(vec4<f32>(0.0), found, inside);
    }
    return select(vec4<f32>(0.0), sum, EDGES_H == 0u || is_inside(row, params.in_h));
}

// The sums of the windows that start at row `start`, with that of row `row`.
fn with_row(sum: vec4<f32>, found: vec4<f32>, row: u32, start: u32) -> vec4<f32> {
    if (row >= start && row < start + TAPS_H) {
        return sum + found;
    }
    return sum;
}

fn sums(block: Block) -> Sums {
    let first = first_row(block);
    let rows = rows_under();
    var sums = Sums(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    for (var row = 0u; row < rows; row++) {
        let found = sum_of_row(block, first + i32(row));
        sums.a = with_row(sums.a, found, row, 0u);
        sums.b = with_row(sums.b, found, row, STRIDE_H);
        sums.c = with_row(sums.c, found, row, 2u * STRIDE_H);
        sums.d = with_row(sums.d, found, row, 3u * STRIDE_H);
    }
    return sums;
}

fn store_average(block: Block, row: u32, sum: vec4<f32>) {
    let count_w = counted_w(block.column * 4u + vec4<u32>(0u, 1u, 2u, 3u));
    let average = sum / divisors(counted_h(vec4<u32>(block.row * ROWS + row)) * count_w);
    store_four(first_output(block, row), outputs_of(block), average);
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
        let total = sums(block);
        store_average(block, 0u, total.a);
        if (has_row(block, 1u)) {
            store_average(block, 1u, total.b);
        }
        if (has_row(block, 2u)) {
            store_average(block, 2u, total.c);
        }
        if (has_row(block, 3u)) {
            store_average(block, 3u, total.d);
        }
    }
}
