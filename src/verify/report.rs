//! What a self-test found, in words that a bug report can take over.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::guard::{StrayWrite, Unwritten};
use crate::case::Case;
use crate::error::{Error, Result};
use crate::gpu::Context;
use crate::layout::Layout;
use crate::plan::{Algorithm, DeviceLimits, Operand, Strategy};

/// A result that is not what it must be: the first wrong element, and how many there are.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The output.
    pub operand: Operand,
    /// Where the first wrong element is in memory, as coordinates in the order of the shape.
    pub coordinates: Vec<usize>,
    /// How the output lies in memory.
    pub layout: Layout,
    /// What the device computed.
    pub found: f64,
    /// What is right.
    pub expected: f64,
    /// How far off it may be; 0 for exactly.
    pub bound: f64,
    /// How many elements are wrong.
    pub wrong: usize,
    /// How many elements there are.
    pub elements: usize,
}

impl Mismatch {
    /// Compares element by element; `None` if each is within its bound. Missing elements count as NaN, which never passes.
    ///
    /// ```
    /// use wgconv::{Operand, verify::Mismatch};
    /// let found = [1.0, 2.0, 3.5, f64::NAN];
    /// let mismatch = Mismatch::find(Operand::Y, &[2, 2], &found, &[1.0, 2.0, 3.0, 4.0], &[0.0; 4]).unwrap();
    /// assert_eq!(mismatch.to_string(), "y[1, 0] is 3.5 instead of 3 (2 of 4 elements are wrong)");
    /// ```
    pub fn find(
        operand: Operand,
        shape: &[usize],
        found: &[f64],
        expected: &[f64],
        bounds: &[f64],
    ) -> Option<Mismatch> {
        let at = |i: usize| found.get(i).copied().unwrap_or(f64::NAN);
        let within = |i: &usize| {
            let bound = bounds.get(*i).copied().unwrap_or(0.0);
            // Infinities have no difference.
            at(*i) == expected[*i] || (at(*i) - expected[*i]).abs() <= bound
        };
        // NaN is within nothing.
        let mut wrong = (0..expected.len()).filter(|i| !within(i));
        let first = wrong.next()?;
        Some(Mismatch {
            operand,
            coordinates: coordinates(first, shape),
            layout: Layout::ChannelsFirst,
            found: at(first),
            expected: expected[first],
            bound: bounds.get(first).copied().unwrap_or(0.0),
            wrong: 1 + wrong.count(),
            elements: expected.len(),
        })
    }

    /// The same of an output in this layout, if it was looked for in [`memory_shape`].
    pub(super) fn in_layout(self, layout: Layout) -> Mismatch {
        Mismatch { coordinates: from_memory(layout, self.coordinates), layout, ..self }
    }
}

/// The extents of a tensor's axes in the order in which they lie in memory.
pub(super) fn memory_shape(layout: Layout, shape: &[usize]) -> Vec<usize> {
    let mut shape = shape.to_vec();
    if let (Layout::ChannelsLast, [_, rest @ ..]) = (layout, &mut shape[..]) {
        rest.rotate_left(1.min(rest.len()));
    }
    shape
}

/// Coordinates in that order as coordinates in the order of the shape.
pub(super) fn from_memory(layout: Layout, mut coordinates: Vec<usize>) -> Vec<usize> {
    if let (Layout::ChannelsLast, [_, rest @ ..]) = (layout, &mut coordinates[..]) {
        rest.rotate_right(1.min(rest.len()));
    }
    coordinates
}

/// What is said of an element behind its coordinates.
pub(super) fn lying(layout: Layout) -> &'static str {
    if layout == Layout::ChannelsLast { " (channels last)" } else { "" }
}

pub(super) fn coordinates(mut index: usize, shape: &[usize]) -> Vec<usize> {
    let mut coordinates = vec![0; shape.len()];
    for (coordinate, &extent) in coordinates.iter_mut().zip(shape).rev() {
        *coordinate = index % extent.max(1);
        index /= extent.max(1);
    }
    coordinates
}

/// Not forty digits for a number near the end of the range.
fn short(value: f64) -> String {
    let plain = value == 0.0 || !value.is_finite() || (1e-4..1e10).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (found, expected) = (short(self.found), short(self.expected));
        let lying = lying(self.layout);
        write!(f, "{}{:?}{lying} is {found} instead of {expected}", self.operand, self.coordinates)?;
        if self.bound > 0.0 {
            write!(f, " +- {:.2e}", self.bound)?;
        }
        write!(f, " ({} of {} elements are wrong)", self.wrong, self.elements)
    }
}

