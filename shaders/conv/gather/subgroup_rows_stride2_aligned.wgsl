// A gather by subgroups whose lanes own two rows (two_rows.wgsl) with stride 2, for rows of whole fours with BEFORE cells of zeros before
// the first: a lane reads the eight cells from the one under tap BEFORE of its first output on, in two fours.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const LANE_ROWS: u32 = 2u;
const TAPS: u32 = 3u;
const BEFORE: u32 = 1u;
// specialise: end

const_assert BEFORE <= 3u && BEFORE <= REACH && REACH <= BEFORE + 2u;

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;
// The same cells.
@group(0) @binding(5) var<storage, read> cells: array<Element>;

struct Places {
    has_row: bool,
    // The first of a lane's own cells, and whether the second four is in the row.
    own: u32,
    has_second: bool,
    is_first: bool,
    is_last: bool,
    // The first lanes read BEFORE cells before those of lane 0 and the rest of REACH behind those of lane 7, of the near row, and the
    // lanes that follow of the far one, or, where all would be more than the lanes, the same once more.
    is_behind: bool,
    is_far: bool,
    beside: i32,
    beside_inside: bool,
}

const IS_ONE_LOAD: bool = 2u * REACH <= 8u;

fn places_of(block: Block, lane: u32) -> Places {
    let own = 2u * block.w;
    let first = subgroupShuffle(own, 0u);
    let last = subgroupShuffle(own, 7u);
    let number = lane % max(REACH, 1u);
    let is_behind = number >= BEFORE;
    let beside = i32(select(first, last + 8u, is_behind)) + i32(number) - i32(BEFORE);
    return Places(
        block.valid,
        own,
        own + 4u < params.in_w,
        own == 0u,
        own + 8u >= params.in_w,
        is_behind,
        IS_ONE_LOAD && lane / max(REACH, 1u) % 2u == 1u,
        beside,
        is_inside(beside, params.in_w),
    );
}

// Cells outside are read as zero, from elements that exist.
fn four_at(at: u32, inside: bool) -> vec4<f32> {
    return select(vec4<f32>(0.0), element_quad(source[select(0u, at / 4u, inside)]), inside);
}

fn cells_of(row: Row, places: Places) -> Cells {
    let at = row.first + places.own;
    let low = four_at(at, row.inside);
    let high = four_at(at + 4u, row.inside && places.has_second);
    return Cells(vec4<f32>(low.xz, high.xz), vec4<f32>(low.yw, high.yw));
}

fn of_edge(number: u32, places: Places) -> u32 {
    let first = subgroupShuffle(number, 0u);
    let last = subgroupShuffle(number, 7u);
    return select(first, last, places.is_behind);
}

fn one_at(first: u32, row_inside: u32, places: Places) -> f32 {
    let is_read = places.beside_inside && row_inside == 1u;
    let at = select(0u, first + u32(places.beside), is_read);
    return select(0.0, element(cells[slot(at)], at), is_read);
}

// What is beside the cells of lanes 0 and 7, of the near row and of the far one.
struct Beside {
    near: f32,
    far: f32,
}

fn beside_of(near: Row, far: Row, places: Places) -> Beside {
    if (REACH == 0u) {
        return Beside(0.0, 0.0);
    }
    let near_first = of_edge(near.first, places);
    let far_first = of_edge(far.first, places);
    let near_inside = of_edge(u32(near.inside), places);
    let far_inside = of_edge(u32(far.inside), places);
    if (IS_ONE_LOAD) {
        let first = select(near_first, far_first, places.is_far);
        let both = one_at(first, select(near_inside, far_inside, places.is_far), places);
        return Beside(both, both);
    }
    return Beside(one_at(near_first, near_inside, places), one_at(far_first, far_inside, places));
}

// The cell so many before a lane's own.
fn before(of_left: f32, number: u32, of_edge: f32, first: u32, places: Places, lane: u32) -> f32 {
    let from_left = subgroupShuffle(of_left, (lane + 7u) % 8u);
    let read = subgroupShuffle(of_edge, first + BEFORE - number);
    return select(select(from_left, 0.0, places.is_first), read, lane == 0u);
}

// The cell so many behind the first behind a lane's own.
fn behind(of_right: f32, number: u32, of_edge: f32, first: u32, places: Places, lane: u32) -> f32 {
    let from_right = subgroupShuffle(of_right, (lane + 1u) % 8u);
    let read = subgroupShuffle(of_edge, first + BEFORE + number);
    return select(select(from_right, 0.0, places.is_last), read, lane == 7u);
}

// Of the near row, 0, or the far one, 1.
fn span_of(own: Cells, beside: Beside, row: u32, places: Places, lane: u32) -> Span {
    let edge = select(beside.near, beside.far, row == 1u);
    let first = select(0u, row * REACH, IS_ONE_LOAD);
    let even = own.even;
    let odd = own.odd;
    var left = vec3<f32>(0.0);
    var right = vec2<f32>(0.0);
    if (BEFORE > 0u) {
        left.x = before(odd.w, 1u, edge, first, places, lane);
    }
    if (BEFORE > 1u) {
        left.y = before(even.w, 2u, edge, first, places, lane);
    }
    if (BEFORE > 2u) {
        left.z = before(odd.z, 3u, edge, first, places, lane);
    }
    if (REACH > BEFORE) {
        right.x = behind(even.x, 0u, edge, first, places, lane);
    }
    if (REACH > BEFORE + 1u) {
        right.y = behind(odd.x, 1u, edge, first, places, lane);
    }
    if (BEFORE == 0u) {
        return Span(own, vec3<f32>(right.x, 0.0, 0.0), vec2<f32>(right.y, 0.0));
    }
    if (BEFORE == 1u) {
        let begin = Cells(vec4<f32>(left.x, odd.xyz), even);
        return Span(begin, vec3<f32>(odd.w, right.y, 0.0), vec2<f32>(right.x, 0.0));
    }
    if (BEFORE == 2u) {
        let begin = Cells(vec4<f32>(left.y, even.xyz), vec4<f32>(left.x, odd.xyz));
        return Span(begin, vec3<f32>(even.w, right.x, 0.0), vec2<f32>(odd.w, right.y));
    }
    let begin = Cells(vec4<f32>(left.zx, odd.xy), vec4<f32>(left.y, even.xyz));
    return Span(begin, vec3<f32>(odd.zw, right.y), vec2<f32>(even.w, right.x));
}
