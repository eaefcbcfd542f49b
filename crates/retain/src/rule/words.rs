//! A rule as a sentence, in both languages: what a data protection officer would write.

use web::{Lang, translate};

use super::{Act, Event, Kind, Period, RuleBody, Test};

/// Names that the sentence needs and a rule does not hold.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The source's name.
    pub source: String,
    /// The purpose's name, for rules about a withdrawal.
    pub purpose: String,
}

/// "36 months", "30 天", or "at once".
pub fn duration(lang: Lang, period: Period) -> String {
    if period.amount == 0 {
        return translate(lang, "retain-at-once", &[]);
    }
    let key = format!("retain-n-{}", period.unit.as_str());
    translate(lang, &key, &[("n", i64::from(period.amount).into())])
}

/// The whole rule in one or two sentences.
pub fn sentence(lang: Lang, rule: &RuleBody, names: &Names) -> String {
    let kind = match rule.kind {
        Kind::Duty => "retain-say-duty",
        Kind::Limit if rule.period.amount == 0 => "retain-say-limit-now",
        Kind::Limit => "retain-say-limit",
    };
    let act = translate(lang, &format!("retain-say-{}", rule.act.as_str()), &[]);
    let args = [
        ("table", rule.table.clone().into()),
        ("source", names.source.clone().into()),
        ("act", act.into()),
        ("period", duration(lang, rule.period).into()),
        ("event", event(lang, rule, names).into()),
    ];
    let mut said = translate(lang, kind, &args);
    if !rule.only.is_empty() {
        let all: Vec<String> = rule
            .only
            .iter()
            .map(|one| {
                let value = match one.is {
                    Test::Empty | Test::Filled => String::new(),
                    Test::Equals | Test::Differs => one.value.clone(),
                };
                let args = [("column", one.column.clone().into()), ("value", value.into())];
                translate(lang, &format!("retain-say-{}", one.is.as_str()), &args)
            })
            .collect();
        let joined = all.join(&translate(lang, "retain-say-and", &[]));
        said.push_str(&translate(lang, "retain-say-only", &[("all", joined.into())]));
    }
    let going: Vec<&str> = rule
        .related
        .iter()
        .filter(|one| one.act == Act::Delete)
        .map(|one| one.table.as_str())
        .collect();
    if rule.kind == Kind::Limit && !going.is_empty() {
        let tables = going.join(&translate(lang, "retain-say-comma", &[]));
        said.push_str(&translate(lang, "retain-say-with", &[("tables", tables.into())]));
    }
    said
}

/// What starts the clock, in the company's words where it gave some.
pub fn event(lang: Lang, rule: &RuleBody, names: &Names) -> String {
    let own = match lang {
        Lang::En => &rule.event_en,
        Lang::ZhCn => &rule.event_zh,
    };
    if !own.trim().is_empty() {
        return own.trim().to_owned();
    }
    match &rule.event {
        Event::Column { column } => {
            translate(lang, "retain-event-column", &[("column", column.clone().into())])
        }
        Event::LastRelated { path, column, .. } => {
            let table = path.last().map_or("", |step| step.table.as_str()).to_owned();
            let args = [("table", table.into()), ("column", column.clone().into())];
            translate(lang, "retain-event-last", &args)
        }
        Event::Withdrawn { purpose, .. } => {
            let name = if names.purpose.is_empty() { purpose } else { &names.purpose };
            translate(lang, "retain-event-withdrawn", &[("purpose", name.clone().into())])
        }
    }
}
