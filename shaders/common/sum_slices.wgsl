// Second pass of a split reduction: adds the slices of the workspace [slices, elements] in their order. An invocation owns
// one element. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

struct SumParams {
    elements: u32,
    slices: u32,
    // 1: add to what the output holds from the slices before.
    accumulate: u32,
    // How many times that.
    factor: f32,
}

@group(0) @binding(0) var<uniform> params: SumParams;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn sum_slices(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_invocation(group, groups, local);
    if (i >= params.elements) {
        return;
    }
    var sum = 0.0;
    for (var slice = 0u; slice < params.slices; slice++) {
        sum += partial[slice * params.elements + i];
    }
    if (params.accumulate == 1u) {
        sum += params.factor * stored(i);
    }
    store(i, sum);
}
