//! Weights in the safetensors format.

use std::hint::black_box;

use wgconv::safetensors::Reader;

use crate::bounded::Target;

pub const TARGET: Target = Target { run, most_bytes };

/// A tensor takes at least 20 bytes of the header, and some hundreds in memory; an error lists the names.
fn most_bytes(input: usize) -> usize {
    (1 << 16) + 64 * input
}

fn run(bytes: &[u8]) {
    let file = match Reader::from_bytes(bytes.to_vec()) {
        Ok(file) => file,
        Err(error) => return drop(black_box(error.to_string())),
    };
    for name in file.names() {
        let entry = file.entry(&name).unwrap();
        match entry.values() {
            Ok(values) => assert_eq!(values.len(), entry.shape().iter().product::<usize>()),
            Err(error) => drop(black_box(error.to_string())),
        }
    }
    let missing = "a name that no file has";
    assert!(file.names().iter().any(|name| name == missing) || file.entry(missing).is_err());
    black_box(file.metadata(missing));
}
