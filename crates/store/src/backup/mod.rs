//! Backups: a consistent, encrypted copy of the database made while servers run, and its way back.
//! [`write`] makes one, [`restore`] puts one into an empty place, [`header`] tells what one is.
//!
//! SQLite is copied by `VACUUM INTO` (a snapshot, without what was deleted), PostgreSQL by `COPY` of
//! every table in one repeatable-read transaction. Beside it go the shred list, read after the
//! snapshot, and the saved checkpoint, read before it, so that neither says less, or more, than may be.

mod file;
mod postgres;
mod sqlite;

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    path::Path,
};

use file::{Part, Reader, Writer};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

pub use file::Header;

use crate::{Result, StoreConfig, StoreError, keys, open};

/// The shred list's name in the data directory.
const SHREDDED: &str = "privet.shredded";
/// The saved checkpoint's.
const CHECKPOINT: &str = "ledger.checkpoint";
/// Parts that may wait for the disk.
const WAITING: usize = 4;
/// Like the passphrase of the root key: guesses at a file are not limited.
const SHORTEST: usize = 16;

/// What a backup is sealed with. `Debug` prints nothing of it.
#[derive(Clone)]
pub struct Passphrase(String);

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

impl Passphrase {
    /// Sixteen characters at least.
    pub fn new(text: &str) -> Result<Self> {
        if text.chars().count() < SHORTEST {
            return Err(StoreError::Backup(format!(
                "the passphrase is too short: {SHORTEST} characters at least, five or six words \
                 drawn by chance are best"
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

/// What a backup holds, for checking what came back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Rows by table.
    pub tables: BTreeMap<String, i64>,
    /// The newest ledger entry's position.
    pub ledger: i64,
    /// Applied steps of the rooms' schemas: room, version, checksum.
    pub migrations: Vec<(String, i64, String)>,
    /// Whether the key file is in it.
    pub with_key: bool,
}

/// Makes a backup while servers run. `with_key` puts the key file into it too: whoever has backup and
/// passphrase then has everything.
pub async fn write(
    config: &StoreConfig,
    passphrase: &Passphrase,
    with_key: bool,
    out: impl Write + Send + 'static,
) -> Result<Manifest> {
    let engine = if config.database.is_some() { "postgres" } else { "sqlite" };
    let header = Header::new(engine)?;
    let (parts, waiting) = mpsc::channel(WAITING);
    let passphrase = passphrase.clone();
    let writing = tokio::task::spawn_blocking(move || drain(waiting, &header, &passphrase, out));
    let read = read_all(config, with_key, &parts).await;
    drop(parts);
    // What the disk said explains more than that nobody listens any more.
    writing.await.map_err(|error| StoreError::Backup(error.to_string()))??;
    read
}

fn drain(
    mut waiting: mpsc::Receiver<Part>,
    header: &Header,
    passphrase: &Passphrase,
    out: impl Write,
) -> Result<()> {
    let mut writer = Writer::start(out, header, passphrase)?;
    while let Some(part) = waiting.blocking_recv() {
        writer.part(part)?;
    }
    writer.finish().map(drop)
}

async fn read_all(
    config: &StoreConfig,
    with_key: bool,
    parts: &mpsc::Sender<Part>,
) -> Result<Manifest> {
    let dir = &config.data_dir;
    send_file(dir, CHECKPOINT, parts).await?;
    let mut manifest = match &config.database {
        Some(address) => postgres::read(address, parts).await?,
        None => sqlite::read(dir, parts).await?,
    };
    send_file(dir, SHREDDED, parts).await?;
    if with_key {
        manifest.with_key = send_file(dir, keys::FILE, parts).await?;
    }
    send(parts, Part::End(manifest.clone())).await?;
    Ok(manifest)
}

async fn send(parts: &mpsc::Sender<Part>, part: Part) -> Result<()> {
    parts
        .send(part)
        .await
        .map_err(|_| StoreError::Backup("the backup could not be written".to_owned()))
}

/// A file of the data directory as it is now; false when there is none.
async fn send_file(dir: &Path, name: &str, parts: &mpsc::Sender<Part>) -> Result<bool> {
    let path = dir.join(name);
    match tokio::fs::read(&path).await {
        Ok(bytes) => {
            send(parts, Part::File(name.to_owned())).await?;
            for piece in bytes.chunks(file::PIECE) {
                send(parts, Part::Bytes(piece.to_vec())).await?;
            }
            Ok(true)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::Backup(format!("{}: {error}", path.display()))),
    }
}

/// Reads a backup to its end and compares what it says was in it.
pub async fn check(
    passphrase: &Passphrase,
    input: impl Read + Send + 'static,
    expected: &Manifest,
) -> Result<()> {
    let passphrase = passphrase.clone();
    let read = tokio::task::spawn_blocking(move || {
        let mut reader = Reader::start(input, &passphrase)?;
        loop {
            if let Part::End(manifest) = reader.part()? {
                return Ok::<_, StoreError>(manifest);
            }
        }
    });
    let found = read.await.map_err(|error| StoreError::Backup(error.to_string()))??;
    if found == *expected {
        return Ok(());
    }
    Err(StoreError::Backup("the backup that was written is not the one that was read".to_owned()))
}

/// Fails when a PostgreSQL database holds anything: a backup is restored into an empty one only.
pub async fn check_empty(address: &str) -> Result<()> {
    postgres::check_empty(address).await
}

/// What a backup says of itself to everybody.
pub fn header(mut input: impl Read) -> Result<Header> {
    file::header(&mut input).map(|(header, _)| header)
}

/// Puts a backup into a place without a database: a directory without `privet.db`, or a PostgreSQL
/// database whose tables this version has just made. Nothing is in place before all of it was read and
/// found whole. The shred list is joined with one that is there already; a key file that is there
/// stays.
pub async fn restore(
    config: &StoreConfig,
    passphrase: &Passphrase,
    input: impl Read + Send + 'static,
) -> Result<(Header, Manifest)> {
    let (parts, mut waiting) = mpsc::channel(WAITING);
    let (said, header) = tokio::sync::oneshot::channel();
    let passphrase = passphrase.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let mut reader = match Reader::start(input, &passphrase) {
            Ok(reader) => reader,
            Err(error) => return drop(parts.blocking_send(Err(error))),
        };
        let _ = said.send(reader.header.clone());
        loop {
            let part = reader.part();
            let last = !matches!(part, Ok(Part::File(_) | Part::Table(..) | Part::Bytes(_)));
            if parts.blocking_send(part).is_err() || last {
                return;
            }
        }
    });
    let restored = put(config, header, &mut waiting).await;
    drop(waiting);
    reading.await.map_err(|error| StoreError::Backup(error.to_string()))?;
    restored
}

async fn put(
    config: &StoreConfig,
    header: tokio::sync::oneshot::Receiver<Header>,
    parts: &mut mpsc::Receiver<Result<Part>>,
) -> Result<(Header, Manifest)> {
    let Ok(header) = header.await else {
        // The reader said why before it went.
        next(parts).await?;
        return Err(StoreError::Backup("the backup could not be read".to_owned()));
    };
    let engine = if config.database.is_some() { "postgres" } else { "sqlite" };
    if header.engine != engine {
        return Err(StoreError::Backup(format!(
            "this backup is of {}, and the place to restore it to is {engine}: {}",
            header.engine,
            if engine == "sqlite" {
                "name an empty PostgreSQL database with --database"
            } else {
                "leave --database out"
            }
        )));
    }
    open::make_data_dir(&config.data_dir)?;
    let manifest = match &config.database {
        Some(address) => postgres::put(address, &config.data_dir, parts).await?,
        None => sqlite::put(&config.data_dir, parts).await?,
    };
    Ok((header, manifest))
}

async fn next(parts: &mut mpsc::Receiver<Result<Part>>) -> Result<Part> {
    let gone = || StoreError::Backup("the backup could not be read".to_owned());
    parts.recv().await.ok_or_else(gone)?
}

/// Files of a backup beside the database, until all of it was read.
#[derive(Default)]
struct Beside {
    files: BTreeMap<String, Vec<u8>>,
}

impl Beside {
    fn begin(&mut self, name: &str) -> Result<()> {
        // Only these: a name must not lead out of the directory.
        if ![SHREDDED, CHECKPOINT, keys::FILE].contains(&name) {
            return Err(StoreError::Backup("the backup holds a file nobody knows".to_owned()));
        }
        self.files.insert(name.to_owned(), Vec::new());
        Ok(())
    }

    fn more(&mut self, name: &str, bytes: &[u8]) {
        if let Some(file) = self.files.get_mut(name) {
            file.extend_from_slice(bytes);
        }
    }

    /// Puts them in place.
    fn settle(self, dir: &Path) -> Result<()> {
        for (name, bytes) in self.files {
            let path = dir.join(&name);
            let there = match fs::read(&path) {
                Ok(there) => Some(there),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(cannot(&path, &error)),
            };
            let bytes = match there {
                None => bytes,
                Some(there) if name == SHREDDED => joined(&there, &bytes),
                // What is here is newer, or the one the operator chose.
                Some(_) => continue,
            };
            place(dir, &name, &bytes).map_err(|error| cannot(&path, &error))?;
        }
        Ok(())
    }
}

/// Writes a file for its owner's eyes, whole or not at all.
fn place(dir: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let draft = dir.join(format!(".{name}.{}", uuid::Uuid::now_v7()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, dir.join(name))?;
    fs::File::open(dir)?.sync_all()
}

/// Everybody who is on either list, once.
fn joined(one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut all: Vec<&[u8]> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for line in one.split(|byte| *byte == b'\n').chain(other.split(|byte| *byte == b'\n')) {
        if !line.is_empty() && known.insert(line) {
            all.push(line);
        }
    }
    let mut text = all.join(&b'\n');
    text.push(b'\n');
    text
}

fn cannot(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Backup(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shred_lists_are_joined_and_nobody_is_lost_or_twice() {
        assert_eq!(joined(b"a\nb\n", b"b\nc\n"), b"a\nb\nc\n");
        assert_eq!(joined(b"", b"c\n"), b"c\n");
    }

    #[test]
    fn a_short_passphrase_is_refused_and_none_is_printed() {
        assert!(Passphrase::new("short").is_err());
        let phrase = Passphrase::new("a long enough passphrase").unwrap();
        assert_eq!(format!("{phrase:?}"), "Passphrase(…)");
    }
}
