//! Making a case that fails smaller, so that what a person has to look at is as little as possible.

use crate::activation::Activation;
use crate::case::{Case, CaseAxis, ConvCase, ConvTransposeCase, NnCase, NnOperator, PoolCase};
use crate::conv::Addend;
use crate::element::ElementType;
use crate::factor::Factor;
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::pool::{Exponent, IndexForm, PoolKind};

/// Valid cases that are one step smaller or simpler, the largest steps first. Following any of them again and again ends.
pub(super) fn smaller(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    for axis in 0..case.rank() {
        found.extend(without_axis(case, axis));
    }
    found.extend(lower(case.batch()).map(|batch| case.with_batch(batch)));
    match case {
        Case::Conv(conv) => found.extend(smaller_conv(conv).into_iter().map(Case::Conv)),
        Case::ConvTranspose(conv) => found.extend(smaller_transposed(conv).into_iter().map(Case::ConvTranspose)),
        Case::Pool(pool) => found.extend(smaller_pool(pool).into_iter().map(Case::Pool)),
        Case::Nn(nn) => found.extend(smaller_nn(nn).into_iter().map(Case::Nn)),
    }
    for axis in 0..case.rank() {
        found.extend(smaller_axes(&case.axes()[axis]).map(|smaller| with_axis(case, axis, smaller)));
    }
    found.retain(|smaller| smaller != case && smaller.y_shape().is_ok());
    found
}

/// 1, half and one less.
fn lower(value: u32) -> impl Iterator<Item = u32> {
    [1, value / 2, value.saturating_sub(1)].into_iter().filter(move |&lower| (1..value).contains(&lower))
}

fn lower_or_none(value: u32) -> impl Iterator<Item = u32> {
    (value > 0).then_some(0).into_iter().chain(lower(value))
}

fn smaller_axes(axis: &CaseAxis) -> impl Iterator<Item = CaseAxis> {
    let axis = *axis;
    // All at once too: padding may be what leaves a window no smaller one.
    let simplest = CaseAxis::new(axis.input, 1);
    let inputs = lower(axis.input).map(move |input| CaseAxis { input, ..axis });
    let taps = lower(axis.taps).map(move |taps| CaseAxis { taps, ..axis });
    let strides = lower(axis.stride).map(move |stride| CaseAxis { stride, ..axis });
    let dilations = lower(axis.dilation).map(move |dilation| CaseAxis { dilation, ..axis });
    let lows = lower_or_none(axis.low).map(move |low| CaseAxis { low, ..axis });
    let highs = lower_or_none(axis.high).map(move |high| CaseAxis { high, ..axis });
    std::iter::once(simplest).chain(inputs).chain(taps).chain(strides).chain(dilations).chain(lows).chain(highs)
}

/// Groups, and channels of input and output: one group of as many channels as a group has, or fewer channels a group.
fn smaller_channels(groups: u32, channels: [u32; 2]) -> Vec<(u32, [u32; 2])> {
    let [inputs, outputs] = channels.map(|channels| channels / groups.max(1));
    let fewer_groups = lower(groups).map(|groups| (groups, [inputs, outputs]));
    let fewer_inputs = lower(inputs).map(|inputs| (groups, [inputs, outputs]));
    let fewer_outputs = lower(outputs).map(|outputs| (groups, [inputs, outputs]));
    let all = fewer_groups.chain(fewer_inputs).chain(fewer_outputs);
    all.map(|(groups, per_group)| (groups, per_group.map(|channels| channels * groups))).collect()
}

