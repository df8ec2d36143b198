// Input gradients with stride 2 by subgroups: a lane owns all four classes along h and w, four cells of each, of two rows one below the
// other, four rows of eight cells of out. All of them read the same few rows of the source, each once a channel. EVEN and ODD are the
// classes' taps along either axis, and the odd class begins ODD_FIRST cells behind the even one. How a lane comes by the cells of a
// row is the kernels' (cells_of, beside_of, span_of).

const CLASSES_OF_LANE: u32 = 4u;
const LANE_FOURS: u32 = 1u;

const_assert TILE_M == 8u && LANE_ROWS == 2u;
const_assert EVEN >= 1u && EVEN <= 2u && ODD >= 1u && ODD <= 2u && ODD_FIRST <= 1u;

// Cells and rows of the source under the taps of all classes.
const SPAN: u32 = max(EVEN, ODD_FIRST + ODD);

// Where four rows of the source lie in a plane: those under a lane's two rows.
struct Rows {
    first: vec4<u32>,
    inside: vec4<bool>,
}

fn rows_at(h: i32) -> Rows {
    let rows = vec4<i32>(h) + vec4<i32>(0, 1, 2, 3);
    return Rows(vec4<u32>(rows) * params.in_w, are_inside(rows, params.in_h));
}

// What a lane reads beside another's cells is of one of four rows.
fn row_of_lane(rows: vec4<u32>, lane: u32) -> u32 {
    let row = lane % 4u;
    let low = select(rows.x, rows.y, row == 1u);
    let high = select(rows.z, rows.w, row == 3u);
    return select(low, high, row > 1u);
}

// The cells of a row under its windows: of the first taps, those one and two behind them.
struct Span {
    near: Columns,
    next: Columns,
    last: Columns,
}

fn under_even(cells: Span) -> Under {
    return Under(cells.near, cells.next);
}

fn under_odd(cells: Span) -> Under {
    if (ODD_FIRST == 1u) {
        return Under(cells.next, cells.last);
    }
    return Under(cells.near, cells.next);
}

// Where a lane finds its tap of those that a load brings, and how far apart those of one channel and of the next are.
struct Packed {
    at: u32,
    apart: u32,
}

fn packed_of(block: Block, lane: u32, load: u32) -> Packed {
    let number = min(load * TAPS_HELD + lane / ROW_LANES, ALL_TAPS - 1u);
    var own = block;
    own.class_h = u32(number >= OF_ODD_EVEN);
    own.class_w = u32((number >= OF_EVEN_ODD && number < OF_ODD_EVEN) || number >= OF_ODD_ODD);
    var first = 0u;
    if (number >= OF_ODD_ODD) {
        first = OF_ODD_ODD;
    } else if (number >= OF_ODD_EVEN) {
        first = OF_ODD_EVEN;
    } else if (number >= OF_EVEN_ODD) {
        first = OF_EVEN_ODD;
    }
    let row_length = params.outputs_padded / 4u;
    let taps = taps_of(own);
    return Packed(first_of_packed(own, lane) + (number - first) * row_length, taps.y * taps.z * row_length);
}

fn gather_sums(block: Block, lane: u32) {
    let taps_d = class_at(0u, block.class_d).taps;
    let in_d = params.in_d;
    let plane_d = params.in_h * params.in_w;
    let plane = in_d * plane_d;
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let rows = rows_at(class_at(1u, 0u).start + i32(block.h));
    let places = places_of(block, rows, lane);
    let tap_step_d = params.tap_step_d;
    let a = packed_of(block, lane, 0u);
    let b = packed_of(block, lane, 1u);
    let c = packed_of(block, lane, 2u);
    let d = packed_of(block, lane, 3u);
    var at = vec4<u32>(a.at, b.at, c.at, d.at);
    let apart = vec4<u32>(a.apart, b.apart, c.apart, d.apart);
    let taps = vec3<u32>(taps_d, 1u, 1u);
    let is_summed = has_channels();

    clear_sums();
    clear_others();
    var step = Step(0u, 0u, source_origin(block) + params.channel_begin * plane);
    for (var to_go = steps_of(params.channel_end - params.channel_begin, taps); to_go > 0u; to_go--) {
        let cell_d = start_d + i32(step.i * tap_step_d);
        let of_plane = Plane(is_inside(cell_d, in_d), step.channel + u32(cell_d) * plane_d);
        let beside = beside_of(of_plane, places);
        let x = span_of(cells_of(of_plane, 0u, places), beside, 0u, places, lane);
        let y = span_of(cells_of(of_plane, 1u, places), beside, 1u, places, lane);
        var z = y;
        if (SPAN > 1u) {
            z = span_of(cells_of(of_plane, 2u, places), beside, 2u, places, lane);
        }
        var u = z;
        if (SPAN > 2u) {
            u = span_of(cells_of(of_plane, 3u, places), beside, 3u, places, lane);
        }
        if (is_summed) {
            var held = HeldTaps(packed[at.x], vec4<f32>(), vec4<f32>(), vec4<f32>());
            if (ALL_TAPS > TAPS_HELD) {
                held.b = packed[at.y];
            }
            if (ALL_TAPS > 2u * TAPS_HELD) {
                held.c = packed[at.z];
            }
            if (ALL_TAPS > 3u * TAPS_HELD) {
                held.d = packed[at.w];
            }
            accumulate_even_even(held, under_even(x), under_even(y), under_even(z));
            accumulate_even_odd(held, under_odd(x), under_odd(y), under_odd(z));
            if (ODD_FIRST == 1u) {
                accumulate_odd_even(held, under_even(y), under_even(z), under_even(u));
                accumulate_odd_odd(held, under_odd(y), under_odd(z), under_odd(u));
            } else {
                accumulate_odd_even(held, under_even(x), under_even(y), under_even(z));
                accumulate_odd_odd(held, under_odd(x), under_odd(y), under_odd(z));
            }
        }
        at += apart;
        step = next_step(step, taps, plane);
    }
}

// A plane of the source at a step: whether it is inside, and its first element.
struct Plane {
    inside: bool,
    first: u32,
}
