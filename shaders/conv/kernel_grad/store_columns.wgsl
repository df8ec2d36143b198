// How sums of product.wgsl are stored.
fn store_four(place: Place, row: u32, a: Columns, b: Columns, c: Columns, d: Columns) {
    store_row(place, row, a);
    store_row(place, row + 1u, b);
    store_row(place, row + 2u, c);
    store_row(place, row + 3u, d);
}

// Four rows at a time, the next of which take their place: what stores takes long to compile. So that no compiler writes the loop
// out, the rows that exist are counted in a form of which none knows that there are few.
fn store_all(place: Place) {
    let rows = place.rows - (max(place.rows, TILE_M) - TILE_M);
    for (var row = 0u; row < rows; row += 4u) {
        store_four(place, row, sum00, sum01, sum02, sum03);
        sum00 = sum10;
        sum01 = sum11;
        sum02 = sum12;
        sum03 = sum13;
        sum10 = sum20;
        sum11 = sum21;
        sum12 = sum22;
        sum13 = sum23;
        sum20 = sum30;
        sum21 = sum31;
        sum22 = sum32;
        sum23 = sum33;
        sum30 = sum40;
        sum31 = sum41;
        sum32 = sum42;
        sum33 = sum43;
        sum40 = sum50;
        sum41 = sum51;
        sum42 = sum52;
        sum43 = sum53;
        sum50 = sum60;
        sum51 = sum61;
        sum52 = sum62;
        sum53 = sum63;
        sum60 = sum70;
        sum61 = sum71;
        sum62 = sum72;
        sum63 = sum73;
    }
}
