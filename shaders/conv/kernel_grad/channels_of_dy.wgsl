// Where dy begins in the four channels that a lane reads of a tile's, without the sample. Lanes hold four channels each, by their
// number, and lanes behind those hold them again.
fn first_of_dy(block: Block, lane: u32) -> vec4<u32> {
    let per_group = all.conv.channels_out / all.conv.groups;
    // Rows behind the group's last channel repeat it and are not stored.
    let first_row = block.m + lane % ROW_LANES * 4u;
    let rows = min(vec4<u32>(first_row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(per_group - 1u));
    let plane = all.conv.out_d * all.conv.out_h * all.conv.out_w;
    return vec4<u32>(all.conv.y_base) + (vec4<u32>(block.group * per_group) + rows) * channel_step(Y_LAST, plane);
}
