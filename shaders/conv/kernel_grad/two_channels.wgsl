// Lanes that own row_of_taps.wgsl of two channels, of an x that is read in fours.
const CHANNELS_OF_LANE: u32 = 2u;

@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;

// The first cell of the first channel, without the sample; and from there to the other, which is the same where there is no other.
var<private> channel_first: u32;
var<private> other_apart: u32;

fn own_columns(block: Block, lane: u32) {
    let per_group = channels_per_group();
    let channel = first_channel(block, lane);
    let plane = all.conv.in_d * all.conv.in_h * row_of_x();
    // Channels behind the last one repeat it and are not stored.
    channel_first = all.conv.x_base + (block.group * per_group + min(channel, per_group - 1u)) * plane;
    other_apart = select(0u, WORKGROUP_SIZE * plane, channel + WORKGROUP_SIZE < per_group);
}
