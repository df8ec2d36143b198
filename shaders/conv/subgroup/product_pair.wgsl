// Products of two classes by one lane (product.wgsl), 16 rows of each, in two channels at once: sum0i to sum3i are the first class's,
// sum4i to sum7i the second one's. The first four lanes hold the rows of A of one channel, the others those of the next. Each sum is
// loaded and stored once for all of them.

// The first class: one tap, and two: `third` and `fourth` are the cells under the second one.
fn accumulate_even_two(
    a: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
) {
    let a0 = subgroupShuffle(a, 0u);
    let c0 = subgroupShuffle(a, 4u);
    sum00 += a0.x * first + c0.x * second;
    sum01 += a0.y * first + c0.y * second;
    sum02 += a0.z * first + c0.z * second;
    sum03 += a0.w * first + c0.w * second;
    let a1 = subgroupShuffle(a, 1u);
    let c1 = subgroupShuffle(a, 5u);
    sum10 += a1.x * first + c1.x * second;
    sum11 += a1.y * first + c1.y * second;
    sum12 += a1.z * first + c1.z * second;
    sum13 += a1.w * first + c1.w * second;
    let a2 = subgroupShuffle(a, 2u);
    let c2 = subgroupShuffle(a, 6u);
    sum20 += a2.x * first + c2.x * second;
    sum21 += a2.y * first + c2.y * second;
    sum22 += a2.z * first + c2.z * second;
    sum23 += a2.w * first + c2.w * second;
    let a3 = subgroupShuffle(a, 3u);
    let c3 = subgroupShuffle(a, 7u);
    sum30 += a3.x * first + c3.x * second;
    sum31 += a3.y * first + c3.y * second;
    sum32 += a3.z * first + c3.z * second;
    sum33 += a3.w * first + c3.w * second;
}

fn accumulate_even_four(
    a: vec4<f32>,
    b: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
) {
    let a0 = subgroupShuffle(a, 0u);
    let c0 = subgroupShuffle(a, 4u);
    let b0 = subgroupShuffle(b, 0u);
    let d0 = subgroupShuffle(b, 4u);
    sum00 += a0.x * first + c0.x * second + b0.x * third + d0.x * fourth;
    sum01 += a0.y * first + c0.y * second + b0.y * third + d0.y * fourth;
    sum02 += a0.z * first + c0.z * second + b0.z * third + d0.z * fourth;
    sum03 += a0.w * first + c0.w * second + b0.w * third + d0.w * fourth;
    let a1 = subgroupShuffle(a, 1u);
    let c1 = subgroupShuffle(a, 5u);
    let b1 = subgroupShuffle(b, 1u);
    let d1 = subgroupShuffle(b, 5u);
    sum10 += a1.x * first + c1.x * second + b1.x * third + d1.x * fourth;
    sum11 += a1.y * first + c1.y * second + b1.y * third + d1.y * fourth;
    sum12 += a1.z * first + c1.z * second + b1.z * third + d1.z * fourth;
    sum13 += a1.w * first + c1.w * second + b1.w * third + d1.w * fourth;
    let a2 = subgroupShuffle(a, 2u);
    let c2 = subgroupShuffle(a, 6u);
    let b2 = subgroupShuffle(b, 2u);
    let d2 = subgroupShuffle(b, 6u);
    sum20 += a2.x * first + c2.x * second + b2.x * third + d2.x * fourth;
    sum21 += a2.y * first + c2.y * second + b2.y * third + d2.y * fourth;
    sum22 += a2.z * first + c2.z * second + b2.z * third + d2.z * fourth;
    sum23 += a2.w * first + c2.w * second + b2.w * third + d2.w * fourth;
    let a3 = subgroupShuffle(a, 3u);
    let c3 = subgroupShuffle(a, 7u);
    let b3 = subgroupShuffle(b, 3u);
    let d3 = subgroupShuffle(b, 7u);
    sum30 += a3.x * first + c3.x * second + b3.x * third + d3.x * fourth;
    sum31 += a3.y * first + c3.y * second + b3.y * third + d3.y * fourth;
    sum32 += a3.z * first + c3.z * second + b3.z * third + d3.z * fourth;
    sum33 += a3.w * first + c3.w * second + b3.w * third + d3.w * fourth;
}

