//! AlexNet: Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012, with its two
//! groups (one for each of two GPUs). The paper says 224 x 224; 227 x 227 is what gives its 55 x 55 outputs.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("conv1", 1, "n8c3h227w227k96r11s11u4"),
    ("conv2", 1, "n8c96h27w27k256r5s5p2g2"),
    ("conv3", 1, "n8c256h13w13k384r3s3p1"),
    ("conv4", 1, "n8c384h13w13k384r3s3p1g2"),
    ("conv5", 1, "n8c384h13w13k256r3s3p1g2"),
];
