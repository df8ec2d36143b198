#![no_main]

#[path = "../../tests/fuzz/bounded.rs"]
mod bounded;
#[path = "../../tests/fuzz/targets"]
mod targets {
    mod drawn;
    mod numbers;
    pub mod plan;
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bounded::run(targets::plan::TARGET, bytes));
