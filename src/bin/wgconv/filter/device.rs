//! A filter on the device: convolutions without padding, over pieces that bring their surroundings along.

use wgconv::{Context, Conv, Conv2d, Result, Tensor};

use super::kernel::{Filter, Form};
use super::matrix::Matrix;
use super::tiles::Tile;

/// The convolutions of a filter with their matrices uploaded.
pub struct Device<'a> {
    ctx: &'a Context,
    stages: Vec<(Conv2d, Tensor)>,
    magnitude: bool,
    halo: [usize; 2],
}

impl<'a> Device<'a> {
    pub fn new(ctx: &'a Context, filter: &Filter) -> Result<Self> {
        let (stages, magnitude) = match &filter.form {
            Form::Chain(matrices) => {
                (matrices.iter().map(|matrix| stage(ctx, std::slice::from_ref(matrix))).collect::<Result<_>>()?, false)
            }
            Form::Magnitude(matrices) => (vec![stage(ctx, matrices)?], true),
        };
        Ok(Device { ctx, stages, magnitude, halo: filter.halo() })
    }

    /// Rows and columns that a piece needs around it.
    pub fn halo(&self) -> [usize; 2] {
        self.halo
    }

    /// Filters the planes of a piece, each with the halo around it. The channels are the batch: one matrix for all.
    pub fn run(&self, planes: &[f32], channels: usize, tile: Tile) -> Result<Vec<f64>> {
        let [rows, columns] = self.halo;
        let mut sums = self.ctx.tensor(&[channels, 1, tile.height + 2 * rows, tile.width + 2 * columns], planes)?;
        for (conv, matrices) in &self.stages {
            sums = conv.forward(self.ctx, &sums, matrices, None)?;
        }
        let sums = sums.read_blocking()?;
        if !self.magnitude {
            return Ok(sums.into_iter().map(f64::from).collect());
        }
        let plane = tile.height * tile.width;
        let pairs = sums.chunks_exact(2 * plane).map(|pair| pair.split_at(plane));
        // In f64, so that rounding to f32 first does not decide how the root is rounded to a whole number.
        Ok(pairs.flat_map(|(a, b)| a.iter().zip(b).map(|(&a, &b)| f64::from(a).hypot(f64::from(b)))).collect())
    }
}

/// One output channel for each matrix; all have one size.
fn stage(ctx: &Context, matrices: &[Matrix]) -> Result<(Conv2d, Tensor)> {
    let taps = [matrices[0].rows, matrices[0].columns];
    let values: Vec<f32> = matrices.iter().flat_map(|matrix| matrix.values.iter().copied()).collect();
    Ok((Conv::new(taps).build()?, ctx.tensor(&[matrices.len(), 1, taps[0], taps[1]], &values)?))
}
