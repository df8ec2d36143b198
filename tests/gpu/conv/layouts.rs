//! How layouts and orders go through calls: the catalogue and random shapes draw them for the kernels; here is what the calls
//! decide and refuse.

use wgconv::{
    Activation, Conv, ConvTranspose, Error, Factor, KernelOrder, Layout, Operand, Program, Tensor, Through, layout,
};

use crate::support::context::context;
use crate::support::data::{count, integers};

const FIRST: Layout = Layout::ChannelsFirst;
const LAST: Layout = Layout::ChannelsLast;

fn tensor(seed: u64, shape: &[usize]) -> Tensor {
    context().tensor(shape, &integers(seed, count(shape), 9)).unwrap()
}

fn last(of: &Tensor) -> Tensor {
    layout::to_channels_last(context(), of).unwrap()
}

/// The same elements, whatever the layouts.
fn assert_same(found: &Tensor, expected: &Tensor) {
    let read = |tensor: &Tensor| match tensor.layout() {
        LAST => layout::to_channels_first(context(), tensor).unwrap().read_blocking().unwrap(),
        FIRST => tensor.read_blocking().unwrap(),
    };
    assert_eq!((found.shape(), read(found)), (expected.shape(), read(expected)));
}

#[test]
fn results_have_the_layout_of_their_data_unless_told_otherwise() {
    let ctx = context();
    let (x, w, b) = (tensor(1, &[2, 4, 5, 6]), tensor(2, &[8, 4, 3, 2]), tensor(3, &[8]));
    let conv = Conv::<2>::new([3, 2]);
    let to_first = conv.result_layout(FIRST).build().unwrap();
    let conv = conv.build().unwrap();
    let y = conv.forward(ctx, &x, &w, Some(&b)).unwrap();
    for (conv, result) in [(conv, LAST), (to_first, FIRST)] {
        let found = conv.forward(ctx, &last(&x), &w, Some(&b)).unwrap();
        assert_eq!(found.layout(), result);
        assert_same(&found, &y);
        let dx = conv.input_grad(ctx, &last(&y), &w, x.shape()).unwrap();
        assert_eq!(dx.layout(), result);
        assert_same(&dx, &conv.input_grad(ctx, &y, &w, x.shape()).unwrap());
    }
    assert_same(&conv.kernel_grad(ctx, &last(&x), &y).unwrap(), &conv.kernel_grad(ctx, &x, &y).unwrap());
    assert_same(&conv.bias_grad(ctx, &last(&y)).unwrap(), &conv.bias_grad(ctx, &y).unwrap());

    let up = ConvTranspose::<2>::new([3, 2]).stride([2, 2]);
    let to_first = up.result_layout(FIRST).build().unwrap();
    let (up, w) = (up.build().unwrap(), tensor(4, &[4, 3, 3, 2]));
    let y = up.forward(ctx, &x, &w, None).unwrap();
    for (up, result) in [(up, LAST), (to_first, FIRST)] {
        let mut program = Program::new(ctx);
        let found = program.conv_transpose_forward(&up, &last(&x), &w, None).unwrap();
        let dx = program.conv_transpose_input_grad(&up, &last(&y), &w, x.shape()).unwrap();
        let dw = program.conv_transpose_kernel_grad(&up, &x, &last(&y)).unwrap();
        let db = program.conv_transpose_bias_grad(&up, &last(&y)).unwrap();
        program.run().unwrap();
        assert_eq!((found.layout(), dx.layout()), (result, result));
        assert_same(&found, &y);
        assert_same(&dx, &up.input_grad(ctx, &y, &w, x.shape()).unwrap());
        assert_same(&dw, &up.kernel_grad(ctx, &x, &y).unwrap());
        assert_same(&db, &up.bias_grad(ctx, &y).unwrap());
    }
}

