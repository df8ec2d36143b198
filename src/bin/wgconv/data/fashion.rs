//! Fashion-MNIST (Zalando Research, MIT licence): grey images of clothes, 10 classes. A subset is part of the binary, so
//! that a demonstration needs no download; `scripts/make-subset` made it.

/// Rows and columns of an image.
pub const SIDE: usize = 28;
/// Number of classes.
pub const CLASSES: usize = 10;

/// What label 0, 1, 2... means.
pub const NAMES: [&str; CLASSES] =
    ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// The two files of one part of the set, as the distribution names them (`.gz` may follow).
#[derive(Clone, Copy)]
pub struct Part {
    pub images: &'static str,
    pub labels: &'static str,
    /// The embedded subset of it.
    pub embedded_images: &'static [u8],
    pub embedded_labels: &'static [u8],
}

macro_rules! embedded {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/fashion-mnist/", $name, ".gz"))
    };
}

pub const TRAIN: Part = Part {
    images: "train-images-idx3-ubyte",
    labels: "train-labels-idx1-ubyte",
    embedded_images: embedded!("train-images-idx3-ubyte"),
    embedded_labels: embedded!("train-labels-idx1-ubyte"),
};

pub const TEST: Part = Part {
    images: "t10k-images-idx3-ubyte",
    labels: "t10k-labels-idx1-ubyte",
    embedded_images: embedded!("t10k-images-idx3-ubyte"),
    embedded_labels: embedded!("t10k-labels-idx1-ubyte"),
};
