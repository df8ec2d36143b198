//! A network that PyTorch trained, run here from its file: the same logits, up to what is promised about rounding.
//!
//! `scripts/make-torch-network.py` made the files. Its logits are those of the f32 weights in double precision. How far ours
//! may be off follows layer by layer from the documented bound: a layer adds its own `terms * eps * sum|a*b|`, computed from
//! the input that it really had, and passes on what that input was off by, through |w|. ReLU and max pooling enlarge no
//! difference.

use std::path::{Path, PathBuf};

use wgconv::safetensors::Reader;
use wgconv::{Context, Conv, Conv2d, ConvShapes, MaxPool, Padding, Tensor, nn, reference};

use crate::context;

const EPS: f64 = f32::EPSILON as f64;

fn golden(name: &str) -> Reader {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    Reader::open_at_most(folder.join(name), 1 << 20).unwrap()
}

/// A tensor of the device with a bound of how far each element is off.
struct Bounded {
    tensor: Tensor,
    off: Vec<f32>,
}

fn absolute(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| value.abs()).collect()
}

/// Convolution and bias, ReLU, max pooling of 2 by 2.
fn layer(ctx: &Context, conv: &Conv2d, x: &Bounded, w: &Tensor, b: &Tensor) -> Bounded {
    let z = conv.forward(ctx, &x.tensor, w, Some(b)).unwrap();
    let off = bound(conv, x, w, b);
    let pool = MaxPool::<2>::new([2, 2]).build().unwrap();
    let tensor = pool.forward(ctx, &nn::relu(ctx, &z).unwrap()).unwrap();
    let (off, _) = reference::pool::max_forward(&pool.problem(z.shape()).unwrap(), &off).unwrap();
    Bounded { tensor, off }
}

/// What a convolution may be off by, given what its input is off by.
fn bound<const D: usize>(conv: &Conv<D>, x: &Bounded, w: &Tensor, b: &Tensor) -> Vec<f32> {
    let [x_values, w_values, b_values] = [&x.tensor, w, b].map(|tensor| tensor.read_blocking().unwrap());
    let shapes = ConvShapes::new(x.tensor.shape(), w.shape());
    let exact = conv.problem(&shapes.with_bias()).unwrap();
    let own = reference::conv::forward(&exact, &x_values, &w_values, Some(&b_values)).unwrap().bound(1.0);
    let passed = conv.problem(&shapes).unwrap();
    let passed = reference::conv::forward(&passed, &x.off, &absolute(&w_values), None).unwrap().values;
    // Carried on as f32, rounded up.
    own.iter().zip(&passed).map(|(own, passed)| ((own + passed) * (1.0 + EPS)) as f32).collect()
}

#[test]
fn a_network_trained_by_pytorch_gives_the_same_logits() {
    let ctx = context();
    let weights = golden("network.safetensors");
    let load = |name, shape: &[usize]| weights.entry(name).unwrap().expect_shape(shape).unwrap().tensor(ctx).unwrap();
    let (w1, b1) = (load("conv1.weight", &[16, 1, 5, 5]), load("conv1.bias", &[16]));
    let (w2, b2) = (load("conv2.weight", &[32, 16, 3, 3]), load("conv2.bias", &[32]));
    let (w3, b3) = (load("dense.weight", &[10, 32 * 7 * 7]), load("dense.bias", &[10]));

    let answers = golden("network-logits.safetensors");
    let images = answers.entry("images").unwrap().tensor(ctx).unwrap();
    let count = images.shape()[0];
    let conv = |taps| Conv::<2>::new([taps; 2]).padding(Padding::Same).build().unwrap();
    let x = Bounded { off: vec![0.0; images.len()], tensor: images };
    let hidden = layer(ctx, &conv(5), &x, &w1, &b1);
    let hidden = layer(ctx, &conv(3), &hidden, &w2, &b2);
    let flat = hidden.tensor.reshape(&[count, 32 * 7 * 7]).unwrap();
    let logits = nn::dense_forward(ctx, &flat, &w3, Some(&b3)).unwrap().read_blocking().unwrap();
    // The dense layer is a convolution of one cell with one tap.
    let cell = Bounded { tensor: flat.reshape(&[count, 32 * 7 * 7, 1]).unwrap(), off: hidden.off };
    let one_tap = Conv::<1>::new([1]).build().unwrap();
    let off = bound(&one_tap, &cell, &w3.reshape(&[10, 32 * 7 * 7, 1]).unwrap(), &b3);

    let expected = answers.entry("logits").unwrap().expect_shape(&[count, 10]).unwrap().values().unwrap();
    let mut largest = 0.0_f64;
    for ((found, expected), off) in logits.iter().zip(&expected).zip(&off) {
        // The file's numbers are rounded to f32 once.
        let allowed = f64::from(*off) + 0.5 * EPS * f64::from(expected.abs());
        let difference = (f64::from(*found) - f64::from(*expected)).abs();
        assert!(difference <= allowed, "{found} is not {expected} within {allowed}");
        assert!(allowed < 0.1, "a bound of {allowed} says nothing about logits");
        largest = largest.max(difference);
    }
    println!("largest difference {largest:e}, largest bound {:e}", off.iter().fold(0.0_f32, |a, &b| a.max(b)));
    let spread = expected.iter().fold(0.0_f32, |largest, logit| largest.max(logit.abs()));
    assert!(spread > 2.0, "a trained network has opinions");
}
