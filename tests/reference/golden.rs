//! Against PyTorch: `tests/golden/*.txt`, made by `scripts/make-golden.py`.

use std::collections::HashMap;

use wgconv::nn::{AdamHyper, Schedule};
use wgconv::reference::nn::batch_norm;
use wgconv::reference::{conv, conv_transpose, nn, pool};
use wgconv::{Activation, PaddingMode, PoolProblem};

use crate::assert_close;
use crate::problems::{Divisor, Window};

/// One block of `key values...` lines.
struct Case(HashMap<&'static str, Vec<f64>>);

fn cases(file: &'static str) -> Vec<Case> {
    let blocks =
        file.split("\n\n").map(|block| block.lines().filter(|line| !line.starts_with('#') && !line.is_empty()));
    let cases = blocks.map(|lines| Case(lines.map(entry).collect()));
    cases.filter(|case| !case.0.is_empty()).collect()
}

fn entry(line: &'static str) -> (&'static str, Vec<f64>) {
    let (key, values) = line.split_once(' ').unwrap();
    (key, values.split(' ').map(|value| value.parse().unwrap()).collect())
}

impl Case {
    fn f64(&self, key: &str) -> &[f64] {
        &self.0[key]
    }

    fn f32(&self, key: &str) -> Vec<f32> {
        self.0[key].iter().map(|&value| value as f32).collect()
    }

    fn sizes(&self, key: &str) -> Vec<usize> {
        self.0[key].iter().map(|&value| value as usize).collect()
    }

    fn flag(&self, key: &str) -> bool {
        self.0[key] == [1.0]
    }

    fn window(&self) -> Window {
        let [taps, stride, low, high, dilation] =
            ["taps", "stride", "low", "high", "dilation"].map(|key| self.sizes(key));
        Window { taps, stride, low, high, dilation }
    }
}

#[test]
fn convolutions_are_those_of_pytorch_exactly() {
    let zeros = cases(include_str!("../golden/conv.txt"));
    let others = cases(include_str!("../golden/conv_padding.txt"));
    assert_eq!((zeros.len(), others.len()), (11, 9));
    for case in zeros.into_iter().chain(others) {
        let window = case.window();
        let [groups, x_shape, w_shape] = ["groups", "x_shape", "w_shape"].map(|key| case.sizes(key));
        let mode = case.0.get("mode").map_or(PaddingMode::Zeros, |number| PaddingMode::ALL[number[0] as usize]);
        let problem = window.padded_conv(mode, groups[0], &x_shape, &w_shape).unwrap();
        assert_eq!(problem.y_shape(), case.sizes("y_shape"), "{window:?}");
        let [x, w, b, dy] = ["x", "w", "b", "dy"].map(|key| case.f32(key));
        let y = conv::forward(&problem, &x, &w, Some(&b)).unwrap();
        assert_eq!(y.values, case.f64("y"), "y of {window:?}");
        assert_eq!(conv::input_grad(&problem, &dy, &w).unwrap().values, case.f64("dx"), "dx of {window:?}");
        assert_eq!(conv::kernel_grad(&problem, &x, &dy).unwrap().values, case.f64("dw"), "dw of {window:?}");
        assert_eq!(conv::bias_grad(&problem, &dy).unwrap().values, case.f64("db"), "db of {window:?}");
    }
}

#[test]
fn transposed_convolutions_are_those_of_pytorch_exactly() {
    let cases = cases(include_str!("../golden/conv_transpose.txt"));
    assert_eq!(cases.len(), 10);
    for case in cases {
        let window = case.window();
        let groups = case.sizes("groups")[0];
        let [output_padding, x_shape, w_shape] = ["output_padding", "x_shape", "w_shape"].map(|key| case.sizes(key));
        let problem = window.conv_transpose(groups, &output_padding, &x_shape, &w_shape).unwrap();
        assert_eq!(problem.y_shape(), case.sizes("y_shape"), "{window:?}");
        let [x, w, b, dy] = ["x", "w", "b", "dy"].map(|key| case.f32(key));
        let y = conv_transpose::forward(&problem, &x, &w, Some(&b)).unwrap();
        assert_eq!(y.values, case.f64("y"), "y of {window:?}");
        let dx = conv_transpose::input_grad(&problem, &dy, &w).unwrap();
        assert_eq!(dx.values, case.f64("dx"), "dx of {window:?}");
        let dw = conv_transpose::kernel_grad(&problem, &x, &dy).unwrap();
        assert_eq!(dw.values, case.f64("dw"), "dw of {window:?}");
        let db = conv_transpose::bias_grad(&problem, &dy).unwrap();
        assert_eq!(db.values, case.f64("db"), "db of {window:?}");
    }
}

#[test]
fn max_poolings_and_their_indices_are_those_of_pytorch_exactly() {
    let cases = cases(include_str!("../golden/max_pool.txt"));
    assert_eq!(cases.len(), 8);
    for case in cases {
        let window = case.window();
        let problem = window.max_pool(case.flag("ceil_mode"), &case.sizes("x_shape")).unwrap();
        assert_eq!(problem.y_shape(), case.sizes("y_shape"), "{window:?}");
        let (y, indices) = pool::max_forward(&problem, &case.f32("x")).unwrap();
        assert_eq!(y, case.f32("y"), "y of {window:?}");
        let expected: Vec<u32> = case.f64("indices").iter().map(|&index| index as u32).collect();
        assert_eq!(indices, expected, "indices of {window:?}");
        let dx = pool::max_backward(&problem, &case.f32("dy"), &indices).unwrap();
        assert_eq!(dx.values, case.f64("dx"), "dx of {window:?}");
    }
}

#[test]
fn average_poolings_are_those_of_pytorch() {
    let cases = cases(include_str!("../golden/average_pool.txt"));
    assert_eq!(cases.len(), 17);
    for case in cases {
        let window = case.window();
        let overridden = Some(case.sizes("divisor")[0]).filter(|&divisor| divisor != 0);
        let divisor = Divisor { count_include_pad: case.flag("count_include_pad"), overridden };
        let problem = window.average_pool(divisor, case.flag("ceil_mode"), &case.sizes("x_shape")).unwrap();
        assert_eq!(problem.y_shape(), case.sizes("y_shape"), "{window:?}");
        let what = format!("{window:?} {divisor:?}");
        let y = pool::average_forward(&problem, &case.f32("x")).unwrap();
        assert_close(&y.values, case.f64("y"), 1e-14, &what);
        let dx = pool::average_backward(&problem, &case.f32("dy")).unwrap();
        assert_close(&dx.values, case.f64("dx"), 1e-14, &what);
    }
}

/// A pooling as the command line names it.
fn problem_of(kind: &str, x_shape: &[usize], taps: &[usize], options: &str) -> PoolProblem {
    let rank = taps.len();
    let letters = |names: &[&str], values: &[usize]| {
        names.iter().zip(values).map(|(name, value)| format!("{name}{value}")).collect::<String>()
    };
    let extents = letters(&["d", "h", "w"][3 - rank..], &x_shape[2..]);
    let taps = letters(&["t", "r", "s"][3 - rank..], taps);
    let text = format!("{kind}n{}c{}{extents}{taps}{options}", x_shape[0], x_shape[1]);
    match text.parse().unwrap_or_else(|error| panic!("{error}")) {
        wgconv::case::Case::Pool(case) => case.problem().unwrap(),
        other => panic!("{other} is no pooling"),
    }
}

#[test]
fn adaptive_poolings_are_those_of_pytorch() {
    let cases = cases(include_str!("../golden/adaptive_pool.txt"));
    assert_eq!(cases.len(), 6);
    for case in cases {
        let [outputs, x_shape] = ["outputs", "x_shape"].map(|key| case.sizes(key));
        let max = problem_of("adaptmax", &x_shape, &outputs, "");
        assert_eq!(max.y_shape(), case.sizes("y_shape"), "{outputs:?}");
        let (y, indices) = pool::max_forward(&max, &case.f32("x")).unwrap();
        assert_eq!(y, case.f32("y_max"), "{outputs:?}");
        let expected: Vec<u32> = case.f64("indices").iter().map(|&index| index as u32).collect();
        assert_eq!(indices, expected, "{outputs:?}");
        let dx = pool::max_backward(&max, &case.f32("dy"), &indices).unwrap();
        assert_eq!(dx.values, case.f64("dx_max"), "{outputs:?}");

        let average = problem_of("adaptavg", &x_shape, &outputs, "");
        let y = pool::average_forward(&average, &case.f32("x")).unwrap();
        assert_close(&y.values, case.f64("y_avg"), 1e-14, &format!("{outputs:?}"));
        let dx = pool::average_backward(&average, &case.f32("dy")).unwrap();
        assert_close(&dx.values, case.f64("dx_avg"), 1e-14, &format!("{outputs:?}"));
    }
}

#[test]
fn max_unpoolings_are_those_of_pytorch_exactly() {
    let cases = cases(include_str!("../golden/max_unpool.txt"));
    assert_eq!(cases.len(), 3);
    for case in cases {
        let window = case.window();
        let problem = window.max_pool(false, &case.sizes("x_shape")).unwrap();
        let indices: Vec<u32> = case.f64("indices").iter().map(|&index| index as u32).collect();
        assert_eq!(pool::unpool(&problem, &case.f32("y"), &indices).unwrap(), case.f32("x"), "{window:?}");
        assert_eq!(pool::unpool_backward(&problem, &case.f32("dx"), &indices).unwrap(), case.f32("dy"), "{window:?}");
    }
}

/// On positive data, where PyTorch's definition is ONNX's.
#[test]
fn lp_poolings_are_those_of_pytorch() {
    let cases = cases(include_str!("../golden/lp_pool.txt"));
    assert_eq!(cases.len(), 4);
    for case in cases {
        let strides: Vec<String> = case.sizes("stride").iter().map(usize::to_string).collect();
        let options = format!("u{}pow{}", strides.join("x"), case.f64("p")[0]);
        let problem = problem_of("lp", &case.sizes("x_shape"), &case.sizes("taps"), &options);
        assert_eq!(problem.y_shape(), case.sizes("y_shape"), "{options}");
        let x = case.f32("x");
        let y = pool::lp_forward(&problem, &x).unwrap();
        assert_close(&y.values, case.f64("y"), 1e-14, &options);
        // y goes in rounded to f32.
        let dx = pool::lp_backward(&problem, &x, &y.to_f32(), &case.f32("dy")).unwrap();
        assert_close(&dx.values, case.f64("dx"), 1e-6, &options);
    }
}

#[test]
fn softmax_cross_entropy_is_that_of_pytorch() {
    let case = &cases(include_str!("../golden/softmax_cross_entropy.txt"))[0];
    let extents = case.sizes("extents").try_into().unwrap();
    let labels: Vec<u32> = case.f64("labels").iter().map(|&label| label as u32).collect();
    let (loss, dlogits) = nn::softmax_cross_entropy(extents, &case.f32("logits"), &labels).unwrap();
    assert_close(&loss, case.f64("loss"), 1e-14, "loss");
    assert_close(&dlogits, case.f64("dlogits"), 1e-15, "dlogits");
}

#[test]
fn activations_and_their_gradients_are_those_of_pytorch() {
    let cases = cases(include_str!("../golden/activations.txt"));
    assert_eq!(cases.len(), Activation::ALL.len() - 1);
    for (case, &activation) in cases.iter().zip(&Activation::ALL[1..]) {
        let (x, name) = (case.f32("x"), activation.to_string());
        assert_close(&nn::activate(activation, &x), case.f64("y"), 1e-14, &name);
        // A y that is rounded to f32 moves the derivative, by twice the rounding at most.
        let (of, off) = if activation.derivative_from_output() { (case.f32("y"), 1e-6) } else { (x, 1e-13) };
        let dx = nn::activation_grad(activation, &of, &case.f32("dy")).unwrap();
        assert_close(&dx, case.f64("dx"), off, &name);
    }
}

#[test]
fn half_squared_error_of_a_sigmoid_is_that_of_pytorch() {
    let case = &cases(include_str!("../golden/half_squared_error.txt"))[0];
    assert_close(&nn::sigmoid(&case.f32("z")), case.f64("y_hat"), 1e-15, "y_hat");
    // Rounding y_hat to f32 moves the results.
    let (loss, dz) = nn::half_squared_error(&case.f32("y_hat"), &case.f32("target")).unwrap();
    assert_close(&loss, case.f64("loss"), 1e-7, "loss");
    assert_close(&dz, case.f64("dz"), 1e-7, "dz");
}

#[test]
fn two_steps_of_sgd_are_those_of_pytorch_exactly() {
    type Step = fn(&[f32], &[f32], &[f32], f32, f32, f32) -> wgconv::Result<(Vec<f64>, Vec<f64>)>;
    let files: [(_, Step); 2] =
        [(include_str!("../golden/sgd.txt"), nn::sgd), (include_str!("../golden/sgd_nesterov.txt"), nn::sgd_nesterov)];
    for (file, sgd) in files {
        let case = &cases(file)[0];
        let hyper = case.f32("hyper");
        for (before, dw, after) in [(["w0", "v0"], "dw1", ["w1", "v1"]), (["w1", "v1"], "dw2", ["w2", "v2"])] {
            let [w, v] = before.map(|key| case.f32(key));
            let (w, v) = sgd(&w, &case.f32(dw), &v, hyper[0], hyper[1], hyper[2]).unwrap();
            assert_eq!([w.as_slice(), v.as_slice()], after.map(|key| case.f64(key)));
        }
    }
}

/// The moments go on in f32, as on the GPU: the tolerance is what that rounds.
#[test]
fn four_steps_of_adam_are_those_of_pytorch() {
    for (file, decoupled) in [(include_str!("../golden/adam.txt"), false), (include_str!("../golden/adamw.txt"), true)]
    {
        let case = &cases(file)[0];
        let [learning_rate, beta1, beta2, eps, weight_decay] = case.f64("hyper").try_into().unwrap();
        let hyper = AdamHyper { learning_rate, beta1, beta2, eps, weight_decay };
        let (mut w, mut m, mut v) = (case.f32("w0"), vec![0.0; 6], vec![0.0; 6]);
        for step in 1..=4u32 {
            let state = nn::adam(&w, &case.f32(&format!("dw{step}")), [&m, &v], &hyper, step, decoupled).unwrap();
            for (name, found) in [("w", &state.w), ("m", &state.m), ("v", &state.v)] {
                let expected = case.f64(&format!("{name}{step}"));
                assert_close(found, expected, 1e-6, &format!("{name} after step {step}, decoupled {decoupled}"));
            }
            [w, m, v] = [state.w, state.m, state.v].map(|values| values.iter().map(|&value| value as f32).collect());
        }
    }
}

#[test]
fn batch_normalisation_is_that_of_pytorch() {
    let cases = cases(include_str!("../golden/batch_norm.txt"));
    assert_eq!(cases.len(), 4);
    for case in cases {
        let extents: [usize; 3] = case.sizes("extents").try_into().unwrap();
        let what = format!("{extents:?}");
        let [x, w, b, dy, mean, var] = ["x", "w", "b", "dy", "running_mean", "running_var"].map(|key| case.f32(key));
        let (eps, momentum) = (case.f32("eps")[0], case.f64("momentum")[0]);
        let y = batch_norm::forward(extents, &x, [&w, &b, &mean, &var], eps).unwrap();
        assert_close(&y, case.f64("inference"), 1e-14, &what);

        let found = batch_norm::forward_training(extents, &x, &w, &b, eps).unwrap();
        assert_close(&found.y, case.f64("y"), 1e-14, &what);
        for (running, to, new) in [
            (&mean, &found.mean, case.f64("new_running_mean")),
            (&var, &found.unbiased_variance, case.f64("new_running_var")),
        ] {
            let moved = running.iter().zip(to).map(|(&from, to)| (1.0 - momentum) * f64::from(from) + momentum * to);
            assert_close(&moved.collect::<Vec<_>>(), new, 1e-14, &what);
        }
        let grads = batch_norm::backward(extents, &x, &dy, &w, eps).unwrap();
        for (found, key) in [(&grads.dx, "dx"), (&grads.dw, "dw"), (&grads.db, "db")] {
            assert_close(found, case.f64(key), 1e-13, &format!("{key} of {what}"));
        }
    }
}

#[test]
fn learning_rate_schedules_are_those_of_pytorch() {
    let case = &cases(include_str!("../golden/schedules.txt"))[0];
    for (name, schedule) in [
        ("step", Schedule::Step { every: 5, factor: 0.5 }),
        ("linear", Schedule::Linear { end: 0.25 }),
        ("cosine", Schedule::Cosine { warm_up: 4, end: 0.125 }),
    ] {
        let found: Vec<f64> = (0..12).map(|step| schedule.factor(step, 12)).collect();
        assert_close(&found, case.f64(name), 1e-14, name);
    }
}

/// The known answers that the generator's authors publish with their code (Random123, kat_vectors).
#[test]
fn philox_gives_its_known_answers() {
    const PI: [u32; 6] = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344, 0xa409_3822, 0x299f_31d0];
    for (counter, key, expected) in [
        ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
        ([PI[0], PI[1], PI[2], PI[3]], [PI[4], PI[5]], [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ] {
        assert_eq!(nn::philox(counter, key), expected, "{counter:x?}");
    }
}
