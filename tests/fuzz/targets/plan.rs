//! Descriptors, shapes and limits of devices with any numbers. What can be planned must stay within buffers and limits.

use std::collections::BTreeMap;
use std::hint::black_box;

use wgconv::{
    Access, Activation, Algorithm, AvgPool, Conv, ConvShapes, ConvTranspose, DeviceLimits, KernelOrder, Layout,
    MaxPool, Operand, Padding, Pass, PlanOptions, PlanSpec, PoolPass, Result, Strategy,
};

use super::drawn;
use super::numbers::Numbers;
use crate::bounded::Target;

pub const TARGET: Target = Target { run, most_bytes };

/// A plan has at most 65,536 dispatches, the largest of which have 1.7 KB of uniforms; lists are copied when they grow.
pub const MOST_BYTES: usize = 192 << 20;

fn most_bytes(_: usize) -> usize {
    MOST_BYTES
}

fn run(bytes: &[u8]) {
    let mut numbers = Numbers(bytes);
    let rank = numbers.byte();
    if rank >= 128 {
        return of_case(&mut numbers);
    }
    match rank % 3 {
        0 => of_rank::<1>(&mut numbers),
        1 => of_rank::<2>(&mut numbers),
        _ => of_rank::<3>(&mut numbers),
    }
}

fn of_case(numbers: &mut Numbers<'_>) {
    let (limits, options) = (limits(numbers), options(numbers));
    let (pass, bias) = (numbers.byte(), numbers.byte().is_multiple_of(2));
    let case = drawn::case(numbers);
    let passes = case.passes();
    let pass = passes[pass as usize % passes.len()];
    check(&limits, &options, |options| case.plan_spec(&limits, pass, bias, options));
}

fn of_rank<const D: usize>(numbers: &mut Numbers<'_>) {
    let (limits, options) = (limits(numbers), options(numbers));
    let operator = numbers.byte() % 4;
    let taps: [usize; D] = numbers.array();
    let (stride, dilation) = (numbers.array(), numbers.array());
    let padding = padding(numbers);
    let x: Vec<usize> = numbers.shape(D + 2);
    let flags = numbers.byte();
    let bit = |i: u32| flags >> i & 1 == 1;
    match operator {
        0 | 1 => {
            let (mut w, groups) = (numbers.shape(D + 2), numbers.size());
            // Mostly the shape that belongs to the rest: a wrong one is refused at once.
            if let ([_, channels, ..], [outer, inner, spatial @ ..], false) = (&x[..], &mut w[..], bit(5))
                && spatial.len() == D
            {
                spatial.copy_from_slice(&taps);
                *(if operator == 0 { inner } else { outer }) = match operator {
                    0 if bit(4) => 1,
                    0 => channels / groups.max(1),
                    _ => *channels,
                };
            }
            let chosen = numbers.byte();
            let pass = Pass::ALL[chosen as usize % Pass::ALL.len()];
            let exchanged = chosen >> 7 == 1;
            if let ([first, second, ..], true) = (&mut w[..], exchanged) {
                std::mem::swap(first, second);
            }
            let order = if exchanged == (operator == 0) { KernelOrder::InOut } else { KernelOrder::OutIn };
            let layout = |is_last| if is_last { Layout::ChannelsLast } else { Layout::ChannelsFirst };
            let mut shapes = ConvShapes::new(&x, &w).layouts(layout(bit(6)), layout(bit(7)));
            if bit(0) {
                shapes = shapes.with_bias();
            }
            let plan = |options: &PlanOptions| {
                let activation = if bit(2) { Activation::Relu } else { Activation::None };
                let shapes = if bit(1) { shapes.through(Activation::Relu) } else { shapes };
                if operator == 0 {
                    let conv = Conv::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).groups(groups);
                    let conv = conv.shared_kernel(bit(4)).activation(activation).kernel_order(order);
                    return conv.build()?.plan_spec(&limits, pass, shapes, options);
                }
                let conv =
                    ConvTranspose::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).groups(groups);
                let extent = [w.first(), w.last()].map(|extent| extent.copied().unwrap_or_default());
                let conv = if bit(1) { conv.output_padding([extent[0]; D]) } else { conv };
                let conv = if bit(2) { conv.output_shape([extent[1]; D]) } else { conv };
                let conv = conv.shared_kernel(bit(4)).activation(activation).kernel_order(order);
                conv.build()?.plan_spec(&limits, pass, shapes, options)
            };
            check(&limits, &options, plan);
        }
        2 => check(&limits, &options, |options| {
            let pool = MaxPool::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).ceil_mode(bit(0));
            let pass = PoolPass::ALL[flags as usize / 2 % PoolPass::ALL.len()];
            pool.build()?.plan_spec_with(&limits, pass, &x, options)
        }),
        _ => {
            let divisor = numbers.size();
            check(&limits, &options, |options| {
                let pool = AvgPool::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).ceil_mode(bit(0));
                let pool = pool.count_include_pad(bit(3));
                let pool = if bit(4) { pool.divisor_override(divisor) } else { pool };
                let pass = PoolPass::ALL[flags as usize / 2 % PoolPass::ALL.len()];
                pool.build()?.plan_spec_with(&limits, pass, &x, options)
            });
        }
    }
}

