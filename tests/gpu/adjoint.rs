//! The adjoint identity, on the GPU alone and exactly: <conv(x, w), g> = <x, input_grad(g, w)> = <w, kernel_grad(x, g)>,
//! and <b spread over y, g> = <b, bias_grad(g)>. It ties the passes together with no reference between them.

use wgconv::{Pass, PlanOptions};

use crate::conv::{ConvData, context, on_gpu};
use crate::support::catalogue;
use crate::support::context::Regime;

fn dot(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[test]
fn the_passes_are_adjoint_on_integers() {
    for (i, (name, case)) in catalogue::convolutions().iter().enumerate() {
        let problem = case.problem().unwrap();
        let data = ConvData::integers(&problem, 500 + i as u64);
        for regime in Regime::BOTH {
            let context = context(&problem, regime);
            let run = |pass, bias| on_gpu(&context, case, pass, bias, &data, &PlanOptions::default()).unwrap();
            let plain = run(Pass::Forward, false);
            let product = dot(&plain, &data.dy);
            assert_eq!(product, dot(&data.x, &run(Pass::InputGrad, false)), "input_grad, {name}, {regime:?}");
            assert_eq!(product, dot(&data.w, &run(Pass::KernelGrad, false)), "kernel_grad, {name}, {regime:?}");
            let biased = dot(&run(Pass::Forward, true), &data.dy) - product;
            assert_eq!(biased, dot(&data.b, &run(Pass::BiasGrad, false)), "bias_grad, {name}, {regime:?}");
        }
    }
}
