//! The README's table of what there is: every row can be planned in every rank, with every option, in every pass that it
//! names, and nothing that is here is missing from it.

use wgconv::{
    Activation, AdaptiveAvgPool, AdaptiveMaxPool, Addend, AvgPool, Context, Conv, ConvShapes, ConvTranspose,
    DeviceLimits, ElementType, Factor, IndexForm, KernelOrder, Layout, LpPool, MaxPool, Padding, PaddingMode, Pass,
    PlanOptions, PoolPass, PoolProblem, Program, Result, nn,
};

/// Operator, ranks, options, passes.
type Row = [&'static str; 4];

fn rows() -> Vec<Row> {
    let readme = include_str!("../README.md");
    let (_, section) = readme.split_once("## What there is").unwrap();
    let table = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        cells.try_into().unwrap_or_else(|_| panic!("four cells: {line}"))
    };
    table.skip(2).map(cells).collect()
}

fn row(operator: &str) -> Row {
    rows().into_iter().find(|row| row[0] == operator).unwrap_or_else(|| panic!("no row {operator}"))
}

fn list(cell: &'static str) -> Vec<&'static str> {
    cell.split([',', ';']).map(str::trim).collect()
}

const CONVOLUTION: [&str; 10] = [
    "kernel size",
    "stride",
    "dilation",
    "low and high padding",
    "`Same`",
    "`SameLow`",
    "`Valid`",
    "groups",
    "depthwise with multiplier",
    "bias",
];

const SHARED: &str = "kernels shared by the channels of a group";
const MODES: &str = "`Reflect` `Replicate` `Circular` padding";

const ACTIVATIONS: [(&str, Activation); 6] = [
    ("ReLU", Activation::Relu),
    ("leaky ReLU", LEAKY),
    ("sigmoid", Activation::Sigmoid),
    ("tanh", Activation::Tanh),
    ("SiLU", Activation::Silu),
    (GELU, Activation::Gelu),
];
const LEAKY: Activation = Activation::ALL[2];
const GELU: &str = "GELU (exact and by tanh)";
const IN_FORWARD: &str = "GELU (exact and by tanh) in forward";
const THROUGH: &str = "input gradient on through any of them";
const ONTO: &str = "adding to the output";

/// A builder with an option of the table: those that are given, or one that all have.
macro_rules! with_option {
    ($option:expr, $builder:expr $(, $name:pat => $with:expr)* $(,)?) => {
        match $option {
            $($name => $with,)*
            "kernel size" | "window" => $builder,
            "stride" => $builder.stride([2; D]),
            "dilation" => $builder.dilation([2; D]),
            "low and high padding" => $builder.padding(Padding::Explicit { low: [1; D], high: [0; D] }),
            other => panic!("there is no {other}"),
        }
    };
}

/// The same with what both kinds of convolution have.
macro_rules! with_option_of_convolutions {
    ($option:expr, $builder:expr $(, $name:pat => $with:expr)* $(,)?) => {
        with_option!(
            $option,
            $builder,
            "bias" | LAYOUTS | TYPES => $builder,
            KERNELS => $builder.kernel_order(exchanged($builder.build()?.kernel_order())),
            "`Same`" => $builder.padding(Padding::Same),
            "`SameLow`" => $builder.padding(Padding::SameLow),
            "`Valid`" => $builder.padding(Padding::Valid),
            "groups" | "depthwise with multiplier" => $builder.groups(channels($option).0),
            "residual" | THROUGH | ONTO => $builder,
            IN_FORWARD => $builder.activation(Activation::GeluTanh),
            "ReLU" | "leaky ReLU" | "sigmoid" | "tanh" | "SiLU" => $builder.activation(activation($option)),
            $($name => $with),*
        )
    };
}

const TYPES: &str = "f32 f16 or bf16";
const LAYOUTS: &str = "channels of x and of y first or last";
const KERNELS: &str = "kernels by output or by input channel";

fn exchanged(order: KernelOrder) -> KernelOrder {
    if order == KernelOrder::OutIn { KernelOrder::InOut } else { KernelOrder::OutIn }
}

/// The types that an option stands for.
fn types(option: &str) -> &'static [ElementType] {
    if [TYPES, SHARED].contains(&option) { &ElementType::ALL } else { &ElementType::ALL[..1] }
}

