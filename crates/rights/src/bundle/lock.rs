//! A copy that is encrypted by itself, for whoever keeps it on a computer that others use, too, or hands
//! it on. The passphrase is made here, because people's own are guessed; it is shown to its person alone,
//! on their page, as long as the copy stands; no letter names it. What they fetch is encrypted on its way
//! out: nothing more stands on the disk.

use std::io::Write;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use store::{Actor, Entry, now};
use tokio::sync::mpsc;

use super::{Stage, archive};
use crate::{Request, Result, Rights, RightsError, token};

/// Letters and digits that nobody takes for each other, read or told.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Each letter counts 4.95 bits: 118 of them, so that the few rounds of the format's key derivation
/// (WinZip AE-2: PBKDF2, 1,000) do not matter.
const LENGTH: usize = 24;
/// Letters between two hyphens. The hyphens are part of the passphrase.
const GROUP: usize = 4;

/// What the passphrase is sealed to.
fn context(request: &str) -> String {
    format!("rights-bundle-lock:{request}")
}

/// A passphrase, each letter as likely as any other.
fn passphrase() -> String {
    let mut out = String::with_capacity(LENGTH + LENGTH / GROUP);
    let mut letters = 0;
    // What lies above the last whole multiple would make the first letters likelier.
    let fair = u8::MAX - u8::MAX % LETTERS.len() as u8;
    loop {
        for byte in URL_SAFE_NO_PAD.decode(token::random()).unwrap_or_default() {
            if letters == LENGTH {
                return out;
            }
            if byte >= fair {
                continue;
            }
            if letters > 0 && letters % GROUP == 0 {
                out.push('-');
            }
            out.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            letters += 1;
        }
    }
}

impl Rights {
    /// Makes a passphrase for a copy that can be fetched, in place of an earlier one.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where there is no copy that can be fetched.
    pub async fn lock_bundle(&self, actor: &Actor, request: &Request) -> Result<()> {
        let bundle = self.bundle(&request.id).await?;
        if bundle.is_none_or(|one| one.stage != Stage::Ready) {
            return Err(RightsError::NotFound("bundle"));
        }
        let id = &request.id;
        let entry = Entry::new(actor.clone(), "rights.bundle_locked", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO rights_bundle_lock (request, sealed, made_at) VALUES ($1, $2, $3)
             ON CONFLICT (request) DO UPDATE SET sealed = $2, made_at = $3",
        )
        .bind(id)
        .bind(self.store().seal(&context(id), &passphrase()))
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The passphrase of a copy, for its person alone; "" where none was made.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn bundle_passphrase(&self, request: &str) -> Result<String> {
        let sealed: Option<String> =
            sqlx::query_scalar("SELECT sealed FROM rights_bundle_lock WHERE request = $1")
                .bind(request)
                .fetch_optional(self.store().reader())
                .await?;
        match sealed {
            Some(sealed) => Ok(self.store().unseal(&context(request), &sealed)?),
            None => Ok(String::new()),
        }
    }

    /// The bytes of a copy, encrypted with its passphrase, piece by piece; its fetching is an entry of the
    /// ledger.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where there is none that can be fetched, or it has no passphrase.
    pub async fn fetch_locked(
        &self,
        actor: Actor,
        request: &str,
    ) -> Result<mpsc::Receiver<std::io::Result<Vec<u8>>>> {
        let passphrase = self.bundle_passphrase(request).await?;
        if passphrase.is_empty() {
            return Err(RightsError::NotFound("bundle"));
        }
        let from = self.bundle_file(request).await?;
        crate::request::note_fetched(self, actor, request).await?;
        let (out, pieces) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            let mut pieces = Pieces { out, piece: Vec::with_capacity(PIECE) };
            let done =
                from.open().and_then(|from| archive::encrypt(from, &passphrase, &mut pieces));
            // Without its end it is no ZIP: whoever fetches it learns that it broke off.
            if let Err(error) = done {
                let _ = pieces.out.blocking_send(Err(error));
            }
        });
        Ok(pieces)
    }
}

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;

/// Hands on what is written, as fast as it is fetched.
struct Pieces {
    out: mpsc::Sender<std::io::Result<Vec<u8>>>,
    piece: Vec<u8>,
}

impl Pieces {
    fn send(&mut self) -> std::io::Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        // Nobody fetches it any more.
        self.out.blocking_send(Ok(piece)).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = (PIECE - self.piece.len()).min(bytes.len());
        self.piece.extend_from_slice(&bytes[..room]);
        if self.piece.len() == PIECE {
            self.send()?;
        }
        Ok(room)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.piece.is_empty() { Ok(()) } else { self.send() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passphrases_are_long_clear_and_never_the_same() {
        let all: std::collections::BTreeSet<String> = (0..200).map(|_| passphrase()).collect();
        assert_eq!(all.len(), 200);
        for one in &all {
            let groups: Vec<&str> = one.split('-').collect();
            assert!(groups.len() == 6 && groups.iter().all(|group| group.len() == GROUP), "{one}");
            assert!(one.bytes().all(|b| b == b'-' || LETTERS.contains(&b)), "{one}");
        }
        let used: std::collections::BTreeSet<char> =
            all.iter().flat_map(|one| one.chars()).filter(|c| *c != '-').collect();
        assert_eq!(used.len(), LETTERS.len(), "every letter comes");
    }
}