// The second class.
fn accumulate_odd_two(
    a: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
) {
    let a0 = subgroupShuffle(a, 0u);
    let c0 = subgroupShuffle(a, 4u);
    sum40 += a0.x * first + c0.x * second;
    sum41 += a0.y * first + c0.y * second;
    sum42 += a0.z * first + c0.z * second;
    sum43 += a0.w * first + c0.w * second;
    let a1 = subgroupShuffle(a, 1u);
    let c1 = subgroupShuffle(a, 5u);
    sum50 += a1.x * first + c1.x * second;
    sum51 += a1.y * first + c1.y * second;
    sum52 += a1.z * first + c1.z * second;
    sum53 += a1.w * first + c1.w * second;
    let a2 = subgroupShuffle(a, 2u);
    let c2 = subgroupShuffle(a, 6u);
    sum60 += a2.x * first + c2.x * second;
    sum61 += a2.y * first + c2.y * second;
    sum62 += a2.z * first + c2.z * second;
    sum63 += a2.w * first + c2.w * second;
    let a3 = subgroupShuffle(a, 3u);
    let c3 = subgroupShuffle(a, 7u);
    sum70 += a3.x * first + c3.x * second;
    sum71 += a3.y * first + c3.y * second;
    sum72 += a3.z * first + c3.z * second;
    sum73 += a3.w * first + c3.w * second;
}

fn accumulate_odd_four(
    a: vec4<f32>,
    b: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
) {
    let a0 = subgroupShuffle(a, 0u);
    let c0 = subgroupShuffle(a, 4u);
    let b0 = subgroupShuffle(b, 0u);
    let d0 = subgroupShuffle(b, 4u);
    sum40 += a0.x * first + c0.x * second + b0.x * third + d0.x * fourth;
    sum41 += a0.y * first + c0.y * second + b0.y * third + d0.y * fourth;
    sum42 += a0.z * first + c0.z * second + b0.z * third + d0.z * fourth;
    sum43 += a0.w * first + c0.w * second + b0.w * third + d0.w * fourth;
    let a1 = subgroupShuffle(a, 1u);
    let c1 = subgroupShuffle(a, 5u);
    let b1 = subgroupShuffle(b, 1u);
    let d1 = subgroupShuffle(b, 5u);
    sum50 += a1.x * first + c1.x * second + b1.x * third + d1.x * fourth;
    sum51 += a1.y * first + c1.y * second + b1.y * third + d1.y * fourth;
    sum52 += a1.z * first + c1.z * second + b1.z * third + d1.z * fourth;
    sum53 += a1.w * first + c1.w * second + b1.w * third + d1.w * fourth;
    let a2 = subgroupShuffle(a, 2u);
    let c2 = subgroupShuffle(a, 6u);
    let b2 = subgroupShuffle(b, 2u);
    let d2 = subgroupShuffle(b, 6u);
    sum60 += a2.x * first + c2.x * second + b2.x * third + d2.x * fourth;
    sum61 += a2.y * first + c2.y * second + b2.y * third + d2.y * fourth;
    sum62 += a2.z * first + c2.z * second + b2.z * third + d2.z * fourth;
    sum63 += a2.w * first + c2.w * second + b2.w * third + d2.w * fourth;
    let a3 = subgroupShuffle(a, 3u);
    let c3 = subgroupShuffle(a, 7u);
    let b3 = subgroupShuffle(b, 3u);
    let d3 = subgroupShuffle(b, 7u);
    sum70 += a3.x * first + c3.x * second + b3.x * third + d3.x * fourth;
    sum71 += a3.y * first + c3.y * second + b3.y * third + d3.y * fourth;
    sum72 += a3.z * first + c3.z * second + b3.z * third + d3.z * fourth;
    sum73 += a3.w * first + c3.w * second + b3.w * third + d3.w * fourth;
}
