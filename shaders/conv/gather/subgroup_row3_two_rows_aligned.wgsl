// A gather by subgroups, three taps and two rows at a time, for rows of whole fours: subgroup_row3_two_rows.wgsl with store_vec4.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const LANE_ROWS: u32 = 2u;
// specialise: end

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;
// The same cells.
@group(0) @binding(5) var<storage, read> cells: array<Element>;

// Rows of the padding are read as zero, from elements that exist.
fn cells_of(row: Row, w: u32) -> vec4<f32> {
    let found = element_quad(source[select(0u, (row.first + w) / 4u, row.inside)]);
    return select(vec4<f32>(0.0), found, row.inside);
}

fn cell_at(at: u32) -> f32 {
    return element(cells[slot(at)], at);
}
