// `pool/rows/max_forward.wgsl` with results that are stored element by element.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(4) var<storage, read_write> indices: array<u32>;

fn store_four_indices(at: u32, first: u32, cells: vec4<u32>) {
    indices[at] = cells.x;
    if (first + 1u < params.count) {
        indices[at + 1u] = cells.y;
    }
    if (first + 2u < params.count) {
        indices[at + 2u] = cells.z;
    }
    if (first + 3u < params.count) {
        indices[at + 3u] = cells.w;
    }
}
