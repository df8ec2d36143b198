//! Processes that are killed while they write: the old file is there as a whole, or the new one. What a killed process leaves
//! besides has a name that says what it is.
#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use wgconv::safetensors::Reader;
use wgconv::tune::Tuned;

/// The library's own way to write a file, which it does not export.
#[path = "../src/atomic.rs"]
mod atomic;

/// Tells the child of a test which file to write.
const CHILD: &str = "WGCONV_KILL_TEST_FILE";
const LENGTH: usize = 1 << 20;

/// Starts a process that writes `file`, and kills it some time after `ready`.
fn run_and_kill(command: &mut Command, file: &Path, ready: impl Fn() -> bool, after: Duration) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !ready() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(after);
    // SIGKILL on Unix: nothing is cleaned up. It may have come to its end.
    child.kill().unwrap();
    child.wait().unwrap();
    let name = file.file_name().unwrap().to_str().unwrap();
    for left in leftovers(file) {
        let left = left.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(left.starts_with(&format!(".{name}.")) && left.ends_with(".tmp"), "{left}");
    }
}

/// The other files in the folder.
fn leftovers(file: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path != file && path.is_file()).collect()
}

fn wgconv(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgconv"));
    command.args(arguments);
    command
}

/// What the test below starts as a process: writes megabytes of one byte until it is killed.
#[test]
fn child_that_writes() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    for byte in (0..=u8::MAX).cycle() {
        atomic::write(Path::new(&path), &vec![byte; LENGTH]).unwrap();
    }
}

#[test]
fn a_file_is_whole_whenever_its_writer_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    for kill in 0..20 {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "child_that_writes"]).env(CHILD, &file);
        run_and_kill(&mut child, &file, || file.exists(), Duration::from_millis(kill * 7 % 30));
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.len() == LENGTH && bytes.iter().all(|byte| *byte == bytes[0]), "{} bytes", bytes.len());
    }
    assert!(!leftovers(&file).is_empty(), "no kill came in the middle of a write");
    // They are in nobody's way.
    atomic::write(&file, b"new").unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"new");
}

#[test]
fn threads_that_write_one_file_do_not_mix() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::thread::scope(|scope| {
        for byte in 0..4 {
            let file = &file;
            scope.spawn(move || (0..8).for_each(|_| atomic::write(file, &vec![byte; LENGTH]).unwrap()));
        }
    });
    let bytes = fs::read(&file).unwrap();
    assert!(bytes.len() == LENGTH && bytes.iter().all(|byte| *byte == bytes[0]));
    assert!(leftovers(&file).is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_under_a_temporary_name_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let (file, victim) = (dir.path().join("file"), dir.path().join("victim"));
    fs::write(&victim, "somebody's").unwrap();
    // The names that come next, whatever other tests wrote.
    for count in 0..1000 {
        let name = format!(".file.{}-{count}.tmp", std::process::id());
        std::os::unix::fs::symlink(&victim, dir.path().join(name)).unwrap();
    }
    atomic::write(&file, b"mine").unwrap();
    assert_eq!((fs::read(&file).unwrap(), fs::read(&victim).unwrap()), (b"mine".to_vec(), b"somebody's".to_vec()));
}

#[test]
fn a_killed_tuner_leaves_results_that_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("tuning.txt");
    let text = file.to_str().unwrap();
    // One row after the other is written.
    let cases: Vec<String> = (2..40).map(|width| format!("maxc1h2w{width}r2s2")).collect();
    let cases = cases.iter().flat_map(|case| ["--case", case]);
    let arguments: Vec<&str> = ["tune", "--file", text].into_iter().chain(cases).collect();
    for kill in 0..4 {
        let written = fs::metadata(&file).map_or(0, |data| data.len());
        let ready = || fs::metadata(&file).is_ok_and(|data| data.len() > written);
        run_and_kill(&mut wgconv(&arguments), &file, ready, Duration::from_millis(11 * kill));
        assert!(!Tuned::load(&file).unwrap().entries().is_empty());
    }
}

#[test]
fn a_killed_training_run_leaves_the_old_weights_or_the_new_ones() {
    let dir = tempfile::tempdir().unwrap();
    let (out, file) = (dir.path().join("out"), dir.path().join("weights"));
    let old = b"what was here before";
    let limits = ["--train-limit", "20", "--test-limit", "10", "--batch", "10", "--epochs", "1"];
    let history = out.join("history.json");
    let arguments = ["train", "--out", out.to_str().unwrap(), "--save", file.to_str().unwrap()];
    for kill in 0..4 {
        fs::write(&file, old).unwrap();
        let _ = fs::remove_file(&history);
        // The first two before the weights are complete, the others about then: the history is written next.
        let replaced =
            || kill < 2 || history.exists() || fs::metadata(&file).is_ok_and(|data| data.len() != old.len() as u64);
        run_and_kill(wgconv(&arguments).args(limits), &file, replaced, Duration::from_millis([0, 300, 0, 5][kill]));
        let is_old = fs::read(&file).unwrap() == old;
        assert!(is_old || !Reader::open(&file).unwrap().names().is_empty());
    }
}
