// How an invocation walks over its Values of a slice: every WORKGROUP_SIZE-th one, from plane to plane.
struct Walk {
    steps: u32,
    address: u32,
    cell: u32,
}

fn walk_of(channel: u32, slice: u32, local: u32) -> Walk {
    let begin = slice * params.per_slice + local;
    let end = min((slice + 1u) * params.per_slice, params.positions);
    let sample = begin / params.plane;
    let cell = begin % params.plane;
    let steps = select(0u, (end - begin + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE, begin < end);
    return Walk(steps, params.base + (sample * params.channels + channel) * params.plane + cell, cell);
}

// What the uniforms say about a step, read before the loop.
struct Stride {
    plane: u32,
    // From a plane's end to the next plane of the channel.
    gap: u32,
    address: u32,
    cells: u32,
}

fn stride_of_walk() -> Stride {
    let gap = (params.channels - 1u) * params.plane;
    return Stride(params.plane, gap, params.step_samples + params.step_cells, params.step_cells);
}

fn walked(walk: Walk, stride: Stride) -> Walk {
    let cell = walk.cell + stride.cells;
    let wraps = cell >= stride.plane;
    let address = walk.address + stride.address + select(0u, stride.gap, wraps);
    return Walk(walk.steps, address, select(cell, cell - stride.plane, wraps));
}
