//! Results of tuning as bytes, and back: lines of text with a checksum, see `docs/tuning-format.md`. What is read may be
//! anything: it is measured before it is taken apart, nothing is believed, and nothing panics.

use std::collections::{BTreeSet, HashMap};

use super::{DeviceKey, Entry, Tuned, fingerprint};
use crate::case::Case;
use crate::error::{Error, Result};
use crate::kernel::KERNELS;
use crate::plan::Strategy;

/// First line without the version.
const MAGIC: &str = "wgconv tuning ";
/// What this version writes and reads.
const VERSION: &str = "1";
/// A hundred thousand problems.
pub(super) const MOST_BYTES: usize = 16 << 20;
/// Faster by more than this is no measurement.
const MOST_SPEEDUP: f64 = 1e6;

fn invalid<T>(line: usize, reason: impl Into<String>) -> Result<T> {
    Err(Error::InvalidTuning { line, reason: reason.into() })
}

impl Tuned {
    /// The same results, the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{MAGIC}{VERSION}\n{}", self.device.text());
        for Entry { case, pass, choice, planner, speedup } in self.entries() {
            text += &format!("tuned {case} {pass} {choice} {planner} {speedup:.3}\n");
        }
        for kernel in &self.quarantined {
            text += &format!("quarantined {kernel}\n");
        }
        text += &format!("end {:016x}\n", fingerprint(&[text.as_bytes()]));
        text.into_bytes()
    }

    /// Reads what [`Tuned::to_bytes`] wrote. Whether it is of this device, [`Tuned::check`] says.
    ///
    /// # Errors
    /// [`Error::InvalidTuning`] for anything else, and for what was cut or changed on its way.
    pub fn from_bytes(bytes: &[u8]) -> Result<Tuned> {
        if bytes.len() > MOST_BYTES {
            return invalid(0, format!("{} bytes are too many", bytes.len()));
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return invalid(0, "not a text") };
        let Some(rest) = text.strip_prefix(MAGIC) else { return invalid(1, format!("expected `{MAGIC}`")) };
        let Some((version, rest)) = rest.split_once('\n') else { return invalid(1, "the rest is missing") };
        if version != VERSION {
            let version: String = version.chars().take(20).collect();
            return invalid(1, format!("format {version:?}; this version reads {VERSION}"));
        }
        // The checksum first: behind it everything is as it was written.
        let Some(body) = rest.strip_suffix('\n').and_then(|rest| rest.rfind("\nend ")).map(|at| &rest[..=at]) else {
            return invalid(0, "the last line is missing");
        };
        let whole = &text[..text.len() - rest.len() + body.len()];
        if rest[body.len()..] != format!("end {:016x}\n", fingerprint(&[whole.as_bytes()])) {
            return invalid(0, "the checksum is wrong: something was cut or changed");
        }
        let head = body.split_inclusive('\n').take(DeviceKey::LINES).map(str::len).sum();
        let device = DeviceKey::parse(&body[..head]).map_err(|error| match error {
            Error::InvalidTuning { line, reason } => Error::InvalidTuning { line: line + 1, reason },
            other => other,
        })?;
        let mut tuned = Tuned { device, entries: HashMap::new(), quarantined: BTreeSet::new() };
        for (i, line) in body[head..].lines().enumerate() {
            tuned.read_line(i + DeviceKey::LINES + 2, line)?;
        }
        Ok(tuned)
    }

    fn read_line(&mut self, number: usize, line: &str) -> Result<()> {
        let words: Vec<&str> = line.split(' ').take(8).collect();
        match words[..] {
            ["tuned", case, pass, choice, planner, speedup] => {
                let case: Case = match case.parse() {
                    Ok(case) => case,
                    Err(error) => return invalid(number, format!("the case: {error}")),
                };
                let Some(pass) = case.passes().iter().find(|known| **known == pass) else {
                    return invalid(number, "the case has no such pass");
                };
                let strategy = |text: &str| match text.parse() {
                    Ok(Strategy::Auto) => invalid(number, "a choice is not `auto`"),
                    Ok(strategy) => Ok(strategy),
                    Err(_) => invalid(number, "no such algorithm"),
                };
                let speedup: f64 = speedup.parse().unwrap_or(f64::NAN);
                if !(1.0..=MOST_SPEEDUP).contains(&speedup) {
                    return invalid(number, "the last number must be at least 1");
                }
                let (choice, planner) = (strategy(choice)?, strategy(planner)?);
                self.insert(Entry { case, pass, choice, planner, speedup });
            }
            ["quarantined", kernel] => {
                let name = kernel.split_once('[').map_or(kernel, |(name, _)| name);
                if !KERNELS.iter().any(|known| known.name == name) {
                    return invalid(number, "no such kernel");
                }
                self.quarantined.insert(kernel.to_string());
            }
            _ => return invalid(number, "expected `tuned` with five words, or `quarantined` with one"),
        }
        Ok(())
    }
}
