//! Wrong input is an error, never a panic: lengths, kinds, and problems whose public fields contradict each other.

use wgconv::reference::nn::{self, dense};
use wgconv::reference::{Sums, conv, pool};
use wgconv::{ConvProblem, Error, PoolKind, PoolProblem};

use crate::problems::{Divisor, Window};

fn convolution() -> ConvProblem {
    Window::new([2, 3], [1, 1], [0, 0], [0, 0], [1, 1]).conv(1, &[1, 2, 4, 5], &[3, 2, 2, 3]).unwrap()
}

fn pooling() -> PoolProblem {
    Window::new([2, 3], [2, 3], [0, 0], [0, 0], [1, 1]).max_pool(false, &[1, 2, 5, 7]).unwrap()
}

#[test]
fn data_of_the_wrong_length_is_an_error_that_names_the_shape() {
    let problem = convolution();
    let (x, w, y) = (vec![0.0; 40], vec![0.0; 36], vec![0.0; 27]);
    assert_eq!(
        conv::forward(&problem, &x[1..], &w, None),
        Err(Error::DataLength { shape: vec![1, 2, 4, 5], expected: 40, found: 39 })
    );
    let is_length = |result: wgconv::Result<Sums>| matches!(result, Err(Error::DataLength { .. }));
    assert!(is_length(conv::forward(&problem, &x, &w[1..], None)));
    assert!(is_length(conv::forward(&problem, &x, &w, Some(&[0.0; 2]))));
    assert!(is_length(conv::input_grad(&problem, &y[1..], &w)));
    assert!(is_length(conv::input_grad(&problem, &y, &w[1..])));
    assert!(is_length(conv::kernel_grad(&problem, &x[1..], &y)));
    assert!(is_length(conv::kernel_grad(&problem, &x, &y[1..])));
    assert!(is_length(conv::bias_grad(&problem, &y[1..])));
    assert!(is_length(dense::forward([1, 2, 3], &x, &w, None)));
    let problem = pooling();
    assert!(matches!(pool::max_forward(&problem, &x), Err(Error::DataLength { expected: 70, .. })));
    assert!(is_length(pool::max_backward(&problem, &[0.0; 8], &[0; 7])));
    assert!(nn::relu_grad(&x, &y).is_err());
    assert!(nn::softmax_cross_entropy([2, 2], &[0.0; 4], &[0]).is_err());
    assert!(nn::sgd(&[0.0], &[0.0], &[], 0.1, 0.9, 0.0).is_err());
}

#[test]
fn an_index_outside_its_plane_is_an_error() {
    let problem = pooling();
    assert!(pool::max_backward(&problem, &[1.0; 8], &[34; 8]).is_ok());
    let error = pool::max_backward(&problem, &[1.0; 8], &[35; 8]).unwrap_err();
    assert!(matches!(error, Error::InvalidParameter { parameter: "indices", .. }));
}

#[test]
fn a_pooling_of_the_other_kind_is_an_error() {
    let x = vec![0.0; 70];
    let max = pooling();
    let average = Window::new([2], [2], [0], [0], [1]).average_pool(Divisor::ALL[0], false, &[1, 1, 70]).unwrap();
    let is_kind = |error| matches!(error, Error::InvalidParameter { parameter: "kind", .. });
    assert!(is_kind(pool::average_forward(&max, &x).unwrap_err()));
    assert!(is_kind(pool::max_forward(&average, &x).unwrap_err()));
    let mut zero = average;
    zero.kind = PoolKind::Average { count_include_pad: true, divisor: Some(0) };
    assert!(is_kind(pool::average_forward(&zero, &x).unwrap_err()));
}

#[test]
fn a_convolution_that_contradicts_itself_is_an_error() {
    let (x, w) = (vec![0.0; 40], vec![0.0; 36]);
    let changes: [fn(&mut ConvProblem); 12] = [
        |p| p.rank = 0,
        |p| p.rank = 4,
        |p| p.rank = 1,
        |p| p.groups = 0,
        |p| p.groups = 3,
        |p| p.axes[1].output += 1,
        |p| p.axes[2].output -= 1,
        |p| p.axes[1].stride = 0,
        |p| p.axes[2].dilation = 0,
        |p| p.axes[1].taps = 0,
        |p| p.axes[2].taps = u32::MAX,
        |p| p.axes[2].padding_high = u32::MAX,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut problem = convolution();
        change(&mut problem);
        assert!(conv::forward(&problem, &x, &w, None).is_err(), "change {number}");
    }
    let mut problem = convolution();
    problem.axes[1].output = 5;
    let error = conv::forward(&problem, &x, &w, None).unwrap_err();
    assert!(matches!(error, Error::ShapeMismatch { expected, .. } if expected == [1, 3, 3, 3]));
}

#[test]
fn a_pooling_may_have_one_window_that_hangs_over_but_not_two_and_none_in_the_high_padding() {
    let outputs = |input: u32, high: u32, stride: u32, output: u32| {
        // An average that counts padding, so that a window without input cells is no error of its own.
        let window = Window::new([2], [1], [0], [0], [1]);
        let mut problem = window.average_pool(Divisor::ALL[0], false, &[1, 1, 2]).unwrap();
        let axis = &mut problem.axes[2];
        (axis.input, axis.padding_high, axis.stride, axis.output) = (input, high, stride, output);
        pool::average_forward(&problem, &vec![0.0; input as usize]).is_ok()
    };
    // Windows at 0, 2 and 4 of five cells: the third hangs over.
    assert_eq!([1, 2, 3, 4].map(|output| outputs(5, 0, 2, output)), [false, true, true, false]);
    // With a cell of high padding all three fit; a fourth would start beyond it.
    assert_eq!([2, 3, 4].map(|output| outputs(5, 1, 2, output)), [false, true, false]);
    // At 0 and 3 of three cells: the second would start in the high padding.
    assert_eq!([1, 2].map(|output| outputs(3, 1, 3, output)), [true, false]);
}

#[test]
fn a_window_without_cells_has_no_maximum() {
    let mut problem = Window::new([2], [1], [0], [0], [1]).max_pool(false, &[1, 1, 3]).unwrap();
    let axis = &mut problem.axes[2];
    (axis.padding_low, axis.output) = (2, 4);
    let error = pool::max_forward(&problem, &[0.0; 3]).unwrap_err();
    assert!(matches!(error, Error::EmptyWindow { output: 0, .. }));
}

#[test]
fn nan_in_the_data_gives_a_bound_that_nothing_keeps() {
    let problem = convolution();
    let y = conv::forward(&problem, &[f32::NAN; 40], &[1.0; 36], None).unwrap();
    assert!(y.bound(4.0).iter().all(|bound| bound.is_nan()));
}
