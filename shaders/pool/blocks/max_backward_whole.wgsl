// `pool/blocks/max_backward.wgsl` with rows of whole fours.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> dy: array<ElementQuad>;
@group(0) @binding(3) var<storage, read> indices: array<vec4<u32>>;

fn load_indices(at: vec4<u32>) -> vec4<u32> {
    return indices[at.x / 4u];
}
