// Which elements of its output a direct kernel's dispatch stores, of those that its invocations own: 0 all, or 1 `range_count` from
// `range_begin` on, which lie at the beginning of what is bound in the output's place: where the workspace cannot hold f32 sums
// of all.
override RANGED: u32 = 0u;

// Whether one of four elements is among them.
fn touches_range(at: vec4<u32>, begin: u32, count: u32) -> bool {
    return any(at - vec4<u32>(begin) < vec4<u32>(count));
}
