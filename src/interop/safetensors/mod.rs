//! Weights by name in safetensors files: those that PyTorch's users have, with PyTorch's names and layouts.
//!
//! PyTorch's layouts are this library's: a `Conv2d`'s `weight` is `w` `[C_out, C_in/groups, taps...]`, its `bias` is `b`
//! `[C_out]`, a `Linear`'s `weight` is `[outputs, inputs]`. Nothing is transposed on the way.
//!
//! Files are taken for untrusted: the header is checked against the file's size before any tensor is made, every tensor
//! against the device's limits before it is uploaded, and nothing in a file is executed or taken for a path.
//!
//! ```
//! use wgconv::safetensors::{Reader, Writer};
//! use wgconv::Context;
//! let ctx = Context::new_blocking()?;
//! let w = ctx.tensor(&[1, 1, 1, 2], &[1.0, -1.0])?;
//! let bytes = Writer::new().tensor_blocking("conv1.weight", &w)?.to_bytes()?;      // or .save("weights.safetensors")
//!
//! let file = Reader::from_bytes(bytes)?;                                           // or Reader::open("weights.safetensors")
//! let loaded = file.entry("conv1.weight")?.expect_shape(&[1, 1, 1, 2])?.tensor(&ctx)?;
//! assert_eq!(loaded.read_blocking()?, [1.0, -1.0]);
//! # Ok::<(), wgconv::Error>(())
//! ```

mod read;
mod write;

pub use read::{Entry, Reader};
pub use write::Writer;
