// Stores of forward and input gradient to a range of their output (range.wgsl).
fn store_one_in_range(place: u32, value: f32) {
    if (place < params.range_count) {
        var total = value;
        if (params.reduction.accumulate == 1u) {
            total += stored(place);
        }
        store(place, total);
    }
}

// The first `count` of four elements.
fn store_in_range(at: vec4<u32>, count: u32, values: vec4<f32>) {
    let place = at - vec4<u32>(params.range_begin);
    store_one_in_range(place.x, values.x);
    if (count > 1u) {
        store_one_in_range(place.y, values.y);
    }
    if (count > 2u) {
        store_one_in_range(place.z, values.z);
    }
    if (count > 3u) {
        store_one_in_range(place.w, values.w);
    }
}
