// A block's cells one by one: for every width and every stride of the classes.
@group(0) @binding(4) var<storage, read_write> out: array<Stored>;

fn store_row(place: Place, row: u32, sums: vec4<f32>, initial: f32) {
    if (row >= place.rows) {
        return;
    }
    let first = place.first + row * place.plane;
    // Cells that do not exist are read as the last one that does, and not stored.
    let at = vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(place.cells - 1u)) * place.step;
    var total = sums + vec4<f32>(initial);
    if (ACCUMULATE == 1u) {
        total += vec4<f32>(stored(at.x), stored(at.y), stored(at.z), stored(at.w));
    }
    total = four_activated(total, params.slope);
    store(at.x, total.x);
    if (place.cells > 1u) {
        store(at.y, total.y);
    }
    if (place.cells > 2u) {
        store(at.z, total.z);
    }
    if (place.cells > 3u) {
        store(at.w, total.w);
    }
}
