//! Max, average and Lp pooling, and max-unpooling: the descriptors, and how each of their passes is planned. Rank 1 and 2
//! are rank 3 with the leading axes folded to one cell.

mod adaptive;
mod blocks;
mod channels_last;
mod desc;
mod direct;
mod exponent;
mod indices;
mod layouts;
mod operands;
mod ops;
pub(crate) mod passes;
mod planes;
mod problem;
mod rows;

pub use adaptive::{AdaptiveAvgPool, AdaptiveAvgPoolBuilder, AdaptiveMaxPool, AdaptiveMaxPoolBuilder};
pub use desc::{AvgPool, AvgPoolBuilder, LpPool, LpPoolBuilder, MaxPool, MaxPoolBuilder};
pub use exponent::Exponent;
pub use indices::IndexForm;
pub use problem::{PoolKind, PoolPass, PoolProblem};
