//! Texts that are cases, texts that are not, and the round trip.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgconv::case::{Case, CaseAxis, ConvCase, ConvTransposeCase, GRAMMAR, NnCase, NnOperator, ParseError, PoolCase};
use wgconv::{
    Activation, Addend, ElementType, Error, Exponent, Factor, IndexForm, KernelOrder, Layout, PaddingMode, PoolKind,
};

fn parse(text: &str) -> Case {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn refuse(text: &str) -> ParseError {
    text.parse::<Case>().expect_err(text)
}

#[test]
fn letters_mean_what_the_table_says() {
    let Case::Conv(case) = parse("n2c6d5h7w9k4t1r2s3u2x1x3p0x1x2_3a1x2x1g2") else { panic!("a convolution") };
    let axis = |input, taps, stride, dilation, low, high| CaseAxis { input, taps, stride, dilation, low, high };
    assert_eq!((case.batch, case.channels_in, case.channels_out, case.groups), (2, 6, 4, 2));
    assert_eq!(case.axes, [axis(5, 1, 2, 1, 0, 0), axis(7, 2, 1, 2, 1, 1), axis(9, 3, 3, 1, 2, 3)]);
    assert_eq!((case.x_shape(), case.w_shape()), (vec![2, 6, 5, 7, 9], vec![4, 3, 1, 2, 3]));

    let Case::ConvTranspose(case) = parse("tconvn2c6h7w9k4r2s3u2x3p1a3x1o2x0g2") else { panic!("a transposed one") };
    assert_eq!((case.batch, case.channels_in, case.channels_out, case.groups), (2, 6, 4, 2));
    assert_eq!(case.axes, [axis(7, 2, 2, 3, 1, 1), axis(9, 3, 3, 1, 1, 1)]);
    assert_eq!(case.output_padding, [2, 0]);
    assert_eq!((case.x_shape(), case.w_shape()), (vec![2, 6, 7, 9], vec![6, 2, 2, 3]));

    let Case::Pool(case) = parse("avgc3h8w9r2s3ceilexclpaddiv5") else { panic!("a pooling") };
    assert_eq!(case.kind, PoolKind::Average { count_include_pad: false, divisor: Some(5) });
    assert_eq!((case.batch, case.channels, case.ceil_mode), (1, 3, true));
    assert_eq!(case.axes, [axis(8, 2, 2, 1, 0, 0), axis(9, 3, 3, 1, 0, 0)]);

    let Case::Pool(case) = parse("lpc3w9s3pow2.5") else { panic!("a norm") };
    assert_eq!(case.kind, PoolKind::Lp { p: Exponent::new(2.5).unwrap() });
    let Case::Pool(case) = parse("adaptmaxc3h7w9r2s3flat") else { panic!("an adaptive pooling") };
    assert_eq!((case.kind, case.indices, case.adaptive), (PoolKind::Max, IndexForm::Flat, true));
    assert_eq!(case.problem().unwrap().y_shape(), [1, 3, 2, 3]);

    let Case::Nn(case) = parse("bnn8c64h14w7addrelulastx") else { panic!("a normalisation") };
    assert_eq!(case.operator, NnOperator::BatchNorm { activation: Activation::Relu, residual: true });
    assert_eq!((case.x_shape(), case.x_layout), (vec![8, 64, 14, 7], Layout::ChannelsLast));
    assert_eq!(case.y_shape().unwrap(), case.x_shape());
    let Case::Nn(case) = parse("densen5c7k3") else { panic!("a dense layer") };
    assert_eq!((case.x_shape(), case.y_shape().unwrap()), (vec![5, 7], vec![5, 3]));
    let Case::Nn(case) = parse("convertc7d1h2w3f16tobf16") else { panic!("a conversion") };
    assert_eq!((case.element, case.operator), (ElementType::F16, NnOperator::Convert { target: ElementType::Bf16 }));
    // No `w`: the word goes before the letter.
    let Case::Nn(case) = parse("adamwc1000") else { panic!("an optimiser") };
    assert_eq!((case.operator, case.x_shape()), (NnOperator::AdamW, vec![1, 1000]));
}

#[test]
fn the_canonical_text_has_one_order_and_no_defaults() {
    for (text, canonical) in [
        ("n8c64h56w56k64r3s3p1", "n8c64h56w56k64r3s3p1"),
        ("p1s3r3k64w56h56c64n8", "n8c64h56w56k64r3s3p1"),
        ("n1c1w9k1s3u1p0a1g1", "c1w9k1s3"),
        ("c2h5w5k2r3s3u2x2p1_1x1a3x3g2", "c2h5w5k2r3s3u2p1a3g2"),
        ("c2h5w5k2r3s3p0x1_0", "c2h5w5k2r3s3p0x1_0"),
        ("c2h5w5k2r3s3p0_1", "c2h5w5k2r3s3p0_1"),
        ("tconvg1o0x0s2r2u2k4w8h8c6", "tconvc6h8w8k4r2s2u2"),
        ("tconvo1c6h8w8k4r2s2u2", "tconvc6h8w8k4r2s2u2o1"),
        ("tconvo1onto2geluc6h8w8k4r2s2u2", "tconvc6h8w8k4r2s2u2o1geluonto2"),
        ("maxceilr2s2c3h8w8", "maxc3h8w8r2s2ceil"),
        ("maxc3h8w8r2s3u2x3", "maxc3h8w8r2s3"),
        ("maxc3h8w8r2s3u1", "maxc3h8w8r2s3u1"),
        ("avgc3w8s2div4exclpad", "avgc3w8s2exclpaddiv4"),
        ("relur2s2c3h8w8k4", "c3h8w8k4r2s2relu"),
        ("res.5gelutanhr2s2c3h8w8k4", "c3h8w8k4r2s2gelutanhres0.5"),
        ("onto-2.0leaky0.01c3w8k4s2", "c3w8k4s2leaky0.01onto-2"),
        ("reflectr2s2reluc3h8w8p1k4g2", "c3h8w8k4r2s2p1reflectg2relu"),
        ("circularc3w8k4s2p1_0", "c3w8k4s2p1_0circular"),
        ("sharedc4w8k4s2g2silup1_0circular", "c4w8k4s2p1_0circularsharedg2silu"),
        ("s2p3k4w8replicatec3", "c3w8k4s2p3replicate"),
        ("lpc3w8s2pow2.0", "lpc3w8s2"),
        ("lppow1s2c3w8p1", "lpc3w8s2p1pow1"),
        ("maxflatr2s2c3h8w8ceil", "maxc3h8w8r2s2ceilflat"),
        ("adaptavgs2c3w8", "adaptavgc3w8s2"),
        ("bnn1c3", "bnc3"),
        ("bnreluaddw4c3lastxn2h5", "bnn2c3h5w4addrelulastx"),
        ("actleaky.5w4c3", "actc3w4leaky0.5"),
        ("addrelud2h3w4c5", "addc5d2h3w4relu"),
        ("dropoutprob0.50c9", "dropoutc9"),
        ("dropoutprob.25c9", "dropoutc9prob0.25"),
        ("densek3c7n5", "densen5c7k3"),
        ("transposelastxw4c3", "transposec3w4lastx"),
        ("adamf16c9", "adamc9f16"),
        ("converttof16c3bf16", "convertc3bf16tof16"),
        ("transposef16lastxc3w5", "transposec3w5lastxf16"),
    ] {
        assert_eq!(parse(text).to_string(), canonical, "{text}");
    }
    assert_eq!(format!("[{:>10}]", parse("c1w9k1s3")), "[  c1w9k1s3]");
}

#[test]
fn what_is_wrong_is_pointed_at() {
    for (text, position, expected) in [
        ("", 0, "`c` (channels of x)"),
        (
            "x",
            0,
            "one of relu leaky sigmoid tanh silu gelutanh gelu res onto reflect replicate circular f16 bf16 shared lastx lasty inout n c d h w k t r s u p a g",
        ),
        ("c1w9k1s3leaky", 13, "a finite decimal number after `leaky`"),
        ("c1w9k1s3onto1.2.3", 12, "a finite decimal number after `onto`"),
        ("c1w9k1s3relutanh", 12, "one activation, and there is `relu`"),
        ("c1w9k1s3res1onto1", 12, "`res` or `onto`, not both"),
        ("maxq", 3, "one of f16 bf16 lastx lasty ceil flat n c"),
        ("maxc64w56s3u2lastx2", 18, "one of f16 bf16 lastx lasty ceil flat n c"),
        ("lpc3w9s3pow", 11, "a number of at least 1 after `pow` (p of the norm)"),
        ("lpc3w9s3pow0.5", 11, "a number of at least 1 after `pow`"),
        ("lpc3w9s3pow2.5.1", 11, "a number of at least 1 after `pow`"),
        ("adaptavgc3w9s3u2", 14, "no `u` (stride) in adaptive average pooling"),
        ("avgc3w9s3flat", 9, "no `flat` (indices of the whole tensor) in average pooling"),
        ("n8c64h56w56kr3s3", 12, "a number after `k` (channels of y)"),
        ("n8c64h56w56k64r3s3r3", 18, "`r` (taps along the height) only once"),
        ("n8c64h56w56k64r3s3p", 19, "a number after `p` (padding)"),
        ("n8c64h56w56k64r3s3u2x", 21, "a number after `u` (stride)"),
        ("n8c64h56w56k64r3s3u2x2x2", 19, "one value for each of 2 axes, or one"),
        ("c1w9k1s3p1x1", 9, "one value for the only axis"),
        ("n8c64h56w56k64r3s3p1_2_3", 22, "one of relu leaky"),
        ("n8c64h56w56k64r3s3u1_2", 20, "one of relu leaky"),
        ("n8c64h56w56k0r3s3", 12, "at least 1 for `k`"),
        ("n8c4294967296h56", 3, "a number below 2^32 for `c`"),
        ("n8c-1", 3, "a number after `c`"),
        ("n8 c1", 2, "one of relu leaky"),
        ("N8", 0, "one of relu leaky"),
        ("n8c64h56k64r3s3", 15, "`w` (width of x)"),
        ("n8c64h56w56k64r3", 16, "`s` (taps along the width)"),
        ("n8c64h56w56r3s3", 15, "`k` (channels of y)"),
        ("n8c64w56k64r3s3", 11, "`h` too, if there is `r`"),
        ("c64h56w56k64t1r3s3", 12, "`d` too, if there is `t`"),
        ("maxc64w56k64s3", 9, "no `k` (channels of y) in max pooling"),
        ("maxc64w56s3div3", 11, "no `div` (divisor) in max pooling"),
        ("c8w9k4s3p1reflectcircular", 17, "only one of reflect, replicate and circular"),
        ("maxc8w9s3shared", 9, "no `shared` (kernels shared by all input channels) in max pooling"),
        ("tconvc8w9k4s3p1reflect", 15, "no `reflect` (padding mode) in a transposed convolution"),
        ("avgc8w9s3p1circular", 11, "no `circular` (padding mode) in average pooling"),
        ("maxc64w56s3relu", 11, "no `relu` (ReLU) in max pooling"),
        ("c64w56k64s3ceil", 11, "no `ceil` (ceil mode) in a convolution"),
        ("tconvc64w56k64s3relusilu", 20, "one activation, and there is `relu`"),
        ("c64w56k64s3outin", 11, "no `outin` (order of w's channels) in a convolution"),
        ("c64w56k64s3u2o1", 13, "no `o` (output padding) in a convolution"),
        ("tconvc64w56k64s3ceil", 16, "no `ceil` (ceil mode) in a transposed convolution"),
        ("tconvc64h56w56k64r3s3o1x1x1", 22, "one value for each of 2 axes, or one"),
        (
            "tconvx",
            5,
            "one of relu leaky sigmoid tanh silu gelutanh gelu res onto f16 bf16 shared lastx lasty outin n c d h w k t r s u p a o g",
        ),
        ("bn", 2, "`c` (channels of x)"),
        ("bnc3r3", 4, "no `r` (taps along the height) in batch normalisation"),
        ("bnc3gelu", 4, "no `gelu` (GELU) in batch normalisation"),
        ("bnx", 2, "one of add relu f16 bf16 lastx n c d h w"),
        ("bnc3h4", 6, "`w` (width of x)"),
        ("actc3relusilu", 9, "one activation, and there is `relu`"),
        ("dropoutc9prob1", 13, "a probability of at least 0 and below 1"),
        ("dropoutc9prob", 13, "a finite decimal number after `prob`"),
        ("densen5c7", 9, "`k` (channels of y)"),
        ("softmaxn5c7w3", 11, "no `w` (width of x) in softmax cross-entropy"),
        ("adamw1000", 5, "one of f16 bf16 c"),
        ("adamc5w4", 6, "no `w` (width of x) in Adam"),
        ("sgdn2c9", 3, "no `n` (batch) in SGD"),
        ("convertc3tof16tobf16", 14, "only one of tof16 and tobf16"),
        ("c3w9k4s3add", 8, "no `add` (a residual) in a convolution"),
        ("n8ü", 2, "one of relu leaky"),
    ] {
        let error = refuse(text);
        assert_eq!((error.position, &error.text[..]), (position, text), "{error}");
        assert!(error.expected.starts_with(expected), "{text}: {}", error.expected);
    }
}

#[test]
fn the_message_has_a_caret_and_the_grammar() {
    let message = refuse("n8c64h56w56kr3s3").to_string();
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines[0], "expected a number after `k` (channels of y)");
    assert_eq!(lines[1], "  n8c64h56w56kr3s3");
    assert_eq!(lines[2], "              ^");
    assert!(message.ends_with(GRAMMAR));
    // A caret stands below the character, not the byte, and control characters do not reach the terminal.
    let message = refuse("c1w9\u{1b}k1s3").to_string();
    assert_eq!(message.lines().nth(1), Some("  c1w9?k1s3"));
    assert_eq!(refuse("c1ü").to_string().lines().nth(2), Some("    ^"));
}

