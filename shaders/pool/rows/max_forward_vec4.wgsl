// `pool/rows/max_forward.wgsl` with results that are stored in whole vec4s.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(4) var<storage, read_write> indices: array<vec4<u32>>;

fn store_four_indices(at: u32, first: u32, cells: vec4<u32>) {
    indices[at / 4u] = cells;
}
