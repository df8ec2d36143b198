//! VGG-16: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015,
//! configuration D. 13 convolutions, 15.35 G multiply-adds a picture; 2x2 pools between the stages (suite `pools`).

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("conv1_1", 1, "n8c3h224w224k64r3s3p1"),
    ("conv1_2", 1, "n8c64h224w224k64r3s3p1"),
    ("conv2_1", 1, "n8c64h112w112k128r3s3p1"),
    ("conv2_2", 1, "n8c128h112w112k128r3s3p1"),
    ("conv3_1", 1, "n8c128h56w56k256r3s3p1"),
    ("conv3_x", 2, "n8c256h56w56k256r3s3p1"),
    ("conv4_1", 1, "n8c256h28w28k512r3s3p1"),
    ("conv4_x", 2, "n8c512h28w28k512r3s3p1"),
    ("conv5_x", 3, "n8c512h14w14k512r3s3p1"),
];
