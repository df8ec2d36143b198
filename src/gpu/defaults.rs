//! What a context's own calls plan by, where no options are given with the plan.

use super::Context;
use crate::plan::PlanOptions;

impl Context {
    /// This device, with so many bytes of workspace at most for each plan that is made without [`PlanOptions`] of its own: the
    /// operators' calls, and [`crate::Program`]. Tensors and pipelines are shared with this context, plans are not.
    ///
    /// ```
    /// use wgconv::Context;
    /// let ctx = Context::new_blocking()?.with_workspace_limit(1 << 20);
    /// assert_eq!(ctx.plan_options().workspace_limit, 1 << 20);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn with_workspace_limit(&self, bytes: u64) -> Context {
        self.with_plan_options(PlanOptions { workspace_limit: bytes, ..*self.plan_options() })
    }

    /// This device, allowed or not to take [`Algorithm::Winograd`](crate::Algorithm::Winograd) in plans that are made without
    /// [`PlanOptions`] of their own, and in tuning. Tensors and pipelines are shared with this context, plans are not.
    ///
    /// ```
    /// use wgconv::Context;
    /// let ctx = Context::new_blocking()?;
    /// assert!(!ctx.plan_options().winograd);
    /// assert!(ctx.with_winograd(true).plan_options().winograd);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn with_winograd(&self, allowed: bool) -> Context {
        self.with_plan_options(PlanOptions { winograd: allowed, ..*self.plan_options() })
    }
}
