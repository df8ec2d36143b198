//! One pass of one case: planned, run and compared.

use super::report::Fault;
use super::task::Task;
use crate::case::Case;
use crate::error::Result;
use crate::gpu::Context;
use crate::plan::PlanOptions;

/// Runs a pass on seeded small integers and compares it with [`crate::reference`]: exactly, what has a division, a root or an
/// exponential within what WGSL allows these. `None` if it is right; `bias` says whether a convolution's forward takes one. Every operand lies between guard
/// zones, so that a write outside of the output, or an element that was not written, has a name of its own.
///
/// The reference is plain loops on the CPU: a case of a billion multiply-adds takes it seconds.
///
/// # Errors
/// What [`Case::plan`] says, and a device that is lost or out of memory. A wrong result is no error.
///
/// ```
/// use wgconv::{Context, PlanOptions, case::Case, verify};
/// let ctx = Context::new_blocking()?;
/// let case: Case = "n2c3h7w9k4r3s2p1".parse()?;
/// let options = PlanOptions::default();
/// assert_eq!(verify::check_blocking(&ctx, &case, "kernel_grad", false, &options, 1)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn check(
    ctx: &Context,
    case: &Case,
    pass: &str,
    bias: bool,
    options: &PlanOptions,
    seed: u64,
) -> Result<Option<Fault>> {
    check_with(ctx, case, pass, bias, options, seed, false).await
}

/// [`check`], blocking.
///
/// # Errors
/// As there.
#[cfg(not(target_arch = "wasm32"))]
pub fn check_blocking(
    ctx: &Context,
    case: &Case,
    pass: &str,
    bias: bool,
    options: &PlanOptions,
    seed: u64,
) -> Result<Option<Fault>> {
    pollster::block_on(check(ctx, case, pass, bias, options, seed))
}

/// [`check`]; with `plant_fault` the last element that the device gave is changed before anybody looks.
pub(super) async fn check_with(
    ctx: &Context,
    case: &Case,
    pass: &str,
    bias: bool,
    options: &PlanOptions,
    seed: u64,
    plant_fault: bool,
) -> Result<Option<Fault>> {
    // Planned first: what the device cannot hold is not worth the reference's time.
    let plan = case.plan(ctx, pass, bias, options)?;
    let task = Task::new(ctx.limits(), case, pass, bias, seed)?;
    let buffers = task.buffers(ctx, &plan)?;
    task.check(ctx, &plan, &buffers, plant_fault).await
}
