//! One row: plan, verify, first call, time.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::Result;
use wgconv::case::Case;
use wgconv::timing::{Budget, Timer};
use wgconv::{Context, Error, Plan, PlanOptions, PlanSpec};

use super::exact::{Effort, Exact};
use super::operands::{MOST_BYTES_SOFTWARE, Operands};
use super::operator;
use super::peaks::Peaks;
use super::row::Row;
use super::select::Job;
use super::stats::Summary;

/// What holds for all rows.
pub struct Measure<'a> {
    pub peaks: &'a Peaks,
    pub budget: Budget,
    pub effort: Effort,
    pub warm_cache: bool,
    pub host_clock: bool,
    pub seed: u64,
    pub stop: &'a AtomicBool,
}

impl Measure<'_> {
    /// Measures a job. What the device cannot do is a reason in the row, and so is a lost device: only faults of the
    /// measuring itself are errors.
    pub fn row(&self, context: &Context, job: &Job) -> Result<Row> {
        let mut row = job.row();
        match self.fill(context, job, &mut row) {
            Ok(()) => {}
            Err(error) => match error.downcast::<Error>() {
                Ok(error) => row.skipped = Some(error.to_string()),
                Err(error) => return Err(error),
            },
        }
        Ok(row)
    }

    fn fill(&self, context: &Context, job: &Job, row: &mut Row) -> Result<()> {
        // The same device with caches of its own, which are empty.
        let context = &context.with_limits(*context.limits())?;
        let options = PlanOptions { strategy: job.algorithm.strategy, ..PlanOptions::default() };
        let spec = job.case.plan_spec_on(context, job.pass, false, &options)?;
        describe(row, &spec);
        fits(context, &spec)?;
        if let Case::Nn(_) = job.case {
            return self.check_and_time(context, job, &spec, row);
        }
        let exact = Exact::new(&job.case, job.pass, self.seed)?;
        self.compare_and_time(context, job, &spec, &exact, row)
    }

    /// Times a job without a window if the self-test finds it right.
    fn check_and_time(&self, context: &Context, job: &Job, spec: &PlanSpec, row: &mut Row) -> Result<()> {
        let options = PlanOptions { strategy: job.algorithm.strategy, ..PlanOptions::default() };
        let operands = Operands::new(context, spec)?;
        let start = Instant::now();
        let plan = job.case.plan(context, job.pass, false, &options)?;
        run(context, &plan, &operands)?;
        let first_call = 1e3 * start.elapsed().as_secs_f64();
        let outcome = operator::check(context, &job.case, job.pass, &options, self.seed)?;
        self.time(context, job, (&plan, operands), (outcome, first_call), row)
    }

    /// Times the job if the device gives what is expected.
    fn compare_and_time(
        &self,
        context: &Context,
        job: &Job,
        spec: &PlanSpec,
        exact: &Exact,
        row: &mut Row,
    ) -> Result<()> {
        let options = PlanOptions { strategy: job.algorithm.strategy, ..PlanOptions::default() };
        let operands = Operands::new(context, spec)?;
        operands.load(exact, &job.case)?;

        let start = Instant::now();
        let plan = job.case.plan(context, job.pass, false, &options)?;
        run(context, &plan, &operands)?;
        let first_call = 1e3 * start.elapsed().as_secs_f64();

        let outcome = exact.check(&operands.output(&job.case)?, self.effort, self.seed)?;
        self.time(context, job, (&plan, operands), (outcome, first_call), row)
    }

    /// What was found, and the times of what is right.
    fn time(
        &self,
        context: &Context,
        job: &Job,
        (plan, mut operands): (&Plan, Operands),
        (outcome, first_call): (std::result::Result<String, String>, f64),
        row: &mut Row,
    ) -> Result<()> {
        match outcome {
            Ok(how) => (row.verified, row.verification) = (true, how),
            Err(wrong) => {
                row.verification = format!("wrong result: {wrong}");
                row.skipped = Some(row.verification.clone());
                return Ok(());
            }
        }
        row.first_call_ms = Some(first_call);
        operands.fill(&job.case, self.warm_cache, self.seed)?;
        let samples = Timer::new(context, self.stop, !self.host_clock)
            .measure(self.budget, &mut |i, pass| plan.record(pass, &operands.bindings(i)))?;
        row.clock = Some(samples.clock.into());
        row.samples = samples.device_ms.len();
        row.host_ms = Summary::of(&samples.host_ms).map(|summary| summary.median);
        if let Some(summary) = Summary::of(&samples.device_ms) {
            row.median_ms = Some(summary.median);
            row.min_ms = Some(summary.min);
            row.p95_ms = Some(summary.p95);
            row.rate(summary.median, self.peaks);
        }
        Ok(())
    }
}

