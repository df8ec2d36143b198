//! A dozen rows of the other suites, one of each kind, at batch 1 so that a software driver is through in minutes.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("resnet50.conv1", 1, "c3h224w224k64r7s7u2p3"),
    ("resnet50.conv2_x.3x3", 1, "c64h56w56k64r3s3p1"),
    ("resnet50.conv2_x.expand", 1, "c64h56w56k256r1s1"),
    ("resnet50.conv3_1.3x3", 1, "c128h56w56k128r3s3u2p1"),
    ("resnet50.conv5_x.3x3", 1, "c512h7w7k512r3s3p1"),
    ("mobilenet_v2.b3.depthwise", 1, "c144h56w56k144r3s3p1g144"),
    ("mobilenet_v2.b8-11.expand", 1, "c64h14w14k384r1s1"),
    ("alexnet.conv2", 1, "c96h27w27k256r5s5p2g2"),
    ("audio1d.conv4", 1, "c512w399k512s3u2"),
    ("c3d.conv5x", 1, "c512d2h7w7k512t3r3s3p1"),
    ("dcgan.conv3", 1, "tconvc256h16w16k128r4s4u2p1"),
    ("notebooks.004.pictures", 1, "n10c3h32w32k16r5s5p2"),
    ("pools.resnet50.max", 1, "maxc64h112w112r3s3u2p1"),
    ("pools.resnet50.average", 1, "avgc2048h7w7r7s7"),
];
