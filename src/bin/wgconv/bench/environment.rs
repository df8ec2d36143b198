//! What a figure means nothing without.

use std::process::Command;

use wgconv::{Context, ContextOptions};

use super::args::BenchArgs;
use super::peaks::Peaks;
use super::row::Environment;
use crate::devices::Adapter;

impl Environment {
    pub fn new(context: &Context, args: &BenchArgs, peaks: Peaks) -> Self {
        Environment {
            adapter: Adapter::from(context.adapter_info()),
            wgpu: wgpu_version().unwrap_or("30").to_owned(),
            features: context.device().features().iter_names().map(|(name, _)| name.to_owned()).collect(),
            wgconv: env!("CARGO_PKG_VERSION").to_owned(),
            commit: commit(),
            date: now(),
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
            checked_shaders: ContextOptions::default().checked_shaders,
            dtype: "f32".to_owned(),
            seed: args.seed,
            warm_cache: args.warm_cache,
            peaks,
        }
    }

    /// The head of the report: a line for each thing.
    pub fn lines(&self) -> Vec<String> {
        let peaks = &self.peaks;
        let features = if self.features.is_empty() { "none".to_owned() } else { self.features.join(", ") };
        let checks = if self.checked_shaders { "with run-time checks" } else { "without run-time checks" };
        let caches = if self.warm_cache { "the same inputs in every repetition" } else { "rotating sets of inputs" };
        vec![
            format!("adapter: {}", self.adapter),
            format!("wgpu {}, features {features}", self.wgpu),
            format!(
                "wgconv {} ({}), {} build, shaders {checks}; {}",
                self.wgconv,
                self.commit.as_deref().map_or("commit unknown".into(), |commit| format!("commit {commit}")),
                self.build,
                self.date
            ),
            format!(
                "peaks: {:.1} GFLOP/s ({}), {:.1} GB/s read and written ({}); ridge at {:.1} FLOP/byte",
                peaks.gflops,
                peaks.arithmetic_form,
                peaks.gbytes_per_s,
                peaks.copy_form,
                peaks.ridge()
            ),
            format!("data: {}, seed {}, {caches}", self.dtype, self.seed),
        ]
    }
}

/// UTC, ISO 8601.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As the binary was built, if it was built with the lock file.
pub fn wgpu_version() -> Option<&'static str> {
    const LOCK: &str = include_str!("../../../../Cargo.lock");
    let entry = LOCK.split("[[package]]").find(|entry| entry.contains("name = \"wgpu\""))?;
    entry.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}

/// What the build was told in `WGCONV_COMMIT`; else of the checkout that the binary lies in.
pub fn commit() -> Option<String> {
    if let Some(commit) = option_env!("WGCONV_COMMIT") {
        return Some(commit.to_owned());
    }
    let binary = std::env::current_exe().ok()?;
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(binary.parent()?).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        output.status.success().then_some(text)
    };
    // Any other repository that the binary was copied into says nothing.
    let manifest = std::path::Path::new(&git(&["rev-parse", "--show-toplevel"])?).join("Cargo.toml");
    let is_ours = std::fs::read_to_string(manifest).ok()?.contains("name = \"wgconv\"");
    if is_ours { git(&["describe", "--always", "--dirty", "--abbrev=12"]) } else { None }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_lock_file_names_wgpu() {
        assert!(super::wgpu_version().unwrap().starts_with("30."));
    }
}
