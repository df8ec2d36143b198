// A block's cells one by one: for every width and every stride of the classes.
@group(0) @binding(4) var<storage, read_write> out: array<f32>;

fn store_one(at: u32, sum: f32, initial: f32) {
    if (ACCUMULATE == 1u) {
        out[at] = activated(out[at] + sum);
    } else {
        out[at] = activated(sum + initial);
    }
}

// No loop: the sum's loops may already have used up what an invocation may loop.
fn store_row(place: Place, row: u32, sums: vec4<f32>, initial: f32) {
    if (row >= place.rows) {
        return;
    }
    let first = place.first + row * place.plane;
    store_one(first, sums.x, initial);
    if (place.cells > 1u) {
        store_one(first + place.step, sums.y, initial);
    }
    if (place.cells > 2u) {
        store_one(first + 2u * place.step, sums.z, initial);
    }
    if (place.cells > 3u) {
        store_one(first + 3u * place.step, sums.w, initial);
    }
}
