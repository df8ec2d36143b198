//! Comparison of a result with what it should be. Written as `!(difference <= bound)`, so that NaN never passes.

/// Differences that are listed in a message.
const SHOWN: usize = 5;

/// An error that names the first wrong elements, unless every element is exactly the expected one.
pub fn exact(found: &[f32], expected: &[f32], shape: &[usize]) -> Result<(), String> {
    compare(found, shape, expected.len(), |i| (expected[i], 0.0), |i| found[i] == expected[i])
}

/// An error unless the bits are the same.
pub fn same_bits(found: &[u32], expected: &[u32], shape: &[usize]) -> Result<(), String> {
    let values: Vec<f32> = found.iter().map(|&word| word as f32).collect();
    compare(&values, shape, expected.len(), |i| (expected[i] as f32, 0.0), |i| found[i] == expected[i])
}

/// An error unless every element is within its bound.
pub fn within(found: &[f32], expected: &[f64], bounds: &[f64], shape: &[usize]) -> Result<(), String> {
    let fits = |i: usize| (f64::from(found[i]) - expected[i]).abs() <= bounds[i];
    compare(found, shape, expected.len(), |i| (expected[i] as f32, bounds[i]), fits)
}

fn compare(
    found: &[f32],
    shape: &[usize],
    length: usize,
    expected: impl Fn(usize) -> (f32, f64),
    fits: impl Fn(usize) -> bool,
) -> Result<(), String> {
    if found.len() != length {
        return Err(format!("{} elements instead of {length}", found.len()));
    }
    let wrong: Vec<usize> = (0..length).filter(|&i| !fits(i)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let mut message = format!("{} of {length} elements are wrong:", wrong.len());
    for &i in wrong.iter().take(SHOWN) {
        let (value, bound) = expected(i);
        message += &format!("\n  at {:?}: {} instead of {value} (bound {bound:e})", coordinates(i, shape), found[i]);
    }
    Err(message)
}

fn coordinates(mut index: usize, shape: &[usize]) -> Vec<usize> {
    let mut coordinates: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&extent| {
            let coordinate = index % extent;
            index /= extent;
            coordinate
        })
        .collect();
    coordinates.reverse();
    coordinates
}
