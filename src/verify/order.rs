//! In which order shapes are checked.

/// All of both; in turns until one of them ends, or the second behind the first.
pub(super) fn one_after_the_other<T>(
    mut first: impl Iterator<Item = T>,
    mut second: impl Iterator<Item = T>,
    in_turns: bool,
) -> impl Iterator<Item = T> {
    let mut seconds_turn = false;
    std::iter::from_fn(move || {
        let (found, other) = match seconds_turn {
            true => (second.next().or_else(|| first.next()), false),
            false => (first.next().or_else(|| second.next()), in_turns),
        };
        seconds_turn = other;
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_come_whole_whatever_the_order() {
        let all = |first: &[u32], second: &[u32], in_turns| {
            one_after_the_other(first.iter().copied(), second.iter().copied(), in_turns).collect::<Vec<_>>()
        };
        assert_eq!(all(&[1, 2, 3], &[7, 8], false), [1, 2, 3, 7, 8]);
        assert_eq!(all(&[1, 2, 3], &[7], true), [1, 7, 2, 3]);
        assert_eq!(all(&[1], &[7, 8, 9], true), [1, 7, 8, 9]);
        assert_eq!(all(&[], &[7], true), [7]);
    }
}
