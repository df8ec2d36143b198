//! The rows for people: an aligned table, and the same as Markdown.

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle, presets};

use super::report::{Kind, Outcome, Participant, Report};
use crate::bench::figure;

/// The first of these columns is aligned to the right, as all after it.
const NUMBERS: usize = 3;

/// For the terminal.
pub fn text(report: &Report) -> String {
    let table = build(report, presets::NOTHING);
    let lines = table.lines().map(|line| line.trim_end().to_owned()).chain(notes(report));
    lines.collect::<Vec<_>>().join("\n")
}

/// The whole report.
pub fn markdown(report: &Report) -> String {
    let head = report.environment.lines().into_iter().chain(report.participants.iter().map(Participant::line));
    let head: String = head.map(|line| format!("- {line}\n")).collect();
    let notes: String = notes(report).iter().map(|note| format!("- {note}\n")).collect();
    format!("# wgconv compare\n\n{head}\n{}\n\n{notes}", build(report, presets::ASCII_MARKDOWN))
}

/// In words, where there are no figures.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Timed => "",
        Kind::Wrong => "wrong",
        Kind::NoAnswer => "no answer",
        Kind::Failed => "failed",
        Kind::Unsupported => "-",
        Kind::Stopped => "stopped",
    }
}

/// Those that have a column: who was left out from the beginning has none.
fn columns(report: &Report) -> Vec<&Participant> {
    let has_results = |name: &str| report.rows.iter().flat_map(|row| &row.results).any(|one| one.participant == name);
    report.participants.iter().filter(|participant| has_results(&participant.name)).collect()
}

fn build(report: &Report, preset: TableStyle) -> Table {
    let columns = columns(report);
    let mut head = ["layer", "case", "pass"].map(String::from).to_vec();
    for (i, participant) in columns.iter().enumerate() {
        match i {
            0 => head.extend([format!("{} ms", participant.name), "GFLOP/s".to_owned()]),
            _ => head.extend([format!("{} GFLOP/s", participant.name), "ratio".to_owned()]),
        }
    }
    let mut table = Table::new();
    table.load_style(preset).set_content_arrangement(ContentArrangement::Disabled).set_header(head);
    for row in &report.rows {
        let mut cells = vec![row.layer.clone(), row.case.clone(), row.pass.clone()];
        cells.extend(row.results.iter().enumerate().flat_map(|(i, result)| two_cells(i, result)));
        table.add_row(cells);
    }
    // Each pass in the order of the rows, then all of them.
    let mut passes: Vec<Option<&str>> = Vec::new();
    for pass in report.rows.iter().map(|row| Some(&*row.pass)).chain([None]) {
        if !passes.contains(&pass) && report.means.iter().any(|mean| mean.pass.as_deref() == pass) {
            passes.push(pass);
        }
    }
    for pass in passes {
        let mut cells = vec!["geometric mean".to_owned(), String::new(), pass.unwrap_or("all").to_owned()];
        cells.extend([String::new(), String::new()]);
        for participant in columns.iter().skip(1) {
            let its =
                |mean: &&super::report::Mean| mean.participant == participant.name && mean.pass.as_deref() == pass;
            let mean = report.means.iter().find(its);
            let count = mean.map_or(String::new(), |mean| format!("of {}", mean.rows));
            cells.extend([count, mean.map_or("-".into(), |mean| times(mean.ratio))]);
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(NUMBERS) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A participant's two columns: milliseconds and GFLOP/s of this library, GFLOP/s and ratio of another.
fn two_cells(i: usize, result: &Outcome) -> [String; 2] {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), figure);
    match (result.result, i) {
        (Kind::Timed, 0) => [number(result.median_ms), number(result.gflops)],
        (Kind::Timed, _) => [number(result.gflops), result.ratio.map_or("-".into(), times)],
        (kind, _) => [word(kind).to_owned(), "-".to_owned()],
    }
}

pub fn times(ratio: f64) -> String {
    format!("{} x", figure(ratio))
}

/// What the figures mean, and why some are not there: a line for each participant and reason.
fn notes(report: &Report) -> Vec<String> {
    let ours = report.participants.first().map_or("this library", |ours| &ours.name);
    let mut notes = vec![format!("ratio: GFLOP/s of {ours} over the participant's; above 1 {ours} is the faster")];
    let mut reasons: Vec<(String, usize, String)> = Vec::new();
    for row in &report.rows {
        for result in &row.results {
            let Some(detail) = &result.detail else { continue };
            let word = if result.result == Kind::Unsupported { "unsupported" } else { word(result.result) };
            let reason = match result.result {
                Kind::NoAnswer | Kind::Stopped => format!("{}: {detail}", result.participant),
                _ => format!("{}: {word}: {detail}", result.participant),
            };
            match reasons.iter_mut().find(|known| known.0 == reason) {
                Some(known) => known.1 += 1,
                None => reasons.push((reason, 1, format!("{} {}", row.case, row.pass))),
            }
        }
    }
    notes.extend(reasons.into_iter().map(|(reason, count, first)| match count {
        1 => format!("{reason} ({first})"),
        count => format!("{reason} ({count} rows, the first {first})"),
    }));
    let results = report.rows.iter().flat_map(|row| &row.results);
    let compared = results.filter_map(|result| result.verification.as_deref());
    let (all, some) = compared.partition::<Vec<&str>, _>(|how| *how == "all outputs");
    if !all.is_empty() || !some.is_empty() {
        let (all, some) = (all.len(), some.len());
        notes.push(format!("results compared with the CPU reference: {all} in all outputs, {some} in some channels"));
    }
    notes
}
