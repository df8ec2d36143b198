//! Average pooling: what is divided by what.

use wgconv::reference::pool;

use crate::problems::{Divisor, Window, poolings};

fn average(window: &Window, divisor: Divisor, ceil_mode: bool, x: &[f32]) -> Vec<f32> {
    let problem = window.average_pool(divisor, ceil_mode, &[1, 1, x.len()]).unwrap();
    pool::average_forward(&problem, x).unwrap().to_f32()
}

#[test]
fn the_divisor_counts_padding_but_not_what_hangs_over() {
    // Windows of three, two apart: one cell of low padding, one of high padding, and the last window hangs over by one.
    let window = Window::new([3], [2], [1], [1], [1]);
    let x = [6.0, 12.0, 24.0, 48.0];
    let [include, exclude, four] = Divisor::ALL;
    assert_eq!(average(&window, include, false, &x), [18.0 / 3.0, 84.0 / 3.0]);
    assert_eq!(average(&window, exclude, false, &x), [18.0 / 2.0, 84.0 / 3.0]);
    assert_eq!(average(&window, include, true, &x), [18.0 / 3.0, 84.0 / 3.0, 48.0 / 2.0]);
    assert_eq!(average(&window, exclude, true, &x), [18.0 / 2.0, 84.0 / 3.0, 48.0 / 1.0]);
    assert_eq!(average(&window, four, true, &x), [18.0 / 4.0, 84.0 / 4.0, 48.0 / 4.0]);
}

#[test]
fn the_average_of_a_constant_is_that_constant_if_padding_does_not_count() {
    let exclude = Divisor { count_include_pad: false, overridden: None };
    for (window, x_shape) in poolings() {
        for ceil_mode in [false, true] {
            let problem = window.average_pool(exclude, ceil_mode, &x_shape).unwrap();
            let x = vec![7.0; x_shape.iter().product()];
            let y = pool::average_forward(&problem, &x).unwrap();
            assert!(y.values.iter().all(|&value| value == 7.0), "{window:?}");
        }
    }
}

#[test]
fn taps_in_the_padding_add_zero() {
    let include = Divisor { count_include_pad: true, overridden: None };
    // Taps at 0 and 4 of four cells: the second lies in the high padding.
    let behind = Window::new([2], [4], [0], [1], [4]);
    assert_eq!(average(&behind, include, false, &[6.0, 1.0, 1.0, 1.0]), [3.0]);
    // Taps at -2 and 1.
    let before = Window::new([2], [1], [2], [0], [3]);
    assert_eq!(average(&before, include, false, &[4.0, 8.0]), [4.0]);
    // Taps at -1 and 1 of one cell: nothing but padding.
    let around = Window::new([2], [1], [1], [1], [2]);
    assert_eq!(average(&around, include, false, &[4.0]), [0.0]);
    assert_eq!(average(&around, Divisor { overridden: Some(2), ..include }, false, &[4.0]), [0.0]);
}

#[test]
fn the_bound_of_an_average_follows_from_its_cells() {
    let window = Window::new([2], [2], [0], [0], [1]);
    let problem = window.average_pool(Divisor::ALL[0], false, &[1, 1, 2]).unwrap();
    let y = pool::average_forward(&problem, &[3.0, -5.0]).unwrap();
    assert_eq!((y.values[0], y.magnitudes[0], y.terms[0]), (-1.0, 4.0, 2));
}
