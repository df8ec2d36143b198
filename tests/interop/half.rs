//! Tensors of `half::f16` and `half::bf16`: in and out, to the bit, and through both kinds of convolution, poolings and `layout`.

use half::{bf16, f16};
use wgconv::{
    Activation, AdaptiveMaxPool, AvgPool, Conv, ConvTranspose, ElementType, Factor, LpPool, MaxPool, Padding, Program,
    Real, Tensor, Through, convert, layout,
};

use crate::context;

/// Of a type, from what it holds exactly.
fn values<T: Real + From<i8>>(count: usize) -> Vec<T> {
    (0..count).map(|i| T::from((i * 7 % 11) as i8 - 5)).collect()
}

fn tensors_come_back<T: Real + From<i8> + PartialEq + std::fmt::Debug>(element: ElementType) {
    assert_eq!(T::TYPE, element);
    // Odd and even numbers of elements.
    for count in [1, 2, 5] {
        let ctx = context();
        let (one, other) = (values::<T>(count), values::<T>(count + 1)[1..].to_vec());
        let x = ctx.tensor(&[count], &one).unwrap();
        assert_eq!(x.read_blocking().unwrap(), one);
        x.write(&other).unwrap();
        assert_eq!(x.read_blocking().unwrap(), other);
        assert_eq!(x.buffer().size(), element.buffer_bytes(count as u64));
        assert_eq!(ctx.zeros::<T>(&[count]).unwrap().read_blocking().unwrap(), vec![T::from(0); count]);
        let mut program = Program::new(ctx);
        let whole = ctx.zeros::<T>(&[count]).unwrap();
        program.copy(&x, &whole, 0).unwrap();
        program.run().unwrap();
        assert_eq!(whole.read_blocking().unwrap(), other);
    }
    let (five, eight) = (context().zeros::<T>(&[5]).unwrap(), context().zeros::<T>(&[8]).unwrap());
    let mut program = Program::new(context());
    assert!(program.copy(&five, &eight, 3).is_err(), "it begins within a word");
    assert!(program.copy(&five, &eight, 0).is_err(), "it ends within one that is not its own");
}

#[test]
fn tensors_come_back_to_the_bit() {
    tensors_come_back::<f16>(ElementType::F16);
    tensors_come_back::<bf16>(ElementType::Bf16);
}

/// A call in f32 and one in another type on the same small integers, which give the same numbers.
fn calls_agree<T: Real + From<i8> + Into<f32>>() {
    let ctx = context();
    let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).activation(Activation::Relu).build().unwrap();
    let tensor = |shape: &[usize]| ctx.tensor(shape, &values::<T>(shape.iter().product())).unwrap();
    let (x, w, b) = (tensor(&[2, 3, 5, 7]), tensor(&[4, 3, 3, 3]), tensor(&[4]));
    let wide = |t: &Tensor<T>| convert::<T, f32>(ctx, t).unwrap();
    let same = |t: Tensor<T>, f: Tensor<f32>| {
        let found: Vec<f32> = t.read_blocking().unwrap().into_iter().map(Into::into).collect();
        let expected = f.read_blocking().unwrap();
        assert_eq!(t.shape(), f.shape());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(f64::from(*found), T::TYPE.round((*expected).into()));
        }
    };
    let y = conv.forward(ctx, &x, &w, Some(&b)).unwrap();
    same(y.clone(), conv.forward(ctx, &wide(&x), &wide(&w), Some(&wide(&b))).unwrap());
    let dy = tensor(y.shape());
    let dx = conv.input_grad_through(ctx, Activation::Relu, &dy, &w, &x).unwrap();
    same(dx.clone(), conv.input_grad_through(ctx, Activation::Relu, &wide(&dy), &wide(&w), &wide(&x)).unwrap());
    let wide_dx = wide(&dx);
    conv.input_grad_onto(ctx, &dy, &w, Through::Nothing, &dx, Factor::ONE).unwrap();
    conv.input_grad_onto(ctx, &wide(&dy), &wide(&w), Through::Nothing, &wide_dx, Factor::ONE).unwrap();
    same(dx, wide_dx);
    same(conv.kernel_grad(ctx, &x, &dy).unwrap(), conv.kernel_grad(ctx, &wide(&x), &wide(&dy)).unwrap());
    same(conv.bias_grad(ctx, &dy).unwrap(), conv.bias_grad(ctx, &wide(&dy)).unwrap());

    let up = ConvTranspose::<1>::new([3]).stride([2]).build().unwrap();
    let (x, w) = (tensor(&[2, 3, 5]), tensor(&[3, 2, 3]));
    let mut program = Program::new(ctx);
    let y = program.conv_transpose_forward(&up, &x, &w, None).unwrap();
    let dw = program.conv_transpose_kernel_grad(&up, &x, &y).unwrap();
    program.run().unwrap();
    let wide_y = up.forward(ctx, &wide(&x), &wide(&w), None).unwrap();
    same(dw, up.kernel_grad(ctx, &wide(&x), &wide(&y)).unwrap());
    same(y, wide_y);
}

