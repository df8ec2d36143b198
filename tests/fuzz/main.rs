//! Every input of the committed corpora once more, through the functions that `scripts/fuzz` feeds: no panic, no overflow, no
//! more memory than the stated bound. No GPU needed. A file's name says what it once showed, or what it is an example of.
#![cfg(feature = "cli")]

mod bounded;
mod targets;

use std::fs;
use std::path::Path;

use bounded::Target;

fn replay(name: &str, target: Target) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 3, "{} has only {} files", folder.display(), files.len());
    for file in files {
        // Shown with a failure only.
        println!("{}", file.display());
        bounded::run(target, &fs::read(file).unwrap());
    }
}

#[test]
fn case() {
    replay("case", targets::case::TARGET);
}

#[test]
fn idx() {
    replay("idx", targets::idx::TARGET);
}

#[test]
fn plan() {
    replay("plan", targets::plan::TARGET);
}

#[test]
fn safetensors() {
    replay("safetensors", targets::safetensors::TARGET);
}

#[test]
fn tuning() {
    replay("tuning", targets::tuning::TARGET);
}
