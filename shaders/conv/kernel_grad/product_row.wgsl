// The product of columns_row.wgsl: each lane holds dy of four channels at two neighbouring outputs, lanes of the same channels at
// other pairs of outputs, and x under all outputs of a step at its own columns. Sums as in product.wgsl, where columns behind the
// fourth have a vector for each four channels: moreLK is column 4 + K of the rows 4 L .. 4 L + 4.
var<private> more00: vec4<f32>;
var<private> more01: vec4<f32>;
var<private> more02: vec4<f32>;
var<private> more10: vec4<f32>;
var<private> more11: vec4<f32>;
var<private> more12: vec4<f32>;
var<private> more20: vec4<f32>;
var<private> more21: vec4<f32>;
var<private> more22: vec4<f32>;
var<private> more30: vec4<f32>;
var<private> more31: vec4<f32>;
var<private> more32: vec4<f32>;
var<private> more40: vec4<f32>;
var<private> more41: vec4<f32>;
var<private> more42: vec4<f32>;
var<private> more50: vec4<f32>;
var<private> more51: vec4<f32>;
var<private> more52: vec4<f32>;
var<private> more60: vec4<f32>;
var<private> more61: vec4<f32>;
var<private> more62: vec4<f32>;
var<private> more70: vec4<f32>;
var<private> more71: vec4<f32>;
var<private> more72: vec4<f32>;

// Lanes from those that hold dy of two outputs to those of the next two, where a step has eight outputs.
const PAIR_LANES: u32 = select(0u, ROW_LANES, TILE_M < 16u);

// x under one output at a lane's columns.
struct Cells {
    near: Columns,
    far: vec3<f32>,
}

fn accumulate_rows0(a: vec4<f32>, b: vec4<f32>, first: Cells, second: Cells) {
    sum00 += a.x * first.near + b.x * second.near;
    sum01 += a.y * first.near + b.y * second.near;
    sum02 += a.z * first.near + b.z * second.near;
    sum03 += a.w * first.near + b.w * second.near;
    if (TAPS > 4u) {
        more00 += a * first.far.x + b * second.far.x;
    }
    if (TAPS > 5u) {
        more01 += a * first.far.y + b * second.far.y;
    }
    if (TAPS > 6u) {
        more02 += a * first.far.z + b * second.far.z;
    }
}

fn accumulate_rows1(a: vec4<f32>, b: vec4<f32>, first: Cells, second: Cells) {
    sum10 += a.x * first.near + b.x * second.near;
    sum11 += a.y * first.near + b.y * second.near;
    sum12 += a.z * first.near + b.z * second.near;
    sum13 += a.w * first.near + b.w * second.near;
    if (TAPS > 4u) {
        more10 += a * first.far.x + b * second.far.x;
    }
    if (TAPS > 5u) {
        more11 += a * first.far.y + b * second.far.y;
    }
    if (TAPS > 6u) {
        more12 += a * first.far.z + b * second.far.z;
    }
}

fn accumulate_rows2(a: vec4<f32>, b: vec4<f32>, first: Cells, second: Cells) {
    sum20 += a.x * first.near + b.x * second.near;
    sum21 += a.y * first.near + b.y * second.near;
    sum22 += a.z * first.near + b.z * second.near;
    sum23 += a.w * first.near + b.w * second.near;
    if (TAPS > 4u) {
        more20 += a * first.far.x + b * second.far.x;
    }
    if (TAPS > 5u) {
        more21 += a * first.far.y + b * second.far.y;
    }
    if (TAPS > 6u) {
        more22 += a * first.far.z + b * second.far.z;
    }
}

fn accumulate_rows3(a: vec4<f32>, b: vec4<f32>, first: Cells, second: Cells) {
    sum30 += a.x * first.near + b.x * second.near;
    sum31 += a.y * first.near + b.y * second.near;
    sum32 += a.z * first.near + b.z * second.near;
    sum33 += a.w * first.near + b.w * second.near;
    if (TAPS > 4u) {
        more30 += a * first.far.x + b * second.far.x;
    }
    if (TAPS > 5u) {
        more31 += a * first.far.y + b * second.far.y;
    }
    if (TAPS > 6u) {
        more32 += a * first.far.z + b * second.far.z;
    }
}

