// Sums of a lane's other columns, named as those of product.wgsl: a shuffle of a then serves both.
var<private> other00: Columns;
var<private> other01: Columns;
var<private> other02: Columns;
var<private> other03: Columns;
var<private> other10: Columns;
var<private> other11: Columns;
var<private> other12: Columns;
var<private> other13: Columns;
var<private> other20: Columns;
var<private> other21: Columns;
var<private> other22: Columns;
var<private> other23: Columns;
var<private> other30: Columns;
var<private> other31: Columns;
var<private> other32: Columns;
var<private> other33: Columns;
var<private> other40: Columns;
var<private> other41: Columns;
var<private> other42: Columns;
var<private> other43: Columns;
var<private> other50: Columns;
var<private> other51: Columns;
var<private> other52: Columns;
var<private> other53: Columns;
var<private> other60: Columns;
var<private> other61: Columns;
var<private> other62: Columns;
var<private> other63: Columns;
var<private> other70: Columns;
var<private> other71: Columns;
var<private> other72: Columns;
var<private> other73: Columns;

fn clear_others() {
    other00 = Columns();
    other01 = Columns();
    other02 = Columns();
    other03 = Columns();
    other10 = Columns();
    other11 = Columns();
    other12 = Columns();
    other13 = Columns();
    other20 = Columns();
    other21 = Columns();
    other22 = Columns();
    other23 = Columns();
    other30 = Columns();
    other31 = Columns();
    other32 = Columns();
    other33 = Columns();
    other40 = Columns();
    other41 = Columns();
    other42 = Columns();
    other43 = Columns();
    other50 = Columns();
    other51 = Columns();
    other52 = Columns();
    other53 = Columns();
    other60 = Columns();
    other61 = Columns();
    other62 = Columns();
    other63 = Columns();
    other70 = Columns();
    other71 = Columns();
    other72 = Columns();
    other73 = Columns();
}

// next_rows (product.wgsl) of so many rows, a constant, with the other sums behind the last one.
fn next_of_both(held: u32) {
    next_rows(held);
    if (held == 8u) {
        sum10 = other00;
        sum11 = other01;
        sum12 = other02;
        sum13 = other03;
    }
    if (held == 16u) {
        sum30 = other00;
        sum31 = other01;
        sum32 = other02;
        sum33 = other03;
    }
    if (held == 32u) {
        sum70 = other00;
        sum71 = other01;
        sum72 = other02;
        sum73 = other03;
    }
    if (held > 4u) {
        other00 = other10;
        other01 = other11;
        other02 = other12;
        other03 = other13;
    }
    if (held > 8u) {
        other10 = other20;
        other11 = other21;
        other12 = other22;
        other13 = other23;
        other20 = other30;
        other21 = other31;
        other22 = other32;
        other23 = other33;
    }
    if (held > 16u) {
        other30 = other40;
        other31 = other41;
        other32 = other42;
        other33 = other43;
        other40 = other50;
        other41 = other51;
        other42 = other52;
        other43 = other53;
        other50 = other60;
        other51 = other61;
        other52 = other62;
        other53 = other63;
        other60 = other70;
        other61 = other71;
        other62 = other72;
        other63 = other73;
    }
}
