//! `wgconv compare` from outside, with peers that are a few lines of shell: right, wrong, silent, dying, babbling. No test looks
//! at how long anything took, but that a hang is cut.
#![cfg(all(feature = "cli", unix))]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Small enough for any driver; strides, padding and groups differ.
const CASE: &str = "n2c4h7w6k6r3s2u2x1p1x0g2";

fn wgconv(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgconv"));
    command.arg("compare").args(arguments).env_remove("RUST_LOG").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A run that must succeed; what it printed.
fn succeed(arguments: &[&str]) -> String {
    let output = wgconv(arguments);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    stdout
}

/// A peer of shell: greets, then for each request runs `on_case` or `on_time`.
fn script(dir: &Path, name: &str, greeting: &str, on_case: &str, on_time: &str) -> String {
    let path = dir.join(name);
    let script = format!(
        r#"#!/bin/sh
{greeting}
while read -r line; do
    result=$(printf '%s' "$line" | sed -n 's/.*"result":"\([^"]*\)".*/\1/p')
    case $line in
        *'"request":"case"'*) {on_case} ;;
        *) {on_time} ;;
    esac
done
"#
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{name}=exec {}", path.display())
}

const GREETING: &str = r#"echo '{"software":"fake 1","device":"none"}'"#;
const TIME: &str = r#"echo '{"ms":0.001}'"#;

/// A peer that is this library itself under another name: right, whatever the data.
fn right() -> String {
    format!("right=exec '{}' peer", env!("CARGO_BIN_EXE_wgconv"))
}

fn compare(peers: &[String], options: &[&str]) -> (Value, String) {
    let dir = tempfile::tempdir().unwrap();
    let json = dir.path().join("new/a.json");
    let mut arguments = vec!["--quick", "--case", CASE, "--pass", "forward", "--json", json.to_str().unwrap()];
    for peer in peers {
        arguments.extend(["--peer", peer]);
    }
    arguments.extend(options);
    let stdout = succeed(&arguments);
    (serde_json::from_slice(&fs::read(json).unwrap()).unwrap(), stdout)
}

fn result<'a>(report: &'a Value, participant: &str) -> &'a Value {
    let results = report["rows"][0]["results"].as_array().unwrap();
    results.iter().find(|one| one["participant"] == participant).unwrap_or_else(|| panic!("{participant}: {report}"))
}

