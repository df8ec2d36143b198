// dx from the sums of all parts (params.wgsl), and what else a store does: an invocation takes the cells of a row that have the same number in
// their classes along w, which are neighbours, four at a time. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PhaseParams;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

// The sums of a set of classes along w for a row of dx: the first class's first, and from one class to the next.
struct SumsOfSet {
    first: u32,
    apart: u32,
}

// A row of dx among the parts: the sets along d and h, which output it belongs to before the classes along w count, which row of cells
// it is, and of how many.
struct Row {
    d: u32,
    h: u32,
    output: u32,
    number: u32,
    count: u32,
}

fn sums_of_set(row: Row, sort: u32) -> SumsOfSet {
    let of_w = set_on(2u, sort);
    let apart = row.count * of_w.cells;
    let first = part_of(row.d, row.h, sort).sums + row.output * of_w.classes * apart + row.number * of_w.cells;
    return SumsOfSet(first, apart);
}

struct Block {
    // Of dx.
    channel: u32,
    row: u32,
    // The number in the classes along w.
    cell: u32,
    // Of both sets of classes along w.
    sums: SumsOfSet,
    others: SumsOfSet,
}

fn block_at(index: u32) -> Block {
    let row = divide(index, params.magic_across, params.shift_across);
    let row_d = divide(row, params.magic_h, params.shift_h);
    let h = row - row_d * params.extent_h;
    let plane = divide(row_d, params.magic_d, params.shift_d);
    let d = row_d - plane * params.extent_d;
    let sample = divide(plane, params.magic_channels, params.shift_channels);
    let cell_d = divide(d, params.magic_classes_d, params.shift_classes_d);
    let cell_h = divide(h, params.magic_classes_h, params.shift_classes_h);
    let on_d = class_on(0u, d - cell_d * params.classes_d);
    let on_h = class_on(1u, h - cell_h * params.classes_h);
    let of_d = set_on(0u, on_d.sort);
    let of_h = set_on(1u, on_h.sort);
    let output = (plane * of_d.classes + on_d.index) * of_h.classes + on_h.index;
    let row_of_cells = (cell_d + on_d.offset) * of_h.cells + cell_h + on_h.offset;
    let from_row = Row(on_d.sort, on_h.sort, output, row_of_cells, of_d.cells * of_h.cells);
    return Block(
        plane - sample * params.channels,
        row,
        index - row * params.across,
        sums_of_set(from_row, 0u),
        sums_of_set(from_row, 1u),
    );
}

fn sum_of(block: Block, number: u32) -> f32 {
    let on = class_on(2u, number);
    let first = select(block.sums.first, block.others.first, on.sort == 1u);
    let apart = select(block.sums.apart, block.others.apart, on.sort == 1u);
    return sums[first + on.index * apart + block.cell + on.offset];
}

fn store_cells(block: Block, initial: f32) {
    let row = block.row * params.extent_w;
    // A class may have a cell fewer.
    let end = min(params.classes_w, params.extent_w - block.cell * params.classes_w);
    for (var number = 0u; number < end; number += 4u) {
        // Those behind the last repeat it and are not stored.
        let numbers = min(vec4<u32>(number) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(end - 1u));
        let at = vec4<u32>(row + block.cell * params.classes_w) + numbers;
        let found = vec4<f32>(
            sum_of(block, numbers.x),
            sum_of(block, numbers.y),
            sum_of(block, numbers.z),
            sum_of(block, numbers.w),
        );
        var total = with_side(at, found + vec4<f32>(initial), params.slope);
        if (ACCUMULATE == 1u) {
            total += vec4<f32>(out[at.x], out[at.y], out[at.z], out[at.w]);
        }
        total = four_activated(total, params.slope);
        out[at.x] = total.x;
        if (number + 1u < end) {
            out[at.y] = total.y;
        }
        if (number + 2u < end) {
            out[at.z] = total.z;
        }
        if (number + 3u < end) {
            out[at.w] = total.w;
        }
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn spread(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        store_cells(block_at(index), 0.0);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn spread_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let block = block_at(index);
        store_cells(block, b[block.channel]);
    }
}
