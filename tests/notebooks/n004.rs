//! Notebook 004: convolution in numpy step by step: one axis, batches, two axes, channels; forward, input gradient and
//! kernel gradient ("param_grad"), the output gradient being ones wherever numbers are printed.
//!
//! Its convention: `length / 2` zeros on both sides, as many outputs as inputs. For an odd kernel that is
//! [`Padding::Same`]. For an even one a window more would fit than it computes, so one cell of the high padding is
//! never read: [`Padding::SameLow`]. Its kernels with channels are `[in, out, height, width]`, ours `[out, in, height,
//! width]`.

use std::ops::AddAssign;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use wgconv::{Conv, Conv1d, Conv2d, ConvShapes, Padding, Result, Tensor, nn, reference};

use crate::support::{assert_within, context, integers, sum, to_f64, upload};

fn conv1d(taps: usize, padding: Padding<1>) -> Result<Conv1d> {
    Conv::<1>::new([taps]).padding(padding).build()
}

/// `batch` rows of one channel.
fn rows(batch: usize, data: &[f32]) -> Result<Tensor> {
    upload(&[batch, 1, data.len() / batch], data)
}

fn kernel1d(taps: &[f32]) -> Result<Tensor> {
    upload(&[1, 1, taps.len()], taps)
}

fn forward1d(padding: Padding<1>, batch: usize, x: &[f32], w: &[f32]) -> Result<Vec<f32>> {
    conv1d(w.len(), padding)?.forward(context(), &rows(batch, x)?, &kernel1d(w)?, None)?.read_blocking()
}

/// The input gradient for an output gradient of ones, `batch` rows of `length`.
fn input_grad1d(padding: Padding<1>, [batch, length]: [usize; 2], w: &[f32]) -> Result<Vec<f32>> {
    let ones = rows(batch, &vec![1.0; batch * length])?;
    conv1d(w.len(), padding)?.input_grad(context(), &ones, &kernel1d(w)?, &[batch, 1, length])?.read_blocking()
}

/// The kernel gradient for an output gradient of ones.
fn kernel_grad1d(padding: Padding<1>, batch: usize, x: &[f32], taps: usize) -> Result<Vec<f32>> {
    let ones = rows(batch, &vec![1.0; x.len()])?;
    conv1d(taps, padding)?.kernel_grad(context(), &rows(batch, x)?, &ones)?.read_blocking()
}

/// The two rows `0..=6` and `1..=7` of the notebook's section on batches.
const BATCH: [f32; 14] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];

/// Cells 4, 7 and 20 print rows with zeros around them. The library pads inside its operators only, so a kernel with
/// the single tap 1 shows its padding: more of it than the kernel is long.
#[test]
fn padding_stands_around_every_row() -> Result<()> {
    let padded = |cells, batch, x: &[f32]| forward1d(Padding::Symmetric([cells]), batch, x, &[1.0]);
    assert_eq!(padded(1, 1, &[12.0, 34.0, 45.0, 56.0, 90.0])?, [0.0, 12.0, 34.0, 45.0, 56.0, 90.0, 0.0]);
    let one_to_nine: Vec<f32> = (1..=9).map(|v| v as f32).collect();
    assert_eq!(padded(1, 1, &one_to_nine)?, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 0.0]);
    #[rustfmt::skip]
    let two_rows = [
        0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.0, 0.0,
        0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 0.0, 0.0, 0.0,
    ];
    assert_eq!(padded(3, 2, &BATCH)?, two_rows);
    Ok(())
}

/// Cells 9, 11 and 22.
#[test]
fn forward_along_one_axis() -> Result<()> {
    let one_to_nine: Vec<f32> = (1..=9).map(|v| v as f32).collect();
    let y = forward1d(Padding::Same, 1, &one_to_nine, &[1.0, 2.0, 3.0])?;
    assert_eq!(y, [8.0, 14.0, 20.0, 26.0, 32.0, 38.0, 44.0, 50.0, 26.0]);

    assert_eq!(sum(&forward1d(Padding::Same, 1, &[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0; 3])?), 39.0);

    #[rustfmt::skip]
    let two_rows = [
        1.0, 3.0, 6.0, 9.0, 12.0, 15.0, 11.0,
        3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 13.0,
    ];
    assert_eq!(forward1d(Padding::Same, 2, &BATCH, &[1.0; 3])?, two_rows);
    Ok(())
}

