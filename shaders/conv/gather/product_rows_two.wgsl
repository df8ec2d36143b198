// The product of lanes that own two fours of cells, of two rows or of one, by two taps or two channels at once: the second four has the
// other sums (others.wgsl), and each sum is loaded and stored once.

// The cells of a four under two taps that follow each other, or of two channels.
struct UnderTwo {
    first: Columns,
    second: Columns,
}

fn accumulate_rows_two(a: vec4<f32>, b: vec4<f32>, near: UnderTwo, far: UnderTwo) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, SECOND + 0u);
    sum00 += a0.x * near.first + b0.x * near.second;
    sum01 += a0.y * near.first + b0.y * near.second;
    sum02 += a0.z * near.first + b0.z * near.second;
    sum03 += a0.w * near.first + b0.w * near.second;
    other00 += a0.x * far.first + b0.x * far.second;
    other01 += a0.y * far.first + b0.y * far.second;
    other02 += a0.z * far.first + b0.z * far.second;
    other03 += a0.w * far.first + b0.w * far.second;
    if (TILE_M > 4u) {
        let a1 = subgroupShuffle(a, 1u);
        let b1 = subgroupShuffle(b, SECOND + 1u);
        sum10 += a1.x * near.first + b1.x * near.second;
        sum11 += a1.y * near.first + b1.y * near.second;
        sum12 += a1.z * near.first + b1.z * near.second;
        sum13 += a1.w * near.first + b1.w * near.second;
        other10 += a1.x * far.first + b1.x * far.second;
        other11 += a1.y * far.first + b1.y * far.second;
        other12 += a1.z * far.first + b1.z * far.second;
        other13 += a1.w * far.first + b1.w * far.second;
    }
    if (TILE_M > 8u) {
        let a2 = subgroupShuffle(a, 2u);
        let b2 = subgroupShuffle(b, SECOND + 2u);
        sum20 += a2.x * near.first + b2.x * near.second;
        sum21 += a2.y * near.first + b2.y * near.second;
        sum22 += a2.z * near.first + b2.z * near.second;
        sum23 += a2.w * near.first + b2.w * near.second;
        other20 += a2.x * far.first + b2.x * far.second;
        other21 += a2.y * far.first + b2.y * far.second;
        other22 += a2.z * far.first + b2.z * far.second;
        other23 += a2.w * far.first + b2.w * far.second;
        let a3 = subgroupShuffle(a, 3u);
        let b3 = subgroupShuffle(b, SECOND + 3u);
        sum30 += a3.x * near.first + b3.x * near.second;
        sum31 += a3.y * near.first + b3.y * near.second;
        sum32 += a3.z * near.first + b3.z * near.second;
        sum33 += a3.w * near.first + b3.w * near.second;
        other30 += a3.x * far.first + b3.x * far.second;
        other31 += a3.y * far.first + b3.y * far.second;
        other32 += a3.z * far.first + b3.z * far.second;
        other33 += a3.w * far.first + b3.w * far.second;
    }
    if (TILE_M > 16u) {
        let a4 = subgroupShuffle(a, 4u);
        let b4 = subgroupShuffle(b, SECOND + 4u);
        sum40 += a4.x * near.first + b4.x * near.second;
        sum41 += a4.y * near.first + b4.y * near.second;
        sum42 += a4.z * near.first + b4.z * near.second;
        sum43 += a4.w * near.first + b4.w * near.second;
        other40 += a4.x * far.first + b4.x * far.second;
        other41 += a4.y * far.first + b4.y * far.second;
        other42 += a4.z * far.first + b4.z * far.second;
        other43 += a4.w * far.first + b4.w * far.second;
        let a5 = subgroupShuffle(a, 5u);
        let b5 = subgroupShuffle(b, SECOND + 5u);
        sum50 += a5.x * near.first + b5.x * near.second;
        sum51 += a5.y * near.first + b5.y * near.second;
        sum52 += a5.z * near.first + b5.z * near.second;
        sum53 += a5.w * near.first + b5.w * near.second;
        other50 += a5.x * far.first + b5.x * far.second;
        other51 += a5.y * far.first + b5.y * far.second;
        other52 += a5.z * far.first + b5.z * far.second;
        other53 += a5.w * far.first + b5.w * far.second;
        let a6 = subgroupShuffle(a, 6u);
        let b6 = subgroupShuffle(b, SECOND + 6u);
        sum60 += a6.x * near.first + b6.x * near.second;
        sum61 += a6.y * near.first + b6.y * near.second;
        sum62 += a6.z * near.first + b6.z * near.second;
        sum63 += a6.w * near.first + b6.w * near.second;
        other60 += a6.x * far.first + b6.x * far.second;
        other61 += a6.y * far.first + b6.y * far.second;
        other62 += a6.z * far.first + b6.z * far.second;
        other63 += a6.w * far.first + b6.w * far.second;
        let a7 = subgroupShuffle(a, 7u);
        let b7 = subgroupShuffle(b, SECOND + 7u);
        sum70 += a7.x * near.first + b7.x * near.second;
        sum71 += a7.y * near.first + b7.y * near.second;
        sum72 += a7.z * near.first + b7.z * near.second;
        sum73 += a7.w * near.first + b7.w * near.second;
        other70 += a7.x * far.first + b7.x * far.second;
        other71 += a7.y * far.first + b7.y * far.second;
        other72 += a7.z * far.first + b7.z * far.second;
        other73 += a7.w * far.first + b7.w * far.second;
    }
}
