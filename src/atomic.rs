//! Writing a file so that a process that is killed leaves the old one or the new one, never a part. The binary has this module
//! too: it is no part of the library's interface.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes to a temporary file in the same folder, then renames: a reader never sees half a file. A process that is killed in
/// between leaves the temporary file, `.NAME.PROCESS-COUNT.tmp`, which nothing reads and which may be deleted.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (temporary, mut file) = create_beside(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    let written = written.and_then(|()| fs::rename(&temporary, path));
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

/// A new file with a hidden name in the same folder: of no other thread or process, and through no link that somebody put
/// there.
pub fn create_beside(path: &Path) -> io::Result<(PathBuf, fs::File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = folder_of(path).join(format!(".{name}.{}-{count}.tmp", std::process::id()));
        match fs::OpenOptions::new().write(true).create_new(true).open(&temporary) {
            // Left by a killed process that had the same number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (temporary, file)),
        }
    }
}
