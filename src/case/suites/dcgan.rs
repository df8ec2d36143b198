//! The generator of a DCGAN: Radford et al., "Unsupervised representation learning with deep convolutional generative
//! adversarial networks", 2015, figure 1, from 100 numbers to pictures of 64 x 64; transposed convolutions with the kernels of
//! 4 x 4 that most implementations have (the paper's are 5 x 5).

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("project", 1, "tconvn8c100h1w1k1024r4s4"),
    ("conv1", 1, "tconvn8c1024h4w4k512r4s4u2p1"),
    ("conv2", 1, "tconvn8c512h8w8k256r4s4u2p1"),
    ("conv3", 1, "tconvn8c256h16w16k128r4s4u2p1"),
    ("conv4", 1, "tconvn8c128h32w32k3r4s4u2p1"),
];
