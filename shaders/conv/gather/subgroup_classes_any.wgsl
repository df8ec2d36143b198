// A gather by subgroups whose lanes own all four classes of a stride of 2 (four_classes.wgsl), of rows of any length and any padding of zeros:
// a lane reads the four cells under its first taps, one by one. Where cells of out need more than the last lane of a row has, there is
// one more, that owns none.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 8u;
const LANE_ROWS: u32 = 2u;
const EVEN: u32 = 1u;
const ODD: u32 = 2u;
const ODD_FIRST: u32 = 0u;
// specialise: end

@group(0) @binding(1) var<storage, read> source: array<Element>;

struct Places {
    // A lane's own cells of a row, and where its four rows begin.
    own: vec4<i32>,
    own_inside: vec4<bool>,
    rows: Rows,
    is_last: bool,
    // What is behind the cells of lane 7: a cell of each of the four rows by the first lanes, and the next by the others.
    beside: u32,
    beside_inside: bool,
}

fn places_of(block: Block, rows: Rows, lane: u32) -> Places {
    let first = class_at(2u, 0u).start + i32(block.w);
    let own = vec4<i32>(first) + vec4<i32>(0, 1, 2, 3);
    // Also of the lane behind the last that has outputs.
    let has_row = block.n < params.batch && block.d < class_at(0u, block.class_d).cells
        && block.h < class_at(1u, 0u).cells;
    let beside = subgroupShuffle(first, 7u) + 4 + i32(lane / 4u);
    return Places(
        own,
        are_inside(own, params.in_w) & vec4<bool>(has_row),
        rows,
        block.w + 4u >= params.cells_w,
        row_of_lane(subgroupShuffle(rows.first, 7u), lane) + u32(beside),
        row_of_lane(subgroupShuffle(vec4<u32>(rows.inside) * u32(has_row), 7u), lane) == 1u && is_inside(beside, params.in_w),
    );
}

// Cells outside are read as zero, from an element that exists.
fn cells_of(plane: Plane, row: u32, places: Places) -> vec4<f32> {
    let inside = vec4<bool>(plane.inside && places.rows.inside[row]) & places.own_inside;
    let at = select(vec4<u32>(0u), vec4<u32>(plane.first + places.rows.first[row]) + vec4<u32>(places.own), inside);
    let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
    return select(vec4<f32>(0.0), found, inside);
}

fn beside_of(plane: Plane, places: Places) -> f32 {
    if (SPAN == 1u) {
        return 0.0;
    }
    let first = subgroupShuffle(plane.first, 7u);
    let is_read = places.beside_inside && subgroupShuffle(u32(plane.inside), 7u) == 1u;
    let at = select(0u, first + places.beside, is_read);
    return select(0.0, element(source[slot(at)], at), is_read);
}

fn span_of(own: vec4<f32>, beside: f32, row: u32, places: Places, lane: u32) -> Span {
    if (SPAN == 1u) {
        return Span(own, vec4<f32>(), vec4<f32>());
    }
    let from_right = subgroupShuffle(own.x, (lane + 1u) % 8u);
    let behind = subgroupShuffle(beside, row);
    let next = select(select(from_right, 0.0, places.is_last), behind, lane == 7u);
    var last = 0.0;
    if (SPAN > 2u) {
        let second_from_right = subgroupShuffle(own.y, (lane + 1u) % 8u);
        let second_behind = subgroupShuffle(beside, 4u + row);
        last = select(select(second_from_right, 0.0, places.is_last), second_behind, lane == 7u);
    }
    return Span(own, vec4<f32>(own.yzw, next), vec4<f32>(own.zw, next, last));
}
