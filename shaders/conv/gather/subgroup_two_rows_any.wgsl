// A gather by subgroups whose lanes own two rows (two_rows.wgsl), for rows of any length and any padding of zeros: a lane reads the four
// cells under its first tap, one by one. Where outputs need more than the last lane of a row has, there is one more, that owns none.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const LANE_ROWS: u32 = 2u;
const TAPS: u32 = 3u;
// specialise: end

@group(0) @binding(1) var<storage, read> source: array<Element>;

// Cells behind a lane's own.
const REACH: u32 = TAPS - 1u;

struct Places {
    has_row: bool,
    own: vec4<i32>,
    own_inside: vec4<bool>,
    is_last: bool,
    // What is behind the cells of lane 7: REACH cells of the near row by the first lanes, and of the far one by those that follow.
    is_far: bool,
    beside: i32,
    beside_inside: bool,
}

fn places_of(block: Block, lane: u32) -> Places {
    let first = class_at(2u, block.class_w).start + i32(block.w);
    let own = vec4<i32>(first) + vec4<i32>(0, 1, 2, 3);
    let last = subgroupShuffle(first, 7u);
    let beside = last + 4 + i32(lane % REACH);
    // Also of the lane behind the last that has outputs.
    let has_row = block.n < params.batch && block.d < class_at(0u, block.class_d).cells
        && block.h < class_at(1u, block.class_h).cells;
    return Places(
        has_row,
        own,
        are_inside(own, params.in_w),
        block.w + 4u >= params.cells_w,
        lane / REACH % 2u == 1u,
        beside,
        is_inside(beside, params.in_w),
    );
}

// Cells outside are read as zero, from an element that exists.
fn cells_of(row: Row, places: Places) -> vec4<f32> {
    let inside = vec4<bool>(row.inside) & places.own_inside;
    let at = select(vec4<u32>(0u), vec4<u32>(row.first) + vec4<u32>(places.own), inside);
    let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
    return select(vec4<f32>(0.0), found, inside);
}

fn beside_of(near: Row, far: Row, places: Places) -> f32 {
    let near_first = subgroupShuffle(near.first, 7u);
    let far_first = subgroupShuffle(far.first, 7u);
    let near_inside = subgroupShuffle(u32(near.inside), 7u);
    let far_inside = subgroupShuffle(u32(far.inside), 7u);
    let is_read = places.beside_inside && select(near_inside, far_inside, places.is_far) == 1u;
    let at = select(0u, select(near_first, far_first, places.is_far) + u32(places.beside), is_read);
    return select(0.0, element(source[slot(at)], at), is_read);
}

// Of the near row, 0, or the far one, 1.
fn span_of(own: vec4<f32>, beside: f32, row: u32, places: Places, lane: u32) -> Span {
    let first = row * REACH;
    let x = subgroupShuffle(beside, first);
    let y = subgroupShuffle(beside, first + 1u);
    if (TAPS == 3u) {
        let from_right = subgroupShuffle(own.xy, (lane + 1u) % 8u);
        let of_last = select(from_right, vec2<f32>(0.0), places.is_last);
        return Span(own, vec4<f32>(select(of_last, vec2<f32>(x, y), lane == 7u), 0.0, 0.0));
    }
    let from_right = subgroupShuffle(own, (lane + 1u) % 8u);
    let z = subgroupShuffle(beside, first + 2u);
    let w = subgroupShuffle(beside, first + 3u);
    let of_last = select(from_right, vec4<f32>(0.0), places.is_last);
    return Span(own, select(of_last, vec4<f32>(x, y, z, w), lane == 7u));
}
