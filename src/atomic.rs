//! Writing a file so that a crash leaves the old one or the new one, never a part. The binary has this module too: it is no
//! part of the library's interface.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes to a temporary file in the same folder, then renames: a reader never sees half a file.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary_beside(path);
    let written = fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // Best effort; the error that matters is the one above.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A hidden name in the same folder that no other process uses.
pub fn temporary_beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    folder_of(path).join(format!(".{name}.{}.tmp", std::process::id()))
}
