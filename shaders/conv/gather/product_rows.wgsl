// The product of lanes that own the same four cells of two rows: those of the second have the other sums (others.wgsl). Three taps at
// once: each sum is loaded and stored once.

// The cells under three taps that follow each other.
struct Under {
    first: Columns,
    second: Columns,
    third: Columns,
}

fn accumulate_rows(a: vec4<f32>, b: vec4<f32>, c: vec4<f32>, near: Under, far: Under) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, SECOND + 0u);
    let c0 = subgroupShuffle(c, THIRD + 0u);
    sum00 += a0.x * near.first + b0.x * near.second + c0.x * near.third;
    sum01 += a0.y * near.first + b0.y * near.second + c0.y * near.third;
    sum02 += a0.z * near.first + b0.z * near.second + c0.z * near.third;
    sum03 += a0.w * near.first + b0.w * near.second + c0.w * near.third;
    other00 += a0.x * far.first + b0.x * far.second + c0.x * far.third;
    other01 += a0.y * far.first + b0.y * far.second + c0.y * far.third;
    other02 += a0.z * far.first + b0.z * far.second + c0.z * far.third;
    other03 += a0.w * far.first + b0.w * far.second + c0.w * far.third;
    if (TILE_M > 4u) {
        let a1 = subgroupShuffle(a, 1u);
        let b1 = subgroupShuffle(b, SECOND + 1u);
        let c1 = subgroupShuffle(c, THIRD + 1u);
        sum10 += a1.x * near.first + b1.x * near.second + c1.x * near.third;
        sum11 += a1.y * near.first + b1.y * near.second + c1.y * near.third;
        sum12 += a1.z * near.first + b1.z * near.second + c1.z * near.third;
        sum13 += a1.w * near.first + b1.w * near.second + c1.w * near.third;
        other10 += a1.x * far.first + b1.x * far.second + c1.x * far.third;
        other11 += a1.y * far.first + b1.y * far.second + c1.y * far.third;
        other12 += a1.z * far.first + b1.z * far.second + c1.z * far.third;
        other13 += a1.w * far.first + b1.w * far.second + c1.w * far.third;
    }
    if (TILE_M > 8u) {
        let a2 = subgroupShuffle(a, 2u);
        let b2 = subgroupShuffle(b, SECOND + 2u);
        let c2 = subgroupShuffle(c, THIRD + 2u);
        sum20 += a2.x * near.first + b2.x * near.second + c2.x * near.third;
        sum21 += a2.y * near.first + b2.y * near.second + c2.y * near.third;
        sum22 += a2.z * near.first + b2.z * near.second + c2.z * near.third;
        sum23 += a2.w * near.first + b2.w * near.second + c2.w * near.third;
        other20 += a2.x * far.first + b2.x * far.second + c2.x * far.third;
        other21 += a2.y * far.first + b2.y * far.second + c2.y * far.third;
        other22 += a2.z * far.first + b2.z * far.second + c2.z * far.third;
        other23 += a2.w * far.first + b2.w * far.second + c2.w * far.third;
        let a3 = subgroupShuffle(a, 3u);
        let b3 = subgroupShuffle(b, SECOND + 3u);
        let c3 = subgroupShuffle(c, THIRD + 3u);
        sum30 += a3.x * near.first + b3.x * near.second + c3.x * near.third;
        sum31 += a3.y * near.first + b3.y * near.second + c3.y * near.third;
        sum32 += a3.z * near.first + b3.z * near.second + c3.z * near.third;
        sum33 += a3.w * near.first + b3.w * near.second + c3.w * near.third;
        other30 += a3.x * far.first + b3.x * far.second + c3.x * far.third;
        other31 += a3.y * far.first + b3.y * far.second + c3.y * far.third;
        other32 += a3.z * far.first + b3.z * far.second + c3.z * far.third;
        other33 += a3.w * far.first + b3.w * far.second + c3.w * far.third;
    }
    if (TILE_M > 16u) {
        let a4 = subgroupShuffle(a, 4u);
        let b4 = subgroupShuffle(b, SECOND + 4u);
        let c4 = subgroupShuffle(c, THIRD + 4u);
        sum40 += a4.x * near.first + b4.x * near.second + c4.x * near.third;
        sum41 += a4.y * near.first + b4.y * near.second + c4.y * near.third;
        sum42 += a4.z * near.first + b4.z * near.second + c4.z * near.third;
        sum43 += a4.w * near.first + b4.w * near.second + c4.w * near.third;
        other40 += a4.x * far.first + b4.x * far.second + c4.x * far.third;
        other41 += a4.y * far.first + b4.y * far.second + c4.y * far.third;
        other42 += a4.z * far.first + b4.z * far.second + c4.z * far.third;
        other43 += a4.w * far.first + b4.w * far.second + c4.w * far.third;
        let a5 = subgroupShuffle(a, 5u);
        let b5 = subgroupShuffle(b, SECOND + 5u);
        let c5 = subgroupShuffle(c, THIRD + 5u);
        sum50 += a5.x * near.first + b5.x * near.second + c5.x * near.third;
        sum51 += a5.y * near.first + b5.y * near.second + c5.y * near.third;
        sum52 += a5.z * near.first + b5.z * near.second + c5.z * near.third;
        sum53 += a5.w * near.first + b5.w * near.second + c5.w * near.third;
        other50 += a5.x * far.first + b5.x * far.second + c5.x * far.third;
        other51 += a5.y * far.first + b5.y * far.second + c5.y * far.third;
        other52 += a5.z * far.first + b5.z * far.second + c5.z * far.third;
        other53 += a5.w * far.first + b5.w * far.second + c5.w * far.third;
        let a6 = subgroupShuffle(a, 6u);
        let b6 = subgroupShuffle(b, SECOND + 6u);
        let c6 = subgroupShuffle(c, THIRD + 6u);
        sum60 += a6.x * near.first + b6.x * near.second + c6.x * near.third;
        sum61 += a6.y * near.first + b6.y * near.second + c6.y * near.third;
        sum62 += a6.z * near.first + b6.z * near.second + c6.z * near.third;
        sum63 += a6.w * near.first + b6.w * near.second + c6.w * near.third;
        other60 += a6.x * far.first + b6.x * far.second + c6.x * far.third;
        other61 += a6.y * far.first + b6.y * far.second + c6.y * far.third;
        other62 += a6.z * far.first + b6.z * far.second + c6.z * far.third;
        other63 += a6.w * far.first + b6.w * far.second + c6.w * far.third;
        let a7 = subgroupShuffle(a, 7u);
        let b7 = subgroupShuffle(b, SECOND + 7u);
        let c7 = subgroupShuffle(c, THIRD + 7u);
        sum70 += a7.x * near.first + b7.x * near.second + c7.x * near.third;
        sum71 += a7.y * near.first + b7.y * near.second + c7.y * near.third;
        sum72 += a7.z * near.first + b7.z * near.second + c7.z * near.third;
        sum73 += a7.w * near.first + b7.w * near.second + c7.w * near.third;
        other70 += a7.x * far.first + b7.x * far.second + c7.x * far.third;
        other71 += a7.y * far.first + b7.y * far.second + c7.y * far.third;
        other72 += a7.z * far.first + b7.z * far.second + c7.z * far.third;
        other73 += a7.w * far.first + b7.w * far.second + c7.w * far.third;
    }
}
