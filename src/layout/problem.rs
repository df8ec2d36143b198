//! A transposition with every extent known, and its plan.

use crate::element::ElementType;
use crate::error::Result;
use crate::kernel::{self, EntryPoint, KernelKey, TRANSPOSE_SIDE, TransposeParams, Variant};
use crate::plan::{Access, Advice, Algorithm, DeviceLimits, Operand, PlanOptions, PlanSpec, SpecBuilder, choose};

/// y `[batch, columns, rows]` from x `[batch, rows, columns]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TransposeProblem {
    pub batch: u32,
    pub rows: u32,
    pub columns: u32,
    pub element: ElementType,
}

/// With fewer rows or columns most of a tile is empty, and what the direct kernel reads and writes lies together anyway.
const LEAST_EXTENT: u32 = 8;

/// Loop tests of an invocation of the tiled kernel: half of the tile's rows, twice.
const LOOP_TESTS: u32 = TRANSPOSE_SIDE + 2;

impl TransposeProblem {
    pub(crate) fn plan(&self, limits: &DeviceLimits, options: &PlanOptions, advice: &Advice<'_>) -> Result<PlanSpec> {
        let wide = self.rows.min(self.columns) >= LEAST_EXTENT;
        let tiled = (Algorithm::Tiled, "the planner's choice: a GPU, and enough rows and columns for tiles");
        let candidates = if wide && !limits.is_software { &[tiled][..] } else { &[] };
        choose(options, advice, candidates, |options, choice| self.plan_by(limits, options, choice))
    }

    fn plan_by(&self, limits: &DeviceLimits, options: &PlanOptions, choice: (Algorithm, &str)) -> Result<PlanSpec> {
        let entry = match choice.0 {
            Algorithm::Direct => &kernel::TRANSPOSE_DIRECT,
            Algorithm::Tiled if options.strategy.tile().is_some() => {
                return Err(choice.0.unavailable("a transposition has one tile, which has no name"));
            }
            Algorithm::Tiled if !fits(limits) => {
                return Err(choice.0.unavailable("its tile does not fit the device's workgroups or loops"));
            }
            Algorithm::Tiled => &kernel::TRANSPOSE_TILED,
            other => return Err(other.unavailable("a transposition is direct or tiled")),
        };
        let TransposeProblem { batch, rows, columns, element } = *self;
        let (suffix, moved) = match element {
            ElementType::F32 => (String::new(), element),
            // Nothing is computed: 16 bits are moved as they are, subnormal f16 too, which a device may lose.
            _ => (format!(" of {element}"), ElementType::Bf16),
        };
        let title = format!("transpose: {batch} matrices of {rows} x {columns}{suffix}");
        let mut plan = SpecBuilder::new(limits, options, title, 0, choice).of_type(moved);
        let sample = u64::from(rows) * u64::from(columns);
        plan.need(Operand::X, sample * u64::from(batch), Access::Read);
        plan.need(Operand::Y, sample * u64::from(batch), Access::Write);
        let [x, y] = [Operand::X, Operand::Y].map(|operand| plan.batched(operand, sample));
        let kernel = KernelKey::new(entry, variant(entry, element), &[]);
        let size = u64::from(kernel.variant.workgroup_size());
        // Invocations of a matrix.
        let each = match choice.0 {
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
}

/// Of the tiles the one whose invocations store as many neighbours as a word has.
fn variant(entry: &'static EntryPoint, element: ElementType) -> &'static Variant {
    let variants = entry.kernel().variants;
    let fits = |variant: &&Variant| u64::from(variant.constant("NEIGHBOURS")) == 4 / element.bytes();
    variants.iter().find(fits).unwrap_or(&variants[0])
}

fn fits(limits: &DeviceLimits) -> bool {
    let variant = &kernel::TRANSPOSE_TILED_KERNEL.variants[0];
    variant.workgroup_size() <= limits.max_invocations_per_workgroup
        && variant.workgroup_bytes <= limits.max_workgroup_storage_bytes
        && LOOP_TESTS <= limits.max_loop_iterations
}
