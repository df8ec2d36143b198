//! A plan before it meets a device: operands, dispatches, and what they cost.

use std::fmt;

use super::{Algorithm, Operand, Strategy};
use crate::kernel::{KernelInfo, KernelKey};

/// How a plan uses an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Only read.
    Read,
    /// Every element is written; what the buffer held before does not matter.
    Write,
    /// Read and written in place.
    Update,
}

/// A buffer that a plan needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperandNeed {
    /// Which operand.
    pub operand: Operand,
    /// How it is used.
    pub access: Access,
    /// How many bytes it takes.
    pub bytes: u64,
}

/// One binding of one dispatch: a byte range of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepBinding {
    /// Which operand.
    pub operand: Operand,
    /// First byte, counted from the operand's own first byte.
    pub offset: u64,
    /// How many bytes.
    pub size: u64,
}

/// One dispatch of a plan, as tests and tools see it: what [`crate::kernels`] is to sources, this is to their use.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepInfo<'a> {
    /// Name of the kernel, as in [`crate::KernelInfo`].
    pub kernel: &'static str,
    /// Name of the entry point.
    pub entry: &'static str,
    /// The constants of the kernel's variant.
    pub constants: &'static [(&'static str, u32)],
    /// Invocations of a workgroup.
    pub workgroup_size: u32,
    /// Override constants that the pipeline is given.
    pub overrides: &'a [(&'static str, u32)],
    /// The uniform struct's bytes.
    pub params: &'a [u8],
    /// In the order of the entry point's slots.
    pub bindings: &'a [StepBinding],
    /// Workgroups along each axis.
    pub grid: [u32; 3],
    /// Its module.
    key: &'a KernelKey,
}

impl StepInfo<'_> {
    /// The kernel's module as it is compiled for this dispatch: its variant, and the types of the tensors.
    ///
    /// ```
    /// use wgconv::{DeviceLimits, ElementType, PlanOptions, case::Case};
    /// let case: Case = "n2c3h7w9k4r3s2bf16".parse()?;
    /// let spec = case.plan_spec(&DeviceLimits::default(), "forward", false, &PlanOptions::default())?;
    /// assert!(spec.steps().all(|step| step.kernel_info().name == step.kernel));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn kernel_info(&self) -> KernelInfo {
        KernelInfo::of(self.key)
    }
}

/// One dispatch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub kernel: KernelKey,
    /// The uniform struct's bytes.
    pub params: Vec<u8>,
    /// In the order of the entry point's slots.
    pub bindings: Vec<StepBinding>,
    pub grid: [u32; 3],
}

/// What will be dispatched for a problem, and what it costs; made without a GPU. `Display` explains it.
///
/// ```
/// use wgconv::{Conv, ConvShapes, DeviceLimits, Pass, PlanOptions};
/// let conv = Conv::<2>::new([3, 3]).build()?;
/// let shapes = ConvShapes::new(&[8, 64, 58, 58], &[64, 64, 3, 3]);
/// let spec = conv.plan_spec(&DeviceLimits::default(), Pass::KernelGrad, shapes, &PlanOptions::default())?;
/// assert_eq!(spec.flops(), 2 * 8 * 64 * 56 * 56 * 64 * 9);
/// println!("{spec}");
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PlanSpec {
    pub(crate) title: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) reason: String,
    pub(crate) needs: Vec<OperandNeed>,
    pub(crate) steps: Vec<Step>,
    pub(crate) flops: u64,
}

impl PlanSpec {
    /// The same with other names for the operands.
    pub(crate) fn renamed(mut self, name: impl Fn(Operand) -> Operand) -> PlanSpec {
        self.needs.iter_mut().for_each(|need| need.operand = name(need.operand));
        let bindings = self.steps.iter_mut().flat_map(|step| &mut step.bindings);
        bindings.for_each(|binding| binding.operand = name(binding.operand));
        self
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What a caller would have to ask for to get this plan: the algorithm, and its tile if it has several.
    ///
    /// ```
    /// use wgconv::{DeviceLimits, PlanOptions, Strategy, case::Case};
    /// let case: Case = "n8c64h56w56k64r3s3p1".parse()?;
    /// let spec = case.plan_spec(&DeviceLimits::default(), "forward", false, &PlanOptions::default())?;
    /// assert!(matches!(spec.strategy(), Strategy::Tile(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn strategy(&self) -> Strategy {
        let tile = self.steps.iter().map(|step| ["TILE_M", "TILE_N"].map(|name| step.kernel.variant.constant(name)));
        match tile.max() {
            Some(tile) if self.algorithm == Algorithm::Tiled => Strategy::Tile(tile),
            _ => Strategy::Fixed(self.algorithm),
        }
    }

