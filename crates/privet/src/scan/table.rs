//! The answer for reading: groups by store, most sensitive first, narrow and wide terminals, Chinese
//! widths, status by shape and word as well as colour.

use std::fmt::Write;

use console::{Term, measure_text_width, pad_str, truncate_str};
use detect::{Sensitivity, Verdict};

use super::{FieldReport, Report, StoreReport};

/// Narrower than this a field takes two lines.
const ONE_LINE: usize = 100;
/// Longer names are cut on a terminal.
const NAME_MAX: usize = 32;

/// What the reader's screen can do.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns; `None`: no terminal, nothing is cut.
    width: Option<usize>,
    colour: bool,
}

impl Style {
    /// For files and pipes.
    pub fn plain() -> Self {
        Self { width: None, colour: false }
    }

    /// For this terminal; plain if it is none. Honours `NO_COLOR` (no-color.org).
    pub fn of_terminal(term: &Term) -> Self {
        if !term.is_term() {
            return Self::plain();
        }
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        Self { width: Some(usize::from(term.size().1).max(40)), colour: !no_colour && !dumb }
    }

    fn paint(self, text: &str, style: &console::Style) -> String {
        if self.colour {
            style.clone().force_styling(true).apply_to(text).to_string()
        } else {
            text.to_owned()
        }
    }

    /// A field takes two lines.
    fn is_narrow(self) -> bool {
        self.width.is_some_and(|width| width < ONE_LINE)
    }

    fn dim(self, text: &str) -> String {
        self.paint(text, &console::Style::new().dim())
    }

    fn bold(self, text: &str) -> String {
        self.paint(text, &console::Style::new().bold())
    }

    fn cut(self, line: &str) -> String {
        match self.width {
            Some(width) => truncate_str(line, width, "…").into_owned(),
            None => line.to_owned(),
        }
    }
}

/// The whole answer.
pub fn render(reports: &[Report], style: &Style) -> String {
    let mut out = String::new();
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        source(&mut out, report, *style);
    }
    out
}

fn source(out: &mut String, report: &Report, style: Style) {
    let product = if report.product.is_empty() {
        String::new()
    } else {
        style.dim(&format!("  {}", report.product))
    };
    line(out, style, &format!("{}{product}", style.bold(&clean(&report.source))));
    if let Some(failure) = &report.failure {
        line(out, Style { width: None, ..style }, &format!("  ✗ {}", clean(&failure.message)));
        return;
    }
    let columns = Columns::of(report, style);
    for store in report.stores.iter().filter(|store| store.personal().next().is_some()) {
        out.push('\n');
        self::store(out, store, &columns, style);
    }
    quiet_stores(out, report, style);
    problems(out, report, style);
    summary(out, report, style);
}

/// Widths of the columns, the same for all stores of a source.
struct Columns {
    name: usize,
    category: usize,
}

impl Columns {
    fn of(report: &Report, style: Style) -> Self {
        let cap = if style.width.is_some() { NAME_MAX } else { usize::MAX };
        let personal = || report.fields().map(|(_, field)| field).filter(|f| f.is_personal());
        let widest = |width: &dyn Fn(&FieldReport) -> usize| personal().map(width).max();
        Self {
            name: widest(&|f| measure_text_width(&clean(&f.name))).unwrap_or(0).min(cap),
            category: widest(&|f| measure_text_width(&category_name(f.category()))).unwrap_or(0),
        }
    }
}

fn store(out: &mut String, store: &StoreReport, columns: &Columns, style: Style) {
    let mut facts = Vec::new();
    if store.kind == "view" {
        facts.push("view".to_owned());
    }
    facts.push(match store.rows_estimate {
        Some(rows) if rows > store.rows_sampled => {
            format!("about {} rows, {} read", number(rows), number(store.rows_sampled))
        }
        _ => format!("{} rows read", number(store.rows_sampled)),
    });
    let silent = store.fields.len() - store.personal().count();
    if silent > 0 {
        facts.push(format!("{} without personal data", count(silent, "field")));
    }
    if let Some(people) = store.people {
        facts.push(format!("about {people}"));
    }
    let (name, facts) = (style.bold(&clean(&store.name)), facts.join(" · "));
    if style.is_narrow() {
        line(out, style, &format!("  {name}"));
        for part in wrapped(&facts, style.width) {
            line(out, style, &style.dim(&format!("  {part}")));
        }
    } else {
        line(out, style, &format!("  {name}  {}", style.dim(&facts)));
    }
    let mut fields: Vec<_> = store.personal().collect();
    fields.sort_by_key(|field| std::cmp::Reverse(field.verdict.sensitivity));
    for field in fields {
        self::field(out, field, columns, style);
    }
}

