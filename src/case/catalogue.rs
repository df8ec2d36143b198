//! Shapes that found bugs in other libraries, or would in ours: what the tests and the self-test ([`crate::verify`]) begin
//! with. Along the axes of a case no two parameters are alike, unless the case is about that.

use std::sync::LazyLock;

use super::suites::{Row, Suite, row};

const CONVOLUTIONS: [(&str, &str); 99] = [
    ("one of everything", "c1h1w1k1r1s1"),
    ("1x1 kernel", "n2c3h4w5k4r1s1"),
    ("1x1 kernel, stride 2, 3", "n2c3h7w8k4r1s1u2x3"),
    ("1x1 kernel, stride 2, tiles of channels", "n2c19h7w9k5r1s1u2"),
    ("rank 1", "n2c3w9k2s3u2p2_1a2"),
    ("rank 1, groups", "n3c6w10k3s3u2p2_1a2g3"),
    ("rank 1, even kernel", "n2c2w11k3s4p2_1"),
    ("rank 1, a row that is cut into slices", "n1c2w1501k3s3p1"),
    ("rank 1, a row of whole fours that is cut into slices", "n1c4w1604k4s3p1"),
    ("all parameters different", "n2c3h7w10k5r3s2u2x3p2_0x1_3a1x2"),
    ("groups", "n3c6h7w10k4r3s2u2x3p2_0x1_3a1x2g2"),
    ("depthwise", "n2c5h7w10k5r3s2u2x3p2_0x1_3a1x2g5"),
    ("depthwise, multiplier 3", "n2c4h7w10k12r3s2u2x3p2_0x1_3a1x2g4"),
    ("depthwise, strips of rows that are cut", "n2c3h61w10k3r3s3p1g3"),
    ("depthwise, whole fours", "c2h59w12k2r3s3p1g2"),
    ("depthwise, whole fours, stride 2", "n2c3h13w24k3r3s3u2p1g3"),
    ("depthwise, 5x5, whole fours", "n2c2h9w12k2r5s5p2g2"),
    ("depthwise, 5x5, stride 2, multiplier 2", "n2c2h11w16k4r5s5u2p2g2"),
    ("depthwise, 5x4, ragged, stride 2", "n2c3h12w9k3r5s4u2p1_2x0_2g3"),
    ("stride drops tail rows and columns", "n2c2h7w12k3r2s3u3x5"),
    ("stride skips cells", "n2c2h8w11k3r1s2u3x4p0x1_0"),
    ("padding larger than the kernel", "n2c2h3w5k2r2s3u1x2p5_3x4_7"),
    ("only the centre tap touches", "n2c3h4w6k2r3s3p9x7a9x7"),
    ("one-pixel output", "n2c3h4w3k2r4s3"),
    ("one-pixel input", "n2c2h1w1k2r3s2p1x0_1"),
    ("channels 63 to 65, more than a workgroup", "c63h3w4k65r1s2"),
    ("odd plane, channels no multiple of 4", "n2c5h13w11k7r5s3p2x1"),
    ("whole tiles of channels and cells", "n2c32h8w8k64r3s3p1"),
    ("tiles of channels, one less and one more, stride 2", "n2c31h9w13k33r3s3u2p1"),
    ("tiles of channels, groups", "n2c34h5w9k66r2s3g2"),
    ("3x3, stride 2, whole fours", "n2c5h9w16k6r3s3u2p1"),
    ("4x4, stride 2, tiles of channels", "n2c18h9w14k5r4s4u2p1"),
    ("1x1 kernel, whole tiles", "n2c32h4w16k32r1s1"),
    ("1x1 kernel, whole fours, channels in several rounds", "n2c67h4w11k37r1s1"),
    ("1x1 kernel, a plane of one over whole fours", "n3c8h5w5k36r1s1"),
    ("1x1 kernel, a plane of two over whole fours", "n2c12h5w6k16r1s1"),
    ("1x1 kernel, a plane of three over whole fours, groups", "n3c24h3w5k40r1s1g2"),
    ("1x1 kernel, one over whole fours in slices", "n1c4w1501k8s1"),
    ("1x1 kernel, stride 2, more outputs than tiles", "n2c8h6w10k68r1s1u2"),
    ("1x1x1 kernel, strides, one over whole fours", "n3c4d5h3w9k64t1r1s1u2x3x4"),
    ("1x1 kernel, stride 2, padded to as many outputs as inputs", "n2c12h4w8k9r1s1u2p0_3x0_7"),
    ("1x1x1 kernel, stride 2 along the depth", "n2c9d5h4w8k10t1r1s3u2x1x1p0x0x1"),
    ("1x1 kernel, strides, whole fours of channels last", "n2c12h5w7k8r1s1u3x2lastxlasty"),
    ("stride 2, all taps in one class, as many outputs as inputs", "n2c9h5w8k10r2s3u1x2p0x1_10a1x2"),
    // Padding modes: every kernel that takes them, padding larger than the kernel, and as much as there may be.
    ("reflect, all parameters different", "n2c3h7w10k5r3s2u2x3p2_0x1_3a1x2reflect"),
    ("replicate, padding larger than the kernel", "n2c2h3w5k2r2s3u1x2p5_3x4_7replicate"),
    ("circular, padding of the extent", "n2c3h4w3k5r3s2p4_1x3a2x1circular"),
    ("reflect, padding of the extent less one", "n2c2h3w5k3r2s4p2x4_3reflect"),
    ("replicate, one-pixel input", "n2c2h1w1k2r3s2p1x0_1replicate"),
    ("circular, rank 1, groups", "n2c4w9k6s4p3_2circularg2"),
    ("reflect, 3x3, tiles of channels", "n2c33h7w8k31r3s3p1reflect"),
    ("circular, 3x3, stride 2", "n2c9h9w12k17r3s3u2p1circular"),
    ("replicate, 5x5, stride 2", "c5h9w11k9r5s5u2p2replicate"),
    ("reflect, depthwise, 3x3", "n2c3h7w12k3r3s3p1reflectg3"),
    ("circular, depthwise, 5x4, stride 2", "n2c3h12w9k3r5s4u2p1_2x0_2circularg3"),
    ("reflect, rank 3", "n2c3d4h5w6k5t2r3s3u1x2x1p1_0x2_1x1a1x2x1reflect"),
    ("replicate, rank 3, depthwise", "c3d5h4w7k3t2r3s1u1x2x3p1_0x0_2x2_1a2x1x1replicateg3"),
    ("shared kernel, all parameters different", "n2c3h7w10k5r3s2u2x3p2_0x1_3a1x2shared"),
    ("shared kernel, groups, circular", "n3c10h9w7k6r3s3p1_2x1circularsharedg2"),
    ("shared kernel, whole fours", "n2c21h8w12k16r3s3p1shared"),
    ("shared kernel, x last", "n2c6h7w10k4r3s2u2x3p2_0x1_3a1x2sharedg2lastx"),
    ("shared kernel, all last, replicate", "n3c5h8w6k4r3s3p1replicatesharedlastxlastyinout"),
    ("shared kernel, rank 3, groups of one output", "n2c4d4h5w6k2t2r3s1u1x2x3p1_0x0_2x2_1a2x1x1sharedg2"),
    ("first layer of a network", "c3h19w23k8r7s7u2p3"),
    ("first layer, whole fours", "n2c3h18w24k5r7s7u2p3"),
    ("first layer, 3x3, stride 2", "n2c2h9w7k5r3s3u2p1"),
    ("a channel, stride 4, classes of 2 and 3 taps", "n2c1h19w23k8r11s11u4p2"),
    ("few channels, stride 5, rank 1", "n3c1w37k6s10u5p3"),
    ("a channel, strides, rank 3", "n2c1d5h7w14k8t4r5s6u2x3x4p1x2x0"),
    ("rank 3", "n2c3d4h5w6k2t2r3s1u1x2x3p1_0x0_2x2_1a2x1x1"),
    ("rank 3, groups", "n2c4d4h5w6k6t2r3s1u1x2x3p1_0x0_2x2_1a2x1x1g2"),
    ("rank 3, depthwise", "c3d5h4w7k3t2r3s1u1x2x3p1_0x0_2x2_1a2x1x1g3"),
    // Layouts and orders of w's channels.
    ("channels of x last, groups, w in, out", "n2c6h7w10k4r3s2u2x3p2_0x1_3a1x2g2lastxinout"),
    ("channels last, rank 1, w in, out", "n2c5w9k3s3u2p2_1a2lastxlastyinout"),
    ("channels last, all parameters different", "n2c3h7w10k5r3s2u2x3p2_0x1_3a1x2lastxlasty"),
    ("channels last, 1x1 kernel, whole tiles", "n2c32h4w16k32r1s1lastxlasty"),
    ("channels of y last, 3x3, tiles of channels, w in, out", "n2c33h7w8k31r3s3p1lastyinout"),
    ("channels last, reflect, rank 3", "n2c4d4h5w6k8t2r3s3u1x2x1p1_0x2_1x1a1x2x1reflectlastxlastyinout"),
    ("channels last, 3x3, fours of channels, groups", "n2c24h6w11k40r3s3p1g2lastxlasty"),
    ("channels last, depthwise", "n2c5h7w10k5r3s2u2x3p2_0x1_3a1x2g5lastxlasty"),
    ("channels of x last, depthwise, replicate, multiplier 2", "n2c3h7w8k6r3s3p1replicateg3lastx"),
    ("channels last, depthwise, fours of channels, rows in parts", "n2c12h9w61k12r3s3p1g12lastxlasty"),
    ("channels last, depthwise, fours, stride 2", "n2c36h9w12k36r3s3u2p1g36lastxlasty"),
    ("channels last, depthwise, two over, 5x5, stride 2, reflect", "n2c6h7w11k6r5s5u2p2reflectg6lastxlasty"),
    ("channels of y last, depthwise, 5x5", "c7h8w9k7r5s5p2g7lasty"),
    ("bf16, channels last, depthwise, one over, multiplier 3", "n2c3h5w7k9r3s2p1g3bf16lastxlasty"),
    ("f16, channels last, depthwise, fours, rank 1, ReLU", "n3c8w23k8s3p1relug8f16lastxlasty"),
    ("1x1 kernel, groups, fours of channels, w in, out", "n2c8h4w7k24r1s1g2inout"),
    ("bf16, 3x3, groups, fours of taps, padded outputs", "n2c24h5w7k18r3s3p1g2bf16"),
    // Types of 16 bits: odd planes and channels, so that halves of one word belong to several invocations.
    ("f16, all parameters different", "n3c3h5w7k5r3s2p1_0x1f16"),
    ("bf16, 3x3, stride 2, ReLU", "n2c9h7w5k9r3s3u2p1relubf16"),
    ("f16, groups, channels last, residual", "n2c4h5w6k6r2s3g2res1f16lastxlasty"),
    ("bf16, tanh of sums plus half a residual", "n2c3h5w5k3r3s3p1tanhres0.5bf16"),
    ("f16, depthwise, plus what the output holds", "n3c3h5w7k3r2s2g3onto1f16"),
    ("bf16, rank 1, minus half of what the output holds", "n3c5w9k3s3u2onto-0.5leaky0.25bf16inout"),
    ("f16, reflect, whole fours", "n2c4h5w8k8r3s3p1reflectreluf16"),
    ("bf16, rank 3, GELU, channels of x last", "n2c4d3h4w5k3t2r2s3gelubf16lastx"),
    ("f16, shared kernel, groups, x last", "n3c6h5w7k4r3s2p1_0x1sharedg2f16lastx"),
    ("bf16, shared kernel, reflect, whole fours, residual", "n2c5h6w8k3r3s3p1reflectsharedres1bf16"),
];

