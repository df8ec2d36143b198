// One dispatch of a pooling over whole planes: x is [planes, length], cut into slices of so many cells, all but the last;
// each slice of each plane gives one result.
struct PlanesParams {
    // planes * slices
    results: u32,
    length: u32,
    slices: u32,
    slice_cells: u32,
    // Element in the binding at which x starts, and the results.
    x_base: u32,
    result_base: u32,
    // What the sum is divided by.
    divisor: f32,
    // Lp pooling: p.
    power: f32,
    // Max pooling: the index of the first cell of the first plane, and what a plane adds to it.
    index_base: u32,
    index_step: u32,
    unused_a: u32,
    unused_b: u32,
}

// What an invocation goes through: cells begin, begin + LANES .. end of a plane.
struct Share {
    result: u32,
    plane: u32,
    begin: u32,
    end: u32,
}

// LANES invocations next to each other share a slice. Without cells behind the last result.
fn share_of(workgroup: u32, local: u32) -> Share {
    let result = workgroup * (WORKGROUP_SIZE / LANES) + local / LANES;
    let plane = result / params.slices;
    let begin = result % params.slices * params.slice_cells;
    let end = select(0u, min(begin + params.slice_cells, params.length), result < params.results);
    return Share(result, plane, begin + local % LANES, end);
}

fn stores(share: Share, local: u32) -> bool {
    return local % LANES == 0u && share.result < params.results;
}
