//! U-Net: Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation", 2015, figure 1, no
//! padding. An up-convolution is a transposed one, 2x2 with stride 2. Decoders read the up-convolution's result beside the cropped copy of the encoder's.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("encode1_1", 1, "c1h572w572k64r3s3"),
    ("encode1_2", 1, "c64h570w570k64r3s3"),
    ("pool1", 1, "maxc64h568w568r2s2"),
    ("encode2_1", 1, "c64h284w284k128r3s3"),
    ("encode2_2", 1, "c128h282w282k128r3s3"),
    ("pool2", 1, "maxc128h280w280r2s2"),
    ("encode3_1", 1, "c128h140w140k256r3s3"),
    ("encode3_2", 1, "c256h138w138k256r3s3"),
    ("pool3", 1, "maxc256h136w136r2s2"),
    ("encode4_1", 1, "c256h68w68k512r3s3"),
    ("encode4_2", 1, "c512h66w66k512r3s3"),
    ("pool4", 1, "maxc512h64w64r2s2"),
    ("bottom_1", 1, "c512h32w32k1024r3s3"),
    ("bottom_2", 1, "c1024h30w30k1024r3s3"),
    ("up4", 1, "tconvc1024h28w28k512r2s2u2"),
    ("decode4_1", 1, "c1024h56w56k512r3s3"),
    ("decode4_2", 1, "c512h54w54k512r3s3"),
    ("up3", 1, "tconvc512h52w52k256r2s2u2"),
    ("decode3_1", 1, "c512h104w104k256r3s3"),
    ("decode3_2", 1, "c256h102w102k256r3s3"),
    ("up2", 1, "tconvc256h100w100k128r2s2u2"),
    ("decode2_1", 1, "c256h200w200k128r3s3"),
    ("decode2_2", 1, "c128h198w198k128r3s3"),
    ("up1", 1, "tconvc128h196w196k64r2s2u2"),
    ("decode1_1", 1, "c128h392w392k64r3s3"),
    ("decode1_2", 1, "c64h390w390k64r3s3"),
    ("classify", 1, "c64h388w388k2r1s1"),
];
