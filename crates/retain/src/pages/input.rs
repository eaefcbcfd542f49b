//! A rule as a form says it, and back.

use datamap::map::Tables;
use purge::TimeEncoding;
use serde::{Deserialize, Serialize};

use crate::rule::{
    Act, Change, Event, Ground, How, Kind, Only, Pace, Period, Related, RuleBody, Summary, Test,
    Unit, guess_time, related_to,
};

/// The value of the choice "somebody withdrew".
pub(super) const WITHDRAWN: &str = "withdrawn";
/// Lines for narrowing.
pub(super) const ONLY_LINES: usize = 3;

/// What was typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Input {
    pub name: String,
    pub source: String,
    pub table: String,
    pub kind: String,
    /// JSON of an [`Event`], or [`WITHDRAWN`].
    pub event: String,
    pub otherwise: String,
    pub purpose: String,
    /// Column and kind of identifier, `email_address email`.
    pub who: String,
    pub event_en: String,
    pub event_zh: String,
    pub amount: String,
    pub unit: String,
    pub only_column: Vec<String>,
    pub only_is: Vec<String>,
    pub only_value: Vec<String>,
    pub act: String,
    pub change_column: Vec<String>,
    pub change_how: Vec<String>,
    pub into: String,
    pub by: Vec<String>,
    pub month_of: String,
    pub sums: Vec<String>,
    pub minimum: String,
    /// JSON of a [`Reference`].
    pub related: Vec<String>,
    pub related_act: Vec<String>,
    pub time: String,
    pub triggers: String,
    pub fact: String,
    pub words: String,
    pub activities: Vec<String>,
    pub schedule: String,
    pub cron: String,
    pub zone: String,
    pub most_rows: String,
    pub most_percent: String,
    pub batch: String,
    pub pause_ms: String,
    pub undo_days: String,
    /// `save` | `preview`.
    pub go: String,
}

/// A reference that stands in the way of deleting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reference {
    pub table: String,
    pub columns: Vec<String>,
}

/// How a column writes time, by name.
pub(super) const TIMES: [&str; 6] = ["auto", "text", "local", "date", "seconds", "millis"];

impl Input {
    /// The form of a new rule, with what the map proposes.
    pub fn proposed(source: &str, table: &str, tables: &Tables) -> Self {
        let time = tables.table(table).into_iter().flat_map(|one| &one.fields);
        let first = time.clone().find(|field| crate::rule::time_like(field));
        let event = first.map(|field| Event::Column { column: field.name.clone() });
        let related = related_to(table, tables);
        Self {
            event: event.map_or_else(String::new, |event| json(&event)),
            unit: Unit::Months.as_str().into(),
            amount: "36".into(),
            schedule: "manual".into(),
            related: related.iter().map(reference).collect(),
            related_act: related.iter().map(|one| one.act.as_str().to_owned()).collect(),
            ..Self::of(&RuleBody {
                source: source.into(),
                table: table.into(),
                ..RuleBody::default()
            })
        }
    }

