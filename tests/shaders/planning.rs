//! Planning keeps to the device's limits, whatever they are: seeded random problems under tiny limits. Every plan is a
//! typed error or obeys all of them; nothing panics.

use std::collections::HashMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgconv::{
    Access, Activation, AdaptiveAvgPool, AdaptiveMaxPool, Addend, Algorithm, AvgPool, Conv, ConvShapes, ConvTranspose,
    DeviceLimits, Error, Factor, KernelInfo, KernelOrder, Layout, LpPool, MaxPool, Operand, Padding, Pass, PlanOptions,
    PlanSpec, PoolPass, Result, StepInfo, Strategy, kernels,
};

use crate::modules::kernel_of;

const CASES: u64 = 14_000;

/// One of the values.
fn pick<T: Copy>(rng: &mut ChaCha8Rng, values: &[T]) -> T {
    values[rng.random_range(0..values.len())]
}

fn tiny_limits(rng: &mut ChaCha8Rng) -> DeviceLimits {
    let mut limits = DeviceLimits::default();
    limits.max_workgroups_per_dimension = pick(rng, &[1, 2, 3, 7, 65_535]);
    limits.max_invocations_per_workgroup = pick(rng, &[64, 64, 128, 256, 256, 32]);
    limits.max_workgroup_storage_bytes = pick(rng, &[16_384, 16_384, 9_000, 6_144, 4_000]);
    limits.is_software = rng.random_bool(0.3);
    limits.max_storage_buffers = pick(rng, &[8, 8, 8, 4, 3, 2]);
    limits.max_storage_binding_bytes = pick(rng, &[512, 256, 1_026, 4_096, 128 << 20]);
    limits.storage_alignment = pick(rng, &[4, 16, 32, 256]);
    limits.max_loop_iterations = pick(rng, &[8, 9, 13, 40, 65_535]);
    limits.fill_invocations = pick(rng, &[1, 100, 65_536]);
    limits.subgroup_size = pick(rng, &[0, 4, 8, 8, 8]);
    limits
}

fn options(rng: &mut ChaCha8Rng) -> PlanOptions {
    let fixed: Vec<Strategy> = Algorithm::ALL.iter().map(|&algorithm| Strategy::Fixed(algorithm)).collect();
    let strategy = match if rng.random_bool(0.5) { Strategy::Auto } else { pick(rng, &fixed) } {
        Strategy::Fixed(Algorithm::Tiled) if rng.random_bool(0.3) => {
            Strategy::Tile(pick(rng, &[[16, 128], [64, 64], [128, 128], [32, 32], [64, 32], [0, 7]]))
        }
        strategy => strategy,
    };
    PlanOptions { strategy, workspace_limit: pick(rng, &[0, 4, 256, 1_000, 64 << 20]), winograd: rng.random_bool(0.3) }
}

fn axes<const D: usize>(rng: &mut ChaCha8Rng, most: usize) -> [usize; D] {
    std::array::from_fn(|_| rng.random_range(1..=most))
}

fn padding<const D: usize>(rng: &mut ChaCha8Rng) -> Padding<D> {
    match rng.random_range(0..4) {
        0 => Padding::Valid,
        1 => Padding::Same,
        2 => Padding::SameLow,
        _ => Padding::Explicit { low: axes::<D>(rng, 3).map(|p| p - 1), high: axes::<D>(rng, 3).map(|p| p - 1) },
    }
}

/// Large in one place and small elsewhere, so that each limit is met alone and with others.
fn extents<const D: usize>(rng: &mut ChaCha8Rng) -> [usize; D] {
    let mut extents = axes(rng, 7);
    if rng.random_bool(0.3) {
        extents[rng.random_range(0..D)] = pick(rng, &[50, 127, 300]);
    }
    extents
}

