// Where dy begins in the channels of a tile that a lane reads, without the sample: of 32 four each, by its number; of fewer, of which
// four each would be read by several lanes, one each, and those behind the eighth a second.
const READS_ONE: bool = TILE_M <= 16u;

fn first_of_dy(block: Block, lane: u32) -> vec4<u32> {
    let per_group = all.conv.channels_out / all.conv.groups;
    let fours = vec4<u32>(lane * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
    let ones = vec4<u32>(lane) + vec4<u32>(0u, 8u, 0u, 8u);
    // Rows behind the group's last channel repeat it and are not stored.
    let rows = min(vec4<u32>(block.m) + select(fours, ones, READS_ONE), vec4<u32>(per_group - 1u));
    let plane = all.conv.out_d * all.conv.out_h * row_of_dy();
    return vec4<u32>(all.conv.y_base) + (vec4<u32>(block.group * per_group) + rows) * channel_step(Y_LAST, plane);
}
