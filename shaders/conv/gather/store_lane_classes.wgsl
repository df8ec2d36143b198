// How a lane of the gathers by subgroups that owns all four classes of a stride of 2 stores its cells of four rows of out, even and odd ones
// side by side, and adds the bias to them.

// Rows of the sums: of two rows of out, in both classes along w.
const HELD: u32 = 4u * TILE_M;

// The first four of eight cells, and the second, in place of the even and the odd ones.
fn interleave_first() {
    let both0 = interleaved(sum00, sum10);
    sum00 = both0[0];
    sum10 = both0[1];
    let both1 = interleaved(sum01, sum11);
    sum01 = both1[0];
    sum11 = both1[1];
    let both2 = interleaved(sum02, sum12);
    sum02 = both2[0];
    sum12 = both2[1];
    let both3 = interleaved(sum03, sum13);
    sum03 = both3[0];
    sum13 = both3[1];
}

// Of a row of out both fours in four channels, then those in the next four; counted from m, which is no constant, so that the driver does
// not write the loop out.
fn store_lane(block: Block) {
    let place = place_of(block);
    let rows = min(2u * LANE_ROWS, params.out_h - 2u * block.h);
    let m = block.m;
    for (var i = m; i < m + 4u * rows; i++) {
        let number = i - m;
        var own = place;
        own.first += number / 4u * params.out_w;
        let is_second = number % 2u == 1u;
        if (is_second) {
            own = second_four(own);
        } else {
            interleave_first();
        }
        if (!is_second || place.cells > 4u) {
            store_four(own, number / 2u % 2u * 4u, sum00, sum01, sum02, sum03);
        }
        next_of_both(HELD);
    }
}

// Fours of channels of even cells, of odd ones, and the same of the next channels; of the next row of out.
fn add_bias(bias: vec4<f32>) {
    let a = subgroupShuffle(bias, 0u);
    let b = subgroupShuffle(bias, 1u);
    sum00 += vec4<f32>(a.x);
    sum01 += vec4<f32>(a.y);
    sum02 += vec4<f32>(a.z);
    sum03 += vec4<f32>(a.w);
    sum10 += vec4<f32>(a.x);
    sum11 += vec4<f32>(a.y);
    sum12 += vec4<f32>(a.z);
    sum13 += vec4<f32>(a.w);
    sum20 += vec4<f32>(b.x);
    sum21 += vec4<f32>(b.y);
    sum22 += vec4<f32>(b.z);
    sum23 += vec4<f32>(b.w);
    sum30 += vec4<f32>(b.x);
    sum31 += vec4<f32>(b.y);
    sum32 += vec4<f32>(b.z);
    sum33 += vec4<f32>(b.w);
    sum40 += vec4<f32>(a.x);
    sum41 += vec4<f32>(a.y);
    sum42 += vec4<f32>(a.z);
    sum43 += vec4<f32>(a.w);
    sum50 += vec4<f32>(a.x);
    sum51 += vec4<f32>(a.y);
    sum52 += vec4<f32>(a.z);
    sum53 += vec4<f32>(a.w);
    sum60 += vec4<f32>(b.x);
    sum61 += vec4<f32>(b.y);
    sum62 += vec4<f32>(b.z);
    sum63 += vec4<f32>(b.w);
    sum70 += vec4<f32>(b.x);
    sum71 += vec4<f32>(b.y);
    sum72 += vec4<f32>(b.z);
    sum73 += vec4<f32>(b.w);
    other00 += vec4<f32>(a.x);
    other01 += vec4<f32>(a.y);
    other02 += vec4<f32>(a.z);
    other03 += vec4<f32>(a.w);
    other10 += vec4<f32>(a.x);
    other11 += vec4<f32>(a.y);
    other12 += vec4<f32>(a.z);
    other13 += vec4<f32>(a.w);
    other20 += vec4<f32>(b.x);
    other21 += vec4<f32>(b.y);
    other22 += vec4<f32>(b.z);
    other23 += vec4<f32>(b.w);
    other30 += vec4<f32>(b.x);
    other31 += vec4<f32>(b.y);
    other32 += vec4<f32>(b.z);
    other33 += vec4<f32>(b.w);
    other40 += vec4<f32>(a.x);
    other41 += vec4<f32>(a.y);
    other42 += vec4<f32>(a.z);
    other43 += vec4<f32>(a.w);
    other50 += vec4<f32>(a.x);
    other51 += vec4<f32>(a.y);
    other52 += vec4<f32>(a.z);
    other53 += vec4<f32>(a.w);
    other60 += vec4<f32>(b.x);
    other61 += vec4<f32>(b.y);
    other62 += vec4<f32>(b.z);
    other63 += vec4<f32>(b.w);
    other70 += vec4<f32>(b.x);
    other71 += vec4<f32>(b.y);
    other72 += vec4<f32>(b.z);
    other73 += vec4<f32>(b.w);
}
