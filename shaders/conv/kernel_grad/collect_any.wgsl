// collect.wgsl for rows of any length.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const FOURS: u32 = 4u;
// specialise: end

@group(0) @binding(2) var<storage, read_write> collected: array<f32>;

fn store_cells(at: u32, count: u32, cells: vec4<f32>) {
    collected[at] = cells.x;
    if (count > 1u) {
        collected[at + 1u] = cells.y;
    }
    if (count > 2u) {
        collected[at + 2u] = cells.z;
    }
    if (count > 3u) {
        collected[at + 3u] = cells.w;
    }
}
