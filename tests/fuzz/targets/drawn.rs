//! Cases of every operator with any numbers, and every type, layout and option: what descriptors of one rank do not reach.

use wgconv::case::{Case, CaseAxis, ConvCase, ConvTransposeCase, NnCase, NnOperator, PoolCase};
use wgconv::{
    Activation, Addend, ElementType, Exponent, Factor, IndexForm, KernelOrder, Layout, PaddingMode, PoolKind,
};

use super::numbers::Numbers;

fn word(numbers: &mut Numbers<'_>) -> u32 {
    numbers.number().min(u32::MAX.into()) as u32
}

fn one_of<T: Copy>(numbers: &mut Numbers<'_>, all: &[T]) -> T {
    all[numbers.byte() as usize % all.len()]
}

fn is(numbers: &mut Numbers<'_>) -> bool {
    numbers.byte().is_multiple_of(2)
}

fn axis(numbers: &mut Numbers<'_>) -> CaseAxis {
    let axis = CaseAxis::new(word(numbers), word(numbers));
    // Most windows have nothing of these.
    match numbers.byte() % 4 {
        0 => {
            CaseAxis { stride: word(numbers), dilation: word(numbers), low: word(numbers), high: word(numbers), ..axis }
        }
        1 => CaseAxis { stride: word(numbers), ..axis },
        2 => CaseAxis { low: word(numbers), ..axis },
        _ => axis,
    }
}

fn axes(numbers: &mut Numbers<'_>) -> Vec<CaseAxis> {
    let rank = [2, 1, 3, 0, 4, 2, 2, 2][numbers.byte() as usize % 8];
    (0..rank).map(|_| axis(numbers)).collect()
}

fn layout(numbers: &mut Numbers<'_>) -> Layout {
    one_of(numbers, &[Layout::ChannelsLast, Layout::ChannelsFirst])
}

fn factor(numbers: &mut Numbers<'_>) -> Factor {
    let any = f32::from_bits(word(numbers));
    Factor::new(any).unwrap_or(Factor::ONE)
}

fn addend(numbers: &mut Numbers<'_>) -> Addend {
    match numbers.byte() % 5 {
        2 => Addend::Residual(factor(numbers)),
        3 => Addend::Output(factor(numbers)),
        4 => Addend::Output(Factor::ONE),
        _ => Addend::None,
    }
}

/// Operators without a window.
fn operator(numbers: &mut Numbers<'_>) -> NnOperator {
    match numbers.byte() % 13 {
        0 => NnOperator::BatchNorm { activation: one_of(numbers, Activation::ALL), residual: is(numbers) },
        1 => NnOperator::Activation(one_of(numbers, Activation::ALL)),
        2 => NnOperator::Add { relu: is(numbers) },
        3 => NnOperator::Dropout { probability: factor(numbers) },
        4 => NnOperator::Dense { outputs: word(numbers) },
        5 => NnOperator::HalfSquaredError,
        6 => NnOperator::SoftmaxCrossEntropy,
        7 => NnOperator::Sgd,
        8 => NnOperator::SgdNesterov,
        9 => NnOperator::Adam,
        10 => NnOperator::AdamW,
        11 => NnOperator::Transpose,
        _ => NnOperator::Convert { target: one_of(numbers, &ElementType::ALL) },
    }
}

/// Mostly as many channels as belong to the groups: others are refused at once.
fn channels(numbers: &mut Numbers<'_>) -> [u32; 3] {
    let [groups, channels_in, channels_out] = [word(numbers), word(numbers), word(numbers)];
    match numbers.byte() % 4 {
        0 => [groups, channels_in, channels_out],
        1 => [groups, groups, groups],
        _ => [groups, channels_in.saturating_mul(groups), channels_out.saturating_mul(groups)],
    }
}

pub fn case(numbers: &mut Numbers<'_>) -> Case {
    let kind = numbers.byte() % 4;
    let element = one_of(numbers, &ElementType::ALL);
    let (x_layout, y_layout, batch) = (layout(numbers), layout(numbers), word(numbers));
    if kind == 3 {
        let (operator, channels) = (operator(numbers), word(numbers));
        let cells = (0..numbers.byte() % 5).map(|_| word(numbers)).collect();
        return Case::Nn(NnCase { operator, batch, channels, cells, x_layout, element });
    }
    let axes = axes(numbers);
    if kind == 2 {
        let channels = word(numbers);
        let p = Exponent::new(f32::from_bits(word(numbers))).unwrap_or(Exponent::TWO);
        let kinds = [
            PoolKind::Max,
            PoolKind::Average { count_include_pad: is(numbers), divisor: None },
            PoolKind::Average { count_include_pad: is(numbers), divisor: Some(word(numbers)) },
            PoolKind::Lp { p },
        ];
        let kind = one_of(numbers, &kinds);
        let indices = one_of(numbers, &[IndexForm::Plane, IndexForm::Flat]);
        let (adaptive, ceil_mode) = (is(numbers), is(numbers));
        let pool = PoolCase { kind, indices, adaptive, batch, channels, axes, ceil_mode, x_layout, y_layout, element };
        return Case::Pool(pool);
    }
    let [groups, channels_in, channels_out] = channels(numbers);
    let (activation, addend, shared_kernel) = (one_of(numbers, Activation::ALL), addend(numbers), is(numbers));
    let kernel_order = one_of(numbers, &[KernelOrder::InOut, KernelOrder::OutIn]);
    if kind == 1 {
        let output_padding = (0..axes.len()).map(|_| word(numbers)).collect();
        return Case::ConvTranspose(ConvTransposeCase {
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
        });
    }
    Case::Conv(ConvCase {
        batch,
        channels_in,
        channels_out,
        groups,
        shared_kernel,
        axes,
        padding_mode: one_of(numbers, &PaddingMode::ALL),
        activation,
        addend,
        element,
        x_layout,
        y_layout,
        kernel_order,
    })
}
