//! The data of one row: files for the participants, and whether a result agrees with the CPU reference.
//!
//! Real numbers from -1 to 1. Sample `n` is the first one times a power of two, so that the reference computes one sample
//! only while the whole result is looked at; of large cases it computes some channels (`bench::exact`).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use wgconv::Operand;
use wgconv::reference::Sums;

use super::protocol::Precision;
use crate::bench::channels::Part;
use crate::bench::exact::{Data, Effort, Exact};
use crate::bench::select::Job;
use crate::files::write_atomically;

/// What must come out of a row.
pub struct Expected {
    parts: Vec<(usize, Part)>,
    channels: usize,
    /// Of the samples; of a sum over the batch one for all.
    scales: Vec<Scale>,
    /// Elements of the result.
    elements: usize,
}

/// What the first sample's result is multiplied with.
#[derive(Clone, Copy, Debug)]
struct Scale {
    value: f64,
    /// The same for sums of absolute values.
    magnitude: f64,
    /// How many times as many terms there are.
    terms: u64,
}

/// How well a result agrees.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub how: String,
    pub largest_error: f64,
}

/// Roundings a term: sums in any order need 1; convolutions by transforms (Winograd's) more.
const ROUNDINGS: f64 = 4.0;

impl Expected {
    /// Writes the inputs into `dir` and computes what must come out.
    pub fn new(job: &Job, dir: &Path, effort: Effort, seed: u64) -> Result<(Expected, Vec<(&'static str, PathBuf)>)> {
        let exact = Exact::with_data(&job.case, job.pass, seed, Data::Real)?;
        let mut files = Vec::new();
        for (operand, values, factors) in &exact.inputs {
            let name = match operand {
                Operand::X => "x",
                Operand::W => "w",
                _ => "dy",
            };
            let path = dir.join(format!("{name}.f32"));
            let factors = if factors.is_empty() { &[1.0][..] } else { factors };
            let scaled = factors.iter().flat_map(|factor| values.iter().map(move |value| value * factor));
            let bytes: Vec<u8> = scaled.flat_map(f32::to_le_bytes).collect();
            write_atomically(&path, &bytes)?;
            files.push((name, path));
        }
        let parts = exact.parts(effort, seed)?;
        let channels = exact.channels().count();
        let scales = scales(&exact);
        let block = parts.first().map_or(0, |(_, part)| part.values.len());
        let elements = scales.len() * channels * block;
        Ok((Expected { parts, channels, scales, elements }, files))
    }

    /// Compares a result with it; says what is wrong.
    pub fn judge(&self, found: &[f32], precision: Precision) -> Result<Agreement, String> {
        if found.len() != self.elements {
            return Err(format!("{} elements instead of {}", found.len(), self.elements));
        }
        let mut largest_error: f64 = 0.0;
        for (sample, &scale) in self.scales.iter().enumerate() {
            for (channel, part) in &self.parts {
                let expected = scale.of(part);
                let first = (sample * self.channels + channel) * part.values.len();
                for (i, &allowed) in bounds(&expected, precision).iter().enumerate() {
                    let (value, got) = (expected.values[i], f64::from(found[first + i]));
                    let error = (got - value).abs();
                    // NaN is never within.
                    if error.partial_cmp(&allowed).is_none_or(std::cmp::Ordering::is_gt) {
                        let place = format!("sample {sample}, channel {channel}, element {i}");
                        return Err(format!("{place}: {got} instead of {value}, where {allowed:.1e} may be off"));
                    }
                    largest_error = largest_error.max(error / expected.magnitudes[i].max(f64::MIN_POSITIVE));
                }
            }
        }
        let how = match self.parts.len() {
            count if count == self.channels => "all outputs".to_owned(),
            count => format!("{count} of {} channels", self.channels),
        };
        Ok(Agreement { how, largest_error })
    }
}

impl Scale {
    fn of(self, part: &Part) -> Sums {
        Sums {
            values: part.values.iter().map(|value| value * self.value).collect(),
            magnitudes: part.magnitudes.iter().map(|value| value * self.magnitude).collect(),
            terms: part.terms.iter().map(|terms| terms * self.terms).collect(),
            ..Sums::default()
        }
    }
}

fn scales(exact: &Exact) -> Vec<Scale> {
    let factors: Vec<&Vec<f32>> =
        exact.inputs.iter().map(|input| &input.2).filter(|factors| !factors.is_empty()).collect();
    let batch = factors.first().map_or(0, |factors| factors.len());
    let product = |sample: usize| factors.iter().map(|factors| f64::from(factors[sample])).product();
    let products: Vec<f64> = (0..batch).map(product).collect();
    if exact.channels().sums_over_batch() {
        let magnitude = products.iter().map(|product| product.abs()).sum();
        return vec![Scale { value: products.iter().sum(), magnitude, terms: batch as u64 }];
    }
    products.iter().map(|&value| Scale { value, magnitude: value.abs(), terms: 1 }).collect()
}

/// How far each element may be off. In TF32 an operand has 11 bits of mantissa, cut off at worst: 2^-10 of it each. In half
/// precision it is rounded to as many, 2^-11 each, the result and what is kept of partial sums as much again, and products
/// of what is too small for it are off by its smallest number.
fn bounds(sums: &Sums, precision: Precision) -> Vec<f64> {
    let mut bounds = sums.bound(ROUNDINGS);
    for (i, bound) in bounds.iter_mut().enumerate() {
        let operands = sums.magnitudes[i] * 2f64.powi(-9);
        *bound += match precision {
            Precision::F32 => 0.0,
            Precision::Tf32 => operands,
            Precision::F16 => operands + sums.terms[i] as f64 * 2f64.powi(-24),
        };
    }
    bounds
}

/// A file of little-endian f32.
pub fn read(path: &Path) -> Result<Vec<f32>, String> {
    let bytes = fs::read(path).map_err(|error| format!("no result: {error}"))?;
    let (values, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(format!("a result of {} bytes", bytes.len()));
    }
    Ok(values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::select::{Selection, jobs};
    use wgconv::case::Case;
    use wgconv::{ConvProblem, reference};

    fn job(pass: &str) -> Job {
        let selection = Selection {
            suites: &[],
            cases: &["n3c4h7w6k6r3s2u2x1p1x0g2".parse().unwrap()],
            filter: None,
            passes: &[pass.to_owned()],
            batch: None,
            algorithms: &["auto".to_owned()],
            default_suite: "",
        };
        jobs(&selection).unwrap().remove(0)
    }

    fn compute(problem: &ConvProblem, pass: &str, of: impl Fn(&str) -> Vec<f32>) -> Vec<f32> {
        let sums = match pass {
            "forward" => reference::conv::forward(problem, &of("x"), &of("w"), None),
            "input_grad" => reference::conv::input_grad(problem, &of("dy"), &of("w")),
            _ => reference::conv::kernel_grad(problem, &of("x"), &of("dy")),
        };
        sums.unwrap().to_f32()
    }

    #[test]
    fn the_reference_agrees_and_a_fault_does_not() {
        for pass in ["forward", "input_grad", "kernel_grad"] {
            let (dir, job) = (tempfile::tempdir().unwrap(), job(pass));
            let (expected, files) = Expected::new(&job, dir.path(), Effort(1 << 20), 1).unwrap();
            let Case::Conv(case) = &job.case else { panic!("a convolution") };
            let of = |name: &str| read(&files.iter().find(|file| file.0 == name).unwrap().1).unwrap();
            let mut found = compute(&case.problem().unwrap(), pass, of);
            let agreement = expected.judge(&found, Precision::F32).unwrap();
            assert!(agreement.how == "all outputs" && agreement.largest_error < 1e-6, "{agreement:?}");
            let last = found.len() - 1;
            found[last] += 1e-3;
            assert!(expected.judge(&found, Precision::F32).unwrap_err().contains("instead of"));
            assert!(expected.judge(&found, Precision::F16).is_ok(), "half precision is not that exact");
            found[last] = f32::NAN;
            assert!(expected.judge(&found, Precision::F16).is_err());
            assert!(expected.judge(&found[1..], Precision::F32).unwrap_err().contains("elements instead of"));
        }
    }
}
