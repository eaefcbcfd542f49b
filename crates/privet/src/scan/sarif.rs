//! The answer as SARIF 2.1.0 (OASIS): a rule a category, a result a field with personal data, a
//! notification for what could not be read.

use std::{collections::BTreeMap, fmt::Write};

use detect::Sensitivity;
use serde_json::{Value, json};

use super::{FieldReport, Problem, Report, StoreReport, json::rounded, table};
use crate::Failure;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run a source.
pub fn render(reports: &[Report]) -> Result<Vec<u8>, Failure> {
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": reports.iter().map(run).collect::<Vec<_>>(),
    });
    let mut bytes = serde_json::to_vec_pretty(&log).map_err(anyhow::Error::from)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn run(report: &Report) -> Value {
    let rules = Rules::of(report);
    let results: Vec<Value> = report
        .fields()
        .filter(|(_, field)| field.is_personal())
        .map(|(store, field)| result(report, store, field, &rules))
        .collect();
    json!({
        "tool": {"driver": {
            "name": "Privet",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.as_json(),
        }},
        "invocations": [{
            "executionSuccessful": report.is_complete(),
            "startTimeUtc": report.scanned_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "toolExecutionNotifications": report
                .failure
                .iter()
                .chain(&report.problems)
                .map(notification)
                .collect::<Vec<_>>(),
        }],
        "columnKind": "unicodeCodePoints",
        "properties": {"source": report.source, "product": report.product},
        "results": results,
    })
}

/// The categories that were found, each with its place in the run's list of rules.
struct Rules<'a>(BTreeMap<&'a str, usize>);

impl<'a> Rules<'a> {
    fn of(report: &'a Report) -> Self {
        let mut rules: BTreeMap<&str, usize> = report
            .fields()
            .filter(|(_, field)| field.is_personal())
            .map(|(_, field)| (field.category(), 0))
            .collect();
        for (index, place) in rules.values_mut().enumerate() {
            *place = index;
        }
        Self(rules)
    }

    fn as_json(&self) -> Vec<Value> {
        self.0.keys().map(|key| rule(key)).collect()
    }
}

fn rule(key: &str) -> Value {
    let Some(category) = detect::taxonomy().get(key) else {
        return json!({"id": key, "shortDescription": {"text": key}});
    };
    json!({
        "id": key,
        "name": category.en,
        "shortDescription": {"text": format!("{} ({})", category.en, category.zh)},
        "defaultConfiguration": {"level": level(category.sensitivity)},
        "properties": {
            "dpv": category.dpv,
            "fideslang": category.fides,
            "pipl_sensitive": category.pipl_sensitive,
            "gdpr_special": category.gdpr_special,
            "gbt_43697_level": category.gbt_level,
        },
    })
}

fn level(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::None => "none",
        Sensitivity::Personal => "note",
        Sensitivity::Confidential => "warning",
        Sensitivity::Sensitive => "error",
    }
}

fn result(report: &Report, store: &StoreReport, field: &FieldReport, rules: &Rules) -> Value {
    let verdict = &field.verdict;
    let text = format!(
        "{}.{} holds {} ({}): {}.",
        store.name,
        field.name,
        table::category_name(field.category()),
        verdict.sensitivity.as_str(),
        table::evidence(verdict),
    );
    let mut location = json!({
        "logicalLocations": [{
            "name": field.name,
            "fullyQualifiedName": format!("{}.{}", store.name, field.name),
            "kind": "member",
        }],
    });
    if report.is_files {
        location["physicalLocation"] = json!({"artifactLocation": {"uri": uri(&store.name)}});
    }
    json!({
        "ruleId": field.category(),
        "ruleIndex": rules.0.get(field.category()),
        "level": level(verdict.sensitivity),
        "message": {"text": text},
        "locations": [location],
        // Stable from scan to scan, so that tools can tell old from new.
        "partialFingerprints": {
            "privetField/v1": format!("{}#{}#{}", report.source, store.name, field.name),
        },
        "properties": {
            "confidence": rounded(verdict.confidence),
            "sensitivity": verdict.sensitivity,
            "minor": verdict.minor,
            "data_type": field.data_type,
            "masked": field.masked,
        },
    })
}

fn notification(problem: &Problem) -> Value {
    json!({
        "level": "error",
        "descriptor": {"id": problem.code},
        "message": {"text": problem.message},
    })
}

/// A file's path as a relative URI reference (RFC 3986 §4.2).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte as char);
            }
            // Writing to a string cannot fail.
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_file_name_becomes_a_valid_uri() {
        assert_eq!(uri("2026/订单 1.csv"), "2026/%E8%AE%A2%E5%8D%95%201.csv");
    }
}
