//! The depthwise kernels that this kind of device does not choose.

use wgconv::case::Case;
use wgconv::{Algorithm, Pass, PlanOptions, Strategy};

use super::{ConvData, on_cpu, on_gpu, result_shape};
use crate::support::compare;
use crate::support::context::context;

/// GPUs have larger workgroups and shorter strips of tensors with their channels last, a software device strips of any.
#[test]
fn depthwise_kernels_of_the_other_kind_of_device_equal_the_reference() {
    let mut limits = *context().limits();
    limits.is_software = !limits.is_software;
    let context = context().with_limits(limits).unwrap();
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Depthwise), ..PlanOptions::default() };
    for (case, passes) in [
        ("n2c12h7w19k12r3s3p1g12lastxlasty", &[Pass::Forward, Pass::KernelGrad][..]),
        ("n2c8h6w11k8r3s3u2p1g8lastxlasty", &[Pass::Forward, Pass::InputGrad]),
        ("c6h9w10k6r5s5u2p2reflectg6lastxlasty", &[Pass::Forward]),
    ] {
        let Ok(Case::Conv(parsed)) = case.parse() else { panic!("{case}") };
        let problem = parsed.problem().unwrap();
        let data = ConvData::integers(&problem, 7);
        for &pass in passes {
            let found = on_gpu(&context, &parsed, pass, false, &data, &options).unwrap();
            let expected = on_cpu(&problem, pass, false, &data).to_f32();
            compare::exact(&found, &expected, &result_shape(&problem, pass))
                .unwrap_or_else(|error| panic!("{pass:?}, {case}: {error}"));
        }
    }
}