/// With any epilogue.
fn shapes<'a>(rng: &mut ChaCha8Rng, x: &'a [usize], w: &'a [usize]) -> Result<ConvShapes<'a>> {
    let half = Factor::new(0.5)?;
    let addends =
        [Addend::Residual(Factor::ONE), Addend::Residual(half), Addend::Output(Factor::ONE), Addend::Output(half)];
    let addend = if rng.random_bool(0.4) { Addend::None } else { pick(rng, &addends) };
    let (bias, through) = (rng.random_bool(0.5), pick(rng, Activation::ALL));
    let shapes = ConvShapes { bias, addend, through, ..ConvShapes::new(x, w) };
    Ok(shapes.layouts(layout(rng), layout(rng)))
}

fn layout(rng: &mut ChaCha8Rng) -> Layout {
    pick(rng, &[Layout::ChannelsFirst, Layout::ChannelsFirst, Layout::ChannelsLast])
}

fn conv_spec<const D: usize>(rng: &mut ChaCha8Rng, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
    let taps = axes(rng, if D == 1 { 30 } else { 4 });
    let groups = rng.random_range(1..=3);
    let conv = Conv::<D>::new(taps).stride(axes(rng, 3)).dilation(axes(rng, 2)).padding(padding(rng)).groups(groups);
    let per_group = rng.random_range(1..=4);
    let mut x = vec![rng.random_range(1..=6), per_group * groups];
    x.extend(extents::<D>(rng));
    let shared = rng.random_bool(0.2);
    let mut w = vec![groups * rng.random_range(1..=3usize), if shared { 1 } else { per_group }];
    let exchanged = rng.random_bool(0.3);
    if exchanged {
        w.swap(0, 1);
    }
    w.extend(taps);
    let shapes = shapes(rng, &x, &w)?;
    let conv = conv.activation(pick(rng, Activation::ALL)).shared_kernel(shared);
    let conv = if exchanged { conv.kernel_order(KernelOrder::InOut) } else { conv };
    conv.build()?.plan_spec(limits, pick(rng, &Pass::ALL), shapes, options)
}

fn conv_transpose_spec<const D: usize>(
    rng: &mut ChaCha8Rng,
    limits: &DeviceLimits,
    options: &PlanOptions,
) -> Result<PlanSpec> {
    let (taps, stride, dilation): ([usize; D], [usize; D], _) = (axes(rng, 4), axes(rng, 3), axes(rng, 2));
    let (groups, padding) = (rng.random_range(1..=3), padding(rng));
    let conv = ConvTranspose::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).groups(groups);
    let conv = match padding {
        Padding::Same | Padding::SameLow => conv,
        _ => conv.output_padding(stride.map(|stride| rng.random_range(0..stride))),
    };
    let channels = groups * rng.random_range(1..=4);
    let x = [rng.random_range(1..=6), channels].into_iter().chain(extents::<D>(rng)).collect::<Vec<_>>();
    let mut w = [channels, rng.random_range(1..=3)].into_iter().chain(taps).collect::<Vec<_>>();
    let exchanged = rng.random_bool(0.3);
    if exchanged {
        w.swap(0, 1);
    }
    let conv = if exchanged { conv.kernel_order(KernelOrder::OutIn) } else { conv };
    let shapes = shapes(rng, &x, &w)?;
    conv.activation(pick(rng, Activation::ALL)).build()?.plan_spec(limits, pick(rng, &Pass::ALL), shapes, options)
}

