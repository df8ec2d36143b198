// Elements dropped at random, the others scaled up. The mask is a function of seed, step and element, so that the backward pass
// computes it again instead of reading it. An invocation a Value: one element, or four (dropout_scalar.wgsl, dropout_vec4.wgsl).
@group(0) @binding(0) var<uniform> params: DropoutParams;
@group(0) @binding(1) var<storage, read> x: array<Entry>;
@group(0) @binding(2) var<storage, read> step: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<StoredEntry>;

const PHILOX_ROUNDS: u32 = 10u;

// Four random words, a function of counter and key: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
// as 1, 2, 3", 2011).
fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
    var words = counter;
    var round_key = key;
    for (var round = 0u; round < PHILOX_ROUNDS; round++) {
        let low = vec2<u32>(0xd2511f53u * words.x, 0xcd9e8d57u * words.z);
        let high = vec2<u32>(high_product(0xd2511f53u, words.x), high_product(0xcd9e8d57u, words.z));
        words = vec4<u32>(high.y ^ words.y ^ round_key.x, low.y, high.x ^ words.w ^ round_key.y, low.x);
        round_key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
    }
    return words;
}

// The words of four elements, the first of which is a multiple of 4.
fn random_words(four: u32) -> vec4<u32> {
    return philox(vec4<u32>(four, step[0], 0u, 0u), vec2<u32>(params.seed_low, params.seed_high));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn dropout(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let scaled = loaded(x[entry(index)], index) * params.scale;
        store_value(index, select(Value(0.0), scaled, kept(index)));
    }
}
