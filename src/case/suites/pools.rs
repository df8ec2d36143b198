//! The pools of the networks whose own suites have none; U-Net's are in its suite. Sources as there. The averages at the
//! end of resnet50 and mobilenet_v2 are over the whole plane; C3D pads the height and width of its last pool.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("resnet50.max", 1, "maxn8c64h112w112r3s3u2p1"),
    ("resnet50.average", 1, "avgn8c2048h7w7r7s7"),
    // What torchvision puts there, so that pictures of another size fit too; here of 416 x 416, and 320 x 320 of VGG-16.
    ("resnet50.adaptive", 1, "adaptavgn8c2048h13w13r1s1"),
    ("vgg16.adaptive", 1, "adaptavgn8c512h10w10r7s7"),
    // Squeeze and excitation of an early layer: few planes of many cells.
    ("efficientnet_b0.squeeze", 1, "adaptavgn8c32h112w112r1s1"),
    ("vgg16.pool1", 1, "maxn8c64h224w224r2s2"),
    ("vgg16.pool2", 1, "maxn8c128h112w112r2s2"),
    ("vgg16.pool3", 1, "maxn8c256h56w56r2s2"),
    ("vgg16.pool4", 1, "maxn8c512h28w28r2s2"),
    ("vgg16.pool5", 1, "maxn8c512h14w14r2s2"),
    ("mobilenet_v2.average", 1, "avgn8c1280h7w7r7s7"),
    ("alexnet.pool1", 1, "maxn8c96h55w55r3s3u2"),
    ("alexnet.pool2", 1, "maxn8c256h27w27r3s3u2"),
    ("alexnet.pool5", 1, "maxn8c256h13w13r3s3u2"),
    ("c3d.pool1", 1, "maxc64d16h112w112t1r2s2"),
    ("c3d.pool2", 1, "maxc128d16h56w56t2r2s2"),
    ("c3d.pool3", 1, "maxc256d8h28w28t2r2s2"),
    ("c3d.pool4", 1, "maxc512d4h14w14t2r2s2"),
    ("c3d.pool5", 1, "maxc512d2h7w7t2r2s2p0x1x1"),
];
