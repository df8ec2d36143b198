// collect.wgsl for rows of whole fours.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const FOURS: u32 = 4u;
// specialise: end

@group(0) @binding(2) var<storage, read_write> collected: array<vec4<f32>>;

fn store_cells(at: u32, count: u32, cells: vec4<f32>) {
    collected[at / 4u] = cells;
}
