//! Import of Fideslang, so that users of Fides can move. Datasets become declared sources (or, into
//! a scanned source, decisions on its fields), systems become systems, their privacy declarations
//! become processing activities, their data flows become flows. The result are the same documents
//! that privacy as code applies, with a report of what was taken, what only nearly, and what not.

mod dataset;
mod model;
mod system;
mod taxonomy;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use serde::Serialize;

use self::{
    model::{Manifest, Named},
    taxonomy::Categories,
};
use super::{
    docs::{Docs, Keyed},
    files::{Files, from_yaml},
    problem::{CodeError, Problem, Wrong},
};
use crate::DataMap;

/// How well something was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// As it is.
    Fully,
    /// The nearest thing.
    Nearly,
    /// Not at all.
    Not,
}

impl Taken {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fully => "fully",
            Self::Nearly => "nearly",
            Self::Not => "not",
        }
    }
}

/// What the report says about one thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// A dataset with its fields.
    Dataset(usize),
    /// A system.
    System,
    /// A privacy declaration.
    Activity,
    /// A data flow.
    Flow,
    /// A category that became another one.
    Category {
        /// Fides' key.
        from: String,
        /// Ours.
        to: String,
    },
    /// A category with nothing like it here.
    UnknownCategory(String),
    /// The field takes the category of its collection or dataset.
    Inherited(String),
    /// A field has one category here; the most sensitive was taken.
    Several(String),
    /// The chosen source has no such field.
    NoField,
    /// A system that only a data flow names.
    Guessed,
    /// Data from users themselves: say so at the source as its origin.
    UserFlow,
    /// Third parties told in words became one recipient.
    ThirdParties(String),
    /// Resources of a kind that is not imported.
    Kind(&'static str),
}

impl Said {
    /// Stable name, for message keys.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Dataset(_) => "dataset",
            Self::System => "system",
            Self::Activity => "activity",
            Self::Flow => "flow",
            Self::Category { .. } => "category",
            Self::UnknownCategory(_) => "unknown-category",
            Self::Inherited(_) => "inherited",
            Self::Several(_) => "several",
            Self::NoField => "no-field",
            Self::Guessed => "guessed",
            Self::UserFlow => "user-flow",
            Self::ThirdParties(_) => "third-parties",
            Self::Kind(_) => "kind",
        }
    }
    /// What it is about, or "".
    pub fn detail(&self) -> String {
        match self {
            Self::Dataset(fields) => fields.to_string(),
            Self::Category { from, to } => format!("{from} → {to}"),
            Self::UnknownCategory(text)
            | Self::Inherited(text)
            | Self::Several(text)
            | Self::ThirdParties(text) => text.clone(),
            Self::Kind(kind) => (*kind).to_owned(),
            _ => String::new(),
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dataset(fields) => write!(f, "dataset with {fields} field(s)"),
            Self::System => f.write_str("system"),
            Self::Activity => f.write_str("processing activity"),
            Self::Flow => f.write_str("flow"),
            Self::Category { from, to } => write!(f, "category {from} became {to}"),
            Self::UnknownCategory(key) => write!(f, "category {key} has no like here"),
            Self::Inherited(key) => write!(f, "took {key} from its collection or dataset"),
            Self::Several(kept) => write!(f, "several categories; kept the most sensitive, {kept}"),
            Self::NoField => f.write_str("the source has no such field"),
            Self::Guessed => f.write_str("named only by a data flow; created with its key as name"),
            Self::UserFlow => {
                f.write_str("data from users themselves; tell it as an origin of a source")
            }
            Self::ThirdParties(text) => write!(f, "third parties “{text}” became one recipient"),
            Self::Kind(kind) => write!(f, "resources of kind {kind} are not imported"),
        }
    }
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    /// How well.
    pub taken: Taken,
    /// Fides' name of it.
    pub place: String,
    /// What.
    pub said: Said,
}

/// What was taken, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Lines, best first.
    pub lines: Vec<Line>,
}

impl Report {
    fn add(&mut self, taken: Taken, place: impl Into<String>, said: Said) {
        self.lines.push(Line { taken, place: place.into(), said });
    }
    /// Lines of one kind.
    pub fn of(&self, taken: Taken) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.taken == taken)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (taken, head) in [
            (Taken::Fully, "Imported"),
            (Taken::Nearly, "Imported approximately"),
            (Taken::Not, "Left out"),
        ] {
            if self.of(taken).next().is_some() {
                writeln!(f, "{head}:")?;
            }
            for line in self.of(taken) {
                writeln!(f, "  {}: {}", line.place, line.said)?;
            }
        }
        Ok(())
    }
}

/// A scanned source that takes a dataset's categories as decisions.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// The source's key.
    pub source: String,
    /// Its stores' and fields' names: lower case → (store, field).
    pub fields: HashMap<(String, String), (String, String)>,
}

/// Whether a text looks like Fideslang rather than Privet's own files.
pub fn is_fideslang(text: &str) -> bool {
    let kinds = [
        "dataset",
        "system",
        "data_category",
        "data_use",
        "data_subject",
        "policy",
        "organization",
    ];
    let top = |line: &&str| !line.starts_with([' ', '#', '-']);
    let keys: Vec<&str> =
        text.lines().filter(top).filter_map(|line| line.split(':').next()).collect();
    !keys.contains(&"privet") && keys.iter().any(|key| kinds.contains(key))
}

