//! Plans of convolutions and poolings of every rank under the limits of every WebGPU device, by every
//! algorithm: each distinct combination of
//! overrides is a specialisation that must compile. No two axes have the same parameters.

use wgconv::{
    Activation, AdaptiveAvgPool, AdaptiveMaxPool, Addend, Algorithm, AvgPool, Conv, ConvShapes, ConvTranspose,
    DeviceLimits, ElementType, Error, Factor, IndexForm, KernelOrder, Layout, LpPool, MaxPool, Padding, PaddingMode,
    Pass, PlanOptions, PlanSpec, PoolPass, Strategy,
};

const FIRST: Layout = Layout::ChannelsFirst;
const LAST: Layout = Layout::ChannelsLast;

/// Every plan of the catalogue with a title for failures.
pub fn catalogue() -> Vec<(String, PlanSpec)> {
    let mut plans = Vec::new();
    convolutions_of_rank::<1>(&mut plans);
    convolutions_of_rank::<2>(&mut plans);
    convolutions_of_rank::<3>(&mut plans);
    padding_modes_of_rank::<1>(&mut plans);
    padding_modes_of_rank::<2>(&mut plans);
    padding_modes_of_rank::<3>(&mut plans);
    shared_of_rank::<1>(&mut plans);
    shared_of_rank::<2>(&mut plans);
    shared_of_rank::<3>(&mut plans);
    every_tile(&mut plans);
    of_other_types(&mut plans);
    transposed_of_rank::<1>(&mut plans);
    transposed_of_rank::<2>(&mut plans);
    transposed_of_rank::<3>(&mut plans);
    every_kernel_without_tiles(&mut plans);
    classes_of_a_stride(&mut plans);
    rows_with_a_stride(&mut plans);
    copied_rows(&mut plans);
    every_store_of_winograd(&mut plans);
    every_store_of_phases(&mut plans);
    poolings_of_rank::<1>(&mut plans);
    poolings_of_rank::<2>(&mut plans);
    poolings_of_rank::<3>(&mut plans);
    assert!(plans.len() > 150, "only {} plans", plans.len());
    plans
}

/// What every WebGPU device has, and the subgroups that some kernels need.
fn limits() -> DeviceLimits {
    let mut limits = DeviceLimits::default();
    limits.subgroup_size = 8;
    limits
}

/// The last D of three numbers, for the axes depth, height, width.
fn last<const D: usize>(all: [usize; 3]) -> [usize; D] {
    std::array::from_fn(|d| all[3 - D + d])
}

/// A window: taps, stride, dilation, padding.
type Window<const D: usize> = ([usize; D], [usize; D], [usize; D], Padding<D>);

fn windows<const D: usize>() -> Vec<Window<D>> {
    let ones = [1; D];
    vec![
        (ones, ones, ones, Padding::Valid),
        (last([2, 3, 5]), ones, ones, Padding::Valid),
        (last([3, 5, 3]), ones, ones, Padding::Same),
        (last([2, 4, 6]), ones, ones, Padding::SameLow),
        (last([1, 3, 2]), last([3, 1, 2]), ones, Padding::Symmetric(last([0, 2, 1]))),
        (last([3, 2, 4]), last([2, 3, 1]), last([1, 2, 3]), Padding::Explicit { low: ones, high: [0; D] }),
        (last([3, 3, 2]), last([4, 5, 7]), last([2, 1, 4]), Padding::Explicit { low: [0; D], high: ones }),
        (last([2, 1, 7]), last([2, 2, 3]), last([1, 1, 2]), Padding::Same),
    ]
}

fn shape<const D: usize>(leading: [usize; 2], spatial: [usize; D]) -> Vec<usize> {
    leading.into_iter().chain(spatial).collect()
}

