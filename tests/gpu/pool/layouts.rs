//! Pooling of tensors with their channels last: its calls, and what they refuse. Its kernels are in the catalogue.

use wgconv::{
    AdaptiveAvgPool, AvgPool, Error, IndexForm, Layout, LpPool, MaxPool, Operand, PlanOptions, PoolPass, Program,
    Tensor, reference,
};

use crate::support::context::context;
use crate::support::data::{count, integers};
use crate::support::order::{from_memory, to_memory};

const FIRST: Layout = Layout::ChannelsFirst;
const LAST: Layout = Layout::ChannelsLast;
const SHAPE: [usize; 4] = [2, 4, 5, 6];

/// A tensor with these elements, which are in the order of its shape.
fn tensor(layout: Layout, shape: &[usize], values: &[f32]) -> Tensor {
    context().tensor_in(layout, shape, &to_memory(layout, shape, values)).unwrap()
}

/// The elements in the order of the shape.
fn values(tensor: &Tensor) -> Vec<f32> {
    from_memory(tensor.layout(), tensor.shape(), &tensor.read_blocking().unwrap())
}

/// Whatever the layouts, max pooling's calls agree, and indices count as in channels first.
#[test]
fn results_lie_as_they_are_asked_to() {
    let ctx = context();
    let x_values = integers(1, count(&SHAPE), 50);
    for (from, asked, to) in [(LAST, None, LAST), (LAST, Some(FIRST), FIRST), (FIRST, Some(LAST), LAST)] {
        let builder = MaxPool::<2>::new([2, 3]).indices(IndexForm::Flat);
        let pool = asked.map_or(builder, |layout| builder.result_layout(layout)).build().unwrap();
        let (y_values, index_values) = reference::pool::max_forward(&pool.problem(&SHAPE).unwrap(), &x_values).unwrap();
        let x = tensor(from, &SHAPE, &x_values);
        let (y, indices) = pool.forward_with_indices(ctx, &x).unwrap();
        assert_eq!((y.layout(), indices.layout()), (to, to));
        assert_eq!(values(&y), y_values);
        assert_eq!(from_memory(to, y.shape(), &indices.read_blocking().unwrap()), index_values);
        assert_eq!(values(&pool.forward(ctx, &x).unwrap()), y_values);
        let mut program = Program::new(ctx);
        let dx = program.max_pool_backward(&pool, &y, &indices, &SHAPE).unwrap();
        let sparse = program.max_pool_unpool(&pool, &y, &indices, &SHAPE).unwrap();
        let back = program.max_pool_unpool_backward(&pool, &x, &indices, &SHAPE).unwrap();
        program.run().unwrap();
        // The windows do not overlap.
        assert_eq!((dx.layout(), back.layout()), (asked.unwrap_or(to), to));
        assert_eq!((values(&dx), values(&back)), (values(&sparse), y_values));
    }
}

#[test]
fn averages_and_norms_lie_as_they_are_asked_to() {
    let ctx = context();
    let x = tensor(LAST, &SHAPE, &integers(2, count(&SHAPE), 9));
    let pool = AvgPool::<2>::new([2, 2]).build().unwrap();
    let y = pool.forward(ctx, &x).unwrap();
    let dx = pool.backward(ctx, &y, &SHAPE).unwrap();
    assert_eq!((y.layout(), dx.layout(), dx.shape()), (LAST, LAST, &SHAPE[..]));
    // Norms of x with the one layout, and y with the other: dx lies as x does.
    let pool = LpPool::<2>::new([2, 2]).p(1.0).result_layout(FIRST).build().unwrap();
    let y = pool.forward(ctx, &x).unwrap();
    let dx = pool.backward(ctx, &x, &y, &y).unwrap();
    assert_eq!((y.layout(), dx.layout()), (FIRST, LAST));
    // A plane of one cell, after which a dense layer may come.
    let y = AdaptiveAvgPool::<2>::global().forward(ctx, &x).unwrap();
    assert_eq!((y.layout(), y.reshape(&[2, 4]).unwrap().layout()), (LAST, FIRST));
}

#[test]
fn operands_in_other_layouts_are_refused() {
    let ctx = context();
    let pool = MaxPool::<2>::new([2, 3]).build().unwrap();
    let x = tensor(LAST, &SHAPE, &integers(3, count(&SHAPE), 9));
    let (y, indices) = pool.forward_with_indices(ctx, &x).unwrap();
    let dy = tensor(FIRST, y.shape(), &values(&y));
    let error = pool.backward(ctx, &dy, &indices, &SHAPE).unwrap_err();
    assert!(
        matches!(error, Error::LayoutMismatch { operand: Operand::Indices, expected: FIRST, found: LAST }),
        "{error}"
    );
    let norm = LpPool::<2>::new([2, 3]).build().unwrap();
    let error = norm.backward(ctx, &x, &y, &dy).unwrap_err();
    assert!(matches!(error, Error::LayoutMismatch { operand: Operand::Y, .. }), "{error}");
}

/// With one channel, or one cell to a plane, the memory is the same, and so are the kernels.
#[test]
fn a_layout_that_makes_no_difference_is_planned_as_channels_first() {
    let steps = |shape: &[usize], layout| {
        let problem = MaxPool::<2>::new([2, 2]).build().unwrap().problem(shape).unwrap().in_layouts(layout, layout);
        let spec = problem.plan_spec(context().limits(), PoolPass::Forward, &PlanOptions::default()).unwrap();
        spec.steps().map(|step| format!("{step:?}")).collect::<Vec<_>>()
    };
    assert_eq!(steps(&[2, 1, 4, 6], LAST), steps(&[2, 1, 4, 6], FIRST));
    assert_ne!(steps(&[2, 4, 4, 6], LAST), steps(&[2, 4, 4, 6], FIRST));
}
