//! The transposed convolution's reference: against the convolution's, which shares no line with it, against finite
//! differences, and where the result can be seen.

use wgconv::reference::{conv, conv_transpose};
use wgconv::{ConvProblem, ConvTransposeProblem, Error};

use crate::differences::differences;
use crate::problems::Window;
use crate::{Integers, inner};

/// Problems, each with the convolution on its output that has its input as output.
fn problems() -> Vec<(ConvTransposeProblem, ConvProblem)> {
    let all_different = Window::new([3, 2], [2, 3], [2, 1], [0, 3], [1, 2]);
    let leaves_cells_out = Window::new([1, 2], [3, 4], [0, 1], [0, 0], [1, 1]);
    let wide_padding = Window::new([2, 2], [2, 3], [5, 4], [3, 7], [1, 1]);
    let rank_1 = Window::new([3], [2], [2], [1], [2]);
    let rank_3 = Window::new([2, 3, 1], [1, 2, 3], [1, 0, 2], [0, 2, 0], [2, 1, 1]);
    let pair = |window: &Window, groups: usize, output_padding: &[usize], x: &[usize], w: &[usize]| {
        let transposed = window.conv_transpose(groups, output_padding, x, w).unwrap();
        let plain = window.conv(groups, &transposed.y_shape(), w).unwrap();
        assert_eq!(plain.y_shape(), x);
        (transposed, plain)
    };
    vec![
        pair(&rank_1, 1, &[1], &[2, 3, 5], &[3, 2, 3]),
        pair(&all_different, 1, &[1, 2], &[2, 3, 4, 3], &[3, 2, 3, 2]),
        pair(&all_different, 2, &[0, 1], &[1, 4, 3, 4], &[4, 3, 3, 2]),
        pair(&all_different, 3, &[1, 0], &[1, 3, 3, 4], &[3, 2, 3, 2]),
        pair(&leaves_cells_out, 1, &[2, 3], &[1, 2, 3, 2], &[2, 2, 1, 2]),
        pair(&wide_padding, 1, &[1, 0], &[1, 2, 8, 7], &[2, 1, 2, 2]),
        pair(&rank_3, 2, &[0, 1, 2], &[1, 4, 3, 2, 3], &[4, 1, 2, 3, 1]),
    ]
}

#[test]
fn it_is_the_convolution_with_input_and_output_exchanged() {
    let mut integers = Integers(21);
    for (transposed, plain) in problems() {
        let x = integers.of_shape(&transposed.x_shape());
        let w = integers.of_shape(&transposed.w_shape());
        let g = integers.of_shape(&transposed.y_shape());
        assert_eq!(transposed.w_shape(), plain.w_shape());
        assert_eq!(transposed.multiply_adds(), plain.multiply_adds());
        let y = conv_transpose::forward(&transposed, &x, &w, None).unwrap();
        assert_eq!(y, conv::input_grad(&plain, &x, &w).unwrap());
        assert_eq!(inner(&y.values, &g), inner(&conv::forward(&plain, &g, &w, None).unwrap().values, &x));
        let dx = conv_transpose::input_grad(&transposed, &g, &w).unwrap();
        assert_eq!(dx, conv::forward(&plain, &g, &w, None).unwrap());
        let dw = conv_transpose::kernel_grad(&transposed, &x, &g).unwrap();
        assert_eq!(dw, conv::kernel_grad(&plain, &g, &x).unwrap());
    }
}

#[test]
fn gradients_are_its_differences() {
    let mut integers = Integers(22);
    for (problem, _) in problems() {
        let x = integers.of_shape(&problem.x_shape());
        let w = integers.of_shape(&problem.w_shape());
        let b = integers.of_shape(&problem.b_shape());
        let g = integers.of_shape(&problem.y_shape());
        let loss = |x: &[f32], w: &[f32], b: &[f32]| {
            inner(&conv_transpose::forward(&problem, x, w, Some(b)).unwrap().values, &g)
        };
        let dx = differences(|x| loss(x, &w, &b), &x, 0.125);
        assert_eq!(conv_transpose::input_grad(&problem, &g, &w).unwrap().values, dx, "dx, {problem:?}");
        let dw = differences(|w| loss(&x, w, &b), &w, 0.125);
        assert_eq!(conv_transpose::kernel_grad(&problem, &x, &g).unwrap().values, dw, "dw, {problem:?}");
        let db = differences(|b| loss(&x, &w, b), &b, 0.125);
        assert_eq!(conv_transpose::bias_grad(&problem, &g).unwrap().values, db, "db, {problem:?}");
    }
}

/// A single cell of x draws the kernel, with what the dilation leaves out, without what the padding cuts off.
#[test]
fn one_cell_draws_the_kernel() {
    let window = Window::new([2, 3], [2, 3], [0, 1], [0, 0], [1, 2]);
    let problem = window.conv_transpose(1, &[1, 0], &[1, 1, 1, 1], &[1, 1, 2, 3]).unwrap();
    assert_eq!(problem.y_shape(), [1, 1, 3, 4]);
    let w = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let y = conv_transpose::forward(&problem, &[10.0], &w, Some(&[0.5])).unwrap();
    let drawn = [0.5, 20.5, 0.5, 30.5, 0.5, 50.5, 0.5, 60.5, 0.5, 0.5, 0.5, 0.5];
    assert_eq!(y.to_f32(), drawn);
    assert_eq!(y.terms.iter().sum::<u64>(), 4 + 12);
}

#[test]
fn wrong_input_is_an_error() {
    let (problem, _) = problems().swap_remove(0);
    let zeros = |shape: Vec<usize>| vec![0.0; shape.iter().product()];
    let (x, w, y) = (zeros(problem.x_shape()), zeros(problem.w_shape()), zeros(problem.y_shape()));
    let is_length = |result: wgconv::Result<_>| matches!(result, Err(Error::DataLength { .. }));
    assert!(is_length(conv_transpose::forward(&problem, &x[1..], &w, None)));
    assert!(is_length(conv_transpose::forward(&problem, &x, &w, Some(&[0.0]))));
    assert!(is_length(conv_transpose::input_grad(&problem, &y[1..], &w)));
    assert!(is_length(conv_transpose::kernel_grad(&problem, &x, &y[1..])));
    assert!(is_length(conv_transpose::bias_grad(&problem, &y[1..])));
    let changes: [fn(&mut ConvTransposeProblem); 10] = [
        |p| p.rank = 0,
        |p| p.rank = 4,
        |p| p.groups = 0,
        |p| p.groups = 2,
        |p| p.axes[2].output += 1,
        |p| p.axes[2].taps = 0,
        |p| p.axes[2].stride = 0,
        |p| p.axes[2].dilation = u32::MAX,
        |p| p.axes[2].padding_high = u32::MAX,
        |p| p.axes[2].output_padding += 1,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut wrong = problem.clone();
        change(&mut wrong);
        assert!(conv_transpose::forward(&wrong, &x, &w, None).is_err(), "change {number}");
    }
}