fn pool_spec<const D: usize>(rng: &mut ChaCha8Rng, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
    let (taps, stride, dilation) = (axes(rng, if D == 1 { 20 } else { 4 }), axes(rng, 4), axes(rng, 2));
    let (padding, ceil_mode) = (padding(rng), rng.random_bool(0.5));
    let mut x = vec![rng.random_range(1..=6), rng.random_range(1..=4)];
    x.extend(extents::<D>(rng));
    let pass = pick(rng, &PoolPass::ALL);
    let outputs = if rng.random_bool(0.5) { [1; D] } else { axes(rng, 9) };
    match rng.random_range(0..6) {
        0 => return AdaptiveMaxPool::<D>::new(outputs).build()?.plan_spec_with(limits, pass, &x, options),
        1 => return AdaptiveAvgPool::<D>::new(outputs).build()?.plan_spec_with(limits, pass, &x, options),
        2 => {
            let pool = LpPool::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).ceil_mode(ceil_mode);
            return pool.p(1.0 + outputs[0] as f32).build()?.plan_spec_with(limits, pass, &x, options);
        }
        _ => {}
    }
    if rng.random_bool(0.5) {
        let pool = MaxPool::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).ceil_mode(ceil_mode);
        return pool.build()?.plan_spec_with(limits, pass, &x, options);
    }
    let pool = AvgPool::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).ceil_mode(ceil_mode);
    pool.count_include_pad(rng.random_bool(0.5)).build()?.plan_spec_with(limits, pass, &x, options)
}

fn spec(rng: &mut ChaCha8Rng, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
    match rng.random_range(0..9) {
        0 => conv_spec::<1>(rng, limits, options),
        1 => conv_spec::<2>(rng, limits, options),
        2 => conv_spec::<3>(rng, limits, options),
        3 => conv_transpose_spec::<1>(rng, limits, options),
        4 => conv_transpose_spec::<2>(rng, limits, options),
        5 => conv_transpose_spec::<3>(rng, limits, options),
        6 => pool_spec::<1>(rng, limits, options),
        7 => pool_spec::<2>(rng, limits, options),
        _ => pool_spec::<3>(rng, limits, options),
    }
}

/// How often each outcome occurred.
#[derive(Default, Debug)]
struct Tally {
    plans: usize,
    steps: usize,
    chunked: usize,
    with_workspace: usize,
    folded: usize,
    tiled: usize,
    depthwise: usize,
    errors: HashMap<&'static str, usize>,
}

#[test]
fn every_plan_is_a_typed_error_or_keeps_to_the_limits() {
    let kernels = kernels();
    let mut tally = Tally::default();
    for seed in 0..CASES {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (limits, options) = (tiny_limits(&mut rng), options(&mut rng));
        match spec(&mut rng, &limits, &options) {
            Ok(spec) => {
                let checked = Checked { spec: &spec, limits: &limits, options: &options, kernels: &kernels, seed };
                checked.all();
                tally.count(&spec);
            }
            Err(error) => *tally.errors.entry(name_of(&error)).or_default() += 1,
        }
    }
    tally.assert_that_everything_occurred();
}

/// Where no device is that holds them: offsets, bases and grids of 3.1 GiB, whatever can be bound at once.
#[test]
fn plans_of_tensors_over_two_gib_bind_all_of_them() {
    let kernels = kernels();
    let (x, w) = ([100, 8, 1031, 1021], [8, 8, 3, 3]);
    let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build().unwrap();
    let pool = MaxPool::<2>::new([2, 2]).stride([1, 1]).build().unwrap();
    let options = PlanOptions::default();
    for max_storage_binding_bytes in [128 << 20, 1 << 30, (2 << 30) - 4, (4 << 30) - 4] {
        for is_software in [false, true] {
            let mut limits = DeviceLimits::default();
            (limits.max_storage_binding_bytes, limits.is_software) = (max_storage_binding_bytes, is_software);
            limits.max_buffer_bytes = 8 << 30;
            let convolutions =
                Pass::ALL.into_iter().map(|pass| conv.plan_spec(&limits, pass, ConvShapes::new(&x, &w), &options));
            let poolings = PoolPass::ALL.into_iter().map(|pass| pool.plan_spec(&limits, pass, &x));
            for spec in convolutions.chain(poolings) {
                let spec = spec.unwrap();
                assert!(spec.operands().iter().any(|need| need.bytes > 3 << 30), "{spec}");
                Checked { spec: &spec, limits: &limits, options: &options, kernels: &kernels, seed: 0 }.all();
            }
        }
    }
}