/// The shapes of an option, in all layouts and types that it has.
fn all_layouts<'a>(option: &str, shapes: ConvShapes<'a>) -> Vec<ConvShapes<'a>> {
    let layouts = [Layout::ChannelsFirst, Layout::ChannelsLast];
    let layouts = if option == LAYOUTS { &layouts[..] } else { &layouts[..1] };
    let all = layouts.iter().flat_map(|&x| layouts.iter().map(move |&y| shapes.layouts(x, y)));
    all.flat_map(|shapes| types(option).iter().map(move |&element| shapes.element(element))).collect()
}

/// w of an option, from its usual shape.
fn kernel(option: &str, mut w: Vec<usize>) -> Vec<usize> {
    if option == KERNELS {
        w.swap(0, 1);
    }
    w
}

/// Channels of x and of w's second axis in a forward of 4 input channels, or of groups.
fn channels(option: &str) -> (usize, usize) {
    match option {
        "groups" => (2, 2),
        "depthwise with multiplier" => (4, 1),
        SHARED => (1, 1),
        _ => (1, 4),
    }
}

fn spatial<const D: usize>(leading: [usize; 2], extent: usize) -> Vec<usize> {
    leading.into_iter().chain([extent; D]).collect()
}

fn plan_conv<const D: usize>(option: &str) -> Result<()> {
    let builder = Conv::<D>::new([3; D]);
    let conv = with_option_of_convolutions!(
        option,
        builder,
        MODES => builder.padding(Padding::Same),
        SHARED => builder.shared_kernel(true),
    );
    let (x, w) = (spatial::<D>([2, 4], 7), kernel(option, spatial::<D>([8, channels(option).1], 3)));
    let modes = if option == MODES { &PaddingMode::ALL[1..] } else { &PaddingMode::ALL[..1] };
    for &mode in modes {
        let conv = conv.padding_mode(mode).build()?;
        plan_shapes(option, &x, &w, |pass, shapes| {
            conv.plan_spec(&DeviceLimits::default(), pass, shapes, &PlanOptions::default()).map(drop)
        })?;
    }
    Ok(())
}

/// Every pass with what an option of both kinds of convolution says of the shapes.
fn plan_shapes(
    option: &str,
    x: &[usize],
    w: &[usize],
    plan: impl Fn(Pass, ConvShapes<'_>) -> Result<()>,
) -> Result<()> {
    let addend = match option {
        "residual" => Addend::Residual(Factor::ONE),
        ONTO => Addend::Output(Factor::new(0.5)?),
        _ => Addend::None,
    };
    for &through in if option == THROUGH { Activation::ALL } else { &[Activation::None] } {
        let shapes = ConvShapes { bias: option == "bias", addend, through, ..ConvShapes::new(x, w) };
        for shapes in all_layouts(option, shapes) {
            Pass::ALL.into_iter().try_for_each(|pass| plan(pass, shapes))?;
        }
    }
    Ok(())
}

fn activation(name: &str) -> Activation {
    ACTIVATIONS.into_iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("there is no {name}")).1
}

fn plan_transposed<const D: usize>(option: &str) -> Result<()> {
    let builder = ConvTranspose::<D>::new([3; D]);
    let conv = with_option_of_convolutions!(
        option,
        builder,
        "output padding" => builder.stride([2; D]).output_padding([1; D]),
        "output shape" => builder.stride([2; D]).output_shape([16; D]),
        SHARED => builder.shared_kernel(true),
    );
    let conv = conv.build()?;
    let (x, w) = (spatial::<D>([2, 4], 7), kernel(option, spatial::<D>([if option == SHARED { 1 } else { 4 }, 2], 3)));
    plan_shapes(option, &x, &w, |pass, shapes| {
        conv.plan_spec(&DeviceLimits::default(), pass, shapes, &PlanOptions::default()).map(drop)
    })
}

const BY_PLANE: &str = "indices of a plane (PyTorch)";
const FLAT: &str = "of the whole tensor (ONNX)";
const LAST: &str = "channels last";

/// Plans passes of a pooling, with the layout and the types of an option.
fn plan_pool(option: &str, problem: Result<PoolProblem>, passes: &[PoolPass]) -> Result<()> {
    let layout = if option == LAST { Layout::ChannelsLast } else { Layout::ChannelsFirst };
    let problem = problem?.in_layouts(layout, layout);
    let limits = DeviceLimits::default();
    types(option).iter().try_for_each(|&element| {
        let problem = problem.clone().of_type(element);
        passes.iter().try_for_each(|&pass| problem.plan_spec(&limits, pass, &PlanOptions::default()).map(drop))
    })
}

