//! Buffers that notice what a kernel does to memory: every operand lies between guard zones, outputs and workspace start as
//! poison. The binding reaches beyond the operand into the guard behind it, where no driver's bounds check hides a stray
//! write.

use std::fmt;

use super::report::{coordinates, from_memory, lying};
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::{Bindings, Context, Tensor};
use crate::layout::Layout;
use crate::plan::{Access, Operand, OperandNeed};

/// What guards, outputs and workspace hold before: a NaN that no computation makes.
pub const POISON: u32 = 0x7fc0_dead;

/// Words before and behind every operand, at least.
const GUARD: usize = 128;

/// Words of the guard behind that the binding covers.
const INSIDE: usize = 16;

/// The words of every output.
pub type Outputs = Vec<(Operand, Vec<u32>)>;

/// Buffers for one run of a plan, each operand at an offset between guard zones.
///
/// ```
/// use wgconv::verify::GuardedBuffers;
/// use wgconv::{Context, Conv, ConvShapes, Operand, Pass};
/// let ctx = Context::new_blocking()?;
/// let plan = Conv::<1>::new([2]).build()?.plan(&ctx, Pass::Forward, ConvShapes::new(&[1, 1, 3], &[1, 1, 2]))?;
/// let (x, w) = ([1.0f32, 2.0, 4.0].map(f32::to_bits), [1.0f32, -1.0].map(f32::to_bits));
///
/// let buffers = GuardedBuffers::new(&ctx, plan.operands(), &[(Operand::X, &x), (Operand::W, &w)])?;
/// let mut encoder = ctx.device().create_command_encoder(&Default::default());
/// plan.record(&mut encoder.begin_compute_pass(&Default::default()), &buffers.bindings())?;
/// ctx.queue().submit([encoder.finish()]);
/// let outputs = buffers.outputs_blocking()?.expect("nothing outside of y was written");
/// assert_eq!(outputs, [(Operand::Y, [-1.0f32, -2.0].map(f32::to_bits).to_vec())]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Debug)]
pub struct GuardedBuffers {
    zones: Vec<Zone>,
}

/// One operand in its buffer.
#[derive(Debug)]
struct Zone {
    need: OperandNeed,
    buffer: Tensor<u32>,
    /// What the whole buffer held at first.
    before: Vec<u32>,
    /// Words before the operand.
    front: usize,
    /// Bytes from the operand's first on that are bound.
    bound: u64,
}

impl GuardedBuffers {
    /// A buffer for each operand of a plan; `inputs` are the words of those that it reads or updates.
    ///
    /// # Errors
    /// [`Error::MissingBinding`] without an input; [`Error::DataLength`] for one of another length;
    /// [`Error::LimitExceeded`], [`Error::OutOfMemory`], [`Error::DeviceLost`].
    pub fn new(ctx: &Context, needs: &[OperandNeed], inputs: &[(Operand, &[u32])]) -> Result<GuardedBuffers> {
        let zones = needs.iter().map(|need| {
            let given = inputs.iter().find(|(operand, _)| *operand == need.operand).map(|(_, words)| *words);
            Zone::new(ctx, *need, given)
        });
        Ok(GuardedBuffers { zones: zones.collect::<Result<_>>()? })
    }

    /// The operands, bound.
    pub fn bindings(&self) -> Bindings<'_> {
        self.zones.iter().fold(Bindings::new(), |all, zone| {
            let offset = zone.front as u64 * 4;
            let size = wgpu::BufferSize::new(zone.bound);
            all.bind(zone.need.operand, wgpu::BufferBinding { buffer: zone.buffer.buffer(), offset, size })
        })
    }

    /// The words of what was written, the workspace apart, after everything submitted so far; or the first operand that was
    /// written to where it must not be.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`].
    pub async fn outputs(&self) -> Result<Result<Outputs, StrayWrite>> {
        let mut outputs = Vec::new();
        for zone in &self.zones {
            match zone.inspect(&zone.buffer.read().await?) {
                Ok(Some(words)) => outputs.push((zone.need.operand, words)),
                Ok(None) => {}
                Err(stray) => return Ok(Err(stray)),
            }
        }
        Ok(Ok(outputs))
    }

    /// [`GuardedBuffers::outputs`], blocking.
    ///
    /// # Errors
    /// As there.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn outputs_blocking(&self) -> Result<Result<Outputs, StrayWrite>> {
        pollster::block_on(self.outputs())
    }
}

