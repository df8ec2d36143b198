//! The suites' tables, against what is published about their networks.

use std::collections::HashSet;

use wgconv::case::{Case, Row, Suite, suites};

fn suite(name: &str) -> &'static Suite {
    suites().iter().find(|suite| suite.name == name).unwrap_or_else(|| panic!("no suite {name}"))
}

/// `suite/layer`.
fn layer(path: &str) -> &'static Row {
    let (name, layer) = path.split_once('/').unwrap();
    suite(name).rows.iter().find(|row| row.name == layer).unwrap_or_else(|| panic!("no layer {path}"))
}

/// Multiply-adds of a suite's convolutions at batch 1, repeats included.
fn multiply_adds(name: &str) -> f64 {
    let of = |row: &Row| match row.case.with_batch(1) {
        Case::Conv(case) => u64::from(row.repeats) * case.problem().unwrap().multiply_adds(),
        Case::ConvTranspose(case) => u64::from(row.repeats) * case.problem().unwrap().multiply_adds(),
        Case::Pool(_) | Case::Nn(_) => 0,
    };
    suite(name).rows.iter().map(of).sum::<u64>() as f64
}

fn layers(name: &str) -> u32 {
    suite(name).rows.iter().map(|row| row.repeats).sum()
}

#[test]
fn every_row_has_a_name_of_its_own_and_fits() {
    let mut names = HashSet::new();
    for suite in suites() {
        assert!(!suite.rows.is_empty() && !suite.about.is_empty());
        assert!(names.insert(suite.name.to_string()));
        for row in &suite.rows {
            assert!(names.insert(format!("{}/{}", suite.name, row.name)), "{}", row.name);
            row.case.y_shape().unwrap_or_else(|error| panic!("{}/{}: {error}", suite.name, row.name));
            assert!(row.repeats >= 1);
        }
    }
}

#[test]
fn a_shape_stands_once_in_its_suite() {
    for suite in suites() {
        let shapes: HashSet<String> = suite.rows.iter().map(|row| row.case.to_string()).collect();
        assert_eq!(shapes.len(), suite.rows.len(), "{}", suite.name);
    }
}

/// Totals as published, or as counted by others from the published shapes. The tolerances leave room for the dense layers
/// that some counts include.
#[test]
fn multiply_adds_are_the_published_ones() {
    for (name, published, tolerance) in [
        ("resnet50", 4.09e9, 0.01),
        ("vgg16", 15.35e9, 0.002),
        ("mobilenet_v2", 0.3e9, 0.01),
        ("alexnet", 0.666e9, 0.01),
    ] {
        let found = multiply_adds(name);
        assert!((found / published - 1.0).abs() < tolerance, "{name}: {found:e}");
    }
}

#[test]
fn no_layer_is_missing() {
    for (name, count) in [
        ("resnet50", 53),
        ("vgg16", 13),
        ("mobilenet_v2", 52),
        ("unet", 27),
        ("alexnet", 5),
        ("audio1d", 8),
        ("c3d", 8),
        ("dcgan", 5),
    ] {
        assert_eq!(layers(name), count, "{name}");
    }
    assert!((12..=14).contains(&suite("quick").rows.len()));
}

/// Layers that read what the one before them wrote.
const CHAINS: [&str; 8] = [
    "resnet50/conv1 pools/resnet50.max resnet50/conv2_1.reduce resnet50/conv2_x.3x3 resnet50/conv2_x.expand \
     resnet50/conv2_x.reduce resnet50/conv2_x.3x3 resnet50/conv2_x.expand resnet50/conv3_1.reduce resnet50/conv3_1.3x3 \
     resnet50/conv3_x.expand resnet50/conv3_x.reduce resnet50/conv3_x.3x3 resnet50/conv3_x.expand \
     resnet50/conv4_1.reduce resnet50/conv4_1.3x3 resnet50/conv4_x.expand resnet50/conv4_x.reduce resnet50/conv4_x.3x3 \
     resnet50/conv4_x.expand resnet50/conv5_1.reduce resnet50/conv5_1.3x3 resnet50/conv5_x.expand \
     resnet50/conv5_x.reduce resnet50/conv5_x.3x3 resnet50/conv5_x.expand pools/resnet50.average",
    "vgg16/conv1_1 vgg16/conv1_2 pools/vgg16.pool1 vgg16/conv2_1 vgg16/conv2_2 pools/vgg16.pool2 vgg16/conv3_1 \
     vgg16/conv3_x vgg16/conv3_x pools/vgg16.pool3 vgg16/conv4_1 vgg16/conv4_x vgg16/conv4_x pools/vgg16.pool4 \
     vgg16/conv5_x vgg16/conv5_x vgg16/conv5_x pools/vgg16.pool5",
    "mobilenet_v2/conv1 mobilenet_v2/b1.depthwise mobilenet_v2/b1.project mobilenet_v2/b2.expand \
     mobilenet_v2/b2.depthwise mobilenet_v2/b2.project mobilenet_v2/b3-4.expand mobilenet_v2/b3.depthwise \
     mobilenet_v2/b3.project mobilenet_v2/b3-4.expand mobilenet_v2/b4.depthwise mobilenet_v2/b4.project \
     mobilenet_v2/b5-7.expand mobilenet_v2/b5-6.depthwise mobilenet_v2/b5-6.project mobilenet_v2/b5-7.expand \
     mobilenet_v2/b7.depthwise mobilenet_v2/b7.project mobilenet_v2/b8-11.expand mobilenet_v2/b8-11.depthwise \
     mobilenet_v2/b8-10.project mobilenet_v2/b8-11.expand mobilenet_v2/b8-11.depthwise mobilenet_v2/b11.project \
     mobilenet_v2/b12-14.expand mobilenet_v2/b12-13.depthwise mobilenet_v2/b12-13.project mobilenet_v2/b12-14.expand \
     mobilenet_v2/b14.depthwise mobilenet_v2/b14.project mobilenet_v2/b15-17.expand mobilenet_v2/b15-17.depthwise \
     mobilenet_v2/b15-16.project mobilenet_v2/b15-17.expand mobilenet_v2/b15-17.depthwise mobilenet_v2/b17.project \
     mobilenet_v2/conv18 pools/mobilenet_v2.average",
    "unet/encode1_1 unet/encode1_2 unet/pool1 unet/encode2_1 unet/encode2_2 unet/pool2 unet/encode3_1 unet/encode3_2 \
     unet/pool3 unet/encode4_1 unet/encode4_2 unet/pool4 unet/bottom_1 unet/bottom_2",
    "alexnet/conv1 pools/alexnet.pool1 alexnet/conv2 pools/alexnet.pool2 alexnet/conv3 alexnet/conv4 alexnet/conv5 \
     pools/alexnet.pool5",
    "audio1d/conv0 audio1d/conv1 audio1d/conv2 audio1d/conv3 audio1d/conv4 audio1d/conv5 audio1d/conv6",
    "c3d/conv1a pools/c3d.pool1 c3d/conv2a pools/c3d.pool2 c3d/conv3a c3d/conv3b pools/c3d.pool3 c3d/conv4a c3d/conv4b \
     pools/c3d.pool4 c3d/conv5x c3d/conv5x pools/c3d.pool5",
    "dcgan/project dcgan/conv1 dcgan/conv2 dcgan/conv3 dcgan/conv4",
];

