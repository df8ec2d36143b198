//! Cases as text, and the tables of shapes: no GPU needed.

mod grammar;
mod suites;
