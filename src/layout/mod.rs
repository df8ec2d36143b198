//! From one [`Layout`] to the other: channels first, `[N, C, spatial...]` in memory, and channels last, `[N, spatial..., C]`, as
//! pictures and textures come. Every function here submits at once and does not wait; [`crate::Program`] records the same
//! operators into one submit. Each of the two is the gradient of the other.
//!
//! ```
//! use wgconv::{Context, Layout, layout};
//! let ctx = Context::new_blocking()?;
//! // Two pixels with red, green and blue.
//! let picture = ctx.tensor_in(Layout::ChannelsLast, &[1, 3, 1, 2], &[0.1, 0.2, 0.3, 0.6, 0.7, 0.8])?;
//! let x = layout::to_channels_first(&ctx, &picture)?;
//! assert_eq!((x.layout(), x.shape()), (Layout::ChannelsFirst, &[1, 3, 1, 2][..]));
//! assert_eq!(x.read_blocking()?, [0.1, 0.6, 0.2, 0.7, 0.3, 0.8]);
//! # Ok::<(), wgconv::Error>(())
//! ```

mod kernel_order;
mod ops;
mod order;
mod problem;

pub use kernel_order::KernelOrder;
pub use ops::{plan, to_channels_first, to_channels_last};
pub use order::Layout;
pub(crate) use problem::TransposeProblem;
