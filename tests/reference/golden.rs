//! Against PyTorch: `tests/golden/*.txt`, made by `scripts/make-golden.py`.

use std::collections::HashMap;

use wgconv::PaddingMode;
use wgconv::reference::{conv, conv_transpose, nn, pool};

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
    let case = &cases(include_str!("../golden/sgd.txt"))[0];
    let hyper = case.f32("hyper");
    for (before, dw, after) in [(["w0", "v0"], "dw1", ["w1", "v1"]), (["w1", "v1"], "dw2", ["w2", "v2"])] {
        let [w, v] = before.map(|key| case.f32(key));
        let (w, v) = nn::sgd(&w, &case.f32(dw), &v, hyper[0], hyper[1], hyper[2]).unwrap();
        assert_eq!([w.as_slice(), v.as_slice()], after.map(|key| case.f64(key)));
    }
}