fn accumulate_rows4(a: vec4<f32>, b: vec4<f32>, first: Cells, second: Cells) {
    sum40 += a.x * first.near + b.x * second.near;
    sum41 += a.y * first.near + b.y * second.near;
    sum42 += a.z * first.near + b.z * second.near;
    sum43 += a.w * first.near + b.w * second.near;
    if (TAPS > 4u) {
        more40 += a * first.far.x + b * second.far.x;
    }
    if (TAPS > 5u) {
        more41 += a * first.far.y + b * second.far.y;
    }
    if (TAPS > 6u) {
        more42 += a * first.far.z + b * second.far.z;
    }
}

fn accumulate_rows5(a: vec4<f32>, b: vec4<f32>, first: Cells, second: Cells) {
    sum50 += a.x * first.near + b.x * second.near;
    sum51 += a.y * first.near + b.y * second.near;
    sum52 += a.z * first.near + b.z * second.near;
    sum53 += a.w * first.near + b.w * second.near;
    if (TAPS > 4u) {
        more50 += a * first.far.x + b * second.far.x;
    }
    if (TAPS > 5u) {
        more51 += a * first.far.y + b * second.far.y;
    }
    if (TAPS > 6u) {
        more52 += a * first.far.z + b * second.far.z;
    }
}

fn accumulate_rows6(a: vec4<f32>, b: vec4<f32>, first: Cells, second: Cells) {
    sum60 += a.x * first.near + b.x * second.near;
    sum61 += a.y * first.near + b.y * second.near;
    sum62 += a.z * first.near + b.z * second.near;
    sum63 += a.w * first.near + b.w * second.near;
    if (TAPS > 4u) {
        more60 += a * first.far.x + b * second.far.x;
    }
    if (TAPS > 5u) {
        more61 += a * first.far.y + b * second.far.y;
    }
    if (TAPS > 6u) {
        more62 += a * first.far.z + b * second.far.z;
    }
}

fn accumulate_rows7(a: vec4<f32>, b: vec4<f32>, first: Cells, second: Cells) {
    sum70 += a.x * first.near + b.x * second.near;
    sum71 += a.y * first.near + b.y * second.near;
    sum72 += a.z * first.near + b.z * second.near;
    sum73 += a.w * first.near + b.w * second.near;
    if (TAPS > 4u) {
        more70 += a * first.far.x + b * second.far.x;
    }
    if (TAPS > 5u) {
        more71 += a * first.far.y + b * second.far.y;
    }
    if (TAPS > 6u) {
        more72 += a * first.far.z + b * second.far.z;
    }
}

fn clear_more() {
    more00 = vec4<f32>();
    more01 = vec4<f32>();
    more02 = vec4<f32>();
    more10 = vec4<f32>();
    more11 = vec4<f32>();
    more12 = vec4<f32>();
    more20 = vec4<f32>();
    more21 = vec4<f32>();
    more22 = vec4<f32>();
    more30 = vec4<f32>();
    more31 = vec4<f32>();
    more32 = vec4<f32>();
    more40 = vec4<f32>();
    more41 = vec4<f32>();
    more42 = vec4<f32>();
    more50 = vec4<f32>();
    more51 = vec4<f32>();
    more52 = vec4<f32>();
    more60 = vec4<f32>();
    more61 = vec4<f32>();
    more62 = vec4<f32>();
    more70 = vec4<f32>();
    more71 = vec4<f32>();
    more72 = vec4<f32>();
}

// next_rows (product.wgsl) of the columns behind the fourth.
fn next_more() {
    more00 = more10;
    more01 = more11;
    more02 = more12;
    more10 = more20;
    more11 = more21;
    more12 = more22;
    more20 = more30;
    more21 = more31;
    more22 = more32;
    if (TILE_M > 16u) {
        more30 = more40;
        more31 = more41;
        more32 = more42;
        more40 = more50;
        more41 = more51;
        more42 = more52;
        more50 = more60;
        more51 = more61;
        more52 = more62;
        more60 = more70;
        more61 = more71;
        more62 = more72;
    }
}

// Four rows at a time, as in store_columns.wgsl.
fn store_lane(block: Block, lane: u32) {
    let place = place_of(block, lane);
    let m = block.m;
    let end = m + min(TILE_M, place.rows);
    for (var i = m; i < end; i += 4u) {
        store_rows(place, i - m, sum00, sum01, sum02, sum03, more00, more01, more02);
        next_rows(TILE_M);
        next_more();
    }
}

