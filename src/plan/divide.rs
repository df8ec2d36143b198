//! Division by multiplication, for shaders whose divisors are known when they are planned.

/// Magic number and shift with which `divide` of `shaders/common/divide.wgsl` divides by a number that is not 0 (Granlund and
/// Montgomery 1994, figure 4.1).
pub(crate) fn magic(divisor: u32) -> (u32, u32) {
    let shift = u64::from(divisor).next_power_of_two().trailing_zeros();
    let magic = (((1u64 << shift) - u64::from(divisor)) << 32) / u64::from(divisor) + 1;
    (magic as u32, shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the shader does, line by line.
    fn divide(n: u32, (magic, shift): (u32, u32)) -> u32 {
        let low = (magic & 0xffff) * (n & 0xffff);
        let left = (n >> 16) * (magic & 0xffff) + (low >> 16);
        let right = (n & 0xffff) * (magic >> 16) + (left & 0xffff);
        let t = (n >> 16) * (magic >> 16) + (left >> 16) + (right >> 16);
        (t + ((n - t) >> shift.min(1))) >> (shift.max(1) - 1)
    }

    #[test]
    fn division_by_multiplication_is_exact() {
        let edges = [1u32, 2, 3, 5, 7, 14, 28, 641, 65_535, 65_536, 65_537, 1 << 31, (1 << 31) + 1, u32::MAX];
        for divisor in edges.into_iter().chain(1..300) {
            let magic = magic(divisor);
            let multiples = (1..=64u32).filter_map(|k| divisor.checked_mul(k * 1_234_567 % 65_536 + 1));
            let near = multiples.flat_map(|n| [n - 1, n, n.saturating_add(1)]);
            for n in near.chain(edges).chain([0, u32::MAX - 1, u32::MAX / divisor * divisor]) {
                assert_eq!(divide(n, magic), n / divisor, "{n} / {divisor}");
            }
        }
    }
}
