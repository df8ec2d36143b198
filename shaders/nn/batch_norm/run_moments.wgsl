// Mean and squared deviations of x, slice by slice, where channels are last: an invocation owns four channels of a slice, whose rows
// it adds one by one as `nn/batch_norm/batch_moments.wgsl` does. Its neighbours read what is beside in memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read_write> workspace: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn run_moments(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.plane * params.slices) {
        return;
    }
    let run = run_of(index);
    let row = params.plane;
    var address = run.address;
    var mean = vec4<f32>(0.0);
    var squares = vec4<f32>(0.0);
    for (var step = 0u; step < run.steps; step++) {
        let value = element_quad(x[address]);
        let delta = value - mean;
        mean += delta * (1.0 / f32(step + 1u));
        squares += delta * (value - mean);
        address += row;
    }
    let result = result_of(run);
    let count = f32(run.steps);
    workspace[result] = vec4<f32>(count, mean.x, squares.x, 0.0);
    workspace[result + 1u] = vec4<f32>(count, mean.y, squares.y, 0.0);
    workspace[result + 2u] = vec4<f32>(count, mean.z, squares.z, 0.0);
    workspace[result + 3u] = vec4<f32>(count, mean.w, squares.w, 0.0);
}