/// What went wrong in a check.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The result.
    Mismatch(Mismatch),
    /// An element of the result was not written at all.
    Unwritten(Unwritten),
    /// Something else than the result was written.
    StrayWrite(StrayWrite),
    /// There was none.
    Error(Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Mismatch(mismatch) => mismatch.fmt(f),
            Fault::Unwritten(unwritten) => unwritten.fmt(f),
            Fault::StrayWrite(stray) => stray.fmt(f),
            // Drivers like to say things in several lines.
            Fault::Error(error) => f.write_str(&error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")),
        }
    }
}

/// The limits under which plans are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Regime {
    /// The device's own.
    #[default]
    Device,
    /// Six workgroups along an axis of a grid, 19 loop iterations an invocation, and a device that 200 invocations fill: small
    /// shapes then are split, folded and summed as large ones are.
    Tiny,
}

impl Regime {
    /// All of them.
    pub const ALL: &'static [Regime] = &[Regime::Device, Regime::Tiny];

    /// A context that plans under these limits, on the same device.
    ///
    /// # Errors
    /// As for [`Context::with_limits`].
    ///
    /// ```
    /// use wgconv::{Context, verify::Regime};
    /// let ctx = Context::new_blocking()?;
    /// assert_eq!(Regime::Tiny.context(&ctx)?.limits().max_workgroups_per_dimension, 6);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn context(self, ctx: &Context) -> Result<Context> {
        match self {
            Regime::Device => Ok(ctx.clone()),
            Regime::Tiny => ctx.with_limits(DeviceLimits {
                max_workgroups_per_dimension: 6,
                max_loop_iterations: 19,
                fill_invocations: 200,
                ..*ctx.limits()
            }),
        }
    }
}

impl fmt::Display for Regime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Regime::Device => "device",
            Regime::Tiny => "tiny",
        })
    }
}

impl FromStr for Regime {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Regime, ()> {
        Regime::ALL.iter().copied().find(|regime| regime.to_string() == text).ok_or(())
    }
}

/// A check that failed. `Display` is one line with everything that repeats it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The shape.
    pub case: Case,
    /// The random shape that failed first, if a smaller one was found.
    pub drawn: Option<Case>,
    /// The pass.
    pub pass: &'static str,
    /// Whether a forward of a convolution, transposed or not, took a bias.
    pub bias: bool,
    /// What the planner was asked for.
    pub strategy: Strategy,
    /// The limits that it planned under.
    pub regime: Regime,
    /// How it was computed, if it could be planned.
    pub algorithm: Option<Algorithm>,
    /// The seed of the data.
    pub seed: u64,
    /// What went wrong.
    pub fault: Fault,
}

impl Failure {
    /// The command that repeats it.
    pub fn command(&self) -> String {
        let (case, pass, seed) = (&self.case, self.pass, self.seed);
        let limits = match self.regime {
            Regime::Device => String::new(),
            regime => format!(" --limits {regime}"),
        };
        format!("wgconv verify --case '{case}' --pass {pass} --algorithm {} --seed {seed}{limits}", self.strategy)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bias = if self.bias { " with bias" } else { "" };
        write!(f, "{} {}{bias}, {}", self.case, self.pass, self.strategy)?;
        if let (Strategy::Auto, Some(algorithm)) = (self.strategy, self.algorithm) {
            write!(f, " ({algorithm})")?;
        }
        if self.regime != Regime::Device {
            write!(f, ", {} limits", self.regime)?;
        }
        if let Some(drawn) = &self.drawn {
            write!(f, " (first seen with {drawn})")?;
        }
        write!(f, ": {}", self.fault)?;
        write!(f, "; repeat with: {}", self.command())
    }
}

/// A check that the device has no room for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Skip {
    /// The shape.
    pub case: Case,
    /// The pass.
    pub pass: &'static str,
    /// The limit.
    pub reason: Error,
}

/// What [`super::run`] found, and on what: all that a bug report needs. `Display` is a summary in a few lines, without the
/// failures.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Version of this library.
    pub version: &'static str,
    /// Adapter, driver and backend.
    pub adapter: wgpu::AdapterInfo,
    /// The device's limits, as planning sees them.
    pub limits: DeviceLimits,
    /// The device's features.
    pub features: wgpu::Features,
    /// Whether shaders had run-time checks.
    pub checked_shaders: bool,
    /// The seed of shapes and data.
    pub seed: u64,
    /// Shapes that were looked at.
    pub cases: usize,
    /// Results that were compared, or failed to come.
    pub checks: usize,
    /// The same by operator ([`Case::operator`]).
    pub checks_by_operator: BTreeMap<&'static str, usize>,
    /// Checks that failed.
    pub failures: Vec<Failure>,
    /// Checks that the device has no room for.
    pub skipped: Vec<Skip>,
    /// Why it ended before all shapes were looked at, if it did.
    pub stopped: Option<&'static str>,
    /// How long it took; zero in a browser.
    pub time: Duration,
}

