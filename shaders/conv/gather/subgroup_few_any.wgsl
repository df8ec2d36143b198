// Few channels (subgroup_few.wgsl): cells of the source one by one, wherever they lie.
// ROWS are the channels that exist, or more; EVEN and ODD the taps of the classes along w, of which the second has none where there
// is only one; ODD_FIRST is the cell under the first of its taps, counted from that under the first of EVEN.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 4u;
const ROWS: u32 = 3u;
const EVEN: u32 = 1u;
const ODD: u32 = 2u;
const ODD_FIRST: u32 = 0u;
// specialise: end

@group(0) @binding(1) var<storage, read> source: array<Element>;

struct PlaceInRow {
    // The cell under the first tap of EVEN.
    first: i32,
    extent: u32,
    // From one cell to the next.
    apart: u32,
}

fn place_in_row(block: Block, lane: u32) -> PlaceInRow {
    let first = class_at(2u, 0u).start + i32(block.w);
    return PlaceInRow(first, params.in_w, cell_step(SOURCE_LAST, params.groups * params.channels));
}

fn four_at(row: u32, place: PlaceInRow, behind: i32, exists: bool) -> Four {
    let places = vec4<i32>(place.first + behind) + vec4<i32>(0, 1, 2, 3);
    let inside = vec4<bool>(exists) & are_inside(places, place.extent);
    // Cells outside are read as zero, from an element that exists.
    let at = select(vec4<u32>(0u), vec4<u32>(row) + vec4<u32>(places) * place.apart, inside);
    let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
    return select(Four(0.0), found, inside);
}

fn cells_at(row: u32, place: PlaceInRow, exists: bool) -> Sixteen {
    let a = four_at(row, place, 0, exists);
    let b = four_at(row, place, 4, exists);
    let c = four_at(row, place, 8, exists);
    return Sixteen(a, b, c, four_at(row, place, 12, exists));
}