/// Passes that put a tensor into another order first, which takes a second buffer beside the workspace: strided kernel gradients of one
/// tap, strided input gradients of few channels, and kernel gradients of 3 x 3 whose rows are copied; and lanes of two rows.
#[test]
fn plans_by_way_of_another_order_keep_to_the_limits() {
    let kernels = kernels();
    let mut found = [0; 4];
    for seed in 0..24_000 {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut limits = DeviceLimits::default();
        (limits.is_software, limits.subgroup_size) = (true, 8);
        limits.storage_alignment = pick(rng, &[4, 16, 64, 256]);
        limits.max_storage_binding_bytes = pick(rng, &[10_000, 60_000, 128 << 20]);
        limits.max_loop_iterations = pick(rng, &[8, 100, 65_535, 65_535]);
        let strategy = Strategy::Fixed(Algorithm::Subgroup);
        let of = |workspace_limit| PlanOptions { strategy, workspace_limit, ..PlanOptions::default() };
        let mut options = of(rng.random_range(1_000..200_000));
        let batch = rng.random_range(1..=20);
        let [h, w] = axes(rng, 20).map(|extent: usize| extent + 6);
        let groups = rng.random_range(1..=2);
        let spec = if seed % 4 == 2 {
            // Rows that are copied.
            let [inputs, outputs] = [(), ()].map(|()| rng.random_range(64..=130));
            let taps = [rng.random_range(1..=3), rng.random_range(3..=4)];
            let stride = pick(rng, &[1, 2]);
            let padding = if stride == 1 && rng.random_bool(0.5) { Padding::Same } else { padding(rng) };
            let conv = Conv::<2>::new(taps).stride([stride; 2]).padding(padding).groups(groups).build().unwrap();
            let (x, w) = ([batch, inputs * groups, h, w], [outputs * groups, inputs, taps[0], taps[1]]);
            options = of(rng.random_range(1_000..4_000_000));
            conv.plan_spec(&limits, Pass::KernelGrad, ConvShapes::new(&x, &w), &options)
        } else if seed % 4 == 3 {
            // Lanes of two rows.
            let [inputs, outputs] = [(), ()].map(|()| rng.random_range(1..=60));
            let pass = pick(rng, &[Pass::Forward, Pass::InputGrad]);
            let (stride, widths) = pick(rng, &[(1, [3, 5, 3, 5, 3]), (2, [2, 3, 4, 5, 7])]);
            let taps = [rng.random_range(1..=5), pick(rng, &widths)];
            let padding = if stride == 1 && rng.random_bool(0.5) { Padding::Same } else { padding(rng) };
            let conv = Conv::<2>::new(taps).stride([stride; 2]).padding(padding).groups(groups).build().unwrap();
            let (x, w) = ([batch, inputs * groups, h, w], [outputs * groups, inputs, taps[0], taps[1]]);
            conv.plan_spec(&limits, pass, ConvShapes::new(&x, &w), &options)
        } else if seed % 4 == 0 {
            let outputs = 4 * groups * rng.random_range(15..=32);
            let inputs = 4 * rng.random_range(1..=4);
            let conv = Conv::<2>::new([1, 1]).stride(axes(rng, 3)).groups(groups).build().unwrap();
            let (x, w) = ([batch, inputs * groups, h, w], [outputs, inputs, 1, 1]);
            conv.plan_spec(&limits, Pass::KernelGrad, ConvShapes::new(&x, &w), &options)
        } else {
            let [few, many] = [rng.random_range(1..=3), rng.random_range(8..=300)];
            let taps: [usize; 2] = axes(rng, 8);
            let conv = Conv::<2>::new(taps).stride(axes(rng, 5)).padding(padding(rng)).groups(groups).build().unwrap();
            let (x, w) = ([batch, few * groups, h, w], [many * groups, few, taps[0], taps[1]]);
            if rng.random_bool(0.5) {
                // Room for w twice and for some samples.
                let bytes = 4 * w.iter().product::<usize>() as u64;
                options = of(rng.random_range(2 * bytes..3 * bytes));
            }
            conv.plan_spec(&limits, Pass::InputGrad, ConvShapes::new(&x, &w), &options)
        };
        match spec {
            Ok(spec) => {
                let transforms = spec.operands().iter().any(|need| need.operand == Operand::Transformed);
                let of_pairs = ["two_rows", "rows_stride2", "subgroup_classes"];
                let has_pairs = spec.steps().any(|step| of_pairs.iter().any(|name| step.kernel.contains(name)));
                found[seed as usize % 4] += usize::from(transforms || has_pairs);
                assert!(spec.workspace_bytes() <= options.workspace_limit, "{spec}");
                Checked { spec: &spec, limits: &limits, options: &options, kernels: &kernels, seed }.all();
            }
            Err(error) => {
                name_of(&error);
            }
        }
    }
    assert!(found.iter().all(|&count| count > 200), "{found:?}");
}

