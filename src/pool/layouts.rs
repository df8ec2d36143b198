//! How the tensors of a pooling lie in memory.

use std::sync::Arc;

use super::{PoolPass, PoolProblem};
use crate::error::Result;
use crate::gpu::{Context, Plan};
use crate::layout::Layout;
use crate::plan::{DeviceLimits, Operand, PlanOptions, PlanSpec, Problem};

impl PoolProblem {
    /// The same pooling of tensors in these layouts: that of x and dx, and that of y, dy and the indices.
    ///
    /// ```
    /// use wgconv::{AvgPool, Bindings, Context, Layout, Operand, PlanOptions, PoolPass};
    /// let ctx = Context::new_blocking()?;
    /// let problem = AvgPool::<1>::new([2]).build()?.problem(&[1, 2, 4])?;
    /// let problem = problem.in_layouts(Layout::ChannelsLast, Layout::ChannelsFirst);
    /// let plan = problem.plan(&ctx, PoolPass::Forward, &PlanOptions::default())?;
    /// let pixels = [1.0, 10.0, 3.0, 30.0, 5.0, 50.0, 7.0, 70.0];
    /// let (x, y) = (ctx.tensor_in(Layout::ChannelsLast, &[1, 2, 4], &pixels)?, ctx.zeros::<f32>(&[1, 2, 2])?);
    /// let mut encoder = ctx.device().create_command_encoder(&Default::default());
    /// let bindings = Bindings::new().bind(Operand::X, &x).bind(Operand::Y, &y);
    /// plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings)?;
    /// ctx.queue().submit([encoder.finish()]);
    /// assert_eq!(y.read_blocking()?, [2.0, 6.0, 20.0, 60.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn in_layouts(self, x: Layout, y: Layout) -> PoolProblem {
        PoolProblem { x_layout: x, y_layout: y, ..self }
    }

    /// How an operand lies in memory.
    pub fn layout(&self, operand: Operand) -> Layout {
        Layout::of(operand, self.x_layout, self.y_layout)
    }

    /// The plan of a pass, from the context's cache if it was made before.
    ///
    /// # Errors
    /// As for [`crate::MaxPool::plan_with`].
    pub fn plan(&self, ctx: &Context, pass: PoolPass, options: &PlanOptions) -> Result<Arc<Plan>> {
        ctx.plan(Problem::Pool { problem: self.clone(), pass }, options)
    }

    /// The plan without a device.
    ///
    /// # Errors
    /// As for [`PoolProblem::plan`].
    ///
    /// ```
    /// use wgconv::{DeviceLimits, Layout, MaxPool, PlanOptions, PoolPass};
    /// let problem = MaxPool::<2>::new([2, 2]).build()?.problem(&[1, 8, 4, 6])?;
    /// let problem = problem.in_layouts(Layout::ChannelsLast, Layout::ChannelsLast);
    /// let spec = problem.plan_spec(&DeviceLimits::default(), PoolPass::Forward, &PlanOptions::default())?;
    /// assert!(spec.to_string().contains("channels last"));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn plan_spec(&self, limits: &DeviceLimits, pass: PoolPass, options: &PlanOptions) -> Result<PlanSpec> {
        Problem::Pool { problem: self.clone(), pass }.plan(limits, options)
    }

    /// Whether the channels of x and of y are last in a way that matters: with one channel, or one cell to a plane, memory is the
    /// same in either layout.
    pub(super) fn are_last(&self) -> [bool; 2] {
        let cells = self.cells();
        let matters = |layout, cells: u64| layout == Layout::ChannelsLast && self.channels > 1 && cells > 1;
        [matters(self.x_layout, cells[0]), matters(self.y_layout, cells[1])]
    }

    /// Cells of a plane of x, and of y.
    pub(super) fn cells(&self) -> [u64; 2] {
        let product = |extents: [u32; 3]| extents.iter().map(|&extent| u64::from(extent)).product();
        [product(self.axes.map(|axis| axis.input)), product(self.axes.map(|axis| axis.output))]
    }
}