    /// The form of a rule that exists.
    pub fn of(rule: &RuleBody) -> Self {
        let (event, otherwise, purpose, who) = match &rule.event {
            Event::Withdrawn { purpose, column, identifier } => (
                WITHDRAWN.to_owned(),
                String::new(),
                purpose.clone(),
                format!("{column} {identifier}"),
            ),
            Event::LastRelated { path, column, otherwise } => {
                let bare = Event::LastRelated {
                    path: path.clone(),
                    column: column.clone(),
                    otherwise: String::new(),
                };
                (json(&bare), otherwise.clone(), String::new(), String::new())
            }
            other @ Event::Column { .. } => {
                (json(other), String::new(), String::new(), String::new())
            }
        };
        let summary = rule.summary.clone().unwrap_or_default();
        let pace = &rule.pace;
        let preset = datamap::sources::Preset::of(&pace.cron).name();
        Self {
            name: rule.name.clone(),
            source: rule.source.clone(),
            table: rule.table.clone(),
            kind: rule.kind.as_str().into(),
            event,
            otherwise,
            purpose,
            who,
            event_en: rule.event_en.clone(),
            event_zh: rule.event_zh.clone(),
            amount: rule.period.amount.to_string(),
            unit: rule.period.unit.as_str().into(),
            only_column: rule.only.iter().map(|one| one.column.clone()).collect(),
            only_is: rule.only.iter().map(|one| one.is.as_str().to_owned()).collect(),
            only_value: rule.only.iter().map(|one| one.value.clone()).collect(),
            act: rule.act.as_str().into(),
            change_column: rule.changes.iter().map(|one| one.column.clone()).collect(),
            change_how: rule.changes.iter().map(|one| one.how.as_str().to_owned()).collect(),
            into: summary.into,
            by: summary.by,
            month_of: summary.month_of,
            sums: summary.sums,
            minimum: summary.minimum.max(5).to_string(),
            related: rule.related.iter().map(reference).collect(),
            related_act: rule.related.iter().map(|one| one.act.as_str().to_owned()).collect(),
            time: time_name(rule.time.as_ref()).into(),
            triggers: if rule.triggers { "1".into() } else { String::new() },
            fact: rule.ground.fact.clone(),
            words: rule.ground.words.clone(),
            activities: rule.activities.clone(),
            schedule: preset.into(),
            cron: pace.cron.clone(),
            zone: pace.zone.clone(),
            most_rows: pace.most_rows.to_string(),
            most_percent: pace.most_percent.to_string(),
            batch: pace.batch.to_string(),
            pause_ms: pace.pause_ms.to_string(),
            undo_days: pace.undo_days.to_string(),
            go: String::new(),
        }
    }

    /// The rule that the form says. Numbers that are none become such as the check refuses.
    pub fn body(&self, tables: &Tables, source_kind: &str) -> RuleBody {
        let number = |text: &str, none: i64| match text.trim() {
            "" => none,
            text => text.parse().unwrap_or(-1),
        };
        let small = |text: &str, none: u32| match text.trim() {
            "" => none,
            text => text.parse().unwrap_or(u32::MAX),
        };
        let event = self.event();
        let act = Act::parse(&self.act).unwrap_or_default();
        let defaults = Pace::default();
        let zone = if self.zone.trim().is_empty() { "UTC" } else { self.zone.trim() };
        RuleBody {
            name: self.name.trim().to_owned(),
            source: self.source.clone(),
            table: self.table.clone(),
            kind: Kind::parse(&self.kind).unwrap_or_default(),
            time: self.time(&event, tables, source_kind, zone),
            event,
            event_en: self.event_en.trim().to_owned(),
            event_zh: self.event_zh.trim().to_owned(),
            period: Period {
                amount: i32::try_from(number(&self.amount, -1)).unwrap_or(-1),
                unit: Unit::parse(&self.unit).unwrap_or_default(),
            },
            only: self.only(),
            act,
            changes: if matches!(act, Act::Anonymise | Act::Mask) {
                self.changes()
            } else {
                Vec::new()
            },
            summary: (act == Act::Aggregate).then(|| Summary {
                into: self.into.trim().to_owned(),
                by: self.by.iter().filter(|one| !one.is_empty()).cloned().collect(),
                month_of: self.month_of.clone(),
                sums: self.sums.iter().filter(|one| !one.is_empty()).cloned().collect(),
                minimum: small(&self.minimum, 5),
            }),
            related: if act.removes() { self.related(tables) } else { Vec::new() },
            triggers: !self.triggers.is_empty(),
            ground: Ground { fact: self.fact.clone(), words: self.words.trim().to_owned() },
            activities: self.activities.clone(),
            pace: Pace {
                cron: datamap::sources::Preset::from_name(&self.schedule).cron(&self.cron),
                zone: zone.to_owned(),
                most_rows: number(&self.most_rows, 0),
                most_percent: number(&self.most_percent, 0),
                batch: small(&self.batch, defaults.batch),
                pause_ms: small(&self.pause_ms, defaults.pause_ms),
                undo_days: small(&self.undo_days, 0),
            },
        }
    }

