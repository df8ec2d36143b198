// dx of max pooling and max-unpooling, as `pool/max_backward`: an invocation owns four quads of dx, whose windows it reads once.

// An index that no cell has, as no tensor has 2^32 elements.
const NOWHERE: u32 = 0xffffffffu;

struct Sums {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

// A row of windows: dy, and the bits of their indices.
struct Windows {
    dy: Run,
    indices: Names,
}

struct Names {
    a: vec4<u32>,
    b: vec4<u32>,
    c: vec4<u32>,
}

fn in_names(names: Names, place: u32) -> u32 {
    let quad = select(select(names.c, names.b, place < 8u), names.a, place < 4u);
    return quad[place % 4u];
}

fn four_in_names(names: Names, places: vec4<u32>) -> vec4<u32> {
    return vec4<u32>(
        in_names(names, places.x),
        in_names(names, places.y),
        in_names(names, places.z),
        in_names(names, places.w),
    );
}

fn names_at(block: Block, row: i32, quad: i32) -> vec4<u32> {
    let found = load_indices(windows_at(block, row, quad));
    return select(vec4<u32>(NOWHERE), found, have_windows(row, quad));
}

fn windows_of_row(block: Block, row: i32) -> Windows {
    let first = first_over(block);
    let none = vec4<f32>(0.0);
    var run = Run(none, none, none, none, none);
    var names = Names(vec4<u32>(NOWHERE), vec4<u32>(NOWHERE), vec4<u32>(NOWHERE));
    run.a = load_dy(windows_at(block, row, first));
    names.a = names_at(block, row, first);
    if (quads_over() > 1u) {
        run.b = load_dy(windows_at(block, row, first + 1));
        names.b = names_at(block, row, first + 1);
    }
    if (quads_over() > 2u) {
        run.c = load_dy(windows_at(block, row, first + 2));
        names.c = names_at(block, row, first + 2);
    }
    return Windows(run, names);
}

// Quad n's sums with those of a row of windows whose maxima its cells are; `name` is the index of the block's first cell.
fn with_row(sum: vec4<f32>, windows: Windows, row: u32, n: u32, name: u32) -> vec4<f32> {
    if (!covers_row(row, row_of(n))) {
        return sum;
    }
    let unpool = params.unpool == 1u;
    let names = vec4<u32>(name + row_of(n) * params.in_w + place_of(n) * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
    let steps = most_windows(TAPS_W, STRIDE_W);
    var total = sum;
    for (var i = 0u; i < steps; i++) {
        let step = step_over(place_of(n), i);
        let found = four_in_run(windows.dy, step.places);
        let is_theirs = four_in_names(windows.indices, step.places) == names;
        let with_it = select(total + found, found, unpool);
        total = select(total, with_it, is_theirs & (step.taps < vec4<u32>(TAPS_W)));
    }
    return total;
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
    let first = block.row * rows_of_block() * params.in_w + block.column * across() * 4u;
    let name = params.index_base + block.plane * params.index_step + first;
    let rows = rows_over();
    var sums = Sums(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    for (var row = 0u; row < rows; row++) {
        let windows = windows_of_row(block, row_of_windows(block, row));
        sums.a = with_row(sums.a, windows, row, 0u, name);
        sums.b = with_row(sums.b, windows, row, 1u, name);
        sums.c = with_row(sums.c, windows, row, 2u, name);
        sums.d = with_row(sums.d, windows, row, 3u, name);
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
