//! Relations between different convolutions that must hold exactly on integers.

use wgconv::{Context, Conv, Padding, Tensor};

use crate::support::context::context;
use crate::support::data::{count, integers};

fn tensor(ctx: &Context, seed: u64, shape: &[usize]) -> Tensor {
    ctx.tensor(shape, &integers(seed, count(shape), 5)).unwrap()
}

fn read(tensor: &Tensor) -> Vec<f32> {
    tensor.read_blocking().unwrap()
}

/// A kernel that is 1 at one tap copies the input, shifted by that tap.
#[test]
fn a_delta_kernel_shifts_the_input() {
    let ctx = context();
    let (height, width) = (5, 7);
    let x = tensor(ctx, 1, &[1, 1, height, width]);
    let values = read(&x);
    let padding = Padding::Explicit { low: [1, 2], high: [1, 2] };
    let conv = Conv::<2>::new([3, 5]).padding(padding).build().unwrap();
    for (row, col) in [(0, 0), (0, 4), (1, 2), (2, 1), (2, 4)] {
        let mut kernel = vec![0.0; 15];
        kernel[row * 5 + col] = 1.0;
        let y = read(&conv.forward(ctx, &x, &ctx.tensor(&[1, 1, 3, 5], &kernel).unwrap(), None).unwrap());
        for h in 0..height {
            for w in 0..width {
                let (from_h, from_w) = ((h + row).wrapping_sub(1), (w + col).wrapping_sub(2));
                let inside = from_h < height && from_w < width;
                let expected = if inside { values[from_h * width + from_w] } else { 0.0 };
                assert_eq!(y[h * width + w], expected, "tap {row}, {col} at {h}, {w}");
            }
        }
    }
}

/// A dilated kernel is the kernel with zeros between its taps.
#[test]
fn dilation_is_a_kernel_with_zeros() {
    let ctx = context();
    let x = tensor(ctx, 2, &[2, 2, 11, 13]);
    let w = tensor(ctx, 3, &[3, 2, 2, 3]);
    let kernel = read(&w);
    let mut spread = vec![0.0; 3 * 2 * 4 * 5];
    for (i, &value) in kernel.iter().enumerate() {
        let (plane, row, col) = (i / 6, i / 3 % 2, i % 3);
        spread[plane * 20 + row * 3 * 5 + col * 2] = value;
    }
    let spread = ctx.tensor(&[3, 2, 4, 5], &spread).unwrap();
    let dilated = Conv::<2>::new([2, 3]).dilation([3, 2]).stride([2, 1]).build().unwrap();
    let plain = Conv::<2>::new([4, 5]).stride([2, 1]).build().unwrap();
    let y = dilated.forward(ctx, &x, &w, None).unwrap();
    assert_eq!(read(&y), read(&plain.forward(ctx, &x, &spread, None).unwrap()));
    let dx = dilated.input_grad(ctx, &y, &w, x.shape()).unwrap();
    assert_eq!(read(&dx), read(&plain.input_grad(ctx, &y, &spread, x.shape()).unwrap()));
}

/// A grouped convolution is its groups side by side.
#[test]
fn groups_are_convolutions_side_by_side() {
    let ctx = context();
    let (x_shape, w_shape) = ([1, 6, 5, 6], [4, 3, 2, 3]);
    let (x, w) = (tensor(ctx, 4, &x_shape), tensor(ctx, 5, &w_shape));
    let grouped = Conv::<2>::new([2, 3]).groups(2).build().unwrap();
    let single = Conv::<2>::new([2, 3]).build().unwrap();
    let together = read(&grouped.forward(ctx, &x, &w, None).unwrap());
    let half = |values: Vec<f32>, shape: [usize; 4], group: usize| {
        let part = values.len() / 2;
        ctx.tensor(&shape, &values[group * part..(group + 1) * part]).unwrap()
    };
    let mut apart = Vec::new();
    for group in 0..2 {
        let (x, w) = (half(read(&x), [1, 3, 5, 6], group), half(read(&w), [2, 3, 2, 3], group));
        apart.extend(read(&single.forward(ctx, &x, &w, None).unwrap()));
    }
    assert_eq!(together, apart);
}

/// The batch is its samples one by one, bit for bit and on real data, because no pass but the kernel gradient reduces over
/// it.
#[test]
fn a_batch_is_its_samples() {
    let ctx = context();
    let values = crate::support::data::reals(6, 3 * 4 * 7 * 9);
    let w = ctx.tensor(&[5, 4, 3, 2], &crate::support::data::reals(7, 120)).unwrap();
    let conv = Conv::<2>::new([3, 2]).padding(Padding::Same).build().unwrap();
    let together = read(&conv.forward(ctx, &ctx.tensor(&[3, 4, 7, 9], &values).unwrap(), &w, None).unwrap());
    let mut apart = Vec::new();
    for sample in values.chunks(4 * 7 * 9) {
        apart.extend(read(&conv.forward(ctx, &ctx.tensor(&[1, 4, 7, 9], sample).unwrap(), &w, None).unwrap()));
    }
    assert_eq!(together, apart);
}

/// Rank 1 and 2 are rank 3 with leading axes of one cell.
#[test]
fn ranks_agree() {
    let ctx = context();
    let (x, w) = (tensor(ctx, 8, &[2, 3, 11]), tensor(ctx, 9, &[4, 3, 3]));
    let line = Conv::<1>::new([3]).stride([2]).padding(Padding::Symmetric([1])).build().unwrap();
    let expected = read(&line.forward(ctx, &x, &w, None).unwrap());
    let plane = Conv::<2>::new([1, 3]).stride([1, 2]).padding(Padding::Symmetric([0, 1])).build().unwrap();
    let (x2, w2) = (x.reshape(&[2, 3, 1, 11]).unwrap(), w.reshape(&[4, 3, 1, 3]).unwrap());
    assert_eq!(read(&plane.forward(ctx, &x2, &w2, None).unwrap()), expected);
    // The same line along the depth.
    let space = Conv::<3>::new([3, 1, 1]).stride([2, 1, 1]).padding(Padding::Symmetric([1, 0, 0])).build().unwrap();
    let (x3, w3) = (x.reshape(&[2, 3, 11, 1, 1]).unwrap(), w.reshape(&[4, 3, 3, 1, 1]).unwrap());
    assert_eq!(read(&space.forward(ctx, &x3, &w3, None).unwrap()), expected);
}