    fn event(&self) -> Event {
        if self.event == WITHDRAWN {
            let (column, identifier) = self.who.rsplit_once(' ').unwrap_or((&self.who, ""));
            return Event::Withdrawn {
                purpose: self.purpose.clone(),
                column: column.to_owned(),
                identifier: identifier.to_owned(),
            };
        }
        match serde_json::from_str(&self.event).unwrap_or_default() {
            Event::LastRelated { path, column, .. } => {
                Event::LastRelated { path, column, otherwise: self.otherwise.clone() }
            }
            other => other,
        }
    }

    fn only(&self) -> Vec<Only> {
        let lines = self.only_column.iter().zip(&self.only_is).zip(&self.only_value);
        lines
            .filter(|((column, _), _)| !column.is_empty())
            .map(|((column, is), value)| Only {
                column: column.clone(),
                is: Test::parse(is).unwrap_or_default(),
                value: value.clone(),
            })
            .collect()
    }

    fn changes(&self) -> Vec<Change> {
        let lines = self.change_column.iter().zip(&self.change_how);
        lines
            .filter_map(|(column, how)| {
                Some(Change { column: column.clone(), how: How::parse(how)? })
            })
            .collect()
    }

    fn related(&self, tables: &Tables) -> Vec<Related> {
        let lines = self.related.iter().zip(&self.related_act);
        lines
            .filter_map(|(text, act)| {
                let one: Reference = serde_json::from_str(text).ok()?;
                let act = Act::parse(act)?;
                let changes =
                    if act == Act::Anonymise { neutral(tables, &one.table) } else { Vec::new() };
                Some(Related { table: one.table, columns: one.columns, act, changes })
            })
            .collect()
    }

    fn time(&self, event: &Event, tables: &Tables, kind: &str, zone: &str) -> Option<TimeEncoding> {
        let zone = zone.to_owned();
        match self.time.as_str() {
            "text" => Some(TimeEncoding::Text { zone }),
            "local" => Some(TimeEncoding::Local { zone }),
            "date" => Some(TimeEncoding::Date { zone }),
            "seconds" => Some(TimeEncoding::EpochSeconds),
            "millis" => Some(TimeEncoding::EpochMillis),
            _ => {
                let (table, column) = match event {
                    Event::Column { column } => (self.table.as_str(), column),
                    Event::LastRelated { path, column, .. } => {
                        (path.last().map_or("", |step| step.table.as_str()), column)
                    }
                    Event::Withdrawn { .. } => return None,
                };
                let field = tables.table(table).and_then(|one| one.field(column))?;
                guess_time(&field.data_type, kind, &zone)
            }
        }
    }

    /// What is chosen for a column.
    pub fn how_of(&self, column: &str) -> &str {
        let at = self.change_column.iter().position(|one| one == column);
        at.and_then(|at| self.change_how.get(at)).map_or("", String::as_str)
    }

    /// What is chosen for a reference.
    pub fn act_of(&self, reference: &str) -> &str {
        let at = self.related.iter().position(|one| one == reference);
        at.and_then(|at| self.related_act.get(at)).map_or("", String::as_str)
    }

    /// A line for narrowing.
    pub fn only_at(&self, at: usize) -> (&str, &str, &str) {
        (
            self.only_column.get(at).map_or("", String::as_str),
            self.only_is.get(at).map_or("", String::as_str),
            self.only_value.get(at).map_or("", String::as_str),
        )
    }
}

/// Every personal column of a table, emptied where that is allowed.
fn neutral(tables: &Tables, table: &str) -> Vec<Change> {
    let fields = tables.table(table).into_iter().flat_map(|one| &one.fields);
    fields
        .filter(|field| field.level > 0 && field.primary_key == 0)
        .map(|field| Change {
            column: field.name.clone(),
            how: if field.nullable == 1 { How::Null } else { How::Fixed },
        })
        .collect()
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn reference(one: &Related) -> String {
    json(&Reference { table: one.table.clone(), columns: one.columns.clone() })
}

fn time_name(time: Option<&TimeEncoding>) -> &'static str {
    match time {
        None | Some(TimeEncoding::Timestamp) => "auto",
        Some(TimeEncoding::Text { .. }) => "text",
        Some(TimeEncoding::Local { .. }) => "local",
        Some(TimeEncoding::Date { .. }) => "date",
        Some(TimeEncoding::EpochSeconds) => "seconds",
        Some(TimeEncoding::EpochMillis) => "millis",
    }
}
