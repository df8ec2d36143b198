//! Whether a way of computing is right: what comes before its being measured.

use std::collections::HashSet;

use crate::case::{Case, CaseAxis, ConvCase, ConvTransposeCase, PoolCase};
use crate::error::{Error, Result};
use crate::gpu::{Context, Plan};
use crate::layout::Layout;
use crate::plan::{PlanOptions, Strategy};
use crate::verify::{Fault, GuardedBuffers, Task};

/// Multiply-adds that the reference does in about a second.
const MOST_REFERENCE: u64 = 1 << 27;

/// Checks on one device; what was right once is not checked again.
pub(super) struct Checker<'a> {
    ctx: &'a Context,
    seed: u64,
    /// Results by this are spoilt before they are looked at.
    plant_fault: Option<Strategy>,
    right: HashSet<(Case, &'static str, Strategy)>,
}

/// What a problem's result must be.
pub(super) struct Expected {
    task: Task,
    by_reference: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn new(ctx: &'a Context, seed: u64, plant_fault: Option<Strategy>) -> Self {
        Checker { ctx, seed, plant_fault, right: HashSet::new() }
    }

    /// Data and result of a problem, for all its candidates.
    pub(super) fn expected(&self, case: &Case, pass: &'static str) -> Result<Expected> {
        if case.multiply_adds()? > MOST_REFERENCE {
            match pollster::block_on(Task::by_direct(self.ctx, case, pass, self.seed)) {
                Ok(Some(task)) => return Ok(Expected { task, by_reference: false }),
                Err(error @ Error::DeviceLost { .. }) => return Err(error),
                // Whatever it was: the direct kernels are not needed for this.
                Ok(None) | Err(_) => {}
            }
        }
        Ok(Expected { task: Task::new(self.ctx.limits(), case, pass, false, self.seed)?, by_reference: true })
    }

