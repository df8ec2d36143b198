//! What a second compiler of WGSL is given: every module with every set of overrides that the catalogue of plans gives it, and
//! plans with inputs and the results that they must have, and have here, where wgpu's compiler, naga, compiled them. `scripts/tint` runs this, and then
//! `run.mjs` beside it, which feeds Tint; `cargo test` alone does not.

#[path = "../shaders/catalogue.rs"]
mod catalogue;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use wgconv::case::{Case, catalogue as shapes};
use wgconv::verify::{self, TestVectors};
use wgconv::{
    Access, Algorithm, Context, ElementType, KernelInfo, Operand, OperandNeed, PlanOptions, PlanSpec, StepInfo,
    Strategy, kernels, kernels_of,
};

/// Modules by number.
#[derive(Default)]
struct Modules {
    kernels: Vec<KernelInfo>,
    /// By kernel, variant and source, which the types of the tensors are in.
    numbers: HashMap<String, usize>,
}

impl Modules {
    /// Every kernel in every variant, of every type, with f16 of the shaders' own and without.
    fn new() -> Modules {
        let mut modules = Modules::default();
        let typed = [(ElementType::F16, true), (ElementType::F16, false), (ElementType::Bf16, false)];
        let typed = typed.into_iter().flat_map(|(element, shader_f16)| kernels_of(element, shader_f16));
        for kernel in kernels().into_iter().chain(typed) {
            modules.number(kernel);
        }
        modules
    }

    fn index(&mut self, step: &StepInfo<'_>) -> usize {
        self.number(step.kernel_info())
    }

    fn number(&mut self, kernel: KernelInfo) -> usize {
        let kernels = &mut self.kernels;
        let key = format!("{} {:?} {}", kernel.name, kernel.constants, kernel.source);
        *self.numbers.entry(key).or_insert_with(|| {
            kernels.push(kernel);
            kernels.len() - 1
        })
    }

    fn json(&self) -> Value {
        let module = |kernel: &KernelInfo| {
            json!({
                "name": format!("{} {:?}", kernel.name, kernel.constants),
                "source": format!("{}{}", kernel.browser_prefix, kernel.source),
                "subgroup_size": kernel.subgroup_size,
                "shader_f16": kernel.source.starts_with("enable f16;"),
                "entries": kernel.entries.iter().map(|entry| entry.name).collect::<Vec<_>>(),
            })
        };
        self.kernels.iter().map(module).collect()
    }

