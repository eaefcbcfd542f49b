//! Transfers found from the map. Pure.

use std::collections::{BTreeMap, BTreeSet};

use datamap::{
    flows::FlowRow,
    records::{Facts, SystemFact},
};

use crate::Note;

/// What stands at an end of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndKind {
    /// A system of ours.
    System,
    /// Somebody who receives data.
    Recipient,
}

/// One end of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// What it is.
    pub kind: EndKind,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// ISO 3166-1 alpha-2; "" where nobody told.
    pub country: String,
}

impl End {
    /// `system:ID`.
    pub fn key(&self) -> String {
        let kind = match self.kind {
            EndKind::System => "system",
            EndKind::Recipient => "recipient",
        };
        format!("{kind}:{}", self.id)
    }

    /// Where it is told in the console.
    pub fn href(&self) -> String {
        match self.kind {
            EndKind::System => format!("/console/systems/{}", self.id),
            EndKind::Recipient => format!("/console/recipients/{}", self.id),
        }
    }
}

/// Data that leaves a country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// `system:ID>recipient:ID`.
    pub key: String,
    /// From where.
    pub from: End,
    /// To where.
    pub to: End,
    /// Categories that flow; all of the system's where nobody told which.
    pub categories: BTreeSet<String>,
    /// Which ones were told.
    pub told: bool,
    /// Names of the activities that share it.
    pub activities: Vec<String>,
    /// Rows of the system's largest store with personal data: no more people than that can be in it.
    pub rows: u64,
    /// The recipient's safeguard, or "".
    pub safeguard: String,
    /// What people said of it.
    pub note: Note,
}

impl Crossing {
    /// How many people at most: as counted by somebody, else by rows.
    pub fn people(&self) -> u64 {
        self.note.people.unwrap_or(self.rows)
    }

    /// Sensitive under the PIPL, by its categories.
    pub fn is_sensitive(&self) -> bool {
        let tree = detect::taxonomy();
        self.categories.iter().any(|key| tree.get(key).is_some_and(|one| one.pipl_sensitive))
    }
}

/// An end whose country nobody told: whether data leaves cannot be said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unplaced {
    /// The end.
    pub end: End,
}

/// What goes from a system to an end, before it is known whether that crosses a border.
#[derive(Default)]
struct Going {
    categories: BTreeSet<String>,
    told: bool,
    activities: BTreeSet<String>,
}

/// Finds everything that crosses a border, and the ends of which nobody told the country.
pub(crate) fn find(
    facts: &Facts,
    flows: &[FlowRow],
    notes: &BTreeMap<String, Note>,
) -> (Vec<Crossing>, Vec<Unplaced>) {
    let mut going: BTreeMap<(String, String), Going> = BTreeMap::new();
    for flow in flows.iter().filter(|flow| flow.from_end.starts_with("system:")) {
        let one = going.entry((flow.from_end.clone(), flow.to_end.clone())).or_default();
        let categories = flow.categories();
        one.told |= !categories.is_empty();
        one.categories.extend(categories);
    }
    for activity in &facts.activities {
        for system in &activity.systems {
            for recipient in &activity.recipients {
                let ends = (format!("system:{system}"), format!("recipient:{recipient}"));
                going.entry(ends).or_default().activities.insert(activity.name.clone());
            }
        }
    }
    let (mut crossings, mut unplaced) = (Vec::new(), BTreeSet::new());
    for ((from, to), one) in going {
        let (Some(from), Some(to)) = (end(facts, &from), end(facts, &to)) else { continue };
        for end in [&from, &to].into_iter().filter(|end| end.country.is_empty()) {
            unplaced.insert(Unplaced { end: end.clone() });
        }
        let known = !from.country.is_empty() && !to.country.is_empty();
        if known && from.country != to.country {
            crossings.extend(crossing(facts, from, to, one, notes));
        }
    }
    (crossings, unplaced.into_iter().collect())
}

fn crossing(
    facts: &Facts,
    from: End,
    to: End,
    one: Going,
    notes: &BTreeMap<String, Note>,
) -> Option<Crossing> {
    let system = facts.systems.get(&from.id)?;
    let categories = if one.told { one.categories } else { all(system) };
    // A system without personal data sends none.
    if categories.is_empty() {
        return None;
    }
    let key = format!("{}>{}", from.key(), to.key());
    let safeguard = match to.kind {
        EndKind::Recipient => facts.recipients.get(&to.id).map(|r| r.safeguard.clone()),
        EndKind::System => None,
    };
    Some(Crossing {
        note: notes.get(&key).cloned().unwrap_or_default(),
        key,
        from,
        to,
        categories,
        told: one.told,
        activities: one.activities.into_iter().collect(),
        rows: u64::try_from(system.rows).unwrap_or(0),
        safeguard: safeguard.unwrap_or_default(),
    })
}

fn all(system: &SystemFact) -> BTreeSet<String> {
    system.categories.keys().cloned().collect()
}

fn end(facts: &Facts, key: &str) -> Option<End> {
    let (kind, id) = key.split_once(':')?;
    let (kind, name, country) = match kind {
        "system" => {
            let system = facts.systems.get(id)?;
            (EndKind::System, system.name.clone(), system.country.clone())
        }
        "recipient" => {
            let recipient = facts.recipients.get(id)?;
            (EndKind::Recipient, recipient.name.clone(), recipient.country.clone())
        }
        _ => return None,
    };
    Some(End { kind, id: id.to_owned(), name, country })
}
