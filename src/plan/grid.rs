//! Folding a number of workgroups over the three axes of a dispatch, each of which has a limit (65,535 by default).

/// A grid `[x, y, z]` with `x * y * z >= workgroups`, every axis at most `limit` and fewer than `y * z` workgroups too
/// many; `None` if `limit` to the third is not enough. The shader's linear index is `x + X * (y + Y * z)`.
pub(crate) fn fold(workgroups: u64, limit: u32) -> Option<[u32; 3]> {
    let limit = u64::from(limit);
    let z = workgroups.div_ceil(limit * limit).max(1);
    let y = workgroups.div_ceil(limit * z).max(1);
    let x = workgroups.div_ceil(y * z).max(1);
    // x <= limit because y * z >= workgroups / limit, likewise y.
    (z <= limit).then_some([x as u32, y as u32, z as u32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grid_covers_its_workgroups_within_the_limit() {
        for limit in [1, 2, 3, 7, 16, 65_535] {
            for workgroups in (1..600u64).chain([65_535, 65_536, 1 << 20, u64::from(u32::MAX)]) {
                match fold(workgroups, limit) {
                    Some(grid) => {
                        assert!(grid.iter().all(|&extent| extent >= 1 && extent <= limit));
                        let total: u64 = grid.iter().map(|&extent| u64::from(extent)).product();
                        assert!(total >= workgroups);
                        assert!(total - workgroups < u64::from(grid[1]) * u64::from(grid[2]));
                    }
                    None => assert!(workgroups > u64::from(limit).pow(3)),
                }
            }
        }
    }
}
