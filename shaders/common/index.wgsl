// Which element an invocation owns. The host folds a grid of more workgroups than one axis may have over x, y and z
// (src/plan/grid.rs), so that an invocation behind the last element must do nothing.
fn linear_invocation(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
    return linear_workgroup(group, groups) * WORKGROUP_SIZE + local;
}

fn linear_workgroup(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.x + groups.x * (group.y + groups.y * group.z);
}
