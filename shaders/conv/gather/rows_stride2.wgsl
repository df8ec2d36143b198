// What lanes of two rows (two_rows.wgsl) have under 2 to 5 or 7 neighbouring taps with stride 2, and its products.

const_assert TAPS >= 2u && TAPS <= 5u || TAPS == 7u;

// Cells of a row under a lane's taps beside its own eight.
const REACH: u32 = TAPS - 2u;

// Eight cells of a row: every other one, and those between.
struct Cells {
    even: vec4<f32>,
    odd: vec4<f32>,
}

// The TAPS + 6 cells of a row under a lane's taps: eight, and 8, 10, 12, and 9, 11.
struct Span {
    first: Cells,
    even: vec3<f32>,
    odd: vec2<f32>,
}

// The cells under a tap.
fn under_tap(cells: Span, tap: u32) -> Columns {
    let even = cells.first.even;
    let odd = cells.first.odd;
    if (tap == 0u) {
        return even;
    }
    if (tap == 1u) {
        return odd;
    }
    if (tap == 2u) {
        return vec4<f32>(even.yzw, cells.even.x);
    }
    if (tap == 3u) {
        return vec4<f32>(odd.yzw, cells.odd.x);
    }
    if (tap == 4u) {
        return vec4<f32>(even.zw, cells.even.xy);
    }
    if (tap == 5u) {
        return vec4<f32>(odd.zw, cells.odd);
    }
    return vec4<f32>(even.w, cells.even);
}

// By three rows of A, or two, that begin with this tap's.
fn sum_three(at: u32, row_length: u32, lane: u32, near: Span, far: Span, tap: u32) {
    let held = held_at(at + tap * row_length, row_length, lane);
    accumulate_rows(
        held.a,
        held.b,
        held.c,
        Under(under_tap(near, tap), under_tap(near, tap + 1u), under_tap(near, tap + 2u)),
        Under(under_tap(far, tap), under_tap(far, tap + 1u), under_tap(far, tap + 2u)),
    );
}

fn sum_two(at: u32, row_length: u32, lane: u32, near: Span, far: Span, tap: u32) {
    let held = held_two_at(at + tap * row_length, row_length, lane);
    accumulate_rows_two(
        held.a,
        held.b,
        UnderTwo(under_tap(near, tap), under_tap(near, tap + 1u)),
        UnderTwo(under_tap(far, tap), under_tap(far, tap + 1u)),
    );
}

fn sum_taps(at: u32, row_length: u32, lane: u32, near: Span, far: Span) {
    if (TAPS % 2u == 0u) {
        sum_two(at, row_length, lane, near, far, 0u);
    } else {
        sum_three(at, row_length, lane, near, far, 0u);
    }
    if (TAPS == 4u) {
        sum_two(at, row_length, lane, near, far, 2u);
    }
    if (TAPS >= 5u) {
        sum_two(at, row_length, lane, near, far, 3u);
    }
    if (TAPS == 7u) {
        sum_two(at, row_length, lane, near, far, 5u);
    }
}
