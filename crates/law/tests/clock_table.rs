//! The clock table that lawyers reviewed, row by row, against the packs: `data/clock-table.csv` is its
//! copy. A row and its fact agree in value, unit, start, extension, citation and confidence mark.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use law::{Extension, Fact, Law, Unit};

/// The day on which the table was written.
const DAY: Date = date(2026, 11, 24);
/// A day on which staged laws (India) hold as well.
const LATER: Date = date(2027, 6, 1);

struct Row {
    id: &'static str,
    regime: &'static str,
    topic: &'static str,
    value: Option<u64>,
    unit: &'static str,
    start: &'static str,
    extension: &'static str,
    cite: &'static str,
    mark: &'static str,
}

fn rows() -> Vec<Row> {
    let table = include_str!("data/clock-table.csv");
    let rows = table.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let [id, regime, topic, value, unit, start, extension, cite, mark] = cells[..] else {
            panic!("nine cells: {line}");
        };
        let number = |_| panic!("a number: {line}");
        let value = (!value.is_empty()).then(|| value.parse().unwrap_or_else(number));
        Row { id, regime, topic, value, unit, start, extension, cite, mark }
    });
    rows.collect()
}

fn fact(id: &str) -> &'static Fact {
    let law = Law::shipped();
    law.fact(id, DAY)
        .or_else(|| law.fact(id, LATER))
        .unwrap_or_else(|| panic!("no fact `{id}` holds on {DAY} or {LATER}"))
}

/// The table's name of a unit; a word such as 及时 is no unit.
fn unit(name: &str) -> Option<Unit> {
    Some(match name {
        "hours" => Unit::Hours,
        "calendar_days" => Unit::CalendarDays,
        "business_days" | "working_days" => Unit::BusinessDays,
        "calendar_month" | "months" => Unit::CalendarMonths,
        "years" => Unit::Years,
        _ => return None,
    })
}

/// The table's regime → key of the regime.
fn regime(name: &str) -> &'static str {
    match name {
        "EU-GDPR" => "eu-gdpr",
        "UK-GDPR" => "uk-gdpr",
        "CCPA" => "us-ca",
        "CA-1798.82" => "us-ca-breach",
        "Delete-Act" => "us-ca-delete",
        "US-states" => "us-states",
        "US-IA" => "us-ia",
        "CAN-SPAM" => "us-federal",
        "CN-PIPL" | "CN-App" | "CN-事件办法" | "CN-审计办法" | "CN-未保条例" => {
            "cn-pipl"
        }
        "CN-GBT35273" => "cn-standards",
        "LGPD" => "br-lgpd",
        "PDPA-SG" => "sg-pdpa",
        "APPI" => "jp-appi",
        "PIPA-KR" => "kr-pipa",
        "DPDP" => "in-dpdp",
        "Gmail-Yahoo" => "mail",
        other => panic!("regime {other}"),
    }
}

/// The table's topic → the code that engines look for.
fn code(topic: &str) -> &str {
    match topic {
        "access" | "access/correct" | "correct/delete/close/complaint" => "dsr",
        "grievance" => "complaint",
        "summary" => "incident_summary",
        same => same,
    }
}

/// The table's start of a clock → the start in the packs.
fn start(words: &str) -> &str {
    match words {
        "latest of receipt/identity/fee; paused for clarification" => {
            "latest_of_receipt_identity_fee"
        }
        "high risk" => "high_risk",
        "notice to residents" => "notice_to_residents",
        "occurrence or possibility" => "occurrence_or_possibility",
        "handling ended" => "handling_ended",
        "awareness (law: promptly; guideline 3-5 days)" => "awareness",
        "awareness of possibility" => "awareness_of_possibility",
        "later of end or completion" => "later_of_end_or_completion",
        "report by 31 January" => "report_by_31_january",
        "1M people reached" => "threshold_reached",
        "last access" => "last_access",
        "" => "last_audit",
        same => same,
    }
}

