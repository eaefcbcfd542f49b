//! An anonymised export in the ledger: the hash of the file and a digest of its numbers, no value.

use std::{fmt::Write as _, fs::File, io::Read as _, path::Path};

use anonymity::Report;
use sha2::{Digest as _, Sha256};
use store::{Actor, Entry, Store};

use crate::{Failure, state::State};

/// The log of a deployment.
pub struct Log(Store);

impl Log {
    /// Opens it.
    pub async fn open(state: State) -> Result<Self, Failure> {
        Ok(Self(state.open().await?))
    }

    /// Writes that a file leaves, before it is put in its place.
    /// Returns the file's SHA-256 in hex, under which the entry is found.
    pub async fn write(self, file: &Path, report: &Report) -> Result<String, Failure> {
        let hash = tokio::task::block_in_place(|| hash(file))?;
        let entry = Entry::new(Actor::CommandLine, "anonymised.released", "file", &hash);
        let mut tx = self.0.begin(entry).await?;
        tx.states(None, Some(self.0.digest(report)));
        tx.commit().await?;
        self.0.close().await;
        Ok(hash)
    }
}

/// As `sha256sum` writes it.
fn hash(path: &Path) -> Result<String, Failure> {
    let mut file = File::open(path)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    let mut hex = String::with_capacity(64);
    for byte in hasher.finalize() {
        let _ = write!(hex, "{byte:02x}"); // writing to a String cannot fail
    }
    Ok(hex)
}
