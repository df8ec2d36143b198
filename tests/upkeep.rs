//! What keeps the project in order, checked without further tools: unsafe code, licences and sources of dependencies.

use std::collections::BTreeMap;
use std::path::Path;

/// Every Rust source below these folders, by its path.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders: Vec<_> = ["src", "tests", "examples", "benches"].map(|name| root.join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// Cargo.toml denies unsafe code for the library, the binary, tests and examples; these are the exceptions.
#[test]
fn unsafe_code_is_where_it_has_a_reason() {
    assert!(include_str!("../Cargo.toml").contains("unsafe_code = \"deny\""));
    let allowance = ["unsafe", "_code"].concat();
    let allowed: BTreeMap<String, usize> = sources()
        .into_iter()
        .map(|(path, text)| (path, text.matches(&allowance).count()))
        .filter(|(path, count)| *count > 0 && path != "tests/upkeep.rs")
        .collect();
    let expected = [
        // What the driver is given unchecked: all of it in one place, with one argument.
        ("src/gpu/trusted.rs", 1),
        // The interface of an allocator.
        ("tests/fuzz/bounded.rs", 1),
        // A driver's own interface.
        ("tests/isa/radv.rs", 1),
        ("tests/tune.rs", 1),
    ];
    assert_eq!(allowed, expected.map(|(path, count)| (path.to_owned(), count)).into());
}

/// What `cargo deny check sources` says, without it: everything comes from the one registry, with a checksum.
#[test]
fn dependencies_come_from_the_registry() {
    for lock in [include_str!("../Cargo.lock"), include_str!("../fuzz/Cargo.lock")] {
        let (packages, own): (Vec<&str>, Vec<&str>) =
            lock.split("[[package]]").skip(1).partition(|package| package.contains("\nsource = "));
        assert!(packages.len() > 50);
        for package in packages {
            let source = package.lines().find(|line| line.starts_with("source = ")).unwrap();
            assert_eq!(source, "source = \"registry+https://github.com/rust-lang/crates.io-index\"", "{package}");
            assert!(package.contains("\nchecksum = "), "{package}");
        }
        assert!(own.iter().all(|package| package.contains("name = \"wgconv")), "{own:?}");
    }
}

/// The commands that CONTRIBUTING.md gives for it name the version that Cargo.toml promises.
#[test]
fn the_oldest_rust_is_the_same_everywhere() {
    let manifest = include_str!("../Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"')).unwrap();
    let text = include_str!("../CONTRIBUTING.md");
    assert!(text.contains(&format!("rustup toolchain install {version} ")), "{version}");
    assert!(text.contains(&format!("cargo +{version} check")), "{version}");
}