// Of all outputs of a step, two for each of the lanes that hold dy of the same channels, in all rows of the tile: the cells under the third
// to eighth are used by tiles that have as many. Each shuffle is bound to a name: naga 30 gives up on nested ones.
fn accumulate_outputs(a: vec4<f32>, b: vec4<f32>, c0: Cells, c1: Cells, c2: Cells, c3: Cells, c4: Cells, c5: Cells, c6: Cells, c7: Cells) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, 0u);
    accumulate_rows0(a0, b0, c0, c1);
    if (TILE_M < 32u) {
        let d0 = subgroupShuffle(a, ROW_LANES + 0u);
        let e0 = subgroupShuffle(b, ROW_LANES + 0u);
        accumulate_rows0(d0, e0, c2, c3);
    }
    if (TILE_M < 16u) {
        let f0 = subgroupShuffle(a, 2u * PAIR_LANES + 0u);
        let g0 = subgroupShuffle(b, 2u * PAIR_LANES + 0u);
        accumulate_rows0(f0, g0, c4, c5);
        let h0 = subgroupShuffle(a, 3u * PAIR_LANES + 0u);
        let i0 = subgroupShuffle(b, 3u * PAIR_LANES + 0u);
        accumulate_rows0(h0, i0, c6, c7);
    }
    if (TILE_M > 4u) {
        let a1 = subgroupShuffle(a, 1u);
        let b1 = subgroupShuffle(b, 1u);
        accumulate_rows1(a1, b1, c0, c1);
        if (TILE_M < 32u) {
            let d1 = subgroupShuffle(a, ROW_LANES + 1u);
            let e1 = subgroupShuffle(b, ROW_LANES + 1u);
            accumulate_rows1(d1, e1, c2, c3);
        }
        if (TILE_M < 16u) {
            let f1 = subgroupShuffle(a, 2u * PAIR_LANES + 1u);
            let g1 = subgroupShuffle(b, 2u * PAIR_LANES + 1u);
            accumulate_rows1(f1, g1, c4, c5);
            let h1 = subgroupShuffle(a, 3u * PAIR_LANES + 1u);
            let i1 = subgroupShuffle(b, 3u * PAIR_LANES + 1u);
            accumulate_rows1(h1, i1, c6, c7);
        }
    }
    if (TILE_M > 8u) {
        let a2 = subgroupShuffle(a, 2u);
        let b2 = subgroupShuffle(b, 2u);
        accumulate_rows2(a2, b2, c0, c1);
        if (TILE_M < 32u) {
            let d2 = subgroupShuffle(a, ROW_LANES + 2u);
            let e2 = subgroupShuffle(b, ROW_LANES + 2u);
            accumulate_rows2(d2, e2, c2, c3);
        }
    }
    if (TILE_M > 8u) {
        let a3 = subgroupShuffle(a, 3u);
        let b3 = subgroupShuffle(b, 3u);
        accumulate_rows3(a3, b3, c0, c1);
        if (TILE_M < 32u) {
            let d3 = subgroupShuffle(a, ROW_LANES + 3u);
            let e3 = subgroupShuffle(b, ROW_LANES + 3u);
            accumulate_rows3(d3, e3, c2, c3);
        }
    }
    if (TILE_M > 16u) {
        let a4 = subgroupShuffle(a, 4u);
        let b4 = subgroupShuffle(b, 4u);
        accumulate_rows4(a4, b4, c0, c1);
    }
    if (TILE_M > 16u) {
        let a5 = subgroupShuffle(a, 5u);
        let b5 = subgroupShuffle(b, 5u);
        accumulate_rows5(a5, b5, c0, c1);
    }
    if (TILE_M > 16u) {
        let a6 = subgroupShuffle(a, 6u);
        let b6 = subgroupShuffle(b, 6u);
        accumulate_rows6(a6, b6, c0, c1);
    }
    if (TILE_M > 16u) {
        let a7 = subgroupShuffle(a, 7u);
        let b7 = subgroupShuffle(b, 7u);
        accumulate_rows7(a7, b7, c0, c1);
    }
}
