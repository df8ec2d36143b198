//! Files of the MNIST family, plain and gzip-compressed.

use std::hint::black_box;

use crate::bounded::Target;

#[path = "../../../src/bin/wgconv/data/idx.rs"]
mod reader;

pub const TARGET: Target = Target { run, most_bytes };

/// gzip packs up to 1,032 bytes into one; a growing buffer is copied into one of twice its size.
fn most_bytes(input: usize) -> usize {
    (1 << 17) + 3 * 1032 * input
}

fn run(bytes: &[u8]) {
    for axes in [1, 3] {
        match reader::read(bytes, axes) {
            Ok(array) => {
                assert_eq!(array.extents.len(), usize::from(axes));
                assert_eq!(array.extents.iter().product::<usize>(), array.data.len());
            }
            Err(error) => drop(black_box(error.to_string())),
        }
    }
}
