//! California's figures as they are copied into a privacy policy.

use super::Metrics;

/// One line, ready to read.
pub(super) struct Row {
    pub what: String,
    /// Received, complied with, denied.
    pub numbers: [String; 3],
    /// Ended otherwise, still open.
    pub rest: [String; 2],
    pub median: String,
    pub mean: String,
}

/// The figures in words of the reader's language.
pub(super) fn rows(p: &web::Look, metrics: &Metrics) -> Vec<Row> {
    let days = |days: Option<f64>| shown(p, days);
    let row = |one: &super::Metric| Row {
        what: p.t(one.asked.key()),
        numbers: [one.received, one.complied, one.denied].map(|n| p.number(n)),
        rest: [one.otherwise, one.open].map(|n| p.number(n)),
        median: days(one.days.median()),
        mean: days(one.days.mean()),
    };
    metrics.lines.iter().map(row).collect()
}

/// Days as a reader reads them.
pub(super) fn shown(p: &web::Look, days: Option<f64>) -> String {
    match days {
        None => p.t("rights-report-no-value"),
        Some(days) if days.fract() == 0.0 => format!("{days:.0}"),
        Some(days) => format!("{days:.1}"),
    }
}

/// The sentence above the table.
pub(super) fn said(p: &web::Look, organisation: &str, metrics: &Metrics) -> String {
    let year = metrics.year.to_string();
    if metrics.everybody {
        p.t2("rights-ccpa-said-all", "year", year, "organisation", organisation)
    } else {
        p.t2("rights-ccpa-said-california", "year", year, "organisation", organisation)
    }
}

/// The heads of the table that is published.
pub(super) fn heads(p: &web::Look) -> [String; 6] {
    [
        "rights-ccpa-what",
        "rights-report-col-received",
        "rights-ccpa-col-complied",
        "rights-ccpa-col-denied",
        "rights-report-col-median",
        "rights-report-col-mean",
    ]
    .map(|key| p.t(key))
}

/// The section as Markdown.
pub(super) fn markdown(p: &web::Look, organisation: &str, metrics: &Metrics) -> String {
    let heads = heads(p);
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut text = format!("{}\n\n{}", said(p, organisation, metrics), line(&heads));
    text.push_str("|---|---:|---:|---:|---:|---:|\n");
    for row in rows(p, metrics) {
        let [received, complied, denied] = &row.numbers;
        text.push_str(&line(&[&row.what, received, complied, denied, &row.median, &row.mean]));
    }
    text.push('\n');
    text.push_str(&p.t("rights-ccpa-said-days"));
    text.push('\n');
    text
}
