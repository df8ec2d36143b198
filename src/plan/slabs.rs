//! Cutting a reduction into slabs, so that no shader invocation runs more loop iterations than a driver allows.
//!
//! A reduction has `rows x cols` terms; a shader loops over the rows of a slab and, in each, over its columns, or over both in one loop. A slab
//! of `r x c` costs at most `r * (c + 2) + 2` loop tests, which is kept at or below the limit.

use crate::error::{Error, Result};
use crate::kernel::Reduction;

/// A reduction and how it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slabs {
    rows: u32,
    cols: u32,
    rows_per_slab: u32,
    cols_per_slab: u32,
}

impl Slabs {
    /// Slabs begin at multiples of so many columns, which some kernels read at once.
    const FOUR: u64 = 4;

    /// Cuts `rows x cols` terms into about `wanted` slabs, if there are as many, and into as many more as the limit on loop
    /// iterations needs: along the rows, and along the columns too where there are fewer rows than slabs. Columns are cut at
    /// multiples of [`Slabs::FOUR`], unless the limit is below 8.
    pub(crate) fn new(what: &str, rows: u64, cols: u64, wanted: u64, loop_limit: u32) -> Result<Slabs> {
        let limit = u64::from(loop_limit);
        let too_long = |needed| Error::LimitExceeded {
            limit: "32-bit term count of a reduction",
            what: what.to_string(),
            needed,
            available: u64::from(u32::MAX),
        };
        let [rows, cols] = match [u32::try_from(rows), u32::try_from(cols)] {
            [Ok(rows), Ok(cols)] => [rows, cols].map(u64::from),
            _ => return Err(too_long(rows.saturating_mul(cols))),
        };
        // A slab of one four fits the limit of any device; what a kernel counts as more loop tests can leave less.
        let most_columns = limit - 4;
        let step = if most_columns < Self::FOUR { 1 } else { Self::FOUR };
        let steps = cols.div_ceil(step);
        // Not more slabs than wanted: what holds them all might not hold one more.
        let across = steps.div_ceil(most_columns / step).max((wanted / rows).min(steps));
        let cols_per_slab = (steps.div_ceil(across) * step).min(cols);
        let across = cols.div_ceil(cols_per_slab);
        let most_rows = if across > 1 { 1 } else { (limit - 2) / (cols_per_slab + 2) };
        let down = rows.div_ceil(most_rows).max(wanted.min(rows));
        let rows_per_slab = rows.div_ceil(down);
        let slabs = Slabs {
            rows: rows as u32,
            cols: cols as u32,
            rows_per_slab: rows_per_slab as u32,
            cols_per_slab: cols_per_slab as u32,
        };
        if rows.div_ceil(rows_per_slab) * across > u64::from(u32::MAX) {
            return Err(too_long(rows * cols));
        }
        Ok(slabs)
    }

    /// How many slabs there are.
    pub(crate) fn count(&self) -> u32 {
        self.rows.div_ceil(self.rows_per_slab) * self.cols.div_ceil(self.cols_per_slab)
    }

    /// The shader's view of `count` slabs from `first` on; `accumulate` adds to what the output holds.
    pub(crate) fn reduction(&self, first: u32, count: u32, accumulate: bool) -> Reduction {
        Reduction {
            rows: self.rows,
            cols: self.cols,
            rows_per_slab: self.rows_per_slab,
            cols_per_slab: self.cols_per_slab,
            first_slab: first,
            slab_count: count,
            accumulate: accumulate.into(),
            last: u32::from(first + count == self.count()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slabs_cover_every_term_once_within_the_loop_limit() {
        for (rows, cols) in [(1, 1), (1, 100), (100, 1), (7, 13), (50, 3), (3, 50), (65_536, 2), (1, 70_000)] {
            for wanted in [1, 2, 5, 1000] {
                for loop_limit in [8, 9, 16, 100, 65_535] {
                    let slabs = Slabs::new("test", rows, cols, wanted, loop_limit).unwrap();
                    let across = slabs.cols.div_ceil(slabs.cols_per_slab);
                    let mut seen = 0u64;
                    for slab in 0..slabs.count() {
                        let row = slab / across * slabs.rows_per_slab;
                        let col = slab % across * slabs.cols_per_slab;
                        assert!(row < slabs.rows && col < slabs.cols, "no slab is empty");
                        assert!(col.is_multiple_of(4), "slabs begin at whole fours");
                        let r = u64::from(slabs.rows_per_slab.min(slabs.rows - row));
                        let c = u64::from(slabs.cols_per_slab.min(slabs.cols - col));
                        assert!(r * (c + 2) + 2 <= u64::from(loop_limit));
                        seen += r * c;
                    }
                    assert_eq!(seen, rows * cols);
                }
            }
        }
    }

    /// A signal of one sample is one row.
    #[test]
    fn few_rows_are_cut_along_their_columns() {
        let count = |rows, cols, wanted| Slabs::new("test", rows, cols, wanted, 65_535).unwrap().count();
        assert_eq!(count(1, 60_000, 100), 100);
        assert_eq!(count(3, 60_000, 100), 99);
        assert_eq!(count(1, 8, 100), 2);
        assert_eq!(count(200, 60_000, 100), 200, "the loop limit wants a slab a row");
        assert_eq!(count(200, 100, 100), 100);
    }
}
