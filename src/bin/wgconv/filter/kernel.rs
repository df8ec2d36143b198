//! The filters that have a name, and those from files.

use std::fmt;
use std::path::Path;

use super::error::FilterError;
use super::matrix::{self, Matrix};

/// The name of the one kernel that has a parameter.
pub const GAUSSIAN: &str = "gaussian";
const SOBEL: &str = "sobel";
const SHARPEN: &str = "sharpen";
const EMBOSS: &str = "emboss";

/// What a pixel becomes.
#[derive(Debug, PartialEq)]
pub struct Filter {
    /// How it was asked for.
    name: String,
    pub form: Form,
}

/// How the matrices make the result.
#[derive(Debug, PartialEq)]
pub enum Form {
    /// Sums by one matrix after the other.
    Chain(Vec<Matrix>),
    /// Root of the sum of the squares of the sums by two matrices of one size.
    Magnitude([Matrix; 2]),
}

impl Filter {
    /// The widest gaussian has 801 taps along an axis.
    pub const MOST_SIGMA: f64 = 100.0;

    /// The filter of this name, else the matrix in the file of this name.
    pub fn new(name: &str, sigma: Option<f64>) -> Result<Self, FilterError> {
        let three = |values: [f32; 9]| Matrix { rows: 3, columns: 3, values: values.to_vec() };
        let form = match name {
            SOBEL => Form::Magnitude([
                three([-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0]),
                three([-1.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0]),
            ]),
            // Separable: a row and then a column cost 2n products instead of n * n.
            GAUSSIAN => {
                let taps = gaussian(sigma.unwrap_or(2.0));
                let row = Matrix { rows: 1, columns: taps.len(), values: taps.clone() };
                Form::Chain(vec![row, Matrix { rows: taps.len(), columns: 1, values: taps }])
            }
            SHARPEN => Form::Chain(vec![three([0.0, -1.0, 0.0, -1.0, 5.0, -1.0, 0.0, -1.0, 0.0])]),
            EMBOSS => Form::Chain(vec![three([-2.0, -1.0, 0.0, -1.0, 1.0, 1.0, 0.0, 1.0, 2.0])]),
            file if !Path::new(file).exists() => {
                let names = vec![SOBEL, GAUSSIAN, SHARPEN, EMBOSS];
                return Err(FilterError::NoSuchKernel { name: name.to_owned(), names });
            }
            file => {
                let matrix = matrix::read(Path::new(file));
                Form::Chain(vec![matrix.map_err(|source| FilterError::Matrix { name: name.to_owned(), source })?])
            }
        };
        Ok(Filter { name: name.to_owned(), form })
    }

    /// What sums can be above the largest sample at most, in either direction.
    pub fn gain(&self) -> f64 {
        let of = |matrix: &Matrix| matrix.values.iter().map(|&value| f64::from(value.abs())).sum::<f64>();
        match &self.form {
            Form::Chain(matrices) => matrices.iter().map(of).product(),
            Form::Magnitude(matrices) => matrices.iter().map(of).fold(0.0, f64::max),
        }
    }

    /// How far above and below, left and right a pixel's result depends on others.
    pub fn halo(&self) -> [usize; 2] {
        let of = |matrices: &[Matrix]| {
            let sum = |taps: fn(&Matrix) -> usize| matrices.iter().map(|matrix| (taps(matrix) - 1) / 2).sum();
            [sum(|matrix| matrix.rows), sum(|matrix| matrix.columns)]
        };
        match &self.form {
            Form::Chain(matrices) => of(matrices),
            // Side by side, not one after the other.
            Form::Magnitude([matrix, _]) => of(std::slice::from_ref(matrix)),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [rows, columns] = self.halo().map(|cells| 2 * cells + 1);
        write!(f, "{} ({rows} x {columns} taps)", self.name)
    }
}

/// exp(-i^2 / (2 sigma^2)) out to four standard deviations, where 6e-5 of the whole is left, divided by the sum.
fn gaussian(sigma: f64) -> Vec<f32> {
    let radius = (4.0 * sigma).ceil() as i64;
    let weights: Vec<f64> = (-radius..=radius).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gaussian_is_symmetric_and_keeps_brightness() {
        for sigma in [1e-9, 0.3, 2.0, Filter::MOST_SIGMA] {
            let taps = gaussian(sigma);
            assert_eq!(taps.len() % 2, 1, "{sigma}");
            assert!(taps.iter().eq(taps.iter().rev()), "{sigma}");
            assert!((taps.iter().map(|&tap| f64::from(tap)).sum::<f64>() - 1.0).abs() < 1e-6, "{sigma}");
        }
        assert_eq!(Filter::new(GAUSSIAN, Some(2.0)).unwrap().halo(), [8, 8]);
        assert_eq!(Filter::new(SOBEL, None).unwrap().halo(), [1, 1]);
    }
}
