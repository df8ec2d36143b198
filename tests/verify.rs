//! `wgconv verify` from outside, and the library function behind it.
#![cfg(feature = "cli")]

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use wgconv::case::{Row, catalogue};
use wgconv::verify::{self, VerifyOptions};
use wgconv::{Context, Error, Strategy};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgconv"));
    // Without this directory Mesa complains on standard error, which is looked at below.
    command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
    command.arg("verify").args(arguments).env_remove("RUST_LOG");
    command
}

fn wgconv(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// A run with this exit code; what it printed on stdout and stderr.
fn expect(code: i32, arguments: &[&str]) -> (String, String) {
    let output = wgconv(arguments);
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(output.status.code(), Some(code), "{stdout}\n{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    (stdout, stderr)
}

#[test]
fn this_device_computes_right() {
    // By the planner's choice alone: tests/gpu goes through the algorithms.
    let file = tempfile::NamedTempFile::new().unwrap();
    let (stdout, stderr) =
        expect(0, &["--count", "5", "--seed", "3", "--algorithm", "auto", "--json", file.path().to_str().unwrap()]);
    let shapes = catalogue().rows.len() + 5;
    assert!(stdout.contains("all right") && stdout.contains(&format!("of {shapes} shapes, seed 3")), "{stdout}");
    assert!(stdout.contains("wgconv ") && stdout.contains("driver "), "{stdout}");
    // No bar where nobody looks.
    assert_eq!(stderr, "");
    let report: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    assert_eq!(report["cases"], shapes);
    assert_eq!(
        (&report["failures"], &report["stopped"], &report["seed"]),
        (&Value::Array(vec![]), &Value::Null, &3.into())
    );
    assert!(report["checks"].as_u64().unwrap() > 2 * shapes as u64);
    let environment = &report["environment"];
    assert!(environment["adapter"]["driver_info"].is_string() && environment["limits"]["max_loop_iterations"].is_u64());
}

/// How many results of one shape a run with these arguments compared.
fn results(arguments: &[&str]) -> usize {
    let (stdout, _) = expect(0, arguments);
    let line = stdout.lines().find(|line| line.contains(" results of 1 shapes")).unwrap_or_else(|| panic!("{stdout}"));
    line.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn one_case_and_one_pass() {
    let pool = ["--case", "maxc3h7w9r3s2", "--pass", "forward_with_indices", "--algorithm"];
    assert_eq!(results(&[&pool[..], &["direct"]].concat()), 1);
    let conv = ["--case", "c3h7w9k4r3s2p1"];
    // Forward with and without bias, and three gradients.
    assert_eq!(results(&[&conv[..], &["--algorithm", "direct"]].concat()), 5);
    assert_eq!(results(&[&conv[..], &["--algorithm", "auto,direct"]].concat()), 10);
    // The tiles have no bias gradient of their own; where no algorithm is named, every one that takes the shape is checked.
    assert_eq!(results(&[&conv[..], &["--algorithm", "tiled"]].concat()), 4);
    assert!(results(&conv) >= 5 + 4);
    let (_, stderr) = expect(1, &[&conv[..], &["--algorithm", "depthwise"]].concat());
    assert!(stderr.contains("nothing was checked"), "{stderr}");
}

#[test]
fn a_wrong_result_has_a_line_with_everything_and_exit_code_1() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (case, pass, element, place) in [
        ("n2c3h7w9k4r3s2p1", "kernel_grad", "dw[3, 2, 2, 1] is ", " of 72 elements"),
        ("c3h7w9k4r3s2lastx", "input_grad", "dx[0, 2, 6, 8] (channels last) is ", " of 189 elements"),
        ("maxc3h7w9r3s2", "backward", "dx[0, 2, 6, 8] is ", " of 189 elements"),
        ("avgc3h7w9r3s2", "forward", "y[0, 2, 1, 3] is ", " of 24 elements"),
        ("bnn2c3w7lastx", "backward", "dx[1, 2, 6] (channels last) is ", " of 42 elements"),
        // By a convolution whose operands have other names.
        ("densen9c50k21", "kernel_grad", "dw[20, 49] is ", " of 1050 elements"),
        ("adamwc67", "step", "w[0, 66] is ", " of 67 elements"),
    ] {
        let json = file.path().to_str().unwrap();
        let (stdout, stderr) = expect(
            1,
            &["--plant-fault", "--case", case, "--pass", pass, "--algorithm", "direct", "--seed", "7", "--json", json],
        );
        let line = stdout.lines().find(|line| line.starts_with("WRONG ")).unwrap_or_else(|| panic!("{stdout}"));
        let command = format!("repeat with: wgconv verify --case '{case}' --pass {pass} --algorithm direct --seed 7");
        for part in [&format!("WRONG {case} {pass}, direct: "), element, " instead of ", place, &command] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        assert!(
            stdout.contains("1 is WRONG") && stderr.contains("error: 1 of 1 results are wrong"),
            "{stdout}{stderr}"
        );
        let report: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
        let failure = &report["failures"][0];
        assert_eq!((&failure["case"], &failure["pass"], &failure["wrong"]), (&case.into(), &pass.into(), &1.into()));
    }
    // The planner's choice is named, and what it chose.
    let (stdout, _) = expect(1, &["--plant-fault", "--case", "c1w9k2s3", "--pass", "bias_grad", "--algorithm", "auto"]);
    assert!(stdout.contains("bias_grad, auto (") && stdout.contains("--algorithm auto"), "{stdout}");
    // A random shape is made as small as it can be, once for each operator, pass and algorithm.
    let limits = ["--limits", "tiny", "--shader-checks", "off"];
    let random = [
        "--plant-fault",
        "--count",
        "1",
        "--seed",
        "2",
        "--algorithm",
        "direct",
        "--pass",
        "backward",
        "--operator",
        "max",
    ];
    let (stdout, _) = expect(1, &[&random[..], &limits[..]].concat());
    let first = stdout.lines().find(|line| line.starts_with("WRONG ")).unwrap_or_else(|| panic!("{stdout}"));
    for part in ["c1w1s1 backward, direct, tiny limits (first seen with ", " --seed 2 --limits tiny"] {
        assert!(first.contains(part), "{part} is not in {first}");
    }
    assert_eq!(stdout.matches("first seen with").count(), 1, "{stdout}");
    assert!(stdout.contains("shaders without run-time checks"), "{stdout}");
    // Every check of the catalogue notices.
    let ctx = Context::new_blocking().unwrap();
    let strategies = vec![Strategy::Auto];
    let options = VerifyOptions { plant_fault: true, count: 0, strategies, ..VerifyOptions::default() };
    let report = verify::run_blocking(&ctx, &options).unwrap();
    let checks = |row: &Row| row.case.passes().len() + usize::from(row.case.takes_bias("forward"));
    // Forward of a convolution with and without bias.
    assert_eq!(report.checks, catalogue().rows.iter().map(checks).sum::<usize>());
    assert_eq!(report.failures.len(), report.checks, "{report}");
}

#[test]
fn a_report_has_all_that_a_bug_report_needs() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("report.md");
    let case = ["--case", "maxc3h7w9r3s2", "--seed", "7", "--report", file.to_str().unwrap()];
    let (stdout, _) = expect(0, &case);
    assert!(stdout.contains("the report for a bug is in "), "{stdout}");
    let text = std::fs::read_to_string(&file).unwrap();
    let rows =
        ["| adapter | ", "| driver | ", "| driver info | ", "| backend | ", "| vendor, device | 0x", "| features | "];
    let more =
        ["| system | ", "| max_loop_iterations | ", "; wgpu 30.", "; commit ", "all right", "seed 7, shaders with"];
    for part in rows.iter().chain(&more).chain(&["`wgconv verify --case maxc3h7w9r3s2 --seed 7 --report "]) {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("### Wrong results"), "{text}");

    let (stdout, _) =
        expect(1, &[&case[..], &["--plant-fault", "--pass", "backward", "--algorithm", "direct"]].concat());
    assert!(stdout.contains("1 is WRONG"), "{stdout}");
    let text = std::fs::read_to_string(&file).unwrap();
    let (_, wrong) = text.split_once("### Wrong results").unwrap();
    assert!(
        wrong.contains("maxc3h7w9r3s2 backward, direct: dx[") && wrong.contains("repeat with: wgconv verify"),
        "{text}"
    );
    // Where none was asked for, it is offered.
    let (stdout, _) = expect(1, &["--plant-fault", "--case", "c1w9k1s3", "--pass", "forward"]);
    assert!(stdout.contains("run this again with --report FILE"), "{stdout}");
    let (_, stderr) = expect(1, &["--report", "/", "--count", "0"]);
    assert!(stderr.contains("cannot write"), "{stderr}");
}

#[test]
fn bad_input_says_what_is_wrong() {
    let (_, stderr) = expect(1, &["--limits", "small"]);
    assert!(stderr.contains("--limits is \"small\", but must be device, tiny or all"), "{stderr}");
    let (_, stderr) = expect(1, &["--operator", "bn,fft"]);
    assert!(stderr.contains("\"fft\"") && stderr.contains("softmax"), "{stderr}");
    let (_, stderr) = expect(1, &["--case", "n8c64h56w56kr3s3"]);
    assert!(stderr.contains("\n  n8c64h56w56kr3s3\n              ^\n"), "{stderr}");
    assert!(stderr.contains("convolution") && stderr.contains("pooling"), "{stderr}");
    let (_, stderr) = expect(1, &["--case", "c3h2w9k4r3s2"]);
    assert!(stderr.contains("use a smaller kernel"), "{stderr}");
    let (_, stderr) = expect(1, &["--case", "maxc3w9s2", "--pass", "input_grad"]);
    assert!(stderr.contains("input_grad") && stderr.contains("backward"), "{stderr}");
    let (_, stderr) = expect(1, &["--algorithm", "direct,fft"]);
    assert!(stderr.contains("\"fft\" is unknown; there are auto, direct"), "{stderr}");
    let (_, stderr) = expect(1, &["--adapter", "no such thing"]);
    assert!(stderr.contains("Adapters here"), "{stderr}");
    let (_, stderr) = expect(1, &["--seconds=-1"]);
    assert!(stderr.contains("must be a time"), "{stderr}");
    let (_, stderr) = expect(1, &["--json", "/", "--count", "0"]);
    assert!(stderr.contains("cannot write"), "{stderr}");
}

#[test]
fn it_ends_when_its_time_is_over_or_when_asked_to() {
    let ctx = Context::new_blocking().unwrap();
    let options = VerifyOptions { time: Some(Duration::ZERO), count: usize::MAX, ..VerifyOptions::default() };
    let report = verify::run_blocking(&ctx, &options).unwrap();
    assert_eq!((report.cases, report.stopped), (1, Some("its time was over")));

    let seen = RefCell::new(Vec::new());
    let progress = |progress: &verify::Progress<'_>| {
        seen.borrow_mut().push((progress.done, progress.total));
        if progress.done == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = verify::run_blocking(&ctx, &VerifyOptions { progress: Some(&progress), ..VerifyOptions::default() });
    assert_eq!(report.unwrap().cases, 3);
    let total = catalogue().rows.len() + 100;
    assert_eq!(*seen.borrow(), [(1, total), (2, total), (3, total)]);
}

#[test]
fn what_does_not_fit_is_skipped_and_a_lost_device_ends_it() {
    let ctx = Context::new_blocking().unwrap();
    let mut limits = *ctx.limits();
    limits.max_storage_binding_bytes = 4 * 1024;
    let small = ctx.with_limits(limits).unwrap();
    let options = VerifyOptions { case: Some("c8h20w20k2r3s3".parse().unwrap()), ..VerifyOptions::default() };
    let report = verify::run_blocking(&small, &options).unwrap();
    assert!(report.failures.is_empty() && !report.skipped.is_empty(), "{report}");
    assert!(matches!(report.skipped[0].reason, Error::SampleTooLarge { .. }));
    assert!(report.to_string().contains("skipped for lack of room"), "{report}");

    let ctx = Context::new_blocking().unwrap();
    ctx.device().destroy();
    let report = verify::run_blocking(&ctx, &VerifyOptions::default()).unwrap();
    assert!(!report.is_ok() && report.stopped == Some("the device was lost"), "{report}");
}

/// What was found so far is printed and written.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_with_a_report() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;

    let file = tempfile::NamedTempFile::new().unwrap();
    // With faults, so that the first line tells when the checking has begun; shapes for longer than anybody waits.
    let mut child = command(&["--plant-fault", "--count", "1000000", "--json", file.path().to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut all = String::new();
    assert!(stdout.read_line(&mut all).unwrap() > 0, "the run ended before its first check");
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    stdout.read_to_string(&mut all).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(all.starts_with("WRONG ") && all.contains("are WRONG\nended early: it was asked to"), "{all}");
    assert!(stderr.contains("error: interrupted: ") && stderr.contains(" results are wrong"), "{stderr}");
    let report: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    assert_eq!(report["stopped"], "it was asked to");
    assert!(!report["failures"].as_array().unwrap().is_empty());
}
