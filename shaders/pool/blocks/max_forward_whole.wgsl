// `pool/blocks/max_forward.wgsl` with rows of whole fours.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(3) var<storage, read_write> indices: array<vec4<u32>>;

fn store_indices(at: u32, count: u32, cells: vec4<u32>) {
    indices[at / 4u] = cells;
}
