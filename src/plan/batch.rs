//! Chunks over the batch, so that every binding stays below the device's limit on storage bindings.
//!
//! A chunk's first byte need not be aligned as a binding's offset must be: the binding starts at the aligned byte before,
//! and the shader is told at which element its samples start (its `base`).

use super::builder::{DISPATCHES, MOST_DISPATCHES};
use super::{DeviceLimits, Operand, StepBinding};
use crate::error::{Error, Result};

/// Bytes of an element of f32 and of u32, for indices and labels; tensors can have 16-bit elements too ([`Batched::bytes`]).
pub(crate) const ELEMENT_BYTES: u64 = 4;

/// An operand whose first axis is the batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batched {
    pub operand: Operand,
    /// Elements of one sample.
    pub sample: u64,
    /// Bytes of an element.
    pub bytes: u64,
    /// Its bindings begin at multiples of so many storage alignments: 2 for words beside elements of 16 bits, so that both begin at
    /// the same element.
    pub alignments: u64,
}

impl Batched {
    /// An operand of this shape `[N, ...]` and 32-bit elements.
    pub(crate) fn new(operand: Operand, shape: &[usize]) -> Self {
        Batched::of(operand, elements(&shape[1..]))
    }

    /// An operand of so many 32-bit elements a sample.
    pub(crate) fn of(operand: Operand, sample: u64) -> Self {
        Batched { operand, sample, bytes: ELEMENT_BYTES, alignments: 1 }
    }

    /// Bytes of a part of it: a whole number of words.
    fn bytes_of(&self, elements: u64) -> u64 {
        (elements * self.bytes).next_multiple_of(4)
    }
}

/// Product of extents that are known to fit.
pub(crate) fn elements(shape: &[usize]) -> u64 {
    shape.iter().map(|&extent| extent as u64).product()
}

/// Samples `first .. first + count` of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub first: u32,
    pub count: u32,
}

impl Chunk {
    /// Cuts a batch so that each of these operands can be bound, and each chunk has at most `most_samples`.
    pub(crate) fn split(
        limits: &DeviceLimits,
        batch: u32,
        operands: &[Batched],
        most_samples: u64,
    ) -> Result<Vec<Chunk>> {
        Chunk { first: 0, count: batch }.cut(limits, operands, most_samples)
    }

    /// The same of some samples.
    pub(crate) fn cut(self, limits: &DeviceLimits, operands: &[Batched], most_samples: u64) -> Result<Vec<Chunk>> {
        let batch = self.count;
        let mut most = most_samples.clamp(1, batch.into());
        for operand in operands {
            let bytes = operand.sample * operand.bytes;
            // Where the first one begins at an aligned byte.
            let is_aligned = (u64::from(self.first) * bytes).is_multiple_of(limits.storage_alignment);
            if is_aligned && operand.bytes_of(operand.sample * u64::from(batch)) <= limits.max_storage_binding_bytes {
                continue;
            }
            // A sample that starts between two aligned offsets needs up to that much more.
            let alignment = limits.storage_alignment * operand.alignments;
            let slack = if bytes.is_multiple_of(alignment) {
                0
            } else {
                // And behind it up to the end of a word.
                alignment - operand.bytes + (4 - operand.bytes)
            };
            if bytes + slack > limits.max_storage_binding_bytes {
                return Err(Error::SampleTooLarge {
                    operand: operand.operand,
                    bytes: bytes + slack,
                    limit: limits.max_storage_binding_bytes,
                });
            }
            most = most.min((limits.max_storage_binding_bytes - slack) / bytes);
        }
        let most = most as u32;
        // A chunk is a dispatch at least, and a list of billions of them would take the host's memory.
        let needed = u64::from(batch.div_ceil(most));
        if needed > MOST_DISPATCHES as u64 {
            let what = format!("a batch of {batch}");
            return Err(Error::LimitExceeded { limit: DISPATCHES, what, needed, available: MOST_DISPATCHES as u64 });
        }
        let chunk = |i| Chunk { first: self.first + i * most, count: most.min(batch - i * most) };
        Ok((0..batch.div_ceil(most)).map(chunk).collect())
    }

