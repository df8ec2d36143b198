// The channel of a Value, and what it needs.
fn channel_of(index: u32) -> u32 {
    let plane = divide(index, params.magic_plane, params.shift_plane);
    return plane - params.channels * divide(plane, params.magic_channels, params.shift_channels);
}

// An invocation has one Value.
const BLOCK: u32 = 1u;

fn value_of(index: u32, step: u32) -> u32 {
    return index + step;
}

fn coefficients_of(index: u32) -> vec4<f32> {
    return coefficients[channel_of(index)];
}
