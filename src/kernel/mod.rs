//! The finite list of kernels: their WGSL parts, entry points and bindings; how they are specialised and named.

mod catalogue;
mod element;
mod key;
mod params;
mod specialize;

pub use catalogue::WORKGROUP_SIZE;
pub(crate) use catalogue::*;
pub(crate) use element::{Storage, Storages};
pub(crate) use key::{KernelKey, Override};
pub(crate) use params::{
    AxisClass, BatchNormParams, BorderAxis, BorderParams, ChannelsParams, CollectParams, ConvParams, ConvertParams,
    DropoutParams, ElementwiseParams, FinishParams, GatherParams, KernelGradParams, MOST_CLASSES, PackAxis,
    PackFoursParams, PackParams, PhaseClass, PhaseParams, PhasePart, PhaseSet, PlanesParams, PoolParams, Reduction,
    RowsParams, SoftmaxParams, SumParams, TileParams, TransposeParams, WinogradKernelParams,
};
pub(crate) use specialize::specialized_source;
pub use specialize::{EntryInfo, KernelInfo, MemberInfo, SlotInfo, StructInfo, kernels, kernels_of};
