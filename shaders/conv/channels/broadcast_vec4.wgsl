// `conv/channels/broadcast.wgsl` for planes of whole fours, and channels that lie first.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

alias Value = vec4<f32>;
alias Target = StoredQuad;

const X_LAST: u32 = 0u;

// Sums with what stands beside them.
fn beside(at: u32, sums_of_four: vec4<f32>) -> vec4<f32> {
    return with_side(4u * at + vec4<u32>(0u, 1u, 2u, 3u), sums_of_four, params.slope);
}

fn held_at(at: u32) -> vec4<f32> {
    return stored_quad(at);
}

fn store_total(at: u32, total: vec4<f32>) {
    store_quad(at, total);
}
