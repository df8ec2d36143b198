// Products of two classes by one lane (product.wgsl), 16 rows of each: sum0i to sum3i are the first one's, sum4i to sum7i the
// second one's. Each sum is loaded and stored once for all of them.

// The first class: the products of one tap in two channels; those of two taps are product_four.wgsl's.
fn accumulate_even_two(
    a: vec4<f32>,
    b: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, 0u);
    sum00 += a0.x * first + b0.x * second;
    sum01 += a0.y * first + b0.y * second;
    sum02 += a0.z * first + b0.z * second;
    sum03 += a0.w * first + b0.w * second;
    let a1 = subgroupShuffle(a, 1u);
    let b1 = subgroupShuffle(b, 1u);
    sum10 += a1.x * first + b1.x * second;
    sum11 += a1.y * first + b1.y * second;
    sum12 += a1.z * first + b1.z * second;
    sum13 += a1.w * first + b1.w * second;
    let a2 = subgroupShuffle(a, 2u);
    let b2 = subgroupShuffle(b, 2u);
    sum20 += a2.x * first + b2.x * second;
    sum21 += a2.y * first + b2.y * second;
    sum22 += a2.z * first + b2.z * second;
    sum23 += a2.w * first + b2.w * second;
    let a3 = subgroupShuffle(a, 3u);
    let b3 = subgroupShuffle(b, 3u);
    sum30 += a3.x * first + b3.x * second;
    sum31 += a3.y * first + b3.y * second;
    sum32 += a3.z * first + b3.z * second;
    sum33 += a3.w * first + b3.w * second;
}

// The second class.
fn accumulate_odd_two(
    a: vec4<f32>,
    b: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, 0u);
    sum40 += a0.x * first + b0.x * second;
    sum41 += a0.y * first + b0.y * second;
    sum42 += a0.z * first + b0.z * second;
    sum43 += a0.w * first + b0.w * second;
    let a1 = subgroupShuffle(a, 1u);
    let b1 = subgroupShuffle(b, 1u);
    sum50 += a1.x * first + b1.x * second;
    sum51 += a1.y * first + b1.y * second;
    sum52 += a1.z * first + b1.z * second;
    sum53 += a1.w * first + b1.w * second;
    let a2 = subgroupShuffle(a, 2u);
    let b2 = subgroupShuffle(b, 2u);
    sum60 += a2.x * first + b2.x * second;
    sum61 += a2.y * first + b2.y * second;
    sum62 += a2.z * first + b2.z * second;
    sum63 += a2.w * first + b2.w * second;
    let a3 = subgroupShuffle(a, 3u);
    let b3 = subgroupShuffle(b, 3u);
    sum70 += a3.x * first + b3.x * second;
    sum71 += a3.y * first + b3.y * second;
    sum72 += a3.z * first + b3.z * second;
    sum73 += a3.w * first + b3.w * second;
}

fn accumulate_odd_four(
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
) {
    let a0 = subgroupShuffle(a, 0u);
    let b0 = subgroupShuffle(b, 0u);
    let c0 = subgroupShuffle(c, 0u);
    let d0 = subgroupShuffle(d, 0u);
    sum40 += a0.x * first + b0.x * second + c0.x * third + d0.x * fourth;
    sum41 += a0.y * first + b0.y * second + c0.y * third + d0.y * fourth;
    sum42 += a0.z * first + b0.z * second + c0.z * third + d0.z * fourth;
    sum43 += a0.w * first + b0.w * second + c0.w * third + d0.w * fourth;
    let a1 = subgroupShuffle(a, 1u);
    let b1 = subgroupShuffle(b, 1u);
    let c1 = subgroupShuffle(c, 1u);
    let d1 = subgroupShuffle(d, 1u);
    sum50 += a1.x * first + b1.x * second + c1.x * third + d1.x * fourth;
    sum51 += a1.y * first + b1.y * second + c1.y * third + d1.y * fourth;
    sum52 += a1.z * first + b1.z * second + c1.z * third + d1.z * fourth;
    sum53 += a1.w * first + b1.w * second + c1.w * third + d1.w * fourth;
    let a2 = subgroupShuffle(a, 2u);
    let b2 = subgroupShuffle(b, 2u);
    let c2 = subgroupShuffle(c, 2u);
    let d2 = subgroupShuffle(d, 2u);
    sum60 += a2.x * first + b2.x * second + c2.x * third + d2.x * fourth;
    sum61 += a2.y * first + b2.y * second + c2.y * third + d2.y * fourth;
    sum62 += a2.z * first + b2.z * second + c2.z * third + d2.z * fourth;
    sum63 += a2.w * first + b2.w * second + c2.w * third + d2.w * fourth;
    let a3 = subgroupShuffle(a, 3u);
    let b3 = subgroupShuffle(b, 3u);
    let c3 = subgroupShuffle(c, 3u);
    let d3 = subgroupShuffle(d, 3u);
    sum70 += a3.x * first + b3.x * second + c3.x * third + d3.x * fourth;
    sum71 += a3.y * first + b3.y * second + c3.y * third + d3.y * fourth;
    sum72 += a3.z * first + b3.z * second + c3.z * third + d3.z * fourth;
    sum73 += a3.w * first + b3.w * second + c3.w * third + d3.w * fourth;
}