    /// The binding of an operand for this chunk, and the element in it at which the chunk starts.
    pub(crate) fn bind(&self, limits: &DeviceLimits, operand: Batched) -> (StepBinding, u32) {
        let sample = operand.sample * operand.bytes;
        let begin = u64::from(self.first) * sample;
        let alignment = limits.storage_alignment * operand.alignments;
        let offset = begin / alignment * alignment;
        let size = (begin + u64::from(self.count) * sample - offset).next_multiple_of(4);
        (StepBinding { operand: operand.operand, offset, size }, ((begin - offset) / operand.bytes) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_the_batch_once_and_every_binding_fits() {
        for (sample, bytes) in
            [(1u64, 4u64), (3, 4), (16, 4), (17, 4), (60, 4), (64, 4), (1, 2), (5, 2), (33, 2), (120, 2)]
        {
            for batch in [1u32, 2, 5, 33, 100] {
                for alignment in [4u64, 16, 256] {
                    let limits = DeviceLimits {
                        max_storage_binding_bytes: 516,
                        storage_alignment: alignment,
                        ..DeviceLimits::default()
                    };
                    let operand = Batched { bytes, ..Batched::of(Operand::X, sample) };
                    let chunks = Chunk::split(&limits, batch, &[operand], u64::MAX).unwrap();
                    let mut next = 0;
                    for chunk in chunks {
                        assert_eq!(chunk.first, next);
                        next += chunk.count;
                        let (binding, base) = chunk.bind(&limits, operand);
                        assert_eq!(binding.offset % alignment, 0);
                        assert!(binding.size <= limits.max_storage_binding_bytes);
                        assert_eq!(binding.offset + u64::from(base) * bytes, u64::from(chunk.first) * sample * bytes);
                        let all = (u64::from(batch) * sample * bytes).next_multiple_of(4);
                        assert!(binding.offset + binding.size <= all && binding.size.is_multiple_of(4));
                    }
                    assert_eq!(next, batch);
                }
            }
        }
    }

    /// Samples from one on that is at no aligned byte, all of which would just fit if it were.
    #[test]
    fn a_part_of_the_batch_is_cut_where_it_begins() {
        let limits =
            DeviceLimits { max_storage_binding_bytes: 1024, storage_alignment: 256, ..DeviceLimits::default() };
        let operand = Batched::of(Operand::X, 50);
        let chunks = Chunk { first: 5, count: 5 }.cut(&limits, &[operand], u64::MAX).unwrap();
        assert!(chunks.iter().all(|chunk| chunk.bind(&limits, operand).0.size <= 1024), "{chunks:?}");
        assert_eq!((chunks[0].first, chunks.iter().map(|chunk| chunk.count).sum::<u32>()), (5, 5));
    }

    /// Found by fuzzing: the list of chunks took 32 GiB, or the process with it.
    #[test]
    fn more_chunks_than_a_plan_has_dispatches_are_an_error_not_a_list() {
        let limits = DeviceLimits { max_storage_binding_bytes: 4, storage_alignment: 4, ..DeviceLimits::default() };
        let operand = Batched::of(Operand::X, 1);
        for (batch, most_samples) in [(u32::MAX, u64::MAX), (65_537, 1), (u32::MAX, 64)] {
            let error = Chunk::split(&limits, batch, &[operand], most_samples).unwrap_err();
            assert!(matches!(error, Error::LimitExceeded { available: 65_536, .. }), "{error}");
        }
        assert_eq!(Chunk::split(&limits, 65_536, &[operand], 1).unwrap().len(), 65_536);
    }

    #[test]
    fn one_sample_above_the_limit_is_an_error_that_names_both() {
        let limits = DeviceLimits { max_storage_binding_bytes: 400, ..DeviceLimits::default() };
        let operand = Batched::of(Operand::Dy, 101);
        let error = Chunk::split(&limits, 2, &[operand], u64::MAX).unwrap_err();
        assert!(matches!(error, Error::SampleTooLarge { operand: Operand::Dy, limit: 400, .. }), "{error}");
    }
}
