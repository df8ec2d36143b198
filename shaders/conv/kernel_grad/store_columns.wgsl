// How sums of product.wgsl are stored.
fn store_four(place: Place, row: u32, a: Columns, b: Columns, c: Columns, d: Columns) {
    store_row(place, row, a);
    store_row(place, row + 1u, b);
    store_row(place, row + 2u, c);
    store_row(place, row + 3u, d);
}

// Counted from m, which is no constant, so that the driver does not write the loop out.
fn store_lane(block: Block, lane: u32) {
    let place = place_of(block, lane);
    let m = block.m;
    let end = m + min(TILE_M, place.rows);
    for (var i = m; i < end; i += 4u) {
        store_four(place, i - m, sum00, sum01, sum02, sum03);
        next_rows(TILE_M);
    }
}
