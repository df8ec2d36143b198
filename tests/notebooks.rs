//! Five numpy notebooks about convolution, replayed on the GPU: one module per notebook.
//!
//! The notebooks are not in this repository, so each module says what a cell did and carries the numbers that it
//! printed. Where a notebook drew its data without a seed, its numbers cannot be had again; there the GPU is compared
//! with `wgconv::reference`, with the notebook's own formulas written out in f64, or with both.

#[path = "notebooks/n000.rs"]
mod n000;
#[path = "notebooks/n001.rs"]
mod n001;
#[path = "notebooks/n002.rs"]
mod n002;
#[path = "notebooks/n003.rs"]
mod n003;
#[path = "notebooks/n004.rs"]
mod n004;
#[path = "notebooks/network/mod.rs"]
mod network;
#[path = "notebooks/support.rs"]
mod support;
