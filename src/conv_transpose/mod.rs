//! Transposed convolution (PyTorch's `conv_transpose`, ONNX's `ConvTranspose`; also called deconvolution or
//! up-convolution). It is a convolution with input and output exchanged, and has no kernels of its own: forward is that
//! convolution's input gradient with a forward's epilogue, its input gradient is that convolution's forward, and the kernel gradient is
//! the same with x and dy exchanged. So each of its passes is planned by the convolution's planner and runs its kernels.

mod desc;
mod ops;
pub(crate) mod passes;
mod problem;
mod program;
mod record;

pub use desc::{ConvTranspose, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, ConvTransposeBuilder};
pub use problem::ConvTransposeProblem;
