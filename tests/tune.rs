//! Tuning: what it finds is a value that is believed only where it is true, that plans obey, and that never lets a wrong kernel
//! run. No test looks at how long anything took.
#![cfg(feature = "cli")]

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use wgconv::case::{Case, catalogue};
use wgconv::tune::{self, TuneOptions, Tuned};
use wgconv::{Algorithm, Context, DeviceLimits, Error, PipelineData, PlanOptions, Strategy, kernels};

/// A pooling that two algorithms compute on every device.
const POOL: &str = "maxn2c3h7w10r3s3u2p1";
const CONV: &str = "n2c5h7w10k9r3s2u2x1p1x0";

fn context() -> &'static Context {
    static CONTEXT: OnceLock<Context> = OnceLock::new();
    CONTEXT.get_or_init(|| Context::new_blocking().unwrap_or_else(|error| panic!("{error}")))
}

fn case(text: &str) -> Case {
    text.parse().unwrap()
}

fn plan(ctx: &Context, text: &str, pass: &str, strategy: Strategy) -> wgconv::Result<std::sync::Arc<wgconv::Plan>> {
    case(text).plan(ctx, pass, false, &PlanOptions { strategy, ..PlanOptions::default() })
}

/// A file of results of this device with these lines and a right checksum.
fn bytes_with(lines: &[&str]) -> Vec<u8> {
    let empty = String::from_utf8(Tuned::new(context()).to_bytes()).unwrap();
    let head = &empty[..empty.rfind("end ").unwrap()];
    with_checksum(&format!("{head}{}", lines.iter().map(|line| format!("{line}\n")).collect::<String>()))
}

/// FNV-1a over the length and the text, written out once more.
fn with_checksum(text: &str) -> Vec<u8> {
    let length = (text.len() as u64).to_le_bytes();
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = length.iter().chain(text.as_bytes()).fold(0xcbf2_9ce4_8422_2325, step);
    format!("{text}end {hash:016x}\n").into_bytes()
}

/// Kernels of f16 are others where the shaders have the type.
#[test]
fn results_with_f16_in_shaders_are_not_those_without() {
    let mut limits: DeviceLimits = *context().limits();
    if !limits.shader_f16 {
        return;
    }
    limits.shader_f16 = false;
    let error = Tuned::new(context()).check(&context().with_limits(limits).unwrap()).unwrap_err();
    assert!(matches!(&error, Error::StaleTuning { found, .. } if found.ends_with(", native f16")), "{error}");
}

#[test]
fn results_go_to_bytes_and_a_file_and_back() {
    let lines = [
        "tuned maxn2c3h7w10r3s3u2p1 forward direct rows 1.250",
        "tuned n2c5h7w10k9r3s2u2x1p1x0 kernel_grad tiled:64x32 direct 3.000",
        "quarantined conv/forward_direct[WORKGROUP_SIZE=64,BLOCK=4]",
    ];
    let bytes = bytes_with(&lines);
    let tuned = Tuned::from_bytes(&bytes).unwrap();
    assert_eq!(tuned.to_bytes(), bytes);
    assert_eq!(tuned.entries()[1].choice, Strategy::Tile([64, 32]));
    assert_eq!(tuned.quarantined().count(), 1);
    tuned.check(context()).unwrap();

    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("tuning.txt");
    tuned.save(&file).unwrap();
    tuned.save(&file).unwrap();
    assert_eq!(Tuned::load(&file), Ok(tuned.clone()));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");
    assert_eq!(context().with_tuning_file(&file).tuning(), Some(&tuned));
    assert!(matches!(Tuned::load(dir.path().join("none")), Err(Error::File { during: "read", .. })));
    assert!(matches!(tuned.save(dir.path().join("none/file")), Err(Error::File { during: "write", .. })));
}