    /// Every pipeline that the plans of the catalogue make.
    fn pipelines(&mut self) -> Value {
        let mut distinct = BTreeSet::new();
        for (_, spec) in catalogue::catalogue() {
            for step in spec.steps() {
                distinct.insert((self.index(&step), step.entry, step.overrides.to_vec()));
            }
        }
        let overrides = |all: Vec<(&'static str, u32)>| all.into_iter().collect::<BTreeMap<_, _>>();
        distinct.into_iter().map(|(module, entry, all)| json!([module, entry, overrides(all)])).collect()
    }

    fn step(&mut self, step: &StepInfo<'_>, operands: &[Operand]) -> Value {
        let place = |operand| operands.iter().position(|known| *known == operand).unwrap();
        let module = self.index(step);
        let entry = self.kernels[module].entries.iter().find(|entry| entry.name == step.entry).unwrap();
        let bindings = step.bindings.iter().zip(&entry.slots);
        json!({
            "module": module,
            "entry": step.entry,
            "overrides": step.overrides.iter().copied().collect::<BTreeMap<_, _>>(),
            "params": step.params,
            "grid": step.grid,
            "bindings": bindings.map(|(bound, slot)| json!([slot.binding, place(bound.operand), bound.offset, bound.size]))
                .collect::<Vec<_>>(),
        })
    }
}

/// A plan with its inputs and with what it must compute, which it is seen to compute here first.
fn run(context: &Context, case: &Case, pass: &str, bias: bool, options: &PlanOptions, modules: &mut Modules) -> Value {
    let fault = verify::check_blocking(context, case, pass, bias, options, 1).unwrap();
    assert!(fault.is_none(), "{case} {pass}: {}", fault.unwrap());
    let spec = case.plan_spec_on(context, pass, bias, options).unwrap();
    let vectors = TestVectors::new(context.limits(), case, pass, bias, 1).unwrap();
    let operands: Vec<Operand> = spec.operands().iter().map(|need| need.operand).collect();
    let operand = |need: &OperandNeed| {
        let input = vectors.inputs.iter().find(|(operand, _)| *operand == need.operand);
        // What is written begins as NaN.
        let input = input.filter(|_| need.access != Access::Write && !need.operand.is_scratch());
        let output = vectors.outputs.iter().find(|output| output.operand == need.operand);
        let mut numbers = output.iter().flat_map(|output| output.values.iter().chain(&output.bounds));
        assert!(numbers.all(|number| number.is_finite()), "{case} {pass}: JSON has no infinity");
        json!({
            "name": need.operand.name(),
            "bytes": need.bytes,
            "input": input.map(|(_, words)| words),
            "element": output.map(|output| output.element.map_or("u32", ElementType::name)),
            "expected": output.map(|output| &output.values),
            "bounds": output.map(|output| &output.bounds),
        })
    };
    let values = spec.operands().iter().map(operand).collect::<Vec<_>>();
    assert!(values.iter().any(|value| !value["expected"].is_null()), "{case} {pass} has no result");
    json!({
        "title": format!("{case} {pass}{} {}", if bias { " with bias" } else { "" }, options.strategy),
        "operands": values,
        "steps": spec.steps().map(|step| modules.step(&step, &operands)).collect::<Vec<_>>(),
    })
}

/// `WGCONV_CATALOGUE=FIRST/STEP`, as the GPU tests have it: of the shapes each STEP-th from the FIRST on. All of them without it.
fn part() -> (usize, usize) {
    let Ok(part) = std::env::var("WGCONV_CATALOGUE") else { return (0, 1) };
    let numbers = part.split_once('/').map(|(first, step)| (first.parse(), step.parse()));
    let Some((Ok(first), Ok(step))) = numbers else { panic!("WGCONV_CATALOGUE is FIRST/STEP, not {part}") };
    (first, step)
}

/// Plans that together run every kernel, in every variant; of a part of the shapes, what these run.
fn plans(context: &Context, modules: &mut Modules) -> Vec<Value> {
    let mut limits = *context.limits();
    // What every WebGPU device takes.
    limits.storage_alignment = limits.storage_alignment.max(256);
    let as_it_is = context.with_limits(limits).unwrap();
    // The other kernels, and halves of words where this device has f16.
    limits.is_software = !limits.is_software;
    limits.shader_f16 = false;
    let contexts = [as_it_is, context.with_limits(limits).unwrap()];
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let small = |spec: &PlanSpec| spec.operands().iter().all(|need| need.bytes <= 1 << 18);
    let (first, step) = part();
    for (row, context) in shapes()
        .rows
        .iter()
        .skip(first)
        .step_by(step)
        .flat_map(|row| contexts.iter().map(move |context| (row, context)))
    {
        let case = &row.case;
        for pass in case.passes() {
            let fixed = Algorithm::ALL.iter().copied().map(Strategy::Fixed);
            let tiles = case.plausible(context.limits(), pass).unwrap();
            for strategy in fixed.chain(tiles) {
                for bias in if case.takes_bias(pass) { &[false, true][..] } else { &[false] } {
                    let options = PlanOptions { strategy, ..PlanOptions::default() };
                    let Ok(spec) = case.plan_spec_on(context, pass, *bias, &options) else { continue };
                    let used: Vec<_> = spec.steps().map(|step| (modules.index(&step), step.entry)).collect();
                    if small(&spec) && used.iter().any(|one| !seen.contains(one)) {
                        seen.extend(used);
                        found.push(run(context, case, pass, *bias, &options, modules));
                    }
                }
            }
        }
    }
    let seen: BTreeSet<_> = seen.iter().map(|&(module, _)| modules.kernels[module].name).collect();
    let unseen: BTreeSet<_> = kernels().iter().map(|kernel| kernel.name).filter(|name| !seen.contains(name)).collect();
    println!("{} plans; kernels in none of them: {unseen:?}", found.len());
    found
}

#[test]
fn write_what_a_second_compiler_is_given() {
    let file = std::env::var_os("WGCONV_TINT_FILE").expect("scripts/tint sets WGCONV_TINT_FILE");
    let context = Context::new_blocking().unwrap_or_else(|error| panic!("{error}"));
    let mut modules = Modules::new();
    let plans = plans(&context, &mut modules);
    let pipelines = modules.pipelines();
    let adapter = context.adapter_info();
    let all = json!({
        "computed_by": format!("naga on {}, {}", adapter.name, adapter.driver_info),
        "subgroup_size": context.limits().subgroup_size,
        "modules": modules.json(),
        "pipelines": pipelines,
        "plans": plans,
    });
    std::fs::write(file, all.to_string()).unwrap();
}
