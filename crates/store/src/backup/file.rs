//! The file of a backup: a header anybody may read, then sealed parts.
//!
//! ```text
//! "PRIVETB1"                                  8 bytes
//! length of the header                        4 bytes, little-endian
//! header                                      JSON: when, by which version, which engine, how the key is made
//! then parts, each
//!   its length                                4 bytes, little-endian
//!   nonce ‖ ciphertext ‖ tag                  AES-256-GCM
//! ```
//! The key is made of the passphrase by Argon2id (RFC 9106) with the header's parameters. A part's
//! associated data are the magic, the SHA-256 of the header and the part's number: parts can neither be
//! exchanged, left out nor taken from another file, and the last one says that it is the last.

use std::io::{Read, Write};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Manifest, Passphrase};
use crate::{Result, StoreError};

const MAGIC: &[u8; 8] = b"PRIVETB1";
/// Bytes of a file's piece in one part: what is held in memory at a time.
pub(super) const PIECE: usize = 1 << 20;
/// A part's length at most; a larger one is damage.
const LARGEST: usize = 64 << 20;
/// A header's length at most.
const LARGEST_HEADER: usize = 1 << 16;

/// What everybody may read of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// When it was begun (µs).
    pub made_at: i64,
    /// Which Privet made it.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// How the key is made of the passphrase.
    argon2id: Cost,
}

/// Argon2id's parameters: memory in KiB, passes, lanes, salt (base64).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    m: u32,
    t: u32,
    p: u32,
    salt: String,
}

impl Header {
    pub(super) fn new(engine: &str) -> Result<Self> {
        let salt = BASE64.encode(&crate::secret::random()?[..16]);
        Ok(Self {
            made_at: crate::now(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            engine: engine.to_owned(),
            // The second recommended option of RFC 9106 §4, with one lane.
            argon2id: Cost { m: 65_536, t: 3, p: 1, salt },
        })
    }

    fn key(&self, passphrase: &Passphrase) -> Result<LessSafeKey> {
        let Cost { m, t, p, salt } = &self.argon2id;
        let no = || wrong("its header is damaged");
        // Two GiB: more would be no backup but a way to stop this machine.
        if *m > 1 << 21 || *t > 64 || *p > 64 {
            return Err(no());
        }
        let salt = BASE64.decode(salt).map_err(|_| no())?;
        let params = argon2::Params::new(*m, *t, *p, Some(32)).map_err(|_| no())?;
        let argon =
            argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let mut key = [0_u8; 32];
        argon.hash_password_into(passphrase.0.as_bytes(), &salt, &mut key).map_err(|_| no())?;
        let Ok(key) = UnboundKey::new(&AES_256_GCM, &key) else { return Err(no()) };
        Ok(LessSafeKey::new(key))
    }
}

/// What is in a backup, piece by piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A file of this name begins.
    File(String),
    /// A table begins: its name and the names of its columns.
    Table(String, Vec<String>),
    /// The next bytes of what began last.
    Bytes(Vec<u8>),
    /// The end, with what must have been there.
    End(Manifest),
}

impl Part {
    fn encode(self) -> Result<Vec<u8>> {
        let (kind, body) = match self {
            Self::File(name) => (1, name.into_bytes()),
            Self::Table(name, columns) => (2, json(&(name, columns))?),
            Self::Bytes(bytes) => (3, bytes),
            Self::End(manifest) => (4, json(&manifest)?),
        };
        let mut plain = Vec::with_capacity(body.len() + 1 + 16);
        plain.push(kind);
        plain.extend_from_slice(&body);
        Ok(plain)
    }

    fn decode(mut plain: Vec<u8>) -> Option<Self> {
        if plain.is_empty() {
            return None;
        }
        match plain.remove(0) {
            1 => String::from_utf8(plain).ok().map(Self::File),
            2 => {
                let (name, columns) = serde_json::from_slice(&plain).ok()?;
                Some(Self::Table(name, columns))
            }
            3 => Some(Self::Bytes(plain)),
            4 => serde_json::from_slice(&plain).ok().map(Self::End),
            _ => None,
        }
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| StoreError::Backup(error.to_string()))
}

fn wrong(why: &str) -> StoreError {
    StoreError::Backup(format!("this is not a whole backup of Privet: {why}"))
}

fn unreadable(error: &std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        return wrong("it ends too early");
    }
    StoreError::Backup(format!("the backup could not be read: {error}"))
}

fn unwritable(error: &std::io::Error) -> StoreError {
    StoreError::Backup(format!("the backup could not be written: {error}"))
}

fn place(header: &[u8], number: u64) -> Vec<u8> {
    [MAGIC, &Sha256::digest(header)[..], &number.to_be_bytes()].concat()
}

/// Writes a backup.
pub(super) struct Writer<W> {
    out: W,
    key: LessSafeKey,
    header: Vec<u8>,
    next: u64,
}

impl<W: Write> Writer<W> {
    pub(super) fn start(mut out: W, header: &Header, passphrase: &Passphrase) -> Result<Self> {
        let key = header.key(passphrase)?;
        let header = json(header)?;
        let write = |out: &mut W| {
            out.write_all(MAGIC)?;
            out.write_all(&(header.len() as u32).to_le_bytes())?;
            out.write_all(&header)
        };
        write(&mut out).map_err(|error| unwritable(&error))?;
        Ok(Self { out, key, header, next: 0 })
    }

