//! Test vectors: what goes into a pass and what must come out, for whoever runs its plan elsewhere.

use super::task::Task;
use crate::case::Case;
use crate::element::ElementType;
use crate::error::Result;
use crate::plan::{DeviceLimits, Operand};

/// What goes into a pass, and what must come out: for other implementations of WebGPU, which are given the steps of
/// [`Case::plan_spec`], their shaders and these.
///
/// ```
/// use wgconv::{DeviceLimits, Operand, case::Case, verify::TestVectors};
/// let case: Case = "n2c3h7w9k4r3s3p1".parse()?;
/// let vectors = TestVectors::new(&DeviceLimits::default(), &case, "forward", false, 1)?;
/// let y = &vectors.outputs[0];
/// assert_eq!((y.operand, y.values.len()), (Operand::Y, 2 * 4 * 7 * 9));
/// assert!(y.bounds.iter().all(|&bound| bound == 0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TestVectors {
    /// The words of each buffer that holds something before. Not every plan of the pass takes each of them.
    pub inputs: Vec<(Operand, Vec<u32>)>,
    /// What each result must hold.
    pub outputs: Vec<TestOutput>,
}

/// What a result must hold.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TestOutput {
    /// Which one.
    pub operand: Operand,
    /// How its words are to be read; `None` for unsigned integers.
    pub element: Option<ElementType>,
    /// The values, in the order of memory.
    pub values: Vec<f64>,
    /// How far each may be off; 0 for most passes, whose data are such that every order of summing is exact.
    pub bounds: Vec<f64>,
}

impl TestVectors {
    /// Those of the self-test, by [`crate::reference`]. The limits are those that the plan is made for; `bias` says whether a
    /// convolution's forward takes one.
    ///
    /// # Errors
    /// Parameters that do not fit together, and a pass that the case does not have.
    pub fn new(limits: &DeviceLimits, case: &Case, pass: &str, bias: bool, seed: u64) -> Result<TestVectors> {
        // Which also says whether there is such a pass.
        case.problem(limits, pass, bias)?;
        Ok(Task::new(limits, case, pass, bias, seed)?.into_vectors())
    }
}
