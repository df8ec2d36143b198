use super::super::sums::Sum;
use super::super::{Sums, check_length, visible};
use super::shapes;
use crate::ConvProblem;
use crate::error::Result;

/// `db[k] = sum over n, o of dy[n, k, o]`
///
/// dy `[N, C_out, spatial...]`; the result is db `[C_out]`.
///
/// # Errors
/// As for [`forward`](super::forward()), for dy.
///
/// ```
/// use wgconv::{Conv, ConvShapes, reference};
/// let conv = Conv::<1>::new([1]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 2], &[2, 1, 1]).with_bias())?;
/// let db = reference::conv::bias_grad(&problem, &[1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(db.to_f32(), [3.0, 7.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn bias_grad(problem: &ConvProblem, dy: &[f32]) -> Result<Sums> {
    let s = shapes(problem)?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    let mut db = Sums::default();
    for k in 0..s.y[1] {
        let mut sum = Sum::default();
        for n in 0..s.y[0] {
            for od in 0..s.y[2] {
                for oh in 0..s.y[3] {
                    for ow in 0..s.y[4] {
                        sum.add(dy[s.at_y([n, k, od, oh, ow])], 1.0);
                    }
                }
            }
        }
        db.push(sum);
    }
    Ok(db)
}
