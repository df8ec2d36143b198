//! MobileNet v2, width 1: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018, table 2. Each
//! bottleneck expands sixfold by a 1x1 convolution (the first does not), filters depthwise 3x3, and projects by 1x1. Named
//! by the bottlenecks that have the shape, counted from 1. 52 convolutions, 0.3 G multiply-adds a picture.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("conv1", 1, "n8c3h224w224k32r3s3u2p1"),
    // To 16 channels, one bottleneck.
    ("b1.depthwise", 1, "n8c32h112w112k32r3s3p1g32"),
    ("b1.project", 1, "n8c32h112w112k16r1s1"),
    // To 24 channels, two bottlenecks, the first with stride 2.
    ("b2.expand", 1, "n8c16h112w112k96r1s1"),
    ("b2.depthwise", 1, "n8c96h112w112k96r3s3u2p1g96"),
    ("b2.project", 1, "n8c96h56w56k24r1s1"),
    ("b3-4.expand", 2, "n8c24h56w56k144r1s1"),
    ("b3.depthwise", 1, "n8c144h56w56k144r3s3p1g144"),
    ("b3.project", 1, "n8c144h56w56k24r1s1"),
    // To 32 channels, three bottlenecks, the first with stride 2.
    ("b4.depthwise", 1, "n8c144h56w56k144r3s3u2p1g144"),
    ("b4.project", 1, "n8c144h28w28k32r1s1"),
    ("b5-7.expand", 3, "n8c32h28w28k192r1s1"),
    ("b5-6.depthwise", 2, "n8c192h28w28k192r3s3p1g192"),
    ("b5-6.project", 2, "n8c192h28w28k32r1s1"),
    // To 64 channels, four bottlenecks, the first with stride 2.
    ("b7.depthwise", 1, "n8c192h28w28k192r3s3u2p1g192"),
    ("b7.project", 1, "n8c192h14w14k64r1s1"),
    ("b8-11.expand", 4, "n8c64h14w14k384r1s1"),
    ("b8-11.depthwise", 4, "n8c384h14w14k384r3s3p1g384"),
    ("b8-10.project", 3, "n8c384h14w14k64r1s1"),
    // To 96 channels, three bottlenecks.
    ("b11.project", 1, "n8c384h14w14k96r1s1"),
    ("b12-14.expand", 3, "n8c96h14w14k576r1s1"),
    ("b12-13.depthwise", 2, "n8c576h14w14k576r3s3p1g576"),
    ("b12-13.project", 2, "n8c576h14w14k96r1s1"),
    // To 160 channels, three bottlenecks, the first with stride 2.
    ("b14.depthwise", 1, "n8c576h14w14k576r3s3u2p1g576"),
    ("b14.project", 1, "n8c576h7w7k160r1s1"),
    ("b15-17.expand", 3, "n8c160h7w7k960r1s1"),
    ("b15-17.depthwise", 3, "n8c960h7w7k960r3s3p1g960"),
    ("b15-16.project", 2, "n8c960h7w7k160r1s1"),
    // To 320 channels, one bottleneck, and the last convolution.
    ("b17.project", 1, "n8c960h7w7k320r1s1"),
    ("conv18", 1, "n8c320h7w7k1280r1s1"),
];