/// Reads Fideslang files into documents on top of the map; nothing is changed. With `into`, the one
/// dataset's categories become decisions on the fields of that source (by key).
pub async fn import(
    map: &DataMap,
    texts: &BTreeMap<String, String>,
    into: Option<&str>,
) -> Result<(Files, Report), CodeError> {
    let now = super::documents(map).await?;
    let into = match into {
        Some(key) => Some(known_fields(map, key).await?),
        None => None,
    };
    let (docs, report) = read(texts, &now, into)?;
    Ok((Files { docs, texts: BTreeMap::new(), unknown: Vec::new() }, report))
}

async fn known_fields(map: &DataMap, key: &str) -> Result<Target, CodeError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT d.name, f.name FROM field f JOIN data_store d ON d.id = f.store_id
         JOIN source s ON s.id = f.source_id WHERE s.key = $1 AND f.vanished_at IS NULL",
    )
    .bind(key)
    .fetch_all(map.store().reader())
    .await?;
    if rows.is_empty() {
        let wrong =
            Wrong::UnknownReference { what: "source", key: key.to_owned(), nearest: String::new() };
        return Err(CodeError::Problems(vec![Problem::at("", 0, 0, wrong)]));
    }
    let fields = rows
        .into_iter()
        .map(|(store, field)| ((store.to_lowercase(), field.to_lowercase()), (store, field)))
        .collect();
    Ok(Target { source: key.to_owned(), fields })
}

/// The import itself; pure.
pub fn read(
    texts: &BTreeMap<String, String>,
    now: &Docs,
    into: Option<Target>,
) -> Result<(Docs, Report), CodeError> {
    let mut all = Manifest::default();
    let mut problems = Vec::new();
    for (name, text) in texts {
        match serde_norway::from_str::<Option<Manifest>>(text) {
            Ok(manifest) => all.append(manifest.unwrap_or_default()),
            Err(error) => problems.push(from_yaml(name, &error)),
        }
    }
    if into.is_some() && all.dataset.len() != 1 {
        let name = texts.keys().next().cloned().unwrap_or_default();
        problems.push(Problem::at(&name, 0, 0, Wrong::OneDataset(all.dataset.len())));
    }
    if !problems.is_empty() {
        return Err(CodeError::Problems(problems));
    }
    let mut import = Import::new(now, into, &all);
    import.systems(&all);
    import.datasets(&all);
    import.others(&all);
    Ok(import.finish())
}

impl Manifest {
    fn append(&mut self, mut other: Self) {
        self.dataset.append(&mut other.dataset);
        self.system.append(&mut other.system);
        self.data_category.append(&mut other.data_category);
        self.data_use.append(&mut other.data_use);
        self.data_subject.append(&mut other.data_subject);
        self.policy.append(&mut other.policy);
        self.organization.append(&mut other.organization);
        self.evaluation.append(&mut other.evaluation);
        self.registry.append(&mut other.registry);
    }
}

/// The import under way.
struct Import<'a> {
    now: &'a Docs,
    into: Option<Target>,
    categories: Categories,
    /// Data use → name, for custom ones.
    uses: BTreeMap<String, String>,
    /// Dataset → system.
    owners: HashMap<String, String>,
    docs: Docs,
    report: Report,
}

impl<'a> Import<'a> {
    fn new(now: &'a Docs, into: Option<Target>, all: &Manifest) -> Self {
        let parents =
            all.data_category.iter().map(|c| (c.fides_key.clone(), c.parent_key.clone())).collect();
        Self {
            now,
            into,
            categories: Categories { parents },
            uses: all.data_use.iter().map(|u| (u.fides_key.clone(), u.name.clone())).collect(),
            owners: HashMap::new(),
            docs: Docs::default(),
            report: Report::default(),
        }
    }

    /// Resources that have no place here yet.
    fn others(&mut self, all: &Manifest) {
        let kinds: [(&'static str, &Vec<Named>); 4] = [
            ("policy", &all.policy),
            ("organization", &all.organization),
            ("evaluation", &all.evaluation),
            ("registry", &all.registry),
        ];
        for (kind, resources) in kinds {
            for resource in resources {
                self.report.add(Taken::Not, &resource.fides_key, Said::Kind(kind));
            }
        }
        for custom in &all.data_category {
            let said = match self.categories.map(&custom.fides_key) {
                taxonomy::Mapped::Exactly(found) | taxonomy::Mapped::Nearly(found) => {
                    let (from, to) = (custom.fides_key.clone(), found.key.clone());
                    (Taken::Nearly, Said::Category { from, to })
                }
                _ => (Taken::Not, Said::UnknownCategory(custom.fides_key.clone())),
            };
            self.report.add(said.0, &custom.fides_key, said.1);
        }
    }

    /// Categories of ours for a list of Fides', told in the report under `place`.
    fn map_all(&mut self, place: &str, keys: &[String]) -> Vec<String> {
        let mut all = BTreeSet::new();
        for key in keys {
            match self.categories.map(key) {
                taxonomy::Mapped::Exactly(found) => {
                    all.insert(found.key.clone());
                }
                taxonomy::Mapped::Nearly(found) => {
                    all.insert(found.key.clone());
                    let (from, to) = (key.clone(), found.key.clone());
                    self.report.add(Taken::Nearly, place, Said::Category { from, to });
                }
                taxonomy::Mapped::System => {}
                taxonomy::Mapped::Unknown => {
                    self.report.add(Taken::Not, place, Said::UnknownCategory(key.clone()));
                }
            }
        }
        all.into_iter().collect()
    }

    fn finish(mut self) -> (Docs, Report) {
        self.report.lines.sort();
        self.report.lines.dedup();
        // Only files with content: an empty kind says nothing about the map.
        let empty = |count: Option<bool>| count.unwrap_or(true);
        if empty(self.docs.systems.as_ref().map(Keyed::is_empty)) {
            self.docs.systems = None;
        }
        (self.docs, self.report)
    }
}
