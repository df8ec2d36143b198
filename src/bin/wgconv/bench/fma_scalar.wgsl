// The arithmetic peak: fused multiply-adds on 12 scalars held in registers.
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
    a0: f32,
    a1: f32,
    a2: f32,
    a3: f32,
    a4: f32,
    a5: f32,
    a6: f32,
    a7: f32,
    a8: f32,
    a9: f32,
    a10: f32,
    a11: f32,
}

fn step(a: ptr<function, Accumulators>, factor: f32, add: f32) {
    (*a).a0 = fma((*a).a0, factor, add);
    (*a).a1 = fma((*a).a1, factor, add);
    (*a).a2 = fma((*a).a2, factor, add);
    (*a).a3 = fma((*a).a3, factor, add);
    (*a).a4 = fma((*a).a4, factor, add);
    (*a).a5 = fma((*a).a5, factor, add);
    (*a).a6 = fma((*a).a6, factor, add);
    (*a).a7 = fma((*a).a7, factor, add);
    (*a).a8 = fma((*a).a8, factor, add);
    (*a).a9 = fma((*a).a9, factor, add);
    (*a).a10 = fma((*a).a10, factor, add);
    (*a).a11 = fma((*a).a11, factor, add);
}

fn step4(a: ptr<function, Accumulators>, factor: f32, add: f32) {
    step(a, factor, add);
    step(a, factor, add);
    step(a, factor, add);
    step(a, factor, add);
}

fn step16(a: ptr<function, Accumulators>, factor: f32, add: f32) {
    step4(a, factor, add);
    step4(a, factor, add);
    step4(a, factor, add);
    step4(a, factor, add);
}

fn step64(a: ptr<function, Accumulators>, factor: f32, add: f32) {
    step16(a, factor, add);
    step16(a, factor, add);
    step16(a, factor, add);
    step16(a, factor, add);
}

fn start(id: u32) -> Accumulators {
    let s = f32(id & 63u) * 0.01;
    return Accumulators(
        s + 0.0,
        s + 1.0,
        s + 2.0,
        s + 3.0,
        s + 4.0,
        s + 5.0,
        s + 6.0,
        s + 7.0,
        s + 8.0,
        s + 9.0,
        s + 10.0,
        s + 11.0,
    );
}

fn finish(a: ptr<function, Accumulators>, id: u32) {
    let sum = (*a).a0 + (*a).a1 + (*a).a2 + (*a).a3 + (*a).a4 + (*a).a5 + (*a).a6 + (*a).a7 + (*a).a8 + (*a).a9 + (*a).a10 + (*a).a11;
    // Never true, but only we know: nothing is computed in vain and nothing is written.
    if sum == -1.0 {
        result[id & 63u] = sum;
    }
}

@compute @workgroup_size(64)
fn unrolled_16(@builtin(global_invocation_id) id: vec3<u32>) {
    let factor = f32(params.factor);
    let add = f32(params.add);
    var a = start(id.x);
    for (var i = 0u; i < params.rounds; i++) {
        step16(&a, factor, add);
    }
    finish(&a, id.x);
}

@compute @workgroup_size(64)
fn unrolled_64(@builtin(global_invocation_id) id: vec3<u32>) {
    let factor = f32(params.factor);
    let add = f32(params.add);
    var a = start(id.x);
    for (var i = 0u; i < params.rounds; i++) {
        step64(&a, factor, add);
    }
    finish(&a, id.x);
}