    /// The buffers that `record` needs, the workspace included if there is one.
    pub fn operands(&self) -> &[OperandNeed] {
        &self.needs
    }

    /// How many dispatches are recorded.
    pub fn dispatches(&self) -> usize {
        self.steps.len()
    }

    /// The grid of each dispatch, in workgroups.
    pub fn grids(&self) -> impl Iterator<Item = [u32; 3]> {
        self.steps.iter().map(|step| step.grid)
    }

    /// Each dispatch in full, in the order of execution.
    ///
    /// ```
    /// use wgconv::{DeviceLimits, MaxPool, PoolPass};
    /// let pool = MaxPool::<2>::new([2, 2]).build()?;
    /// let spec = pool.plan_spec(&DeviceLimits::default(), PoolPass::Forward, &[1, 3, 8, 8])?;
    /// assert!(spec.steps().all(|step| step.kernel.starts_with("pool/")));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn steps(&self) -> impl Iterator<Item = StepInfo<'_>> {
        self.steps.iter().map(|step| StepInfo {
            kernel: step.kernel.entry.kernel().name,
            entry: step.kernel.entry.name,
            constants: step.kernel.variant.constants,
            workgroup_size: step.kernel.variant.workgroup_size(),
            overrides: &step.kernel.overrides,
            params: &step.params,
            bindings: &step.bindings,
            grid: step.grid,
            key: &step.kernel,
        })
    }

    /// Bytes of workspace ([`Operand::Workspace`], of convolutions with shared kernels [`Operand::ChannelSums`], of
    /// 16-bit types [`Operand::Sums`], and what is transformed first, [`Operand::Transformed`]); 0 if none is needed.
    pub fn workspace_bytes(&self) -> u64 {
        self.scratch().map(|need| need.bytes).sum()
    }

    /// The operands that it needs for itself.
    pub(crate) fn scratch(&self) -> impl Iterator<Item = &OperandNeed> {
        self.needs.iter().filter(|need| need.operand.is_scratch())
    }

    /// Floating-point operations of the operator by the field's usual count (a multiply-add is two; padding included),
    /// whatever the algorithm really does.
    pub fn flops(&self) -> u64 {
        self.flops
    }

    /// Bytes that must cross the memory bus at least: every operand once (twice if updated), the workspace apart.
    pub fn bytes_moved(&self) -> u64 {
        let operands = self.needs.iter().filter(|need| !need.operand.is_scratch());
        operands.map(|need| if need.access == Access::Update { 2 * need.bytes } else { need.bytes }).sum()
    }
}

impl fmt::Display for PlanSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        writeln!(f, "  algorithm  {} ({})", self.algorithm, self.reason)?;
        for need in &self.needs {
            let access = match need.access {
                Access::Read => "read",
                Access::Write => "written",
                Access::Update => "updated",
            };
            writeln!(f, "  operand    {} {} bytes, {access}", need.operand, need.bytes)?;
        }
        const SHOWN: usize = 8;
        for step in self.steps.iter().take(SHOWN) {
            let [x, y, z] = step.grid;
            writeln!(f, "  dispatch   {} over {x} x {y} x {z} workgroups", step.kernel)?;
        }
        if self.steps.len() > SHOWN {
            writeln!(f, "  dispatch   and {} more", self.steps.len() - SHOWN)?;
        }
        write!(
            f,
            "  cost       {:.6} GFLOP, {:.3} MB moved at least, {} bytes of workspace",
            self.flops as f64 * 1e-9,
            self.bytes_moved() as f64 * 1e-6,
            self.workspace_bytes()
        )
    }
}
