//! Tuning: measuring, when the caller asks for it and never otherwise, which of the few plausible ways of computing a problem
//! is the fastest on this device.
//!
//! A way is measured only after it was shown to be right, on integers, exactly: on the problem itself, and on a small relative of
//! it with odd extents and channels. Where the reference would take too long for the problem itself, the direct kernels stand
//! in for it, and the reference settles a disagreement. A kernel that is wrong is put in quarantine: it is reported, and a
//! context with these results never runs it.
//!
//! The measurements of all candidates alternate, and another one takes the place of the planner's choice only if it is at least 5 %
//! faster in the median of the rounds. The outcome is a value, [`Tuned`], that [`crate::Context::with_tuning`] plans by. The
//! same results give the same plans, and so the same bits; without any, no plan depends on a measurement.
//!
//! ```
//! use wgconv::case::Case;
//! use wgconv::tune::{self, TuneOptions};
//! use wgconv::{Context, PlanOptions};
//! let ctx = Context::new_blocking()?;
//! let case: Case = "maxn2c3h8w8r2s2".parse()?;
//! let report = tune::run_blocking(&ctx, &[(case.clone(), "forward")], &TuneOptions::default())?;
//! report.rows.iter().for_each(|row| println!("{row}"));
//!
//! // Kept in a file, and used in another run:
//! let ctx = ctx.with_tuning_bytes(&report.tuned.to_bytes());
//! let plan = case.plan(&ctx, "forward", false, &PlanOptions::default())?;
//! assert!(plan.to_string().contains("tuned: "));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(not(target_arch = "wasm32"))]
mod check;
mod device;
#[cfg(not(target_arch = "wasm32"))]
mod file;
mod format;
#[cfg(not(target_arch = "wasm32"))]
mod measure;
#[cfg(not(target_arch = "wasm32"))]
mod report;
#[cfg(not(target_arch = "wasm32"))]
mod run;
mod tuned;

pub(crate) use device::{DeviceKey, fingerprint};
#[cfg(not(target_arch = "wasm32"))]
pub use report::{Candidate, Progress, TuneReport, TuneRow};
#[cfg(not(target_arch = "wasm32"))]
pub use run::{OnProgress, TIME_IS_OVER, TuneOptions, run_blocking};
pub use tuned::{Entry, Tuned};