#[test]
fn each_layer_reads_what_the_one_before_wrote() {
    let mut seen = HashSet::new();
    for chain in CHAINS {
        let paths: Vec<&str> = chain.split_whitespace().collect();
        for pair in paths.windows(2) {
            let (from, to) = (&layer(pair[0]).case, &layer(pair[1]).case);
            assert_eq!(from.y_shape().unwrap(), to.x_shape(), "{} to {}", pair[0], pair[1]);
        }
        seen.extend(paths);
    }
    // Every row of these networks stands in a chain, shortcuts and the positional convolution apart, and poolings of pictures
    // of another size, or beside the layers.
    for suite in suites().iter().filter(|suite| !["unet", "notebooks", "quick"].contains(&suite.name)) {
        for row in &suite.rows {
            let path = format!("{}/{}", suite.name, row.name);
            let beside = ["shortcut", "position", "adaptive", "squeeze"].iter().any(|end| row.name.ends_with(end));
            assert!(beside || seen.contains(&path[..]), "{path} is in no chain");
        }
    }
}

/// A shortcut's result is added to its block's.
#[test]
fn shortcuts_end_where_their_blocks_end() {
    for stage in 3..=5 {
        let shortcut = layer(&format!("resnet50/conv{stage}_1.shortcut"));
        let (reduce, expand) =
            (layer(&format!("resnet50/conv{stage}_1.reduce")), layer(&format!("resnet50/conv{stage}_x.expand")));
        assert_eq!(shortcut.case.x_shape(), reduce.case.x_shape());
        assert_eq!(shortcut.case.y_shape(), expand.case.y_shape());
    }
}

/// To what an up-convolution writes as many channels of the encoder are added.
#[test]
fn unet_decodes_what_it_encoded() {
    let mut below = layer("unet/bottom_2").case.y_shape().unwrap();
    for level in (1..=4).rev() {
        let up = &layer(&format!("unet/up{level}")).case;
        assert_eq!(up.x_shape(), below, "up{level}");
        let first = &layer(&format!("unet/decode{level}_1")).case;
        let second = &layer(&format!("unet/decode{level}_2")).case;
        let copied = layer(&format!("unet/encode{level}_2")).case.y_shape().unwrap();
        let mut joined = up.y_shape().unwrap();
        joined[1] += copied[1];
        assert_eq!(first.x_shape(), joined, "decode{level}_1");
        assert_eq!(first.y_shape().unwrap(), second.x_shape(), "decode{level}_2");
        assert!(copied[2] >= joined[2]);
        below = second.y_shape().unwrap();
    }
    let classify = &layer("unet/classify").case;
    assert_eq!(classify.x_shape(), below);
    assert_eq!(classify.y_shape().unwrap(), [1, 2, 388, 388]);
}

/// `quick` names the row that it took.
#[test]
fn quick_rows_are_rows_of_the_others_at_batch_1() {
    for row in &suite("quick").rows {
        let (name, rest) = row.name.split_once('.').unwrap();
        let source = layer(&format!("{name}/{rest}"));
        let batch = if name == "notebooks" { source.case.batch() } else { 1 };
        assert_eq!(row.case, source.case.with_batch(batch), "{}", row.name);
    }
}

/// The tables are written as they are printed, so that a row is found by its text.
#[test]
fn the_tables_are_canonical() {
    let sources: String = [
        "resnet50",
        "vgg16",
        "mobilenet_v2",
        "unet",
        "alexnet",
        "audio1d",
        "c3d",
        "dcgan",
        "notebooks",
        "pools",
        "quick",
    ]
    .iter()
    .map(|name| {
        let path = format!("{}/src/case/suites/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    })
    .collect();
    for row in suites().iter().flat_map(|suite| &suite.rows) {
        assert!(sources.contains(&format!("\"{}\"", row.case)), "{}", row.case);
    }
}
