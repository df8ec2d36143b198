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

struct Block {
    // Of dx.
    channel: u32,
    row: u32,
    // The number in the classes along w.
    cell: u32,
    sets: array<SumsOfSet, 2>,
}

fn block_at(index: u32) -> Block {
    let row = divide(index, params.magic_across, params.shift_across);
    let row_d = divide(row, params.magic_h, params.shift_h);
    let h = row - row_d * params.extent_h;
    let plane = divide(row_d, params.magic_d, params.shift_d);
    let d = row_d - plane * params.extent_d;
    let sample = divide(plane, params.magic_channels, params.shift_channels);
    let cell_d = divide(d, params.magic_stride_d, params.shift_stride_d);
    let cell_h = divide(h, params.magic_stride_h, params.shift_stride_h);
    let on_d = class_on(0u, d - cell_d * params.stride_d);
    let on_h = class_on(1u, h - cell_h * params.stride_h);
    let of_d = set_on(0u, on_d.sort);
    let of_h = set_on(1u, on_h.sort);
    let output = (plane * of_d.classes + on_d.index) * of_h.classes + on_h.index;
    let row_of_cells = (cell_d + on_d.offset) * of_h.cells + cell_h + on_h.offset;
    var block = Block(plane - sample * params.channels, row, index - row * params.across, array<SumsOfSet, 2>());
    for (var sort = 0u; sort < MOST_SETS; sort++) {
        let of_w = set_on(2u, sort);
        let apart = of_d.cells * of_h.cells * of_w.cells;
        let first = part_of(on_d.sort, on_h.sort, sort).sums + output * of_w.classes * apart + row_of_cells * of_w.cells;
        block.sets[sort] = SumsOfSet(first, apart);
    }
    return block;
}

fn sum_of(block: Block, number: u32) -> f32 {
    let on = class_on(2u, number);
    let first = select(block.sets[0].first, block.sets[1].first, on.sort == 1u);
    let apart = select(block.sets[0].apart, block.sets[1].apart, on.sort == 1u);
    return sums[first + on.index * apart + block.cell + on.offset];
}

fn store_cells(block: Block, initial: f32) {
    let row = block.row * params.extent_w;
    // A class may have a cell fewer.
    let end = min(params.stride_w, params.extent_w - block.cell * params.stride_w);
    for (var number = 0u; number < end; number += 4u) {
        // Those behind the last repeat it and are not stored.
        let numbers = min(vec4<u32>(number) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(end - 1u));
        let at = vec4<u32>(row + block.cell * params.stride_w) + numbers;
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
