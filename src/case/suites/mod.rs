//! Shapes that people convolve, network by network, with the layer named: what the benchmark times.
//!
//! Each table states where its shapes come from. Batch 8 for networks that classify pictures and sound, 1 where a sample is
//! large (unet, c3d), and what the notebooks have; [`Case::with_batch`] changes it.

mod alexnet;
mod audio1d;
mod c3d;
mod dcgan;
mod mobilenet_v2;
mod notebooks;
mod pools;
mod quick;
mod resnet50;
mod unet;
mod vgg16;

use std::sync::LazyLock;

use super::Case;

/// The layers of a network, or another list of named cases.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Suite {
    /// The name, for example `resnet50`.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// The layers, in the order of the network.
    pub rows: Vec<Row>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The layer's name.
    pub name: &'static str,
    /// How many layers of the network have this shape.
    pub repeats: u32,
    /// Its shape.
    pub case: Case,
}

/// A row as the tables have it: layer, repeats, case.
type Line = (&'static str, u32, &'static str);

/// Every suite. The last one, `quick`, holds a dozen rows of the others.
///
/// ```
/// use wgconv::case::{Case, suites};
/// let suite = suites().iter().find(|suite| suite.name == "resnet50").unwrap();
/// let first: Case = "n8c3h224w224k64r7s7u2p3".parse()?;
/// assert_eq!((suite.rows[0].name, &suite.rows[0].case), ("conv1", &first));
/// # Ok::<(), wgconv::case::ParseError>(())
/// ```
pub fn suites() -> &'static [Suite] {
    static SUITES: LazyLock<Vec<Suite>> = LazyLock::new(|| {
        [
            ("resnet50", "ResNet-50 v1.5 on 224 x 224: every distinct convolution", resnet50::ROWS),
            ("vgg16", "VGG-16 on 224 x 224: the convolutions", vgg16::ROWS),
            ("mobilenet_v2", "MobileNet v2 on 224 x 224: depthwise and pointwise convolutions", mobilenet_v2::ROWS),
            ("unet", "U-Net on 572 x 572: convolutions, up-convolutions and pools", unet::ROWS),
            ("alexnet", "AlexNet on 227 x 227: the five convolutions", alexnet::ROWS),
            (
                "audio1d",
                "wav2vec 2.0 on a second of sound: feature extractor and positional convolution",
                audio1d::ROWS,
            ),
            ("c3d", "C3D on 16 frames of 112 x 112: the convolutions", c3d::ROWS),
            ("dcgan", "DCGAN's generator of 64 x 64 pictures: transposed convolutions", dcgan::ROWS),
            ("notebooks", "the five notebooks that this library grew out of", notebooks::ROWS),
            ("pools", "the other networks' pools", pools::ROWS),
            ("quick", "a dozen of the rows above, batch 1", quick::ROWS),
        ]
        .into_iter()
        .map(|(name, about, lines)| {
            let rows = lines.iter().map(|&(layer, repeats, text)| row(layer, repeats, text)).collect();
            Suite { name, about, rows }
        })
        .collect()
    });
    &SUITES
}

/// A row of a fixed table.
///
/// # Panics
/// If the text is no case: a test reads every table, so this does not happen to a user.
pub(super) fn row(name: &'static str, repeats: u32, text: &str) -> Row {
    let case = text.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
    Row { name, repeats, case }
}
