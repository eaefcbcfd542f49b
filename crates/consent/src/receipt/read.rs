//! Checking a receipt without asking anybody.

use std::fmt;

use ledger::{PublicKey, VerifyError};
use serde_json::Value;

use super::SCHEMA;

/// What a receipt proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Who signed it.
    pub key: PublicKey,
    /// Whether the caller knew that key beforehand.
    pub key_was_given: bool,
    /// The receipt's id.
    pub id: String,
    /// The company's name as the notice said it.
    pub controller: String,
    /// The notice and its version, `newsletter@3`; empty without one.
    pub notice: String,
    /// Each purpose with its state, as the receipt says them.
    pub choices: Vec<(String, String)>,
    /// When the choice was made (RFC 3339).
    pub given_at: String,
    /// Its place in the ledger.
    pub position: i64,
}

/// Checks a receipt: the signature fits its content, by `key` if one is given.
pub fn verify(document: &Value, key: Option<&PublicKey>) -> Result<Proved, VerifyError> {
    let signer = ledger::verify(document, key)?;
    if document["schema_version"] != SCHEMA {
        return Err(VerifyError::NotADocument);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = document["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let notice = &document["pii_processing"]["privacy_notice"];
    let named = || format!("{}@{}", text(&notice["key"]), notice["version"]);
    Ok(Proved {
        key: signer,
        key_was_given: key.is_some(),
        id: text(&document["record_id"]),
        controller: text(&document["party_identification"][0]["party_name"]),
        notice: if notice.is_object() { named() } else { String::new() },
        choices: events
            .iter()
            .map(|event| (text(&event["purpose"]), text(&event["event_state"])))
            .collect(),
        given_at: events.first().map(|event| text(&event["event_time"])).unwrap_or_default(),
        position: document["ledger"]["position"].as_i64().unwrap_or_default(),
    })
}

impl fmt::Display for Proved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let choices: Vec<String> = self
            .choices
            .iter()
            .map(|(purpose, state)| {
                let state = state.strip_prefix("consent_").unwrap_or(state);
                format!("{purpose} {state}")
            })
            .collect();
        write!(f, "receipt {}: {} on {}", self.id, choices.join(", "), self.given_at)?;
        if !self.notice.is_empty() {
            write!(f, ", notice {}", self.notice)?;
        }
        if !self.controller.is_empty() {
            write!(f, ", {}", self.controller)?;
        }
        let whose = if self.key_was_given {
            "the key you gave"
        } else {
            "its own key; compare it with the one the company publishes:"
        };
        write!(f, "; unchanged since it was signed by {whose} {}", self.key)
    }
}
