// How a lane of the gathers by subgroups stores its cells of one row, and adds the bias to them.

// Rows of all the sums that a lane holds.
const HELD: u32 = LANE_CELLS / 4u * TILE_M * CLASSES_OF_LANE;

// Counted from m, which is no constant, so that the driver does not write the loop out.
fn store_lane(block: Block) {
    let place = place_of(block);
    let m = block.m;
    var own = place;
    var end = m + min(TILE_M, place.rows);
    if (HELD > TILE_M && place.cells > 4u) {
        end += TILE_M;
    }
    for (var i = m; i < end; i += 4u) {
        let row = i - m;
        if (row == TILE_M) {
            own = second_four(place);
        }
        store_four(own, row % TILE_M, sum00, sum01, sum02, sum03);
        next_rows(HELD);
    }
}

// Lanes that hold the same rows have the same bias, so that each lane's goes to its own number of the fours: the second four cells of
// a tile of four rows, and the second class of a lane, are other fours of the same rows.
fn add_bias(bias: vec4<f32>) {
    let a0 = subgroupShuffle(bias, 0u);
    sum00 += vec4<f32>(a0.x);
    sum01 += vec4<f32>(a0.y);
    sum02 += vec4<f32>(a0.z);
    sum03 += vec4<f32>(a0.w);
    if (HELD > 4u) {
        let a1 = subgroupShuffle(bias, 1u);
        sum10 += vec4<f32>(a1.x);
        sum11 += vec4<f32>(a1.y);
        sum12 += vec4<f32>(a1.z);
        sum13 += vec4<f32>(a1.w);
    }
    if (HELD > 8u) {
        let a2 = subgroupShuffle(bias, 2u);
        sum20 += vec4<f32>(a2.x);
        sum21 += vec4<f32>(a2.y);
        sum22 += vec4<f32>(a2.z);
        sum23 += vec4<f32>(a2.w);
        let a3 = subgroupShuffle(bias, 3u);
        sum30 += vec4<f32>(a3.x);
        sum31 += vec4<f32>(a3.y);
        sum32 += vec4<f32>(a3.z);
        sum33 += vec4<f32>(a3.w);
    }
    if (HELD > 16u) {
        let a4 = subgroupShuffle(bias, 4u);
        sum40 += vec4<f32>(a4.x);
        sum41 += vec4<f32>(a4.y);
        sum42 += vec4<f32>(a4.z);
        sum43 += vec4<f32>(a4.w);
        let a5 = subgroupShuffle(bias, 5u);
        sum50 += vec4<f32>(a5.x);
        sum51 += vec4<f32>(a5.y);
        sum52 += vec4<f32>(a5.z);
        sum53 += vec4<f32>(a5.w);
        let a6 = subgroupShuffle(bias, 6u);
        sum60 += vec4<f32>(a6.x);
        sum61 += vec4<f32>(a6.y);
        sum62 += vec4<f32>(a6.z);
        sum63 += vec4<f32>(a6.w);
        let a7 = subgroupShuffle(bias, 7u);
        sum70 += vec4<f32>(a7.x);
        sum71 += vec4<f32>(a7.y);
        sum72 += vec4<f32>(a7.z);
        sum73 += vec4<f32>(a7.w);
    }
}
