//! Initial weights from a random generator that the caller seeds.

use rand::RngExt;

use crate::error::Result;
use crate::plan::Operand;
use crate::spatial::element_count;

/// Values from a normal distribution of mean 0 and this standard deviation (Box and Muller, "A note on the generation of
/// random normal deviates", 1958).
///
/// ```
/// use rand::SeedableRng;
/// let mut rng = rand::rngs::StdRng::seed_from_u64(1);
/// let values = wgconv::nn::init::normal(&mut rng, 10_000, 0.5);
/// let variance = values.iter().map(|v| f64::from(v * v)).sum::<f64>() / 10_000.0;
/// assert!((variance - 0.25).abs() < 0.02);
/// ```
pub fn normal(rng: &mut impl rand::Rng, count: usize, std: f32) -> Vec<f32> {
    let mut values = Vec::new();
    while values.len() < count {
        // 1 - u lies in (0, 1], so that the logarithm is finite.
        let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * rng.random::<f64>()).sin_cos();
        values.extend([radius * cos, radius * sin].map(|deviate| (deviate * f64::from(std)) as f32));
    }
    values.truncate(count);
    values
}

/// Kernel weights of this shape (`[out, in, ...]`) from a normal distribution of standard deviation `sqrt(2 / fan_in)`,
/// fan_in being the product of all extents but the first (He et al., "Delving deep into rectifiers", 2015, equation 10).
///
/// # Errors
/// Zero extents; more than `u32::MAX` elements.
///
/// ```
/// use rand::SeedableRng;
/// let mut rng = rand::rngs::StdRng::seed_from_u64(1);
/// assert_eq!(wgconv::nn::init::kaiming_normal(&mut rng, &[16, 3, 5, 5])?.len(), 1200);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn kaiming_normal(rng: &mut impl rand::Rng, shape: &[usize]) -> Result<Vec<f32>> {
    let count = element_count(Operand::W, shape)? as usize;
    let fan_in: usize = shape.iter().skip(1).product();
    Ok(normal(rng, count, (2.0 / fan_in as f32).sqrt()))
}
