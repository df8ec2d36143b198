//! C3D: Tran et al., "Learning spatiotemporal features with 3D convolutional networks", 2015, figure 3: eight convolutions
//! 3x3x3 on clips of 16 frames; pools (suite `pools`) 2x2x2, the first 1x2x2.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("conv1a", 1, "c3d16h112w112k64t3r3s3p1"),
    ("conv2a", 1, "c64d16h56w56k128t3r3s3p1"),
    ("conv3a", 1, "c128d8h28w28k256t3r3s3p1"),
    ("conv3b", 1, "c256d8h28w28k256t3r3s3p1"),
    ("conv4a", 1, "c256d4h14w14k512t3r3s3p1"),
    ("conv4b", 1, "c512d4h14w14k512t3r3s3p1"),
    ("conv5x", 2, "c512d2h7w7k512t3r3s3p1"),
];
