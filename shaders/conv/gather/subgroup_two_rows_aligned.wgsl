// A gather by subgroups whose lanes own two rows (two_rows.wgsl), for rows of whole fours that keep their length, with TAPS / 2 cells of zeros
// at either end: a lane reads the four cells at its own outputs at once.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const LANE_ROWS: u32 = 2u;
const TAPS: u32 = 3u;
// specialise: end

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;
// The same cells.
@group(0) @binding(5) var<storage, read> cells: array<Element>;

// Cells before a lane's own, and behind them.
const REACH: u32 = TAPS / 2u;

struct Places {
    has_row: bool,
    w: u32,
    is_first: bool,
    is_last: bool,
    // Lanes 0 to 3 read before the cells of lane 0, the others behind those of lane 7; of the near row and the far one, REACH cells each.
    is_behind: bool,
    is_far: bool,
    beside: i32,
    beside_inside: bool,
}

fn places_of(block: Block, lane: u32) -> Places {
    let is_behind = lane > 3u;
    let first = subgroupShuffle(block.w, 0u);
    let last = subgroupShuffle(block.w, 7u);
    let offset = i32(lane % REACH) + select(-i32(REACH), 4, is_behind);
    let beside = i32(select(first, last, is_behind)) + offset;
    return Places(
        block.valid,
        block.w,
        block.w == 0u,
        block.w + 4u >= params.in_w,
        is_behind,
        lane / REACH % 2u == 1u,
        beside,
        is_inside(beside, params.in_w),
    );
}

// Rows of the padding are read as zero, from elements that exist.
fn cells_of(row: Row, places: Places) -> vec4<f32> {
    let found = element_quad(source[select(0u, (row.first + places.w) / 4u, row.inside)]);
    return select(vec4<f32>(0.0), found, row.inside);
}

fn of_edge(number: u32, places: Places) -> u32 {
    let first = subgroupShuffle(number, 0u);
    let last = subgroupShuffle(number, 7u);
    return select(first, last, places.is_behind);
}

fn beside_of(near: Row, far: Row, places: Places) -> f32 {
    let near_first = of_edge(near.first, places);
    let far_first = of_edge(far.first, places);
    let near_inside = of_edge(u32(near.inside), places);
    let far_inside = of_edge(u32(far.inside), places);
    let is_read = places.beside_inside && select(near_inside, far_inside, places.is_far) == 1u;
    let at = select(0u, select(near_first, far_first, places.is_far) + u32(places.beside), is_read);
    return select(0.0, element(cells[slot(at)], at), is_read);
}

// Of the near row, 0, or the far one, 1.
fn span_of(own: vec4<f32>, beside: f32, row: u32, places: Places, lane: u32) -> Span {
    let before_first = row * REACH;
    let behind_last = 4u + row * REACH;
    if (TAPS == 3u) {
        let from_left = subgroupShuffle(own.w, (lane + 7u) % 8u);
        let from_right = subgroupShuffle(own.x, (lane + 1u) % 8u);
        let before = subgroupShuffle(beside, before_first);
        let behind = subgroupShuffle(beside, behind_last);
        let left = select(select(from_left, 0.0, places.is_first), before, lane == 0u);
        let right = select(select(from_right, 0.0, places.is_last), behind, lane == 7u);
        return Span(vec4<f32>(left, own.xyz), vec4<f32>(own.w, right, 0.0, 0.0));
    }
    let from_left = subgroupShuffle(own.zw, (lane + 7u) % 8u);
    let from_right = subgroupShuffle(own.xy, (lane + 1u) % 8u);
    let before_x = subgroupShuffle(beside, before_first);
    let before_y = subgroupShuffle(beside, before_first + 1u);
    let behind_x = subgroupShuffle(beside, behind_last);
    let behind_y = subgroupShuffle(beside, behind_last + 1u);
    let left = select(select(from_left, vec2<f32>(0.0), places.is_first), vec2<f32>(before_x, before_y), lane == 0u);
    let right = select(select(from_right, vec2<f32>(0.0), places.is_last), vec2<f32>(behind_x, behind_y), lane == 7u);
    return Span(vec4<f32>(left, own.xy), vec4<f32>(own.zw, right));
}