/// Squares of windows without dilation, at channel counts of every tile and widths of whole fours and others.
fn every_kernel_without_tiles(plans: &mut Vec<(String, PlanSpec)>) {
    let gpu = limits();
    let mut software = limits();
    software.is_software = true;
    for (taps, stride) in
        [(1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (5, 1), (5, 2), (7, 1), (7, 2), (11, 4)]
    {
        for (channels, outputs, groups) in
            [(4, 4, 4), (6, 6, 6), (3, 3, 1), (4, 4, 1), (8, 8, 1), (16, 8, 1), (16, 16, 1), (32, 32, 1)]
        {
            for (width, low) in [(24, (taps - 1) / 2), (14 + taps, 0), (15 + taps, 0), (21, 1.min(taps - 1))] {
                let padding = Padding::Explicit { low: [taps / 2, low], high: [taps / 2, low] };
                let conv = Conv::<2>::new([taps; 2]).stride([stride; 2]).padding(padding).groups(groups);
                let conv = conv.build().unwrap();
                // Of the larger batch a slice is long enough for the lanes of a subgroup.
                let batch = if groups == 6 { 40 } else { 2 };
                let (x, w) = ([batch, channels, 13, width], [outputs, channels / groups, taps, taps]);
                let shapes = ConvShapes::new(&x, &w);
                let of = |algorithm, layouts: [Layout; 2]| (algorithm, shapes.layouts(layouts[0], layouts[1]));
                let ways = [
                    of(Algorithm::Subgroup, [FIRST; 2]),
                    of(Algorithm::Depthwise, [FIRST; 2]),
                    of(Algorithm::Depthwise, [LAST; 2]),
                    of(Algorithm::Depthwise, [LAST, FIRST]),
                ];
                for pass in [Pass::Forward, Pass::InputGrad, Pass::KernelGrad] {
                    for (algorithm, shapes) in ways {
                        let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
                        for limits in [&software, &gpu] {
                            if let Ok(spec) = conv.plan_spec(limits, pass, shapes, &options) {
                                plans.push((spec.to_string(), spec));
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Both classes of a stride along the only axis, and all four along two, in rows of dy of whole fours and others.
fn classes_of_a_stride(plans: &mut Vec<(String, PlanSpec)>) {
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    for (taps, low, widths) in
        [(3, 1, [16, 14]), (3, 0, [17, 14]), (2, 0, [16, 14]), (4, 1, [16, 14]), (4, 0, [16, 14])]
    {
        let conv = Conv::<1>::new([taps]).stride([2]).padding(Padding::Symmetric([low])).build().unwrap();
        let w = [5, 16, taps];
        let shapes = ConvShapes::new(&[2, 16, 13], &w);
        let spec = conv.plan_spec(&limits(), Pass::InputGrad, shapes, &options).unwrap();
        plans.push((format!("{conv:?} both classes"), spec));
        for width in widths {
            let conv = Conv::<2>::new([taps; 2]).stride([2; 2]).padding(Padding::Symmetric([low; 2])).build().unwrap();
            let (x, w) = ([2, 16, 13, width], [5, 16, taps, taps]);
            let spec = conv.plan_spec(&limits(), Pass::InputGrad, ConvShapes::new(&x, &w), &options).unwrap();
            plans.push((format!("{conv:?} four classes, {width} wide"), spec));
        }
    }
}

/// Every tile of pairs of rows with stride 2, by rows of x and y of whole fours, of x alone, and of others; of six taps, and of one row,
/// which are other kernels'; and kernel gradients of one channel a lane and two.
fn rows_with_a_stride(plans: &mut Vec<(String, PlanSpec)>) {
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    let tiles = [16, 12, 13].into_iter().flat_map(|width| [32, 16, 8].map(|outputs| (width, outputs)));
    for (taps, low, high) in [(2, 0, 0), (3, 0, 1), (3, 1, 1), (4, 1, 1), (5, 2, 2), (6, 2, 2), (7, 3, 3)] {
        let padding = Padding::Explicit { low: [low; 2], high: [high; 2] };
        let conv = Conv::<2>::new([taps; 2]).stride([2; 2]).padding(padding).build().unwrap();
        for (width, outputs) in tiles.clone() {
            let (x, w) = ([2, 5, 12, width], [outputs, 5, taps, taps]);
            let spec = conv.plan_spec(&limits(), Pass::Forward, ConvShapes::new(&x, &w), &options).unwrap();
            plans.push((format!("{conv:?} two rows, {width} wide"), spec));
        }
    }
    let conv = Conv::<1>::new([3]).stride([2]).padding(Padding::Symmetric([1])).build().unwrap();
    for (pass, channels) in [(Pass::Forward, 5), (Pass::KernelGrad, 5), (Pass::KernelGrad, 16)] {
        for (width, outputs) in tiles.clone() {
            let (x, w) = ([2, channels, width], [outputs, channels, 3]);
            let spec = conv.plan_spec(&limits(), pass, ConvShapes::new(&x, &w), &options).unwrap();
            plans.push((format!("{conv:?} one row, {width} wide"), spec));
        }
    }
}

/// Rows of x and dy in whole fours first; kernels of both orders, added to what there is and not.
fn copied_rows(plans: &mut Vec<(String, PlanSpec)>) {
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    let orders = [KernelOrder::OutIn, KernelOrder::InOut].into_iter();
    let windows = [(3, 1), (3, 2), (4, 1), (4, 2)];
    for (order, (taps, stride)) in orders.flat_map(|order| windows.map(|window| (order, window))) {
        let padding = Padding::Symmetric([1; 2]);
        let conv = Conv::<2>::new([taps; 2]).stride([stride; 2]).padding(padding).kernel_order(order).build().unwrap();
        let w = [64, 64, taps, taps];
        for addend in [Addend::None, Addend::Output(Factor::ONE)] {
            let shapes = ConvShapes { addend, ..ConvShapes::new(&[2, 64, 9, 7], &w) };
            let spec = conv.plan_spec(&limits(), Pass::KernelGrad, shapes, &options).unwrap();
            plans.push((format!("{conv:?} copied rows"), spec));
        }
    }
}

/// With every activation, and each addend.
fn every_store_of_winograd(plans: &mut Vec<(String, PlanSpec)>) {
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Winograd), ..PlanOptions::default() };
    let addends = [Addend::None, Addend::Residual(Factor::ONE), Addend::Output(Factor::ONE)];
    for (i, &activation) in Activation::ALL.iter().enumerate() {
        let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).activation(activation).build().unwrap();
        let shapes = ConvShapes::new(&[2, 5, 9, 7], &[6, 5, 3, 3]);
        let shapes = ConvShapes { bias: i % 2 == 0, addend: addends[i % 3], through: activation, ..shapes };
        for pass in [Pass::Forward, Pass::InputGrad] {
            let spec = conv.plan_spec(&limits(), pass, shapes, &options).unwrap();
            plans.push((format!("{conv:?} {pass:?} winograd"), spec));
        }
    }
}

/// The same of input gradients whose classes become channels, and of transposed convolutions that are computed so.
fn every_store_of_phases(plans: &mut Vec<(String, PlanSpec)>) {
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    let addends = [Addend::None, Addend::Residual(Factor::ONE), Addend::Output(Factor::ONE)];
    for (i, &activation) in Activation::ALL.iter().enumerate() {
        let with = |shapes| ConvShapes { bias: i % 2 == 0, addend: addends[i % 3], through: activation, ..shapes };
        let conv = Conv::<2>::new([11, 11]).stride([4, 4]).build().unwrap();
        let shapes = with(ConvShapes::new(&[2, 3, 19, 23], &[8, 3, 11, 11]));
        let spec = conv.plan_spec(&limits(), Pass::InputGrad, shapes, &options).unwrap();
        plans.push((format!("{conv:?} phases"), spec));
        let transposed = ConvTranspose::<2>::new([11, 11]).stride([4, 4]).activation(activation).build().unwrap();
        let shapes = with(ConvShapes::new(&[2, 8, 3, 4], &[8, 3, 11, 11]));
        let spec = transposed.plan_spec(&limits(), Pass::Forward, shapes, &options).unwrap();
        plans.push((format!("{transposed:?} phases"), spec));
    }
}

fn convolutions_of_rank<const D: usize>(plans: &mut Vec<(String, PlanSpec)>) {
    // Few channels, and as many as the tiles of the kernels have; rows of whole blocks of 4, and others.
    let shapes = [
        (1, 5, 23),
        (3, 9, 23),
        (6, 12, 23),
        (6, 6, 23),
        (1, 16, 23),
        (1, 16, 24),
        (1, 33, 24),
        (1, 33, 23),
        (1, 5, 24),
        (1, 32, 24),
        (1, 8, 23),
    ];
    let mut turn = 0;
    for (taps, stride, dilation, padding) in windows::<D>() {
        for (groups, channels_out, width) in shapes {
            let channels_in = match channels_out {
                8 => 8,
                few if few <= 12 => 6,
                many => 16 * (many / 16),
            };
            let x = shape([3, channels_in], last::<D>([9, 14, width]));
            let w = shape([channels_out, channels_in / groups], taps);
            let conv = Conv::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).groups(groups);
            // In turns, so that every kernel meets several.
            turn += 1;
            let activation = Activation::ALL[turn % Activation::ALL.len()];
            let with_all = conv.activation(activation).build().unwrap();
            let conv = conv.build().unwrap();
            let one = Factor::ONE;
            let addend = [Addend::Residual(one), Addend::Output(one), Addend::None][turn / 8 % 3];
            for pass in Pass::ALL {
                let plain = ConvShapes::new(&x, &w);
                let all = ConvShapes { bias: true, addend, through: activation, ..plain };
                let some_last = if turn % 2 == 0 { all.layouts(LAST, FIRST) } else { all.layouts(FIRST, LAST) };
                let from_last = plain.layouts(LAST, FIRST);
                let all_last = plain.layouts(LAST, LAST);
                for (conv, shapes) in
                    [(conv, plain), (with_all, all), (conv, all_last), (conv, from_last), (with_all, some_last)]
                {
                    for &algorithm in Algorithm::ALL {
                        let strategy = Strategy::Fixed(algorithm);
                        let options = PlanOptions { strategy, ..PlanOptions::default() };
                        match conv.plan_spec(&limits(), pass, shapes, &options) {
                            Err(Error::AlgorithmUnavailable { .. }) => continue,
                            spec => plans.push((format!("{conv:?} {pass:?} {algorithm}"), spec.unwrap())),
                        }
                    }
                }
            }
        }
    }
}

/// Padding other than zeros, where the extents allow it.
fn padding_modes_of_rank<const D: usize>(plans: &mut Vec<(String, PlanSpec)>) {
    let mut software = limits();
    software.is_software = true;
    for (taps, stride, dilation, padding) in windows::<D>() {
        for mode in &PaddingMode::ALL[1..] {
            for (groups, channels_out, through) in [(1, 9, Activation::None), (6, 6, Activation::Tanh)] {
                let (x, w) = (shape([3, 6], last::<D>([9, 14, 24])), shape([channels_out, 6 / groups], taps));
                let conv = Conv::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).groups(groups);
                let conv = conv.padding_mode(*mode).build().unwrap();
                for pass in [Pass::Forward, Pass::InputGrad, Pass::KernelGrad] {
                    for limits in [&limits(), &software] {
                        push_every_algorithm(plans, &format!("{conv:?} {pass:?}"), |options| {
                            conv.plan_spec(limits, pass, ConvShapes::new(&x, &w).through(through), options)
                        });
                    }
                }
            }
        }
    }
}

/// Kernels that channels share, on planes of whole fours and others; channels in one dispatch and several.
fn shared_of_rank<const D: usize>(plans: &mut Vec<(String, PlanSpec)>) {
    let mut few_loops = limits();
    few_loops.max_loop_iterations = 30;
    for width in [23, 24] {
        let onto = Addend::Output(Factor::ONE);
        for (activation, addend) in [
            (Activation::None, Addend::None),
            (Activation::None, onto),
            (Activation::Relu, onto),
            (Activation::Sigmoid, Addend::None),
            (Activation::Tanh, Addend::None),
        ] {
            let (x, w) = (shape([3, 60], last::<D>([9, 14, width])), shape([6, 1], [3; D]));
            let conv = Conv::<D>::new([3; D]).shared_kernel(true).build().unwrap();
            let shapes = ConvShapes { addend, through: activation, ..ConvShapes::new(&x, &w) };
            for pass in [Pass::Forward, Pass::InputGrad, Pass::KernelGrad] {
                for (limits, layout) in [(&limits(), Layout::ChannelsFirst), (&few_loops, Layout::ChannelsLast)] {
                    let shapes = shapes.layouts(if width == 23 { layout } else { Layout::ChannelsFirst }, layout);
                    push_every_algorithm(plans, &format!("{conv:?} {pass:?}"), |options| {
                        conv.plan_spec(limits, pass, shapes, options)
                    });
                }
            }
        }
    }
}

/// Products of the tiles' own sizes on a device that any of them fills: every tile is the best one for some.
fn every_tile(plans: &mut Vec<(String, PlanSpec)>) {
    let mut limits = limits();
    limits.fill_invocations = 1;
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Tiled), ..PlanOptions::default() };
    for (i, (taps, stride, dilation, padding)) in [0, 2, 4, 5].map(|i| windows::<2>()[i]).into_iter().enumerate() {
        let conv = Conv::<2>::new(taps).stride(stride).dilation(dilation).padding(padding).build().unwrap();
        for (channels_in, channels_out) in [(14, 16), (32, 32), (64, 64), (7, 64), (64, 128), (128, 128)] {
            for (batch, spatial) in [(4, [4, 12]), (1, [8, 12]), (4, [32, 48])] {
                let (x, w) = (shape([batch, channels_in], spatial), shape([channels_out, channels_in], taps));
                for pass in [Pass::Forward, Pass::InputGrad, Pass::KernelGrad] {
                    // A layout more for all windows but one.
                    let layouts = if i == 1 { &[FIRST][..] } else { &[FIRST, LAST] };
                    for &layout in layouts {
                        let plain = ConvShapes::new(&x, &w).layouts(layout, layout);
                        for shapes in [plain, plain.residual(Factor::ONE).through(Activation::Gelu)] {
                            let spec = conv.plan_spec(&limits, pass, shapes, &options).unwrap();
                            plans.push((format!("{conv:?} {pass:?} tiled"), spec));
                        }
                    }
                }
            }
        }
    }
}

/// Types of 16 bits, and reductions longer than an invocation may loop: their sums are rounded by a pass of their own.
fn of_other_types(plans: &mut Vec<(String, PlanSpec)>) {
    let mut short = limits();
    short.max_loop_iterations = 12;
    let half = Factor::new(0.5).unwrap();
    let (x, w) = ([2, 4, 9, 14], [6, 4, 3, 2]);
    let conv = Conv::<2>::new([3, 2]).padding(Padding::Same);
    for element in [ElementType::F16, ElementType::Bf16] {
        for (activation, addend) in [
            (Activation::None, Addend::None),
            (Activation::Relu, Addend::Residual(half)),
            (Activation::Tanh, Addend::Output(half)),
            (Activation::Gelu, Addend::Residual(Factor::ONE)),
        ] {
            let conv = conv.activation(activation).build().unwrap();
            let shapes =
                ConvShapes { bias: true, addend, through: activation, ..ConvShapes::new(&x, &w).element(element) };
            for limits in [limits(), short] {
                for pass in Pass::ALL {
                    push_every_algorithm(plans, &format!("{conv:?} {pass:?} {element}"), |options| {
                        conv.plan_spec(&limits, pass, shapes, options)
                    });
                }
            }
        }
        for problem in [
            MaxPool::<2>::new([3, 2]).stride([2, 1]).build().unwrap().problem(&x),
            AvgPool::<2>::new([3, 2]).stride([2, 1]).build().unwrap().problem(&x),
            LpPool::<2>::new([3, 2]).stride([2, 1]).build().unwrap().problem(&x),
        ] {
            for pass in [PoolPass::Forward, PoolPass::Backward] {
                let problem = problem.clone().unwrap().of_type(element);
                for layout in [Layout::ChannelsFirst, Layout::ChannelsLast] {
                    let problem = problem.clone().in_layouts(layout, layout);
                    for limits in [limits(), short] {
                        push_every_algorithm(plans, &format!("{problem:?} {pass:?}"), |options| {
                            problem.plan_spec(&limits, pass, options)
                        });
                    }
                }
            }
        }
    }
}

/// Epilogues that no convolution's input gradient, or forward, has.
fn transposed_of_rank<const D: usize>(plans: &mut Vec<(String, PlanSpec)>) {
    let addends = [Addend::None, Addend::Residual(Factor::ONE), Addend::Output(Factor::ONE)];
    let mut turn = 0;
    for (taps, stride, dilation, padding) in windows::<D>() {
        for (groups, per_group) in [(1, 9), (16, 1)] {
            let (x, w) = (shape([2, 16], last::<D>([5, 6, 8])), shape([16, per_group], taps));
            let conv = ConvTranspose::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).groups(groups);
            for pass in [Pass::Forward, Pass::InputGrad] {
                turn += 1;
                let activation = Activation::ALL[turn % Activation::ALL.len()];
                let conv = conv.activation(activation).build().unwrap();
                let shapes = ConvShapes { addend: addends[turn / 3 % 3], ..ConvShapes::new(&x, &w).with_bias() };
                push_every_algorithm(plans, &format!("{conv:?} {pass:?}"), |options| {
                    conv.plan_spec(&limits(), pass, shapes.through(activation), options)
                });
            }
        }
    }
}

fn poolings_of_rank<const D: usize>(plans: &mut Vec<(String, PlanSpec)>) {
    // Results of whole vec4s, and others.
    let x = shape([3, 4], last::<D>([9, 14, 23]));
    poolings_of::<D>(&x, plans);
    poolings_of::<D>(&shape([1, 3], last::<D>([9, 13, 23])), plans);
    channels_last_of::<D>(&x, plans);
    rows_of_fours::<D>(plans);
}

/// Rows of whole fours under windows and between them.
fn rows_of_fours<const D: usize>(plans: &mut Vec<(String, PlanSpec)>) {
    let (x, limits) = (shape([2, 3], [16; D]), DeviceLimits::default());
    for (taps, stride, padding) in [([2; D], [2; D], [0; D]), ([3; D], [1; D], [1; D]), ([4; D], [2; D], [1; D])] {
        let padding = Padding::Symmetric(padding);
        let max = MaxPool::<D>::new(taps).stride(stride).padding(padding).build().unwrap();
        let average = AvgPool::<D>::new(taps).stride(stride).padding(padding).build().unwrap();
        for (problem, passes) in
            [(max.problem(&x), &PoolPass::ALL[..]), (average.problem(&x), &[PoolPass::Forward, PoolPass::Backward])]
        {
            let problem = problem.unwrap();
            for &pass in passes {
                push_every_algorithm(plans, &format!("{problem:?} {pass:?}"), |options| {
                    problem.plan_spec(&limits, pass, options)
                });
            }
        }
    }
}

/// Windows, strides and bins with all channels last, and with those of x.
fn channels_last_of<const D: usize>(x: &[usize], plans: &mut Vec<(String, PlanSpec)>) {
    let limits = DeviceLimits::default();
    for y_layout in [Layout::ChannelsLast, Layout::ChannelsFirst] {
        for (taps, stride) in [(3, 2), (2, 2), (2, 1), (3, 1), (4, 1)] {
            let (taps, stride) = ([taps; D], [stride; D]);
            let max = MaxPool::<D>::new(taps).stride(stride).build().unwrap();
            let average = AvgPool::<D>::new(taps).stride(stride).padding(Padding::Symmetric([1; D])).build().unwrap();
            let bins = AdaptiveAvgPool::<D>::new(taps).build().unwrap();
            for (problem, passes) in [
                (max.problem(x), &PoolPass::ALL[..]),
                (average.problem(x), &[PoolPass::Forward, PoolPass::Backward]),
                (bins.problem(x), &[PoolPass::Forward, PoolPass::Backward]),
            ] {
                let problem = problem.unwrap().in_layouts(Layout::ChannelsLast, y_layout);
                for &pass in passes {
                    push_every_algorithm(plans, &format!("{problem:?} {pass:?}"), |options| {
                        problem.plan_spec(&limits, pass, options)
                    });
                }
            }
        }
    }
}

fn poolings_of<const D: usize>(x: &[usize], plans: &mut Vec<(String, PlanSpec)>) {
    let limits = DeviceLimits::default();
    for (taps, stride, dilation, padding) in windows::<D>() {
        // A window of one tap takes no padding.
        let padding = if taps.contains(&1) { Padding::Valid } else { padding };
        for ceil_mode in [false, true] {
            let pool = MaxPool::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).ceil_mode(ceil_mode);
            let pool = pool.build().unwrap();
            for pass in PoolPass::ALL {
                push_every_algorithm(plans, &format!("{pool:?} {pass:?}"), |options| {
                    pool.plan_spec_with(&limits, pass, x, options)
                });
            }
            let pool = AvgPool::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).ceil_mode(ceil_mode);
            let pool = pool.count_include_pad(ceil_mode).build().unwrap();
            for pass in [PoolPass::Forward, PoolPass::Backward] {
                push_every_algorithm(plans, &format!("{pool:?} {pass:?}"), |options| {
                    pool.plan_spec_with(&limits, pass, x, options)
                });
            }
            let p = if ceil_mode { 2.0 } else { taps[0] as f32 };
            let pool = LpPool::<D>::new(taps).stride(stride).dilation(dilation).padding(padding).ceil_mode(ceil_mode);
            let pool = pool.p(p).build().unwrap();
            for pass in [PoolPass::Forward, PoolPass::Backward] {
                push_every_algorithm(plans, &format!("{pool:?} {pass:?}"), |options| {
                    pool.plan_spec_with(&limits, pass, x, options)
                });
            }
        }
    }
    adaptive_of::<D>(x, plans);
}

