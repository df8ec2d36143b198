//! Writing files so that a crash leaves the old file or the new one, and finding out early what cannot be written.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use atomic::{create_beside, folder_of};

/// The library's own way to write a file, which it does not export.
#[path = "../../atomic.rs"]
mod atomic;

/// Writes to a temporary file in the same folder, then renames: a reader never sees half a file.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes sure that this folder exists and that a file can be created in it.
pub fn ensure_writable_dir(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    create_beside(&dir.join("probe"))
        .and_then(|(probe, _)| fs::remove_file(probe))
        .with_context(|| format!("cannot write into the folder {}", dir.display()))
}

/// Makes sure that this file can be created or replaced.
pub fn ensure_writable_file(path: &Path) -> Result<()> {
    anyhow::ensure!(!path.is_dir(), "cannot write {}: it is a folder", path.display());
    anyhow::ensure!(path.file_name().is_some(), "cannot write {}: it does not name a file", path.display());
    ensure_writable_dir(folder_of(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_file_and_leaves_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/weights");
        ensure_writable_file(&path).unwrap();
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_in_the_way_is_an_error_that_cleans_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("curves.svg");
        fs::create_dir(&path).unwrap();
        assert!(write_atomically(&path, b"x").unwrap_err().to_string().contains("curves.svg"));
        assert!(ensure_writable_file(&path).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        assert!(ensure_writable_dir(&file.join("below")).is_err());
    }
}
