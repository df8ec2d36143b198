// Kernel gradients by strips, a slice of a channel by the lanes of a subgroup, which is the workgroup: where one slice
// is enough then.
const LANES: u32 = WORKGROUP_SIZE;

fn slice_at(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
    return linear_workgroup(group, groups);
}

// The lanes take strips in turn.
fn first_strip(local: u32) -> u32 {
    return local;
}

fn over_lanes(sums: TapRow) -> TapRow {
    return TapRow(subgroupAdd(sums.near), subgroupAdd(sums.far));
}
