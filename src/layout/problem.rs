//! A transposition with every extent known, and its plan.

use crate::error::Result;
use crate::kernel::{self, KernelKey, TRANSPOSE_SIDE, TransposeParams};
use crate::plan::{Access, Algorithm, Batched, DeviceLimits, Operand, PlanOptions, PlanSpec, SpecBuilder, Strategy};

/// y `[batch, columns, rows]` from x `[batch, rows, columns]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TransposeProblem {
    pub batch: u32,
    pub rows: u32,
    pub columns: u32,
}

/// With fewer rows or columns most of a tile is empty, and what the direct kernel reads and writes lies together anyway.
const LEAST_EXTENT: u32 = 8;

/// Loop tests of an invocation of the tiled kernel: half of the tile's rows, twice.
const LOOP_TESTS: u32 = TRANSPOSE_SIDE + 2;

impl TransposeProblem {
    pub(crate) fn plan(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        let TransposeProblem { batch, rows, columns } = *self;
        let title = format!("transpose: {batch} matrices of {rows} x {columns}");
        let (algorithm, reason) = self.choose(limits, options)?;
        let mut plan = SpecBuilder::new(limits, options, title, 0, (algorithm, reason));
        let sample = u64::from(rows) * u64::from(columns);
        plan.need(Operand::X, sample * u64::from(batch), Access::Read);
        plan.need(Operand::Y, sample * u64::from(batch), Access::Write);
        let [x, y] = [Operand::X, Operand::Y].map(|operand| Batched { operand, sample });
        let entry = if algorithm == Algorithm::Tiled { &kernel::TRANSPOSE_TILED } else { &kernel::TRANSPOSE_DIRECT };
        let kernel = KernelKey::new(entry, &entry.kernel().variants[0], &[]);
        let size = u64::from(kernel.variant.workgroup_size());
        // Invocations of a matrix.
        let each = match algorithm {
            Algorithm::Tiled => {
                size * [rows, columns].map(|extent| u64::from(extent.div_ceil(TRANSPOSE_SIDE))).iter().product::<u64>()
            }
            _ => u64::from(rows.div_ceil(4)) * u64::from(columns),
        };
        for chunk in plan.chunks(batch, &[x, y], each)? {
            let (x, x_base) = chunk.bind(limits, x);
            let (y, y_base) = chunk.bind(limits, y);
            let params = TransposeParams {
                batch: chunk.count,
                rows,
                columns,
                x_base,
                y_base,
                unused_a: 0,
                unused_b: 0,
                unused_c: 0,
            };
            let workgroups = (each * u64::from(chunk.count)).div_ceil(size);
            plan.step_workgroups(kernel.clone(), params, vec![x, y], workgroups)?;
        }
        Ok(plan.finish())
    }

    fn choose(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<(Algorithm, &'static str)> {
        let variant = &kernel::TRANSPOSE_TILED_KERNEL.variants[0];
        let fits = variant.workgroup_size() <= limits.max_invocations_per_workgroup
            && variant.workgroup_bytes <= limits.max_workgroup_storage_bytes
            && LOOP_TESTS <= limits.max_loop_iterations;
        let wide = self.rows.min(self.columns) >= LEAST_EXTENT;
        match options.strategy {
            Strategy::Auto if fits && wide && !limits.is_software => {
                Ok((Algorithm::Tiled, "the planner's choice: a GPU, and enough rows and columns for tiles"))
            }
            Strategy::Auto => {
                Ok((Algorithm::Direct, "the planner's choice: a software device, or few rows or columns"))
            }
            Strategy::Fixed(Algorithm::Direct) => Ok((Algorithm::Direct, "the caller's choice")),
            Strategy::Fixed(Algorithm::Tiled) if fits => Ok((Algorithm::Tiled, "the caller's choice")),
            Strategy::Fixed(Algorithm::Tiled) => {
                Err(Algorithm::Tiled.unavailable("no tile fits the device's workgroups"))
            }
            Strategy::Fixed(other) => Err(other.unavailable("a transposition is direct or tiled")),
            Strategy::Tile(_) => Err(Algorithm::Tiled.unavailable("a transposition has one tile, which has no name")),
        }
    }
}