/// Cell 12 raises the first tap by one, and the sum of the outputs by 10: the first entry of the kernel gradient.
#[test]
fn kernel_gradient_is_what_a_tap_adds() -> Result<()> {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0];
    let of_ones = forward1d(Padding::Same, 1, &x, &[1.0, 1.0, 1.0])?;
    let raised = forward1d(Padding::Same, 1, &x, &[2.0, 1.0, 1.0])?;
    assert_eq!(sum(&raised) - sum(&of_ones), 10.0);
    assert_eq!(kernel_grad1d(Padding::Same, 1, &x, 3)?, [10.0, 15.0, 14.0]);
    Ok(())
}

/// Cells 15 and 16.
#[test]
fn input_gradient_along_one_axis() -> Result<()> {
    assert_eq!(input_grad1d(Padding::Same, [1, 4], &[1.0; 3])?, [2.0, 3.0, 3.0, 2.0]);
    assert_eq!(input_grad1d(Padding::Same, [1, 3], &[9.0, 3.0, 4.0])?, [12.0, 16.0, 7.0]);
    Ok(())
}

/// Cell 26: two taps, the padding cell low, as in the notebook's forward pass.
#[test]
fn kernel_gradient_of_an_even_kernel() -> Result<()> {
    assert_eq!(kernel_grad1d(Padding::SameLow, 2, &BATCH, 2)?, [36.0, 49.0]);
    // Not with the cell high: then the first tap sees what the second saw.
    assert_eq!(kernel_grad1d(Padding::Same, 2, &BATCH, 2)?, [49.0, 48.0]);
    Ok(())
}

/// Cell 24: two taps again, but `output_pad[i + taps - j - 1]` with one cell of padding is `dy[i - j]`, the gradient
/// of a forward pass whose padding cell is high. It is not the gradient of the notebook's forward pass.
#[test]
fn input_gradient_of_an_even_kernel() -> Result<()> {
    let w = [2.0, 1.0];
    let printed = [2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0];
    assert_eq!(input_grad1d(Padding::Same, [2, 7], &w)?, printed.repeat(2));

    let of_its_forward = [3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 1.0];
    assert_eq!(input_grad1d(Padding::SameLow, [2, 7], &w)?, of_its_forward.repeat(2));
    assert_eq!(differences(Padding::SameLow, &w)?, of_its_forward);
    assert_eq!(differences(Padding::Same, &w)?, printed);
    Ok(())
}

/// What the sum of the outputs gains when one input of seven is raised by one: exact, convolution being linear.
fn differences(padding: Padding<1>, w: &[f32]) -> Result<Vec<f32>> {
    let total = |x: &[f32]| Ok(sum(&forward1d(padding, 1, x, w)?));
    let x = &BATCH[..7];
    let before = total(x)?;
    let gain = |i: usize| {
        let mut raised = x.to_vec();
        raised[i] += 1.0;
        Ok((total(&raised)? - before) as f32)
    };
    (0..x.len()).map(gain).collect()
}

/// Cells 31 to 38: a batch of three unseeded 28x28 images and one 3x3 kernel; only shapes can be compared with what is
/// printed, `(3, 28, 28)`, `(3, 28, 28)` and `(3, 3)`. Our shapes have an axis for the one channel.
#[test]
fn batch_of_images_without_channels() -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (x, w) = (integers(&mut rng, 3 * 28 * 28, -9..=9), integers(&mut rng, 9, -9..=9));
    let (conv, x_shape, w_shape) = (same2d(3)?, [3, 1, 28, 28], [1, 1, 3, 3]);
    let ctx = context();
    let (x, w, ones) = (upload(&x_shape, &x)?, upload(&w_shape, &w)?, upload(&x_shape, &[1.0; 3 * 28 * 28])?);

    let y = conv.forward(ctx, &x, &w, None)?;
    let dx = conv.input_grad(ctx, &ones, &w, x.shape())?;
    let dw = conv.kernel_grad(ctx, &x, &ones)?;
    assert_eq!((y.shape(), dx.shape(), dw.shape()), (&x_shape[..], &x_shape[..], &w_shape[..]));

    // Whole numbers below 2^24: the values have to be those of the notebook's loops, bit for bit.
    let (x, w) = (to_f64(&x.read_blocking()?), to_f64(&w.read_blocking()?));
    let shape = Shape { batch: 3, channels_in: 1, channels_out: 1, size: 28, taps: 3 };
    assert_eq!(to_f64(&y.read_blocking()?), forward_in_out(&shape, &x, &w));
    Ok(())
}