/// Plans, and looks at what is planned.
pub fn check(limits: &DeviceLimits, options: &PlanOptions, plan: impl Fn(&PlanOptions) -> Result<PlanSpec>) {
    let spec = match plan(options) {
        Ok(spec) => spec,
        Err(error) => return drop(black_box(error.to_string())),
    };
    assert!(spec.workspace_bytes() <= options.workspace_limit.saturating_add(PlanOptions::LEAST_SUMS), "{spec}");
    assert!(spec.dispatches() <= 65_536, "{spec}");
    black_box((spec.strategy(), spec.flops(), spec.bytes_moved()));
    let mut written: BTreeMap<Operand, Vec<(u64, u64)>> = BTreeMap::new();
    for step in spec.steps() {
        assert!(step.grid.iter().all(|along| (1..=limits.max_workgroups_per_dimension).contains(along)), "{spec}");
        assert!(step.workgroup_size <= limits.max_invocations_per_workgroup, "{spec}");
        assert!(step.bindings.len() <= limits.max_storage_buffers as usize, "{spec}");
        for binding in step.bindings {
            let need = spec.operands().iter().find(|need| need.operand == binding.operand);
            let end = binding.offset.checked_add(binding.size).unwrap();
            assert!(binding.size > 0 && binding.size % 4 == 0, "{spec}: {binding:?}");
            assert!(end <= need.unwrap().bytes, "{spec}: {binding:?}");
            assert!(binding.size <= limits.max_storage_binding_bytes, "{spec}: {binding:?}");
            assert_eq!(binding.offset % limits.storage_alignment, 0, "{spec}: {binding:?}");
            written.entry(binding.operand).or_default().push((binding.offset, end));
        }
    }
    for need in spec.operands().iter().filter(|need| need.access == Access::Write) {
        let mut ranges = written.remove(&need.operand).unwrap_or_default();
        ranges.sort_unstable();
        // The workspace may have gaps, for the sake of alignment.
        let gap = if need.operand.is_scratch() { limits.storage_alignment } else { 0 };
        let end = ranges.iter().fold(0, |end: u64, range| if range.0 <= end + gap { end.max(range.1) } else { end });
        assert_eq!(end, need.bytes, "{} of {spec} is not written as a whole", need.operand);
    }
    black_box(spec.to_string());
}

fn limits(numbers: &mut Numbers<'_>) -> DeviceLimits {
    let mut limits = DeviceLimits::default();
    let changes = numbers.byte();
    let mut number = |bit: u32| (changes >> bit & 1 == 1).then(|| numbers.number());
    let word = |number: u64| number.min(u32::MAX.into()) as u32;
    if let Some(number) = number(0) {
        limits.max_workgroups_per_dimension = word(number);
    }
    if let Some(number) = number(1) {
        limits.max_storage_binding_bytes = number;
    }
    if let Some(number) = number(2) {
        limits.max_loop_iterations = word(number);
    }
    if let Some(number) = number(3) {
        limits.storage_alignment = number;
    }
    if let Some(number) = number(4) {
        limits.fill_invocations = word(number);
    }
    if let Some(number) = number(5) {
        limits.max_workgroup_storage_bytes = word(number);
        limits.max_invocations_per_workgroup = word(number / 64);
    }
    if changes >> 6 & 1 == 1 {
        limits.is_software = true;
    }
    if changes >> 7 & 1 == 1 {
        limits.subgroup_size = 8;
        limits.shader_f16 = true;
    }
    limits
}

fn options(numbers: &mut Numbers<'_>) -> PlanOptions {
    let mut options = PlanOptions::default();
    let byte = numbers.byte();
    if byte >> 7 == 1 {
        options.workspace_limit = numbers.number();
    }
    options.winograd = byte >> 4 & 1 == 1;
    let algorithm =
        |choice: u8| Algorithm::ALL[(choice as usize - 1 + (byte as usize >> 3 & 1) * 5) % Algorithm::ALL.len()];
    options.strategy = match byte & 7 {
        choice @ 1..=5 => Strategy::Fixed(algorithm(choice)),
        6 => Strategy::Tile([64, 64]),
        7 => Strategy::Tile([numbers.number() as u32, numbers.number() as u32]),
        _ => Strategy::Auto,
    };
    options
}

fn padding<const D: usize>(numbers: &mut Numbers<'_>) -> Padding<D> {
    match numbers.byte() % 5 {
        0 => Padding::Valid,
        1 => Padding::Same,
        2 => Padding::SameLow,
        3 => Padding::Symmetric(numbers.array()),
        _ => Padding::Explicit { low: numbers.array(), high: numbers.array() },
    }
}