#[test]
fn damaged_results_are_never_believed() {
    let bytes = bytes_with(&["tuned maxn2c3h7w10r3s3u2p1 forward direct rows 1.250"]);
    for i in 0..bytes.len() {
        assert!(matches!(Tuned::from_bytes(&bytes[..i]), Err(Error::InvalidTuning { .. })), "cut at {i}");
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[i] ^= 1 << bit;
            assert!(matches!(Tuned::from_bytes(&changed), Err(Error::InvalidTuning { .. })), "bit {bit} of {i}");
        }
    }
    assert!(matches!(Tuned::from_bytes(&vec![b'x'; 17 << 20]), Err(Error::InvalidTuning { line: 0, .. })));
    // Right checksums, wrong lines.
    for line in [
        "tuned maxn2c3h7w10r3s3u2p1 forward direct rows 0.9",
        "tuned maxn2c3h7w10r3s3u2p1 forward direct rows nan",
        "tuned maxn2c3h7w10r3s3u2p1 forward direct rows inf",
        "tuned maxn2c3h7w10r3s3u2p1 forward auto rows 2",
        "tuned maxn2c3h7w10r3s3u2p1 forward fft rows 2",
        "tuned maxn2c3h7w10r3s3u2p1 kernel_grad direct rows 2",
        "tuned maxn2c3 forward direct rows 2",
        "tuned maxn2c3h7w10r3s3u2p1 forward direct rows",
        "quarantined conv/unknown[]",
        "end 0123456789abcdef",
        "",
    ] {
        assert!(matches!(Tuned::from_bytes(&bytes_with(&[line])), Err(Error::InvalidTuning { .. })), "{line:?}");
        assert_eq!(context().with_tuning_bytes(&bytes_with(&[line])).tuning(), None);
    }
}

#[test]
fn stale_results_are_not_used() {
    let line = "tuned maxn2c3h7w10r3s3u2p1 forward direct rows 1.250";
    let text = String::from_utf8(bytes_with(&[line])).unwrap();
    let body = &text[..text.rfind("end ").unwrap()];
    for name in ["adapter", "vendor", "device", "backend", "driver", "driver_info", "shader_checks", "kernels"] {
        let change =
            |line: &str| if line.starts_with(&format!("{name} ")) { format!("{line}x\n") } else { format!("{line}\n") };
        let bytes = with_checksum(&body.lines().map(change).collect::<String>());
        let tuned = Tuned::from_bytes(&bytes).unwrap();
        assert!(matches!(tuned.check(context()), Err(Error::StaleTuning { found, .. }) if found.starts_with(name)));
        let ctx = context().with_tuning(&tuned);
        assert_eq!(ctx.tuning(), None);
        assert_eq!(plan(&ctx, POOL, "forward", Strategy::Auto).unwrap().algorithm(), Algorithm::Rows);
        assert!(matches!(Tuned::new(context()).merge(tuned), Err(Error::StaleTuning { .. })));
    }
    let newer = with_checksum(&body.replacen("tuning 1", "tuning 2", 1));
    let error = Tuned::from_bytes(&newer).unwrap_err();
    assert!(error.to_string().contains("format \"2\"; this version reads 1"), "{error}");
}

