//! Why an image cannot be filtered.

use std::path::PathBuf;

use super::matrix::MatrixError;

/// What is wrong with the image, the kernel or the sums.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    #[error("cannot read {} as a PNG or JPEG image", path.display())]
    Unreadable { path: PathBuf, source: image::ImageError },
    #[error("{}: {width} x {height} pixels take {bytes} bytes, but {most} are the most that are read", path.display())]
    TooLarge { path: PathBuf, width: u32, height: u32, bytes: u64, most: u64 },
    #[error("{}: pixels of type {found}, but only 8 and 16 bits for each channel can be filtered", path.display())]
    Depth { path: PathBuf, found: String },
    #[error("an image of {0} pixels cannot stand beside its result: PNG has at most 2147483647 pixels in a row")]
    TooWide(usize),
    #[error("cannot write {}: the result is a PNG file, so its name must end in .png", .0.display())]
    NotPng(PathBuf),
    #[error("there is no kernel and no file named {name:?}; the kernels are {}", names.join(", "))]
    NoSuchKernel { name: String, names: Vec<&'static str> },
    #[error("cannot use {name} as a kernel")]
    Matrix { name: String, source: MatrixError },
    #[error("the sums are beyond the range of f32 numbers: use smaller numbers in the kernel, and --scale")]
    Overflow,
}
