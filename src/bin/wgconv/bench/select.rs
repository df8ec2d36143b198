//! From the options to the list of what is measured.

use anyhow::{Result, bail, ensure};
use wgconv::case::{Case, NnOperator, suites};

use super::row::Row;
use crate::algorithms::{self, Choice};

/// What the options of a command say about cases.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    pub suites: &'a [String],
    pub cases: &'a [Case],
    pub filter: Option<&'a regex::Regex>,
    pub passes: &'a [String],
    pub batch: Option<u32>,
    pub algorithms: &'a [String],
    /// The suite if none is named and there is no case.
    pub default_suite: &'a str,
}

/// One row to be.
#[derive(Clone, Debug)]
pub struct Job {
    pub suite: String,
    pub layer: String,
    pub case: Case,
    /// As the library calls it.
    pub pass: &'static str,
    pub algorithm: Choice,
}

/// Name in reports, and whether it is measured unless told otherwise.
const PASSES: [(&str, bool); 37] = [
    ("forward", true),
    ("input_grad", true),
    ("kernel_grad", true),
    ("bias_grad", false),
    ("tconv_forward", true),
    ("tconv_input_grad", true),
    ("tconv_kernel_grad", true),
    ("tconv_bias_grad", false),
    ("max_forward", true),
    ("max_forward_with_indices", false),
    ("max_backward", true),
    ("max_unpool", false),
    ("max_unpool_backward", false),
    ("avg_forward", true),
    ("avg_backward", true),
    ("lp_forward", true),
    ("lp_backward", true),
    ("bn_forward_training", true),
    ("bn_forward", true),
    ("bn_backward", true),
    ("act_forward", true),
    ("act_backward", true),
    ("add_forward", true),
    ("dropout_forward", true),
    ("dropout_backward", false),
    ("dense_forward", true),
    ("dense_input_grad", true),
    ("dense_kernel_grad", true),
    ("dense_bias_grad", false),
    ("halfsq_loss", true),
    ("softmax_loss", true),
    ("sgd_step", true),
    ("nesterov_step", true),
    ("adam_step", true),
    ("adamw_step", true),
    ("transpose_forward", true),
    ("convert_forward", true),
];

/// How reports call the pass of a case: those of poolings and of transposed convolutions are not the convolutions'.
fn pass_name(case: &Case, pass: &str) -> &'static str {
    let is_it = |name: &str| match case.operator() {
        "conv" => name == pass,
        operator => name.strip_prefix(operator).and_then(|rest| rest.strip_prefix('_')) == Some(pass),
    };
    PASSES.iter().map(|(name, _)| *name).find(|name| is_it(name)).unwrap_or("other")
}

impl Job {
    pub fn pass_name(&self) -> &'static str {
        pass_name(&self.case, self.pass)
    }

    /// What `--filter` looks at.
    pub fn name(&self) -> String {
        format!("{}/{} {} {}", self.suite, self.layer, self.case, self.pass_name())
    }

    /// The row before anything is known.
    pub fn row(&self) -> Row {
        Row {
            suite: self.suite.clone(),
            layer: self.layer.clone(),
            case: self.case.to_string(),
            pass: self.pass_name().to_owned(),
            requested: self.algorithm.name.clone(),
            ..Row::default()
        }
    }

    /// How long it takes, roughly and in no unit, for the progress bar: a fixed part, and what grows with the case.
    pub fn weight(&self) -> u64 {
        let Ok(spec) = self.case.plan_spec(&Default::default(), self.pass, false, &Default::default()) else {
            return 1;
        };
        100 + (spec.flops() + 8 * spec.bytes_moved()) / 1_000_000
    }
}

/// Everything that the options ask for.
///
/// # Errors
/// Names that nobody knows, with those that are known; nothing left to measure.
pub fn jobs(args: &Selection<'_>) -> Result<Vec<Job>> {
    let passes = passes(args.passes)?;
    let algorithms = algorithms::parse(args.algorithms)?;
    let mut jobs: Vec<Job> = Vec::new();
    for (suite, layer, case) in cases(args)? {
        let case = args.batch.map_or_else(|| case.clone(), |batch| case.with_batch(batch));
        for &pass in case.passes() {
            for algorithm in &algorithms {
                let algorithm = algorithm.clone();
                let job = Job { suite: suite.clone(), layer: layer.clone(), case: case.clone(), pass, algorithm };
                let is_wanted = args.filter.as_ref().is_none_or(|filter| filter.is_match(&job.name()));
                if is_wanted && passes.contains(&job.pass_name()) {
                    jobs.push(job);
                }
            }
        }
    }
    ensure!(!jobs.is_empty(), "nothing to measure: no case has such a pass, or --filter leaves nothing over");
    Ok(jobs)
}