#[test]
fn plans_obey_and_say_so() {
    let lines = [
        "tuned maxn2c3h7w10r3s3u2p1 forward direct rows 1.250",
        // Cannot be: the planner goes on as if there were nothing.
        "tuned maxn2c3h7w10r3s3u2p1 backward subgroup rows 1.250",
        "tuned n2c5h7w10k9r3s2u2x1p1x0 forward direct subgroup 1.250",
    ];
    let ctx = context().with_tuning_bytes(&bytes_with(&lines));
    let tuned = plan(&ctx, POOL, "forward", Strategy::Auto).unwrap();
    assert_eq!(tuned.algorithm(), Algorithm::Direct);
    let text = tuned.to_string();
    assert!(text.contains("direct (tuned: 1.25 times as fast as rows, the planner's choice)"), "{text}");
    assert_eq!(plan(&ctx, POOL, "backward", Strategy::Auto).unwrap().algorithm(), Algorithm::Rows);
    // The caller's word counts more, another problem is not concerned, a bias makes no other problem.
    let fixed = Strategy::Fixed(Algorithm::Rows);
    assert_eq!(plan(&ctx, POOL, "forward", fixed).unwrap().algorithm(), Algorithm::Rows);
    let other = plan(&ctx, "maxn3c3h7w10r3s3u2p1", "forward", Strategy::Auto).unwrap();
    assert_eq!(other.algorithm(), Algorithm::Rows);
    for bias in [false, true] {
        let spec = case(CONV).plan_spec_on(&ctx, "forward", bias, &PlanOptions::default()).unwrap();
        assert_eq!(spec.algorithm(), Algorithm::Direct);
    }
    // Contexts of one device share tensors, and limits do not make it forget.
    let x = context().tensor(&[2, 3, 7, 10], &[1.0; 420]).unwrap();
    let pool = wgconv::MaxPool::<2>::new([3, 3]).stride([2, 2]);
    let pool = pool.padding(wgconv::Padding::Explicit { low: [1, 1], high: [1, 1] }).build().unwrap();
    assert_eq!(pool.forward(&ctx, &x).unwrap().read_blocking().unwrap(), [1.0; 2 * 3 * 4 * 5]);
    assert!(ctx.with_limits(*ctx.limits()).unwrap().tuning().is_some());
    // Without results nothing changes.
    let plain = plan(context(), POOL, "forward", Strategy::Auto).unwrap();
    assert_eq!(plain.algorithm(), Algorithm::Rows);
    let empty = context().with_tuning(&Tuned::new(context()));
    for row in &catalogue().rows {
        for pass in row.case.passes() {
            let spec = |ctx| row.case.plan_spec_on(ctx, pass, false, &PlanOptions::default());
            assert_eq!(spec(&empty), spec(context()), "{} {pass}", row.case);
        }
    }
}

#[test]
fn every_tile_can_be_asked_for() {
    let limits = DeviceLimits::default();
    for (pass, name) in [("forward", "conv/gather/tiled"), ("kernel_grad", "conv/kernel_grad/tiled")] {
        let spec_of = |of: &str, strategy| {
            let options = PlanOptions { strategy, ..PlanOptions::default() };
            case(of).plan_spec(&limits, pass, false, &options)
        };
        let spec = |strategy| spec_of("n8c64h28w28k64r3s3p1", strategy);
        let mut tiles = 0;
        // Those with a side are taken where there is one.
        let plain = |name_of: &str| name_of.starts_with(name) && !name_of.ends_with("+side");
        for kernel in kernels().iter().filter(|kernel| plain(kernel.name)) {
            let constant = |name| kernel.constants.iter().find(|(known, _)| *known == name).unwrap().1;
            let last = if kernel.name.ends_with("+last") { "lastxlasty" } else { "" };
            let tile = Strategy::Tile(["TILE_M", "TILE_N"].map(constant));
            let spec = spec_of(&format!("n8c64h28w28k64r3s3p1{last}"), tile).unwrap();
            assert!(spec.steps().any(|step| (step.kernel, step.constants) == (kernel.name, kernel.constants)));
            tiles += 1;
        }
        assert!(tiles >= 4);
        // The planner's own is among the few that tuning measures.
        let plausible = case("n8c64h28w28k64r3s3p1").plausible(&limits, pass).unwrap();
        assert!(plausible.contains(&spec(Strategy::Auto).unwrap().strategy()) && plausible.len() <= 4, "{plausible:?}");
        assert!(matches!(spec(Strategy::Tile([3, 5])), Err(Error::AlgorithmUnavailable { .. })));
    }
}

