// Some samples of x, or dx, and of the sums over the channels of each group.
struct ChannelsParams {
    // Values (elements, or fours of them) of the sums that are written, or of dx.
    count: u32,
    // Values of a plane.
    plane: u32,
    // Channels of a group.
    channels: u32,
    // Those that a dispatch sums over.
    channel_begin: u32,
    channel_end: u32,
    // Where the samples begin in the binding of x, or dx, and of the sums.
    x_base: u32,
    sums_base: u32,
    // Of a leaky ReLU.
    slope: f32,
    groups: u32,
    // How many times what dx holds is added to.
    factor: f32,
    unused_a: u32,
    unused_b: u32,
}
