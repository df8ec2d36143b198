// Kernel gradients by strips, a slice of a channel by one invocation.
const LANES: u32 = 1u;

// Neighbours have slices of the same channel, which lie beside each other.
fn slice_at(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
    return linear_invocation(group, groups, local);
}

// The first strip of a slice that an invocation takes.
fn first_strip(local: u32) -> u32 {
    return 0u;
}

fn over_lanes(sums: TapRow) -> TapRow {
    return sums;
}