#[test]
fn a_peer_that_is_right_is_timed_in_all_passes() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).display().to_string();
    let (markdown, plots) = (file("a.md"), file("plots"));
    let options = ["--pass", "conv", "--rounds", "2", "--algorithm", "auto,direct"];
    let files = ["--markdown", &markdown, "--plot", &plots];
    let (report, stdout) = compare(&[right()], &[&options[..], &files].concat());
    assert_eq!(report["format"], 1);
    let rows = report["rows"].as_array().unwrap();
    let passes: Vec<&str> = rows.iter().map(|row| row["pass"].as_str().unwrap()).collect();
    assert_eq!(passes, ["forward", "input_grad", "kernel_grad"]);
    for row in rows {
        for (one, name) in row["results"].as_array().unwrap().iter().zip(["wgconv", "wgconv-direct", "right"]) {
            assert_eq!((&one["participant"], &one["result"]), (&name.into(), &"timed".into()), "{one}");
            assert_eq!((&one["rounds"], &one["verification"]), (&2.into(), &"all outputs".into()), "{one}");
            for key in ["first_ms", "median_ms", "min_ms", "gflops", "ratio"] {
                assert!(one[key].as_f64().is_some_and(|value| value > 0.0), "{key}: {one}");
            }
            assert!(one["largest_error"].as_f64().unwrap() < 1e-6, "{one}");
        }
        assert_eq!(row["results"][0]["ratio"], 1.0);
    }
    // Three passes and all of them, for each of the two others.
    assert_eq!(report["means"].as_array().unwrap().len(), 8);
    for words in ["right GFLOP/s", "geometric mean", CASE, "kernel_grad", " x", "right: wgconv "] {
        assert!(stdout.contains(words), "{words} is not in\n{stdout}");
    }
    let markdown = fs::read_to_string(markdown).unwrap();
    assert_eq!(markdown.lines().filter(|line| line.starts_with('|')).count(), 2 + 3 + 4, "{markdown}");
    let svg = fs::read_to_string(Path::new(&plots).join("ratios.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("wgconv-direct") && svg.trim_end().ends_with("</svg>"));
}

/// One run with all of them: each is a result of its own and disturbs nobody.
#[test]
fn what_peers_do_wrong_is_a_result() {
    let dir = tempfile::tempdir().unwrap();
    let fake = |name: &str, on_case: &str, on_time: &str| script(dir.path(), name, GREETING, on_case, on_time);
    // Zeros of the right number: 2 x 6 x 4 x 5 elements of four bytes.
    let zeros = |answer: &str| format!("head -c 960 /dev/zero > \"$result\"; echo '{answer}'");
    let ok = r#"{"first_ms":0.001}"#;
    let peers = [
        fake("wrong", &zeros(ok), TIME),
        fake("short", &format!("printf 1234 > \"$result\"; echo '{ok}'"), TIME),
        fake("nothing", &format!("echo '{ok}'"), TIME),
        fake("hangs", "sleep 1000", TIME),
        fake("dies", "echo 'no more memory' >&2; exit 3", TIME),
        fake("closes", "exec >&-; sleep 1000", TIME),
        fake("babbles", "yes gibberish", TIME),
        fake("refuses", r#"echo '{"unsupported":"groups"}'"#, TIME),
        fake("regrets", r#"echo '{"error":"a bad day"}'"#, TIME),
        fake("mute", "echo '{}'", TIME),
        fake("boasts", &zeros(r#"{"first_ms":1e9}"#), TIME),
        right(),
    ];
    let (report, stdout) = compare(&peers, &["--time-limit", "8", "--rounds", "1"]);
    let expected = [
        ("wrong", "wrong", "sample 0, channel 0"),
        ("short", "wrong", "1 elements instead of 240"),
        ("nothing", "wrong", "no result"),
        ("hangs", "no_answer", "no answer in 8 s"),
        ("dies", "failed", "exit status: 3: no more memory"),
        ("closes", "failed", "closed its pipes"),
        ("babbles", "failed", "not an answer: gibberish"),
        ("refuses", "unsupported", "groups"),
        ("regrets", "failed", "a bad day"),
        ("mute", "failed", "without \"first_ms\""),
        ("boasts", "failed", "claims 1000000000 ms"),
    ];
    for (name, kind, words) in expected {
        let one = result(&report, name);
        assert!(one["result"] == kind && one["detail"].as_str().unwrap().contains(words), "{name}: {one}");
        assert!(one["median_ms"].is_null() && one["ratio"].is_null(), "{one}");
    }
    assert_eq!(result(&report, "right")["result"], "timed");
    assert_eq!(result(&report, "wgconv")["result"], "timed");
    for words in ["no answer", "failed", "wrong", "a bad day"] {
        assert!(stdout.contains(words), "{words} is not in\n{stdout}");
    }
}

/// The fake gives the result that the real peer behind it made, so that only its timing is at fault.
#[test]
fn a_peer_that_fails_while_it_is_timed_has_no_figures() {
    let dir = tempfile::tempdir().unwrap();
    let own = format!("exec '{}' peer", env!("CARGO_BIN_EXE_wgconv"));
    let behind = |name: &str, on_time: &str| {
        let on_case = format!("printf '%s\\n' \"$line\" | ({own}) | tail -n 1");
        script(dir.path(), name, GREETING, &on_case, on_time)
    };
    let peers = [
        behind("zero", r#"echo '{"ms":0}'"#),
        behind("hangs-later", "sleep 1000"),
        behind("unasked", r#"echo '{"ms":0.001}'; echo more; sleep 1"#),
    ];
    let (report, _) = compare(&peers, &["--time-limit", "15", "--rounds", "2"]);
    for (name, kind, words) in
        [("zero", "failed", "claims 0 ms"), ("hangs-later", "no_answer", "15 s"), ("unasked", "failed", "more")]
    {
        let one = result(&report, name);
        assert!(one["result"] == kind && one["detail"].as_str().unwrap().contains(words), "{name}: {one}");
        assert!(one["verification"] == "all outputs" && one["median_ms"].is_null(), "{one}");
    }
}

#[test]
fn who_is_not_here_is_named_and_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let greet = |name: &str, line: &str| script(dir.path(), name, line, "exit 1", TIME);
    let peers = [
        greet("uninstalled", r#"echo '{"error":"no such module","install":"pip install it"}'"#),
        greet("garbage", "echo hello"),
        greet("anonymous", "echo '{}'"),
        "nowhere=/no/such/program".to_owned(),
        greet("sleeper", "sleep 1000"),
        greet("partial", r#"echo '{"software":"fake","passes":["kernel_grad"],"notes":["half of it"]}'"#),
    ];
    let (report, stdout) = compare(&peers, &["--missing", "absent=cargo install absent", "--start-limit", "10"]);
    let left_out = |name: &str| -> String {
        let participants = report["participants"].as_array().unwrap();
        let one = participants.iter().find(|one| one["name"] == name).unwrap();
        format!("{} {}", one["left_out"].as_str().unwrap_or("-"), one["install"].as_str().unwrap_or("-"))
    };
    assert_eq!(left_out("uninstalled"), "no such module pip install it");
    assert_eq!(left_out("absent"), "not installed cargo install absent");
    assert!(left_out("garbage").starts_with("not a greeting: hello"));
    assert!(left_out("anonymous").starts_with("not a greeting"));
    assert!(left_out("nowhere").contains("exit status: 127"));
    assert_eq!(left_out("sleeper"), "no answer in 10 s -");
    assert_eq!(left_out("partial"), "- -");
    assert_eq!(report["rows"][0]["results"].as_array().unwrap().len(), 2);
    assert_eq!(result(&report, "partial")["result"], "unsupported");
    for words in ["absent: left out: not installed; to install it: cargo install absent", "half of it"] {
        assert!(stdout.contains(words), "{words} is not in\n{stdout}");
    }
}

/// Ctrl-C while a peer hangs: what there is gets written, and nothing that the peer has started stays behind.
#[test]
fn an_interrupt_writes_what_there_is_and_leaves_no_process() {
    let dir = tempfile::tempdir().unwrap();
    let (pid, json) = (dir.path().join("pid"), dir.path().join("a.json"));
    let on_case = format!("sleep 1000 & echo $! > {0}.new; mv {0}.new {0}; wait", pid.display());
    let peer = script(dir.path(), "hangs", GREETING, &on_case, TIME);
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgconv"));
    command.args(["compare", "--quick", "--time-limit", "300", "--case", CASE, "--json", json.to_str().unwrap()]);
    let run = command.args(["--peer", &peer]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !pid.exists() {
        assert!(start.elapsed() < Duration::from_secs(120), "the peer was not asked");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    let output = run.wait_with_output().unwrap();
    let all = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{all}");
    assert!(all.contains("interrupted: "), "{all}");
    // A row that nobody finished is not there.
    let report: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!((&report["rows"], &report["participants"][1]["name"]), (&serde_json::json!([]), &"hangs".into()));
    let sleeper = fs::read_to_string(pid).unwrap();
    let start = Instant::now();
    // Dead, whether or not somebody has buried it.
    let is_dead = || {
        let output = Command::new("ps").args(["-o", "stat=", "-p", sleeper.trim()]).output().unwrap();
        matches!(text(&output.stdout).trim().chars().next(), None | Some('Z'))
    };
    while !is_dead() {
        assert!(start.elapsed() < Duration::from_secs(10), "{sleeper} is still there");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn alone_it_says_so() {
    let (report, stdout) = compare(&[], &["--rounds", "1"]);
    assert!(stdout.contains("no peer is here"), "{stdout}");
    assert_eq!(result(&report, "wgconv")["result"], "timed");
    assert_eq!(report["means"], serde_json::json!([]));
}

#[test]
fn bad_input_is_reported_before_anything_is_started() {
    let dir: TempDir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let below_a_file = file.join("plots").display().to_string();
    let cases: [(i32, &[&str], &[&str]); 13] = [
        (2, &["--peer", "burn"], &["expected a name, `=` and a command"]),
        (1, &["--peer", "a=b", "--missing", "a=c"], &["two participants of the name \"a\""]),
        (1, &["--peer", "wgconv=b"], &["this library has it"]),
        (1, &["--time-limit", "0"], &["--time-limit is 0"]),
        (1, &["--start-limit", "nan"], &["--start-limit is NaN"]),
        (2, &["--rounds", "0"], &["--rounds"]),
        (1, &["--suite", "resnet51"], &["\"resnet51\" is unknown", "vgg16"]),
        (1, &["--pass", "max_forward"], &["\"max_forward\" is unknown", "kernel_grad"]),
        (1, &["--algorithm", "fft"], &["\"fft\" is unknown"]),
        (1, &["--filter", "no such layer"], &["nothing to measure"]),
        (1, &["--json", folder], &["it is a folder"]),
        (1, &["--plot", &below_a_file], &["cannot make the folder"]),
        (1, &["--adapter", "no such adapter"], &["this library cannot start", "no such adapter"]),
    ];
    for (code, arguments, words) in cases {
        // A peer that would be noticed.
        let started = dir.path().join("started");
        let noticed = format!("noticed=touch {}", started.display());
        let output = wgconv(&[arguments, &["--peer", &noticed]].concat());
        let all = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {all}");
        assert!(words.iter().all(|words| all.contains(words)) && !all.contains("panicked"), "{arguments:?}: {all}");
        assert!(!started.exists(), "{arguments:?}");
    }
}
