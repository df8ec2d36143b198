// A gather by subgroups, three taps and two rows at a time, for rows of any length: subgroup_row3_two_rows.wgsl with store_scalar.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const LANE_ROWS: u32 = 2u;
// specialise: end

@group(0) @binding(1) var<storage, read> source: array<Element>;

// Cells behind a row and rows of the padding are read as zero, from elements that exist.
fn cells_of(row: Row, w: u32) -> vec4<f32> {
    let places = vec4<u32>(w) + vec4<u32>(0u, 1u, 2u, 3u);
    let inside = vec4<bool>(row.inside) & (places < vec4<u32>(params.in_w));
    let at = select(vec4<u32>(0u), vec4<u32>(row.first) + places, inside);
    let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
    return select(vec4<f32>(0.0), found, inside);
}

fn cell_at(at: u32) -> f32 {
    return element(source[slot(at)], at);
}
