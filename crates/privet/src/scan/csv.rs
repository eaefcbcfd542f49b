//! The answer as CSV: one line a field, fields without personal data too.

use super::{Report, json::rounded};
use crate::Failure;

const HEAD: [&str; 15] = [
    "source",
    "store",
    "kind",
    "rows_estimate",
    "rows_sampled",
    "people",
    "field",
    "data_type",
    "category",
    "sensitivity",
    "confidence",
    "minor",
    "values_matched",
    "values_checked",
    "masked",
];

/// UTF-8 with a head line.
pub fn render(reports: &[Report]) -> Result<Vec<u8>, Failure> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD).map_err(anyhow::Error::from)?;
    for report in reports {
        for (store, field) in report.fields() {
            let verdict = &field.verdict;
            let personal = field.is_personal();
            let record = [
                report.source.clone(),
                store.name.clone(),
                store.kind.to_owned(),
                store.rows_estimate.map(|rows| rows.to_string()).unwrap_or_default(),
                store.rows_sampled.to_string(),
                store.people.unwrap_or_default().to_owned(),
                field.name.clone(),
                field.data_type.clone(),
                if personal { field.category().to_owned() } else { String::new() },
                if personal { verdict.sensitivity.as_str() } else { "none" }.to_owned(),
                rounded(verdict.confidence).to_string(),
                verdict.minor.to_string(),
                verdict.evidence.values_matched.to_string(),
                verdict.evidence.values_checked.to_string(),
                field.masked.join(" | "),
            ];
            let record = record.map(|cell| harmless(&cell));
            writer.write_record(&record).map_err(anyhow::Error::from)?;
        }
    }
    writer.into_inner().map_err(|error| Failure::unreachable(error.to_string()))
}

/// A spreadsheet must not run a column's name as a formula (CWE-1236), nor a terminal its escapes.
fn harmless(cell: &str) -> String {
    let cell: String = cell.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_formula_is_disarmed() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("email"), "email");
        assert_eq!(harmless("\u{1b}[31mphone"), "\u{fffd}[31mphone");
    }
}