/// Square images with channels, and square kernels.
struct Shape {
    batch: usize,
    channels_in: usize,
    channels_out: usize,
    size: usize,
    taps: usize,
}

/// `_output`: the notebook's loops over kernels `[in, out, taps...]`, in f64.
fn forward_in_out(shape: &Shape, x: &[f64], w: &[f64]) -> Vec<f64> {
    let Shape { batch, channels_in, channels_out, size, taps } = *shape;
    let (image, kernel) = (size * size, taps * taps);
    let mut y = vec![0.0; batch * channels_out * image];
    for (i, plane) in y.chunks_mut(image).enumerate() {
        let (n, c_out) = (i / channels_out, i % channels_out);
        for c_in in 0..channels_in {
            let x = &x[(n * channels_in + c_in) * image..][..image];
            let w = &w[(c_in * channels_out + c_out) * kernel..][..kernel];
            add_convolution(plane, x, w, size, taps);
        }
    }
    y
}

/// One channel's part of one output plane: zeros around x, `taps / 2` of them on every side.
fn add_convolution(y: &mut [f64], x: &[f64], w: &[f64], size: usize, taps: usize) {
    let inside = taps / 2..size + taps / 2;
    for (cell, y) in y.iter_mut().enumerate() {
        for (tap, w) in w.iter().enumerate() {
            let (row, column) = (cell / size + tap / taps, cell % size + tap % taps);
            if inside.contains(&row) && inside.contains(&column) {
                *y += w * x[(row - taps / 2) * size + column - taps / 2];
            }
        }
    }
}

/// The size at which the notebook tests its gradients.
const CIFAR: Shape = Shape { batch: 10, channels_in: 3, channels_out: 16, size: 32, taps: 5 };
const X_SHAPE: [usize; 4] = [10, 3, 32, 32];
const W_SHAPE: [usize; 4] = [16, 3, 5, 5];
const Y_SHAPE: [usize; 4] = [10, 16, 32, 32];
const X_COUNT: usize = 10 * 3 * 32 * 32;
const W_COUNT: usize = 16 * 3 * 5 * 5;
const Y_COUNT: usize = 10 * 16 * 32 * 32;

/// The input that the notebook raises by one, `[3][1][2][19]`.
const X_RAISED: usize = ((3 * 3 + 1) * 32 + 2) * 32 + 19;
/// The tap that it raises by one, `[0][8][0][2]` in its order, and the same one in ours.
const W_RAISED_IN_OUT: usize = 8 * 25 + 2;
const W_RAISED: usize = 8 * 3 * 25 + 2;

fn same2d(taps: usize) -> Result<Conv2d> {
    Conv::<2>::new([taps, taps]).padding(Padding::Same).build()
}

/// From the notebook's `[in, out, taps...]` to our `[out, in, taps...]`.
fn transposed(w: &[f32]) -> Vec<f32> {
    let plane = CIFAR.taps * CIFAR.taps;
    let tap = |(c_out, c_in): (usize, usize)| &w[(c_in * CIFAR.channels_out + c_out) * plane..][..plane];
    let planes = (0..CIFAR.channels_out).flat_map(|c_out| (0..CIFAR.channels_in).map(move |c_in| (c_out, c_in)));
    planes.flat_map(tap).copied().collect()
}

fn raised<T: Copy + From<u8> + AddAssign>(data: &[T], index: usize) -> Vec<T> {
    let mut data = data.to_vec();
    data[index] += T::from(1);
    data
}

fn forward_sum(x: &[f32], w: &[f32]) -> Result<f64> {
    let y = same2d(5)?.forward(context(), &upload(&X_SHAPE, x)?, &upload(&W_SHAPE, w)?, None)?;
    Ok(sum(&y.read_blocking()?))
}

