// The product of lanes that hold dy of a channel at four outputs each, and of another one 8 channels on (READS_ONE), and x under these
// outputs at their own columns.
fn accumulate_outputs(a: vec4<f32>, b: vec4<f32>, window: Window) {
    let a0 = subgroupShuffle(a, 0u);
    sum00 += a0.x * window.first + a0.y * window.second + a0.z * window.third + a0.w * window.fourth;
    let a1 = subgroupShuffle(a, 1u);
    sum01 += a1.x * window.first + a1.y * window.second + a1.z * window.third + a1.w * window.fourth;
    let a2 = subgroupShuffle(a, 2u);
    sum02 += a2.x * window.first + a2.y * window.second + a2.z * window.third + a2.w * window.fourth;
    let a3 = subgroupShuffle(a, 3u);
    sum03 += a3.x * window.first + a3.y * window.second + a3.z * window.third + a3.w * window.fourth;
    let a4 = subgroupShuffle(a, 4u);
    sum10 += a4.x * window.first + a4.y * window.second + a4.z * window.third + a4.w * window.fourth;
    let a5 = subgroupShuffle(a, 5u);
    sum11 += a5.x * window.first + a5.y * window.second + a5.z * window.third + a5.w * window.fourth;
    let a6 = subgroupShuffle(a, 6u);
    sum12 += a6.x * window.first + a6.y * window.second + a6.z * window.third + a6.w * window.fourth;
    let a7 = subgroupShuffle(a, 7u);
    sum13 += a7.x * window.first + a7.y * window.second + a7.z * window.third + a7.w * window.fourth;
    if (TILE_M > 8u) {
        let b0 = subgroupShuffle(b, 0u);
        sum20 += b0.x * window.first + b0.y * window.second + b0.z * window.third + b0.w * window.fourth;
        let b1 = subgroupShuffle(b, 1u);
        sum21 += b1.x * window.first + b1.y * window.second + b1.z * window.third + b1.w * window.fourth;
        let b2 = subgroupShuffle(b, 2u);
        sum22 += b2.x * window.first + b2.y * window.second + b2.z * window.third + b2.w * window.fourth;
        let b3 = subgroupShuffle(b, 3u);
        sum23 += b3.x * window.first + b3.y * window.second + b3.z * window.third + b3.w * window.fourth;
        let b4 = subgroupShuffle(b, 4u);
        sum30 += b4.x * window.first + b4.y * window.second + b4.z * window.third + b4.w * window.fourth;
        let b5 = subgroupShuffle(b, 5u);
        sum31 += b5.x * window.first + b5.y * window.second + b5.z * window.third + b5.w * window.fourth;
        let b6 = subgroupShuffle(b, 6u);
        sum32 += b6.x * window.first + b6.y * window.second + b6.z * window.third + b6.w * window.fourth;
        let b7 = subgroupShuffle(b, 7u);
        sum33 += b7.x * window.first + b7.y * window.second + b7.z * window.third + b7.w * window.fourth;
    }
}