#[test]
fn a_wrong_kernel_is_reported_and_not_taken() {
    let said = RefCell::new(Vec::new());
    let progress = |progress: &tune::Progress<'_>| {
        said.borrow_mut().push(progress.row.to_string());
        ControlFlow::Continue(())
    };
    let options = TuneOptions {
        progress: Some(&progress),
        plant_fault: Some(Strategy::Fixed(Algorithm::Rows)),
        ..TuneOptions::default()
    };
    let report = tune::run_blocking(context(), &[(case(POOL), "forward")], &options).unwrap();
    let row = &report.rows[0];
    assert_eq!(row.choice, Some(Strategy::Fixed(Algorithm::Direct)), "{row}");
    assert_eq!(row.planner, row.choice, "what the planner takes when it must not take rows");
    assert!(said.borrow()[0].contains("rows is wrong: y["), "{said:?}");
    let wrong = row.candidates.iter().find(|candidate| candidate.fault.is_some()).unwrap();
    assert!(wrong.ms.is_none() && wrong.quarantined[0].starts_with("pool/"), "{wrong:?}");
    assert!(wrong.quarantined[0].contains("/max_forward_"), "blocks or rows of the forward pass: {wrong:?}");

    // On a context with these results the kernel is never run, whoever asks; other kernels are.
    let ctx = context().with_tuning_bytes(&report.tuned.to_bytes());
    assert_eq!(plan(&ctx, POOL, "forward", Strategy::Auto).unwrap().algorithm(), Algorithm::Direct);
    let error = plan(&ctx, POOL, "forward", Strategy::Fixed(Algorithm::Rows)).unwrap_err();
    assert!(matches!(&error, Error::Quarantined { kernel } if *kernel == wrong.quarantined[0]), "{error}");
    assert_eq!(plan(&ctx, POOL, "backward", Strategy::Auto).unwrap().algorithm(), Algorithm::Rows);
    // Known results keep it there.
    let options = TuneOptions { known: Some(&report.tuned), ..TuneOptions::default() };
    let again = tune::run_blocking(context(), &[(case(POOL), "forward")], &options).unwrap();
    assert_eq!(again.rows[0].candidates.len(), 1);
    assert_eq!(again.tuned.quarantined().collect::<Vec<_>>(), report.tuned.quarantined().collect::<Vec<_>>());

    // If the last way is wrong too, there is none left, and that is an error, not a number.
    let options = TuneOptions { plant_fault: Some(Strategy::Fixed(Algorithm::Direct)), ..options };
    let report = tune::run_blocking(context(), &[(case(POOL), "forward")], &options).unwrap();
    assert!(report.rows[0].skipped.as_ref().is_some_and(|why| why.contains("computed a wrong result")));
    let ctx = context().with_tuning(&report.tuned);
    assert!(matches!(plan(&ctx, POOL, "forward", Strategy::Auto), Err(Error::Quarantined { .. })));
}

/// What is checked is the sum without its epilogue; the kernel that adds a residual computes the same sum.
#[test]
fn a_wrong_kernel_is_not_taken_for_an_epilogue_either() {
    const WITH_RESIDUAL: &str = "n2c3h9w7k6r3s3p1sigmoidres1";
    let options = TuneOptions { plant_fault: Some(Strategy::Fixed(Algorithm::Direct)), ..TuneOptions::default() };
    let report = tune::run_blocking(context(), &[(case(WITH_RESIDUAL), "forward")], &options).unwrap();
    let quarantined: Vec<&str> = report.tuned.quarantined().collect();
    assert!(quarantined.len() == 1 && quarantined[0].starts_with("conv/forward_direct["), "{quarantined:?}");
    let ctx = context().with_tuning(&report.tuned);
    let error = plan(&ctx, WITH_RESIDUAL, "forward", Strategy::Fixed(Algorithm::Direct)).unwrap_err();
    assert!(
        matches!(&error, Error::Quarantined { kernel } if kernel.starts_with("conv/forward_direct+side[")),
        "{error}"
    );
}

