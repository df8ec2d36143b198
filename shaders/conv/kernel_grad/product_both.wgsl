// The product of lanes that own the columns of two channels of x: those of the second have the other sums (others.wgsl). All four
// outputs of a step at once: each sum is loaded and stored once. Of 32 rows.
fn accumulate_both(a: vec4<f32>, b: vec4<f32>, c: vec4<f32>, d: vec4<f32>, near: Window, far: Window) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, 0u);
    let c0 = subgroupShuffle(c, 0u);
    let d0 = subgroupShuffle(d, 0u);
    sum00 += a0.x * near.first + b0.x * near.second + c0.x * near.third + d0.x * near.fourth;
    sum01 += a0.y * near.first + b0.y * near.second + c0.y * near.third + d0.y * near.fourth;
    sum02 += a0.z * near.first + b0.z * near.second + c0.z * near.third + d0.z * near.fourth;
    sum03 += a0.w * near.first + b0.w * near.second + c0.w * near.third + d0.w * near.fourth;
    other00 += a0.x * far.first + b0.x * far.second + c0.x * far.third + d0.x * far.fourth;
    other01 += a0.y * far.first + b0.y * far.second + c0.y * far.third + d0.y * far.fourth;
    other02 += a0.z * far.first + b0.z * far.second + c0.z * far.third + d0.z * far.fourth;
    other03 += a0.w * far.first + b0.w * far.second + c0.w * far.third + d0.w * far.fourth;
    let a1 = subgroupShuffle(a, 1u);
    let b1 = subgroupShuffle(b, 1u);
    let c1 = subgroupShuffle(c, 1u);
    let d1 = subgroupShuffle(d, 1u);
    sum10 += a1.x * near.first + b1.x * near.second + c1.x * near.third + d1.x * near.fourth;
    sum11 += a1.y * near.first + b1.y * near.second + c1.y * near.third + d1.y * near.fourth;
    sum12 += a1.z * near.first + b1.z * near.second + c1.z * near.third + d1.z * near.fourth;
    sum13 += a1.w * near.first + b1.w * near.second + c1.w * near.third + d1.w * near.fourth;
    other10 += a1.x * far.first + b1.x * far.second + c1.x * far.third + d1.x * far.fourth;
    other11 += a1.y * far.first + b1.y * far.second + c1.y * far.third + d1.y * far.fourth;
    other12 += a1.z * far.first + b1.z * far.second + c1.z * far.third + d1.z * far.fourth;
    other13 += a1.w * far.first + b1.w * far.second + c1.w * far.third + d1.w * far.fourth;
    let a2 = subgroupShuffle(a, 2u);
    let b2 = subgroupShuffle(b, 2u);
    let c2 = subgroupShuffle(c, 2u);
    let d2 = subgroupShuffle(d, 2u);
    sum20 += a2.x * near.first + b2.x * near.second + c2.x * near.third + d2.x * near.fourth;
    sum21 += a2.y * near.first + b2.y * near.second + c2.y * near.third + d2.y * near.fourth;
    sum22 += a2.z * near.first + b2.z * near.second + c2.z * near.third + d2.z * near.fourth;
    sum23 += a2.w * near.first + b2.w * near.second + c2.w * near.third + d2.w * near.fourth;
    other20 += a2.x * far.first + b2.x * far.second + c2.x * far.third + d2.x * far.fourth;
    other21 += a2.y * far.first + b2.y * far.second + c2.y * far.third + d2.y * far.fourth;
    other22 += a2.z * far.first + b2.z * far.second + c2.z * far.third + d2.z * far.fourth;
    other23 += a2.w * far.first + b2.w * far.second + c2.w * far.third + d2.w * far.fourth;
    let a3 = subgroupShuffle(a, 3u);
    let b3 = subgroupShuffle(b, 3u);
    let c3 = subgroupShuffle(c, 3u);
    let d3 = subgroupShuffle(d, 3u);
    sum30 += a3.x * near.first + b3.x * near.second + c3.x * near.third + d3.x * near.fourth;
    sum31 += a3.y * near.first + b3.y * near.second + c3.y * near.third + d3.y * near.fourth;
    sum32 += a3.z * near.first + b3.z * near.second + c3.z * near.third + d3.z * near.fourth;
    sum33 += a3.w * near.first + b3.w * near.second + c3.w * near.third + d3.w * near.fourth;
    other30 += a3.x * far.first + b3.x * far.second + c3.x * far.third + d3.x * far.fourth;
    other31 += a3.y * far.first + b3.y * far.second + c3.y * far.third + d3.y * far.fourth;
    other32 += a3.z * far.first + b3.z * far.second + c3.z * far.third + d3.z * far.fourth;
    other33 += a3.w * far.first + b3.w * far.second + c3.w * far.third + d3.w * far.fourth;
    let a4 = subgroupShuffle(a, 4u);
    let b4 = subgroupShuffle(b, 4u);
    let c4 = subgroupShuffle(c, 4u);
    let d4 = subgroupShuffle(d, 4u);
    sum40 += a4.x * near.first + b4.x * near.second + c4.x * near.third + d4.x * near.fourth;
    sum41 += a4.y * near.first + b4.y * near.second + c4.y * near.third + d4.y * near.fourth;
    sum42 += a4.z * near.first + b4.z * near.second + c4.z * near.third + d4.z * near.fourth;
    sum43 += a4.w * near.first + b4.w * near.second + c4.w * near.third + d4.w * near.fourth;
    other40 += a4.x * far.first + b4.x * far.second + c4.x * far.third + d4.x * far.fourth;
    other41 += a4.y * far.first + b4.y * far.second + c4.y * far.third + d4.y * far.fourth;
    other42 += a4.z * far.first + b4.z * far.second + c4.z * far.third + d4.z * far.fourth;
    other43 += a4.w * far.first + b4.w * far.second + c4.w * far.third + d4.w * far.fourth;
    let a5 = subgroupShuffle(a, 5u);
    let b5 = subgroupShuffle(b, 5u);
    let c5 = subgroupShuffle(c, 5u);
    let d5 = subgroupShuffle(d, 5u);
    sum50 += a5.x * near.first + b5.x * near.second + c5.x * near.third + d5.x * near.fourth;
    sum51 += a5.y * near.first + b5.y * near.second + c5.y * near.third + d5.y * near.fourth;
    sum52 += a5.z * near.first + b5.z * near.second + c5.z * near.third + d5.z * near.fourth;
    sum53 += a5.w * near.first + b5.w * near.second + c5.w * near.third + d5.w * near.fourth;
    other50 += a5.x * far.first + b5.x * far.second + c5.x * far.third + d5.x * far.fourth;
    other51 += a5.y * far.first + b5.y * far.second + c5.y * far.third + d5.y * far.fourth;
    other52 += a5.z * far.first + b5.z * far.second + c5.z * far.third + d5.z * far.fourth;
    other53 += a5.w * far.first + b5.w * far.second + c5.w * far.third + d5.w * far.fourth;
    let a6 = subgroupShuffle(a, 6u);
    let b6 = subgroupShuffle(b, 6u);
    let c6 = subgroupShuffle(c, 6u);
    let d6 = subgroupShuffle(d, 6u);
    sum60 += a6.x * near.first + b6.x * near.second + c6.x * near.third + d6.x * near.fourth;
    sum61 += a6.y * near.first + b6.y * near.second + c6.y * near.third + d6.y * near.fourth;
    sum62 += a6.z * near.first + b6.z * near.second + c6.z * near.third + d6.z * near.fourth;
    sum63 += a6.w * near.first + b6.w * near.second + c6.w * near.third + d6.w * near.fourth;
    other60 += a6.x * far.first + b6.x * far.second + c6.x * far.third + d6.x * far.fourth;
    other61 += a6.y * far.first + b6.y * far.second + c6.y * far.third + d6.y * far.fourth;
    other62 += a6.z * far.first + b6.z * far.second + c6.z * far.third + d6.z * far.fourth;
    other63 += a6.w * far.first + b6.w * far.second + c6.w * far.third + d6.w * far.fourth;
    let a7 = subgroupShuffle(a, 7u);
    let b7 = subgroupShuffle(b, 7u);
    let c7 = subgroupShuffle(c, 7u);
    let d7 = subgroupShuffle(d, 7u);
    sum70 += a7.x * near.first + b7.x * near.second + c7.x * near.third + d7.x * near.fourth;
    sum71 += a7.y * near.first + b7.y * near.second + c7.y * near.third + d7.y * near.fourth;
    sum72 += a7.z * near.first + b7.z * near.second + c7.z * near.third + d7.z * near.fourth;
    sum73 += a7.w * near.first + b7.w * near.second + c7.w * near.third + d7.w * near.fourth;
    other70 += a7.x * far.first + b7.x * far.second + c7.x * far.third + d7.x * far.fourth;
    other71 += a7.y * far.first + b7.y * far.second + c7.y * far.third + d7.y * far.fourth;
    other72 += a7.z * far.first + b7.z * far.second + c7.z * far.third + d7.z * far.fourth;
    other73 += a7.w * far.first + b7.w * far.second + c7.w * far.third + d7.w * far.fourth;
}

