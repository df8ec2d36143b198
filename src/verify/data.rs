//! Seeded data and shapes. The generator is named, not `StdRng` or `SmallRng`, so that a seed means the same on every
//! machine and in every version.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::activation::Activation;
use crate::case::{Case, CaseAxis, ConvCase, ConvTransposeCase, PoolCase};
use crate::conv::{Addend, ConvProblem};
use crate::element::ElementType;
use crate::factor::Factor;
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::Operand;
use crate::pool::{Exponent, IndexForm, PoolKind};
use crate::verify::operators::Operators;

/// Integers of -most to most for an operand: the same for a seed, an operand and a length, whatever was drawn before.
pub(super) fn integers(seed: u64, operand: Operand, count: usize, most: i32) -> Vec<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(8) ^ operand as u64);
    (0..count).map(|_| rng.random_range(-most..=most) as f32).collect()
}

/// The largest `most` up to 9 for which every sum of every pass is exact in f32. Sums of more than 2^24 terms get -1, 0 and
/// 1, of which as many would have to have one sign to leave the exact range.
pub(super) fn exact_range(problem: &ConvProblem) -> i32 {
    let taps: u64 = problem.axes.iter().map(|axis| u64::from(axis.taps)).product();
    let outputs: u64 = problem.axes.iter().map(|axis| u64::from(axis.output)).product();
    let channels = problem.channels_in.max(problem.channels_out) / problem.groups;
    let taps = taps.saturating_mul(problem.most_images());
    let summed = if problem.is_shared() { channels } else { 1 };
    let outputs = outputs.saturating_mul(problem.batch.into()).saturating_mul(summed.into());
    // Winograd's transforms add up 36 of the largest products, of quarters.
    let dense = |axis: &crate::Axis| (axis.taps, axis.stride) == (3, 1);
    let taps = if problem.axes[1..].iter().all(dense) { taps.saturating_mul(4 * 36) } else { taps };
    let terms = taps.saturating_mul(channels.into()).max(outputs);
    let most = ((1u64 << 24) as f64 / (terms as f64 + 1.0)).sqrt() as i32;
    most.clamp(1, 9)
}

/// Whether a case is valid, and its reference a matter of milliseconds.
fn is_cheap(case: &Case) -> bool {
    const MOST: u64 = 500_000;
    case.y_shape().is_ok() && case.multiply_adds().is_ok_and(|multiply_adds| multiply_adds <= MOST)
}

/// Random shapes without end, every one valid. Each third is one of an operator without a window, from a generator of their own: seeds
/// written down before there were these still mean the same other shapes.
pub(super) struct Shapes {
    rng: Xoshiro256PlusPlus,
    without_window: Operators,
    drawn: usize,
}

impl Shapes {
    pub(super) fn new(seed: u64) -> Self {
        Shapes { rng: Xoshiro256PlusPlus::seed_from_u64(seed), without_window: Operators::new(seed), drawn: 0 }
    }
}

/// The padding mode of a random shape: zeros in two of five, the others where the extents allow them. By the sum of its
/// parameters, not drawn, so that seeds written down before there were modes still mean the same shapes.
fn mode_for(axes: &[CaseAxis]) -> PaddingMode {
    let sum: u32 = axes.iter().map(|axis| axis.input + axis.taps + axis.stride + axis.low + axis.high).sum();
    let mode = PaddingMode::ALL[(sum % 5 % 4) as usize];
    let is_within = |most: fn(u32) -> u32| axes.iter().all(|axis| axis.low.max(axis.high) <= most(axis.input));
    match mode {
        PaddingMode::Reflect if !is_within(|extent| extent - 1) => PaddingMode::Replicate,
        PaddingMode::Circular if !is_within(|extent| extent) => PaddingMode::Replicate,
        mode => mode,
    }
}

/// The type of a random shape: f32 in two of three. By its parameters, for the same reason.
fn element_for(axes: &[CaseAxis], batch: u32) -> ElementType {
    let sum: u32 = axes.iter().map(|axis| axis.input + axis.low + axis.dilation).sum();
    match (sum + batch) % 6 {
        1 => ElementType::F16,
        4 => ElementType::Bf16,
        _ => ElementType::F32,
    }
}

/// Activation and addend of a random shape. Not drawn, so that seeds written down before there were any still mean the same
/// shapes.
fn epilogue_for(number: u32, axes: &[CaseAxis]) -> (Activation, Addend) {
    let (number, activations) = (number as usize, Activation::ALL);
    // Every second one without.
    let is_without = number.is_multiple_of(2);
    let activation = if is_without { Activation::None } else { activations[number / 2 % activations.len()] };
    let half = Factor::known(0.5);
    let addends = [
        Addend::None,
        Addend::Residual(Factor::ONE),
        Addend::Output(Factor::ONE),
        Addend::Residual(half),
        Addend::Output(half),
    ];
    let cells: usize = axes.iter().map(|axis| axis.input as usize).sum();
    (activation, addends[(cells + 1) % addends.len()])
}