impl Zone {
    fn new(ctx: &Context, need: OperandNeed, given: Option<&[u32]>) -> Result<Zone> {
        let length = need.bytes as usize / 4;
        let front = (GUARD * 4).next_multiple_of(ctx.limits().storage_alignment as usize) / 4;
        let mut before = vec![POISON; front + length + GUARD];
        if need.access != Access::Write {
            let words = given.ok_or(Error::MissingBinding { operand: need.operand })?;
            if words.len() != length {
                return Err(Error::DataLength { shape: vec![length], expected: length, found: words.len() });
            }
            before[front..front + length].copy_from_slice(words);
        }
        let buffer = ctx.tensor(&[before.len()], &before)?;
        // Not beyond what can be bound; plans that cut their batch bind exact ranges anyway.
        let bound = (need.bytes + INSIDE as u64 * 4).min(ctx.limits().max_storage_binding_bytes).max(need.bytes);
        Ok(Zone { need, buffer, before, front, bound })
    }

    /// The operand's words if it is an output; what must not have changed, if it has.
    fn inspect(&self, found: &[u32]) -> Result<Option<Vec<u32>>, StrayWrite> {
        let length = self.need.bytes as usize / 4;
        let own = self.front..self.front + length;
        let is_output = self.need.access != Access::Read;
        let mut changed = (0..self.before.len())
            .filter(|i| !(is_output && own.contains(i)) && found.get(*i) != Some(&self.before[*i]));
        if let Some(first) = changed.next() {
            return Err(StrayWrite {
                operand: self.need.operand,
                is_output,
                offset: first as i64 - self.front as i64,
                elements: length,
                changed: 1 + changed.count(),
            });
        }
        Ok((is_output && !self.need.operand.is_scratch()).then(|| found[own].to_vec()))
    }
}

/// A write to memory that a kernel must leave alone: outside of an operand, or into one that it only reads.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StrayWrite {
    /// The operand that was written, or beside which it happened.
    pub operand: Operand,
    /// Whether the operand itself may be written.
    pub is_output: bool,
    /// The first word that changed, counted from the operand's first element: negative before it, `elements` right behind.
    pub offset: i64,
    /// Elements of the operand.
    pub elements: usize,
    /// How many words changed.
    pub changed: usize,
}

impl StrayWrite {
    /// A write to the half of an output's last word that is no element's, which held poison, or zero if it was an input too.
    pub(super) fn behind_an_odd_end(
        element: ElementType,
        operand: Operand,
        shape: &[usize],
        words: &[u32],
    ) -> Option<StrayWrite> {
        let elements = shape.iter().product::<usize>();
        let half = words.last().map_or(0, |word| word >> 16);
        let is_kept = element == ElementType::F32 || elements.is_multiple_of(2) || [0, POISON >> 16].contains(&half);
        (!is_kept).then_some(StrayWrite { operand, is_output: true, offset: elements as i64, elements, changed: 1 })
    }
}

impl fmt::Display for StrayWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StrayWrite { operand, offset, elements, changed, .. } = self;
        let is_inside = (0..*elements as i64).contains(offset);
        match (is_inside, self.is_output) {
            (true, _) => write!(f, "wrote to its input: {operand}, which has {elements} elements,")?,
            (false, true) => {
                write!(f, "wrote outside of its output: beside {operand}, which has {elements} elements,")?
            }
            (false, false) => {
                write!(f, "wrote outside of its input: beside {operand}, which has {elements} elements,")?
            }
        }
        write!(f, " at offset {offset} ({changed} words changed)")
    }
}

/// Elements of an output that still hold what was there before.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unwritten {
    /// The output.
    pub operand: Operand,
    /// Where the first one is in memory, as coordinates in the order of the shape.
    pub coordinates: Vec<usize>,
    /// How the output lies in memory.
    pub layout: Layout,
    /// How many there are.
    pub unwritten: usize,
    /// How many elements the output has.
    pub elements: usize,
}

impl Unwritten {
    /// Looks for poison among an output's words; `None` if every element was written.
    ///
    /// ```
    /// use wgconv::{Operand, verify::{POISON, Unwritten}};
    /// let unwritten = Unwritten::find(Operand::Y, &[2, 2], &[7, 0, POISON, POISON]).unwrap();
    /// assert_eq!(unwritten.to_string(), "left element y[1, 0] unwritten (2 of 4 elements are)");
    /// ```
    pub fn find(operand: Operand, shape: &[usize], words: &[u32]) -> Option<Unwritten> {
        Unwritten::find_as(ElementType::F32, operand, shape, words)
    }

