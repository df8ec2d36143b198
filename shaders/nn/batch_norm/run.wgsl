// The rows of a slice, of which an invocation owns one Value each: four channels, where channels are last.
struct Run {
    slice: u32,
    // Of the Values of a row.
    quad: u32,
    steps: u32,
    address: u32,
}

fn run_of(index: u32) -> Run {
    let slice = divide(index, params.magic_plane, params.shift_plane);
    let quad = index - slice * params.plane;
    let begin = min(slice * params.per_slice, params.positions);
    let end = min(begin + params.per_slice, params.positions);
    return Run(slice, quad, end - begin, params.base + begin * params.plane + quad);
}

// Where the first of its four channels has its result.
fn result_of(run: Run) -> u32 {
    return params.result + run.slice * params.channels + 4u * run.quad;
}
