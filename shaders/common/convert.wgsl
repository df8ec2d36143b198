// out = x in another type. An invocation owns four neighbouring elements. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

struct ConvertParams {
    count: u32,
    x_base: u32,
    out_base: u32,
    unused: u32,
}

@group(0) @binding(0) var<uniform> params: ConvertParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn convert(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = linear_invocation(group, groups, local) * 4u;
    if (first >= params.count) {
        return;
    }
    let count = params.count - first;
    // Elements behind the last one are read as that one, and not stored.
    let number = vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u));
    let i = number + vec4<u32>(params.x_base);
    let at = four_slots(i);
    let values = four_elements(x[at.x], x[at.y], x[at.z], x[at.w], i);
    store_at(number + vec4<u32>(params.out_base), count, values);
}