// The same of lanes that hold dy of four channels, at all four outputs.
fn accumulate_channels(dy0: vec4<f32>, dy1: vec4<f32>, dy2: vec4<f32>, dy3: vec4<f32>, near: Window, far: Window) {
    accumulate_both(
        vec4<f32>(dy0.x, dy1.x, dy2.x, dy3.x),
        vec4<f32>(dy0.y, dy1.y, dy2.y, dy3.y),
        vec4<f32>(dy0.z, dy1.z, dy2.z, dy3.z),
        vec4<f32>(dy0.w, dy1.w, dy2.w, dy3.w),
        near,
        far,
    );
}

// The same of lanes that hold dy as those of product_outputs.wgsl.
fn accumulate_outputs_both(a: vec4<f32>, b: vec4<f32>, near: Window, far: Window) {
    let a0 = subgroupShuffle(a, 0u);
    sum00 += a0.x * near.first + a0.y * near.second + a0.z * near.third + a0.w * near.fourth;
    other00 += a0.x * far.first + a0.y * far.second + a0.z * far.third + a0.w * far.fourth;
    let a1 = subgroupShuffle(a, 1u);
    sum01 += a1.x * near.first + a1.y * near.second + a1.z * near.third + a1.w * near.fourth;
    other01 += a1.x * far.first + a1.y * far.second + a1.z * far.third + a1.w * far.fourth;
    let a2 = subgroupShuffle(a, 2u);
    sum02 += a2.x * near.first + a2.y * near.second + a2.z * near.third + a2.w * near.fourth;
    other02 += a2.x * far.first + a2.y * far.second + a2.z * far.third + a2.w * far.fourth;
    let a3 = subgroupShuffle(a, 3u);
    sum03 += a3.x * near.first + a3.y * near.second + a3.z * near.third + a3.w * near.fourth;
    other03 += a3.x * far.first + a3.y * far.second + a3.z * far.third + a3.w * far.fourth;
    let a4 = subgroupShuffle(a, 4u);
    sum10 += a4.x * near.first + a4.y * near.second + a4.z * near.third + a4.w * near.fourth;
    other10 += a4.x * far.first + a4.y * far.second + a4.z * far.third + a4.w * far.fourth;
    let a5 = subgroupShuffle(a, 5u);
    sum11 += a5.x * near.first + a5.y * near.second + a5.z * near.third + a5.w * near.fourth;
    other11 += a5.x * far.first + a5.y * far.second + a5.z * far.third + a5.w * far.fourth;
    let a6 = subgroupShuffle(a, 6u);
    sum12 += a6.x * near.first + a6.y * near.second + a6.z * near.third + a6.w * near.fourth;
    other12 += a6.x * far.first + a6.y * far.second + a6.z * far.third + a6.w * far.fourth;
    let a7 = subgroupShuffle(a, 7u);
    sum13 += a7.x * near.first + a7.y * near.second + a7.z * near.third + a7.w * near.fourth;
    other13 += a7.x * far.first + a7.y * far.second + a7.z * far.third + a7.w * far.fourth;
    if (TILE_M > 8u) {
        let b0 = subgroupShuffle(b, 0u);
        sum20 += b0.x * near.first + b0.y * near.second + b0.z * near.third + b0.w * near.fourth;
        other20 += b0.x * far.first + b0.y * far.second + b0.z * far.third + b0.w * far.fourth;
        let b1 = subgroupShuffle(b, 1u);
        sum21 += b1.x * near.first + b1.y * near.second + b1.z * near.third + b1.w * near.fourth;
        other21 += b1.x * far.first + b1.y * far.second + b1.z * far.third + b1.w * far.fourth;
        let b2 = subgroupShuffle(b, 2u);
        sum22 += b2.x * near.first + b2.y * near.second + b2.z * near.third + b2.w * near.fourth;
        other22 += b2.x * far.first + b2.y * far.second + b2.z * far.third + b2.w * far.fourth;
        let b3 = subgroupShuffle(b, 3u);
        sum23 += b3.x * near.first + b3.y * near.second + b3.z * near.third + b3.w * near.fourth;
        other23 += b3.x * far.first + b3.y * far.second + b3.z * far.third + b3.w * far.fourth;
        let b4 = subgroupShuffle(b, 4u);
        sum30 += b4.x * near.first + b4.y * near.second + b4.z * near.third + b4.w * near.fourth;
        other30 += b4.x * far.first + b4.y * far.second + b4.z * far.third + b4.w * far.fourth;
        let b5 = subgroupShuffle(b, 5u);
        sum31 += b5.x * near.first + b5.y * near.second + b5.z * near.third + b5.w * near.fourth;
        other31 += b5.x * far.first + b5.y * far.second + b5.z * far.third + b5.w * far.fourth;
        let b6 = subgroupShuffle(b, 6u);
        sum32 += b6.x * near.first + b6.y * near.second + b6.z * near.third + b6.w * near.fourth;
        other32 += b6.x * far.first + b6.y * far.second + b6.z * far.third + b6.w * far.fourth;
        let b7 = subgroupShuffle(b, 7u);
        sum33 += b7.x * near.first + b7.y * near.second + b7.z * near.third + b7.w * near.fourth;
        other33 += b7.x * far.first + b7.y * far.second + b7.z * far.third + b7.w * far.fourth;
    }
}

// Of one channel and then of the other; counted from m, which is no constant, so that the driver does not write the loop out.
fn store_lane(block: Block, lane: u32) {
    let m = block.m;
    let first = first_channel(block, lane);
    let other = place_of_channel(block, first + WORKGROUP_SIZE);
    var place = place_of_channel(block, first);
    for (var i = m; i < m + 2u * TILE_M; i += 4u) {
        if (i == m + TILE_M) {
            place = other;
        }
        let row = (i - m) % TILE_M;
        store_row(place, row, sum00);
        store_row(place, row + 1u, sum01);
        store_row(place, row + 2u, sum02);
        store_row(place, row + 3u, sum03);
        next_of_both(TILE_M);
    }
}