/// The layouts of x and y of a random shape: both first in two of five. By its parameters, for the same reason.
fn layouts_for(axes: &[CaseAxis]) -> (Layout, Layout) {
    let sum: u32 = axes.iter().map(|axis| axis.input + axis.taps + axis.dilation).sum();
    let layout = |is_last| if is_last { Layout::ChannelsLast } else { Layout::ChannelsFirst };
    (layout(matches!(sum % 5, 1 | 3)), layout(matches!(sum % 5, 2 | 3)))
}

impl Iterator for Shapes {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        self.drawn = self.drawn.wrapping_add(1);
        if self.drawn.is_multiple_of(3) {
            return self.without_window.next();
        }
        loop {
            let case = match self.rng.random_range(0..6) {
                0..=2 => self.conv(),
                3 => self.conv_transpose(),
                _ => self.pool(),
            };
            if is_cheap(&case) {
                return Some(if let Case::Pool(pool) = case { Case::Pool(variation(pool)) } else { case });
            }
        }
    }
}

impl Shapes {
    fn draw(&mut self, least: u32, most: u32) -> u32 {
        self.rng.random_range(least..=most)
    }

    fn axes(&mut self) -> Vec<CaseAxis> {
        let rank = self.draw(1, 3) as usize;
        let (extent, taps) = ([60, 14, 8][rank - 1], [9, 5, 3][rank - 1]);
        let axis = |_| CaseAxis {
            input: self.draw(1, extent),
            taps: self.draw(1, taps),
            stride: self.draw(1, 4),
            dilation: self.draw(1, 3),
            low: self.draw(0, 4),
            high: self.draw(0, 4),
        };
        (0..rank).map(axis).collect()
    }

    /// Mostly few channels, sometimes about as many as a tile has, sometimes any number of them.
    fn channels(&mut self) -> u32 {
        match self.draw(0, 7) {
            0 => self.draw(17, 67),
            1 | 2 => (8 << self.draw(0, 3)) + self.draw(0, 2) - 1,
            _ => self.draw(1, 5),
        }
    }

    /// A number of groups, and channels of input and output.
    fn groups(&mut self) -> (u32, u32, u32) {
        let groups = if self.draw(0, 1) == 0 { 1 } else { self.draw(2, 4) };
        (groups, groups * self.channels(), groups * self.channels())
    }

    fn conv(&mut self) -> Case {
        let (groups, channels_in, channels_out) = self.groups();
        let (batch, axes) = (self.draw(1, 3), self.axes());
        let (activation, addend) = epilogue_for(batch + channels_in + channels_out, &axes);
        let padding_mode = mode_for(&axes);
        // Not drawn either.
        let shared_kernel = channels_in > groups && (channels_in / groups + axes[0].input).is_multiple_of(5);
        let element = element_for(&axes, batch);
        let (x_layout, y_layout) = layouts_for(&axes);
        let kernel_order = if channels_in % 3 == 1 { KernelOrder::InOut } else { KernelOrder::OutIn };
        Case::Conv(ConvCase {
            batch,
            channels_in,
            channels_out,
            groups,
            shared_kernel,
            axes,
            padding_mode,
            activation,
            addend,
            element,
            x_layout,
            y_layout,
            kernel_order,
        })
    }

    fn conv_transpose(&mut self) -> Case {
        let (groups, channels_in, channels_out) = self.groups();
        let batch = self.draw(1, 3);
        let mut axes = self.axes();
        // The output is the larger one, and padding is taken from it.
        for axis in &mut axes {
            (axis.input, axis.low, axis.high) = (axis.input.div_ceil(axis.stride), axis.low / 2, axis.high / 2);
        }
        let output_padding = axes.iter().map(|axis| self.draw(0, axis.stride.max(axis.dilation) - 1)).collect();
        let element = element_for(&axes, batch);
        let shared_kernel = channels_in > groups && (channels_in / groups + axes[0].input).is_multiple_of(5);
        let (activation, addend) = epilogue_for(batch + channels_in + channels_out, &axes);
        let (x_layout, y_layout) = layouts_for(&axes);
        let kernel_order = if channels_in % 3 == 1 { KernelOrder::OutIn } else { KernelOrder::InOut };
        Case::ConvTranspose(ConvTransposeCase {
            batch,
            channels_in,
            channels_out,
            groups,
            shared_kernel,
            axes,
            output_padding,
            element,
            activation,
            addend,
            x_layout,
            y_layout,
            kernel_order,
        })
    }