/// Uneven bins, and one window for each plane, on a GPU and on a software device.
fn adaptive_of<const D: usize>(x: &[usize], plans: &mut Vec<(String, PlanSpec)>) {
    for is_software in [false, true] {
        let mut limits = limits();
        limits.is_software = is_software;
        for (outputs, x) in [(last::<D>([2, 5, 6]), x.to_vec()), ([1; D], x.to_vec()), ([1; D], shape([2, 3], [41; D]))]
        {
            let max = AdaptiveMaxPool::<D>::new(outputs).indices(IndexForm::Flat).build().unwrap();
            for pass in PoolPass::ALL {
                push_every_algorithm(plans, &format!("{max:?} {pass:?}"), |options| {
                    max.plan_spec_with(&limits, pass, &x, options)
                });
            }
            let average = AdaptiveAvgPool::<D>::new(outputs).build().unwrap();
            for pass in [PoolPass::Forward, PoolPass::Backward] {
                push_every_algorithm(plans, &format!("{average:?} {pass:?}"), |options| {
                    average.plan_spec_with(&limits, pass, &x, options)
                });
            }
        }
        let whole: [usize; D] = std::array::from_fn(|d| x[d + 2]);
        for p in [1.0, 2.0, 3.0] {
            let norm = LpPool::<D>::new(whole).p(p).build().unwrap();
            push_every_algorithm(plans, &format!("{norm:?}"), |options| {
                norm.plan_spec_with(&limits, PoolPass::Forward, x, options)
            });
        }
    }
}

/// The plan by every algorithm that takes the problem.
fn push_every_algorithm(
    plans: &mut Vec<(String, PlanSpec)>,
    title: &str,
    plan: impl Fn(&PlanOptions) -> Result<PlanSpec, Error>,
) {
    for &algorithm in Algorithm::ALL {
        let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
        match plan(&options) {
            Err(Error::AlgorithmUnavailable { .. }) => continue,
            spec => plans.push((format!("{title} {algorithm}"), spec.unwrap())),
        }
    }
}
