// The bandwidth peak: a plain copy of 16 bytes an element.

@group(0) @binding(0) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> destination: array<vec4<f32>>;

// One element an invocation.
@compute @workgroup_size(256)
fn copy_1(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = id.y * groups.x * 256u + id.x;
    if i < arrayLength(&source) {
        destination[i] = source[i];
    }
}

// Four elements an invocation, neighbouring invocations on neighbouring elements.
@compute @workgroup_size(256)
fn copy_4(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let i = (group.y * groups.x + group.x) * 1024u + local;
    if i + 768u < arrayLength(&source) {
        let a = source[i];
        let b = source[i + 256u];
        let c = source[i + 512u];
        let d = source[i + 768u];
        destination[i] = a;
        destination[i + 256u] = b;
        destination[i + 512u] = c;
        destination[i + 768u] = d;
    }
}
