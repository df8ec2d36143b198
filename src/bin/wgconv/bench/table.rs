//! The rows for people: an aligned table, and the same as Markdown and CSV.

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle, presets};

use super::row::{Report, Row};

const HEAD: [&str; 12] = [
    "suite",
    "layer",
    "case",
    "pass",
    "algorithm",
    "median ms",
    "min",
    "p95",
    "first ms",
    "GFLOP/s",
    "GB/s",
    "of peak",
];
/// The first of these columns is aligned to the right, as all after it.
const NUMBERS: usize = 5;

/// `123`, `12.3`, `1.23`, `0.123`: three digits that count.
pub fn figure(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        medium if medium >= 10.0 => format!("{value:.1}"),
        small if small >= 1.0 => format!("{value:.2}"),
        tiny if tiny >= 0.001 || tiny == 0.0 => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}

fn cells(row: &Row) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), figure);
    let share = row.share_of_peak.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    let names = [&row.suite, &row.layer, &row.case, &row.pass, algorithm(row)].map(String::from);
    let numbers = [row.median_ms, row.min_ms, row.p95_ms, row.first_call_ms, row.gflops, row.gbytes_per_s].map(number);
    names.into_iter().chain(numbers).chain([share]).collect()
}

fn algorithm(row: &Row) -> &String {
    if row.algorithm.is_empty() { &row.requested } else { &row.algorithm }
}

fn build(rows: &[Row], preset: TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(preset).set_content_arrangement(ContentArrangement::Disabled).set_header(HEAD);
    for row in rows {
        table.add_row(cells(row));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if index >= NUMBERS {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// What was not timed and why, what was verified how, and what the host spent.
fn notes(rows: &[Row]) -> Vec<String> {
    let mut notes: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("skipped: {} {}: {}", row.case, row.pass, row.skipped.as_ref()?)))
        .collect();
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for row in rows.iter().filter(|row| row.verified) {
        // Without the numbers of channels.
        let kind = if row.verification.ends_with("all outputs") { &row.verification } else { "exact on some channels" };
        match kinds.iter_mut().find(|known| known.0 == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    if !kinds.is_empty() {
        let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        notes.push(format!("verified: {}", kinds.join("; ")));
    }
    let host = rows
        .iter()
        .filter_map(|row| row.host_ms)
        .fold(None, |most: Option<f64>, ms| Some(most.map_or(ms, |most| most.max(ms))));
    if let Some(most) = host {
        let clocks = rows.iter().filter(|row| row.clock == Some(super::timing::Clock::Host)).count();
        let clock = match clocks {
            0 => "all times are of the device's clock".to_owned(),
            count => format!("{count} rows are timed by the host's clock"),
        };
        notes.push(format!("{clock}; the host spends at most {} ms on recording and submitting one", figure(most)));
    }
    notes
}

/// For the terminal.
pub fn text(report: &Report) -> String {
    let table = build(&report.rows, presets::NOTHING);
    let lines = table.lines().map(|line| line.trim_end().to_owned()).chain(notes(&report.rows));
    lines.collect::<Vec<_>>().join("\n")
}

/// The whole report.
pub fn markdown(report: &Report) -> String {
    let head: String = report.environment.lines().iter().map(|line| format!("- {line}\n")).collect();
    let notes: String = notes(&report.rows).iter().map(|note| format!("- {note}\n")).collect();
    format!("# wgconv bench\n\n{head}\n{}\n\n{notes}", build(&report.rows, presets::ASCII_MARKDOWN))
}

/// One line a row, numbers in full.
pub fn csv(rows: &[Row]) -> String {
    let head = "suite,layer,case,pass,requested,algorithm,verified,verification,clock,samples,median_ms,min_ms,p95_ms,\
                host_ms,first_call_ms,gflops,gbytes_per_s,share_of_peak,flops,bytes,workspace_bytes,skipped";
    let mut lines = vec![head.to_owned()];
    for row in rows {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let clock = row.clock.map_or(String::new(), |clock| format!("{clock:?}").to_lowercase());
        let fields = [
            quoted(&row.suite),
            quoted(&row.layer),
            quoted(&row.case),
            quoted(&row.pass),
            quoted(&row.requested),
            quoted(&row.algorithm),
            row.verified.to_string(),
            quoted(&row.verification),
            clock,
            row.samples.to_string(),
            number(row.median_ms),
            number(row.min_ms),
            number(row.p95_ms),
            number(row.host_ms),
            number(row.first_call_ms),
            number(row.gflops),
            number(row.gbytes_per_s),
            number(row.share_of_peak),
            row.flops.to_string(),
            row.bytes.to_string(),
            row.workspace_bytes.to_string(),
            quoted(row.skipped.as_deref().unwrap_or_default()),
        ];
        lines.push(fields.join(","));
    }
    lines.join("\n") + "\n"
}

/// RFC 4180.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        let figures = [1234.5, 12.34, 1.234, 0.1234, 0.00012, 0.0].map(figure);
        assert_eq!(figures, ["1234", "12.3", "1.23", "0.123", "1.2e-4", "0.000"]);
    }

    #[test]
    fn commas_and_quotes_are_quoted() {
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        let row = Row { skipped: Some("x, y".into()), ..Row::default() };
        assert!(csv(&[row]).ends_with(",\"x, y\"\n"));
    }
}