/// What the plan says about itself.
fn describe(row: &mut Row, spec: &PlanSpec) {
    row.algorithm = spec.algorithm().to_string();
    row.kernels = spec
        .steps()
        .map(|step| {
            let [x, y, z] = step.grid;
            format!("{}:{} workgroup {} grid {x}x{y}x{z}", step.kernel, step.entry, step.workgroup_size)
        })
        .collect();
    row.workspace_bytes = spec.workspace_bytes();
    row.flops = spec.flops();
    row.bytes = spec.bytes_moved();
}

/// Software devices take the host's memory until it ends, without saying so.
fn fits(context: &Context, spec: &PlanSpec) -> wgconv::Result<()> {
    let needed = spec.operands().iter().map(|need| need.bytes).sum();
    let is_software = context.adapter_info().device_type == wgpu::DeviceType::Cpu;
    if is_software && needed > MOST_BYTES_SOFTWARE {
        let what = "this case on a software device".into();
        return Err(Error::LimitExceeded { limit: "bytes of memory", what, needed, available: MOST_BYTES_SOFTWARE });
    }
    Ok(())
}

/// Runs the plan once and waits.
fn run(context: &Context, plan: &Plan, operands: &Operands) -> wgconv::Result<()> {
    let mut encoder = context.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &operands.bindings(0))?;
    context.queue().submit([encoder.finish()]);
    context.wait()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use wgconv::Strategy;

    use super::*;
    use crate::algorithms::Choice;

    /// What the device gives for one convolution, held against what another one of the same shapes gives, is what a wrong
    /// kernel looks like from here.
    #[test]
    fn what_is_wrong_is_not_timed() {
        let context = Context::new_blocking().unwrap();
        let stop = AtomicBool::new(false);
        let peaks = Peaks { gflops: 1.0, arithmetic_form: String::new(), gbytes_per_s: 1.0, copy_form: String::new() };
        let budget = Budget { least: 1, most: 1, seconds: 0.0 };
        let effort = Effort(1 << 20);
        let measure =
            Measure { peaks: &peaks, budget, effort, warm_cache: true, host_clock: true, seed: 1, stop: &stop };
        let job = Job {
            suite: "case".into(),
            layer: "-".into(),
            case: "n2c3w9k4s3p1_0".parse().unwrap(),
            pass: "forward",
            algorithm: Choice { name: "auto".into(), strategy: Strategy::Auto },
        };
        let right = measure.row(&context, &job).unwrap();
        assert!(right.verified && right.median_ms.is_some(), "{right:?}");

        let other = "n2c3w9k4s3p0_1".parse().unwrap();
        let exact = Exact::new(&other, job.pass, 1).unwrap();
        let spec = job.case.plan_spec(context.limits(), job.pass, false, &PlanOptions::default()).unwrap();
        let mut row = job.row();
        describe(&mut row, &spec);
        measure.compare_and_time(&context, &job, &spec, &exact, &mut row).unwrap();
        assert!(!row.verified && row.verification.starts_with("wrong result: sample 0"), "{row:?}");
        assert_eq!((row.samples, row.clock, row.median_ms, row.first_call_ms), (0, None, None, None));
        assert_eq!(row.skipped.as_ref(), Some(&row.verification));
        assert!(!stop.load(Ordering::Relaxed));
    }
}