/// dx and dw for an output gradient of ones.
fn gradients(x: &[f32], w: &[f32]) -> Result<[Vec<f32>; 2]> {
    let (conv, ctx) = (same2d(5)?, context());
    let (x, w, ones) = (upload(&X_SHAPE, x)?, upload(&W_SHAPE, w)?, upload(&Y_SHAPE, &vec![1.0; Y_COUNT])?);
    let dx = conv.input_grad(ctx, &ones, &w, &X_SHAPE)?;
    let dw = conv.kernel_grad(ctx, &x, &ones)?;
    Ok([dx.read_blocking()?, dw.read_blocking()?])
}

#[test]
fn kernels_come_as_in_out_and_go_as_out_in() -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(40);
    let (x, w_in_out) = (integers(&mut rng, X_COUNT, -4..=4), integers(&mut rng, W_COUNT, -4..=4));
    let w = transposed(&w_in_out);
    assert_eq!(w[W_RAISED], w_in_out[W_RAISED_IN_OUT]);
    let y = same2d(5)?.forward(context(), &upload(&X_SHAPE, &x)?, &upload(&W_SHAPE, &w)?, None)?;
    let of_the_notebook = forward_in_out(&CIFAR, &to_f64(&x), &to_f64(&w_in_out));
    assert!(to_f64(&y.read_blocking()?) == of_the_notebook, "the loops over [in, out, taps] give other outputs");
    Ok(())
}

/// Cells 106, 123 and 134 on whole numbers: the GPU's own differences equal its gradients exactly. (Cell 125 means to
/// raise a tap but computes cell 106 again, and prints 14.34 beside a kernel gradient of -154.5: the notebook never
/// checked its kernel gradient. Its numbers are of unseeded data.)
#[test]
fn differences_equal_gradients_exactly_on_integers() -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(41);
    let (x, w) = (integers(&mut rng, X_COUNT, -4..=4), integers(&mut rng, W_COUNT, -4..=4));
    let before = forward_sum(&x, &w)?;
    let [dx, dw] = gradients(&x, &w)?;
    assert_eq!(forward_sum(&raised(&x, X_RAISED), &w)? - before, f64::from(dx[X_RAISED]));
    assert_eq!(forward_sum(&x, &raised(&w, W_RAISED))? - before, f64::from(dw[W_RAISED]));
    Ok(())
}

/// The same cells on normally distributed data, as in the notebook: its loops in f64 give the differences.
#[test]
fn differences_equal_gradients_on_real_data() -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    let x = nn::init::normal(&mut rng, X_COUNT, 1.0);
    let w_in_out = nn::init::normal(&mut rng, W_COUNT, 1.0);
    let w = transposed(&w_in_out);
    let [dx, dw] = gradients(&x, &w)?;

    // Every element of both gradients, with the bound of a float32 sum.
    let problem = same2d(5)?.problem(&ConvShapes::new(&X_SHAPE, &W_SHAPE))?;
    let ones = vec![1.0; Y_COUNT];
    let expected_dx = reference::conv::input_grad(&problem, &ones, &w)?;
    let expected_dw = reference::conv::kernel_grad(&problem, &x, &ones)?;
    assert_within("dx", &dx, &expected_dx.values, &expected_dx.bound(1.0));
    assert_within("dw", &dw, &expected_dw.values, &expected_dw.bound(1.0));

    // The two elements that the notebook looks at, by differences of its own loops. The sum over 163,840 outputs of
    // about 9 is known to 1e-9 in f64, which is far below the float32 bound of the gradient.
    let (x, w_in_out) = (to_f64(&x), to_f64(&w_in_out));
    let total = |x: &[f64], w: &[f64]| forward_in_out(&CIFAR, x, w).iter().sum::<f64>();
    let before = total(&x, &w_in_out);
    let by_x = total(&raised(&x, X_RAISED), &w_in_out) - before;
    let by_w = total(&x, &raised(&w_in_out, W_RAISED_IN_OUT)) - before;
    assert_within("dx", &dx[X_RAISED..=X_RAISED], &[by_x], &expected_dx.bound(1.0)[X_RAISED..=X_RAISED]);
    assert_within("dw", &dw[W_RAISED..=W_RAISED], &[by_w], &expected_dw.bound(1.0)[W_RAISED..=W_RAISED]);
    Ok(())
}