/// The errors that a well-formed request may end in; anything else fails the test.
fn name_of(error: &Error) -> &'static str {
    match error {
        Error::SampleTooLarge { .. } => "sample too large",
        Error::LimitExceeded { limit, .. } => limit,
        Error::WindowTooLarge { .. } => "window too large",
        Error::EmptyWindow { .. } => "empty window",
        Error::NothingLeft { .. } => "nothing left",
        Error::AlgorithmUnavailable { algorithm, .. } => {
            assert_ne!(*algorithm, Algorithm::Direct, "it takes every problem");
            "algorithm unavailable"
        }
        Error::InvalidParameter { parameter: parameter @ ("padding" | "pass"), .. } => parameter,
        other => panic!("{other}"),
    }
}

impl Tally {
    fn count(&mut self, spec: &PlanSpec) {
        self.plans += 1;
        self.steps += spec.dispatches();
        self.chunked += usize::from(spec.steps().any(|step| step.bindings.iter().any(|binding| binding.offset > 0)));
        self.with_workspace += usize::from(spec.workspace_bytes() > 0);
        self.tiled += usize::from(spec.steps().any(|step| step.kernel.contains("tiled")));
        self.depthwise += usize::from(spec.steps().any(|step| step.kernel.contains("depthwise")));
        self.folded += usize::from(spec.grids().any(|grid| grid[1] > 1));
    }

    fn assert_that_everything_occurred(&self) {
        assert!(self.plans > 2_000 && self.steps > 10_000, "{self:?}");
        assert!(self.chunked > 200 && self.with_workspace > 100 && self.folded > 50, "{self:?}");
        assert!(self.tiled > 20 && self.depthwise > 5, "{self:?}");
        let expected = [
            "sample too large",
            "algorithm unavailable",
            "window too large",
            "padding",
            "pass",
            "max_compute_workgroups_per_dimension, to the third",
            "max_compute_invocations_per_workgroup",
            "max_storage_buffers_per_shader_stage",
            "max_storage_buffer_binding_size",
        ];
        for error in expected {
            assert!(self.errors.get(error).is_some_and(|&count| count > 5), "{error} never occurred: {self:?}");
        }
    }
}

/// `times` times the steps for so many terms; in each step a loop of 8 terms an iteration.
fn tile_loops(step: &StepInfo<'_>, terms: u64, times: u64) -> u64 {
    let rows = constant(step, "TILE_K");
    let steps = terms.div_ceil(rows) * times;
    steps + 1 + steps * (rows / 8 + 1)
}

fn constant(step: &StepInfo<'_>, name: &str) -> u64 {
    u64::from(step.constants.iter().find(|(known, _)| *known == name).unwrap().1)
}

fn offset_of(kernel: &KernelInfo, of: &str, member: &str) -> usize {
    let members = &kernel.structs.iter().find(|info| info.name == of).unwrap().members;
    members.iter().find(|info| info.name == member).unwrap().offset
}

