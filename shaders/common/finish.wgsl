// What a pass does to its sums where they were added up by several dispatches, in f32 in the workspace, and are rounded to the
// output's type only now: out = activation(derivative(sums) + factor * addend). An invocation owns four neighbouring elements.
// No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

struct FinishParams {
    count: u32,
    sum_base: u32,
    // Of the output, and of the tensor beside it.
    out_base: u32,
    factor: f32,
    slope: f32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

// What is added: 0 nothing, 1 what the output holds, 2 the tensor beside it.
override ADDEND: u32 = 0u;
// What the sums go back through, by the constants of activation.wgsl, from the tensor beside the output.
override DERIVATIVE: u32 = 0u;

@group(0) @binding(0) var<uniform> params: FinishParams;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;
@group(0) @binding(3) var<storage, read> side: array<Element>;

struct Four {
    // How many of them there are.
    count: u32,
    at: vec4<u32>,
    sums: vec4<f32>,
}

fn four_at(first: u32) -> Four {
    let count = params.count - first;
    // Elements behind the last one are read as that one, and not stored.
    let number = vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u));
    let from_sums = number + vec4<u32>(params.sum_base);
    let values = vec4<f32>(sums[from_sums.x], sums[from_sums.y], sums[from_sums.z], sums[from_sums.w]);
    return Four(count, number + vec4<u32>(params.out_base), values);
}

fn store_finished(four: Four, sums: vec4<f32>) {
    var total = sums;
    if (ADDEND == 1u) {
        let at = four.at;
        total += params.factor * vec4<f32>(stored(at.x), stored(at.y), stored(at.z), stored(at.w));
    }
    store_at(four.at, four.count, four_activated(total, params.slope));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn finish(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = linear_invocation(group, groups, local) * 4u;
    if (first < params.count) {
        let four = four_at(first);
        store_finished(four, four.sums);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn finish_beside(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = linear_invocation(group, groups, local) * 4u;
    if (first < params.count) {
        let four = four_at(first);
        let at = four_slots(four.at);
        let beside = four_elements(side[at.x], side[at.y], side[at.z], side[at.w], four.at);
        var total = back_through(DERIVATIVE, beside, four.sums, params.slope);
        if (ADDEND == 2u) {
            total += params.factor * beside;
        }
        store_finished(four, total);
    }
}
