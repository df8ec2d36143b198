//! Tensors: host data, shapes, reshaping; memory that the device has not got; buffers destroyed by their owner.

use wgconv::{Conv, Error, Program};

use crate::{assert_errors, assert_works, context, zeros};

#[test]
fn data_and_shape_that_differ() {
    let ctx = context();
    let t = zeros(&[2, 3]);
    assert_errors! {
        ctx.tensor(&[2, 2], &[1.0; 3]) => Error::DataLength { expected: 4, found: 3, .. },
        ctx.tensor(&[2, 2], &[1u32; 5]) => Error::DataLength { expected: 4, found: 5, .. },
        ctx.tensor::<f32>(&[0, 2], &[]) => Error::ZeroExtent { .. },
        ctx.tensor(&[usize::MAX, usize::MAX], &[1.0]) => Error::TooManyElements { .. },
        ctx.zeros::<f32>(&[1 << 32]) => Error::TooManyElements { .. },
        t.write(&[1.0; 7]) => Error::DataLength { expected: 6, found: 7, .. },
        t.write(&[]) => Error::DataLength { .. },
        t.reshape(&[2, 4]) => Error::DataLength { .. },
        t.reshape(&[6, 0]) => Error::ZeroExtent { .. },
        t.reshape(&[usize::MAX, 2]) => Error::TooManyElements { .. },
    }
    assert_eq!(t.read_blocking().unwrap(), [0.0; 6], "a refused write changes nothing");
    assert_works(ctx);
}

#[test]
fn a_scalar_has_one_element_and_no_axes() {
    let ctx = context();
    let scalar = ctx.tensor(&[], &[3.0]).unwrap();
    assert_eq!(scalar.read_blocking().unwrap(), [3.0]);
    assert_eq!(wgconv::nn::relu(ctx, &scalar).unwrap().shape(), [0; 0]);
}

#[test]
fn a_buffer_above_the_device_limit() {
    let mut limits = *context().limits();
    // Room for the plans' own parameters.
    limits.max_buffer_bytes = 4096;
    let small = context().with_limits(limits).unwrap();
    assert!(small.zeros::<f32>(&[1024]).is_ok());
    assert_errors!(small.zeros::<f32>(&[1025]) => Error::LimitExceeded { limit: "max_buffer_size", needed: 4100, available: 4096, .. });
    assert_works(&small);
}

#[test]
fn copies_that_do_not_fit() {
    let mut program = Program::new(context());
    let (five, eight) = (zeros(&[5]), zeros(&[8]));
    program.copy(&five, &eight, 3).unwrap();
    assert_errors! {
        program.copy(&five, &eight, 4) => Error::BufferTooSmall { .. },
        program.copy(&five, &eight, 9) => Error::BufferTooSmall { .. },
        program.copy(&five, &eight, usize::MAX) => Error::BufferTooSmall { .. },
        program.copy(&five, &five, 0) => Error::AliasedBinding { .. },
    }
    program.run().unwrap();
    assert_works(context());
}

#[test]
fn a_destroyed_buffer_is_an_error_of_each_call_that_uses_it() {
    let ctx = context();
    let conv = Conv::<1>::new([2]).build().unwrap();
    let (x, w) = (zeros(&[1, 1, 3]), zeros(&[1, 1, 2]));
    let mut program = Program::new(ctx);
    program.conv_forward(&conv, &x, &w, None).unwrap();
    program.run().unwrap();
    x.buffer().destroy();
    assert_errors! {
        x.read_blocking() => Error::Wgpu { .. },
        x.write(&[1.0; 3]) => Error::Wgpu { .. },
        conv.forward(ctx, &x, &w, None) => Error::Wgpu { .. },
        program.run() => Error::Wgpu { .. },
    }
    assert_works(ctx);
}
