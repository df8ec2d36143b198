// A block's four cells at once: for rows of whole blocks.
@group(0) @binding(4) var<storage, read_write> out: array<StoredQuad>;

fn store_row(place: Place, row: u32, sums: vec4<f32>, initial: f32) {
    if (row >= place.rows) {
        return;
    }
    let at = (place.first + row * place.plane) / 4u;
    var total = sums + vec4<f32>(initial);
    if (ACCUMULATE == 1u) {
        total += stored_quad(at);
    }
    store_quad(at, four_activated(total, params.slope));
}