const TRANSPOSED: [(&str, &str); 24] = [
    ("transposed, one of everything", "tconvc1h1w1k1r1s1"),
    ("transposed, 2x2 stride 2", "tconvn2c6h5w7k4r2s2u2"),
    ("transposed, 4x4 stride 2", "tconvn2c5h4w6k9r4s4u2p1"),
    ("transposed, stride 4, classes of 1 and 2 taps", "tconvn2c16h3w5k1r7s8u4p1x0o0x2"),
    ("transposed, patches into a channel", "tconvn2c9h3w5k1r4s4u4"),
    ("transposed, 4x4 stride 2, into three channels", "tconvn2c5h3w8k3r4s4u2p1"),
    ("transposed, rank 1", "tconvn2c3w9k2s3u2p2_1a2o1"),
    ("transposed, all parameters different", "tconvn2c3h5w4k5r3s2u2x3p2_0x1_3a1x2o1x0"),
    ("transposed, groups", "tconvn2c6h5w4k4r3s2u2x3p2_0x1_3a1x2o0x2g2"),
    ("transposed, depthwise, multiplier 3", "tconvn2c4h5w6k12r3s2u2x3p2_0x1_0o1x2g4"),
    ("transposed, stride leaves cells out", "tconvn2c2h4w3k3r1s2u3x4p0x1_0o2x3"),
    ("transposed, output padding of a stride and more", "tconvn2c3h4w5k2r3s2u1x2p1_0x0a3x4o2x3"),
    ("transposed, padding larger than the kernel", "tconvn2c3h9w7k2r2s3u2x3p5_3x4_7"),
    ("transposed, one-pixel output", "tconvn2c2h1w1k3r3s2p1x0_1"),
    ("transposed, tiles of channels, one less and one more", "tconvn2c33h5w6k31r3s3u2p1o1"),
    ("transposed, rank 3", "tconvn2c3d2h3w4k2t2r3s1u1x2x3p1_0x0_2x0a2x1x1o0x1x2"),
    ("transposed, rank 3, groups", "tconvn2c6d3h3w2k4t2r2s3u2x1x2p0x1_0x1a1x2x1o1x0x0g2"),
    ("transposed, channels last, groups", "tconvn2c8h5w4k12r3s2u2x3p2_0x1_3a1x2o0x2g2lastxlasty"),
    ("transposed, channels of x last, w out, in", "tconvn2c5h4w6k9r4s4u2p1lastxoutin"),
    ("transposed, channels of y last, rank 1", "tconvn2c3w9k2s3u2p2_1a2o1lastyoutin"),
    ("transposed, shared kernel, groups, y last", "tconvn2c6h5w4k4r3s2u2x3p2_0x1_3a1x2o0x2sharedg2lasty"),
    ("transposed, shared kernel, bf16, rank 1", "tconvn3c5w8k3s4u2p1sharedbf16outin"),
    ("transposed, f16", "tconvn3c3h3w5k5r3s2u2o1x0f16"),
    ("transposed, bf16, whole fours, groups", "tconvn2c8w6k12s4u2p1g2bf16"),
];

