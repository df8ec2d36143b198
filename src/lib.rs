//! Convolution, transposed convolution and pooling for [wgpu]: all gradients too, as WGSL compute shaders, on any GPU that
//! wgpu reaches, every kernel checked against a CPU reference that a person can read.
//!
//! ```
//! use wgconv::{Context, Conv, MaxPool, Padding};
//!
//! let ctx = Context::new_blocking()?;
//! let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build()?;
//! let x = ctx.tensor(&[1, 1, 4, 4], &[1.0; 16])?;
//! let w = ctx.tensor(&[2, 1, 3, 3], &[1.0; 18])?;
//! let y = conv.forward(&ctx, &x, &w, None)?;
//! let dw = conv.kernel_grad(&ctx, &x, &y)?;
//! let (p, indices) = MaxPool::<2>::new([2, 2]).build()?.forward_with_indices(&ctx, &y)?;
//! assert_eq!(p.read_blocking()?, [9.0; 8]);
//! # assert_eq!((dw.shape(), indices.shape()), (&[2, 1, 3, 3][..], &[1, 2, 2, 2][..]));
//! # Ok::<(), wgconv::Error>(())
//! ```
//!
//! # Three levels
//! - Convenience: [`Tensor`] in, `Tensor` out, as above. Each call submits and does not wait; `read` waits.
//! - [`Program`]: operators recorded once and run as one submit, any number of times. A training step.
//! - Encoder: a [`Plan`] says beforehand which dispatches it makes and how much workspace it needs, and records them into
//!   the caller's compute pass, on the caller's buffers and offsets. It allocates, submits and waits for nothing.
//!
//! [`Context::from_wgpu`] takes a device that somebody else owns; its error and lost handlers stay theirs.
//!
//! # Words
//! Rank D is 1, 2 or 3 spatial axes. Input `x` `[N, C_in, spatial...]`, kernel `w` `[C_out, C_in/groups, taps...]`, bias
//! `b` `[C_out]`, output `y` `[N, C_out, spatial...]`; their gradients `dx`, `dw`, `db`, `dy`. Convolutions, poolings
//! and [`layout`] take f32, f16 and bf16 ([`ElementType`]), everything else f32; contiguous, row major. Passes: forward, input_grad, kernel_grad, bias_grad. Convolution is cross-correlation, as in PyTorch, ONNX and
//! cuDNN. Output extent along an axis: `(input + padding - dilation * (taps - 1) - 1) / stride + 1`. A transposed convolution
//! ([`ConvTranspose`]) has w `[C_in, C_out/groups, taps...]` and the extent
//! `(input - 1) * stride + dilation * (taps - 1) + 1 + output_padding - padding`.
//!
//! # How a call becomes a dispatch
//! ```text
//! descriptor        Conv, ConvTranspose, MaxPool ...   src/conv/desc, src/pool/desc.rs ...
//!   -> problem      every extent known, rank folded to 3
//!   -> plan         algorithm, grid, constants         src/plan, src/conv/forward.rs ...    no GPU so far
//!   -> WGSL         specialised by its constants       src/kernel, shaders/
//!   -> pipeline     cached                             src/gpu/pipeline.rs
//!   -> dispatches   into a compute pass                src/gpu/plan.rs
//! ```
//!
//! # What is promised
//! Same device, driver and plan: same bits (no float atomics anywhere; every sum has a fixed order). Same problem and device:
//! same plan; nothing is measured, unless the caller tunes ([`tune`]) and gives a context the results. Finite data whose exact
//! result is finite: within `terms * f32::EPSILON * sum|a*b|` of the exact result, per element; exactly right on integers
//! whose partial sums stay below 2^24; of f16 and bf16 that, rounded once ([`ElementType::rounding`]). NaN and infinity: no hang, no
//! panic, nothing out of bounds, and nothing that does not depend on them; they propagate where the device keeps them, which WGSL
//! leaves open. Bad input is a typed [`Error`], never a panic.
//! The README's section of this name has every promise with the tests that hold it.
//!
//! # Features
//! - `ndarray`: [`Context::tensor_from_array`], [`Tensor::write_array`] and [`Tensor::read_array`], for arrays and views with
//!   any strides.
//! - `half`: [`Tensor`]s of `half::f16` and `half::bf16`.
//! - `safetensors`: [`mod@safetensors`], weights by name in and out of files.
//! - `cli`: the binary `wgconv` (`bench`, `tune`, `verify`, `compare`, `train`, `filter`, `devices`).

mod activation;
#[cfg(not(target_arch = "wasm32"))]
mod atomic;
pub mod case;
mod conv;
mod conv_transpose;
mod element;
mod error;
mod factor;
mod gpu;
mod interop;
mod kernel;
pub mod layout;
pub mod nn;
mod padding_mode;
mod plan;
mod pool;
pub mod reference;
mod spatial;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub mod timing;
pub mod tune;
pub mod verify;
mod window;

pub use activation::Activation;
pub use conv::{Addend, Conv, Conv1d, Conv2d, Conv3d, ConvBuilder, ConvProblem, ConvShapes, Pass, Through};
pub use conv_transpose::{
    ConvTranspose, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, ConvTransposeBuilder, ConvTransposeProblem,
};
pub use element::{ElementType, convert, convert_plan};
pub use error::{Error, Result};
pub use factor::Factor;
pub use gpu::{Bindings, Context, ContextOptions, Element, PipelineData, Plan, Program, Real, Tensor};
#[cfg(feature = "safetensors")]
pub use interop::safetensors;
pub use kernel::{EntryInfo, KernelInfo, MemberInfo, SlotInfo, StructInfo, WORKGROUP_SIZE, kernels, kernels_of};
pub use layout::{KernelOrder, Layout};
pub use padding_mode::PaddingMode;
pub use plan::{
    Access, Algorithm, DeviceLimits, Operand, OperandNeed, PlanOptions, PlanSpec, StepBinding, StepInfo, Strategy,
};
pub use pool::{
    AdaptiveAvgPool, AdaptiveAvgPoolBuilder, AdaptiveMaxPool, AdaptiveMaxPoolBuilder, AvgPool, AvgPoolBuilder,
    Exponent, IndexForm, LpPool, LpPoolBuilder, MaxPool, MaxPoolBuilder, PoolKind, PoolPass, PoolProblem,
};
pub use spatial::Padding;
pub use wgpu;
pub use window::{Axis, TransposedAxis};

/// The README's examples, so that they stay true.
#[cfg(all(doctest, feature = "ndarray", feature = "safetensors", not(target_arch = "wasm32")))]
#[doc = include_str!("../README.md")]
struct Readme;
