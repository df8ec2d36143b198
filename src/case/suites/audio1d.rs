//! wav2vec 2.0, base: Baevski et al., "wav2vec 2.0: a framework for self-supervised learning of speech representations",
//! 2020, section 4.2: seven convolutions of 512 channels over the samples of a second at 16 kHz, and the convolution of 128
//! taps and 16 groups that stands for positions (of its 50 outputs the last is dropped).

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("conv0", 1, "n8c1w16000k512s10u5"),
    ("conv1", 1, "n8c512w3199k512s3u2"),
    ("conv2", 1, "n8c512w1599k512s3u2"),
    ("conv3", 1, "n8c512w799k512s3u2"),
    ("conv4", 1, "n8c512w399k512s3u2"),
    ("conv5", 1, "n8c512w199k512s2u2"),
    ("conv6", 1, "n8c512w99k512s2u2"),
    ("position", 1, "n8c768w49k768s128p64g16"),
];