/// The sums of products between Winograd's transforms are other algorithms' kernels, which stay.
#[test]
fn a_wrong_winograd_does_not_take_others_along() {
    let context = context().with_winograd(true);
    let options = TuneOptions { plant_fault: Some(Strategy::Fixed(Algorithm::Winograd)), ..TuneOptions::default() };
    let report = tune::run_blocking(&context, &[(case("n2c8h12w12k8r3s3p1"), "forward")], &options).unwrap();
    let quarantined: Vec<&str> = report.tuned.quarantined().collect();
    assert!(
        quarantined.len() == 3 && quarantined.iter().all(|name| name.starts_with("conv/winograd/")),
        "{quarantined:?}"
    );
    let ctx = context.with_tuning(&report.tuned);
    assert!(plan(&ctx, "n2c8h12w12k8r3s3p1", "forward", Strategy::Fixed(Algorithm::Direct)).is_ok());
}

#[test]
fn what_is_measured_is_in_the_results() {
    let targets = ["forward", "input_grad", "kernel_grad", "bias_grad"].map(|pass| (case(CONV), pass));
    let report = tune::run_blocking(context(), &targets, &TuneOptions::default()).unwrap();
    assert_eq!((report.rows.len(), report.stopped), (4, None));
    assert!(report.rows[3].skipped.is_some(), "a bias gradient is computed in one way");
    assert_eq!(report.tuned.entries().len(), 3);
    let ctx = context().with_tuning(&report.tuned);
    for row in &report.rows[..3] {
        assert!(row.candidates.iter().all(|candidate| candidate.fault.is_none()), "{row}");
        assert!(row.candidates.iter().any(|candidate| candidate.strategy == row.choice.unwrap()));
        let text = plan(&ctx, CONV, row.pass, Strategy::Auto).unwrap().to_string();
        assert!(text.contains("(tuned: "), "{text}");
        // The same results, the same plan: nothing is measured again.
        let other = context().with_tuning(&report.tuned);
        assert_eq!(plan(&other, CONV, row.pass, Strategy::Auto).unwrap().to_string(), text);
    }

    let transposed = "tconvn2c5h4w3k6r3s2u2x1p1x0o1x0";
    let report = tune::run_blocking(context(), &[(case(transposed), "forward")], &TuneOptions::default()).unwrap();
    let ctx = context().with_tuning(&report.tuned);
    assert!(plan(&ctx, transposed, "forward", Strategy::Auto).unwrap().to_string().contains("(tuned: "));
    let pool = [(case("maxn2c3h9w11r3s3u2p1bf16"), "forward_with_indices")];
    let report = tune::run_blocking(context(), &pool, &TuneOptions::default()).unwrap();
    assert!(report.rows[0].candidates.len() > 1 && report.rows[0].candidates.iter().all(|one| one.fault.is_none()));

    let none = TuneOptions { budget: Duration::ZERO, ..TuneOptions::default() };
    let report = tune::run_blocking(context(), &targets, &none).unwrap();
    assert_eq!((report.rows.len(), report.stopped), (0, Some(tune::TIME_IS_OVER)));
    assert!(tune::run_blocking(context(), &[(case(CONV), "backward")], &none).is_err());
}

#[test]
fn prewarmed_plans_compile_nothing() {
    // Pipelines of its own, so that no other test compiles in between.
    let ctx = context().with_pipeline_data(&PipelineData::empty()).unwrap();
    let specs = ["forward", "input_grad", "kernel_grad"]
        .map(|pass| case(CONV).plan_spec_on(&ctx, pass, false, &PlanOptions::default()).unwrap());
    assert!(ctx.prewarm(&specs).unwrap() >= 3);
    let compiled = ctx.pipelines_compiled();
    for pass in ["forward", "input_grad", "kernel_grad"] {
        plan(&ctx, CONV, pass, Strategy::Auto).unwrap();
    }
    assert_eq!((ctx.prewarm(&specs).unwrap(), ctx.pipelines_compiled()), (0, compiled));
}