/// Every one as maximum and as the three averages, rounded down and in ceil mode.
const POOLS: [(&str, &str); 10] = [
    ("one of everything", "c1h1w1r1s1"),
    ("2x2, the notebooks'", "n2c3h6w8r2s2"),
    ("rank 1", "n2c3w8s3u2p1_0"),
    ("no overlap, tail dropped", "n2c2h7w10r2s3"),
    ("overlap", "n2c2h5w6r3s2u1p1_2x0_1"),
    ("dilation", "c2h8w9r3s4u2x3p1_0x2_3a2x1"),
    ("stride skips cells", "n2c1h8w11r1s2u3x4p0x1_0"),
    ("window of the whole plane", "n2c3h5w7r5s7u1x2"),
    ("resnet's", "c4h13w11r3s3u2p1"),
    ("rank 3", "n2c2d5h6w7t2r3s2u2x1x3p1_0x0_2x1a1x2x1"),
];

/// Poolings that the others do not become by another kind.
const MORE_POOLS: [(&str, &str); 45] = [
    ("flat indices, rank 1", "maxn2c3w8s3u2p1_0flat"),
    ("flat indices, overlap", "maxn2c2h5w6r3s2u1p1_2x0_1flat"),
    ("adaptive, rank 1, flat indices", "adaptmaxn2c3w10s4flat"),
    ("adaptive", "adaptmaxn2c2h7w10r3s4"),
    ("adaptive", "adaptavgn2c3h7w10r3s4"),
    ("adaptive, more outputs than cells", "adaptmaxn2c2h5w3r7s2"),
    ("adaptive, more outputs than cells", "adaptavgn2c2h5w3r7s2"),
    ("adaptive, rank 3, flat indices", "adaptmaxn2c2d3h5w4t2r2s3flat"),
    ("adaptive, rank 3", "adaptavgc2d5h4w7t2r3s3"),
    ("adaptive, even", "adaptavgn2c2h6w8r3s2"),
    ("global, in slices, flat indices", "adaptmaxn2c2h37w31r1s1flat"),
    ("global, in slices", "adaptavgn2c2h37w31r1s1"),
    ("global, in slices", "lpc2h37w31r37s31pow3"),
    ("global, rank 3", "adaptavgn2c3d3h5w7t1r1s1"),
    ("norm, p = 1", "lpn2c3h7w10r2s3pow1"),
    ("norm, overlap", "lpn2c2h5w6r3s2u1p1_2x0_1"),
    ("norm, p = 3, dilation", "lpc2h8w9r3s4u2x3p1_0x2_3a2x1pow3ceil"),
    ("norm, p = 2.5, rank 1", "lpn2c3w8s3u2p1_0pow2.5"),
    ("norm, rank 3", "lpn2c2d5h6w7t2r3s2u2x1x3p1_0x0_2x1a1x2x1"),
    ("norm of the whole plane", "lpn2c3h5w7r5s7u1x2"),
    ("channels last, overlap, flat indices", "maxn2c8h5w6r3s2u1p1_2x0_1flatlastxlasty"),
    ("channels last, a channel over", "maxn2c5h5w6r3s2u1p1_2x0_1lastxlasty"),
    ("channels last, rank 3, dilation", "maxn2c4d3h5w9t2r3s4u1x2x3p1_0x1_2x3a1x2x1ceillastxlasty"),
    ("x channels last", "maxn2c3h7w10r2s3flatlastx"),
    ("y channels last, rank 1", "maxn2c3w8s3u2p1_0lasty"),
    ("channels last, overlap", "avgn2c4h5w6r3s2u1p1_2x0_1ceilexclpadlastxlasty"),
    ("channels last, rank 3", "avgn2c8d2h5w6t2r3s2u2x1x3p1_0x0_2x1div5lastxlasty"),
    ("y channels last", "avgn2c6h5w6r3s2u1p1_2x0_1lasty"),
    ("adaptive, channels last", "adaptmaxn2c12h7w10r3s4flatlastxlasty"),
    ("adaptive, channels last", "adaptavgn2c4h5w10r7s4lastxlasty"),
    ("global, channels last", "adaptavgn2c8h7w9r1s1lastxlasty"),
    ("norm, channels last", "lpn2c4h5w6r3s2u1p1_2x0_1pow3lastxlasty"),
    // Types of 16 bits: odd planes, so that halves of one word belong to several invocations, and samples begin within one.
    ("f16, overlap, odd planes", "maxn3c3h5w7r3s2u2x1p1_0x0_1f16"),
    ("bf16, whole fours, flat indices", "maxn3c2h6w8r3s3u1p1flatbf16"),
    ("f16, dilation, x channels last", "maxn3c3h5w7r2s3u1x2a2x1ceillastxf16"),
    ("bf16, channels last", "maxn3c4h5w9r3s2u1x2p1_0x0_1lastxlastybf16"),
    ("f16, adaptive", "adaptmaxn3c3h7w5r3s4f16"),
    ("bf16, global, in slices, flat indices", "adaptmaxn3c3h37w31r1s1flatbf16"),
    ("f16, overlap, odd planes", "avgn3c3h5w7r3s2u1x2p1_0x0_1f16"),
    ("bf16, channels last", "avgn3c4h5w6r3s2u1p1_2x0_1exclpadlastxlastybf16"),
    ("bf16, adaptive", "adaptavgn3c3h7w5r3s4bf16"),
    ("f16, global, in slices", "adaptavgn3c3h37w31r1s1f16"),
    ("bf16, norm", "lpn3c3h5w7r3s2u1x2p1_0x0_1bf16"),
    ("f16, norm, p = 3, y channels last", "lpn3c3h5w7r2s3u1x2ceilpow3lastyf16"),
    ("bf16, norm of the whole plane, p = 1", "lpn3c3h37w31r37s31pow1bf16"),
];

