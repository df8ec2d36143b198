//! Results of tuning: as they come, and with the checksum that lets a reader look behind it.

use std::hint::black_box;

use wgconv::tune::Tuned;

use crate::bounded::Target;

pub const TARGET: Target = Target { run, most_bytes };

/// A line of 30 bytes is a case of some hundreds.
fn most_bytes(input: usize) -> usize {
    (1 << 16) + 128 * input
}

fn run(bytes: &[u8]) {
    read(bytes);
    let mut whole = bytes.to_vec();
    let checksum = format!("end {:016x}\n", fingerprint(bytes));
    whole.extend_from_slice(checksum.as_bytes());
    read(&whole);
}

fn read(bytes: &[u8]) {
    match Tuned::from_bytes(bytes) {
        Ok(tuned) => {
            black_box(tuned.quarantined().count());
            let again = Tuned::from_bytes(&tuned.to_bytes()).unwrap();
            assert_eq!(again.entries().len(), tuned.entries().len());
        }
        Err(error) => drop(black_box(error.to_string())),
    }
}

/// As `docs/tuning-format.md` says.
fn fingerprint(bytes: &[u8]) -> u64 {
    let length = (bytes.len() as u64).to_le_bytes();
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    length.iter().chain(bytes).fold(0xcbf2_9ce4_8422_2325, step)
}
