//! Findings as SARIF 2.1.0 (OASIS): a rule a check, a result a finding, accepted ones as suppressed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    Finding,
    check::{Check, Whole},
    model::{Severity, State},
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The findings of one run, made at this moment (µs).
pub fn render(findings: &[Finding], at: i64) -> Value {
    let mut rules: BTreeMap<&str, (usize, &'static Whole)> =
        findings.iter().map(|one| (one.check.check.id.as_str(), (0, one.check))).collect();
    for (index, place) in rules.values_mut().enumerate() {
        place.0 = index;
    }
    let rule_of = |id: &str| rules.get(id).map_or(0, |place| place.0);
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Privet",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.values().map(|(_, whole)| rule(whole)).collect::<Vec<_>>(),
            }},
            "invocations": [{"executionSuccessful": true, "endTimeUtc": web::rfc3339(at)}],
            "columnKind": "unicodeCodePoints",
            "results": findings
                .iter()
                .map(|one| result(one, rule_of(&one.check.check.id)))
                .collect::<Vec<_>>(),
        }],
    })
}

fn rule(whole: &Whole) -> Value {
    let Check { id, severity, owner, facts, title, why, mend, .. } = &whole.check;
    json!({
        "id": id,
        "shortDescription": {"text": format!("{} ({})", title.en, title.zh)},
        "fullDescription": {"text": why.en},
        "help": {"text": mend.en},
        "defaultConfiguration": {"level": level(*severity)},
        "properties": {"owner": owner.as_str(), "facts": facts, "group": whole.group},
    })
}

/// SARIF's word for a severity.
pub(crate) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn result(finding: &Finding, index: usize) -> Value {
    let check = &finding.check.check;
    let about = if finding.name.is_empty() { &finding.object } else { &finding.name };
    let mut result = json!({
        "ruleId": check.id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": format!("{}: {about}. {}", check.title.en, check.mend.en)},
        "locations": [{"logicalLocations": [{
            "name": about,
            "fullyQualifiedName": format!("{}/{}", finding.kind, finding.object),
            "kind": finding.kind,
        }]}],
        "partialFingerprints": {"privetFinding/v1": finding.id},
        "properties": {
            "regimes": finding.regimes,
            "owner": finding.owner,
            "state": finding.state,
            "system": finding.system_name,
            "due": web::rfc3339(finding.due_at),
            "mend": finding.href,
        },
    });
    if finding.state == State::Accepted {
        result["suppressions"] = json!([{"kind": "external", "status": "accepted"}]);
    }
    result
}