/// Operators without a window.
const OTHERS: [(&str, &str); 46] = [
    ("batch normalisation, two elements a channel", "bnn2c1w2"),
    ("batch normalisation, planes of other than whole fours, residual, ReLU", "bnn3c3h5w7addrelu"),
    ("batch normalisation, whole fours", "bnn2c5h6w8relu"),
    ("batch normalisation, several slices", "bnn3c2w1203add"),
    ("batch normalisation, rank 3, channels last", "bnn2c7d2h3w5relulastx"),
    ("batch normalisation, fours of channels last", "bnn4c12h5w3addlastx"),
    ("batch normalisation of rows, more channels than a workgroup", "bnn9c70"),
    ("activation: none", "actn2c3w7"),
    ("activation: ReLU", "actn2c3h5w7relu"),
    ("activation: leaky ReLU, whole fours", "actn2c4h5w6leaky0.25"),
    ("activation: leaky ReLU of a slope below 0", "actn3c7leaky-0.5"),
    ("activation: sigmoid", "actn3c5w11sigmoid"),
    ("activation: tanh, whole fours", "actc4d2h3w4tanh"),
    ("activation: SiLU", "actn3c67silu"),
    ("activation: GELU, whole fours", "actn2c3h4w6gelu"),
    ("activation: GELU by tanh", "actc1h1w1gelutanh"),
    ("addition", "addn2c3w7"),
    ("addition, ReLU, whole fours", "addn2c4h3w5relu"),
    ("dropout", "dropoutn3c5h7w9"),
    ("dropout, whole fours", "dropoutc4h8w8prob0.3"),
    ("dense layer", "densen5c7k3"),
    ("dense layer, gradients along the inputs", "densen9c50k21"),
    ("half the squared error", "halfsqn3c7"),
    ("softmax cross-entropy, more classes than a workgroup", "softmaxn5c70"),
    ("SGD", "sgdc67"),
    ("SGD, Nesterov's momentum, whole fours", "nesterovc128"),
    ("Adam", "adamc67"),
    ("AdamW, whole fours", "adamwc64"),
    ("transposition", "transposen3c5h7w6"),
    ("transposition, tiles and a row more, to channels first", "transposen2c33w65lastx"),
    ("transposition, bf16, odd", "transposen3c5h7w5lastxbf16"),
    ("transposition, f16, tiles and an odd row", "transposen2c33w65f16"),
    ("transposition, bf16, whole tiles", "transposec32w64bf16"),
    ("conversion, bf16 to f16, odd", "convertn3c5w7bf16tof16"),
    ("batch normalisation in 16 bits, planes of other than whole fours", "bnn3c3h5w7addrelubf16"),
    ("batch normalisation in 16 bits, whole fours", "bnn2c5h6w8reluf16"),
    ("batch normalisation in 16 bits, fours of channels last", "bnn4c12h5w3addlastxbf16"),
    ("activation in 16 bits: SiLU", "actn2c3h5w7siluf16"),
    ("activation in 16 bits: ReLU, whole fours", "actn3c8w12relubf16"),
    ("addition in 16 bits, more than a unit of alignment", "addn2c53w7bf16"),
    ("dropout in 16 bits", "dropoutn3c5h7w9f16"),
    ("dense layer in 16 bits, gradients along the inputs", "densen9c51k21bf16"),
    ("half the squared error in 16 bits", "halfsqn3c7f16"),
    ("softmax cross-entropy in 16 bits, rows that share words", "softmaxn5c11bf16"),
    ("Adam, gradient in 16 bits", "adamc67f16"),
    ("SGD, gradient in 16 bits, whole fours", "sgdc64bf16"),
];

