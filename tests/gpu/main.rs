//! Every operator on the GPU against the CPU reference: exactly on small integers, within the stated bound on real data,
//! on poisoned outputs between guard zones, under the device's own limits and under tiny ones.
//!
//! Needs an adapter; without one every test fails with the message that a user would get.

mod adjoint;
mod batch_norm;
mod conv;
mod conv_transpose;
mod dense;
mod determinism;
mod element;
mod epilogue;
mod harness;
mod large;
mod layout;
mod memory;
mod metamorphic;
mod nn;
mod nn_types;
mod nonfinite;
mod pool;
mod program;
mod random;
mod support;