#[test]
fn the_examples_in_the_grammar_are_cases() {
    for word in GRAMMAR.split_whitespace().filter(|word| word.starts_with("n8") || word.starts_with("maxn8")) {
        assert!(parse(word.trim_end_matches(':')).y_shape().is_ok(), "{word}");
    }
}

/// What both kinds of convolution can end with.
fn epilogue(rng: &mut ChaCha8Rng, bits: u32) -> (Activation, Addend) {
    let factor = Factor::new(f32::from_bits(bits)).unwrap_or(Factor::ONE);
    let mut activation = Activation::ALL[rng.random_range(0..Activation::ALL.len())];
    if let Activation::LeakyRelu(slope) = &mut activation {
        *slope = factor;
    }
    let addends = [Addend::None, Addend::Residual(factor), Addend::Output(factor)];
    (activation, addends[rng.random_range(0..addends.len())])
}

fn orders(rng: &mut ChaCha8Rng) -> (Layout, Layout, KernelOrder) {
    let mut layout = || [Layout::ChannelsFirst, Layout::ChannelsLast][rng.random_range(0..2)];
    let layouts = (layout(), layout());
    (layouts.0, layouts.1, [KernelOrder::OutIn, KernelOrder::InOut][rng.random_range(0..2)])
}

fn draw(rng: &mut ChaCha8Rng) -> Case {
    let mut number = |least: u32| match rng.random_range(0..4) {
        0 => least,
        1 => rng.random_range(least..=9),
        2 => rng.random_range(least..=300),
        _ => rng.random_range(least..=u32::MAX),
    };
    let axes: Vec<CaseAxis> = (0..number(1) % 3 + 1)
        .map(|_| {
            let (input, taps, stride, dilation) = (number(1), number(1), number(1), number(1));
            CaseAxis { input, taps, stride, dilation, low: number(0), high: number(0) }
        })
        .collect();
    let axes = if number(0) % 2 == 0 { vec![axes[0]; axes.len()] } else { axes };
    let (batch, channels, channels_out, groups) = (number(1), number(1), number(1), number(1));
    let average =
        PoolKind::Average { count_include_pad: number(0) % 2 == 0, divisor: (number(0) % 2 == 0).then(|| number(1)) };
    let ceil_mode = number(0) % 2 == 0;
    let output_padding = axes.iter().map(|_| number(0)).collect();
    match number(0) % 4 {
        0 => {
            let bits = number(0);
            let (activation, addend) = epilogue(rng, bits);
            let padding_mode = PaddingMode::ALL[rng.random_range(0..4)];
            let element = ElementType::ALL[rng.random_range(0..3)];
            let (x_layout, y_layout, kernel_order) = orders(rng);
            Case::Conv(ConvCase {
                batch,
                channels_in: channels,
                channels_out,
                groups,
                shared_kernel: rng.random(),
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
        3 => {
            let (channels_in, bits) = (channels, number(0));
            let element = ElementType::ALL[rng.random_range(0..3)];
            let (activation, addend) = epilogue(rng, bits);
            let (x_layout, y_layout, kernel_order) = orders(rng);
            Case::ConvTranspose(ConvTransposeCase {
                batch,
                channels_in,
                channels_out,
                groups,
                shared_kernel: rng.random(),
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
        1 => {
            let indices = [IndexForm::Plane, IndexForm::Flat][rng.random_range(0..2)];
            let (kind, [x_layout, y_layout]) = (PoolKind::Max, layouts(rng));
            let (adaptive, element) = (false, ElementType::ALL[rng.random_range(0..3)]);
            pool(
                rng,
                PoolCase { kind, indices, adaptive, batch, channels, axes, ceil_mode, x_layout, y_layout, element },
            )
        }
        _ => {
            let p = Exponent::new(rng.random_range(1.0..9.0)).unwrap();
            let kind = [average, PoolKind::Lp { p }, PoolKind::Lp { p: Exponent::TWO }][rng.random_range(0..3)];
            let (indices, adaptive, [x_layout, y_layout]) = (IndexForm::Plane, false, layouts(rng));
            let element = ElementType::ALL[rng.random_range(0..3)];
            pool(
                rng,
                PoolCase { kind, indices, adaptive, batch, channels, axes, ceil_mode, x_layout, y_layout, element },
            )
        }
    }
}

/// An operator without a window; only what its text can say differs from the default.
fn operator(rng: &mut ChaCha8Rng) -> Case {
    let mut number = |most: u32| rng.random_range(1..=most);
    let shape = (number(9), number(u32::MAX), number(300));
    let factor = Factor::new(f32::from_bits(number(u32::MAX))).unwrap_or(Factor::ONE);
    let mut activation = Activation::ALL[rng.random_range(0..Activation::ALL.len())];
    if let Activation::LeakyRelu(slope) = &mut activation {
        *slope = factor;
    }
    let mut element = || ElementType::ALL[rng.random_range(0..3)];
    let (source, target) = (element(), element());
    let [x_layout, _] = layouts(rng);
    let mut operator = NnOperator::ALL[rng.random_range(0..NnOperator::ALL.len())];
    match &mut operator {
        NnOperator::BatchNorm { activation, residual } => {
            *activation = [Activation::None, Activation::Relu][rng.random_range(0..2)];
            *residual = rng.random();
        }
        NnOperator::Activation(any) => *any = activation,
        NnOperator::Add { relu } => *relu = rng.random(),
        NnOperator::Dropout { probability } => *probability = Factor::new(rng.random_range(0.0..1.0)).unwrap(),
        NnOperator::Dense { outputs } => *outputs = shape.2,
        NnOperator::Convert { target: any } => *any = target,
        _ => {}
    }
    let is_one_of = |of: &[&str]| of.contains(&operator.prefix());
    let has_cells = !is_one_of(&["dense", "softmax", "sgd", "nesterov", "adam", "adamw"]);
    let rank = if has_cells { rng.random_range(0..=3) } else { 0 };
    Case::Nn(NnCase {
        operator,
        batch: if is_one_of(&["sgd", "nesterov", "adam", "adamw"]) { 1 } else { shape.0 },
        channels: shape.1,
        cells: (0..rank).map(|_| rng.random_range(1..=300)).collect(),
        x_layout: if is_one_of(&["bn", "transpose"]) { x_layout } else { Layout::ChannelsFirst },
        element: if is_one_of(&["transpose"]) { ElementType::F32 } else { source },
    })
}

fn layouts(rng: &mut ChaCha8Rng) -> [Layout; 2] {
    [0; 2].map(|_| if rng.random() { Layout::ChannelsFirst } else { Layout::ChannelsLast })
}

/// Some of them adaptive: of their axes only the extents are in the text.
fn pool(rng: &mut ChaCha8Rng, mut case: PoolCase) -> Case {
    let plain = PoolKind::Average { count_include_pad: true, divisor: None };
    if rng.random_range(0..3) == 0 && (case.kind == PoolKind::Max || case.kind == plain) {
        for axis in &mut case.axes {
            *axis = CaseAxis { stride: axis.taps, ..CaseAxis::new(axis.input, axis.taps) };
        }
        (case.adaptive, case.ceil_mode) = (true, false);
    }
    Case::Pool(case)
}

/// A letter or word with its value, as they stand in a text.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut in_value = true;
    for (at, c) in text.char_indices() {
        // `x` and `_` belong to a value.
        let value = c.is_ascii_digit() || c == 'x' && in_value || "_.-".contains(c);
        let words =
            ["ceil", "exclpad", "div", "flat", "pow", "res", "onto", "relu", "reflect", "replicate", "circular"];
        let word = words.iter().any(|word| text[at..].starts_with(word));
        if parts.is_empty() || word || !value && in_value {
            parts.push(String::new());
        }
        parts.last_mut().unwrap().push(c);
        in_value = value;
    }
    parts
}

#[test]
fn every_case_comes_back_from_its_text_in_any_order() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for i in 0..6_000 {
        let case = if i % 4 == 3 { operator(&mut rng) } else { draw(&mut rng) };
        let text = case.to_string();
        assert_eq!(parse(&text), case, "{text}");
        let operators = NnOperator::ALL.map(NnOperator::prefix);
        let rest = ["max", "avg", "lp", "adaptmax", "adaptavg", "tconv"]
            .into_iter()
            .chain(operators)
            .find_map(|prefix| text.strip_prefix(prefix))
            .unwrap_or(&text);
        let prefix = &text[..text.len() - rest.len()];
        let mut parts = parts(rest);
        assert_eq!(parts.concat(), rest);
        parts.shuffle(&mut rng);
        let shuffled = format!("{prefix}{}", parts.concat());
        assert_eq!(parse(&shuffled), case, "{shuffled} from {text}");
        // Whatever the numbers are: an error or an answer, no panic.
        let _ = case.y_shape();
        let _ = case.with_batch(7).y_shape();
    }
}

/// Broken texts: what was cut, doubled, swapped or drawn at random is refused at a place inside the text, or is another
/// case with a round trip of its own.
#[test]
fn broken_texts_never_panic() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let alphabet: Vec<char> =
        "nncdhwktrsupaog0123456789x_ -ütconvmaxavgceilexclpaddiv.relugelutanhsiluontores\n".chars().collect();
    let (mut taken, mut refused) = (0, 0);
    for i in 0..20_000 {
        let mut text: Vec<char> = if i % 4 == 0 { Vec::new() } else { draw(&mut rng).to_string().chars().collect() };
        for _ in 0..rng.random_range(1..=if i % 4 == 0 { 30 } else { 3 }) {
            let at = rng.random_range(0..=text.len());
            let c = alphabet[rng.random_range(0..alphabet.len())];
            match rng.random_range(0..3) {
                0 if at < text.len() => drop(text.remove(at)),
                1 if at < text.len() => text[at] = c,
                _ => text.insert(at, c),
            }
        }
        let text: String = text.into_iter().collect();
        match text.parse::<Case>() {
            Ok(case) => {
                taken += 1;
                assert_eq!(parse(&case.to_string()), case, "{text}");
            }
            Err(error) => {
                refused += 1;
                assert!(error.position <= text.len() && text.is_char_boundary(error.position), "{error:?}");
                assert!(!error.expected.is_empty() && error.to_string().contains('^'));
            }
        }
    }
    assert!(taken > 500 && refused > 5_000, "{taken} were cases, {refused} were not");
}

#[test]
fn cases_made_by_hand_are_errors_where_they_are_wrong() {
    let plain = ConvTransposeCase {
        batch: 1,
        channels_in: 4,
        channels_out: 6,
        groups: 1,
        shared_kernel: false,
        axes: vec![],
        output_padding: vec![],
        element: ElementType::Bf16,
        activation: Activation::None,
        addend: Addend::None,
        x_layout: Layout::ChannelsFirst,
        y_layout: Layout::ChannelsLast,
        kernel_order: KernelOrder::InOut,
    };
    let conv = |groups, axes| ConvCase {
        batch: 1,
        channels_in: 4,
        channels_out: 4,
        groups,
        shared_kernel: false,
        axes,
        padding_mode: PaddingMode::Zeros,
        activation: Activation::None,
        addend: Addend::None,
        element: ElementType::F32,
        x_layout: plain.x_layout,
        y_layout: plain.y_layout,
        kernel_order: KernelOrder::OutIn,
    };
    let axis = CaseAxis::new(5, 3);
    assert!(conv(1, vec![axis]).problem().is_ok());
    assert!(matches!(conv(3, vec![axis]).problem(), Err(Error::GroupMismatch { .. })));
    assert!(conv(0, vec![axis]).problem().is_err());
    assert!(conv(1, vec![]).problem().is_err());
    assert!(conv(1, vec![axis; 4]).problem().is_err());
    assert!(conv(1, vec![CaseAxis { stride: 0, ..axis }]).problem().is_err());
    assert!(conv(1, vec![]).to_string().starts_with("c4"));
    let transposed =
        |groups, axes, output_padding| ConvTransposeCase { groups, axes, output_padding, ..plain.clone() }.problem();
    assert!(transposed(2, vec![axis], vec![0]).is_ok());
    for (groups, axes, output_padding) in
        [(4, vec![axis], vec![0]), (0, vec![axis], vec![0]), (1, vec![axis], vec![]), (1, vec![], vec![])]
    {
        assert!(transposed(groups, axes, output_padding).is_err());
    }
    assert!(matches!(
        transposed(1, vec![axis], vec![1]),
        Err(Error::InvalidParameter { parameter: "output_padding", .. })
    ));
    let case = Case::Conv(conv(1, vec![axis]));
    let plan = |pass| case.plan_spec(&Default::default(), pass, false, &Default::default());
    for pass in case.passes() {
        assert_eq!(plan(pass).unwrap().dispatches(), 1, "{pass}");
    }
    assert!(plan("backward").unwrap_err().to_string().contains("input_grad"));
}

/// What no text can say, built by hand, and what no kernel can do.
#[test]
fn an_operator_without_a_window_refuses_what_it_does_not_take() {
    let operator = |text: &str| {
        let Case::Nn(case) = parse(text) else { panic!("{text} has a window") };
        case
    };
    let parameter = |case: NnCase| match case.y_shape() {
        Err(Error::InvalidParameter { parameter, .. }) => parameter,
        other => panic!("{case}: {other:?}"),
    };
    assert_eq!(parameter(NnCase { batch: 2, ..operator("sgdc9") }), "batch");
    assert_eq!(parameter(NnCase { cells: vec![3], ..operator("softmaxn2c9") }), "cells");
    assert_eq!(parameter(NnCase { cells: vec![1; 4], ..operator("addc9") }), "cells");
    assert_eq!(parameter(NnCase { x_layout: Layout::ChannelsLast, ..operator("addc9w2") }), "x_layout");
    assert_eq!(parameter(operator("bnc9")), "shape of x", "one element has no variance");
    assert!(matches!(operator("addn65536c65536").y_shape(), Err(Error::TooManyElements { .. })));
    let zero = NnCase { channels: 0, ..operator("addc9") };
    assert!(matches!(zero.y_shape(), Err(Error::ZeroExtent { .. })));
    let pass = parse("adamc9").plan_spec(&Default::default(), "forward", false, &Default::default()).unwrap_err();
    assert!(pass.to_string().contains("step of an optimiser"), "{pass}");
}
