//! Every operator on the CPU in plain loops.