#[test]
fn compiled_pipelines_go_to_bytes_and_back() {
    let ctx = context().with_pipeline_data(&PipelineData::empty()).unwrap();
    plan(&ctx, CONV, "forward", Strategy::Auto).unwrap();
    assert!(context().pipeline_data().is_none(), "nobody asked for it");
    let can = ctx.device().features().contains(wgconv::wgpu::Features::PIPELINE_CACHE);
    let Some(data) = ctx.pipeline_data() else {
        assert!(!can, "the device has the feature");
        return;
    };
    // The device's own, and another's.
    for from in [b"adapter ", b"adaptes "] {
        let bytes = String::from_utf8_lossy(&data.to_bytes()[..30]).into_owned();
        assert!(bytes.contains("adapter "));
        let mut bytes = data.to_bytes();
        let at = bytes.windows(8).position(|window| window == b"adapter ").unwrap();
        bytes[at..at + 8].copy_from_slice(from);
        #[allow(unsafe_code, reason = "the bytes are those of this process, or refused")]
        // SAFETY: they come from `to_bytes` above; those that were changed are never given to the driver.
        let read = unsafe { PipelineData::from_bytes(&bytes) };
        assert_eq!(read == data, from == b"adapter ");
        let again = context().with_pipeline_data(&read).unwrap();
        let plan = plan(&again, CONV, "forward", Strategy::Auto).unwrap();
        assert!(plan.dispatches() > 0 && again.pipelines_compiled() > 0);
    }
}

fn wgconv(code: i32, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgconv"));
    let output = command.args(arguments).env_remove("RUST_LOG").output().unwrap();
    let all = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{all}");
    assert!(!all.contains("panicked"), "{all}");
    all
}

#[test]
fn the_command_writes_a_file_that_bench_plans_by() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (file, json) = (path("new/tuning.txt"), path("bench.json"));
    let tune = ["tune", "--file", &file, "--case", POOL, "--pass"];
    let printed = wgconv(0, &[&tune[..], &["max_forward"]].concat());
    assert!(printed.contains("1 problems in ") && printed.contains(POOL), "{printed}");
    // Another run adds to it, and what computes wrong there is an exit code.
    let printed = wgconv(1, &[&tune[..], &["max_backward", "--plant-fault", "rows"]].concat());
    assert!(printed.contains("WRONG ") && printed.contains("2 problems in "), "{printed}");
    let tuned = Tuned::load(Path::new(&file)).unwrap();
    assert_eq!((tuned.entries().len(), tuned.quarantined().count()), (2, 1));

    let bench = ["bench", "--quick", "--case", POOL, "--pass", "max_backward", "--json", &json, "--tuning"];
    wgconv(0, &[&bench[..], &[&file]].concat());
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!((&report["rows"][0]["algorithm"], &report["rows"][0]["verified"]), (&"direct".into(), &true.into()));

    assert!(wgconv(1, &[&bench[..], &["nowhere"]].concat()).contains("error: there is no file nowhere"));
    std::fs::write(&file, "wgconv tuning 1\nrubbish").unwrap();
    let out = path("train");
    let train = ["train", "--epochs", "0", "--train-limit", "1", "--test-limit", "1", "--out", &out, "--tuning", &file];
    assert!(wgconv(0, &train).contains("no valid tuning results"), "a warning");
    std::fs::write(&file, "somebody's diary").unwrap();
    assert!(wgconv(1, &[&tune[..], &["max_forward"]].concat()).contains("is not overwritten"));
    let late = wgconv(0, &["tune", "--case", POOL, "--seconds", "0", "--file", &path("late")]);
    assert!(late.contains("stopped after 0 s: its time was over"), "{late}");
}
