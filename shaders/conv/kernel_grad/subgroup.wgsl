// dw by subgroups of 8 lanes: a workgroup is one subgroup and owns TILE_M output channels of one group at 8 lanes' columns of
// dw (columns run over input channel and taps) in one slice of the reduction over batch and outputs. What differs between the
// kernels made of this is which columns a lane has, how it comes by dy and x (correlate), and how its sums are stored
// (store_lane). The reduction's rows are (sample, out_d, out_h), its columns out_w; slices as in kernel_grad_direct.wgsl. No
// workgroup memory, no barriers.

@group(0) @binding(0) var<uniform> all: KernelGradParams;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

// What a lane owns.
struct Block {
    slice: u32,
    group: u32,
    // First of the channels, counted from the group's first.
    m: u32,
    // Which lanes' columns of all.
    strip: u32,
    valid: bool,
}

fn block_at(workgroup: u32, strips: u32) -> Block {
    let tiles = (all.conv.channels_out / all.conv.groups + TILE_M - 1u) / TILE_M;
    let strip = workgroup % strips;
    let m = workgroup / strips % tiles * TILE_M;
    let group = workgroup / (strips * tiles) % all.conv.groups;
    let slice = workgroup / (strips * tiles * all.conv.groups);
    return Block(slice, group, m, strip, slice < all.conv.reduction.slab_count);
}

// Whether there is anything to sum, as in the gathers by subgroups: always, and the compiler does not know. With the product of a step in a
// branch of its own lavapipe of Mesa 25.0.7 takes less time: 0.9 of it, but with one tap 1.15.
fn has_cells() -> bool {
    return all.conv.in_w > 0u;
}

// Where a sum over a slab stands: a sample's row of outputs, and the first output that a step takes.
struct Walk {
    n: u32,
    row_d: u32,
    row_h: u32,
    o: u32,
}

fn walk_of(slab: Slab, begin: u32) -> Walk {
    let line = slab.row_begin / all.conv.out_h;
    let n = line / all.conv.out_d;
    return Walk(n, line - n * all.conv.out_d, slab.row_begin - line * all.conv.out_h, begin);
}

// Steps of so many outputs over the columns from begin to end of all rows of a slab. One loop goes over all of them: lavapipe's loops run
// once more than they count, with all lanes masked, which rows of few steps would do for every row.
fn steps_of(slab: Slab, begin: u32, end: u32, outputs: u32) -> u32 {
    return (slab.row_end - slab.row_begin) * ((end - begin + outputs - 1u) / outputs);
}

// The extents are those of y, which a loop reads before it: members of uniforms are read again in every iteration.
fn next_walk(walk: Walk, begin: u32, end: u32, outputs: u32, out_d: u32, out_h: u32) -> Walk {
    let row_ends = walk.o + outputs >= end;
    let row_h = walk.row_h + u32(row_ends);
    let plane_ends = row_h == out_h;
    let row_d = walk.row_d + u32(plane_ends);
    let sample_ends = row_d == out_d;
    return Walk(
        walk.n + u32(sample_ends),
        select(row_d, 0u, sample_ends),
        select(row_h, 0u, plane_ends),
        select(walk.o + outputs, begin, row_ends),
    );
}

fn store_one(at: u32, sum: f32) {
    if (ACCUMULATE == 1u) {
        dw[at] += sum;
    } else {
        dw[at] = sum;
    }
}

// Where a lane's sums go: its first columns in the first of its channels, elements from a channel to the next, and channels and
// columns that exist.
struct Place {
    first: vec4<u32>,
    apart: u32,
    rows: u32,
    count: u32,
}

// Columns of a row of dw.
fn row_columns() -> u32 {
    return all.conv.channels_in / all.conv.groups * all.taps_d * all.taps_h * all.taps_w;
}

fn place_at(block: Block, columns: vec4<u32>, count: u32) -> Place {
    let per_group = all.conv.channels_out / all.conv.groups;
    let taps = all.taps_d * all.taps_h * all.taps_w;
    let apart = output_step(all.conv.channels_in / all.conv.groups, taps);
    let row = block.slice * all.conv.channels_out * row_columns() + (block.group * per_group + block.m) * apart;
    let first = vec4<u32>(row) + columns_of_dw(columns, taps, all.conv.channels_out);
    return Place(first, apart, per_group - block.m, count);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn kernel_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let block = block_at(linear_workgroup(group, groups), strips_of_columns());
    // The whole subgroup leaves or stays.
    if (!block.valid) {
        return;
    }
    own_columns(block, lane);
    correlate(block, lane);
    store_lane(block, lane);
}
