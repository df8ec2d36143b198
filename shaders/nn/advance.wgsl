// Counts a step.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read_write> step: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn advance(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        step[index] += 1u;
    }
}