/// Three nested loops: forward over the taps, backward over the windows that can cover a cell.
fn rows_loops(step: &StepInfo<'_>) -> u64 {
    let value = |name: String| u64::from(step.overrides.iter().find(|(known, _)| *known == name).unwrap().1);
    let counts = ["D", "H", "W"].map(|axis| match step.entry {
        "backward" => value(format!("TAPS_{axis}")).div_ceil(value(format!("STRIDE_{axis}"))),
        _ => value(format!("TAPS_{axis}")),
    });
    nested_loops(counts)
}

/// Tests of three loops inside each other, and for each that ends one of every loop inside.
fn nested_loops([d, h, w]: [u64; 3]) -> u64 {
    d * (h * (w + 2) + 3) + 3
}

/// A plan that was made for these limits.
struct Checked<'a> {
    spec: &'a PlanSpec,
    limits: &'a DeviceLimits,
    options: &'a PlanOptions,
    kernels: &'a [KernelInfo],
    seed: u64,
}

impl Checked<'_> {
    fn all(&self) {
        assert!(self.spec.dispatches() > 0, "{self}");
        assert!(self.spec.workspace_bytes() <= self.options.workspace_limit + PlanOptions::LEAST_SUMS, "{self}");
        let workspace = self.spec.operands().iter().find(|need| need.operand == Operand::Workspace);
        assert!(workspace.is_none_or(|need| need.bytes <= self.limits.max_storage_binding_bytes), "{self}");
        for step in self.spec.steps() {
            self.grid(&step);
            self.bindings(&step);
            self.loops(&step);
        }
        self.outputs_are_covered();
    }

    fn grid(&self, step: &StepInfo<'_>) {
        let limits = self.limits;
        assert!(step.grid.iter().all(|&n| n >= 1 && n <= limits.max_workgroups_per_dimension), "{step:?} {self}");
        assert!(step.workgroup_size <= limits.max_invocations_per_workgroup, "{self}");
        let kernel = kernel_of(self.kernels, step);
        assert!(kernel.workgroup_bytes <= limits.max_workgroup_storage_bytes, "{step:?} {self}");
        assert!([0, limits.subgroup_size].contains(&kernel.subgroup_size), "{self}");
    }

    fn bindings(&self, step: &StepInfo<'_>) {
        let entries = &kernel_of(self.kernels, step).entries;
        let slots = &entries.iter().find(|entry| entry.name == step.entry).unwrap().slots;
        for (slot, written) in slots.iter().zip(step.bindings).filter(|(slot, _)| slot.writable) {
            let uses = step.bindings.iter().filter(|binding| binding.operand == written.operand).count();
            assert_eq!(uses, 1, "{}: WebGPU has a buffer that is written bound once. {step:?} {self}", slot.name);
        }
        assert!(step.bindings.len() as u32 <= self.limits.max_storage_buffers, "{self}");
        for binding in step.bindings {
            assert_eq!(binding.offset % self.limits.storage_alignment, 0, "{binding:?} {self}");
            assert!(binding.size > 0 && binding.size % 4 == 0, "{binding:?} {self}");
            assert!(binding.size <= self.limits.max_storage_binding_bytes, "{binding:?} {self}");
            assert!(binding.offset + binding.size <= self.bytes_of(binding.operand), "{binding:?} {self}");
        }
    }

    fn bytes_of(&self, operand: Operand) -> u64 {
        let need = self.spec.operands().iter().find(|need| need.operand == operand);
        need.unwrap_or_else(|| panic!("{operand} is bound without being needed: {self}")).bytes
    }

    /// The loops that the uniform asks for: rows x columns of a slab, or the slices of a second pass.
    fn loops(&self, step: &StepInfo<'_>) {
        let iterations = match step.kernel {
            "common/sum_slices" => u64::from(self.param(step, "SumParams", "slices")) + 1,
            "conv/gather/pack_fours" | "conv/phases/kernel" => 0,
            name if name.starts_with("conv/kernel_grad/collect") => 0,
            // Four classes along w at a time.
            name if name.starts_with("conv/phases/spread") => {
                u64::from(self.param(step, "PhaseParams", "classes_w")).div_ceil(4) + 1
            }
            name if name.starts_with("conv/gather/pack") => {
                let first = offset_of(kernel_of(self.kernels, step), "PackParams", "axes");
                let taps = |i: usize| {
                    let at = first + 32 * i;
                    u64::from(u32::from_le_bytes(step.params[at..at + 4].try_into().unwrap()))
                };
                nested_loops([taps(0), taps(1), taps(2)])
            }
            name if name.starts_with("conv/kernel_grad/strip_last") => {
                let [rows, cols] = ["rows_per_slab", "cols_per_slab"].map(|name| self.param(step, "Reduction", name));
                let stride = constant(step, "STRIDE");
                let columns = stride * (u64::from(cols) + (constant(step, "TAPS") - 1) / stride);
                u64::from(rows) * (columns + 3) + 2
            }
            name if name.starts_with("conv/kernel_grad/strip") => {
                let [rows, cols] = ["rows_per_slab", "cols_per_slab"].map(|name| self.param(step, "Reduction", name));
                u64::from(rows) * (u64::from(cols) + constant(step, "TAPS") + 2) + 2
            }
            "conv/gather/depthwise_any" | "conv/gather/depthwise_aligned" => {
                constant(step, "ROWS") + constant(step, "TAPS")
            }
            name if name.starts_with("conv/gather/depthwise_last") => {
                constant(step, "LENGTH") * constant(step, "STRIDE") + constant(step, "TAPS")
            }
            name if name.starts_with("conv/gather/") => self.gather_loops(step),
            name if name.starts_with("conv/kernel_grad/tiled") => {
                let [rows, cols] = ["rows_per_slab", "cols_per_slab"].map(|name| self.param(step, "Reduction", name));
                tile_loops(step, u64::from(rows) * u64::from(cols), 1)
            }
            name if name.starts_with("conv/channels/sum") => {
                let [begin, end] =
                    ["channel_begin", "channel_end"].map(|name| u64::from(self.param(step, "ChannelsParams", name)));
                end - begin + 1
            }
            name if name.starts_with("nn/") || name.starts_with("conv/channels/broadcast") => 0,
            name if name.starts_with("pool/rows/") => rows_loops(step),
            // 11 rows of windows, and for each of four quads 8 steps.
            name if name.starts_with("pool/blocks/") => 11 * (4 * (8 + 2) + 2) + 3,
            name if name.starts_with("pool/planes/") => {
                let lanes = constant(step, "LANES");
                let cells = u64::from(self.param(step, "PlanesParams", "slice_cells")).div_ceil(lanes);
                // The lanes' results are joined by halves.
                cells + 1 + if lanes > 1 { u64::from(lanes.ilog2()) + 1 } else { 0 }
            }
            name => {
                let [rows, cols] = ["rows_per_slab", "cols_per_slab"].map(|name| self.param(step, "Reduction", name));
                let sums = u64::from(rows) * (u64::from(cols) + 2) + 2;
                // Four rows of a tile at a time are stored, and those of two channels one behind the other.
                let stores = match name {
                    "conv/kernel_grad/subgroup_row3_aligned"
                    | "conv/kernel_grad/subgroup_row3_copied"
                    | "conv/kernel_grad/subgroup_row4_copied"
                    | "conv/kernel_grad/subgroup_row3_stride2_both" => 2,
                    name if name.starts_with("conv/kernel_grad/subgroup") => 1,
                    _ => 0,
                };
                sums + if stores > 0 { stores * constant(step, "TILE_M") / 4 + 1 } else { 0 }
            }
        };
        assert!(iterations <= u64::from(self.limits.max_loop_iterations), "{step:?} {self}");
    }

    /// For the class with the most taps: by subgroups a loop over channels and taps along depth and height, mostly with one over those
    /// along the row in it; in the tiled kernels over steps of channels or of both; in the depthwise one over taps alone.
    fn gather_loops(&self, step: &StepInfo<'_>) -> u64 {
        let [begin, end] =
            ["channel_begin", "channel_end"].map(|name| u64::from(self.param(step, "GatherParams", name)));
        let first = offset_of(kernel_of(self.kernels, step), "GatherParams", "classes");
        // Per class start, taps, cells and taps before it; 32 classes an axis.
        let taps = |entry: &[u8]| u64::from(u32::from_le_bytes(entry[4..8].try_into().unwrap()));
        let mut axes = step.params[first..].chunks_exact(32 * 16);
        let mut most = || axes.next().unwrap().chunks_exact(16).map(taps).max().unwrap();
        let (d, h, w) = (most(), most(), most());
        if step.kernel.trim_end_matches("+side") == "conv/gather/depthwise" {
            assert_eq!(end - begin, 1, "{self}");
            return nested_loops([d, h, w]);
        }
        if step.kernel.starts_with("conv/gather/tiled") {
            let by_channel = step.overrides.contains(&("BY_CHANNEL", 1));
            let (terms, times) = if by_channel { (end - begin, d * h * w) } else { ((end - begin) * d * h * w, 1) };
            return tile_loops(step, terms, times);
        }
        let rows = (end - begin) * d * h;
        if step.kernel.starts_with("conv/gather/subgroup_few") {
            // A row more than a class has taps; then two rows of three channels are stored.
            return (end - begin) * d * (h + 1) + 1 + 12;
        }
        if step.kernel.starts_with("conv/gather/subgroup_classes") {
            // All rows of a plane at once; then four rows of out are stored, each in two fours of two fours of channels.
            return (end - begin) * d + 1 + 16 + 1;
        }
        // Four rows of a tile at a time are stored, eight cells of the least tile, of both classes, of both rows, and of both fours.
        let tile = constant(step, "TILE_M");
        let has = |name| step.constants.iter().any(|(known, _)| *known == name);
        let is_twice = tile == 4 || ["EVEN", "LANE_ROWS", "LANE_FOURS"].into_iter().any(has);
        let stores = tile / 4 * if is_twice { 2 } else { 1 } + 1;
        let sums = match step.kernel.trim_start_matches("conv/gather/subgroup_") {
            "taps" => rows * w + 1,
            "single" => rows + 1,
            // 32 channels at a time, twice by twos.
            "pointwise" => 2 * (end - begin).div_ceil(2) + (end - begin).div_ceil(32) * 3 + 3,
            name if ["row3", "two_rows", "rows_stride2", "pair"].into_iter().any(|prefix| name.starts_with(prefix)) => {
                rows + 1
            }
            _ => rows * (w + 2) + 2,
        };
        sums + stores
    }

    /// A number of the uniform struct; `Reduction` stands at its beginning.
    fn param(&self, step: &StepInfo<'_>, of: &str, member: &str) -> u32 {
        let offset = offset_of(kernel_of(self.kernels, step), of, member);
        u32::from_le_bytes(step.params[offset..offset + 4].try_into().unwrap())
    }

    /// Every byte of every output lies in a binding of some dispatch.
    fn outputs_are_covered(&self) {
        for need in self.spec.operands().iter().filter(|need| need.access != Access::Read) {
            let mut ranges: Vec<(u64, u64)> = self
                .spec
                .steps()
                .flat_map(|step| step.bindings.iter().filter(|binding| binding.operand == need.operand))
                .map(|binding| (binding.offset, binding.offset + binding.size))
                .collect();
            ranges.sort_unstable();
            // Parts of the workspace begin where a binding may.
            let gap = if need.operand.is_scratch() { self.limits.storage_alignment } else { 1 };
            let reaches = |end: u64, from: u64| from <= end.next_multiple_of(gap);
            let end = ranges.iter().fold(0, |end, &(from, to)| if reaches(end, from) { end.max(to) } else { end });
            assert_eq!(end, need.bytes, "{}: {ranges:?} {self}", need.operand);
        }
    }
}

impl std::fmt::Display for Checked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "(seed {}: {:?}, {:?}\n{})", self.seed, self.limits, self.options, self.spec)
    }
}
