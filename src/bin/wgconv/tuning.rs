//! `--tuning`: results of `wgconv tune` for another command.

use std::path::Path;

use anyhow::{Result, ensure};
use wgconv::Context;

/// The device, planning by the results in this file, if one was named. A file that is stale or damaged is a warning; that
/// there is none is the user's mistake.
pub fn with_tuning(context: Context, file: Option<&Path>) -> Result<Context> {
    let Some(path) = file else { return Ok(context) };
    ensure!(path.exists(), "there is no file {}; `wgconv tune --file {0}` makes it", path.display());
    Ok(context.with_tuning_file(path))
}
