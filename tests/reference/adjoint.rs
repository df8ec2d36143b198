//! Each backward pass is the adjoint of its forward pass: `<forward(x), g> = <x, backward(g)>`, exactly on integers.

use wgconv::reference::nn::dense;
use wgconv::reference::{conv, pool};

use crate::problems::{Divisor, convolutions, poolings};
use crate::{Integers, inner};

#[test]
fn gradients_of_convolution_are_its_adjoints() {
    let mut integers = Integers(1);
    for (name, problem) in convolutions() {
        let x = integers.of_shape(&problem.x_shape());
        let w = integers.of_shape(&problem.w_shape());
        let b = integers.of_shape(&problem.b_shape());
        let g = integers.of_shape(&problem.y_shape());
        let y = conv::forward(&problem, &x, &w, None).unwrap();
        let biased = conv::forward(&problem, &x, &w, Some(&b)).unwrap();
        let expected = inner(&y.values, &g);
        assert_eq!(inner(&conv::input_grad(&problem, &g, &w).unwrap().values, &x), expected, "dx, {name}");
        assert_eq!(inner(&conv::kernel_grad(&problem, &x, &g).unwrap().values, &w), expected, "dw, {name}");
        let bias_part = inner(&conv::bias_grad(&problem, &g).unwrap().values, &b);
        assert_eq!(inner(&biased.values, &g), expected + bias_part, "db, {name}");
    }
}

#[test]
fn passes_of_convolution_agree_on_the_number_of_products() {
    for (name, problem) in convolutions() {
        let [x, w, dy] =
            [problem.x_shape(), problem.w_shape(), problem.y_shape()].map(|shape| vec![1.0; shape.iter().product()]);
        let products = |sums: wgconv::reference::Sums| sums.terms.iter().sum::<u64>();
        let forward = products(conv::forward(&problem, &x, &w, None).unwrap());
        assert_eq!(products(conv::input_grad(&problem, &dy, &w).unwrap()), forward, "{name}");
        assert_eq!(products(conv::kernel_grad(&problem, &x, &dy).unwrap()), forward, "{name}");
        assert!(forward <= problem.multiply_adds(), "{name}");
    }
}

#[test]
fn backward_of_average_pooling_is_its_adjoint() {
    let mut integers = Integers(2);
    for (window, x_shape) in poolings() {
        for divisor in Divisor::ALL {
            for ceil_mode in [false, true] {
                let problem = window.average_pool(divisor, ceil_mode, &x_shape).unwrap();
                let x = integers.of_shape(&x_shape);
                let g = integers.of_shape(&problem.y_shape());
                let forward = inner(&pool::average_forward(&problem, &x).unwrap().values, &g);
                let backward = inner(&pool::average_backward(&problem, &g).unwrap().values, &x);
                // Thirds are not exact.
                assert!((forward - backward).abs() < 1e-10, "{window:?} {divisor:?}: {forward} and {backward}");
            }
        }
    }
}

#[test]
fn gradients_of_a_dense_layer_are_its_adjoints() {
    let mut integers = Integers(3);
    for extents @ [batch, inputs, outputs] in [[1, 1, 1], [2, 3, 5], [7, 4, 1], [3, 1, 6]] {
        let x = integers.of_shape(&[batch, inputs]);
        let w = integers.of_shape(&[outputs, inputs]);
        let b = integers.of_shape(&[outputs]);
        let g = integers.of_shape(&[batch, outputs]);
        let expected = inner(&dense::forward(extents, &x, &w, None).unwrap().values, &g);
        assert_eq!(inner(&dense::input_grad(extents, &g, &w).unwrap().values, &x), expected);
        assert_eq!(inner(&dense::kernel_grad(extents, &x, &g).unwrap().values, &w), expected);
        let biased = inner(&dense::forward(extents, &x, &w, Some(&b)).unwrap().values, &g);
        assert_eq!(biased, expected + inner(&dense::bias_grad(extents, &g).unwrap().values, &b));
    }
}

#[test]
fn a_dense_layer_is_a_convolution_with_one_tap() {
    let mut integers = Integers(4);
    let [batch, inputs, outputs] = [3, 4, 5];
    let conv = wgconv::Conv::<1>::new([1]).build().unwrap();
    let problem = conv.problem(&wgconv::ConvShapes::new(&[batch, inputs, 1], &[outputs, inputs, 1])).unwrap();
    let x = integers.of_shape(&[batch, inputs]);
    let w = integers.of_shape(&[outputs, inputs]);
    let b = integers.of_shape(&[outputs]);
    let y = conv::forward(&problem, &x, &w, Some(&b)).unwrap();
    assert_eq!(dense::forward([batch, inputs, outputs], &x, &w, Some(&b)).unwrap(), y);
}
