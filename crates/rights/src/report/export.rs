//! The figures as files: a flat table (CSV) and JSON. Numbers only.

use serde_json::{Value, json};

use super::{Metrics, Report, Tally, count::Days};

/// The head of the table.
pub(super) fn head() -> Vec<String> {
    let names = [
        "by",
        "key",
        "received",
        "answered",
        "refused",
        "ended_otherwise",
        "in_time",
        "late",
        "median_days",
        "mean_days",
    ];
    names.map(str::to_owned).to_vec()
}

/// Its rows: everything, each month, kind and law, and each reason of a refusal.
pub(super) fn rows(report: &Report) -> Vec<Vec<String>> {
    let mut rows = vec![row("all", &report.period.name(), &report.all)];
    rows.extend(report.months.iter().map(|(month, tally)| row("month", &month.name(), tally)));
    rows.extend(report.kinds.iter().map(|(kind, tally)| row("kind", kind.as_str(), tally)));
    rows.extend(report.laws.iter().map(|(law, tally)| row("law", law, tally)));
    rows.extend(report.refusals.iter().map(|(why, n)| {
        let only = Tally { refused: *n, ..Tally::default() };
        let mut cells = row("refusal", why, &only);
        for (at, cell) in cells.iter_mut().enumerate().skip(2) {
            if at != 4 {
                cell.clear();
            }
        }
        cells
    }));
    rows
}

fn row(by: &str, key: &str, tally: &Tally) -> Vec<String> {
    let numbers =
        [tally.received, tally.answered, tally.refused, tally.otherwise, tally.in_time, tally.late];
    let mut cells = vec![by.to_owned(), key.to_owned()];
    cells.extend(numbers.map(|n| n.to_string()));
    cells.extend([tally.days.median(), tally.days.mean()].map(days));
    cells
}

/// Days to one place; "" where there are none.
fn days(days: Option<f64>) -> String {
    days.map_or(String::new(), |days| format!("{days:.1}"))
}

fn rounded(days: Option<f64>) -> Value {
    days.map_or(Value::Null, |days| json!((days * 10.0).round() / 10.0))
}

fn tally_json(tally: &Tally, days: bool) -> Value {
    let mut value = json!({
        "received": tally.received,
        "answered": tally.answered,
        "refused": tally.refused,
        "ended_otherwise": tally.otherwise,
        "in_time": tally.in_time,
        "late": tally.late,
    });
    if days {
        add_days(&mut value, &tally.days);
    }
    value
}

fn add_days(value: &mut Value, days: &Days) {
    value["median_days"] = rounded(days.median());
    value["mean_days"] = rounded(days.mean());
}

fn keyed(name: &str, key: &str, tally: &Tally, days: bool) -> Value {
    let mut value = tally_json(tally, days);
    value[name] = json!(key);
    value
}

/// The figures as JSON.
pub(super) fn report_json(report: &Report) -> Value {
    let months =
        report.months.iter().map(|(month, tally)| keyed("month", &month.name(), tally, false));
    let kinds = report.kinds.iter().map(|(kind, tally)| keyed("kind", kind.as_str(), tally, true));
    let laws = report.laws.iter().map(|(law, tally)| keyed("law", law, tally, true));
    let refusals = report.refusals.iter().map(|(why, n)| json!({ "reason": why, "requests": n }));
    json!({
        "period": report.period.name(),
        "zone": "UTC",
        "all": tally_json(&report.all, true),
        "months": months.collect::<Vec<_>>(),
        "kinds": kinds.collect::<Vec<_>>(),
        "laws": laws.collect::<Vec<_>>(),
        "refusals": refusals.collect::<Vec<_>>(),
        "open_now": report.open,
        "late_now": report.late,
    })
}

/// California's figures as JSON.
pub(super) fn ccpa_json(metrics: &Metrics) -> Value {
    let line = |one: &super::Metric| {
        let mut value = json!({
            "request": one.asked.as_str(),
            "received": one.received,
            "complied_in_whole_or_part": one.complied,
            "denied": one.denied,
            "ended_otherwise": one.otherwise,
            "open": one.open,
        });
        add_days(&mut value, &one.days);
        value
    };
    let reasons = metrics.reasons.iter().map(|(why, n)| json!({ "reason": why, "requests": n }));
    json!({
        "rule": "11 CCR §7102",
        "year": metrics.year,
        "scope": if metrics.everybody { "all" } else { "california" },
        "requests": metrics.lines.iter().map(line).collect::<Vec<_>>(),
        "denials": reasons.collect::<Vec<_>>(),
    })
}
