//! Which networks there are, and what tensors they have.

use serde::Serialize;

use super::{lenet, resnet};

/// A network that can be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Two convolutions with pooling, and a dense layer
    Lenet,
    /// A residual network of seven 3x3 convolutions with batch normalisation
    ResnetSmall,
}

/// A tensor that is trained, or remembered from training.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// As PyTorch's `state_dict` would call it.
    pub name: String,
    pub shape: Vec<usize>,
    pub start: Start,
}

/// How a tensor begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// Normal numbers with a variance of 1 / (3 fan_in), the one of PyTorch's default.
    Narrow,
    /// Normal numbers with a variance of 2 / fan_in: what keeps a deep network of ReLUs alive.
    Kaiming,
    Constant(f32),
}

impl Entry {
    pub fn new(name: impl Into<String>, shape: &[usize], start: Start) -> Entry {
        Entry { name: name.into(), shape: shape.to_vec(), start }
    }
}

impl Architecture {
    /// Its tensors in the order of the forward pass; the first is the kernel of the first convolution.
    pub fn entries(self) -> Vec<Entry> {
        match self {
            Architecture::Lenet => lenet::entries(),
            Architecture::ResnetSmall => resnet::entries(),
        }
    }

    /// Its layers in a line.
    pub fn summary(self) -> String {
        match self {
            Architecture::Lenet => lenet::SUMMARY.to_owned(),
            Architecture::ResnetSmall => resnet::summary(),
        }
    }

    /// Channels and taps along a side of the first convolution.
    pub fn first_kernel(self) -> (usize, usize) {
        let shape = &self.entries()[0].shape;
        (shape[0], shape[3])
    }
}
