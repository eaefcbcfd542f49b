//! The key file: private, written once, replaced durably.

use std::{fs, io::Write as _, path::Path};

use crate::{Result, StoreError};

/// The key file's name in the data directory.
pub(crate) const FILE: &str = "privet.key";
/// A new root waits here until the database is wrapped by it.
pub(crate) const NEXT: &str = "privet.key.next";

pub(super) fn damaged(path: &Path) -> StoreError {
    StoreError::DataDir(format!(
        "{} is damaged: it must hold 32 bytes in base64, the salt of a passphrase, or a key that a \
         provider wrapped; put it back from your backup",
        path.display()
    ))
}

pub(super) fn cannot(path: &Path, what: &str, error: &std::io::Error) -> StoreError {
    StoreError::DataDir(format!("{} cannot be {what}: {error}", path.display()))
}

/// Its text, if nobody else can read it.
pub(super) fn read(path: &Path) -> Result<String> {
    check_mode(path)?;
    let text = fs::read_to_string(path).map_err(|error| cannot(path, "read", &error))?;
    Ok(text.trim().to_owned())
}

/// Writes a file beside its final name and links it there: the link fails if another process was
/// first, so a key once written is never replaced and a half-written one is never seen.
pub(super) fn place(dir: &Path, name: &str, text: &str) -> Result<()> {
    let link = || {
        let draft = dir.join(format!(".{name}.{}", uuid::Uuid::now_v7()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        let linked = fs::hard_link(&draft, dir.join(name));
        fs::remove_file(&draft)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        fs::File::open(dir)?.sync_all()
    };
    link().map_err(|error| cannot(&dir.join(name), "created", &error))
}

/// The waiting file becomes the key file: renamed, durably.
pub(super) fn adopt_next(dir: &Path) -> Result<()> {
    let path = dir.join(FILE);
    let renamed = match fs::rename(dir.join(NEXT), &path) {
        // A server that started in between has done it.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    renamed
        .and_then(|()| fs::File::open(dir)?.sync_all())
        .map_err(|error| cannot(&path, "replaced", &error))
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(|e| cannot(path, "read", &e))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(StoreError::DataDir(format!(
            "{0} can be read by other users of this machine (mode {1:03o}): run `chmod 600 {0}`",
            path.display(),
            mode & 0o777
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<()> {
    Ok(())
}