    pub(super) fn part(&mut self, part: Part) -> Result<()> {
        let mut body = part.encode()?;
        let nonce: [u8; NONCE_LEN] = {
            let random = crate::secret::random()?;
            std::array::from_fn(|at| random[at])
        };
        let place = place(&self.header, self.next);
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(&place),
                &mut body,
            )
            .map_err(|_| StoreError::Backup("a part could not be sealed".to_owned()))?;
        self.next += 1;
        let mut write = || {
            self.out.write_all(&((NONCE_LEN + body.len()) as u32).to_le_bytes())?;
            self.out.write_all(&nonce)?;
            self.out.write_all(&body)
        };
        write().map_err(|error| unwritable(&error))
    }

    pub(super) fn finish(mut self) -> Result<W> {
        self.out.flush().map_err(|error| unwritable(&error))?;
        Ok(self.out)
    }
}

/// Reads a backup.
pub(super) struct Reader<R> {
    input: R,
    pub(super) header: Header,
    bytes: Vec<u8>,
    key: LessSafeKey,
    next: u64,
}

impl<R: Read> Reader<R> {
    pub(super) fn start(mut input: R, passphrase: &Passphrase) -> Result<Self> {
        let (header, bytes) = header(&mut input)?;
        let key = header.key(passphrase)?;
        Ok(Self { input, header, bytes, key, next: 0 })
    }

    /// The next part; after [`Part::End`] nothing may follow.
    pub(super) fn part(&mut self) -> Result<Part> {
        let length = u32::from_le_bytes(array(&mut self.input)?) as usize;
        if !(NONCE_LEN..=LARGEST).contains(&length) {
            return Err(wrong("a part's length is damaged"));
        }
        let nonce = Nonce::assume_unique_for_key(array::<NONCE_LEN>(&mut self.input)?);
        let mut body = vec![0; length - NONCE_LEN];
        self.input.read_exact(&mut body).map_err(|error| unreadable(&error))?;
        let place = place(&self.bytes, self.next);
        let opened = self.key.open_in_place(nonce, Aad::from(&place), &mut body);
        let length = opened.map_err(|_| self.does_not_open())?.len();
        body.truncate(length);
        self.next += 1;
        let part = Part::decode(body).ok_or_else(|| wrong("a part says nothing known"))?;
        if matches!(part, Part::End(_)) {
            let rest = self.input.read(&mut [0]).map_err(|error| unreadable(&error))?;
            if rest > 0 {
                return Err(wrong("something follows its end"));
            }
        }
        Ok(part)
    }

    fn does_not_open(&self) -> StoreError {
        if self.next == 0 {
            return StoreError::Backup(
                "the backup does not open: the passphrase is another one, or its beginning was \
                 changed"
                    .to_owned(),
            );
        }
        wrong(&format!("part {} was changed, or is of another backup", self.next))
    }
}

fn array<const N: usize>(input: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

/// What a backup says of itself without its passphrase, with the bytes that say it.
pub(super) fn header(input: &mut impl Read) -> Result<(Header, Vec<u8>)> {
    if &array::<8>(input)? != MAGIC {
        return Err(wrong("it does not begin like one"));
    }
    let length = u32::from_le_bytes(array(input)?) as usize;
    if length > LARGEST_HEADER {
        return Err(wrong("its header is damaged"));
    }
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes).map_err(|error| unreadable(&error))?;
    let header = serde_json::from_slice(&bytes).map_err(|_| wrong("its header is damaged"))?;
    Ok((header, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(parts: &[Part]) -> Vec<u8> {
        // Cheap here: what is tested is the form, not the cost.
        let mut header = Header::new("sqlite").unwrap();
        (header.argon2id.m, header.argon2id.t) = (8, 1);
        let mut writer = Writer::start(Vec::new(), &header, &phrase()).unwrap();
        for part in parts {
            writer.part(part.clone()).unwrap();
        }
        writer.finish().unwrap()
    }

    fn phrase() -> Passphrase {
        Passphrase::new("four words drawn by chance").unwrap()
    }

    fn parts() -> [Part; 4] {
        [
            Part::File("privet.db".to_owned()),
            Part::Bytes(vec![7; 300]),
            Part::Table("t".to_owned(), vec!["a".to_owned()]),
            Part::End(Manifest::default()),
        ]
    }

    fn read(bytes: &[u8], passphrase: &Passphrase) -> Result<Vec<Part>> {
        let mut reader = Reader::start(bytes, passphrase)?;
        let mut parts = Vec::new();
        while !matches!(parts.last(), Some(Part::End(_))) {
            parts.push(reader.part()?);
        }
        Ok(parts)
    }

    #[test]
    fn what_was_written_comes_back_and_only_with_the_passphrase() {
        let bytes = written(&parts());

        assert_eq!(read(&bytes, &phrase()).unwrap(), parts());
        let other = Passphrase::new("four other words by chance").unwrap();
        assert!(read(&bytes, &other).unwrap_err().to_string().contains("passphrase"));
    }

    #[test]
    fn a_backup_that_lost_its_end_or_got_more_is_refused() {
        let bytes = written(&parts());
        let without_end = written(&parts()[..3]);

        assert!(read(&without_end, &phrase()).unwrap_err().to_string().contains("too early"));
        assert!(read(&[&bytes[..], b"x"].concat(), &phrase()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_changed_or_missing_byte_is_told(at: prop::sample::Index, cut: bool) {
            let mut bytes = written(&parts());
            let at = at.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] ^= 1 }
            prop_assert!(read(&bytes, &phrase()).is_err());
        }
    }
}