/// The same of poolings, on integers whose averages and norms are integers too.
fn pools_agree<T: Real + From<i8> + Into<f32>>() {
    let ctx = context();
    let x = ctx.tensor(&[2, 3, 5, 7], &values::<T>(210)).unwrap();
    let wide = |t: &Tensor<T>| convert::<T, f32>(ctx, t).unwrap();
    let same = |t: Tensor<T>, f: Tensor<f32>| {
        let found: Vec<f32> = t.read_blocking().unwrap().into_iter().map(Into::into).collect();
        assert_eq!((t.shape(), t.layout(), found), (f.shape(), f.layout(), f.read_blocking().unwrap()));
    };
    let pool = MaxPool::<2>::new([3, 2]).stride([1, 2]).build().unwrap();
    let (y, indices) = pool.forward_with_indices(ctx, &x).unwrap();
    let (wide_y, wide_indices) = pool.forward_with_indices(ctx, &wide(&x)).unwrap();
    assert_eq!(indices.read_blocking().unwrap(), wide_indices.read_blocking().unwrap());
    same(pool.forward(ctx, &x).unwrap(), wide_y.clone());
    let dx = pool.backward(ctx, &y, &indices, x.shape()).unwrap();
    same(dx, pool.backward(ctx, &wide_y, &indices, x.shape()).unwrap());
    let mut program = Program::new(ctx);
    let sparse = program.max_pool_unpool(&pool, &y, &indices, x.shape()).unwrap();
    let back = program.max_pool_unpool_backward(&pool, &sparse, &indices, x.shape()).unwrap();
    let last = program.to_channels_last(&sparse).unwrap();
    program.run().unwrap();
    let wide_sparse = pool.unpool(ctx, &wide_y, &indices, x.shape()).unwrap();
    same(back, pool.unpool_backward(ctx, &wide_sparse, &indices, x.shape()).unwrap());
    same(last, layout::to_channels_last(ctx, &wide_sparse).unwrap());
    same(y, wide_y);

    let sums = AvgPool::<2>::new([2, 2]).divisor_override(1).build().unwrap();
    let y = sums.forward(ctx, &x).unwrap();
    same(sums.backward(ctx, &y, x.shape()).unwrap(), sums.backward(ctx, &wide(&y), x.shape()).unwrap());
    same(y, sums.forward(ctx, &wide(&x)).unwrap());
    let norm = LpPool::<2>::new([2, 2]).p(1.0).build().unwrap();
    let y = norm.forward(ctx, &x).unwrap();
    let dx = norm.backward(ctx, &x, &y, &y).unwrap();
    same(dx, norm.backward(ctx, &wide(&x), &wide(&y), &wide(&y)).unwrap());
    let global = AdaptiveMaxPool::<2>::global();
    same(global.forward(ctx, &x).unwrap(), global.forward(ctx, &wide(&x)).unwrap());
}

#[test]
fn poolings_take_both_types() {
    pools_agree::<f16>();
    pools_agree::<bf16>();
}

#[test]
fn convolutions_take_both_types() {
    calls_agree::<f16>();
    calls_agree::<bf16>();
}

/// The host's rounding is the crate's.
#[test]
fn element_types_round_as_the_crate_does() {
    for i in 0..200_000u32 {
        let value = f32::from_bits(i.wrapping_mul(2_654_435_761));
        if value.is_nan() {
            continue;
        }
        assert_eq!(ElementType::F16.round(value.into()), f64::from(f16::from_f32(value)), "{value:e}");
        assert_eq!(ElementType::Bf16.round(value.into()), f64::from(bf16::from_f32(value)), "{value:e}");
        let words = [ElementType::F16, ElementType::Bf16].map(|element| element.words(&[value])[0]);
        assert_eq!(words, [f16::from_f32(value).to_bits(), bf16::from_f32(value).to_bits()].map(u32::from));
    }
}
