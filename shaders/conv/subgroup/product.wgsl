// The product that every kernel for subgroups of 8 lanes is made of: each lane holds 4 numbers a, lane i those of the rows
// 4 i .. 4 i + 4 of a tile, and a value for each of its own Columns (3 or 4, as the kernel says); all lanes' a are multiplied by all
// lanes' values. A shuffle with a constant lane is one instruction on software devices, where a load in a loop costs dozens. TILE_M
// rows, of the 32 that 8 lanes can hold: with fewer, the lanes left over hold the same, or what comes next (SECOND).
const_assert TILE_M == 4u || TILE_M == 8u || TILE_M == 16u || TILE_M == 32u;
const_assert WORKGROUP_SIZE == 8u;

// Lanes that hold different rows.
const ROW_LANES: u32 = TILE_M / 4u;

// sumLI is row 4 L + I at this lane's columns. One variable each, not matrices and not passed about: lavapipe keeps these in
// registers and memory as it needs to, and copies the others whole (0.6 times the speed).
var<private> sum00: Columns;
var<private> sum01: Columns;
var<private> sum02: Columns;
var<private> sum03: Columns;
var<private> sum10: Columns;
var<private> sum11: Columns;
var<private> sum12: Columns;
var<private> sum13: Columns;
var<private> sum20: Columns;
var<private> sum21: Columns;
var<private> sum22: Columns;
var<private> sum23: Columns;
var<private> sum30: Columns;
var<private> sum31: Columns;
var<private> sum32: Columns;
var<private> sum33: Columns;
var<private> sum40: Columns;
var<private> sum41: Columns;
var<private> sum42: Columns;
var<private> sum43: Columns;
var<private> sum50: Columns;
var<private> sum51: Columns;
var<private> sum52: Columns;
var<private> sum53: Columns;
var<private> sum60: Columns;
var<private> sum61: Columns;
var<private> sum62: Columns;
var<private> sum63: Columns;
var<private> sum70: Columns;
var<private> sum71: Columns;
var<private> sum72: Columns;
var<private> sum73: Columns;

// Each shuffle is bound to a name: naga 30 gives up on nested ones.
fn accumulate(a: vec4<f32>, value: Columns) {
    let a0 = subgroupShuffle(a, 0u);
    sum00 += a0.x * value;
    sum01 += a0.y * value;
    sum02 += a0.z * value;
    sum03 += a0.w * value;
    if (TILE_M > 4u) {
        let a1 = subgroupShuffle(a, 1u);
        sum10 += a1.x * value;
        sum11 += a1.y * value;
        sum12 += a1.z * value;
        sum13 += a1.w * value;
    }
    if (TILE_M > 8u) {
        let a2 = subgroupShuffle(a, 2u);
        sum20 += a2.x * value;
        sum21 += a2.y * value;
        sum22 += a2.z * value;
        sum23 += a2.w * value;
        let a3 = subgroupShuffle(a, 3u);
        sum30 += a3.x * value;
        sum31 += a3.y * value;
        sum32 += a3.z * value;
        sum33 += a3.w * value;
    }
    if (TILE_M > 16u) {
        let a4 = subgroupShuffle(a, 4u);
        sum40 += a4.x * value;
        sum41 += a4.y * value;
        sum42 += a4.z * value;
        sum43 += a4.w * value;
        let a5 = subgroupShuffle(a, 5u);
        sum50 += a5.x * value;
        sum51 += a5.y * value;
        sum52 += a5.z * value;
        sum53 += a5.w * value;
        let a6 = subgroupShuffle(a, 6u);
        sum60 += a6.x * value;
        sum61 += a6.y * value;
        sum62 += a6.z * value;
        sum63 += a6.w * value;
        let a7 = subgroupShuffle(a, 7u);
        sum70 += a7.x * value;
        sum71 += a7.y * value;
        sum72 += a7.z * value;
        sum73 += a7.w * value;
    }
}

// The first lane that holds b, and c: where lanes are left over, they are the next ones, and b, or both, the same as a.
const SECOND: u32 = ROW_LANES * u32(TILE_M <= 16u);
const THIRD: u32 = 2u * ROW_LANES * u32(TILE_M <= 8u);

