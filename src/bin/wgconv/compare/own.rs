//! This library as a participant: a process that answers as the peers do, so that the same clock, the same limit and the same
//! pipes hold for it.

use std::io::{BufRead as _, Write as _};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use wgconv::{Access, Bindings, Context, ContextOptions, Error, Operand, Plan, PlanOptions, Strategy, Tensor};

use super::answer::read;
use super::protocol::{CaseRequest, Request};
use crate::algorithms;
use crate::devices::Adapter;
use crate::files::write_atomically;

/// Answer `wgconv compare` as a participant.
#[derive(Clone, Debug, clap::Args)]
pub struct OwnArgs {
    #[arg(long)]
    adapter: Option<String>,
    #[arg(long, default_value = "auto")]
    algorithm: String,
}

/// Submissions of more repetitions would be felt by whoever shares the device.
const MOST_REPETITIONS: usize = 64;

/// Answers until standard input ends.
pub fn run(args: &OwnArgs) -> Result<()> {
    let strategy = algorithms::parse(std::slice::from_ref(&args.algorithm))?.remove(0).strategy;
    let options = ContextOptions { adapter: args.adapter.clone(), ..ContextOptions::default() };
    let context = match Context::with_options_blocking(&options) {
        Ok(context) => context,
        Err(error) => return answer(&json!({ "error": error.to_string() })),
    };
    answer(&json!({
        "software": format!("wgconv {}", env!("CARGO_PKG_VERSION")),
        "device": Adapter::from(context.adapter_info()).to_string(),
    }))?;
    let mut loaded = None;
    for line in std::io::stdin().lock().lines() {
        let answered = serde_json::from_str(&line?)
            .map_err(Into::into)
            .and_then(|request| handle(request, &context, strategy, &mut loaded));
        answer(&answered.unwrap_or_else(|error| match error.downcast_ref::<Error>() {
            // A lost device is no refusal: it takes a new process.
            Some(refused) if context.wait().is_ok() => json!({ "unsupported": refused.to_string() }),
            _ => json!({ "error": format!("{error:#}") }),
        }))?;
    }
    Ok(())
}

fn answer(value: &Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}").and_then(|()| out.flush()).context("nobody listens")
}

fn handle(request: Request, context: &Context, strategy: Strategy, loaded: &mut Option<Loaded>) -> Result<Value> {
    match request {
        Request::Case(request) => {
            // The one before frees its memory first.
            *loaded = None;
            // The same device with caches of its own, which are empty.
            let context = context.with_limits(*context.limits())?;
            let mut case = Loaded::new(&context, &request, strategy)?;
            let start = Instant::now();
            case.plan = Some(case.planned()?);
            case.run(1)?;
            let first_ms = 1e3 * start.elapsed().as_secs_f64();
            case.write()?;
            *loaded = Some(case);
            Ok(json!({ "first_ms": first_ms }))
        }
        Request::Time { repetitions } => {
            let case = loaded.as_ref().context("no case yet")?;
            let start = Instant::now();
            case.run(repetitions)?;
            Ok(json!({ "ms": 1e3 * start.elapsed().as_secs_f64() }))
        }
    }
}

/// A case whose data is on the device.
struct Loaded {
    context: Context,
    request: CaseRequest,
    options: PlanOptions,
    tensors: Vec<(Operand, Access, Tensor)>,
    plan: Option<std::sync::Arc<Plan>>,
}

impl Loaded {
    fn new(context: &Context, request: &CaseRequest, strategy: Strategy) -> Result<Self> {
        let options = PlanOptions { strategy, ..PlanOptions::default() };
        let spec = request.case().plan_spec(context.limits(), &request.pass, false, &options)?;
        let mut tensors = Vec::new();
        for need in spec.operands() {
            let count = need.bytes as usize / 4;
            let file = match need.operand {
                Operand::X => request.inputs.get("x"),
                Operand::W => request.inputs.get("w"),
                Operand::Dy => request.inputs.get("dy"),
                _ => None,
            };
            let tensor = match (need.access, file) {
                (Access::Read, Some(path)) => {
                    let values = read(path).map_err(anyhow::Error::msg)?;
                    ensure!(values.len() == count, "{} has {} elements", path.display(), values.len());
                    context.tensor(&[count], &values)?
                }
                (Access::Read, None) => bail!("no data for an operand that {} reads", request.pass),
                _ => context.tensor(&[count], &vec![f32::NAN; count])?,
            };
            tensors.push((need.operand, need.access, tensor));
        }
        context.wait()?;
        let request = request.clone();
        Ok(Loaded { context: context.clone(), request, options, tensors, plan: None })
    }

    fn planned(&self) -> wgconv::Result<std::sync::Arc<Plan>> {
        self.request.case().plan(&self.context, &self.request.pass, false, &self.options)
    }

    /// So many times, waiting at the end. Each writes the same output, and so waits for the one before.
    fn run(&self, repetitions: usize) -> Result<()> {
        let plan = self.plan.as_ref().context("no plan yet")?;
        let mut left = repetitions;
        while left > 0 {
            let now = left.min(MOST_REPETITIONS);
            let mut encoder = self.context.device().create_command_encoder(&Default::default());
            for _ in 0..now {
                let tensors = self.tensors.iter();
                let bindings = tensors.fold(Bindings::new(), |all, (operand, _, tensor)| all.bind(*operand, tensor));
                plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings)?;
            }
            self.context.queue().submit([encoder.finish()]);
            left -= now;
        }
        Ok(self.context.wait()?)
    }

    fn write(&self) -> Result<()> {
        let is_result = |bound: &&(Operand, Access, Tensor)| bound.1 != Access::Read && !bound.0.is_scratch();
        let (_, _, tensor) = self.tensors.iter().find(is_result).context("no result")?;
        let bytes: Vec<u8> = tensor.read_blocking()?.into_iter().flat_map(f32::to_le_bytes).collect();
        write_atomically(&self.request.result, &bytes)
    }
}
