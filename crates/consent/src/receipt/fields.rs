//! The fields of a receipt, after ISO/IEC TS 27560:2023 §6.3 (record and receipt structure).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::SCHEMA;
use crate::{
    Choice, NoticeVersion, Settings, Stored,
    purpose::{PurposeBody, Regime, text_in},
};

pub(super) fn receipt(
    settings: &Settings,
    stored: &Stored,
    notice: Option<&NoticeVersion>,
    position: i64,
) -> Map<String, Value> {
    let mut receipt = Map::new();
    receipt.insert("schema_version".into(), SCHEMA.into());
    receipt.insert("record_id".into(), stored.id.clone().into());
    receipt.insert("pii_principal_id".into(), stored.subject.clone().into());
    receipt.insert("pii_processing".into(), processing(settings, stored, notice));
    receipt.insert("party_identification".into(), parties(notice));
    receipt.insert("events".into(), events(stored, notice));
    receipt.insert("circumstances".into(), circumstances(stored));
    receipt.insert("ledger".into(), json!({ "position": position }));
    receipt
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

fn events(stored: &Stored, notice: Option<&NoticeVersion>) -> Value {
    let event = |(key, choice): (&String, &Choice)| {
        let months = notice
            .and_then(|notice| notice.published.purposes.get(key))
            .and_then(|body| body.expires_months)
            .filter(|_| *choice == Choice::Granted);
        json!({
            "purpose": key,
            "event_type": "explicit",
            "event_state": state(*choice),
            "event_time": time(stored.given_at),
            "validity_duration": months.map(|months| format!("P{months}M")),
        })
    };
    Value::Array(stored.choices.iter().map(event).collect())
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

fn circumstances(stored: &Stored) -> Value {
    json!({
        "recorded_at": time(stored.recorded_at),
        "origin": stored.origin.as_str(),
        "channel": stored.channel,
        "page": stored.page,
        "network": stored.ip,
        "program": stored.agent,
        "minor": stored.minor_until.is_some(),
        "guardian_verified": stored.guardian_verified_at.is_some(),
    })
}

/// RFC 3339 in UTC, whole milliseconds: what people and other programs read.
fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}
