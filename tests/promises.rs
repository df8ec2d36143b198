//! The README's table of what is promised: every test that it names is there and is a test, and every fault of ours has a line.

use std::path::Path;

/// A file and tests in it.
type Tests = (&'static str, Vec<&'static str>);

/// Each promise with what is behind it.
fn promises() -> Vec<(&'static str, Vec<Tests>)> {
    let readme = include_str!("../README.md");
    let (_, section) = readme.split_once("\n## What is promised\n").unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let row = |line: &'static str| {
        let (promise, tests) = line.trim_matches('|').rsplit_once(" | ").unwrap_or_else(|| panic!("two cells: {line}"));
        let of_file = |part: &'static str| {
            let (file, tests) = part.split_once(": ").unwrap_or_else(|| panic!("file and tests: {part}"));
            (file.trim().trim_matches('`'), tests.split(',').map(|test| test.trim().trim_matches('`')).collect())
        };
        (promise.trim(), tests.split(';').map(of_file).collect())
    };
    rows.skip(2).map(row).collect()
}

/// Whether a file has a function of this name that `cargo test` runs.
fn is_test(text: &str, name: &str) -> bool {
    let Some((before, _)) = text.split_once(&format!("fn {name}()")) else { return false };
    // Its own attributes: nothing but such lines since the function before.
    let attributes: Vec<&str> =
        before.trim_end().lines().rev().take_while(|line| line.trim().starts_with("#[")).collect();
    attributes.iter().any(|line| line.trim() == "#[test]") && !attributes.iter().any(|line| line.contains("ignore"))
}

#[test]
fn every_test_that_a_promise_names_is_there() {
    let promises = promises();
    assert!(promises.len() >= 20, "{}", promises.len());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (promise, files) in promises {
        assert!(!files.is_empty(), "{promise}");
        for (file, tests) in files {
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            for test in tests {
                assert!(is_test(&text, test), "{promise}: {file} has no test {test}");
            }
        }
    }
}

/// Each kind of error is in some line, so that a new one finds its place.
#[test]
fn every_error_is_somewhere_in_the_table() {
    let errors = include_str!("../src/error.rs");
    let (_, body) = errors.split_once("pub enum Error {").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let variants = body.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(" {"));
    let variants: Vec<&str> = variants.filter(|name| name.chars().all(char::is_alphanumeric)).collect();
    assert!(variants.len() > 25, "{variants:?}");
    let promises = promises();
    for variant in variants {
        let named = promises.iter().any(|(promise, _)| promise.contains(&format!("`{variant}`")));
        assert!(named, "no line says who gives Error::{variant}");
    }
}

#[test]
fn a_name_that_is_no_test_is_found_out() {
    let text = "#[test]\n#[ignore = \"x\"]\nfn left_out() {}\n#[test]\nfn run() {}\nfn helper() {}\n";
    let found = ["left_out", "run", "helper", "absent"].map(|name| is_test(text, name));
    assert_eq!(found, [false, true, false, false]);
}