/// The table's extension: a number, or a word that the fact's text must then say.
fn extension(words: &str) -> (Option<Extension>, &str) {
    let more =
        |value, unit, notice_before_end| (Some(Extension { value, unit, notice_before_end }), "");
    match words {
        "+2 calendar_month (notice in first month)" => more(2, Unit::CalendarMonths, true),
        "+2 calendar_month" => more(2, Unit::CalendarMonths, false),
        "+45 (notice in first 45)" => more(45, Unit::CalendarDays, true),
        "+45" => more(45, Unit::CalendarDays, false),
        "+20 business_days for details" => more(20, Unit::BusinessDays, false),
        "phased" => (None, "phases"),
        "law enforcement/scope" => (None, "law enforcement, or to find the scope"),
        "interim report allowed" => (None, "interim report is allowed"),
        "Board may extend" => (None, "the Board may allow more"),
        "may tell later date" => (None, "or tell the person when"),
        "may postpone with reason" => (None, "postponed with a reason"),
        "60 if wrongful purpose" | "none" | "" => (None, ""),
        other => panic!("extension {other}"),
    }
}

/// Numbers of articles in a citation: `12(3)`, `1798.99.86`, `164A`.
fn articles(cite: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = cite;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = &rest[at..];
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '(' | ')')))
            .unwrap_or(rest.len());
        found.insert(rest[..end].trim_end_matches(['.', ')']).to_owned());
        rest = &rest[end..];
    }
    found
}

/// Cells of the table that are a remark, or write the same citation otherwise.
fn cited(row: &Row) -> &'static str {
    match (row.id, row.cite) {
        ("ca.breach_ag", ">500 residents") => "1798.82(f)",
        ("cn.officer_report", "CAC 2025-07-18") => "18 2025",
        ("cn.audit_10m", "Art 4 (>10M people)") => "Art 4",
        ("cn.app", "认定方法 六") => "6",
        (_, cite) => cite,
    }
}

#[test]
fn the_table_is_whole() {
    let rows = rows();

    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id).collect();

    assert_eq!(rows.len(), 41);
    assert_eq!(ids.len(), rows.len());
}

#[test]
fn every_row_has_a_fact_of_its_regime_topic_and_mark() {
    for row in rows() {
        let fact = fact(row.id);

        assert_eq!(fact.regime, regime(row.regime), "{}", row.id);
        assert_eq!(fact.code, code(row.topic), "{}", row.id);
        assert_eq!(fact.confidence.mark(), row.mark, "{}", row.id);
        assert_eq!(fact.kind, law::Kind::Clock, "{}", row.id);
    }
}

#[test]
fn every_row_has_the_same_number_and_unit_or_the_same_word() {
    for row in rows() {
        let fact = fact(row.id);

        assert_eq!(fact.value, row.value, "{}", row.id);
        assert_eq!(fact.unit, unit(row.unit), "{}", row.id);
        if row.value.is_none() {
            let word = fact.word.as_ref().unwrap_or_else(|| panic!("{} says a word", row.id));
            assert!([&word.en, &word.zh].iter().any(|w| *w == row.unit), "{}: {word:?}", row.id);
        }
    }
}

#[test]
fn every_row_starts_its_clock_at_the_same_event() {
    for row in rows() {
        let fact = fact(row.id);

        assert_eq!(fact.clock_start, start(row.start), "{}", row.id);
        let paused = row.start.contains("paused for clarification");
        assert_eq!(fact.pauses == ["clarification"], paused, "{}", row.id);
    }
}

#[test]
fn every_row_is_extended_alike() {
    for row in rows() {
        let fact = fact(row.id);
        let (more, word) = extension(row.extension);

        assert_eq!(fact.extension, more, "{}", row.id);
        assert!(fact.text.en.contains(word), "{}: “{}” says “{word}”", row.id, fact.text.en);
    }
    assert_eq!(fact("jp.breach_final_wrongful").value, Some(60));
}

#[test]
fn every_row_cites_the_same_articles() {
    for row in rows() {
        let fact = fact(row.id);
        let has = articles(&fact.cite.en);

        for article in articles(cited(&row)) {
            let same = |own: &String| *own == article || own.starts_with(&format!("{article}("));
            assert!(has.iter().any(same), "{}: {article} is not in {:?}", row.id, fact.cite.en);
        }
    }
}

#[test]
fn the_incident_measures_say_from_which_level_on() {
    for row in rows().iter().filter(|row| row.cite.contains("较大")) {
        assert!(fact(row.id).text.zh.contains("较大"), "{}", row.id);
    }
}
