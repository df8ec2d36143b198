// The product of lanes that own all four classes of a stride of 2 along h and w (four_classes.wgsl), four cells of each, of two rows one below
// the other: those of the second have the other sums (others.wgsl). A channel at a time, by all taps: each sum is loaded and stored once.

// Taps are numbered class by class: even rows' even cells, their odd cells, odd rows' even cells, their odd cells; along w first.
const OF_EVEN_ODD: u32 = EVEN * EVEN;
const OF_ODD_EVEN: u32 = OF_EVEN_ODD + EVEN * ODD;
const OF_ODD_ODD: u32 = OF_ODD_EVEN + ODD * EVEN;
const ALL_TAPS: u32 = OF_ODD_ODD + ODD * ODD;

// Taps that the lanes hold of one load.
const TAPS_HELD: u32 = WORKGROUP_SIZE / ROW_LANES;

// What a lane holds of A: of each load four rows of its own tap.
struct HeldTaps {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

// Four rows of a tap.
fn tap_of(held: HeldTaps, number: u32, quad: u32) -> vec4<f32> {
    let lane = number % TAPS_HELD * ROW_LANES + quad;
    if (number < TAPS_HELD) {
        return subgroupShuffle(held.a, lane);
    }
    if (number < 2u * TAPS_HELD) {
        return subgroupShuffle(held.b, lane);
    }
    if (number < 3u * TAPS_HELD) {
        return subgroupShuffle(held.c, lane);
    }
    return subgroupShuffle(held.d, lane);
}

// The taps of a class in each of four rows: as many down and across as it has, the second across is y, those below are z and w.
fn class_taps(held: HeldTaps, first: u32, down: u32, across: u32, quad: u32) -> mat4x4<f32> {
    let right = first + across - 1u;
    let below = (down - 1u) * across;
    let x = tap_of(held, first, quad);
    let y = tap_of(held, right, quad);
    let z = tap_of(held, first + below, quad);
    let w = tap_of(held, right + below, quad);
    return transpose(mat4x4<f32>(x, y, z, w));
}

// The cells of a row of the source under the first and second tap of a class.
struct Under {
    first: Columns,
    second: Columns,
}

// Of four numbers of taps those that there are.
fn class_sum(sum: Columns, a: vec4<f32>, upper: Under, lower: Under, down: u32, across: u32) -> Columns {
    var total = sum + a.x * upper.first;
    if (across > 1u) {
        total += a.y * upper.second;
    }
    if (down > 1u) {
        total += a.z * lower.first;
        if (across > 1u) {
            total += a.w * lower.second;
        }
    }
    return total;
}

fn accumulate_even_even(held: HeldTaps, x: Under, y: Under, z: Under) {
    let a = class_taps(held, 0u, EVEN, EVEN, 0u);
    sum00 = class_sum(sum00, a[0], x, y, EVEN, EVEN);
    other00 = class_sum(other00, a[0], y, z, EVEN, EVEN);
    sum01 = class_sum(sum01, a[1], x, y, EVEN, EVEN);
    other01 = class_sum(other01, a[1], y, z, EVEN, EVEN);
    sum02 = class_sum(sum02, a[2], x, y, EVEN, EVEN);
    other02 = class_sum(other02, a[2], y, z, EVEN, EVEN);
    sum03 = class_sum(sum03, a[3], x, y, EVEN, EVEN);
    other03 = class_sum(other03, a[3], y, z, EVEN, EVEN);
    let b = class_taps(held, 0u, EVEN, EVEN, 1u);
    sum20 = class_sum(sum20, b[0], x, y, EVEN, EVEN);
    other20 = class_sum(other20, b[0], y, z, EVEN, EVEN);
    sum21 = class_sum(sum21, b[1], x, y, EVEN, EVEN);
    other21 = class_sum(other21, b[1], y, z, EVEN, EVEN);
    sum22 = class_sum(sum22, b[2], x, y, EVEN, EVEN);
    other22 = class_sum(other22, b[2], y, z, EVEN, EVEN);
    sum23 = class_sum(sum23, b[3], x, y, EVEN, EVEN);
    other23 = class_sum(other23, b[3], y, z, EVEN, EVEN);
}

fn accumulate_even_odd(held: HeldTaps, x: Under, y: Under, z: Under) {
    let a = class_taps(held, OF_EVEN_ODD, EVEN, ODD, 0u);
    sum10 = class_sum(sum10, a[0], x, y, EVEN, ODD);
    other10 = class_sum(other10, a[0], y, z, EVEN, ODD);
    sum11 = class_sum(sum11, a[1], x, y, EVEN, ODD);
    other11 = class_sum(other11, a[1], y, z, EVEN, ODD);
    sum12 = class_sum(sum12, a[2], x, y, EVEN, ODD);
    other12 = class_sum(other12, a[2], y, z, EVEN, ODD);
    sum13 = class_sum(sum13, a[3], x, y, EVEN, ODD);
    other13 = class_sum(other13, a[3], y, z, EVEN, ODD);
    let b = class_taps(held, OF_EVEN_ODD, EVEN, ODD, 1u);
    sum30 = class_sum(sum30, b[0], x, y, EVEN, ODD);
    other30 = class_sum(other30, b[0], y, z, EVEN, ODD);
    sum31 = class_sum(sum31, b[1], x, y, EVEN, ODD);
    other31 = class_sum(other31, b[1], y, z, EVEN, ODD);
    sum32 = class_sum(sum32, b[2], x, y, EVEN, ODD);
    other32 = class_sum(other32, b[2], y, z, EVEN, ODD);
    sum33 = class_sum(sum33, b[3], x, y, EVEN, ODD);
    other33 = class_sum(other33, b[3], y, z, EVEN, ODD);
}

fn accumulate_odd_even(held: HeldTaps, x: Under, y: Under, z: Under) {
    let a = class_taps(held, OF_ODD_EVEN, ODD, EVEN, 0u);
    sum40 = class_sum(sum40, a[0], x, y, ODD, EVEN);
    other40 = class_sum(other40, a[0], y, z, ODD, EVEN);
    sum41 = class_sum(sum41, a[1], x, y, ODD, EVEN);
    other41 = class_sum(other41, a[1], y, z, ODD, EVEN);
    sum42 = class_sum(sum42, a[2], x, y, ODD, EVEN);
    other42 = class_sum(other42, a[2], y, z, ODD, EVEN);
    sum43 = class_sum(sum43, a[3], x, y, ODD, EVEN);
    other43 = class_sum(other43, a[3], y, z, ODD, EVEN);
    let b = class_taps(held, OF_ODD_EVEN, ODD, EVEN, 1u);
    sum60 = class_sum(sum60, b[0], x, y, ODD, EVEN);
    other60 = class_sum(other60, b[0], y, z, ODD, EVEN);
    sum61 = class_sum(sum61, b[1], x, y, ODD, EVEN);
    other61 = class_sum(other61, b[1], y, z, ODD, EVEN);
    sum62 = class_sum(sum62, b[2], x, y, ODD, EVEN);
    other62 = class_sum(other62, b[2], y, z, ODD, EVEN);
    sum63 = class_sum(sum63, b[3], x, y, ODD, EVEN);
    other63 = class_sum(other63, b[3], y, z, ODD, EVEN);
}

fn accumulate_odd_odd(held: HeldTaps, x: Under, y: Under, z: Under) {
    let a = class_taps(held, OF_ODD_ODD, ODD, ODD, 0u);
    sum50 = class_sum(sum50, a[0], x, y, ODD, ODD);
    other50 = class_sum(other50, a[0], y, z, ODD, ODD);
    sum51 = class_sum(sum51, a[1], x, y, ODD, ODD);
    other51 = class_sum(other51, a[1], y, z, ODD, ODD);
    sum52 = class_sum(sum52, a[2], x, y, ODD, ODD);
    other52 = class_sum(other52, a[2], y, z, ODD, ODD);
    sum53 = class_sum(sum53, a[3], x, y, ODD, ODD);
    other53 = class_sum(other53, a[3], y, z, ODD, ODD);
    let b = class_taps(held, OF_ODD_ODD, ODD, ODD, 1u);
    sum70 = class_sum(sum70, b[0], x, y, ODD, ODD);
    other70 = class_sum(other70, b[0], y, z, ODD, ODD);
    sum71 = class_sum(sum71, b[1], x, y, ODD, ODD);
    other71 = class_sum(other71, b[1], y, z, ODD, ODD);
    sum72 = class_sum(sum72, b[2], x, y, ODD, ODD);
    other72 = class_sum(other72, b[2], y, z, ODD, ODD);
    sum73 = class_sum(sum73, b[3], x, y, ODD, ODD);
    other73 = class_sum(other73, b[3], y, z, ODD, ODD);
}
