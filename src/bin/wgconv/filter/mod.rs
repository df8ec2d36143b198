//! `wgconv filter`: an image through a filter, every sum of it computed on the device.

mod args;
mod device;
mod edge;
mod error;
mod kernel;
mod matrix;
mod picture;
mod tiles;

pub use args::FilterArgs;

use anyhow::{Result, ensure};
use wgconv::{Context, ContextOptions};

use crate::devices::Adapter;
use crate::files::{ensure_writable_file, write_atomically};
use crate::say;
use device::Device;
use error::FilterError;
use kernel::Filter;
use picture::Picture;

/// Reads, filters, writes.
pub fn run(args: &FilterArgs) -> Result<()> {
    args.check()?;
    let filter = Filter::new(&args.kernel, args.sigma)?;
    let picture = Picture::read(&args.image)?;
    // Known beforehand: what a device makes of sums beyond its numbers is its own affair.
    ensure!(filter.gain() * f64::from(picture.largest()) < f64::from(f32::MAX), FilterError::Overflow);
    ensure_writable_file(&args.output)?;
    let options = ContextOptions { adapter: args.adapter.clone(), ..ContextOptions::default() };
    let ctx = Context::with_options_blocking(&options)?;

    let filtered = apply(&picture, &Device::new(&ctx, &filter)?, args)?;
    let result = if args.side_by_side { picture.beside(&filtered)? } else { filtered };
    write_atomically(&args.output, &result.to_png()?)?;
    say!("adapter: {}", Adapter::from(ctx.adapter_info()));
    say!("{}: {result}, {filter}", args.output.display());
    Ok(())
}

/// The picture with each colour channel filtered and alpha as it was.
fn apply(picture: &Picture, device: &Device<'_>, args: &FilterArgs) -> Result<Picture> {
    let mut filtered = picture.clone();
    let largest = f64::from(picture.largest());
    for tile in tiles::tiles(picture.height, picture.width, args.tile) {
        let sums = device.run(&picture.planes(tile, device.halo(), args.edge), picture.colours(), tile)?;
        // Finite, as the gain and the options are bounded; a whole number between 0 and 65,535 converts exactly.
        let sample = |sum: f64| (args.scale * sum + args.offset * largest).round().clamp(0.0, largest) as u16;
        let samples: Vec<u16> = sums.into_iter().map(sample).collect();
        filtered.set_planes(tile, &samples);
    }
    Ok(filtered)
}
