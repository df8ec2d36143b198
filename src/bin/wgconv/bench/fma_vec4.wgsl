// The arithmetic peak: fused multiply-adds on three vec4s held in registers.
//
// Every accumulator is a value of its own that no other one waits for. The functions unroll by doubling, since compilers
// inline them: a loop around few operations would measure the loop (on lavapipe, accumulators go through memory each time
// around one).

struct Params {
    // Times around the loop.
    rounds: u32,
    unused: u32,
    // Unknown to the compiler; the accumulators converge to add / (1 - factor).
    factor: f32,
    add: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;

struct Accumulators {
    a0: vec4<f32>,
    a1: vec4<f32>,
    a2: vec4<f32>,
}

fn step(a: ptr<function, Accumulators>, factor: vec4<f32>, add: vec4<f32>) {
    (*a).a0 = fma((*a).a0, factor, add);
    (*a).a1 = fma((*a).a1, factor, add);
    (*a).a2 = fma((*a).a2, factor, add);
}

fn step4(a: ptr<function, Accumulators>, factor: vec4<f32>, add: vec4<f32>) {
    step(a, factor, add);
    step(a, factor, add);
    step(a, factor, add);
    step(a, factor, add);
}

fn step16(a: ptr<function, Accumulators>, factor: vec4<f32>, add: vec4<f32>) {
    step4(a, factor, add);
    step4(a, factor, add);
    step4(a, factor, add);
    step4(a, factor, add);
}

fn step64(a: ptr<function, Accumulators>, factor: vec4<f32>, add: vec4<f32>) {
    step16(a, factor, add);
    step16(a, factor, add);
    step16(a, factor, add);
    step16(a, factor, add);
}

fn start(id: u32) -> Accumulators {
    let s = vec4<f32>(0.0, 0.1, 0.2, 0.3) + f32(id & 63u) * 0.01;
    return Accumulators(
        s + 0.0,
        s + 1.0,
        s + 2.0,
    );
}

fn finish(a: ptr<function, Accumulators>, id: u32) {
    let sum = dot((*a).a0 + (*a).a1 + (*a).a2, vec4<f32>(1.0));
    // Never true, but only we know: nothing is computed in vain and nothing is written.
    if sum == -1.0 {
        result[id & 63u] = sum;
    }
}

@compute @workgroup_size(64)
fn unrolled_16(@builtin(global_invocation_id) id: vec3<u32>) {
    let factor = vec4<f32>(params.factor);
    let add = vec4<f32>(params.add);
    var a = start(id.x);
    for (var i = 0u; i < params.rounds; i++) {
        step16(&a, factor, add);
    }
    finish(&a, id.x);
}

@compute @workgroup_size(64)
fn unrolled_64(@builtin(global_invocation_id) id: vec3<u32>) {
    let factor = vec4<f32>(params.factor);
    let add = vec4<f32>(params.add);
    var a = start(id.x);
    for (var i = 0u; i < params.rounds; i++) {
        step64(&a, factor, add);
    }
    finish(&a, id.x);
}