fn smaller_conv(case: &ConvCase) -> Vec<ConvCase> {
    let mut found: Vec<ConvCase> = smaller_channels(case.groups, [case.channels_in, case.channels_out])
        .into_iter()
        .map(|(groups, [channels_in, channels_out])| ConvCase { groups, channels_in, channels_out, ..case.clone() })
        .collect();
    found.push(ConvCase { activation: Activation::None, ..case.clone() });
    found.push(ConvCase { addend: Addend::None, ..case.clone() });
    found.push(ConvCase { element: ElementType::F32, ..case.clone() });
    found.push(ConvCase { padding_mode: PaddingMode::Zeros, ..case.clone() });
    found.push(ConvCase { shared_kernel: false, ..case.clone() });
    found.push(ConvCase { x_layout: Layout::ChannelsFirst, ..case.clone() });
    found.push(ConvCase { y_layout: Layout::ChannelsFirst, ..case.clone() });
    found.push(ConvCase { kernel_order: KernelOrder::OutIn, ..case.clone() });
    found
}

fn smaller_transposed(case: &ConvTransposeCase) -> Vec<ConvTransposeCase> {
    let mut found: Vec<ConvTransposeCase> = smaller_channels(case.groups, [case.channels_in, case.channels_out])
        .into_iter()
        .map(|(groups, [channels_in, channels_out])| ConvTransposeCase {
            groups,
            channels_in,
            channels_out,
            ..case.clone()
        })
        .collect();
    found.push(ConvTransposeCase { activation: Activation::None, ..case.clone() });
    found.push(ConvTransposeCase { addend: Addend::None, ..case.clone() });
    found.push(ConvTransposeCase { shared_kernel: false, ..case.clone() });
    found.push(ConvTransposeCase { output_padding: vec![0; case.axes.len()], ..case.clone() });
    found.push(ConvTransposeCase { element: ElementType::F32, ..case.clone() });
    found.push(ConvTransposeCase { x_layout: Layout::ChannelsFirst, ..case.clone() });
    found.push(ConvTransposeCase { y_layout: Layout::ChannelsFirst, ..case.clone() });
    found.push(ConvTransposeCase { kernel_order: KernelOrder::InOut, ..case.clone() });
    found
}

fn smaller_pool(case: &PoolCase) -> Vec<PoolCase> {
    let mut found: Vec<PoolCase> = lower(case.channels).map(|channels| PoolCase { channels, ..case.clone() }).collect();
    found.push(PoolCase { ceil_mode: false, ..case.clone() });
    found.push(PoolCase { indices: IndexForm::Plane, ..case.clone() });
    found.push(PoolCase { element: ElementType::F32, ..case.clone() });
    found.push(PoolCase { x_layout: Layout::ChannelsFirst, ..case.clone() });
    found.push(PoolCase { y_layout: Layout::ChannelsFirst, ..case.clone() });
    if let PoolKind::Lp { .. } = case.kind {
        found.push(PoolCase { kind: PoolKind::Lp { p: Exponent::TWO }, ..case.clone() });
    }
    if let PoolKind::Average { .. } = case.kind {
        let kind = PoolKind::Average { count_include_pad: true, divisor: None };
        found.push(PoolCase { kind, ..case.clone() });
    }
    found
}

fn smaller_nn(case: &NnCase) -> Vec<NnCase> {
    let mut found = Vec::new();
    for axis in 0..case.cells.len() {
        let mut without = case.clone();
        without.cells.remove(axis);
        found.push(without);
    }
    found.extend(lower(case.channels).map(|channels| NnCase { channels, ..case.clone() }));
    for axis in 0..case.cells.len() {
        found.extend(lower(case.cells[axis]).map(|extent| {
            let mut smaller = case.clone();
            smaller.cells[axis] = extent;
            smaller
        }));
    }
    let simpler = match case.operator {
        NnOperator::BatchNorm { activation, residual } => vec![
            NnOperator::BatchNorm { activation: Activation::None, residual },
            NnOperator::BatchNorm { activation, residual: false },
        ],
        NnOperator::Add { .. } => vec![NnOperator::Add { relu: false }],
        NnOperator::Dropout { .. } => vec![NnOperator::Dropout { probability: Factor::known(0.5) }],
        NnOperator::Dense { outputs } => lower(outputs).map(|outputs| NnOperator::Dense { outputs }).collect(),
        // Without its activation it would be another kernel.
        _ => Vec::new(),
    };
    found.extend(simpler.into_iter().map(|operator| NnCase { operator, ..case.clone() }));
    found.push(NnCase { x_layout: Layout::ChannelsFirst, ..case.clone() });
    if !matches!(case.operator, NnOperator::Convert { .. }) {
        found.push(NnCase { element: ElementType::F32, ..case.clone() });
    }
    found
}

