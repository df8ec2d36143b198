// Where channels are last: a Value is four channels of a cell, and an invocation over all elements has its quad of BLOCK cells that
// follow each other.
fn block_of(index: u32) -> Block {
    let before = divide(index, params.magic_plane, params.shift_plane) * (BLOCK - 1u) * params.plane;
    return Block(params.base + index + before, params.plane, params.base + params.count);
}

fn coefficients_of(index: u32) -> Coefficients {
    let first = 4u * (index - params.plane * divide(index, params.magic_plane, params.shift_plane));
    return coefficients_of_channels(vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u));
}
