// Four rows of a block at once, cell by cell: for channels last, in whole fours of them.
@group(0) @binding(4) var<storage, read_write> out: array<StoredQuad>;

fn store_channels(at: u32, sums: vec4<f32>) {
    var total = sums;
    if (ACCUMULATE == 1u) {
        total += stored_quad(at);
    }
    store_quad(at, four_activated(total, params.slope));
}

fn store_four(
    place: Place,
    row: u32,
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
) {
    if (row >= place.rows) {
        return;
    }
    let at = (place.first + row) / 4u;
    let step = place.step / 4u;
    store_channels(at, vec4<f32>(first.x, second.x, third.x, fourth.x));
    if (place.cells > 1u) {
        store_channels(at + step, vec4<f32>(first.y, second.y, third.y, fourth.y));
    }
    if (place.cells > 2u) {
        store_channels(at + 2u * step, vec4<f32>(first.z, second.z, third.z, fourth.z));
    }
    if (place.cells > 3u) {
        store_channels(at + 3u * step, vec4<f32>(first.w, second.w, third.w, fourth.w));
    }
}
