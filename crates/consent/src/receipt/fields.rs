//! The fields of a receipt, after ISO/IEC TS 27560:2023 §6.3 (record and receipt structure).

use std::{
    collections::HashMap,
    io::Write as _,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::SCHEMA;
use crate::{
    Choice, NoticeVersion, Settings, Stored,
    purpose::{PurposeBody, Regime, text_in},
};

/// Texts kept at most.
const KEPT: usize = 512;

/// What receipts under one version of a notice have in common, as canonical text: who processes, and
/// what for. Versions never change, so neither does this.
#[derive(Default)]
pub(crate) struct Fixed(RwLock<HashMap<FixedKey, Arc<Parts>>>);

/// The version's number in memory, language, property and purposes.
type FixedKey = (i64, String, String, String);

struct Parts {
    parties: String,
    processing: String,
}

impl Fixed {
    /// The canonical text (RFC 8785) of a receipt, cut before the member that follows its `proof`.
    pub(super) fn text(
        &self,
        settings: &Settings,
        stored: &Stored,
        notice: Option<&NoticeVersion>,
        position: i64,
    ) -> (String, String) {
        let parts = self.parts(settings, stored, notice);
        let mut out = Text(Vec::with_capacity(1024 + parts.parties.len() + parts.processing.len()));
        out.raw(r#"{"circumstances":"#);
        circumstances(&mut out, stored);
        out.raw(r#","events":"#);
        events(&mut out, stored, notice);
        let _ = write!(out.0, r#","ledger":{{"position":{position}}}"#);
        out.raw(r#","party_identification":"#);
        out.raw(&parts.parties);
        out.member(r#","pii_principal_id":"#, &stored.subject);
        out.raw(r#","pii_processing":"#);
        out.raw(&parts.processing);
        let mut after = Text(Vec::with_capacity(128));
        after.member(r#","record_id":"#, &stored.id);
        after.member(r#","schema_version":"#, SCHEMA);
        after.raw("}");
        (out.into(), after.into())
    }

    fn parts(
        &self,
        settings: &Settings,
        stored: &Stored,
        notice: Option<&NoticeVersion>,
    ) -> Arc<Parts> {
        let purposes = stored.choices.keys().fold(String::new(), |all, key| all + key + " ");
        let (language, property) = (stored.language.clone(), stored.property.clone());
        let key = (stored.notice_slot, language, property, purposes);
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.unwrap_or_else(|| {
            let parts = Arc::new(Parts {
                parties: ledger::canonical(&parties(notice)),
                processing: ledger::canonical(&processing(settings, stored, notice)),
            });
            let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(key, Arc::clone(&parts));
            parts
        })
    }
}

/// JSON on its way. Writing into memory does not fail.
struct Text(Vec<u8>);

impl Text {
    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A name with its colon, and a text.
    fn member(&mut self, name: &str, text: &str) {
        self.raw(name);
        let _ = serde_json::to_writer(&mut self.0, text);
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        // Only text went in.
        Self::from_utf8(text.0).unwrap_or_default()
    }
}

fn processing(settings: &Settings, stored: &Stored, notice: Option<&NoticeVersion>) -> Value {
    let purposes: Vec<Value> = stored
        .choices
        .keys()
        .map(|key| {
            let body = notice.and_then(|notice| notice.published.purposes.get(key));
            purpose(settings, &stored.language, key, body)
        })
        .collect();
    let privacy_notice = match notice {
        None => Value::Null,
        Some(notice) => json!({
            "key": notice.notice,
            "version": notice.version,
            "title": text_in(&notice.published.body.title, &stored.language),
            "sha256": notice.digest,
            "published_at": time(notice.published_at),
        }),
    };
    json!({
        "privacy_notice": privacy_notice,
        "language": stored.language,
        "property": stored.property,
        "purposes": purposes,
    })
}

fn purpose(settings: &Settings, language: &str, key: &str, body: Option<&PurposeBody>) -> Value {
    // An import without a notice says only which purpose it was.
    let Some(body) = body else { return json!({ "purpose": key }) };
    let basis: Map<String, Value> = Regime::ALL
        .iter()
        .map(|regime| (regime.as_str().to_owned(), body.basis(*regime).as_str().into()))
        .collect();
    let withdraw = format!("{}/privacy/preferences", settings.base_url);
    json!({
        "purpose": key,
        "purpose_name": text_in(&body.name, language),
        "purpose_description": text_in(&body.description, language),
        "lawful_basis": basis,
        "pii_information": body.data,
        "sensitive_pii": body.sensitive,
        "separate_consent": body.separate_consent,
        "retention_period": body.retention_days.map(|days| format!("P{days}D")),
        "recipient_third_parties": body.vendors,
        "withdrawal_method": withdraw,
    })
}

fn parties(notice: Option<&NoticeVersion>) -> Value {
    let Some(notice) = notice else { return json!([]) };
    let controller = &notice.published.controller;
    json!([{
        "party_role": "pii_controller",
        "party_name": controller.name,
        "party_contact": controller.contact,
    }])
}

fn events(out: &mut Text, stored: &Stored, notice: Option<&NoticeVersion>) {
    let given_at = time(stored.given_at);
    out.raw("[");
    for (at, (key, choice)) in stored.choices.iter().enumerate() {
        out.raw(if at > 0 { "," } else { "" });
        out.member(r#"{"event_state":"#, state(*choice));
        out.member(r#","event_time":"#, &given_at);
        out.member(r#","event_type":"#, "explicit");
        out.member(r#","purpose":"#, key);
        let months = notice
            .and_then(|notice| notice.published.purposes.get(key))
            .and_then(|body| body.expires_months)
            .filter(|_| *choice == Choice::Granted);
        let _ = match months {
            Some(months) => write!(out.0, r#","validity_duration":"P{months}M"}}"#),
            None => write!(out.0, r#","validity_duration":null}}"#),
        };
    }
    out.raw("]");
}

/// The words of the standard for our choices.
fn state(choice: Choice) -> &'static str {
    match choice {
        Choice::Granted => "consent_given",
        Choice::Denied => "consent_refused",
        Choice::Withdrawn => "consent_withdrawn",
        Choice::Pending => "consent_requested",
    }
}

fn circumstances(out: &mut Text, stored: &Stored) {
    out.member(r#"{"channel":"#, &stored.channel);
    let (minor, verified) = (stored.minor_until.is_some(), stored.guardian_verified_at.is_some());
    let _ = write!(out.0, r#","guardian_verified":{verified},"minor":{minor}"#);
    out.member(r#","network":"#, &stored.ip);
    out.member(r#","origin":"#, stored.origin.as_str());
    out.member(r#","page":"#, &stored.page);
    out.member(r#","program":"#, &stored.agent);
    out.member(r#","recorded_at":"#, &time(stored.recorded_at));
    out.raw("}");
}

/// RFC 3339 in UTC, whole milliseconds: what people and other programs read.
fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}
