//! A report as Markdown: what the reader of a bug report would otherwise have to ask for.

use std::fmt::{self, Write as _};

use super::VerifyReport;

/// A driver that is wrong in one place mostly is wrong in hundreds; these tell as much.
const MOST_FAILURES: usize = 50;

impl VerifyReport {
    /// The report as Markdown for a bug report: verdict, failures with the commands that repeat them, adapter, driver, limits,
    /// features, versions.
    ///
    /// ```
    /// use wgconv::{Context, verify::{self, VerifyOptions}};
    /// let ctx = Context::new_blocking()?;
    /// let case = Some("maxc3h9w7r2s2".parse()?);
    /// let report = verify::run_blocking(&ctx, &VerifyOptions { case, ..VerifyOptions::default() })?;
    /// let text = report.markdown();
    /// assert!(text.contains("all right") && text.contains(&ctx.adapter_info().name));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // A String takes everything.
        let _ = self.write_markdown(&mut text);
        text
    }

    fn write_markdown(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "## wgconv verify\n\n```text\n{self}\n```\n")?;
        if !self.failures.is_empty() {
            writeln!(text, "### Wrong results\n\n```text")?;
            self.failures.iter().take(MOST_FAILURES).try_for_each(|failure| writeln!(text, "{failure}"))?;
            if self.failures.len() > MOST_FAILURES {
                writeln!(text, "and {} more", self.failures.len() - MOST_FAILURES)?;
            }
            writeln!(text, "```\n")?;
        }
        writeln!(text, "### Device\n\n| | |\n|---|---|")?;
        for (name, value) in self.device_rows() {
            writeln!(text, "| {name} | {} |", cell(&value))?;
        }
        Ok(())
    }

    fn device_rows(&self) -> Vec<(&'static str, String)> {
        let (info, limits) = (&self.adapter, &self.limits);
        let features: Vec<&str> = self.features.iter_names().map(|(name, _)| name).collect();
        let yes = |it: bool| if it { "yes" } else { "no" }.to_string();
        vec![
            ("wgconv", self.version.to_string()),
            ("system", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
            ("adapter", info.name.clone()),
            ("vendor, device", format!("{:#06x}, {:#06x}", info.vendor, info.device)),
            ("kind", format!("{:?}", info.device_type)),
            ("backend", info.backend.to_string()),
            ("driver", info.driver.clone()),
            ("driver info", info.driver_info.clone()),
            ("subgroups", format!("{} to {} invocations", info.subgroup_min_size, info.subgroup_max_size)),
            ("features", features.join(", ")),
            ("shaders' run-time checks", yes(self.checked_shaders)),
            ("debug build", yes(cfg!(debug_assertions))),
            ("max_workgroups_per_dimension", limits.max_workgroups_per_dimension.to_string()),
            ("max_invocations_per_workgroup", limits.max_invocations_per_workgroup.to_string()),
            ("max_workgroup_storage_bytes", limits.max_workgroup_storage_bytes.to_string()),
            ("max_storage_buffers", limits.max_storage_buffers.to_string()),
            ("max_storage_binding_bytes", limits.max_storage_binding_bytes.to_string()),
            ("max_buffer_bytes", limits.max_buffer_bytes.to_string()),
            ("storage_alignment", limits.storage_alignment.to_string()),
            ("uniform_alignment", limits.uniform_alignment.to_string()),
            ("max_loop_iterations", limits.max_loop_iterations.to_string()),
            ("planned as a software device", yes(limits.is_software)),
            ("subgroup size that kernels may use", limits.subgroup_size.to_string()),
        ]
    }
}

/// Drivers may say anything: one line, and no end of the cell.
fn cell(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cell_stays_one() {
        assert_eq!(super::cell("two\n  lines | a bar"), "two lines \\| a bar");
    }
}
