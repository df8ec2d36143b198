// `conv/channels/broadcast.wgsl` for planes of any size.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

alias Value = f32;
alias Target = Stored;

// 1: the channels of x, or dx, lie last: [N, spatial..., C].
override X_LAST: u32 = 0u;

// A sum with what stands beside it.
fn beside(at: u32, sum: f32) -> f32 {
    return with_side(vec4<u32>(at), vec4<f32>(sum), params.slope).x;
}

fn held_at(at: u32) -> f32 {
    return stored(at);
}

fn store_total(at: u32, total: f32) {
    store(at, total);
}
