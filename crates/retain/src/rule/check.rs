//! Whether a rule fits the tables it is about.

use datamap::map::{Table, Tables};

use super::{Act, Change, Event, How, Kind, Period, Related, RuleBody};

/// Rows of one batch at most.
const MOST_BATCH: u32 = 10_000;
/// A pause between batches at most, in milliseconds.
const LONGEST_PAUSE: u32 = 60_000;
/// Days of an undo window at most: a copy that is kept for years is no deletion.
pub(crate) const LONGEST_UNDO: u32 = 30;

/// What is wrong with one input of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The input's name.
    pub field: &'static str,
    /// Message key.
    pub key: &'static str,
    /// What it is about, the `$what` of the message: a table or column.
    pub what: String,
}

/// Everything that can be said without asking the database.
pub fn check(rule: &RuleBody, tables: &Tables) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    if rule.name.trim().is_empty() || rule.name.chars().count() > 200 {
        faults.add("name", "retain-error-name", "");
    }
    let most = match rule.period.unit {
        super::Unit::Years => Period::LONGEST_YEARS,
        super::Unit::Months => Period::LONGEST_YEARS * 12,
        super::Unit::Weeks => Period::LONGEST_YEARS * 53,
        super::Unit::Days => Period::LONGEST_YEARS * 366,
    };
    if !(0..=most).contains(&rule.period.amount) {
        faults.add("amount", "retain-error-period", "");
    }
    pace(rule, &mut faults);
    let Some(table) = tables.table(&rule.table) else {
        faults.add("table", "retain-error-table", &rule.table);
        return faults.0;
    };
    event(rule, table, tables, &mut faults);
    for one in &rule.only {
        faults.column("only", table, &one.column);
    }
    if rule.kind == Kind::Limit {
        changes("changes", rule.act, &rule.changes, table, &mut faults);
        summary(rule, table, &mut faults);
        for one in &rule.related {
            related(one, tables, &mut faults);
        }
    } else if matches!(rule.event, Event::Withdrawn { .. }) {
        faults.add("event", "retain-error-duty-withdrawn", "");
    }
    faults.0
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, field: &'static str, key: &'static str, what: &str) {
        let fault = Fault { field, key, what: what.to_owned() };
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    fn column(&mut self, field: &'static str, table: &Table, column: &str) {
        if table.field(column).is_none() {
            self.add(field, "retain-error-column", &format!("{}.{column}", table.name));
        }
    }
}

fn pace(rule: &RuleBody, faults: &mut Faults) {
    let pace = &rule.pace;
    if jiff::tz::TimeZone::get(&pace.zone).is_err() {
        faults.add("zone", "retain-error-zone", "");
    } else if !pace.cron.is_empty() && store::next_run(&pace.cron, &pace.zone).is_err() {
        faults.add("cron", "retain-error-cron", "");
    }
    if !(1..=MOST_BATCH).contains(&pace.batch) {
        faults.add("batch", "retain-error-batch", "");
    }
    if pace.pause_ms > LONGEST_PAUSE {
        faults.add("pause_ms", "retain-error-pause", "");
    }
    if pace.undo_days > LONGEST_UNDO {
        faults.add("undo_days", "retain-error-undo", "");
    }
    if pace.most_rows < 0 || pace.most_percent < 0 {
        faults.add("most_rows", "retain-error-bound", "");
    }
}

fn event(rule: &RuleBody, table: &Table, tables: &Tables, faults: &mut Faults) {
    match &rule.event {
        Event::Column { column } => faults.column("event", table, column),
        Event::LastRelated { path, column, otherwise } => {
            if !otherwise.is_empty() {
                faults.column("otherwise", table, otherwise);
            }
            let mut here = table;
            for step in path {
                let Some(next) = tables.table(&step.table) else {
                    faults.add("event", "retain-error-table", &step.table);
                    return;
                };
                for (from, to) in &step.on {
                    faults.column("event", here, from);
                    faults.column("event", next, to);
                }
                here = next;
            }
            if path.is_empty() {
                faults.add("event", "retain-error-path", "");
            }
            faults.column("event", here, column);
        }
        Event::Withdrawn { purpose, column, identifier } => {
            if purpose.is_empty() {
                faults.add("purpose", "retain-error-purpose", "");
            }
            if consent::IdentifierKind::parse(identifier).is_none() {
                faults.add("event", "retain-error-identifier", "");
            }
            faults.column("event", table, column);
        }
    }
}

fn changes(field: &'static str, act: Act, all: &[Change], table: &Table, faults: &mut Faults) {
    let masks = match act {
        Act::Anonymise => false,
        Act::Mask => true,
        _ => return,
    };
    if all.is_empty() {
        faults.add(field, "retain-error-changes", &table.name);
    }
    for one in all {
        faults.column(field, table, &one.column);
        if one.how.mask().is_some() != masks {
            faults.add(field, "retain-error-how", &one.column);
        }
        let nullable = table.field(&one.column).is_none_or(|column| column.nullable == 1);
        if one.how == How::Null && !nullable {
            faults.add(field, "retain-error-null", &format!("{}.{}", table.name, one.column));
        }
    }
}

fn summary(rule: &RuleBody, table: &Table, faults: &mut Faults) {
    if rule.act != Act::Aggregate {
        return;
    }
    let Some(summary) = &rule.summary else {
        faults.add("into", "retain-error-summary", "");
        return;
    };
    if summary.into.trim().is_empty() || summary.dimensions().is_empty() {
        faults.add("into", "retain-error-summary", "");
    }
    let month = Some(&summary.month_of).filter(|column| !column.is_empty());
    for column in summary.by.iter().chain(&summary.sums).chain(month) {
        faults.column("into", table, column);
    }
}

fn related(one: &Related, tables: &Tables, faults: &mut Faults) {
    let Some(table) = tables.table(&one.table) else {
        faults.add("related", "retain-error-table", &one.table);
        return;
    };
    if one.act == Act::Aggregate {
        faults.add("related", "retain-error-how", &one.table);
    }
    for column in &one.columns {
        faults.column("related", table, column);
        let nullable = table.field(column).is_none_or(|column| column.nullable == 1);
        if one.act == Act::Unlink && !nullable {
            faults.add("related", "retain-error-null", &format!("{}.{column}", table.name));
        }
    }
    changes("related", one.act, &one.changes, table, faults);
}
