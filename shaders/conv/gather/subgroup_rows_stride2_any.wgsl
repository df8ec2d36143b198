// A gather by subgroups whose lanes own two rows (two_rows.wgsl) with stride 2, for rows of any length and any padding of zeros: a lane reads
// the eight cells from the first under its first tap on, one by one. Where outputs need more than the last lane of a row has, there is
// one more, that owns none.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const LANE_ROWS: u32 = 2u;
const TAPS: u32 = 3u;
// specialise: end

@group(0) @binding(1) var<storage, read> source: array<Element>;

struct Places {
    has_row: bool,
    // Of the even cells; the odd ones follow.
    own: vec4<i32>,
    even_inside: vec4<bool>,
    odd_inside: vec4<bool>,
    is_last: bool,
    // What is behind the cells of lane 7: REACH cells of the near row by the first lanes, and of the far one by those that follow, or, where
    // all would be more than the lanes, by the first ones once more.
    is_far: bool,
    beside: i32,
    beside_inside: bool,
}

const IS_ONE_LOAD: bool = 2u * REACH <= 8u;

fn places_of(block: Block, lane: u32) -> Places {
    let first = class_at(2u, block.class_w).start + i32(2u * block.w);
    let own = vec4<i32>(first) + vec4<i32>(0, 2, 4, 6);
    let beside = subgroupShuffle(first, 7u) + 8 + i32(lane % max(REACH, 1u));
    // Also of the lane behind the last that has outputs.
    let has_row = block.n < params.batch && block.d < class_at(0u, block.class_d).cells
        && block.h < class_at(1u, block.class_h).cells;
    return Places(
        has_row,
        own,
        are_inside(own, params.in_w),
        are_inside(own + vec4<i32>(1), params.in_w),
        block.w + 4u >= params.cells_w,
        IS_ONE_LOAD && lane / max(REACH, 1u) % 2u == 1u,
        beside,
        is_inside(beside, params.in_w),
    );
}

// Cells outside are read as zero, from an element that exists.
fn four_at(row: Row, cells: vec4<i32>, are_in_row: vec4<bool>) -> vec4<f32> {
    let inside = vec4<bool>(row.inside) & are_in_row;
    let at = select(vec4<u32>(0u), vec4<u32>(row.first) + vec4<u32>(cells), inside);
    let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
    return select(vec4<f32>(0.0), found, inside);
}

fn cells_of(row: Row, places: Places) -> Cells {
    return Cells(
        four_at(row, places.own, places.even_inside),
        four_at(row, places.own + vec4<i32>(1), places.odd_inside),
    );
}

fn one_at(first: u32, row_inside: bool, places: Places) -> f32 {
    let is_read = places.beside_inside && row_inside;
    let at = select(0u, first + u32(places.beside), is_read);
    return select(0.0, element(source[slot(at)], at), is_read);
}

// What is behind the cells of lane 7, of the near row and of the far one.
struct Beside {
    near: f32,
    far: f32,
}

fn beside_of(near: Row, far: Row, places: Places) -> Beside {
    if (REACH == 0u) {
        return Beside(0.0, 0.0);
    }
    let near_first = subgroupShuffle(near.first, 7u);
    let far_first = subgroupShuffle(far.first, 7u);
    let near_inside = subgroupShuffle(u32(near.inside), 7u);
    let far_inside = subgroupShuffle(u32(far.inside), 7u);
    if (IS_ONE_LOAD) {
        let inside = select(near_inside, far_inside, places.is_far) == 1u;
        let both = one_at(select(near_first, far_first, places.is_far), inside, places);
        return Beside(both, both);
    }
    return Beside(one_at(near_first, near_inside == 1u, places), one_at(far_first, far_inside == 1u, places));
}

// Cell number 8 + `number` under a lane's taps, which is the neighbour's.
fn behind(from_right: f32, of_edge: f32, number: u32, places: Places, lane: u32) -> f32 {
    return select(select(from_right, 0.0, places.is_last), subgroupShuffle(of_edge, number), lane == 7u);
}

// Of the near row, 0, or the far one, 1.
fn span_of(own: Cells, beside: Beside, row: u32, places: Places, lane: u32) -> Span {
    let right = (lane + 1u) % 8u;
    let of_edge = select(beside.near, beside.far, row == 1u);
    let first = select(0u, row * REACH, IS_ONE_LOAD);
    var even = vec3<f32>(0.0);
    var odd = vec2<f32>(0.0);
    if (TAPS > 2u) {
        even.x = behind(subgroupShuffle(own.even.x, right), of_edge, first, places, lane);
    }
    if (TAPS > 3u) {
        odd.x = behind(subgroupShuffle(own.odd.x, right), of_edge, first + 1u, places, lane);
    }
    if (TAPS > 4u) {
        even.y = behind(subgroupShuffle(own.even.y, right), of_edge, first + 2u, places, lane);
    }
    if (TAPS > 5u) {
        odd.y = behind(subgroupShuffle(own.odd.y, right), of_edge, first + 3u, places, lane);
        even.z = behind(subgroupShuffle(own.even.z, right), of_edge, first + 4u, places, lane);
    }
    return Span(own, even, odd);
}
