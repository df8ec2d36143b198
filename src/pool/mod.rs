//! Max and average pooling: the descriptors, and how each of their passes is planned. Rank 1 and 2 are rank 3 with the
//! leading axes folded to one cell.

mod average;
mod desc;
mod max;
mod ops;
pub(crate) mod passes;
mod rows;

pub use desc::{AvgPool, AvgPoolBuilder, MaxPool, MaxPoolBuilder, PoolKind, PoolPass, PoolProblem};