    /// Checks a candidate on the problem's small relative, then on the problem itself; `Ok` has the buffers that it ran on.
    ///
    /// # Errors
    /// What the device has no room for; a lost device.
    pub(super) fn check(
        &mut self,
        (case, pass): (&Case, &'static str),
        strategy: Strategy,
        plan: &Plan,
        expected: &Expected,
    ) -> Result<std::result::Result<GuardedBuffers, Fault>> {
        if let Some(fault) = self.check_relative(case, pass, strategy)? {
            return Ok(Err(fault));
        }
        let buffers = expected.task.buffers(self.ctx, plan)?;
        let mut fault = self.run(&expected.task, plan, &buffers, strategy)?;
        if fault.is_some() && !expected.by_reference {
            // Either may be wrong.
            let task = Task::new(self.ctx.limits(), case, pass, false, self.seed)?;
            fault = self.run(&task, plan, &task.buffers(self.ctx, plan)?, strategy)?;
        }
        Ok(fault.map_or(Ok(buffers), Err))
    }

    fn check_relative(&mut self, case: &Case, pass: &'static str, strategy: Strategy) -> Result<Option<Fault>> {
        let relative = relative(case);
        let key = (relative.clone(), pass, strategy);
        if self.right.contains(&key) {
            return Ok(None);
        }
        for bias in if case.takes_bias(pass) { &[false, true][..] } else { &[false] } {
            let options = PlanOptions { strategy, ..PlanOptions::default() };
            let plan = match relative.plan(self.ctx, pass, *bias, &options) {
                Ok(plan) => plan,
                // Not every algorithm takes every shape.
                Err(Error::AlgorithmUnavailable { .. }) => continue,
                Err(error) => return as_fault(error).map(Some),
            };
            let task = Task::new(self.ctx.limits(), &relative, pass, *bias, self.seed)?;
            let buffers = task.buffers(self.ctx, &plan)?;
            if let Some(fault) = self.run(&task, &plan, &buffers, strategy)? {
                return Ok(Some(fault));
            }
        }
        self.right.insert(key);
        Ok(None)
    }

    fn run(&self, task: &Task, plan: &Plan, buffers: &GuardedBuffers, strategy: Strategy) -> Result<Option<Fault>> {
        let plant_fault = self.plant_fault == Some(strategy);
        match pollster::block_on(task.check(self.ctx, plan, buffers, plant_fault)) {
            Ok(fault) => Ok(fault),
            Err(error) => as_fault(error).map(Some),
        }
    }
}

/// A kernel that the driver refuses is a fault of that kernel; that there is no room or no device any more is none.
pub(super) fn as_fault(error: Error) -> Result<Fault> {
    if let Error::Wgpu { .. } = error { Ok(Fault::Error(error)) } else { Err(error) }
}

/// A small relative of a problem with awkward edges: the same windows, an odd number of channels in each of a few groups, a few
/// windows more or less than a tile has along each axis, each axis another number.
fn relative(case: &Case) -> Case {
    let axes = |axes: &[CaseAxis]| axes.iter().enumerate().map(|(i, axis)| shrink(axis, i as u32)).collect();
    let relative = match case {
        Case::Conv(conv) => {
            let channels = [(conv.channels_in, conv.x_layout), (conv.channels_out, conv.y_layout)];
            let (groups, channels_in, channels_out) = few(conv.groups, channels);
            let (batch, axes) = (conv.batch.min(2), axes(&conv.axes));
            Case::Conv(ConvCase { batch, channels_in, channels_out, groups, axes, ..conv.clone() })
        }
        Case::ConvTranspose(conv) => {
            let channels = [(conv.channels_in, conv.x_layout), (conv.channels_out, conv.y_layout)];
            let (groups, channels_in, channels_out) = few(conv.groups, channels);
            // Of the output there is stride times as much.
            let cells = |(i, axis): (u32, &CaseAxis)| {
                let reach = window(axis).div_ceil(axis.stride.max(1));
                CaseAxis { input: axis.input.min(reach.saturating_add(7 + 2 * i)), ..*axis }
            };
            let axes = (0..).zip(&conv.axes).map(cells).collect();
            let batch = conv.batch.min(2);
            Case::ConvTranspose(ConvTransposeCase { batch, channels_in, channels_out, groups, axes, ..conv.clone() })
        }
        Case::Pool(pool) => {
            // With channels last there are kernels for whole fours of them.
            let is_last = [pool.x_layout, pool.y_layout].contains(&Layout::ChannelsLast);
            let most = if is_last && pool.channels.is_multiple_of(4) { 8 } else { 5 };
            let (batch, channels, axes) = (pool.batch.min(2), pool.channels.min(most), axes(&pool.axes));
            Case::Pool(PoolCase { batch, channels, axes, ..pool.clone() })
        }
        // Of what is tuned there is none: see `Problem::key`.
        Case::Nn(case) => Case::Nn(case.clone()),
    };
    // Some windows need all of their input.
    if relative.y_shape().is_ok() { relative } else { case.with_batch(1) }
}

/// Groups, and channels of input and output: of a group one less than a tile has, and one more, where there are as many; a whole
/// four less or more where they are last, as there are kernels for whole fours.
fn few(groups: u32, [inside, outside]: [(u32, Layout); 2]) -> (u32, u32, u32) {
    let [inside, outside] = [(inside, 31, 28), (outside, 33, 36)].map(|((channels, layout), most, most_fours)| {
        let channels = channels / groups.max(1);
        match layout {
            Layout::ChannelsLast if channels.is_multiple_of(4) => channels.min(most_fours),
            _ if channels < 4 => channels,
            _ => (channels - 1 + channels % 2).min(most),
        }
    });
    let groups = groups.min(3);
    (groups, inside * groups, outside * groups)
}

/// Cells that a window spans.
fn window(axis: &CaseAxis) -> u32 {
    axis.dilation.saturating_mul(axis.taps.saturating_sub(1)).saturating_add(1)
}

fn shrink(axis: &CaseAxis, which: u32) -> CaseAxis {
    let windows = axis.stride.saturating_mul(7 + 2 * which);
    CaseAxis { input: axis.input.min(window(axis).saturating_add(windows)), ..*axis }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{catalogue, suites};

    #[test]
    fn relatives_are_small_and_valid() {
        let relative = |text: &str| relative(&text.parse().unwrap()).to_string();
        assert_eq!(relative("n8c64h56w56k64r3s3p1"), "n2c31h10w12k33r3s3p1");
        assert_eq!(relative("n8c64h56w56k64r3s3p1lastxlasty"), "n2c28h10w12k36r3s3p1lastxlasty");
        assert_eq!(relative("n8c96h56w56k96r3s3p1g96"), "n2c3h10w12k3r3s3p1g3");
        assert_eq!(relative("maxn8c64h112w112r3s3u2p1"), "maxn2c5h17w21r3s3u2p1");
        assert_eq!(relative("maxn8c64h112w112r3s3u2p1lastxlasty"), "maxn2c8h17w21r3s3u2p1lastxlasty");
        assert_eq!(relative("tconvn8c512h28w28k256r4s4u2p1"), "tconvn2c31h9w11k33r4s4u2p1");
        for row in suites().iter().chain([catalogue()]).flat_map(|suite| &suite.rows) {
            let relative = super::relative(&row.case);
            assert!(relative.y_shape().is_ok(), "{relative} of {}", row.case);
            let terms = relative.multiply_adds().unwrap();
            assert!(terms < MOST_REFERENCE, "{relative} of {}: {terms}", row.case);
        }
    }
}