fn with_axes(case: &Case, axes: Vec<CaseAxis>) -> Case {
    match case {
        Case::Conv(case) => Case::Conv(ConvCase { axes, ..case.clone() }),
        Case::ConvTranspose(case) => Case::ConvTranspose(ConvTransposeCase { axes, ..case.clone() }),
        Case::Pool(case) => Case::Pool(PoolCase { axes, ..case.clone() }),
        Case::Nn(_) => case.clone(),
    }
}

fn with_axis(case: &Case, index: usize, axis: CaseAxis) -> Case {
    let mut axes = case.axes().to_vec();
    axes[index] = axis;
    with_axes(case, axes)
}

fn without_axis(case: &Case, index: usize) -> Option<Case> {
    let mut axes = case.axes().to_vec();
    if axes.len() < 2 {
        return None;
    }
    axes.remove(index);
    let mut smaller = with_axes(case, axes);
    if let Case::ConvTranspose(case) = &mut smaller {
        case.output_padding.remove(index);
    }
    Some(smaller)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows the first smaller case that fails until none does.
    fn shrink(text: &str, fails: impl Fn(&Case) -> bool) -> String {
        let mut case: Case = text.parse().unwrap();
        while let Some(next) = smaller(&case).into_iter().find(&fails) {
            case = next;
        }
        case.to_string()
    }

    #[test]
    fn what_always_fails_shrinks_to_a_single_product() {
        for text in
            ["n2c9d3h4w2k9t1r2s1u3x4x1p3_2x2_3x2_1a3x2x3sharedg3relu", "n3c64h7w9k32r3s3g32geluonto0.5lastxlastyinout"]
        {
            assert_eq!(shrink(text, |_| true), "c1w1k1s1", "{text}");
        }
        assert_eq!(shrink("tconvn2c4h5w6k6r3s3u2x3p1o1x0g2siluonto0.5lastxoutin", |_| true), "tconvc1w1k1s1");
        assert_eq!(shrink("avgn2c4h5w6r3s3u2p1ceilexclpad", |_| true), "avgc1w1s1");
        assert_eq!(shrink("maxc7d5h5w5t2r2s2", |_| true), "maxc1w1s1");
        assert_eq!(shrink("bnn3c7d5h5w5addrelulastxbf16", |_| true), "bnc1w2", "one element has no variance");
        assert_eq!(shrink("actn3c7h5w5gelu", |_| true), "actc1gelu");
        assert_eq!(shrink("densen3c70k20", |_| true), "densec1k1");
        assert_eq!(shrink("dropoutn3c70w20prob0.25", |_| true), "dropoutc1");
        assert_eq!(shrink("adamwc1000", |_| true), "adamwc1");
        assert_eq!(shrink("convertn2c3w5bf16tof16", |_| true), "convertc1bf16tof16");
    }

    #[test]
    fn what_a_failure_needs_is_kept() {
        let two_strides = |case: &Case| case.axes().iter().filter(|axis| axis.stride > 1).count() > 1;
        assert_eq!(shrink("n3c8h20w31k16r5s3u3x4p2a2x1g4", two_strides), "c1h1w1k1r1s1u2");
        let odd_channels = |case: &Case| case.x_shape()[1] % 4 == 3 && case.axes()[0].taps == 3;
        assert_eq!(shrink("n2c15h9w9k8r3s3p1", odd_channels), "c3w1k1s3p1", "one cell and its padding");
    }
}
