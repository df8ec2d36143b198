//! The options of `wgconv filter`.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::edge::Edge;
use super::error::FilterError;
use super::kernel::{Filter, GAUSSIAN};

/// Filter an image: find its edges, blur it, sharpen it, or apply a matrix of your own.
///
/// Grey and colour images, with and without alpha, of 8 and 16 bits and any size; the result has the same form. Every colour
/// channel is filtered by itself, as its numbers stand in the file (sRGB mostly); alpha is kept. Results are rounded and cut off at black and white.
#[derive(Debug, clap::Args)]
#[command(args_override_self = true)]
pub struct FilterArgs {
    /// The image: PNG or JPEG
    #[arg(value_name = "IN")]
    pub image: PathBuf,
    /// Where the result goes, as PNG
    #[arg(short, long, value_name = "OUT.png")]
    pub output: PathBuf,
    /// sobel (magnitude of the gradient), gaussian, sharpen, emboss, or a text file with a matrix: a row per line, numbers
    /// between blanks or commas, # for comments. It is laid on the image as it stands, not flipped
    #[arg(short, long, value_name = "NAME|FILE")]
    pub kernel: String,
    /// Standard deviation of the gaussian in pixels; it is cut off at four of them [default: 2]
    #[arg(long, value_name = "PIXELS")]
    pub sigma: Option<f64>,
    /// Multiply the filter's sums by this
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true)]
    pub scale: f64,
    /// Then add this part of white: 0.5 puts sums of 0 at middle grey
    #[arg(long, value_name = "PART", default_value_t = 0.0, allow_negative_numbers = true)]
    pub offset: f64,
    /// What is beyond the image's edges
    #[arg(long, value_enum, default_value_t = Edge::Replicate)]
    pub edge: Edge,
    /// Write the image and the result side by side
    #[arg(long)]
    pub side_by_side: bool,
    /// Adapter whose name contains this [default: the environment variable WGCONV_ADAPTER, else the fastest kind]
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// Height and width of the pieces that the image is cut into. With the widest halo a piece of the default size is still
    /// a quarter of what every device binds.
    #[arg(long, value_name = "PIXELS", default_value = "2048", hide = true)]
    pub tile: std::num::NonZeroUsize,
}

impl FilterArgs {
    /// What can be said about the values before anything is opened.
    pub fn check(&self) -> Result<()> {
        ensure!(self.sigma.is_none() || self.kernel == GAUSSIAN, "--sigma belongs to --kernel {GAUSSIAN}");
        if let Some(sigma) = self.sigma {
            ensure!(
                sigma > 0.0 && sigma <= Filter::MOST_SIGMA,
                "--sigma is {sigma}, but must be above 0 and at most {}",
                Filter::MOST_SIGMA
            );
        }
        for (option, value) in [("--scale", self.scale), ("--offset", self.offset)] {
            ensure!(value.abs() <= 1e9, "{option} is {value}, but must be between -1e9 and 1e9");
        }
        let extension = self.output.extension().map(|extension| extension.to_ascii_lowercase());
        ensure!(extension.is_some_and(|extension| extension == "png"), FilterError::NotPng(self.output.clone()));
        Ok(())
    }
}
