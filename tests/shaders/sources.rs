//! The WGSL files as text: the block that is specialised, no file without a kernel, one home for window arithmetic.

use std::path::{Path, PathBuf};

use naga::{Module, Scalar, TypeInner};
use wgconv::{ElementType, kernels, kernels_of};

use crate::modules::parse;

const BEGIN: &str = "// specialise: begin\n";
const END: &str = "// specialise: end\n";

/// The lines between the fences; a source without exactly one pair of them fails.
fn block<'a>(name: &str, source: &'a str) -> &'a str {
    assert_eq!(source.matches("specialise:").count(), 2, "{name}: one block, fenced");
    let (_, rest) = source.split_once(BEGIN).unwrap_or_else(|| panic!("{name}: no begin"));
    rest.split_once(END).unwrap_or_else(|| panic!("{name}: no end")).0
}

/// Name and type of each constant of a block; nothing else may stand in it.
fn constants(name: &str, source: &str) -> Vec<(String, Scalar)> {
    let block = block(name, source);
    let module: Module = parse(name, block);
    assert!(block.lines().all(|line| line.starts_with("const ")), "{name}: {block}");
    let constant = |constant: &naga::Constant| match module.types[constant.ty].inner {
        TypeInner::Scalar(scalar) => (constant.name.clone().unwrap_or_default(), scalar),
        ref other => panic!("{name}: a constant of type {other:?}"),
    };
    module.constants.iter().map(|(_, value)| constant(value)).collect()
}

#[test]
fn the_written_block_declares_the_same_constants_as_the_rendered_one() {
    for kernel in kernels() {
        let written = constants(kernel.name, &kernel.default_source);
        assert_eq!(written, constants(kernel.name, &kernel.source), "{}", kernel.name);
        assert!(written.iter().any(|(name, _)| name == "WORKGROUP_SIZE"), "{}", kernel.name);
    }
}

#[test]
fn specialisation_changes_nothing_outside_the_block() {
    for kernel in kernels() {
        let outside = |source: &str| source.replacen(block(kernel.name, source), "", 1);
        assert_eq!(outside(&kernel.default_source), outside(&kernel.source), "{}", kernel.name);
    }
}

/// All files below a folder of the repository with this ending, and their text.
fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut found) = (vec![root.join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_path_buf(), text));
            }
        }
    }
    assert!(found.len() >= 10, "only {} files in {folder}", found.len());
    found
}

#[test]
fn every_shader_file_is_a_part_of_some_kernel() {
    let others = [(ElementType::F16, true), (ElementType::F16, false), (ElementType::Bf16, false)];
    let others = others.into_iter().flat_map(|(element, shader_f16)| kernels_of(element, shader_f16));
    let sources: Vec<String> =
        kernels().into_iter().map(|kernel| kernel.default_source).chain(others.map(|kernel| kernel.source)).collect();
    for (path, text) in files("shaders", "wgsl") {
        let used = sources.iter().any(|source| source.contains(&text));
        assert!(used, "{} belongs to no kernel", path.display());
    }
}

/// Window arithmetic always multiplies or divides by a stride or dilation; these are the signs of it being done by hand.
///
/// In shaders a position may be formed from a start by adding taps (`start_w + tap * DILATION_W`), but nothing outside
/// `common/window.wgsl` may divide by a stride or a dilation, or round. On the host the strides and dilations are only
/// handed on outside `src/window`.
#[test]
fn window_arithmetic_has_one_home_in_shaders_and_one_on_the_host() {
    let mut looked_at = 0;
    for (path, text) in files("shaders", "wgsl") {
        if path.ends_with("common/window.wgsl") {
            assert!(divides_by_window(&text), "the test does not recognise window arithmetic any more");
            continue;
        }
        assert!(!divides_by_window(&text), "{}: use common/window.wgsl", path.display());
        let redefined =
            ["fn steps_inside", "fn output_touching", "fn window_start"].iter().find(|f| text.contains(**f));
        assert_eq!(redefined, None, "{}", path.display());
        looked_at += 1;
    }
    for (path, text) in files("src", "rs") {
        // The reference has its own on purpose, so that the two can disagree.
        if path.starts_with("src/window") || path.starts_with("src/reference") {
            continue;
        }
        assert!(!computes_with_window(&text), "{}: use src/window", path.display());
        looked_at += 1;
    }
    assert!(looked_at > 40, "only {looked_at} files");
}

/// Code without comments, in lower case and without spaces.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<String>().to_lowercase().replace(' ', "")
}

fn divides_by_window(text: &str) -> bool {
    let code = code(text);
    ["/stride", "/i32(stride", "/dilation", "%stride", "%dilation", "/i32(dilation"]
        .iter()
        .any(|sign| code.contains(sign))
}

fn computes_with_window(text: &str) -> bool {
    let code = code(text);
    let signs = ["*stride", "stride*", "/stride", "div_ceil(stride", "*dilation", "dilation*", "taps-1", "dilation)*"];
    // The distance of uniform structs in a buffer is called a stride, too.
    let code = code.replace("uniform_stride", "");
    signs.iter().any(|sign| code.contains(sign))
}

#[test]
fn the_search_for_window_arithmetic_finds_it() {
    assert!(divides_by_window("let o = (cell + low) / STRIDE_W;"));
    assert!(!divides_by_window("let a = row / TAPS_H * DILATION_D; // distance / stride"));
    assert!(computes_with_window("let output = (padded - dilation * (taps - 1) - 1) / stride + 1;"));
    assert!(computes_with_window("input.div_ceil(stride)"));
    assert!(!computes_with_window("axes.map(|axis| axis.stride); i as u64 * self.uniform_stride"));
}