#[test]
fn kernels_in_the_other_order_are_the_same_kernels() {
    let ctx = context();
    let (x, y) = (tensor(1, &[2, 4, 7]), tensor(2, &[2, 6, 5]));
    let (taps, groups) = (3, 2);
    let builder = Conv::<1>::new([taps]).groups(groups);
    let [conv, exchanged] =
        [KernelOrder::OutIn, KernelOrder::InOut].map(|order| builder.kernel_order(order).build().unwrap());
    let (dw, other) = (conv.kernel_grad(ctx, &x, &y).unwrap(), exchanged.kernel_grad(ctx, &x, &y).unwrap());
    assert_eq!((dw.shape(), other.shape()), (&[6, 2, 3][..], &[2, 6, 3][..]));
    let (values, others) = (dw.read_blocking().unwrap(), other.read_blocking().unwrap());
    for (k, c, t) in (0..6).flat_map(|k| (0..2).flat_map(move |c| (0..3).map(move |t| (k, c, t)))) {
        assert_eq!(values[(k * 2 + c) * taps + t], others[(c * 6 + k) * taps + t]);
    }
    assert_same(&exchanged.forward(ctx, &x, &other, None).unwrap(), &conv.forward(ctx, &x, &dw, None).unwrap());
    let error = exchanged.forward(ctx, &x, &dw, None).unwrap_err();
    assert!(matches!(error, Error::GroupMismatch { channels_out: 2, channels_per_group: 6, .. }), "{error}");
    let up = ConvTranspose::<1>::new([taps]).kernel_order(KernelOrder::OutIn).build().unwrap();
    let w = up.kernel_grad(ctx, &y, &tensor(3, &[2, 5, 7])).unwrap();
    assert_eq!(w.shape(), [5, 6, 3]);
    let error = up.forward(ctx, &x, &w, None).unwrap_err();
    assert!(matches!(error, Error::ShapeMismatch { operand: Operand::W, .. }), "{error}");
}

#[test]
fn what_goes_with_a_tensor_has_its_layout() {
    let ctx = context();
    let conv = Conv::<1>::new([2]).build().unwrap();
    let (x, w, y) = (tensor(1, &[1, 3, 4]), tensor(2, &[2, 3, 2]), tensor(3, &[1, 2, 3]));
    let refuses = |result: wgconv::Result<Tensor>, operand| {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::LayoutMismatch { operand: found, .. } if found == operand), "{error}");
    };
    let one = Factor::ONE;
    refuses(conv.forward_residual(ctx, &last(&x), &w, None, &y, one), Operand::Residual);
    let found = conv.forward_residual(ctx, &last(&x), &w, None, &last(&y), one).unwrap();
    assert_same(&found, &conv.forward_residual(ctx, &x, &w, None, &y, one).unwrap());
    // dx lies as the x does that it goes through, unless the convolution says otherwise.
    let expected = conv.input_grad_through(ctx, Activation::Relu, &y, &w, &x).unwrap();
    for (dy, x) in [(last(&y), last(&x)), (last(&y), x.clone()), (y.clone(), last(&x))] {
        let found = conv.input_grad_through(ctx, Activation::Relu, &dy, &w, &x).unwrap();
        assert_eq!(found.layout(), x.layout());
        assert_same(&found, &expected);
    }
    let to_last = Conv::<1>::new([2]).result_layout(LAST).build().unwrap();
    refuses(to_last.input_grad_through(ctx, Activation::Relu, &y, &w, &x), Operand::X);
    // A tensor that is there keeps its own, whatever the data's.
    let (dx, expected) = (last(&x), tensor(1, &[1, 3, 4]));
    for dx in [&dx, &expected] {
        conv.input_grad_onto(ctx, &y, &w, Through::Nothing, dx, one).unwrap();
    }
    assert_eq!(dx.layout(), LAST);
    assert_same(&dx, &expected);
    refuses(conv.forward(ctx, &x, &last(&w), None), Operand::W);
}
