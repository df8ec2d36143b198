// db and dw of `nn/batch_norm/gradient_sums.wgsl`, slice by slice, where channels are last: an invocation owns four channels of a slice.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read> dy: array<ElementQuad>;
@group(0) @binding(3) var<storage, read> y: array<ElementQuad>;
@group(0) @binding(4) var<storage, read> mean: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> inv_std: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> workspace: array<vec4<f32>>;

fn store_sums(run: Run, db: vec4<f32>, centred: vec4<f32>) {
    let dw = centred * inv_std[run.quad];
    let result = result_of(run);
    workspace[result] = vec4<f32>(db.x, dw.x, 0.0, 0.0);
    workspace[result + 1u] = vec4<f32>(db.y, dw.y, 0.0, 0.0);
    workspace[result + 2u] = vec4<f32>(db.z, dw.z, 0.0, 0.0);
    workspace[result + 3u] = vec4<f32>(db.w, dw.w, 0.0, 0.0);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn run_sums(
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
    let centre = mean[run.quad];
    var address = run.address;
    var db = vec4<f32>(0.0);
    var centred = vec4<f32>(0.0);
    for (var step = 0u; step < run.steps; step++) {
        let g = element_quad(dy[address]);
        db += g;
        centred += g * (element_quad(x[address]) - centre);
        address += row;
    }
    store_sums(run, db, centred);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn run_sums_through(
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
    let centre = mean[run.quad];
    var address = run.address;
    var db = vec4<f32>(0.0);
    var centred = vec4<f32>(0.0);
    for (var step = 0u; step < run.steps; step++) {
        let g = select(vec4<f32>(0.0), element_quad(dy[address]), element_quad(y[address]) > vec4<f32>(0.0));
        db += g;
        centred += g * (element_quad(x[address]) - centre);
        address += row;
    }
    store_sums(run, db, centred);
}
