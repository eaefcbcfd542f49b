//! The place of a file: who may put a new one there, under which name the new one grows, and what is
//! left there of those that never took it.

use std::{
    ffi::{OsStr, OsString},
    fs::{File, Metadata, OpenOptions, TryLockError},
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sources::SourceError;

use crate::error::{PurgeError, Result};

/// Between two tries to get a lock.
const PAUSE: Duration = Duration::from_millis(50);
/// A file that was opened for reading cannot be locked (NFS): `EBADF`, the same number everywhere.
const NOT_FOR_READERS: i32 = 9;

/// Why a file cannot take another's place, seen from outside.
pub(super) fn obstacle(path: &Path, name: &str) -> Result<Option<&'static str>> {
    Ok(barred(&std::fs::metadata(path).map_err(|e| fault(&e, name))?))
}

pub(super) fn barred(meta: &Metadata) -> Option<&'static str> {
    if meta.nlink() > 1 {
        // The other name would lead to the old rows still.
        Some("file-linked")
    } else if meta.permissions().readonly() {
        Some("file-read-only")
    } else {
        None
    }
}

pub(super) fn obstructed(name: &str, code: &'static str) -> PurgeError {
    PurgeError::File { file: name.to_owned(), code }
}

pub(super) fn fault(error: &std::io::Error, name: &str) -> PurgeError {
    let file = name.to_owned();
    match error.kind() {
        ErrorKind::NotFound => PurgeError::File { file, code: "file-gone" },
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            PurgeError::File { file, code: "file-denied" }
        }
        kind => {
            let why = format!("writing it anew failed: {kind}");
            PurgeError::Source(SourceError::Other { what: file, why })
        }
    }
}

/// The file that stands at a path, locked for whoever writes it anew, as long as the handle is open.
/// It is waited for: another erasure may be at the same file, and put another one there.
pub(super) fn lock(path: &Path, name: &str, patience: Duration) -> Result<File> {
    let until = Instant::now() + patience;
    let mut write = false;
    loop {
        let file = OpenOptions::new().read(true).write(write).open(path);
        let file = file.map_err(|e| fault(&e, name))?;
        match file.try_lock() {
            Ok(()) => {
                let mine = file.metadata().map_err(|e| fault(&e, name))?;
                let there = std::fs::metadata(path).map_err(|e| fault(&e, name))?;
                // A lock on a file that has lost its place keeps nobody away.
                if (mine.dev(), mine.ino()) == (there.dev(), there.ino()) {
                    return Ok(file);
                }
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                if write || error.raw_os_error() != Some(NOT_FOR_READERS) {
                    return Err(fault(&error, name));
                }
                write = true;
                continue;
            }
        }
        if Instant::now() >= until {
            return Err(obstructed(name, "file-busy"));
        }
        std::thread::sleep(PAUSE);
    }
}

/// How names of new files begin: hidden, so that nobody takes them for data.
fn stem(path: &Path) -> OsString {
    let mut stem = OsString::from(".");
    stem.push(path.file_name().unwrap_or_default());
    stem.push(".privet-new");
    stem
}

/// A name for the new file that no other has: nobody writes into it, or removes it, by mistake.
pub(super) fn beside(path: &Path) -> Result<PathBuf> {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| PurgeError::Request("the system has no random numbers".to_owned()))?;
    let mut name = stem(path);
    name.push(format!("-{:016x}", u64::from_be_bytes(bytes)));
    Ok(path.with_file_name(name))
}

/// It is the name of a new file of this one: with a number, or of old without.
fn is_beside(name: &OsStr, stem: &OsStr) -> bool {
    match name.as_encoded_bytes().strip_prefix(stem.as_encoded_bytes()) {
        Some([]) => true,
        Some([b'-', number @ ..]) => number.len() == 16 && number.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

/// Removes what killed servers left beside a file. Only for who holds its lock: so nobody else is
/// writing there, however young a leftover is.
pub(super) fn sweep_up(path: &Path, name: &str) -> Result<()> {
    let stem = stem(path);
    let folder = path.parent().unwrap_or(Path::new("/"));
    for entry in std::fs::read_dir(folder).map_err(|e| fault(&e, name))? {
        let entry = entry.map_err(|e| fault(&e, name))?;
        if !is_beside(&entry.file_name(), &stem) {
            continue;
        }
        match std::fs::remove_file(entry.path()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(fault(&error, name)),
            _ => {}
        }
    }
    Ok(())
}
