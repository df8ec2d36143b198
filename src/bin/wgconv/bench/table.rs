//! The rows for people: an aligned table, and the same as Markdown and CSV.

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle, presets};

use super::row::{Report, Row};

const HEAD: [&str; 14] = [
    "suite", "layer", "case", "pass", "kernel", "median", "min", "p95", "clock", "host", "first", "GFLOP/s", "GB/s",
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
    let names = [row.suite.clone(), row.layer.clone(), row.case.clone(), row.pass.clone(), kernel(row)];
    let times = [row.median_ms, row.min_ms, row.p95_ms].map(number);
    let rest = [row.host_ms, row.first_call_ms, row.gflops, row.gbytes_per_s].map(number);
    names.into_iter().chain(times).chain([clock(row)]).chain(rest).chain([share]).collect()
}

fn clock(row: &Row) -> String {
    row.clock.map_or("-".to_owned(), |clock| format!("{clock:?}").to_lowercase())
}

/// What computed it, in few letters: `direct +sum_slices` for a kernel and the dispatch after it. What the pass's name says
/// already is left out: the kernel `conv/forward_direct` with its entry point `forward` is `direct`.
fn kernel(row: &Row) -> String {
    let of_operator = ["max_", "avg_", "tconv_"].into_iter().find_map(|operator| row.pass.strip_prefix(operator));
    let prefix = of_operator.unwrap_or(&row.pass);
    let mut names: Vec<String> = Vec::new();
    for line in &row.kernels {
        let name = line.split(' ').next().unwrap_or_default();
        let (kernel, entry) = name.split_once(':').unwrap_or((name, ""));
        let stem = kernel.rsplit('/').next().unwrap_or(kernel);
        let short = stem.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).unwrap_or(stem);
        // An entry point that is named like the pass or the file tells nothing.
        let is_plain = entry.is_empty() || stem.contains(entry) || entry == prefix;
        let name = if is_plain { short.to_owned() } else { format!("{short}:{entry}") };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.is_empty() {
        true => row.requested.clone(),
        false => names.join(" +"),
    }
}

fn build(rows: &[Row], preset: TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(preset).set_content_arrangement(ContentArrangement::Disabled).set_header(HEAD);
    for row in rows {
        table.add_row(cells(row));
    }
    align(&mut table, NUMBERS);
    table
}

fn align(table: &mut Table, numbers: usize) {
    for column in table.column_iter_mut().skip(numbers) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// The same for the width of a terminal: suites are headings instead of a column, columns are a space apart.
fn build_narrow(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(&HEAD[1..]);
    let mut suite = None;
    for row in rows {
        if suite != Some(&row.suite) {
            suite = Some(&row.suite);
            table.add_row([&row.suite]);
        }
        let mut cells = cells(row).split_off(1);
        cells[0] = format!("  {}", cells[0]);
        table.add_row(cells);
    }
    align(&mut table, NUMBERS - 1);
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 1));
    });
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
        let clocks = rows.iter().filter(|row| row.clock == Some(super::row::Clock::Host)).count();
        let clock = match clocks {
            0 => "all times are of the device's clock".to_owned(),
            count => format!("{count} rows are timed by the host's clock"),
        };
        notes.push(format!(
            "times are in milliseconds; {clock}; the host spends at most {} ms on recording and submitting one",
            figure(most)
        ));
    }
    notes
}

/// For the terminal.
pub fn text(report: &Report) -> String {
    let table = build_narrow(&report.rows);
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
        let clock = row.clock.map_or(String::new(), |_| clock(row));
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

    fn row(pass: &str, kernels: &[&str]) -> Row {
        let kernels = kernels.iter().map(|kernel| format!("{kernel} workgroup 64 grid 1x1x1")).collect();
        Row { pass: pass.into(), requested: "auto".into(), kernels, ..Row::default() }
    }

    #[test]
    fn kernels_are_named_briefly() {
        let name = |pass: &str, kernels: &[&str]| kernel(&row(pass, kernels));
        assert_eq!(name("forward", &["conv/forward_direct:forward"; 3]), "direct");
        let two = ["conv/kernel_grad_direct:kernel_grad", "common/sum_slices:sum_slices"];
        assert_eq!(name("kernel_grad", &two), "direct +sum_slices");
        assert_eq!(name("forward", &["conv/forward_tiled:tile_64x32"]), "tiled:tile_64x32");
        assert_eq!(name("forward", &[]), "auto");
    }

    #[test]
    fn a_table_of_long_names_fits_a_terminal() {
        let mut long = row("kernel_grad", &["conv/kernel_grad_direct:kernel_grad", "common/sum_slices:sum_slices"]);
        (long.suite, long.layer) = ("mobilenet_v2".into(), "conv3_1.shortcut".into());
        long.case = "n8c144h56w56k144r3s3u2p1g144".into();
        long.clock = Some(super::super::row::Clock::Host);
        for number in [&mut long.median_ms, &mut long.min_ms, &mut long.p95_ms, &mut long.host_ms] {
            *number = Some(12345.0);
        }
        for number in [&mut long.first_call_ms, &mut long.gflops, &mut long.gbytes_per_s] {
            *number = Some(12345.0);
        }
        long.share_of_peak = Some(0.999);
        let lines: Vec<String> =
            build_narrow(&[long.clone(), long]).lines().map(|line| line.trim_end().into()).collect();
        assert_eq!(lines.len(), 4, "a head, a suite, two rows");
        assert_eq!(lines[1], "mobilenet_v2");
        assert!(lines[2].contains(" host ") && lines[2].ends_with("99.9 %"), "{}", lines[2]);
        assert!(lines.iter().all(|line| line.chars().count() <= 140), "{lines:#?}");
    }

    #[test]
    fn commas_and_quotes_are_quoted() {
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        let row = Row { skipped: Some("x, y".into()), ..Row::default() };
        assert!(csv(&[row]).ends_with(",\"x, y\"\n"));
    }
}
