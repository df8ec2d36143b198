// A lane owns the columns of dw of one row of taps and one input channel, or of CHANNELS_OF_LANE, which are WORKGROUP_SIZE apart.

fn channels_per_group() -> u32 {
    return all.conv.channels_in / all.conv.groups;
}

fn strips_of_columns() -> u32 {
    let channels = CHANNELS_OF_LANE * WORKGROUP_SIZE;
    return (channels_per_group() + channels - 1u) / channels * all.taps_d * all.taps_h;
}

fn first_channel(block: Block, lane: u32) -> u32 {
    return block.strip / (all.taps_d * all.taps_h) * (CHANNELS_OF_LANE * WORKGROUP_SIZE) + lane;
}

fn place_of_channel(block: Block, channel: u32) -> Place {
    let row_of_taps = block.strip % (all.taps_d * all.taps_h);
    let column = (channel * all.taps_d * all.taps_h + row_of_taps) * all.taps_w;
    let exists = channel < channels_per_group();
    return place_at(block, vec4<u32>(column) + vec4<u32>(0u, 1u, 2u, 3u), select(0u, all.taps_w, exists));
}

fn place_of(block: Block, lane: u32) -> Place {
    return place_of_channel(block, first_channel(block, lane));
}
