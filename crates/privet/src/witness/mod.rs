//! Witnesses (C2SP tlog-witness): `privet witness` is one for other organisations' logs, and the server
//! asks those of its configuration to cosign its own log.

mod ask;
mod kept;
mod serve;

pub use ask::{Witness, Witnesses};
pub use serve::{Args, run};

use ::ledger::{NoteKey, sha256_hex};
use serde::Deserialize;

use crate::Failure;

/// `[ledger]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Section {
    /// Who cosigns the log's checkpoints.
    pub witness: Vec<WitnessPart>,
    /// Private or loopback CIDR ranges or host names that witnesses may have; public addresses need no
    /// mention.
    pub inside: Vec<String>,
}

/// `[[ledger.witness]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessPart {
    /// The address before `/add-checkpoint`.
    pub url: String,
    /// Its key: `NAME+HEX+BASE64`.
    pub key: String,
}

/// What the server needs to ask witnesses.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Address and key of each.
    pub witnesses: Vec<(url::Url, NoteKey)>,
    /// Private addresses they may have.
    pub inside: Vec<String>,
}

/// Checks the section.
pub fn settings(section: Section) -> Result<Settings, Failure> {
    let mut settings = Settings { inside: section.inside, ..Settings::default() };
    for WitnessPart { url, key } in section.witness {
        let wrong = |what: &str| Failure::usage(format!("[[ledger.witness]] “{url}”: {what}"));
        let parsed = url::Url::parse(&format!("{}/", url.trim_end_matches('/')));
        let parsed = parsed.ok().filter(|url| ["http", "https"].contains(&url.scheme()));
        let parsed = parsed.ok_or_else(|| wrong("the url begins with https:// or http://"))?;
        let key: NoteKey = key.parse().map_err(|_| {
            wrong("the key is the line that the witness shows at /key: NAME+HEX+BASE64")
        })?;
        if !key.is_witness() {
            return Err(wrong("this key is a log's, not a witness's"));
        }
        settings.witnesses.push((parsed, key));
    }
    Ok(settings)
}

/// Where a witness of ours shows the last checkpoint it cosigned for a log: not a part of C2SP, whose
/// way for monitors is not decided yet.
fn seen_path(origin: &str) -> String {
    format!("logs/{}/checkpoint", sha256_hex(origin.as_bytes()))
}