fn passes(wanted: &[String]) -> Result<Vec<&'static str>> {
    let all = PASSES.iter().map(|(name, _)| *name);
    if wanted.is_empty() {
        return Ok(PASSES.iter().filter(|(_, is_default)| *is_default).map(|(name, _)| *name).collect());
    }
    let is_pool = |name: &&str| ["max_", "avg_", "lp_"].iter().any(|kind| name.starts_with(kind));
    let is_transposed = |name: &&str| name.starts_with("tconv_");
    let is_operator = |name: &&str| {
        NnOperator::ALL.iter().any(|of| name.strip_prefix(of.prefix()).is_some_and(|rest| rest.starts_with('_')))
    };
    let mut passes = Vec::new();
    for name in wanted {
        match name.as_str() {
            "all" => passes.extend(all.clone()),
            "pool" => passes.extend(all.clone().filter(is_pool)),
            "conv" => {
                passes.extend(all.clone().filter(|name| !is_pool(name) && !is_transposed(name) && !is_operator(name)))
            }
            "nn" => passes.extend(all.clone().filter(is_operator)),
            "tconv" => passes.extend(all.clone().filter(is_transposed)),
            name => match all.clone().find(|known| *known == name) {
                Some(known) => passes.push(known),
                None => {
                    let known: Vec<&str> = all.collect();
                    bail!("--pass {name:?} is unknown; there are {}, and conv, tconv, pool, nn, all", known.join(", "));
                }
            },
        }
    }
    Ok(passes)
}

/// Suite, layer and case of everything that was named.
fn cases(args: &Selection<'_>) -> Result<Vec<(String, String, Case)>> {
    let mut names = args.suites.to_vec();
    if names.is_empty() && args.cases.is_empty() {
        names.push(args.default_suite.to_owned());
    }
    let mut cases = Vec::new();
    for name in &names {
        let chosen: Vec<_> = match name.as_str() {
            "all" => suites().iter().filter(|suite| suite.name != QUICK).collect(),
            name => suites().iter().filter(|suite| suite.name == name).collect(),
        };
        if chosen.is_empty() {
            let known: Vec<String> =
                suites().iter().map(|suite| format!("  {:<14}{}", suite.name, suite.about)).collect();
            bail!("--suite {name:?} is unknown; there are\n{}\n  {:<14}all but the last", known.join("\n"), "all");
        }
        for suite in chosen {
            cases.extend(suite.rows.iter().map(|row| (suite.name.to_owned(), row.name.to_owned(), row.case.clone())));
        }
    }
    cases.extend(args.cases.iter().map(|case| ("case".to_owned(), "-".to_owned(), case.clone())));
    Ok(cases)
}

/// The suite of rows of the other suites.
pub const QUICK: &str = "quick";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_of_every_case_has_a_name() {
        let windows = ["c1w9k1s3", "tconvc1w9k1s3", "maxc1w9s3", "avgc1w9s3", "lpc1w9s3", "adaptmaxc1w9s4"];
        let operators = NnOperator::ALL.map(|operator| match operator {
            NnOperator::Dense { .. } => "densec1k1".to_owned(),
            operator => format!("{}c1", operator.prefix()),
        });
        for text in windows.map(str::to_owned).iter().chain(&operators) {
            let case: Case = text.parse().unwrap();
            for pass in case.passes() {
                assert_ne!(pass_name(&case, pass), "other", "{text} {pass}");
            }
        }
    }

    #[test]
    fn names_of_several_passes() {
        let names = |list: &[&str]| passes(&list.iter().map(|name| name.to_string()).collect::<Vec<_>>());
        assert_eq!(names(&["pool"]).unwrap().len(), 9);
        assert_eq!(names(&["conv", "max_forward"]).unwrap().len(), 5);
        assert_eq!(names(&["tconv"]).unwrap().len(), 4);
        assert_eq!(names(&["nn"]).unwrap().len(), 20);
        assert!(names(&["backwards"]).unwrap_err().to_string().contains("kernel_grad"));
        assert!(!names(&[]).unwrap().contains(&"bias_grad"));
    }
}