// Three products at once: each sum is loaded and stored once.
fn accumulate_three(
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    first: Columns,
    second: Columns,
    third: Columns,
) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, SECOND + 0u);
    let c0 = subgroupShuffle(c, THIRD + 0u);
    sum00 += a0.x * first + b0.x * second + c0.x * third;
    sum01 += a0.y * first + b0.y * second + c0.y * third;
    sum02 += a0.z * first + b0.z * second + c0.z * third;
    sum03 += a0.w * first + b0.w * second + c0.w * third;
    if (TILE_M > 4u) {
        let a1 = subgroupShuffle(a, 1u);
        let b1 = subgroupShuffle(b, SECOND + 1u);
        let c1 = subgroupShuffle(c, THIRD + 1u);
        sum10 += a1.x * first + b1.x * second + c1.x * third;
        sum11 += a1.y * first + b1.y * second + c1.y * third;
        sum12 += a1.z * first + b1.z * second + c1.z * third;
        sum13 += a1.w * first + b1.w * second + c1.w * third;
    }
    if (TILE_M > 8u) {
        let a2 = subgroupShuffle(a, 2u);
        let b2 = subgroupShuffle(b, SECOND + 2u);
        let c2 = subgroupShuffle(c, THIRD + 2u);
        sum20 += a2.x * first + b2.x * second + c2.x * third;
        sum21 += a2.y * first + b2.y * second + c2.y * third;
        sum22 += a2.z * first + b2.z * second + c2.z * third;
        sum23 += a2.w * first + b2.w * second + c2.w * third;
        let a3 = subgroupShuffle(a, 3u);
        let b3 = subgroupShuffle(b, SECOND + 3u);
        let c3 = subgroupShuffle(c, THIRD + 3u);
        sum30 += a3.x * first + b3.x * second + c3.x * third;
        sum31 += a3.y * first + b3.y * second + c3.y * third;
        sum32 += a3.z * first + b3.z * second + c3.z * third;
        sum33 += a3.w * first + b3.w * second + c3.w * third;
    }
    if (TILE_M > 16u) {
        let a4 = subgroupShuffle(a, 4u);
        let b4 = subgroupShuffle(b, SECOND + 4u);
        let c4 = subgroupShuffle(c, THIRD + 4u);
        sum40 += a4.x * first + b4.x * second + c4.x * third;
        sum41 += a4.y * first + b4.y * second + c4.y * third;
        sum42 += a4.z * first + b4.z * second + c4.z * third;
        sum43 += a4.w * first + b4.w * second + c4.w * third;
        let a5 = subgroupShuffle(a, 5u);
        let b5 = subgroupShuffle(b, SECOND + 5u);
        let c5 = subgroupShuffle(c, THIRD + 5u);
        sum50 += a5.x * first + b5.x * second + c5.x * third;
        sum51 += a5.y * first + b5.y * second + c5.y * third;
        sum52 += a5.z * first + b5.z * second + c5.z * third;
        sum53 += a5.w * first + b5.w * second + c5.w * third;
        let a6 = subgroupShuffle(a, 6u);
        let b6 = subgroupShuffle(b, SECOND + 6u);
        let c6 = subgroupShuffle(c, THIRD + 6u);
        sum60 += a6.x * first + b6.x * second + c6.x * third;
        sum61 += a6.y * first + b6.y * second + c6.y * third;
        sum62 += a6.z * first + b6.z * second + c6.z * third;
        sum63 += a6.w * first + b6.w * second + c6.w * third;
        let a7 = subgroupShuffle(a, 7u);
        let b7 = subgroupShuffle(b, SECOND + 7u);
        let c7 = subgroupShuffle(c, THIRD + 7u);
        sum70 += a7.x * first + b7.x * second + c7.x * third;
        sum71 += a7.y * first + b7.y * second + c7.y * third;
        sum72 += a7.z * first + b7.z * second + c7.z * third;
        sum73 += a7.w * first + b7.w * second + c7.w * third;
    }
}

fn clear_sums() {
    sum00 = Columns();
    sum01 = Columns();
    sum02 = Columns();
    sum03 = Columns();
    sum10 = Columns();
    sum11 = Columns();
    sum12 = Columns();
    sum13 = Columns();
    sum20 = Columns();
    sum21 = Columns();
    sum22 = Columns();
    sum23 = Columns();
    sum30 = Columns();
    sum31 = Columns();
    sum32 = Columns();
    sum33 = Columns();
    sum40 = Columns();
    sum41 = Columns();
    sum42 = Columns();
    sum43 = Columns();
    sum50 = Columns();
    sum51 = Columns();
    sum52 = Columns();
    sum53 = Columns();
    sum60 = Columns();
    sum61 = Columns();
    sum62 = Columns();
    sum63 = Columns();
    sum70 = Columns();
    sum71 = Columns();
    sum72 = Columns();
    sum73 = Columns();
}

// Each four rows of the first `held` to the place of the four before: what is done to the first four in a loop is done to all, and
// compiled once. Written out for 32 rows, their stores take most of the time of compiling.
fn next_rows(held: u32) {
    if (held > 4u) {
        sum00 = sum10;
        sum01 = sum11;
        sum02 = sum12;
        sum03 = sum13;
    }
    if (held > 8u) {
        sum10 = sum20;
        sum11 = sum21;
        sum12 = sum22;
        sum13 = sum23;
        sum20 = sum30;
        sum21 = sum31;
        sum22 = sum32;
        sum23 = sum33;
    }
    if (held > 16u) {
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
