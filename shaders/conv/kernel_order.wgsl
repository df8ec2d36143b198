// In which order the channels of w (dw) stand: 0 [channels_out, channels_in / groups, taps], 1 [channels_in / groups,
// channels_out, taps].
override IN_OUT: u32 = 0u;

// Elements from the taps of an output channel to those of the next.
fn output_step(channels: u32, taps: u32) -> u32 {
    return select(channels * taps, taps, IN_OUT == 1u);
}

// Elements from the taps of an input channel to those of the next, of so many output channels of all groups.
fn input_step(outputs: u32, taps: u32) -> u32 {
    return select(taps, outputs * taps, IN_OUT == 1u);
}

// Where columns of dw (input channel and taps), of the same output channel, lie behind the first.
fn columns_of_dw(columns: vec4<u32>, taps: u32, outputs: u32) -> vec4<u32> {
    if (IN_OUT == 1u) {
        let channel = columns / taps;
        return columns + channel * ((outputs - 1u) * taps);
    }
    return columns;
}
