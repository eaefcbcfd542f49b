//! Findings as rows: CSV, a workbook, and JSON.

use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value as Json, json};
use web::Look;

use crate::{ComplyError, Finding, Result, Run, pages::words};

/// Head of the table, as text keys.
const HEAD: [&str; 12] = [
    "comply-severity",
    "comply-title-one",
    "comply-object",
    "comply-system",
    "comply-owner",
    "comply-laws",
    "comply-state",
    "comply-first",
    "comply-due",
    "comply-evidence",
    "comply-mend",
    "comply-check",
];

/// The table's head in the reader's language.
pub(crate) fn head(p: &Look) -> Vec<String> {
    HEAD.iter().map(|key| p.t(key)).collect()
}

/// One finding as a row of that table.
pub(crate) fn row(p: &Look, names: &words::Names, finding: &Finding) -> Vec<String> {
    let check = &finding.check.check;
    let zh = words::is_chinese(p);
    vec![
        words::severity(p, finding.severity),
        check.title.get(zh).to_owned(),
        names.object(p, finding),
        finding.system_name.clone(),
        words::owner(p, &finding.owner),
        finding.regimes.join(" "),
        words::state(p, finding.state),
        web::rfc3339(finding.first_at),
        web::rfc3339(finding.due_at),
        names
            .evidence(p, finding)
            .into_iter()
            .map(|(key, value)| format!("{key}: {value}"))
            .collect::<Vec<_>>()
            .join("; "),
        check.mend.get(zh).to_owned(),
        check.id.clone(),
    ]
}

/// The workbook of some findings.
pub(crate) fn workbook(p: &Look, names: &words::Names, findings: &[Finding]) -> Result<Vec<u8>> {
    let failed = |error: rust_xlsxwriter::XlsxError| ComplyError::Workbook(error.to_string());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (at, text) in (0_u16..).zip(head(p)) {
        sheet.write_string_with_format(0, at, text, &bold).map_err(failed)?;
    }
    for (line, finding) in (1_u32..).zip(findings) {
        for (at, text) in (0_u16..).zip(row(p, names, finding)) {
            sheet.write_string(line, at, text).map_err(failed)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    sheet.autofit();
    book.save_to_buffer().map_err(failed)
}

/// A finding as programs read it.
pub(crate) fn json(base: &str, finding: &Finding) -> Json {
    let check = &finding.check.check;
    let time = |at: i64| if at == 0 { Json::Null } else { json!(web::rfc3339(at)) };
    json!({
        "id": finding.id,
        "check": check.id,
        "title": check.title,
        "severity": finding.severity,
        "owner": finding.owner,
        "regimes": finding.regimes,
        "facts": check.facts,
        "object": {"kind": finding.kind, "id": finding.object, "name": finding.name},
        "system": finding.system_name,
        "evidence": finding.evidence.iter().map(|(key, value)| json!({"what": key, "value": value})).collect::<Vec<_>>(),
        "mend": check.mend,
        "mend_url": format!("{base}{}", finding.href),
        "state": finding.state,
        "first_at": time(finding.first_at),
        "opened_at": time(finding.opened_at),
        "due_at": time(finding.due_at),
        "accepted_until": time(finding.accepted_until),
        "url": format!("{base}/console/findings/{}", finding.id),
    })
}

impl Finding {
    /// As programs read it; addresses begin with `base`.
    pub fn to_json(&self, base: &str) -> Json {
        json(base, self)
    }
}

impl Run {
    /// As programs read it.
    pub fn to_json(&self) -> Json {
        json!({
            "id": self.id,
            "at": web::rfc3339(self.at),
            "took_ms": self.took_us / 1000,
            "checks": self.checks,
            "passed": self.passed,
            "findings": {"error": self.errors, "warning": self.warnings, "info": self.infos},
            "accepted": self.accepted,
            "opened": self.opened,
            "fixed": self.fixed,
            "scores": self.scores,
        })
    }
}
