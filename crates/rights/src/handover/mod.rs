//! Moving a customer to another controller (GDPR Art 20(2); PIPL Art 45 ¶3), between two servers that
//! speak this protocol; two Privet servers do.
//!
//! The person makes a *ticket* where they want to go: an address and a code, which they hand to the
//! company that has their data. That company pushes their copy there, in pieces, under a manifest that
//! it signs with the key its server publishes. Both sides are asked by the person themselves, so
//! neither learns anything by asking.
//!
//! 1. `POST {address}` with `{"code", "manifest"}` → `{"state": "receiving", "next": 0}`
//! 2. `PUT {address}/{n}` with the header `x-privet-code`, a piece of at most [`PIECE`] bytes as body →
//!    `{"next": n + 1}`; a piece that is there already is not taken twice.
//! 3. The last piece, or (1) again → `{"state": "arrived", "receipt": …}`, signed by the receiver.

mod pages;
mod receive;
mod send;
mod ticket;

pub use receive::Arrival;
pub use send::{Move, MoveState};
pub use ticket::{Made, Ticket};

pub(crate) use pages::router;
pub(crate) use send::Push;

use serde::{Deserialize, Serialize};

/// What a manifest calls itself.
pub const MANIFEST: &str = "privet-portability-manifest-1";
/// What a receipt calls itself.
pub const RECEIPT: &str = "privet-portability-receipt-1";
/// Bytes of a piece at most.
pub const PIECE: usize = 4 << 20;
/// Bytes of a copy that is taken at most.
pub const MOST: u64 = 8 << 30;
/// Where a server publishes the key that it signs with.
pub(crate) const KEY_PATH: &str = "/.well-known/privet-receipt-key";

/// The JSON Schema of a manifest.
pub const MANIFEST_SCHEMA: &str = include_str!("manifest.schema.json");
/// The JSON Schema of the copy's `data.json`.
pub const BUNDLE_SCHEMA: &str = include_str!("bundle.schema.json");

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST`].
    #[serde(rename = "type")]
    pub kind: String,
    /// Once for each push.
    pub id: String,
    /// The sending controller's name.
    pub organisation: String,
    /// Its server: `https://privacy.example.com`.
    pub from: String,
    /// The ticket's address.
    pub to: String,
    /// What the request is called there: `R-17`.
    pub request: String,
    /// SHA-256 of the ZIP, in hex.
    pub sha256: String,
    /// Its bytes.
    pub bytes: u64,
    /// When it was made (RFC 3339).
    pub made_at: String,
}

/// How other servers are asked: over HTTPS, to addresses outside only, unless the deployment names
/// others. The binary implements it.
#[async_trait::async_trait]
pub trait Reach: Send + Sync {
    /// GET; status and body, or words that say why not.
    async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), String>;
    /// POST or PUT with a content type and one more header.
    async fn send(
        &self,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), String>;
}

/// Host (with its port) and path of an address that has nothing else: no user, no query, no fragment.
fn parts(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let fits = !host.is_empty() && host.len() <= 255 && host.chars().all(plain);
    (fits && !path.contains(['?', '#'])).then_some((host, path))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
