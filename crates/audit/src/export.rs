//! Lines for other programs: JSON lines, CSV, ArcSight CEF and Elastic Common Schema. Streamed oldest
//! first; the position of the last line received is where to go on (`after`).

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures::{Stream, StreamExt as _};
use serde_json::{Value, json};

use crate::{AuditError, Line, words};

/// A form of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// RFC 4180 with a byte-order mark; formulas defused.
    Csv,
    /// ArcSight Common Event Format 0 (one event a line).
    Cef,
    /// Elastic Common Schema 8, one JSON object a line.
    Ecs,
}

impl Format {
    /// All, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Jsonl, Self::Csv, Self::Cef, Self::Ecs];

    /// Its name in addresses, also the file's ending but for ECS.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Cef => "cef",
            Self::Ecs => "ecs",
        }
    }

    /// Parses that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Jsonl | Self::Ecs => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Cef => "text/plain; charset=utf-8",
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Jsonl => "audit.jsonl",
            Self::Csv => "audit.csv",
            Self::Cef => "audit.cef",
            Self::Ecs => "audit.ecs.jsonl",
        }
    }

    fn head(self) -> String {
        match self {
            Self::Csv => format!(
                "\u{feff}{}\r\n",
                "position,time,actor,action,what,object_kind,object_id,purpose,customer"
            ),
            _ => String::new(),
        }
    }

    /// A line in this form, with its line end.
    pub fn write(self, line: &Line) -> String {
        match self {
            Self::Jsonl => format!("{}\n", plain(line)),
            Self::Csv => csv(line),
            Self::Cef => cef(line),
            Self::Ecs => format!("{}\n", ecs(line)),
        }
    }
}

/// A line as the API and JSON lines show it.
pub(crate) fn plain(line: &Line) -> Value {
    json!({
        "position": line.seq,
        "time": web::rfc3339(line.at),
        "actor": line.actor,
        "action": line.action,
        "what": words::action(web::Lang::En, &line.action),
        "object": { "kind": line.object_kind, "id": line.object_id },
        "purpose": line.purpose,
        "customer": line.about(),
    })
}

fn csv(line: &Line) -> String {
    let cells = [
        line.seq.to_string(),
        web::rfc3339(line.at),
        line.actor.clone(),
        line.action.clone(),
        words::action(web::Lang::En, &line.action),
        line.object_kind.clone(),
        line.object_id.clone(),
        line.purpose.clone().unwrap_or_default(),
        line.about().unwrap_or_default().to_owned(),
    ];
    web::csv_line(&cells)
}

/// 0 to 10, as CEF has it: what reads or takes away personal data is more than what changes settings.
fn severity(action: &str) -> u8 {
    match action {
        "alarm.raised" => 8,
        "signin.failed" | "subject.revealed" => 5,
        _ if action.ends_with(".exported") => 5,
        _ if words::READS.contains(&action) => 4,
        _ => 2,
    }
}

/// `CEF:0|vendor|product|version|event id|name|severity|extension`. In the head `\` and `|` are
/// escaped, in values `\`, `=` and line ends (CEF rev. 25, "Character encoding").
fn cef(line: &Line) -> String {
    let head =
        |text: &str| text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ");
    let value = |text: &str| {
        text.replace('\\', "\\\\").replace('=', "\\=").replace('\n', "\\n").replace('\r', "\\r")
    };
    let mut out = format!(
        "CEF:0|Privet|Privet|{}|{}|{}|{}|rt={} externalId={} suser={} act={} cs1Label=objectKind cs1={} cs2Label=objectId cs2={}",
        env!("CARGO_PKG_VERSION"),
        head(&line.action),
        head(&words::action(web::Lang::En, &line.action)),
        severity(&line.action),
        line.at / 1000,
        line.seq,
        value(&line.actor),
        value(&line.action),
        value(&line.object_kind),
        value(&line.object_id),
    );
    if let Some(purpose) = &line.purpose {
        out.extend([" cs3Label=purpose cs3=", &value(purpose)]);
    }
    if let Some(customer) = line.about() {
        out.extend([" cs4Label=customer cs4=", &value(customer)]);
    }
    out.push('\n');
    out
}

/// Fields of ECS 8; what ECS has no field for is under `privet`, as custom fields should be.
fn ecs(line: &Line) -> Value {
    let (category, kind) = match line.action.as_str() {
        "signin.failed" | "session.started" => ("authentication", "start"),
        "session.ended" => ("authentication", "end"),
        action if action.starts_with("user.") || action.starts_with("token.") => ("iam", "change"),
        action if words::READS.contains(&action) => ("database", "access"),
        _ => ("configuration", "change"),
    };
    let outcome = if line.action == "signin.failed" { "failure" } else { "success" };
    json!({
        "@timestamp": web::rfc3339(line.at),
        "ecs": { "version": "8.11.0" },
        "event": {
            "kind": if line.action == "alarm.raised" { "alert" } else { "event" },
            "category": [category],
            "type": [kind],
            "action": line.action,
            "outcome": outcome,
            "sequence": line.seq,
            "severity": severity(&line.action),
            "dataset": "privet.audit",
        },
        "message": words::action(web::Lang::En, &line.action),
        "user": { "id": line.actor },
        "observer": { "vendor": "Privet", "product": "Privet", "version": env!("CARGO_PKG_VERSION") },
        "privet": {
            "object": { "kind": line.object_kind, "id": line.object_id },
            "purpose": line.purpose,
            "customer": line.about(),
        },
    })
}

/// A download. A fault midway cuts it off, so that half is never taken for the whole.
pub(crate) fn download(
    format: Format,
    lines: impl Stream<Item = Result<Line, AuditError>> + Send + 'static,
) -> Response {
    let head = futures::stream::iter([Ok(format.head())]);
    let lines = lines.map(move |line| line.map(|line| format.write(&line)));
    // A chunk a thousand lines: one write to the socket per page of the database.
    let chunks = head
        .chain(lines)
        .ready_chunks(1000)
        .map(|parts| parts.into_iter().collect::<Result<String, AuditError>>());
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let disposition = format!("attachment; filename=\"{}\"", format.file_name());
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            seq: 7,
            at: 1_764_400_000_000_000,
            actor: "person:1".into(),
            action: "personal_data.read".into(),
            object_kind: "=cmd|' /C calc'!A0".into(),
            object_id: "a|b=c\\d\ne\r,\"f\"".into(),
            purpose: Some("customer_support".into()),
            subject: Some("s-1".into()),
        }
    }

    #[test]
    fn a_formula_in_csv_is_text_and_cells_stay_cells() {
        let text = Format::Csv.write(&line());
        assert!(text.contains(",\"'=cmd|' /C calc'!A0\","), "{text}");
        assert!(text.contains("\"a|b=c\\d\ne\r,\"\"f\"\"\""), "{text}");
    }

    #[test]
    fn cef_escapes_its_own_marks_and_stays_one_line() {
        let text = Format::Cef.write(&line());
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        assert!(text.contains("cs2=a|b\\=c\\\\d\\ne\\r,"), "{text}");
        assert!(text.starts_with("CEF:0|Privet|Privet|"), "{text}");
        assert!(
            text.contains("|personal_data.read|Read personal data|4|rt=1764400000000 "),
            "{text}"
        );
    }

    #[test]
    fn ecs_and_json_lines_are_one_object_a_line() {
        for format in [Format::Ecs, Format::Jsonl] {
            let text = format.write(&line());
            assert_eq!(text.matches('\n').count(), 1);
            let value: Value = serde_json::from_str(&text).unwrap();
            assert!(value.to_string().contains("customer_support"));
        }
    }
}
