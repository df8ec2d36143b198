// Four products at once (product.wgsl): each sum is loaded and stored once.
fn accumulate_four(
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
    first: Columns,
    second: Columns,
    third: Columns,
    fourth: Columns,
) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, 0u);
    let c0 = subgroupShuffle(c, 0u);
    let d0 = subgroupShuffle(d, 0u);
    sum00 += a0.x * first + b0.x * second + c0.x * third + d0.x * fourth;
    sum01 += a0.y * first + b0.y * second + c0.y * third + d0.y * fourth;
    sum02 += a0.z * first + b0.z * second + c0.z * third + d0.z * fourth;
    sum03 += a0.w * first + b0.w * second + c0.w * third + d0.w * fourth;
    if (TILE_M > 4u) {
        let a1 = subgroupShuffle(a, 1u);
        let b1 = subgroupShuffle(b, 1u);
        let c1 = subgroupShuffle(c, 1u);
        let d1 = subgroupShuffle(d, 1u);
        sum10 += a1.x * first + b1.x * second + c1.x * third + d1.x * fourth;
        sum11 += a1.y * first + b1.y * second + c1.y * third + d1.y * fourth;
        sum12 += a1.z * first + b1.z * second + c1.z * third + d1.z * fourth;
        sum13 += a1.w * first + b1.w * second + c1.w * third + d1.w * fourth;
    }
    if (TILE_M > 8u) {
        let a2 = subgroupShuffle(a, 2u);
        let b2 = subgroupShuffle(b, 2u);
        let c2 = subgroupShuffle(c, 2u);
        let d2 = subgroupShuffle(d, 2u);
        sum20 += a2.x * first + b2.x * second + c2.x * third + d2.x * fourth;
        sum21 += a2.y * first + b2.y * second + c2.y * third + d2.y * fourth;
        sum22 += a2.z * first + b2.z * second + c2.z * third + d2.z * fourth;
        sum23 += a2.w * first + b2.w * second + c2.w * third + d2.w * fourth;
        let a3 = subgroupShuffle(a, 3u);
        let b3 = subgroupShuffle(b, 3u);
        let c3 = subgroupShuffle(c, 3u);
        let d3 = subgroupShuffle(d, 3u);
        sum30 += a3.x * first + b3.x * second + c3.x * third + d3.x * fourth;
        sum31 += a3.y * first + b3.y * second + c3.y * third + d3.y * fourth;
        sum32 += a3.z * first + b3.z * second + c3.z * third + d3.z * fourth;
        sum33 += a3.w * first + b3.w * second + c3.w * third + d3.w * fourth;
    }
    if (TILE_M > 16u) {
        let a4 = subgroupShuffle(a, 4u);
        let b4 = subgroupShuffle(b, 4u);
        let c4 = subgroupShuffle(c, 4u);
        let d4 = subgroupShuffle(d, 4u);
        sum40 += a4.x * first + b4.x * second + c4.x * third + d4.x * fourth;
        sum41 += a4.y * first + b4.y * second + c4.y * third + d4.y * fourth;
        sum42 += a4.z * first + b4.z * second + c4.z * third + d4.z * fourth;
        sum43 += a4.w * first + b4.w * second + c4.w * third + d4.w * fourth;
        let a5 = subgroupShuffle(a, 5u);
        let b5 = subgroupShuffle(b, 5u);
        let c5 = subgroupShuffle(c, 5u);
        let d5 = subgroupShuffle(d, 5u);
        sum50 += a5.x * first + b5.x * second + c5.x * third + d5.x * fourth;
        sum51 += a5.y * first + b5.y * second + c5.y * third + d5.y * fourth;
        sum52 += a5.z * first + b5.z * second + c5.z * third + d5.z * fourth;
        sum53 += a5.w * first + b5.w * second + c5.w * third + d5.w * fourth;
        let a6 = subgroupShuffle(a, 6u);
        let b6 = subgroupShuffle(b, 6u);
        let c6 = subgroupShuffle(c, 6u);
        let d6 = subgroupShuffle(d, 6u);
        sum60 += a6.x * first + b6.x * second + c6.x * third + d6.x * fourth;
        sum61 += a6.y * first + b6.y * second + c6.y * third + d6.y * fourth;
        sum62 += a6.z * first + b6.z * second + c6.z * third + d6.z * fourth;
        sum63 += a6.w * first + b6.w * second + c6.w * third + d6.w * fourth;
        let a7 = subgroupShuffle(a, 7u);
        let b7 = subgroupShuffle(b, 7u);
        let c7 = subgroupShuffle(c, 7u);
        let d7 = subgroupShuffle(d, 7u);
        sum70 += a7.x * first + b7.x * second + c7.x * third + d7.x * fourth;
        sum71 += a7.y * first + b7.y * second + c7.y * third + d7.y * fourth;
        sum72 += a7.z * first + b7.z * second + c7.z * third + d7.z * fourth;
        sum73 += a7.w * first + b7.w * second + c7.w * third + d7.w * fourth;
    }
}
