//! The order of a tensor's axes.

/// `y[b][column][row] = x[b][row][column]`.
///
/// ```
/// use wgconv::reference::layout::transpose;
/// assert_eq!(transpose(1, 2, 3, &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]), [1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
/// ```
pub fn transpose<T: Copy>(batch: usize, rows: usize, columns: usize, x: &[T]) -> Vec<T> {
    let mut y = Vec::with_capacity(x.len());
    for b in 0..batch {
        for column in 0..columns {
            for row in 0..rows {
                y.push(x[(b * rows + row) * columns + column]);
            }
        }
    }
    y
}
