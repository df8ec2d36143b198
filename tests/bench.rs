//! `wgconv bench` from outside: what it writes, how it compares, and that bad input gives a message and an exit code. No
//! test looks at how long anything took.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A convolution, two poolings and an operator without a window that any driver computes at once.
const TINY: [&str; 10] = [
    "bench",
    "--quick",
    "--case",
    "n2c4h7w6k6r3s2u2x1p1x0g2",
    "--case",
    "maxc3h7w6r3s2",
    "--case",
    "avgc3h7w6r3s2p1exclpad",
    "--case",
    "softmaxn3c5",
];

fn wgconv(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgconv"));
    command.args(arguments).env_remove("RUST_LOG").output().unwrap()
}

/// A run that must succeed; what it printed.
fn succeed(arguments: &[&str]) -> String {
    let output = wgconv(arguments);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    stdout
}

/// A run that must fail with this exit code and a message; both streams.
fn fail(code: i32, arguments: &[&str]) -> String {
    let output = wgconv(arguments);
    let all = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{all}");
    assert!(!all.contains("panicked"), "{all}");
    // Drivers may say something of this form themselves.
    assert!(all.lines().any(|line| line.starts_with("error: ") && !line.contains("XDG_RUNTIME_DIR")), "{all}");
    all
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_run_writes_everything_and_equals_itself() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join("new").join(name);
    let (json, csv, markdown, plots) = (file("a.json"), file("a.csv"), file("a.md"), file("plots"));
    let files = ["--json", path(&json), "--csv", path(&csv), "--markdown", path(&markdown), "--plot", path(&plots)];
    let stdout = succeed(&[&TINY[..], &files, &["--pass", "all"]].concat());
    for words in ["adapter: ", "peaks: ", "of peak", " clock ", " host ", "n2c4h7w6k6r3s2u2x1p1x0g2", "all outputs"] {
        assert!(stdout.contains(words), "{words} is not in\n{stdout}");
    }

    let report = read(&json);
    assert_eq!(report["format"], 1);
    let environment = &report["environment"];
    for key in ["wgpu", "wgconv", "date", "build", "dtype"] {
        assert!(environment[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {environment}");
    }
    assert!(environment["adapter"]["driver"].is_string() && environment["features"].is_array());
    assert!(environment["peaks"]["gflops"].as_f64().unwrap() > 0.0);
    assert!(environment["peaks"]["gbytes_per_s"].as_f64().unwrap() > 0.0);
    let rows = report["rows"].as_array().unwrap();
    let passes: Vec<&str> = rows.iter().map(|row| row["pass"].as_str().unwrap()).collect();
    let conv = ["forward", "input_grad", "kernel_grad", "bias_grad"];
    let max = ["max_forward", "max_forward_with_indices", "max_backward", "max_unpool", "max_unpool_backward"];
    assert_eq!(passes, [&conv[..], &max, &["avg_forward", "avg_backward", "softmax_loss"]].concat());
    for row in rows {
        check_row(row);
    }

    let csv = fs::read_to_string(csv).unwrap();
    assert_eq!(csv.lines().count(), 13);
    assert!(csv.starts_with("suite,layer,case,pass,") && csv.lines().all(|line| line.matches(',').count() >= 21));
    let markdown = fs::read_to_string(markdown).unwrap();
    assert_eq!(markdown.lines().filter(|line| line.starts_with('|')).count(), 14, "{markdown}");
    for picture in ["roofline.svg", "passes.svg"] {
        let svg = fs::read_to_string(plots.join(picture)).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{picture}");
        assert!(svg.contains("kernel_grad") && svg.contains("avg_backward"), "{picture}");
    }

    // Against itself, whatever the noise.
    let same =
        [&TINY[..], &["--baseline", path(&json), "--tolerance", "99.9", "--warm-cache", "--host-clock"]].concat();
    let stdout = succeed(&same);
    assert!(stdout.contains("8 rows are timed by the host's clock"), "{stdout}");
    assert!(stdout.contains("kernel_grad: ") && stdout.contains(" x\n"), "{stdout}");

    // Against a run that was a million times faster in one pass.
    let mut faster = report.clone();
    for row in faster["rows"].as_array_mut().unwrap().iter_mut().filter(|row| row["pass"] == "input_grad") {
        row["median_ms"] = json!(row["median_ms"].as_f64().unwrap() * 1e-6);
    }
    let fake = file("faster.json");
    fs::write(&fake, faster.to_string()).unwrap();
    let message = fail(1, &[&TINY[..], &["--baseline", path(&fake), "--tolerance", "99.9"]].concat());
    let line = message.lines().find(|line| line.starts_with("error: slower")).unwrap();
    assert!(line.contains("input_grad runs at") && !line.contains("kernel_grad"), "{line}");

    // Against one of other cases.
    let message = fail(1, &["bench", "--quick", "--case", "c1w9k1s3", "--pass", "forward", "--baseline", path(&json)]);
    assert!(message.contains("no row of this run is in the baseline"), "{message}");
}

fn check_row(row: &Value) {
    for key in ["suite", "layer", "case", "pass", "requested", "algorithm", "verification", "clock"] {
        assert!(row[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {row}");
    }
    assert_eq!((&row["verified"], &row["skipped"]), (&json!(true), &Value::Null));
    for key in ["median_ms", "min_ms", "p95_ms", "host_ms", "first_call_ms", "gbytes_per_s", "share_of_peak"] {
        assert!(row[key].as_f64().is_some_and(|value| value > 0.0), "{key}: {row}");
    }
    let ms = |key: &str| row[key].as_f64().unwrap();
    assert!(ms("min_ms") <= ms("median_ms") && ms("median_ms") <= ms("p95_ms"), "{row}");
    let gflops = row["flops"].as_f64().unwrap() / ms("median_ms") * 1e-6;
    assert!((gflops - row["gflops"].as_f64().unwrap()).abs() <= 1e-6 * gflops, "{row}");
    // Unpooling only moves data.
    assert_eq!(gflops > 0.0, !row["pass"].as_str().unwrap().starts_with("max_unpool"), "{row}");
    assert!(row["samples"].as_u64().unwrap() >= 3);
}

#[test]
fn what_the_device_cannot_hold_is_skipped_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let json = dir.path().join("a.json");
    // A sample of 4 GiB, which no device can bind; beside it one that fits.
    let cases = ["--case", "c1h32768w32768k1r3s3", "--case", "c1w9k1s3", "--pass", "forward"];
    let stdout = succeed(&[&["bench", "--quick", "--json", path(&json)], &cases[..]].concat());
    assert!(stdout.contains("skipped: ") && stdout.contains("max_storage_buffer_binding_size"), "{stdout}");
    let report = read(&json);
    let row = &report["rows"][0];
    assert!(row["skipped"].as_str().unwrap().contains("max_storage_buffer_binding_size"), "{row}");
    assert_eq!((&row["median_ms"], &row["verified"]), (&Value::Null, &json!(false)));
    check_row(&report["rows"][1]);
}

#[test]
fn bad_input_is_reported_before_anything_is_measured() {
    let dir = tempfile::tempdir().unwrap();
    let folder = path(dir.path());
    let broken = dir.path().join("broken.json");
    fs::write(&broken, "{}").unwrap();
    let missing = dir.path().join("missing.json");
    let below_a_file = broken.join("plots");
    let cases: [(i32, &[&str], &[&str]); 16] = [
        (1, &["--suite", "resnet51"], &["\"resnet51\" is unknown", "resnet50", "mobilenet_v2", "unet"]),
        (1, &["--algorithm", "fft"], &["\"fft\" is unknown", "auto", "direct"]),
        (1, &["--pass", "backwards"], &["\"backwards\" is unknown", "kernel_grad", "max_backward"]),
        (1, &["--quick", "--adapter", "no such adapter"], &["no such adapter", "Adapters here"]),
        (1, &["--filter", "no such layer"], &["nothing to measure"]),
        (1, &["--tolerance", "100"], &["--tolerance is 100"]),
        (1, &["--json", folder], &["it is a folder"]),
        (1, &["--plot", path(&below_a_file)], &["cannot make the folder"]),
        (1, &["--baseline", path(&missing)], &["cannot read the baseline"]),
        (1, &["--baseline", path(&broken)], &["is not what `wgconv bench --json` writes"]),
        (1, &["--csv", path(&below_a_file)], &["cannot make the folder"]),
        (1, &["--markdown", folder], &["it is a folder"]),
        // Where it is wrong, and the whole grammar.
        (
            2,
            &["--case", "n8c64h56w56kr3s3"],
            &["\n  n8c64h56w56kr3s3\n              ^\n", "convolution", "pooling", "stride"],
        ),
        (2, &["--case", "c1w2k1s3"], &["window spans 3 cells"]),
        (2, &["--filter", "("], &["unclosed group"]),
        (2, &["--dtype", "f64"], &["f32"]),
    ];
    for (code, arguments, words) in cases {
        let message = fail(code, &[&["bench"], arguments].concat());
        for word in words {
            assert!(message.contains(word), "{word} is not in\n{message}");
        }
        assert!(!message.contains("peaks: "), "{message}");
    }
}

/// What was measured so far is printed and written.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_with_a_report() {
    use std::io::{BufRead, BufReader, Read};

    let dir = tempfile::tempdir().unwrap();
    let json = dir.path().join("a.json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_wgconv"))
        .args(["bench", "--suite", "all", "--pass", "all", "--json", path(&json)])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("data: ") {
        line.clear();
        assert!(stdout.read_line(&mut line).unwrap() > 0, "the run ended before its first row");
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("error: interrupted: ") && rest.contains("of peak"), "{rest}\n{stderr}");
    assert!(read(&json)["rows"].is_array());
}