    fn pool(&mut self) -> Case {
        let mut axes = self.axes();
        for axis in &mut axes {
            // Two small numbers.
            let span = crate::window::span(axis.taps, axis.dilation) as u32;
            (axis.low, axis.high) = (axis.low % span, axis.high % span);
        }
        let kind = match self.draw(0, 3) {
            0 | 1 => PoolKind::Max,
            _ => PoolKind::Average {
                count_include_pad: self.rng.random(),
                divisor: (self.draw(0, 2) == 0).then(|| self.draw(1, 9)),
            },
        };
        let (batch, channels, ceil_mode) = (self.draw(1, 3), self.channels(), self.rng.random());
        let (indices, [x_layout, y_layout]) = (IndexForm::Plane, [Layout::ChannelsFirst; 2]);
        let (adaptive, element) = (false, element_for(&axes, batch));
        Case::Pool(PoolCase { kind, indices, adaptive, batch, channels, axes, ceil_mode, x_layout, y_layout, element })
    }
}

/// Some poolings become one of another kind, which is valid too. Not drawn, so that seeds written down before there were these
/// kinds still mean the same shapes.
fn variation(mut pool: PoolCase) -> PoolCase {
    let number: u32 = pool.axes.iter().map(|axis| axis.input + axis.high).sum::<u32>() + pool.channels;
    if number.is_multiple_of(5) {
        // The strides and dilations that were drawn do for the extents of y.
        for axis in &mut pool.axes {
            let outputs = axis.taps + axis.stride;
            *axis = CaseAxis { stride: outputs, ..CaseAxis::new(axis.input, outputs) };
        }
        (pool.adaptive, pool.ceil_mode) = (true, false);
        if pool.kind != PoolKind::Max {
            pool.kind = PoolKind::Average { count_include_pad: true, divisor: None };
        }
    } else if number % 5 == 1 && pool.kind != PoolKind::Max {
        pool.kind = PoolKind::Lp { p: [Exponent::ONE, Exponent::TWO, Exponent::THREE][pool.batch as usize % 3] };
    }
    if pool.kind == PoolKind::Max && number % 2 == 1 {
        pool.indices = IndexForm::Flat;
    }
    // A third each with all channels first, with all last, and mixed.
    let cells: u32 = pool.axes.iter().map(|axis| axis.input + axis.low).sum::<u32>() + pool.batch;
    (pool.x_layout, pool.y_layout) = match cells % 6 {
        0 | 1 => (Layout::ChannelsLast, Layout::ChannelsLast),
        2 => (Layout::ChannelsFirst, Layout::ChannelsLast),
        3 => (Layout::ChannelsLast, Layout::ChannelsFirst),
        _ => (Layout::ChannelsFirst, Layout::ChannelsFirst),
    };
    pool
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_everywhere() {
        // Written down once: a change of the generator would make old seeds useless.
        assert_eq!(integers(1, Operand::X, 8, 9), [9.0, 1.0, 8.0, 7.0, 8.0, -2.0, -5.0, 0.0]);
        assert_eq!(Shapes::new(1).next().unwrap().to_string(), "n2c9d3h4w2k9t1r2s1u3x4x1p3_2x2_3x2_1a3x2x3g3lastx");
    }

    #[test]
    fn the_range_keeps_the_longest_sum_exact() {
        for (text, most) in [("c1h1w1k1r1s1", 9), ("n8c64h224w224k64r3s3p1", 6), ("n8c3h4096w4096k1r1s1", 1)] {
            let Ok(Case::Conv(case)) = text.parse() else { panic!("a convolution") };
            assert_eq!(exact_range(&case.problem().unwrap()), most, "{text}");
        }
    }

    #[test]
    fn every_third_shape_has_no_window() {
        let shapes: Vec<Case> = Shapes::new(3).take(600).collect();
        let is_other = |case: &&Case| matches!(case, Case::Nn(_));
        assert_eq!(shapes.iter().filter(is_other).count(), 200);
        assert!(shapes.iter().skip(2).step_by(3).all(|case| is_other(&case)));
    }

    #[test]
    fn shapes_are_of_every_kind() {
        let shapes: Vec<Case> = Shapes::new(3).take(450).collect();
        for rank in 1..=3 {
            let count = |is: fn(&Case) -> bool| shapes.iter().filter(|s| s.rank() == rank && is(s)).count();
            let kinds: [fn(&Case) -> bool; 3] = [
                |case| matches!(case, Case::Conv(_)),
                |case| matches!(case, Case::ConvTranspose(_)),
                |case| matches!(case, Case::Pool(_)),
            ];
            let counts = kinds.map(count);
            assert!(counts.into_iter().all(|count| count > 10), "rank {rank}: {counts:?}");
        }
    }
}
