//! The harness: contexts, data, poisoned arenas, comparison, and the catalogue of shapes.

pub mod arena;
pub mod catalogue;
pub mod compare;
pub mod context;
pub mod data;
pub mod order;
