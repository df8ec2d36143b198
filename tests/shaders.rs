//! Every kernel, checked without a GPU: the WGSL is valid under what a browser allows, before and after every
//! specialisation, and is word for word what the Rust side believes it is. And planning: within a device's limits, whatever
//! they are.

#[path = "shaders/catalogue.rs"]
mod catalogue;
#[path = "shaders/lints.rs"]
mod lints;
#[path = "shaders/modules.rs"]
mod modules;
#[path = "shaders/planning.rs"]
mod planning;
#[path = "shaders/sources.rs"]
mod sources;