fn field(out: &mut String, field: &FieldReport, columns: &Columns, style: Style) {
    let verdict = &field.verdict;
    let name = clean(&field.name);
    let name = match style.width {
        Some(_) => truncate_str(&name, columns.name, "…").into_owned(),
        None => name,
    };
    let name = padded(&name, columns.name);
    let category = padded(&category_name(field.category()), columns.category);
    let room = if style.is_narrow() { 0 } else { "confidential".len() };
    let sensitivity = padded(verdict.sensitivity.as_str(), room);
    let paint = colour(verdict.sensitivity);
    let mark = style.paint(mark(verdict.sensitivity), &paint);
    let sensitivity = style.paint(&sensitivity, &paint);
    let percent = format!("{:>3.0}%", verdict.confidence * 100.0);
    let why = style.dim(&evidence(verdict));
    if style.is_narrow() {
        line(out, style, &format!("    {mark} {name}  {}", category.trim_end()));
        line(out, style, &format!("      {} {} {why}", sensitivity, percent.trim()));
    } else {
        line(
            out,
            style,
            &format!("    {mark} {name}  {category}  {sensitivity}  {percent}  {why}"),
        );
    }
    if !field.masked.is_empty() {
        line(out, style, &style.dim(&format!("      {}", clean(&field.masked.join("  ")))));
    }
}

fn quiet_stores(out: &mut String, report: &Report, style: Style) {
    let quiet: Vec<String> = report
        .stores
        .iter()
        .filter(|store| store.personal().next().is_none())
        .map(|store| clean(&store.name))
        .collect();
    if quiet.is_empty() {
        return;
    }
    out.push('\n');
    let shown = quiet.iter().take(40).cloned().collect::<Vec<_>>().join(", ");
    let more =
        if quiet.len() > 40 { format!(" and {} more", quiet.len() - 40) } else { String::new() };
    let text = format!("No personal data in {}: {shown}{more}", count(quiet.len(), "store"));
    for part in wrapped(&text, style.width) {
        line(out, style, &style.dim(&format!("  {part}")));
    }
}

fn problems(out: &mut String, report: &Report, style: Style) {
    if report.problems.is_empty() {
        return;
    }
    out.push('\n');
    line(out, style, &format!("  {} could not be read:", count(report.problems.len(), "store")));
    for problem in &report.problems {
        for (index, part) in wrapped(&clean(&problem.message), style.width).iter().enumerate() {
            let lead = if index == 0 { "✗" } else { " " };
            line(out, style, &format!("    {lead} {part}"));
        }
    }
}

fn summary(out: &mut String, report: &Report, style: Style) {
    let fields = report.stores.iter().map(|store| store.fields.len()).sum::<usize>();
    let personal = report.fields().filter(|(_, field)| field.is_personal()).count();
    let holding = report.stores.iter().filter(|store| store.personal().next().is_some()).count();
    out.push('\n');
    if report.interrupted {
        line(out, style, "  Interrupted: this is what was found so far.");
    }
    if report.stores.is_empty() && report.problems.is_empty() {
        let what = if report.is_files { "data files" } else { "tables" };
        let why = if report.tables.is_empty() {
            format!("  There are no {what} here, or this account may not see them.")
        } else {
            let globs = &report.tables;
            format!(
                "  None of the {what} here matches --tables '{globs}'; leave it out to see all."
            )
        };
        line(out, style, &why);
        return;
    }
    let text = format!(
        "{} of {} with personal data, {} of {}.",
        number(holding as u64),
        count(report.stores.len(), "store"),
        number(personal as u64),
        count(fields, "field"),
    );
    line(out, style, &format!("  {}", style.bold(&text)));
    let levels = [Sensitivity::Sensitive, Sensitivity::Confidential, Sensitivity::Personal];
    let counts: Vec<String> = levels
        .into_iter()
        .filter_map(|level| {
            let n = report.fields().filter(|(_, f)| is_at(f, level)).count();
            let label = format!("{} {} {}", mark(level), number(n as u64), level.as_str());
            (n > 0).then(|| style.paint(&label, &colour(level)))
        })
        .collect();
    let minors = report.fields().filter(|(_, field)| field.verdict.minor).count();
    let children = if minors > 0 {
        format!("   {} about children", count(minors, "field"))
    } else {
        String::new()
    };
    if !counts.is_empty() {
        line(out, style, &format!("  {}{children}", counts.join("   ")));
    }
}

