//! Records in a reader's words: parts become text, gaps become sentences with a way to fix them.

use fluent_bundle::FluentValue;
use web::{Lang, translate};

use super::{
    compute::{Cell, Fix, Gap, Line, Part, Record, dash},
    law::{Fact, View},
};
use crate::{model::PEOPLE, room::category_path, systems::countries};

/// A reader's language.
#[derive(Debug, Clone, Copy)]
pub struct Voice(pub Lang);

/// A gap in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapText {
    /// The sentence.
    pub text: String,
    /// Where to fix it.
    pub href: String,
}

/// A cell in words.
#[derive(Debug, Clone)]
pub struct CellText {
    /// Which fact.
    pub fact: Fact,
    /// The column's name.
    pub label: String,
    /// Where the law asks for it.
    pub article: String,
    /// How strictly: message key.
    pub duty: String,
    /// What is known.
    pub lines: Vec<String>,
    /// What is missing.
    pub gaps: Vec<GapText>,
}

/// A record in words.
#[derive(Debug, Clone)]
pub struct RecordText {
    /// The activity's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its purpose, first line.
    pub purpose: String,
    /// Our part.
    pub role: String,
    /// 0..=100.
    pub percent: usize,
    /// Columns complete of those asked for.
    pub complete: usize,
    /// Columns asked for.
    pub asked: usize,
    /// All gaps.
    pub gaps: usize,
    /// Cells in the view's order.
    pub cells: Vec<CellText>,
}

impl RecordText {
    /// A cell's lines by fact name; nothing when the view has no such column.
    pub fn lines(&self, fact: &str) -> &[String] {
        let cell = self.cells.iter().find(|cell| cell.fact.as_str() == fact);
        cell.map(|cell| cell.lines.as_slice()).unwrap_or_default()
    }
    /// A cell's gaps by fact name.
    pub fn gaps_of(&self, fact: &str) -> &[GapText] {
        let cell = self.cells.iter().find(|cell| cell.fact.as_str() == fact);
        cell.map(|cell| cell.gaps.as_slice()).unwrap_or_default()
    }
}

impl Voice {
    /// A text.
    pub fn t(self, key: &str) -> String {
        translate(self.0, key, &[])
    }
    fn tn(self, key: &str, n: i64) -> String {
        translate(self.0, key, &[("n", FluentValue::from(n))])
    }
    fn about(self, key: &str, name: &str) -> String {
        translate(self.0, key, &[("name", FluentValue::from(name.to_owned()))])
    }

    /// A people category; what people wrote themselves stays as it is.
    pub fn people(self, key: &str) -> String {
        if PEOPLE.contains(&key) { self.t(&format!("map-people-{key}")) } else { key.to_owned() }
    }

    fn part(self, part: &Part) -> String {
        match part {
            Part::Text(text) => text.clone(),
            Part::Message(key) => self.t(key),
            Part::Count(key, n) => self.tn(key, *n),
            Part::Category(key) => category_path(self.0, key),
            Part::People(key) => self.people(key),
            Part::Country(code) => countries::name(code, self.0 == Lang::ZhCn),
            Part::Said(en, zh) => if self.0 == Lang::ZhCn { zh } else { en }.clone(),
        }
    }

    /// Parts joined by a dot, which reads well in both languages.
    pub fn line(self, line: &Line) -> String {
        line.iter().map(|part| self.part(part)).collect::<Vec<_>>().join(" · ")
    }

    /// A gap as a sentence: "Missing: purpose".
    pub fn gap(self, gap: &Gap) -> String {
        let what = if gap.about.is_empty() {
            self.t(&gap.key)
        } else {
            self.about(&format!("{}-of", gap.key), &gap.about)
        };
        self.about("records-missing", &what)
    }

    fn cell(self, activity: &str, cell: &Cell) -> CellText {
        CellText {
            fact: cell.field.key,
            label: self.t(&format!("records-fact-{}", dash(cell.field.key.as_str()))),
            article: cell.field.cite(self.0 == Lang::ZhCn).to_owned(),
            duty: format!("records-duty-{}", dash(cell.field.duty.as_str())),
            lines: cell.lines.iter().map(|line| self.line(line)).collect(),
            gaps: cell
                .gaps
                .iter()
                .map(|gap| GapText { text: self.gap(gap), href: href(activity, &gap.fix) })
                .collect(),
        }
    }

    /// A record in words.
    pub fn record(self, record: &Record) -> RecordText {
        let activity = &record.activity;
        RecordText {
            id: activity.id.clone(),
            name: activity.name.clone(),
            purpose: activity.purpose.lines().next().unwrap_or_default().to_owned(),
            role: self.t(&format!("activity-role-{}", dash(activity.role.as_str()))),
            percent: record.percent(),
            complete: record.complete,
            asked: record.asked,
            gaps: record.gaps(),
            cells: record.cells.iter().map(|cell| self.cell(&activity.id, cell)).collect(),
        }
    }

    /// A view's columns: name and article.
    pub fn columns(self, view: &View) -> Vec<String> {
        view.fields
            .iter()
            .map(|field| {
                let label = self.t(&format!("records-fact-{}", dash(field.key.as_str())));
                let article = field.cite(self.0 == Lang::ZhCn);
                match (article, self.0) {
                    ("", _) => label,
                    (_, Lang::ZhCn) => format!("{label}（{article}）"),
                    (_, Lang::En) => format!("{label} ({article})"),
                }
            })
            .collect()
    }
}

fn href(activity: &str, fix: &Fix) -> String {
    match fix {
        Fix::Activity(input) => format!("/console/records/activities/{activity}/edit#f-{input}"),
        Fix::Organisation => "/console/organisation".to_owned(),
        Fix::System(id) => format!("/console/systems/{id}/edit"),
        Fix::Source(id) => format!("/console/sources/{id}#origins"),
        Fix::Recipient(id) => format!("/console/recipients/{id}/edit"),
    }
}
