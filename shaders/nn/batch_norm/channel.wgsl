// The channel of a Value.
fn channel_of(index: u32) -> u32 {
    let plane = divide(index, params.magic_plane, params.shift_plane);
    return plane - params.channels * divide(plane, params.magic_channels, params.shift_channels);
}
