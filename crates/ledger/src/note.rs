//! Signed notes (C2SP signed-note) with Ed25519, and cosignatures of witnesses (C2SP tlog-cosignature).

use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest as _, Sha256};

use crate::{PublicKey, Signer};

/// Algorithm byte of a log's own key.
const ED25519_NOTE: u8 = 1;
/// Algorithm byte of a witness's key: a cosignature with a time.
const COSIGNATURE: u8 = 4;

/// A key that checks notes, with the name it signs under. Its text is the vkey of C2SP signed-note:
/// `NAME+HEX+BASE64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    algorithm: u8,
    key: PublicKey,
}

/// Why a note is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Not of the form.
    #[error("this is not a signed note: {0}")]
    Form(&'static str),
    /// A key's text is not one.
    #[error("this is not a note key: it looks like NAME+8 hexadecimal digits+base64")]
    Key,
    /// No signature by the key.
    #[error("the note is not signed by {0}")]
    NotSigned(String),
    /// A signature by the key that does not fit.
    #[error("the signature by {0} does not fit: the note was changed after it was signed")]
    Changed(String),
}

impl NoteKey {
    /// A log's key. The name must have no white space and no plus.
    pub fn log(name: &str, key: PublicKey) -> Result<Self, NoteError> {
        Self::new(name, ED25519_NOTE, key)
    }

    /// A witness's key.
    pub fn witness(name: &str, key: PublicKey) -> Result<Self, NoteError> {
        Self::new(name, COSIGNATURE, key)
    }

    fn new(name: &str, algorithm: u8, key: PublicKey) -> Result<Self, NoteError> {
        let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        if name.is_empty() || !name.chars().all(fits) {
            return Err(NoteError::Key);
        }
        Ok(Self { name: name.to_owned(), algorithm, key })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bare public key.
    pub fn public(&self) -> &PublicKey {
        &self.key
    }

    /// Whether it signs as a witness.
    pub fn is_witness(&self) -> bool {
        self.algorithm == COSIGNATURE
    }

    fn body(&self) -> Vec<u8> {
        [&[self.algorithm], self.key.bytes().as_slice()].concat()
    }

    /// The first four bytes of SHA-256 over name, line feed, algorithm and key.
    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update(b"\n")
            .chain_update(self.body())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    fn line(&self, signature: &[u8]) -> String {
        let body = [self.id().as_slice(), signature].concat();
        format!("\u{2014} {} {}\n", self.name, BASE64.encode(body))
    }

    /// The signature line of a log over a note's text.
    pub fn sign(&self, signer: &Signer, text: &str) -> String {
        self.line(&signer.raw(text.as_bytes()))
    }

    /// The signature line of a witness over a checkpoint's text at a time (s since the epoch).
    pub fn cosign(&self, signer: &Signer, text: &str, seconds: u64) -> String {
        let signature = signer.raw(cosigned(text, seconds).as_bytes());
        self.line(&[seconds.to_be_bytes().as_slice(), &signature].concat())
    }
}

fn cosigned(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        write!(f, "{}+{id:08x}+{}", self.name, BASE64.encode(self.body()))
    }
}

impl FromStr for NoteKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let mut part = || parts.next().ok_or(NoteError::Key);
        let (name, id, body) = (part()?, part()?, part()?);
        let body = BASE64.decode(body).map_err(|_| NoteError::Key)?;
        let (algorithm, key) = body.split_first().ok_or(NoteError::Key)?;
        if ![ED25519_NOTE, COSIGNATURE].contains(algorithm) {
            return Err(NoteError::Key);
        }
        let key = PublicKey::from_bytes(key.try_into().map_err(|_| NoteError::Key)?);
        let key = Self::new(name, *algorithm, key)?;
        if format!("{:08x}", u32::from_be_bytes(key.id())) == id {
            Ok(key)
        } else {
            Err(NoteError::Key)
        }
    }
}

/// A note taken apart; nothing is checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed, with its last line feed.
    pub text: String,
    /// Signature lines: name and decoded body (key id and signature).
    signatures: Vec<(String, Vec<u8>)>,
}

/// Bytes of a note at most.
const LARGEST: usize = 64 << 10;

impl Note {
    /// Takes a note apart.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > LARGEST || note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Form("it is too large or has control characters"));
        }
        let no_lines = NoteError::Form("it has no signatures after an empty line");
        let (text, lines) = note.rsplit_once("\n\n").ok_or(no_lines.clone())?;
        let lines = lines.strip_suffix('\n').ok_or(no_lines)?;
        let signatures = lines.split('\n').map(signature).collect::<Option<Vec<_>>>();
        let signatures = signatures.ok_or(NoteError::Form("a signature line is malformed"))?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// Checks that the key signed it. Returns a cosignature's time (s), 0 for a log's signature.
    pub fn check(&self, key: &NoteKey) -> Result<u64, NoteError> {
        let id = key.id();
        let mut signatures = self.signatures.iter();
        let found = signatures.find(|(name, body)| *name == key.name && body.starts_with(&id));
        let Some((_, body)) = found else { return Err(NoteError::NotSigned(key.name.clone())) };
        let changed = || NoteError::Changed(key.name.clone());
        let (seconds, message, signature) = if key.is_witness() {
            let (time, signature) = body[4..].split_at_checked(8).ok_or_else(changed)?;
            let seconds = u64::from_be_bytes(time.try_into().map_err(|_| changed())?);
            (seconds, cosigned(&self.text, seconds), signature)
        } else {
            (0, self.text.clone(), &body[4..])
        };
        UnparsedPublicKey::new(&ED25519, key.key.bytes())
            .verify(message.as_bytes(), signature)
            .map_err(|_| changed())?;
        Ok(seconds)
    }

    /// The key's signature line, if it signed the note: to be put under another copy of it.
    pub fn line_of(&self, key: &NoteKey) -> Result<String, NoteError> {
        self.check(key)?;
        let id = key.id();
        let mut signatures = self.signatures.iter();
        let found = signatures.find(|(name, body)| *name == key.name && body.starts_with(&id));
        let Some((name, body)) = found else { return Err(NoteError::NotSigned(key.name.clone())) };
        Ok(format!("\u{2014} {name} {}\n", BASE64.encode(body)))
    }

    /// The names that signed it, unchecked.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.signatures.iter().map(|(name, _)| name.as_str())
    }
}

fn signature(line: &str) -> Option<(String, Vec<u8>)> {
    let (name, body) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let body = BASE64.decode(body).ok().filter(|body| body.len() > 4)?;
    Some((name.to_owned(), body))
}
