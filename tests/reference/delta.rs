//! A kernel that is 1 at one tap and 0 elsewhere copies its input, shifted: flipped kernels, swapped axes and mixed-up
//! low and high padding show at once.

use wgconv::reference::conv;

use crate::Integers;
use crate::problems::Window;

#[test]
fn a_delta_kernel_gives_a_shifted_copy() {
    let (height, width) = (5, 7);
    let window = Window::new([3, 2], [1, 1], [2, 0], [1, 3], [1, 2]);
    let problem = window.conv(1, &[1, 1, height, width], &[1, 1, 3, 2]).unwrap();
    let [rows, columns] = [5 + 3 - 3 + 1, 7 + 3 - 3 + 1];
    assert_eq!(problem.y_shape(), [1, 1, rows, columns]);
    let x = Integers(5).distinct(height * width);
    for tap_row in 0..3 {
        for tap_column in 0..2 {
            let mut w = vec![0.0; 6];
            w[tap_row * 2 + tap_column] = 1.0;
            let y = conv::forward(&problem, &x, &w, None).unwrap().to_f32();
            for row in 0..rows {
                for column in 0..columns {
                    let from = (row as isize + tap_row as isize - 2, column + 2 * tap_column);
                    let inside = (0..height as isize).contains(&from.0) && from.1 < width;
                    let expected = if inside { x[from.0 as usize * width + from.1] } else { 0.0 };
                    assert_eq!(y[row * columns + column], expected, "tap {tap_row} {tap_column}, {row} {column}");
                }
            }
        }
    }
}

#[test]
fn low_padding_stands_before_the_input_and_high_padding_behind_it() {
    let y = |low, high| {
        let problem = Window::new([1], [1], [low], [high], [1]).conv(1, &[1, 1, 2], &[1, 1, 1]).unwrap();
        conv::forward(&problem, &[1.0, 2.0], &[1.0], None).unwrap().to_f32()
    };
    assert_eq!(y(2, 1), [0.0, 0.0, 1.0, 2.0, 0.0]);
    assert_eq!(y(0, 3), [1.0, 2.0, 0.0, 0.0, 0.0]);
}

#[test]
fn depth_height_and_width_are_not_swapped() {
    // One window; the tap at (1, 2, 3) lies on the last cell.
    let window = Window::new([2, 3, 4], [1, 1, 1], [0, 0, 0], [0, 0, 0], [1, 1, 1]);
    let problem = window.conv(1, &[1, 1, 2, 3, 4], &[1, 1, 2, 3, 4]).unwrap();
    let x: Vec<f32> = (0..24).map(|cell| cell as f32).collect();
    for tap in 0..24 {
        let mut w = vec![0.0; 24];
        w[tap] = 1.0;
        assert_eq!(conv::forward(&problem, &x, &w, None).unwrap().to_f32(), [tap as f32]);
    }
}

#[test]
fn a_stride_takes_every_other_cell_and_drops_the_tail() {
    let problem = Window::new([2], [3], [0], [0], [1]).conv(1, &[1, 1, 7], &[1, 1, 2]).unwrap();
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    assert_eq!(conv::forward(&problem, &x, &[1.0, 0.0], None).unwrap().to_f32(), [1.0, 4.0]);
    let dx = conv::input_grad(&problem, &[1.0, 10.0], &[1.0, 2.0]).unwrap();
    assert_eq!(dx.to_f32(), [1.0, 2.0, 0.0, 10.0, 20.0, 0.0, 0.0]);
    assert_eq!(dx.terms, [1, 1, 0, 1, 1, 0, 0]);
}

#[test]
fn a_group_sees_only_its_own_channels() {
    // Two groups of two input and three output channels; w adds 1, 2 or 3 times the channels' sum.
    let problem = Window::new([1], [1], [0], [0], [1]).conv(2, &[1, 4, 1], &[6, 2, 1]).unwrap();
    let w = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
    let y = conv::forward(&problem, &[1.0, 10.0, 100.0, 1000.0], &w, None).unwrap();
    assert_eq!(y.to_f32(), [11.0, 22.0, 33.0, 1100.0, 2200.0, 3300.0]);
    let dx = conv::input_grad(&problem, &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0], &w).unwrap();
    assert_eq!(dx.to_f32(), [1.0, 1.0, 3.0, 3.0]);
}
