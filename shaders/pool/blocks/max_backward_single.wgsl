// `pool/blocks/max_backward.wgsl` with rows of any length.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(3) var<storage, read> indices: array<u32>;

fn load_indices(at: vec4<u32>) -> vec4<u32> {
    return vec4<u32>(indices[at.x], indices[at.y], indices[at.z], indices[at.w]);
}
