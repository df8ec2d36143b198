//! ResNet-50: He et al., "Deep residual learning for image recognition", 2016, table 1; version 1.5 as in torchvision and
//! MLPerf: where a stage halves the plane, the 3x3 convolution of the first block has the stride, not the 1x1 before it.
//! `shortcut` is the projection beside the first block of a stage. 53 convolutions, 4.09 G multiply-adds a picture.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("conv1", 1, "n8c3h224w224k64r7s7u2p3"),
    // Stage 2: 56 x 56, three blocks of 64, 64, 256; the shortcut has the shape of the third convolution.
    ("conv2_1.reduce", 1, "n8c64h56w56k64r1s1"),
    ("conv2_x.3x3", 3, "n8c64h56w56k64r3s3p1"),
    ("conv2_x.expand", 4, "n8c64h56w56k256r1s1"),
    ("conv2_x.reduce", 2, "n8c256h56w56k64r1s1"),
    // Stage 3: 28 x 28, four blocks of 128, 128, 512.
    ("conv3_1.reduce", 1, "n8c256h56w56k128r1s1"),
    ("conv3_1.3x3", 1, "n8c128h56w56k128r3s3u2p1"),
    ("conv3_1.shortcut", 1, "n8c256h56w56k512r1s1u2"),
    ("conv3_x.expand", 4, "n8c128h28w28k512r1s1"),
    ("conv3_x.reduce", 3, "n8c512h28w28k128r1s1"),
    ("conv3_x.3x3", 3, "n8c128h28w28k128r3s3p1"),
    // Stage 4: 14 x 14, six blocks of 256, 256, 1024.
    ("conv4_1.reduce", 1, "n8c512h28w28k256r1s1"),
    ("conv4_1.3x3", 1, "n8c256h28w28k256r3s3u2p1"),
    ("conv4_1.shortcut", 1, "n8c512h28w28k1024r1s1u2"),
    ("conv4_x.expand", 6, "n8c256h14w14k1024r1s1"),
    ("conv4_x.reduce", 5, "n8c1024h14w14k256r1s1"),
    ("conv4_x.3x3", 5, "n8c256h14w14k256r3s3p1"),
    // Stage 5: 7 x 7, three blocks of 512, 512, 2048.
    ("conv5_1.reduce", 1, "n8c1024h14w14k512r1s1"),
    ("conv5_1.3x3", 1, "n8c512h14w14k512r3s3u2p1"),
    ("conv5_1.shortcut", 1, "n8c1024h14w14k2048r1s1u2"),
    ("conv5_x.expand", 3, "n8c512h7w7k2048r1s1"),
    ("conv5_x.reduce", 2, "n8c2048h7w7k512r1s1"),
    ("conv5_x.3x3", 2, "n8c512h7w7k512r3s3p1"),
];