fn is_at(field: &FieldReport, level: Sensitivity) -> bool {
    field.is_personal() && field.verdict.sensitivity == level
}

/// The category's English name, or its key if it is not in the taxonomy.
pub fn category_name(key: &str) -> String {
    detect::taxonomy().get(key).map_or_else(|| key.to_owned(), |category| category.en.clone())
}

/// Why, in words.
pub fn evidence(verdict: &Verdict) -> String {
    let evidence = &verdict.evidence;
    let mut words: Vec<String> = Vec::new();
    if evidence.values_matched > 0 {
        words.push(format!(
            "{} of {} values{}",
            number(evidence.values_matched.into()),
            number(evidence.values_checked.into()),
            if evidence.checksum { " with valid checksums" } else { "" },
        ));
    }
    for reason in &evidence.reasons {
        let word = match reason.as_str() {
            "name" => "the name",
            "pinyin" => "the name in pinyin",
            "comment" => "the comment",
            "type" => "the type",
            "neighbour" => "its neighbours",
            "foreign_key" => "the foreign key",
            _ => continue,
        };
        words.push(word.to_owned());
    }
    if words.is_empty() && evidence.name_hint {
        words.push("the name".to_owned());
    }
    if !evidence.inside.is_empty() {
        let inside: Vec<String> = evidence
            .inside
            .iter()
            .map(|f| format!("{} ({})", category_name(f.category.as_str()), number(f.rows.into())))
            .collect();
        words.push(format!("inside: {}", inside.join(", ")));
    }
    if verdict.minor {
        words.push("about a child".to_owned());
    }
    words.join("; ")
}

fn mark(level: Sensitivity) -> &'static str {
    match level {
        Sensitivity::None => " ",
        Sensitivity::Personal => "●",
        Sensitivity::Confidential => "◆",
        Sensitivity::Sensitive => "■",
    }
}

fn colour(level: Sensitivity) -> console::Style {
    let style = console::Style::new();
    match level {
        Sensitivity::None => style.dim(),
        Sensitivity::Personal => style.cyan(),
        Sensitivity::Confidential => style.yellow(),
        Sensitivity::Sensitive => style.red().bold(),
    }
}

fn line(out: &mut String, style: Style, text: &str) {
    out.push_str(style.cut(text).trim_end());
    out.push('\n');
}

fn padded(text: &str, width: usize) -> String {
    pad_str(text, width, console::Alignment::Left, None).into_owned()
}

/// Names come from a stranger's database: no escape sequence may reach the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Broken at spaces to fit, four columns of indent included.
fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else { return vec![text.to_owned()] };
    let room = width.saturating_sub(6).max(20);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() || measure_text_width(line) + 1 + measure_text_width(word) <= room {
            let space = if line.is_empty() { "" } else { " " };
            let _ = write!(line, "{space}{word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn count(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", number(n as u64), if n == 1 { "" } else { "s" })
}

/// 1234567 → `1,234,567`.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(123), "123");
        assert_eq!(count(1, "field"), "1 field");
    }

    #[test]
    fn a_narrow_terminal_is_never_wider_than_it_is() {
        let report = crate::scan::report::sample();

        for width in [40, 60, 80, 99, 100, 140] {
            let style = Style { width: Some(width), colour: true };
            for line in render(std::slice::from_ref(&report), &style).lines() {
                assert!(measure_text_width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn an_escape_sequence_in_a_name_is_disarmed() {
        assert_eq!(clean("a\u{1b}[31mb"), "a\u{fffd}[31mb");
    }

    #[test]
    fn long_texts_are_broken_at_spaces() {
        let lines = wrapped(&"word ".repeat(30), Some(46));

        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| measure_text_width(line) <= 40), "{lines:?}");
    }
}
