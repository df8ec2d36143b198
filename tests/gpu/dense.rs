//! The dense layer against the reference's matrix products.

use wgconv::{Activation, nn, reference};

use crate::support::compare;
use crate::support::context::context;
use crate::support::data::{integers, reals};

#[test]
fn the_dense_layer_equals_the_reference() {
    let ctx = context();
    for (i, extents) in
        [[1, 1, 1], [3, 5, 7], [2, 257, 3], [65, 4, 66], [1, 70_000, 2], [37, 44, 9]].into_iter().enumerate()
    {
        for exact in [true, false] {
            let seed = 10 * i as u64;
            let most = if extents[1] > 1000 { 3 } else { 9 };
            let data = |seed, count| if exact { integers(seed, count, most) } else { reals(seed, count) };
            let [n, inputs, outputs] = extents;
            let (x, w, b) = (data(seed, n * inputs), data(seed + 1, outputs * inputs), data(seed + 2, outputs));
            let dy = data(seed + 3, n * outputs);
            let tensor = |shape: &[usize], values: &[f32]| ctx.tensor(shape, values).unwrap();
            let (tx, tw) = (tensor(&[n, inputs], &x), tensor(&[outputs, inputs], &w));
            let (tb, tdy) = (tensor(&[outputs], &b), tensor(&[n, outputs], &dy));
            let results = [
                (nn::dense_forward(ctx, &tx, &tw, Some(&tb)), reference::nn::dense::forward(extents, &x, &w, Some(&b))),
                (nn::dense_forward(ctx, &tx, &tw, None), reference::nn::dense::forward(extents, &x, &w, None)),
                (nn::dense_input_grad(ctx, &tdy, &tw), reference::nn::dense::input_grad(extents, &dy, &w)),
                (
                    nn::dense_input_grad_through(ctx, Activation::Relu, &tdy, &tw, &tx),
                    reference::nn::dense::input_grad(extents, &dy, &w).unwrap().through(Activation::Relu, &x),
                ),
                (nn::dense_kernel_grad(ctx, &tx, &tdy), reference::nn::dense::kernel_grad(extents, &x, &dy)),
                (nn::dense_bias_grad(ctx, &tdy), reference::nn::dense::bias_grad(extents, &dy)),
            ];
            for (found, expected) in results {
                let (found, expected) = (found.unwrap(), expected.unwrap());
                let values = found.read_blocking().unwrap();
                let outcome = if exact {
                    compare::exact(&values, &expected.to_f32(), found.shape())
                } else {
                    compare::within(&values, &expected.values, &expected.bound(1.0), found.shape())
                };
                outcome.unwrap_or_else(|error| panic!("{extents:?}, exact {exact}: {error}"));
            }
        }
    }
}

/// The kernel of a convolution is bound whole; dy takes its place only where it can be.
#[test]
fn a_long_dy_is_cut_into_samples() {
    let mut limits = *context().limits();
    limits.max_storage_binding_bytes = 4096;
    let ctx = context().with_limits(limits).unwrap();
    let extents @ [n, inputs, outputs] = [40, 32, 30];
    let (x, w, dy) = (integers(1, n * inputs, 9), integers(2, outputs * inputs, 9), integers(3, n * outputs, 9));
    let tensor = |shape: &[usize], values: &[f32]| ctx.tensor(shape, values).unwrap();
    let (tx, tw, tdy) = (tensor(&[n, inputs], &x), tensor(&[outputs, inputs], &w), tensor(&[n, outputs], &dy));
    let dx = nn::dense_input_grad(&ctx, &tdy, &tw).unwrap().read_blocking().unwrap();
    assert_eq!(dx, reference::nn::dense::input_grad(extents, &dy, &w).unwrap().to_f32());
    let dw = nn::dense_kernel_grad(&ctx, &tx, &tdy).unwrap().read_blocking().unwrap();
    assert_eq!(dw, reference::nn::dense::kernel_grad(extents, &x, &dy).unwrap().to_f32());
}
