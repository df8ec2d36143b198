//! The order of axes: every element exactly where it belongs, by both algorithms.

use wgconv::{Algorithm, Conv, ElementType, Error, Layout, Operand, PlanOptions, Program, Strategy, layout, reference};

use crate::support::arena::{run, run_as_type};
use crate::support::context::{Regime, context};
use crate::support::data::{count, integers};

/// Batch, rows, columns: around the edges of tiles and of fours, and one of each.
const SHAPES: [[usize; 3]; 8] =
    [[1, 1, 1], [3, 1, 37], [2, 37, 1], [2, 3, 50], [2, 50, 3], [1, 32, 64], [2, 33, 31], [3, 65, 97]];

#[test]
fn transposes_equal_the_reference() {
    for (seed, extents) in (1..).zip(SHAPES) {
        let [batch, rows, columns] = extents;
        // Every type holds these.
        let x = integers(seed, batch * rows * columns, 250);
        let expected = reference::layout::transpose(batch, rows, columns, &x);
        let of_every_type =
            ElementType::ALL.into_iter().flat_map(|element| Regime::BOTH.map(|regime| (element, regime)));
        for (element, regime) in of_every_type {
            // A binding of a sample, so that tiny limits cut the batch.
            let ctx = regime.context(element.buffer_bytes((rows * columns) as u64));
            let mut found = 0;
            for strategy in [Strategy::Auto, Strategy::Fixed(Algorithm::Direct), Strategy::Fixed(Algorithm::Tiled)] {
                let options = PlanOptions { strategy, ..PlanOptions::default() };
                let plan = match layout::plan(&ctx, element, extents, &options) {
                    // Tiles loop more often than tiny limits let them.
                    Err(Error::AlgorithmUnavailable { .. }) if regime == Regime::Tiny => continue,
                    plan => plan.unwrap(),
                };
                let y = run_as_type(&ctx, &plan, element, &[(Operand::X, &x)], x.len());
                assert!(y == expected, "{regime:?}: {plan}");
                found += 1;
            }
            assert!(found >= 2);
        }
    }
}

/// Halves are moved, not computed with: every one comes out as it went in, subnormal ones too; of NaN at least NaN.
#[test]
fn every_half_is_moved_as_it_is() {
    let (ctx, rows) = (context(), 256);
    let halves: Vec<u16> = (0..=u16::MAX).collect();
    let expected = reference::layout::transpose(1, rows, rows, &halves);
    for element in [ElementType::F16, ElementType::Bf16] {
        for algorithm in [Algorithm::Direct, Algorithm::Tiled] {
            let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
            let plan = layout::plan(ctx, element, [1, rows, rows], &options).unwrap();
            let outputs = run(ctx, &plan, &[(Operand::X, bytemuck::cast_slice(&halves))]);
            let found: &[u16] = bytemuck::cast_slice(&outputs[0].1);
            let is_nan = |half: u16| element.values(&[half.into()], 1)[0].is_nan();
            let wrong =
                (0..halves.len()).find(|&i| found[i] != expected[i] && !(is_nan(found[i]) && is_nan(expected[i])));
            assert_eq!(wrong.map(|i| (i, found[i], expected[i])), None, "{element} {algorithm}");
        }
    }
}

#[test]
fn channels_last_and_back_is_nothing() {
    let ctx = context();
    for shape in [&[2, 5][..], &[2, 3, 7], &[2, 5, 4, 6], &[1, 9, 2, 3, 4]] {
        let values = integers(7, count(shape), 1000);
        let x = ctx.tensor(shape, &values).unwrap();
        let mut program = Program::new(ctx);
        let last = program.to_channels_last(&x).unwrap();
        let first = program.to_channels_first(&last).unwrap();
        program.run().unwrap();
        let cells = count(&shape[2..]);
        assert_eq!((last.shape(), last.layout(), first.layout()), (shape, Layout::ChannelsLast, Layout::ChannelsFirst));
        assert_eq!(last.read_blocking().unwrap(), reference::layout::transpose(shape[0], shape[1], cells, &values));
        assert_eq!((first.shape(), first.read_blocking().unwrap()), (shape, values));
    }
    let flat = ctx.tensor(&[3], &[1.0, 2.0, 3.0]).unwrap();
    for error in [layout::to_channels_last(ctx, &flat), layout::to_channels_first(ctx, &flat)] {
        assert!(matches!(error, Err(Error::InvalidParameter { parameter: "shape of x", .. })));
    }
}

#[test]
fn a_tensor_with_channels_last_is_not_taken_for_another() {
    let ctx = context();
    let values = integers(7, 12, 1000);
    let last = ctx.tensor_in(Layout::ChannelsLast, &[1, 3, 2, 2], &values).unwrap();
    assert_eq!(last.read_blocking().unwrap(), values);
    assert_eq!(layout::to_channels_last(ctx, &last).unwrap().buffer(), last.buffer());
    let mismatch = |error| matches!(error, Error::LayoutMismatch { found: Layout::ChannelsLast, .. });
    assert!(mismatch(last.reshape(&[3, 4]).unwrap_err()));
    // A kernel has no other layout.
    let (x, conv) = (ctx.zeros(&[1, 3, 2, 2]).unwrap(), Conv::<2>::new([2, 2]).build().unwrap());
    assert!(mismatch(conv.forward(ctx, &x, &last, None).unwrap_err()));
    let error = ctx.tensor_in(Layout::ChannelsLast, &[2], &[1.0, 2.0]);
    assert!(matches!(error, Err(Error::InvalidParameter { parameter: "shape", .. })));
}
