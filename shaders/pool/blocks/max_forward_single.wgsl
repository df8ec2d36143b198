// `pool/blocks/max_forward.wgsl` with rows of any length.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(3) var<storage, read_write> indices: array<u32>;

fn store_indices(at: u32, count: u32, cells: vec4<u32>) {
    indices[at] = cells.x;
    if (count > 1u) {
        indices[at + 1u] = cells.y;
    }
    if (count > 2u) {
        indices[at + 2u] = cells.z;
    }
    if (count > 3u) {
        indices[at + 3u] = cells.w;
    }
}