fn plan_max<const D: usize>(option: &str) -> Result<()> {
    let builder = MaxPool::<D>::new([2; D]);
    let pool = with_option!(
        option,
        builder,
        "ceil mode" => builder.ceil_mode(true),
        BY_PLANE => builder.indices(IndexForm::Plane),
        FLAT => builder.indices(IndexForm::Flat),
        LAST => builder.result_layout(Layout::ChannelsLast),
        TYPES => builder,
    );
    let pool = pool.build()?;
    let x = spatial::<D>([2, 3], 7);
    plan_pool(option, pool.problem(&x), &PoolPass::ALL)
}

fn plan_adaptive_max<const D: usize>(option: &str) -> Result<()> {
    let builder = AdaptiveMaxPool::<D>::new([3; D]);
    let pool = match option {
        "output size" => builder.build()?,
        "global" => AdaptiveMaxPool::<D>::global(),
        LAST => builder.result_layout(Layout::ChannelsLast).build()?,
        TYPES => builder.build()?,
        BY_PLANE => builder.indices(IndexForm::Plane).build()?,
        FLAT => builder.indices(IndexForm::Flat).build()?,
        other => panic!("there is no {other}"),
    };
    let x = spatial::<D>([2, 3], 7);
    plan_pool(option, pool.problem(&x), &PoolPass::ALL)
}

fn plan_adaptive_average<const D: usize>(option: &str) -> Result<()> {
    let pool = match option {
        "output size" | TYPES => AdaptiveAvgPool::<D>::new([3; D]).build()?,
        "global" => AdaptiveAvgPool::<D>::global(),
        LAST => AdaptiveAvgPool::<D>::new([3; D]).result_layout(Layout::ChannelsLast).build()?,
        other => panic!("there is no {other}"),
    };
    let x = spatial::<D>([2, 3], 7);
    plan_pool(option, pool.problem(&x), &[PoolPass::Forward, PoolPass::Backward])
}

fn plan_lp<const D: usize>(option: &str) -> Result<()> {
    let builder = LpPool::<D>::new([2; D]);
    let pool = with_option!(
        option,
        builder,
        "ceil mode" => builder.ceil_mode(true),
        "any p of 1 and more" => builder.p(2.5),
        LAST => builder.result_layout(Layout::ChannelsLast),
        TYPES => builder,
    );
    let pool = pool.build()?;
    let x = spatial::<D>([2, 3], 7);
    plan_pool(option, pool.problem(&x), &[PoolPass::Forward, PoolPass::Backward])
}

fn plan_average<const D: usize>(option: &str) -> Result<()> {
    let builder = AvgPool::<D>::new([2; D]);
    let pool = with_option!(
        option,
        builder,
        "ceil mode" => builder.ceil_mode(true),
        "count-include-pad" => builder.count_include_pad(true),
        "divisor override" => builder.divisor_override(3),
        LAST => builder.result_layout(Layout::ChannelsLast),
        TYPES => builder,
    );
    let pool = pool.build()?;
    let x = spatial::<D>([2, 3], 7);
    plan_pool(option, pool.problem(&x), &[PoolPass::Forward, PoolPass::Backward])
}

/// A row whose options can be planned in three ranks, one each.
fn check(operator: &str, options: &[&str], passes: &[&str], plan: [fn(&str) -> Result<()>; 3]) {
    let [_, ranks, listed, listed_passes] = row(operator);
    assert_eq!(ranks, "1, 2, 3", "{operator}");
    assert_eq!(list(listed_passes), passes, "{operator}");
    let sorted = |mut list: Vec<_>| {
        list.sort_unstable();
        list
    };
    assert_eq!(sorted(list(listed)), sorted(options.to_vec()), "{operator}");
    for option in options {
        for (rank, plan) in (1..).zip(plan) {
            plan(option).unwrap_or_else(|error| panic!("{operator} of rank {rank} with {option}: {error}"));
        }
    }
}

