//! Max pooling: where the gradient goes, ties, NaN, padding.

use wgconv::reference::pool;

use crate::Integers;
use crate::problems::{Window, poolings};

#[test]
fn backward_moves_every_gradient_to_its_maximum_and_loses_none() {
    let mut integers = Integers(11);
    for (window, x_shape) in poolings() {
        for ceil_mode in [false, true] {
            let problem = window.max_pool(ceil_mode, &x_shape).unwrap();
            let x = integers.of_shape(&x_shape);
            let dy = integers.of_shape(&problem.y_shape());
            let (y, indices) = pool::max_forward(&problem, &x).unwrap();
            let dx = pool::max_backward(&problem, &dy, &indices).unwrap();
            let plane: usize = x_shape[2..].iter().product();
            let outputs: usize = problem.y_shape()[2..].iter().product();
            let mut scattered = vec![0.0; x.len()];
            for o in 0..y.len() {
                let cell = o / outputs * plane + indices[o] as usize;
                assert_eq!(x[cell], y[o], "{window:?}");
                scattered[cell] += f64::from(dy[o]);
            }
            assert_eq!(dx.values, scattered, "{window:?}");
            assert_eq!(dx.terms.iter().sum::<u64>(), dy.len() as u64, "{window:?}");
        }
    }
}

#[test]
fn the_first_of_equal_values_wins() {
    let problem = Window::new([2, 2], [2, 2], [0, 0], [0, 0], [1, 1]).max_pool(false, &[1, 1, 2, 2]).unwrap();
    for (x, first) in [([7.0, 7.0, 7.0, 7.0], 0), ([1.0, 7.0, 7.0, 7.0], 1), ([0.0, -0.0, -1.0, 0.0], 0)] {
        assert_eq!(pool::max_forward(&problem, &x).unwrap().1, [first]);
    }
}

#[test]
fn nan_wins_and_of_several_the_last_is_pointed_at() {
    let problem = Window::new([3], [3], [0], [0], [1]).max_pool(false, &[1, 1, 3]).unwrap();
    for (x, index) in [([f32::NAN, 9.0, f32::INFINITY], 0), ([9.0, f32::NAN, 1.0], 1), ([f32::NAN, 9.0, f32::NAN], 2)] {
        let (y, indices) = pool::max_forward(&problem, &x).unwrap();
        assert!(y[0].is_nan());
        assert_eq!(indices, [index]);
    }
}

#[test]
fn padding_takes_no_part_even_below_zero() {
    let problem = Window::new([3], [2], [1], [1], [1]).max_pool(false, &[1, 1, 3]).unwrap();
    let (y, indices) = pool::max_forward(&problem, &[-5.0, -7.0, -6.0]).unwrap();
    assert_eq!((y, indices), (vec![-5.0, -6.0], vec![0, 2]));
    let (y, indices) = pool::max_forward(&problem, &[f32::NEG_INFINITY; 3]).unwrap();
    assert_eq!((y, indices), (vec![f32::NEG_INFINITY; 2], vec![0, 1]));
}

#[test]
fn indices_count_within_their_own_plane() {
    let problem = Window::new([1, 2], [1, 2], [0, 0], [0, 0], [1, 1]).max_pool(false, &[2, 2, 2, 2]).unwrap();
    let x: Vec<f32> = (0..16).map(|cell| cell as f32).collect();
    let (y, indices) = pool::max_forward(&problem, &x).unwrap();
    assert_eq!(y, [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0]);
    assert_eq!(indices, [1, 3, 1, 3, 1, 3, 1, 3]);
}
