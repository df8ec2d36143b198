//! What the number of a maximum counts.

use super::PoolProblem;

/// What the index of a maximum counts. Either fits in 32 bits, because no tensor has 2^32 elements. It is the place in the order of
/// the shape, `[N, C, spatial...]`, whatever the [`Layout`](crate::Layout) of x or of the indices.
///
/// ```
/// use wgconv::{Context, IndexForm, MaxPool};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 2, 2], &[3.0, 5.0, 7.0, 4.0])?;
/// let pool = MaxPool::<1>::new([2]);
/// let (_, indices) = pool.build()?.forward_with_indices(&ctx, &x)?;
/// assert_eq!(indices.read_blocking()?, [1, 0]);
/// let (_, indices) = pool.indices(IndexForm::Flat).build()?.forward_with_indices(&ctx, &x)?;
/// assert_eq!(indices.read_blocking()?, [1, 2]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum IndexForm {
    /// Cells of the maximum's own (n, c) plane, row-major (PyTorch).
    #[default]
    Plane,
    /// Elements of the whole x `[N, C, spatial...]`, row-major (ONNX with `storage_order` 0).
    Flat,
}

impl IndexForm {
    /// The index of the first cell of plane 0, and how much more that of the next plane's first cell is, when planes are
    /// counted from plane `first_plane` of the whole tensor.
    pub(super) fn base_and_step(self, problem: &PoolProblem, first_plane: u32) -> (u32, u32) {
        match self {
            IndexForm::Plane => (0, 0),
            IndexForm::Flat => {
                let cells = problem.axes.iter().map(|axis| axis.input).product();
                // Below the element count of x, which is below 2^32.
                (first_plane * cells, cells)
            }
        }
    }
}
