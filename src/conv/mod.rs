//! Convolution (cross-correlation, as in PyTorch, ONNX and cuDNN): the descriptor, and how each of its four passes is
//! planned. Rank 1 and 2 are rank 3 with the leading axes folded to one cell.

mod bias_grad;
mod border;
mod choose;
mod desc;
mod epilogue;
mod forward;
mod gather;
mod input_grad;
mod kernel_grad;
mod ops;
pub(crate) mod passes;
mod program;
pub(crate) mod record;
mod shared;
mod strip;
mod tile;

pub use desc::{Conv, Conv1d, Conv2d, Conv3d, ConvBuilder, ConvProblem, ConvShapes, Pass};
pub use epilogue::{Addend, Through};
pub(crate) use epilogue::{Epilogue, check_derivative};