/// What stands before and behind a pool's text.
const KINDS: [(&str, &str); 4] = [("max", ""), ("avg", ""), ("avg", "exclpad"), ("avg", "div5")];

/// The fixed list of shapes that every kernel is checked on: convolutions, transposed ones, poolings, operators without a window. A pool's name says what is special about
/// its window; its case says the rest.
///
/// ```
/// let catalogue = wgconv::case::catalogue();
/// assert!(catalogue.rows.iter().any(|row| row.name == "depthwise, multiplier 3"));
/// ```
pub fn catalogue() -> &'static Suite {
    static CATALOGUE: LazyLock<Suite> = LazyLock::new(|| {
        let mut rows: Vec<Row> = CONVOLUTIONS.iter().map(|&(name, text)| row(name, 1, text)).collect();
        rows.extend(TRANSPOSED.iter().map(|&(name, text)| row(name, 1, text)));
        for (prefix, options) in KINDS {
            for (name, text) in POOLS {
                for ceil in ["", "ceil"] {
                    rows.push(row(name, 1, &format!("{prefix}{text}{ceil}{options}")));
                }
            }
        }
        rows.extend(MORE_POOLS.iter().chain(&OTHERS).map(|&(name, text)| row(name, 1, text)));
        Suite { name: "catalogue", about: "shapes that found bugs in other libraries, or would in ours", rows }
    });
    &CATALOGUE
}
