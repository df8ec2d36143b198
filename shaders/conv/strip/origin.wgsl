// How the taps of a gather's class lie in w, which is read as it is.
struct Origin {
    // The first tap along h and w, and how far taps are apart.
    tap_h: u32,
    tap_w: u32,
    step_h: u32,
    step_w: u32,
    // Taps of a row, and of a channel.
    row: u32,
    taps: u32,
}

// Of the class with these numbers.
fn origin_of(number_h: u32, number_w: u32) -> Origin {
    let last_h = params.classes[MOST_CLASSES + params.classes_h - 1u];
    let last_w = params.classes[2u * MOST_CLASSES + params.classes_w - 1u];
    let all_h = last_h.taps_before + last_h.taps;
    let all_w = last_w.taps_before + last_w.taps;
    let tap_h = number_h + params.first_tap_h;
    let tap_w = number_w + params.first_tap_w;
    return Origin(
        select(tap_h, tap_h - params.classes_h, tap_h >= params.classes_h),
        select(tap_w, tap_w - params.classes_w, tap_w >= params.classes_w),
        params.classes_h,
        params.classes_w,
        all_w,
        all_h * all_w,
    );
}

// The number in a channel of w of a tap of the class.
fn tap_of(origin: Origin, i_h: u32, i_w: u32) -> u32 {
    return (origin.tap_h + i_h * origin.step_h) * origin.row + origin.tap_w + i_w * origin.step_w;
}
