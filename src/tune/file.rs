//! Results of tuning in a file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::Tuned;
use super::format::MOST_BYTES;
use crate::atomic;
use crate::error::{Error, Result};

impl Tuned {
    /// Writes the bytes to a temporary file in the same folder, then renames it: whoever reads the file, even after a crash,
    /// finds the old results or the new ones.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        atomic::write(path, &self.to_bytes()).map_err(|error| failed("write", path, &error))
    }

    /// Reads a file of [`Tuned::save`].
    ///
    /// # Errors
    /// [`Error::File`]; as [`Tuned::from_bytes`].
    pub fn load(path: impl AsRef<Path>) -> Result<Tuned> {
        let path = path.as_ref();
        let mut bytes = Vec::new();
        // One byte more than is allowed tells a file that is too large, without reading the rest.
        let read = File::open(path).and_then(|file| file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes));
        read.map_err(|error| failed("read", path, &error))?;
        Tuned::from_bytes(&bytes)
    }
}

fn failed(during: &'static str, path: &Path, error: &io::Error) -> Error {
    Error::File { during, path: path.display().to_string(), reason: error.to_string() }
}
