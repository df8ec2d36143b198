// How a lane of the gathers by subgroups stores its cells of two rows, or two fours of one, and adds the bias to them.

// Whether there is a second four, and where.
struct Second {
    exists: bool,
    place: Place,
}

fn second_of(block: Block, place: Place) -> Second {
    if (LANE_FOURS == 2u) {
        return Second(place.cells > 4u, second_four(place));
    }
    var below = block;
    below.h += 1u;
    return Second(below.h < class_at(1u, block.class_h).cells, place_of(below));
}

// Of one and then of the other; counted from m, which is no constant, so that the driver does not write the loop out.
fn store_lane(block: Block) {
    var place = place_of(block);
    let second = second_of(block, place);
    let fours = 1u + u32(second.exists);
    let m = block.m;
    for (var i = m; i < m + fours * TILE_M; i += 4u) {
        if (i == m + TILE_M) {
            place = second.place;
        }
        store_four(place, (i - m) % TILE_M, sum00, sum01, sum02, sum03);
        next_of_both(TILE_M);
    }
}

fn add_bias(bias: vec4<f32>) {
    let a0 = subgroupShuffle(bias, 0u);
    sum00 += vec4<f32>(a0.x);
    sum01 += vec4<f32>(a0.y);
    sum02 += vec4<f32>(a0.z);
    sum03 += vec4<f32>(a0.w);
    other00 += vec4<f32>(a0.x);
    other01 += vec4<f32>(a0.y);
    other02 += vec4<f32>(a0.z);
    other03 += vec4<f32>(a0.w);
    if (TILE_M > 4u) {
        let a1 = subgroupShuffle(bias, 1u);
        sum10 += vec4<f32>(a1.x);
        sum11 += vec4<f32>(a1.y);
        sum12 += vec4<f32>(a1.z);
        sum13 += vec4<f32>(a1.w);
        other10 += vec4<f32>(a1.x);
        other11 += vec4<f32>(a1.y);
        other12 += vec4<f32>(a1.z);
        other13 += vec4<f32>(a1.w);
    }
    if (TILE_M > 8u) {
        let a2 = subgroupShuffle(bias, 2u);
        sum20 += vec4<f32>(a2.x);
        sum21 += vec4<f32>(a2.y);
        sum22 += vec4<f32>(a2.z);
        sum23 += vec4<f32>(a2.w);
        other20 += vec4<f32>(a2.x);
        other21 += vec4<f32>(a2.y);
        other22 += vec4<f32>(a2.z);
        other23 += vec4<f32>(a2.w);
        let a3 = subgroupShuffle(bias, 3u);
        sum30 += vec4<f32>(a3.x);
        sum31 += vec4<f32>(a3.y);
        sum32 += vec4<f32>(a3.z);
        sum33 += vec4<f32>(a3.w);
        other30 += vec4<f32>(a3.x);
        other31 += vec4<f32>(a3.y);
        other32 += vec4<f32>(a3.z);
        other33 += vec4<f32>(a3.w);
    }
    if (TILE_M > 16u) {
        let a4 = subgroupShuffle(bias, 4u);
        sum40 += vec4<f32>(a4.x);
        sum41 += vec4<f32>(a4.y);
        sum42 += vec4<f32>(a4.z);
        sum43 += vec4<f32>(a4.w);
        other40 += vec4<f32>(a4.x);
        other41 += vec4<f32>(a4.y);
        other42 += vec4<f32>(a4.z);
        other43 += vec4<f32>(a4.w);
        let a5 = subgroupShuffle(bias, 5u);
        sum50 += vec4<f32>(a5.x);
        sum51 += vec4<f32>(a5.y);
        sum52 += vec4<f32>(a5.z);
        sum53 += vec4<f32>(a5.w);
        other50 += vec4<f32>(a5.x);
        other51 += vec4<f32>(a5.y);
        other52 += vec4<f32>(a5.z);
        other53 += vec4<f32>(a5.w);
        let a6 = subgroupShuffle(bias, 6u);
        sum60 += vec4<f32>(a6.x);
        sum61 += vec4<f32>(a6.y);
        sum62 += vec4<f32>(a6.z);
        sum63 += vec4<f32>(a6.w);
        other60 += vec4<f32>(a6.x);
        other61 += vec4<f32>(a6.y);
        other62 += vec4<f32>(a6.z);
        other63 += vec4<f32>(a6.w);
        let a7 = subgroupShuffle(bias, 7u);
        sum70 += vec4<f32>(a7.x);
        sum71 += vec4<f32>(a7.y);
        sum72 += vec4<f32>(a7.z);
        sum73 += vec4<f32>(a7.w);
        other70 += vec4<f32>(a7.x);
        other71 += vec4<f32>(a7.y);
        other72 += vec4<f32>(a7.z);
        other73 += vec4<f32>(a7.w);
    }
}
