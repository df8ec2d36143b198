// A gather by subgroups whose lanes own all four classes of a stride of 2 (four_classes.wgsl), of rows of whole fours of the source: a lane
// reads the four cells at its own at once, and takes what is beside them from its neighbours.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 8u;
const LANE_ROWS: u32 = 2u;
const EVEN: u32 = 1u;
const ODD: u32 = 2u;
const ODD_FIRST: u32 = 0u;
const BEFORE: u32 = 0u;
// specialise: end

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;
// The same cells.
@group(0) @binding(5) var<storage, read> cells: array<Element>;

// A lane reads one cell at most before its own, and one behind them.
const_assert BEFORE <= 1u && SPAN <= 2u + BEFORE;

struct Places {
    // A lane's own cells of four rows.
    own: vec4<u32>,
    own_inside: vec4<bool>,
    is_first: bool,
    is_last: bool,
    // Lanes 0 to 3 read the cell before those of lane 0, of a row each, the others that behind those of lane 7.
    is_behind: bool,
    beside: u32,
    beside_inside: bool,
}

fn of_edge(number: u32, is_behind: bool) -> u32 {
    let first = subgroupShuffle(number, 0u);
    let last = subgroupShuffle(number, 7u);
    return select(first, last, is_behind);
}

fn of_edge_rows(numbers: vec4<u32>, is_behind: bool) -> vec4<u32> {
    let first = subgroupShuffle(numbers, 0u);
    let last = subgroupShuffle(numbers, 7u);
    return select(first, last, is_behind);
}

fn places_of(block: Block, rows: Rows, lane: u32) -> Places {
    let is_behind = lane > 3u;
    let beside = i32(of_edge(block.w, is_behind)) + select(-1, 4, is_behind);
    let inside = of_edge_rows(vec4<u32>(rows.inside) * u32(block.valid), is_behind);
    return Places(
        rows.first + vec4<u32>(block.w),
        rows.inside & vec4<bool>(block.valid && block.w < params.in_w),
        block.w == 0u,
        block.w + 4u >= params.in_w,
        is_behind,
        row_of_lane(of_edge_rows(rows.first, is_behind), lane) + u32(beside),
        row_of_lane(inside, lane) == 1u && is_inside(beside, params.in_w),
    );
}

// Rows outside are read as zero, from elements that exist.
fn cells_of(plane: Plane, row: u32, places: Places) -> vec4<f32> {
    let inside = plane.inside && places.own_inside[row];
    let found = element_quad(source[select(0u, (plane.first + places.own[row]) / 4u, inside)]);
    return select(vec4<f32>(0.0), found, inside);
}

fn beside_of(plane: Plane, places: Places) -> f32 {
    if (SPAN == 1u) {
        return 0.0;
    }
    let first = of_edge(plane.first, places.is_behind);
    let is_read = places.beside_inside && of_edge(u32(plane.inside), places.is_behind) == 1u;
    let at = select(0u, first + places.beside, is_read);
    return select(0.0, element(cells[slot(at)], at), is_read);
}

fn span_of(own: vec4<f32>, beside: f32, row: u32, places: Places, lane: u32) -> Span {
    var left = 0.0;
    if (BEFORE == 1u) {
        let from_left = subgroupShuffle(own.w, (lane + 7u) % 8u);
        let before = subgroupShuffle(beside, row);
        left = select(select(from_left, 0.0, places.is_first), before, lane == 0u);
    }
    var right = 0.0;
    if (SPAN > 1u + BEFORE) {
        let from_right = subgroupShuffle(own.x, (lane + 1u) % 8u);
        let behind = subgroupShuffle(beside, 4u + row);
        right = select(select(from_right, 0.0, places.is_last), behind, lane == 7u);
    }
    let next = vec4<f32>(own.yzw, right);
    if (BEFORE == 1u) {
        return Span(vec4<f32>(left, own.xyz), own, next);
    }
    return Span(own, next, vec4<f32>());
}
