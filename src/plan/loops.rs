//! What loops cost of a driver's limit on loop iterations.

/// Loop tests of an invocation that runs loops inside each other, the outermost first, so many iterations each.
///
/// lavapipe counts the tests of all loops of an invocation together. A loop's last test, the one that ends it, still runs
/// through the loops inside once, without a lane that does anything, and each of them tests once.
pub(crate) fn loop_tests(iterations: &[u64]) -> u64 {
    let mut tests = 0u64;
    for (inside, &count) in (0..).zip(iterations.iter().rev()) {
        tests = count.saturating_mul(tests.saturating_add(1)).saturating_add(inside + 1);
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::loop_tests;

    /// By the largest number of channels with which lavapipe 22.3.6, whose limit is 65,535, still gave right results, in a kernel of four
    /// loops inside each other.
    #[test]
    fn tests_are_what_a_driver_counts() {
        for (taps, channels) in [
            ([1, 1, 1], 6554),
            ([1, 1, 2], 5958),
            ([1, 1, 5], 4681),
            ([1, 2, 1], 5041),
            ([1, 5, 1], 2979),
            ([1, 3, 3], 2979),
            ([3, 1, 1], 2979),
        ] {
            let [d, h, w] = taps;
            let per_channel = loop_tests(&[d, h, w]) + 1;
            assert!(65_535u64.abs_diff(channels * per_channel) < per_channel, "{taps:?}");
        }
        assert_eq!(loop_tests(&[7]), 8);
        assert_eq!(loop_tests(&[u64::MAX, 3]), u64::MAX);
    }
}