impl VerifyReport {
    pub(super) fn new(ctx: &Context, seed: u64) -> VerifyReport {
        VerifyReport {
            version: env!("CARGO_PKG_VERSION"),
            adapter: ctx.adapter_info().clone(),
            limits: *ctx.limits(),
            features: ctx.device().features(),
            checked_shaders: ctx.pipelines().checked(),
            seed,
            cases: 0,
            checks: 0,
            checks_by_operator: BTreeMap::new(),
            failures: Vec::new(),
            skipped: Vec::new(),
            stopped: None,
            time: Duration::ZERO,
        }
    }

    /// Whether everything that was compared was right, and something was.
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty() && self.checks > 0
    }
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = &self.adapter;
        let driver = format!("{} {}", info.driver, info.driver_info);
        writeln!(f, "wgconv {} on {} ({}), driver {}", self.version, info.name, info.backend, driver.trim())?;
        let verdict = match (self.failures.len(), self.checks) {
            (0, 0) => "nothing was checked".to_string(),
            (0, _) => "all right".to_string(),
            (1, _) => "1 is WRONG".to_string(),
            (wrong, _) => format!("{wrong} are WRONG"),
        };
        let checks = if self.checked_shaders { "with" } else { "without" };
        write!(
            f,
            "{} results of {} shapes, seed {}, shaders {checks} run-time checks, {:.1} s: {verdict}",
            self.checks,
            self.cases,
            self.seed,
            self.time.as_secs_f64()
        )?;
        if self.checks_by_operator.len() > 1 {
            let counts = self.checks_by_operator.iter().map(|(operator, checks)| format!("{operator} {checks}"));
            write!(f, "\nby operator: {}", counts.collect::<Vec<_>>().join(", "))?;
        }
        if let Some(first) = self.skipped.first() {
            let reason = format!("{} {}: {}", first.case, first.pass, first.reason);
            write!(f, "\n{} skipped for lack of room, the first {reason}", self.skipped.len())?;
        }
        if let Some(reason) = self.stopped {
            write!(f, "\nended early: {reason}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_with_everything_in_it() {
        let fault = Mismatch::find(Operand::Dw, &[2, 3], &[1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0], &[1.0; 6], &[2.5; 6]);
        let mut failure = Failure {
            case: "s3w9c1k2".parse().unwrap(),
            drawn: None,
            pass: "kernel_grad",
            bias: false,
            strategy: Strategy::Fixed(Algorithm::Direct),
            regime: Regime::Device,
            algorithm: Some(Algorithm::Direct),
            seed: 7,
            fault: Fault::Mismatch(fault.unwrap()),
        };
        assert_eq!(
            failure.to_string(),
            "c1w9k2s3 kernel_grad, direct: dw[1, 0] is 4 instead of 1 +- 2.50e0 (3 of 6 elements are wrong); repeat with: \
             wgconv verify --case 'c1w9k2s3' --pass kernel_grad --algorithm direct --seed 7"
        );
        failure.strategy = Strategy::Auto;
        let line = failure.to_string();
        assert!(line.contains("kernel_grad, auto (direct): dw") && line.contains(" --algorithm auto "), "{line}");
        (failure.regime, failure.drawn) = (Regime::Tiny, Some("c4w9k2s3".parse().unwrap()));
        let line = failure.to_string();
        assert!(
            line.contains(", tiny limits (first seen with c4w9k2s3): dw") && line.ends_with(" --limits tiny"),
            "{line}"
        );
        failure.fault = Fault::Error(Error::DeviceLost { reason: "two\n  lines".to_string() });
        assert!(failure.to_string().contains("lost (two lines)") && !failure.to_string().contains('\n'));
    }

    #[test]
    fn coordinates_count_from_the_innermost_axis() {
        assert_eq!(coordinates(0, &[2, 3, 4]), [0, 0, 0]);
        assert_eq!(coordinates(23, &[2, 3, 4]), [1, 2, 3]);
        assert_eq!(coordinates(13, &[2, 3, 4]), [1, 0, 1]);
    }

    #[test]
    fn with_channels_last_the_element_has_the_coordinates_that_it_has() {
        // [N, C, H, W] of which C lies innermost: the element at 29 has sample 1, row 0, column 1, channel 1.
        let (layout, shape) = (Layout::ChannelsLast, [2, 4, 2, 3]);
        assert_eq!(memory_shape(layout, &shape), [2, 2, 3, 4]);
        let expected = [0.0; 48];
        let mut found = expected;
        found[29] = 1.0;
        let mismatch = Mismatch::find(Operand::Y, &memory_shape(layout, &shape), &found, &expected, &[]).unwrap();
        let text = mismatch.in_layout(layout).to_string();
        assert_eq!(text, "y[1, 1, 0, 1] (channels last) is 1 instead of 0 (1 of 48 elements are wrong)");
        for shape in [&[][..], &[5], &[5, 3]] {
            assert_eq!(from_memory(layout, memory_shape(layout, shape)), shape);
        }
    }
}
