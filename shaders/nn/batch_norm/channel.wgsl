// The channel of a Value, and what it needs.
fn channel_of(index: u32) -> u32 {
    let plane = divide(index, params.magic_plane, params.shift_plane);
    return plane - params.channels * divide(plane, params.magic_channels, params.shift_channels);
}

// An invocation has one Value.
const BLOCK: u32 = 1u;

fn block_of(index: u32) -> Block {
    return Block(params.base + index, 1u, params.base + params.count);
}

fn coefficients_of(index: u32) -> vec4<f32> {
    return coefficients[channel_of(index)];
}