    /// The same among elements of another type.
    pub(super) fn find_as(element: ElementType, operand: Operand, shape: &[usize], words: &[u32]) -> Option<Unwritten> {
        let is_poison = |i: &usize| match element {
            ElementType::F32 => words[*i] == POISON,
            // Its halves: a NaN, and before it a number that is far from all that is expected.
            _ => (words[i / 2] ^ POISON) >> (16 * (i % 2)) & 0xffff == 0,
        };
        let elements = match element {
            ElementType::F32 => words.len(),
            _ => shape.iter().product::<usize>().min(2 * words.len()),
        };
        let mut poisoned = (0..elements).filter(is_poison);
        let first = poisoned.next()?;
        let (coordinates, layout) = (coordinates(first, shape), Layout::ChannelsFirst);
        Some(Unwritten { operand, coordinates, layout, unwritten: 1 + poisoned.count(), elements })
    }

    /// The same of an output in this layout, if it was looked for in [`memory_shape`](super::report::memory_shape).
    pub(super) fn in_layout(self, layout: Layout) -> Unwritten {
        Unwritten { coordinates: from_memory(layout, self.coordinates), layout, ..self }
    }
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unwritten { operand, coordinates, layout, unwritten, elements } = self;
        let lying = lying(*layout);
        write!(f, "left element {operand}{coordinates:?}{lying} unwritten ({unwritten} of {elements} elements are)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: usize = 6;

    /// An operand of six words, 7 in each if it is an input, and what its buffer holds after a run that wrote 9 into
    /// every output element and nothing else.
    fn zone(ctx: &Context, access: Access) -> (Zone, Vec<u32>) {
        let need = OperandNeed { operand: Operand::Dw, access, bytes: 4 * LENGTH as u64 };
        let zone = Zone::new(ctx, need, Some(&[7; LENGTH])).unwrap();
        let mut found = zone.before.clone();
        if access != Access::Read {
            found[zone.front..zone.front + LENGTH].fill(9);
        }
        (zone, found)
    }

    #[test]
    fn every_stray_word_is_found_and_named() {
        let ctx = Context::new_blocking().unwrap();
        for access in [Access::Read, Access::Write, Access::Update] {
            let (zone, right) = zone(&ctx, access);
            let is_output = access != Access::Read;
            assert_eq!(zone.inspect(&right), Ok(is_output.then(|| vec![9; LENGTH])), "{access:?}");
            for at in 0..right.len() {
                let offset = at as i64 - zone.front as i64;
                if is_output && (0..LENGTH as i64).contains(&offset) {
                    continue;
                }
                let mut wrong = right.clone();
                wrong[at] ^= 1;
                let stray = zone.inspect(&wrong).unwrap_err();
                assert_eq!((stray.offset, stray.changed, stray.elements), (offset, 1, LENGTH));
            }
            assert!(zone.inspect(&right[1..]).is_err(), "a shorter buffer is not the same");
        }
    }

    #[test]
    fn messages_say_where() {
        let stray = |is_output, offset| {
            StrayWrite { operand: Operand::Dw, is_output, offset, elements: LENGTH, changed: 2 }.to_string()
        };
        assert_eq!(
            stray(true, 6),
            "wrote outside of its output: beside dw, which has 6 elements, at offset 6 (2 words changed)"
        );
        assert!(stray(true, -1).contains("outside of its output") && stray(true, -1).contains("offset -1 "));
        assert!(stray(false, 5).starts_with("wrote to its input: dw"));
        assert!(stray(false, 6).starts_with("wrote outside of its input"));
    }

    #[test]
    fn guards_are_there_and_offsets_are_aligned() {
        let ctx = Context::new_blocking().unwrap();
        let (zone, right) = zone(&ctx, Access::Write);
        assert!(zone.front >= GUARD && right.len() >= zone.front + LENGTH + GUARD);
        assert_eq!(zone.front as u64 * 4 % ctx.limits().storage_alignment, 0);
        assert!(zone.before.iter().all(|&word| word == POISON), "an output starts as poison");
        assert!(f32::from_bits(POISON).is_nan());
        assert!(zone.bound > zone.need.bytes, "the guard behind is within reach");
    }

    #[test]
    fn inputs_must_be_there_and_fit() {
        let ctx = Context::new_blocking().unwrap();
        let need = OperandNeed { operand: Operand::X, access: Access::Read, bytes: 8 };
        let missing = GuardedBuffers::new(&ctx, &[need], &[]).unwrap_err();
        assert_eq!(missing, Error::MissingBinding { operand: Operand::X });
        let short = GuardedBuffers::new(&ctx, &[need], &[(Operand::X, &[1])]).unwrap_err();
        assert!(matches!(short, Error::DataLength { expected: 2, found: 1, .. }), "{short}");
    }
}
