// What lanes of two rows (two_rows.wgsl) have under 3 or 5 neighbouring taps with stride 1, and its products.

const_assert TAPS == 3u || TAPS == 5u;

// The TAPS + 3 cells of a row under a lane's taps.
struct Span {
    low: vec4<f32>,
    high: vec4<f32>,
}

fn under_three(cells: Span) -> Under {
    return Under(cells.low, vec4<f32>(cells.low.yzw, cells.high.x), vec4<f32>(cells.low.zw, cells.high.xy));
}

fn under_two(cells: Span) -> UnderTwo {
    return UnderTwo(vec4<f32>(cells.low.w, cells.high.xyz), cells.high);
}

fn sum_taps(at: u32, row_length: u32, lane: u32, near: Span, far: Span) {
    let three = held_at(at, row_length, lane);
    accumulate_rows(three.a, three.b, three.c, under_three(near), under_three(far));
    if (TAPS == 5u) {
        let two = held_two_at(at + 3u * row_length, row_length, lane);
        accumulate_rows_two(two.a, two.b, under_two(near), under_two(far));
    }
}