#[test]
fn every_convolution_and_pooling_of_the_table_can_be_planned() {
    let passes = Pass::ALL.map(Pass::name);
    let mut convolution = CONVOLUTION.to_vec();
    convolution.push("residual");
    convolution.extend(ACTIVATIONS[..5].iter().map(|(name, _)| *name));
    convolution.extend([IN_FORWARD, THROUGH, ONTO, LAYOUTS, KERNELS, TYPES]);
    let mut transposed = convolution.clone();
    convolution.insert(7, MODES);
    convolution.insert(10, SHARED);
    check("`Conv`", &convolution, &passes, [plan_conv::<1>, plan_conv::<2>, plan_conv::<3>]);
    transposed.splice(7..7, ["output padding", "output shape", SHARED]);
    let plan = [plan_transposed::<1>, plan_transposed::<2>, plan_transposed::<3>];
    check("`ConvTranspose`", &transposed, &passes, plan);
    let window = ["window", "stride", "dilation", "low and high padding", "ceil mode"];
    let with = |more: &[&'static str]| [&window[..], more].concat();
    let passes = ["forward", "forward with indices", "backward", "unpool", "unpool backward"];
    check("`MaxPool`", &with(&[BY_PLANE, FLAT, LAST, TYPES]), &passes, [plan_max::<1>, plan_max::<2>, plan_max::<3>]);
    let plan = [plan_adaptive_max::<1>, plan_adaptive_max::<2>, plan_adaptive_max::<3>];
    check("`AdaptiveMaxPool`", &["output size", "global", BY_PLANE, FLAT, LAST, TYPES], &passes, plan);
    let passes = ["forward", "backward"];
    let plan = [plan_average::<1>, plan_average::<2>, plan_average::<3>];
    check("`AvgPool`", &with(&["count-include-pad", "divisor override", LAST, TYPES]), &passes, plan);
    check(
        "`LpPool`",
        &with(&["any p of 1 and more", LAST, TYPES]),
        &passes,
        [plan_lp::<1>, plan_lp::<2>, plan_lp::<3>],
    );
    let plan = [plan_adaptive_average::<1>, plan_adaptive_average::<2>, plan_adaptive_average::<3>];
    check("`AdaptiveAvgPool`", &["output size", "global", LAST, TYPES], &passes, plan);
}

/// What the rest of the table names, recorded; and no row but these.
#[test]
fn the_rest_of_the_table_is_there() {
    let ctx = Context::new_blocking().unwrap_or_else(|error| panic!("{error}"));
    let zeros = |shape: &[usize]| ctx.zeros::<f32>(shape).unwrap();
    let mut program = Program::new(&ctx);
    let (x, w, b) = (zeros(&[2, 3]), zeros(&[4, 3]), zeros(&[4]));
    let pools = ["`MaxPool`", "`AvgPool`", "`LpPool`", "`AdaptiveMaxPool`", "`AdaptiveAvgPool`"];
    let mut known = ["`Conv`", "`ConvTranspose`"].into_iter().chain(pools).collect::<Vec<_>>();
    let mut record = |name, length: usize, add: &mut dyn FnMut(&mut Program) -> Result<()>| {
        let before = program.len();
        add(&mut program).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(program.len() - before, length, "{name}");
        known.push(name);
    };
    record("`nn` dense", 4, &mut |program| {
        let y = program.dense_forward(&x, &w, Some(&b))?;
        program.dense_input_grad(&y, &w)?;
        program.dense_kernel_grad(&x, &y)?;
        program.dense_bias_grad(&y).map(drop)
    });
    let activations = ACTIVATIONS.map(|(name, _)| name);
    assert_eq!(list(row("`nn` activations")[2]), [&activations[..], &[TYPES]].concat());
    record("`nn` activations", 2 * Activation::ALL.len(), &mut |program| {
        for &activation in Activation::ALL {
            let y = program.activate(activation, &x)?;
            program.activation_grad(activation, &y, &x)?;
        }
        Ok(())
    });
    let image = zeros(&[2, 4, 3]);
    record("`nn` batch normalisation", 3, &mut |program| {
        let norm = nn::BatchNorm::new().activation(Activation::Relu);
        let tensors = nn::BatchNormTensors::new(&ctx, 4)?;
        let saved = program.batch_norm_training(&norm, &image, &tensors, Some(&image))?;
        program.batch_norm_forward(&norm, &image, &tensors, None)?;
        let grads = program.batch_norm_backward(&norm, &image, &image, &tensors.w, &saved)?;
        assert_eq!((grads.dx.shape(), grads.dw.shape()), (image.shape(), &[4][..]));
        norm.plan_in(&ctx, nn::BatchNormPass::Backward, Layout::ChannelsLast, &[2, 4, 3])?;
        norm.fold(&[1.0; 8], None, [&[1.0; 4]; 4]).map(drop)
    });
    record("`nn` additions", 2, &mut |program| {
        program.add(&image, &image)?;
        program.add_relu(&image, &image).map(drop)
    });
    let step = ctx.zeros::<u32>(&[1]).unwrap();
    record("`nn` dropout", 2, &mut |program| {
        program.advance(&step)?;
        program.dropout(&nn::Dropout::new(0.5, 1)?, &image, &step).map(drop)
    });
    record("`nn` losses", 2, &mut |program| {
        program.half_squared_error(&x, &zeros(&[2, 3]))?;
        program.softmax_cross_entropy(&x, &ctx.zeros::<u32>(&[2])?).map(drop)
    });
    record("`nn` SGD", 2, &mut |program| {
        program.sgd(&w, &zeros(&[4, 3]), &zeros(&[4, 3]), &zeros(&[3]))?;
        program.sgd_nesterov(&w, &zeros(&[4, 3]), &zeros(&[4, 3]), &zeros(&[3]))
    });
    record("`nn` Adam", 2, &mut |program| {
        let (dw, m, v) = (zeros(&[4, 3]), zeros(&[4, 3]), zeros(&[4, 3]));
        let hyper = ctx.tensor(&[5], &nn::AdamHyper::default().values()?)?;
        program.adam(&w, &dw, [&m, &v], &hyper, &step)?;
        program.adamw(&w, &dw, [&m, &v], &hyper, &step)
    });
    assert_eq!(list(row("`layout`")[2]), ["channels last from channels first", "and back", TYPES]);
    for element in ElementType::ALL {
        wgconv::layout::plan(&ctx, element, [2, 3, 4], &PlanOptions::default()).unwrap();
    }
    record("`layout`", 2, &mut |program| {
        let last = program.to_channels_last(&image)?;
        program.to_channels_first(&last).map(drop)
    });
    record("`convert`", 1, &mut |program| program.convert::<f32, f32>(&image).map(drop));
    record("`nn::Schedule`", 0, &mut |_| {
        let cosine = nn::Schedule::Cosine { warm_up: 1, end: 0.0 };
        assert_eq!([0, 9].map(|step| cosine.factor(step, 9)), [1.0, 0.0]);
        Ok(())
    });
    record("`nn::init`", 0, &mut |_| {
        let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(1);
        assert_eq!(nn::init::normal(&mut rng, 3, 1.0).len(), 3);
        nn::init::kaiming_normal(&mut rng, &[4, 3]).map(drop)
    });
    assert_eq!(rows().iter().map(|row| row[0]).collect::<Vec<_>>(), known);
}

/// Rows of `nn` that name the types take them, and no others name them.
#[test]
fn operators_of_nn_take_the_types_that_the_table_says() {
    use nn::Elementwise::{Activate, Adam, Add, HalfSquaredError, Sgd};
    let ctx = Context::new_blocking().unwrap_or_else(|error| panic!("{error}"));
    let gradients = format!("gradients in {TYPES}");
    let with = |what: &str| -> Vec<&str> {
        let rows = rows().into_iter().filter(|row| row[0].starts_with("`nn`") && list(row[2]).contains(&what));
        rows.map(|row| row[0]).collect()
    };
    // A dense layer is a convolution, and has no plan of its own.
    let all = ["dense", "activations", "batch normalisation", "additions", "dropout", "losses"];
    assert_eq!(with(TYPES), all.map(|name| format!("`nn` {name}")));
    assert_eq!(with(&gradients), ["`nn` SGD", "`nn` Adam"]);
    for element in ElementType::ALL {
        for operator in [Activate(Activation::Relu), Add, HalfSquaredError, Sgd, Adam] {
            nn::plan_as(&ctx, operator, 5, element).unwrap();
        }
        nn::plan_softmax_cross_entropy_as(&ctx, 2, 3, element).unwrap();
        nn::Dropout::new(0.5, 1).unwrap().plan_as(&ctx, 5, element).unwrap();
        let (norm, pass) = (nn::BatchNorm::new(), nn::BatchNormPass::Backward);
        norm.plan_as(&ctx, pass, Layout::ChannelsLast, element, &[2, 4, 3]).unwrap();
    }
}
