//! An earlier run beside this one.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use comfy_table::{CellAlignment, Table, presets};

use super::row::{Report, Row};
use super::stats::geometric_mean;
use super::table::figure;
use crate::say;

/// Reads it before anything is measured.
pub fn load(path: &Path) -> Result<Report> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the baseline {}", path.display()))?;
    let report: Report = serde_json::from_slice(&bytes)
        .with_context(|| format!("{} is not what `wgconv bench --json` writes", path.display()))?;
    ensure!(report.format == 1, "{} has format {}, but this version reads format 1", path.display(), report.format);
    Ok(report)
}

/// Prints the ratio of speeds row by row and the geometric mean of every pass.
///
/// # Errors
/// A mean below 1 - tolerance; nothing to compare.
pub fn compare(before: &Report, now: &Report, tolerance_percent: f64) -> Result<()> {
    let old = |row: &Row| -> Option<f64> { before.rows.iter().find(|old| old.key() == row.key())?.median_ms };
    let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["suite", "layer", "case", "pass", "before ms", "now ms", "speed"]);
    for row in &now.rows {
        let cells = match (old(row), row.median_ms) {
            (Some(before), Some(now)) => {
                ratios.entry(&row.pass).or_default().push(before / now);
                [figure(before), figure(now), format!("{:.2} x", before / now)]
            }
            (None, Some(now)) => ["-".into(), figure(now), "new".into()],
            (before, None) => [before.map_or("-".into(), figure), "-".into(), "not timed".into()],
        };
        let names = [&row.suite, &row.layer, &row.case, &row.pass].map(String::from);
        table.add_row(names.into_iter().chain(cells));
    }
    for column in table.column_iter_mut().skip(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    say!("\ncompared with the baseline of {} on {}", before.environment.date, before.environment.adapter);
    if before.environment.adapter != now.environment.adapter {
        say!("warning: that was another adapter or driver");
    }
    table.lines().for_each(|line| say!("{}", line.trim_end()));
    judge(&ratios, tolerance_percent)
}

fn judge(ratios: &BTreeMap<&str, Vec<f64>>, tolerance_percent: f64) -> Result<()> {
    ensure!(!ratios.is_empty(), "no row of this run is in the baseline: suites, cases, passes or --batch differ");
    let mut slower = Vec::new();
    for (pass, ratios) in ratios {
        let mean = geometric_mean(ratios).unwrap_or(1.0);
        say!("{pass}: {mean:.3} times the speed (geometric mean of {})", ratios.len());
        if mean < 1.0 - tolerance_percent / 100.0 {
            slower.push(format!("{pass} runs at {:.1} %", 100.0 * mean));
        }
    }
    if slower.is_empty() {
        return Ok(());
    }
    bail!("slower than the baseline by more than {tolerance_percent} %: {}", slower.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_pass_is_enough_and_names_itself() {
        let ratios = BTreeMap::from([("forward", vec![0.8, 0.9]), ("input_grad", vec![2.0])]);
        let error = judge(&ratios, 10.0).unwrap_err().to_string();
        assert!(error.contains("forward runs at 84.9 %") && !error.contains("input_grad"), "{error}");
        judge(&ratios, 20.0).unwrap();
        assert!(judge(&BTreeMap::new(), 10.0).is_err());
    }
}
