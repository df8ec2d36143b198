//! Kernels for subgroups of one shader's family: cases of every specialisation, and of what another kernel takes.

use std::collections::BTreeSet;

use wgconv::{Algorithm, Pass, Plan, PlanOptions, Strategy, kernels};

use super::{ConvData, on_cpu, result_shape, rounded, run_pass};
use crate::support::context::context;
use crate::support::{catalogue, compare};

/// Kernels whose names begin alike, and the constants that tell their specialisations apart.
pub struct Family<const N: usize> {
    pub prefix: &'static str,
    pub constants: [&'static str; N],
    /// Iterations of loops that are too short for a sum: of kernels of one tap along depth, and of more.
    pub short_loops: [u32; 2],
}

/// A case, a pass, and the end of the kernel's name with its constants.
pub type Row<const N: usize> = (&'static str, Pass, Option<(&'static str, [u32; N])>);

impl<const N: usize> Family<N> {
    fn specialised(&self, kernel: &str, constants: &[(&str, u32)]) -> Option<(String, [u32; N])> {
        let kind = kernel.strip_prefix(self.prefix)?;
        let constant = |name| constants.iter().find(|(known, _)| *known == name).map_or(0, |(_, value)| *value);
        Some((kind.to_string(), self.constants.map(constant)))
    }

    /// The family's kernel of a plan.
    fn taken(&self, plan: &Plan) -> Option<(String, [u32; N])> {
        plan.steps().find_map(|step| self.specialised(step.kernel, step.constants))
    }

    fn dispatches(&self, plan: &Plan) -> usize {
        plan.steps().filter(|step| step.kernel.starts_with(self.prefix)).count()
    }

    /// Every row is computed by the kernel that it names, exactly, with bias and without, and with loops so short that a sum takes several
    /// dispatches; the rows name every kernel of the family.
    pub fn equals_the_reference(&self, rows: &[Row<N>]) {
        if context().limits().subgroup_size != 8 {
            return;
        }
        let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
        let mut all = BTreeSet::new();
        for &(text, pass, expected) in rows {
            let case = catalogue::conv(text);
            let problem = case.problem().unwrap();
            let expected = expected.map(|(kind, constants)| (kind.to_string(), constants));
            // Where loops are short, sums over some channels are added to those over others.
            let mut short = *context().limits();
            short.max_loop_iterations = self.short_loops[usize::from(problem.axes[0].taps > 1)];
            for context in [context().clone(), context().with_limits(short).unwrap()] {
                for (seed, bias) in [(5, false), (6, pass == Pass::Forward)] {
                    let plan =
                        case.plan(&context, pass, bias, &options).unwrap_or_else(|error| panic!("{text}: {error}"));
                    assert_eq!(self.taken(&plan), expected, "{text}: {plan}");
                    let is_short = context.limits().max_loop_iterations < 100;
                    assert!(expected.is_none() || (self.dispatches(&plan) > 1) == is_short, "{text}: {plan}");
                    let data = ConvData::integers(&problem, seed).rounded(case.element);
                    let found = run_pass(&context, &plan, pass, bias, &data);
                    let expected = rounded(case.element, &on_cpu(&problem, pass, bias, &data).to_f32());
                    compare::exact(&found, &expected, &result_shape(&problem, pass))
                        .unwrap_or_else(|error| panic!("{text}, {plan}: {error}"));
                }
            }
            all.extend(expected);
        }
        let known = kernels().into_iter().filter_map(|kernel| self.specialised(kernel.name, kernel.constants));
        assert_eq!(all, known.collect());
    }

    /// Three samples of which no but the first begins where a binding may, one at a time: there is room for a sample of what is read and
    /// written, and for a packed kernel of so many bytes.
    pub fn begins_at_any_sample(&self, pass: Pass, rows: &[(&str, u64)]) {
        if context().limits().subgroup_size != 8 {
            return;
        }
        let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
        for &(text, packed) in rows {
            let case = catalogue::conv(text);
            let problem = case.problem().unwrap();
            let mut small = *context().limits();
            let shapes = [problem.x_shape(), problem.y_shape()];
            let sample = shapes.map(|shape| 4 * shape[1..].iter().product::<usize>() as u64).into_iter().max().unwrap();
            small.max_storage_binding_bytes = packed.max(sample) + small.storage_alignment;
            let small = context().with_limits(small).unwrap();
            let bias = pass == Pass::Forward;
            let plan = case.plan(&small, pass, bias, &options).unwrap();
            assert_eq!(self.dispatches(&plan), 3, "{plan}");
            let data = ConvData::integers(&problem, 8);
            let found = run_pass(&small, &plan, pass, bias, &data);
            let expected = on_cpu(&problem, pass, bias, &data).to_f32();
            compare::exact(&found, &expected, &result_shape(&problem, pass))
                .unwrap_or_else(|error| panic!("{text}, {plan}: {error}"));
        }
    }
}
