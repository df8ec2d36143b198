//! What a caller may say about how a problem is solved.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// How an operator is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// Plain loops, an invocation to a block of 4 x 4 output elements of a convolution (and slice of the reduction), and to
    /// one element of everything else: takes every problem.
    Direct,
    /// Implicit matrix product by subgroups of 8 lanes that share the kernel by shuffles, without workgroup memory: for
    /// software devices (lavapipe).
    Subgroup,
    /// Implicit matrix product over tiles in workgroup memory, of 4 x 4 to 8 x 8 sums an invocation; the planner takes the tile
    /// that suits problem and device, and the plan's `Display` says which: for GPUs.
    Tiled,
    /// Groups of one channel: nothing is shared between groups, so that an invocation computes by itself four neighbouring rows
    /// of one column, or, on software devices and in the kernel gradient, runs down a strip of four outputs and reads every
    /// row of it once.
    Depthwise,
    /// Winograd's F(2 x 2, 3 x 3): 2 x 2 outputs by 16 products a channel in place of 36, between transforms of x, w and y, in forward
    /// and input gradient of 3 x 3 kernels with stride 1 and padding of zeros. Its error is bounded by the largest cells of each 4 x 4,
    /// not by each sum's own terms ([`crate::reference::conv::winograd_slack`]), and NaN and infinity reach all 2 x 2 outputs of a tile (infinity as NaN):
    /// so that nobody gets it who did not ask for it, here or by [`PlanOptions::winograd`].
    Winograd,
    /// Pooling by invocations that own four elements each, which follow each other along a row and on into the next: for
    /// windows without dilation. With channels last, four channels of one cell, and a multiple of four of them. Or, where windows are
    /// small and of a plane, a block of up to four fours, whose windows share what they read.
    Rows,
    /// Global pooling: several invocations share a plane, or each has a slice of one, and a second pass joins what they found.
    Planes,
}

impl Algorithm {
    /// All of them.
    pub const ALL: &'static [Algorithm] = &[
        Algorithm::Direct,
        Algorithm::Subgroup,
        Algorithm::Tiled,
        Algorithm::Depthwise,
        Algorithm::Winograd,
        Algorithm::Rows,
        Algorithm::Planes,
    ];
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Algorithm::Direct => f.write_str("direct"),
            Algorithm::Subgroup => f.write_str("subgroup"),
            Algorithm::Tiled => f.write_str("tiled"),
            Algorithm::Depthwise => f.write_str("depthwise"),
            Algorithm::Winograd => f.write_str("winograd"),
            Algorithm::Rows => f.write_str("rows"),
            Algorithm::Planes => f.write_str("planes"),
        }
    }
}

impl Algorithm {
    /// The error that this algorithm cannot do what was asked of it.
    pub(crate) fn unavailable(self, reason: &'static str) -> Error {
        Error::AlgorithmUnavailable { algorithm: self, reason }
    }
}

/// Who chooses the algorithm. `Display` gives what `--algorithm` takes: `auto`, an algorithm's name, `tiled:128x64`; parsing
/// reads it.
///
/// ```
/// use wgconv::Strategy;
/// assert_eq!("tiled:128x64".parse(), Ok(Strategy::Tile([128, 64])));
/// assert_eq!(Strategy::Auto.to_string(), "auto");
/// assert!("fft".parse::<Strategy>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// The planner, from the problem and the device; never from a measurement, unless the context was given the results of
    /// one ([`crate::Context::with_tuning`]).
    #[default]
    Auto,
    /// The caller.
    Fixed(Algorithm),
    /// The caller, the tile of [`Algorithm::Tiled`] too: so many rows by so many columns of sums a workgroup.
    Tile([u32; 2]),
}

impl Strategy {
    /// The algorithm that the caller named.
    pub(crate) fn algorithm(self) -> Option<Algorithm> {
        match self {
            Strategy::Auto => None,
            Strategy::Fixed(algorithm) => Some(algorithm),
            Strategy::Tile(_) => Some(Algorithm::Tiled),
        }
    }

    /// The tile that the caller named.
    pub(crate) fn tile(self) -> Option<[u32; 2]> {
        if let Strategy::Tile(tile) = self { Some(tile) } else { None }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Strategy::Auto => f.write_str("auto"),
            Strategy::Fixed(algorithm) => algorithm.fmt(f),
            Strategy::Tile([rows, columns]) => write!(f, "{}:{rows}x{columns}", Algorithm::Tiled),
        }
    }
}

impl FromStr for Strategy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Strategy> {
        let named = || Algorithm::ALL.iter().find(|algorithm| algorithm.to_string() == text);
        let tile = || {
            let (rows, columns) = text.strip_prefix("tiled:")?.split_once('x')?;
            Some(Strategy::Tile([rows.parse().ok()?, columns.parse().ok()?]))
        };
        let auto = (text == "auto").then_some(Strategy::Auto);
        auto.or_else(|| named().copied().map(Strategy::Fixed)).or_else(tile).ok_or_else(|| Error::InvalidParameter {
            operator: "Strategy",
            parameter: "name",
            value: format!("{:?}", text.chars().take(40).collect::<String>()),
            expected: "auto, the name of an algorithm, or tiled:ROWSxCOLUMNS",
        })
    }
}

/// Options of a plan.
///
/// ```
/// use wgconv::PlanOptions;
/// let options = PlanOptions { workspace_limit: 1 << 20, ..PlanOptions::default() };
/// assert!(options.workspace_limit < PlanOptions::default().workspace_limit);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanOptions {
    /// Who chooses the algorithm.
    pub strategy: Strategy,
    /// Most bytes of workspace that the plan may ask for. With less than they need a split reduction takes one dispatch a slab
    /// instead, and in place of the kernels that keep a reordered copy of w there (forward and input gradient) come the direct
    /// ones, as the plan's `Display` says. Of 16-bit types the sums that one dispatch cannot finish, and those of kernel and bias
    /// gradients, are f32 there: without room for all of them the direct kernels compute a part of the result after the other,
    /// with [`PlanOptions::LEAST_SUMS`] at least, which is more than a smaller limit allows. Poolings whose window is longer than an
    /// invocation may loop keep the sums of whole samples, and are refused where there is no room for one.
    pub workspace_limit: u64,
    /// Whether the planner and tuning may take [`Algorithm::Winograd`], whose error and whose NaN go further than the other
    /// algorithms'. The planner takes it where it was measured to win: on software devices, with many channels.
    pub winograd: bool,
}

impl PlanOptions {
    /// Bytes of f32 sums that a plan of a 16-bit type may ask for whatever its workspace is limited to: 64 KiB. It has no other
    /// place for sums that are not to be rounded before all is added.
    ///
    /// ```
    /// use wgconv::{Conv, ConvShapes, DeviceLimits, ElementType, Pass, PlanOptions};
    /// let shapes = ConvShapes::new(&[1, 64, 9, 9], &[64, 64, 5, 5]).element(ElementType::Bf16);
    /// let options = PlanOptions { workspace_limit: 0, ..PlanOptions::default() };
    /// let spec = Conv::<2>::new([5, 5]).build()?.plan_spec(&DeviceLimits::default(), Pass::KernelGrad, shapes, &options)?;
    /// assert!((1..=PlanOptions::LEAST_SUMS).contains(&spec.workspace_bytes()));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub const LEAST_SUMS: u64 = 64 << 10;
}

impl Default for PlanOptions {
    /// The planner's choice, 64 MiB of workspace, no Winograd.
    fn default() -> Self {
        PlanOptions { strategy: Strategy::Auto, workspace_limit: 64 << 20, winograd: false }
    }
}
