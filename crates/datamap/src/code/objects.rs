//! Documents as a flat list of objects, put into one form so that equal things compare equal.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::docs::{
    ActivityDoc, Docs, FieldDecisionDoc, FlowDoc, FoundFlowDoc, OrganisationDoc, RecipientDoc,
    SourceDoc, StoreDecisionsDoc, SystemDoc,
};

/// Kinds of objects, in the order in which they are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Who we are.
    Organisation,
    /// A system.
    System,
    /// A recipient.
    Recipient,
    /// A source.
    Source,
    /// A declared flow.
    Flow,
    /// A decision on a discovered flow.
    Discovered,
    /// A processing activity.
    Activity,
    /// Whose data a store holds.
    People,
    /// A decision on a field.
    Field,
}

impl Kind {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::System => "system",
            Self::Recipient => "recipient",
            Self::Source => "source",
            Self::Flow => "flow",
            Self::Discovered => "discovered",
            Self::Activity => "activity",
            Self::People => "people",
            Self::Field => "field",
        }
    }

    /// The file it stands in, and the keys above it there.
    pub fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Organisation => ("organisation.yaml", "organisation"),
            Self::System => ("systems.yaml", "systems"),
            Self::Recipient => ("recipients.yaml", "recipients"),
            Self::Source => ("sources.yaml", "sources"),
            Self::Flow => ("flows.yaml", "flows"),
            Self::Discovered => ("flows.yaml", "discovered"),
            Self::Activity => ("activities.yaml", "activities"),
            Self::People | Self::Field => ("decisions.yaml", "decisions"),
        }
    }
}

/// An object's name: one part, or source, store and field.
pub type Key = Vec<String>;

/// One object as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Object {
    Organisation(OrganisationDoc),
    System(SystemDoc),
    Recipient(RecipientDoc),
    Source(Box<SourceDoc>),
    Flow(FlowDoc),
    Discovered(FoundFlowDoc),
    Activity(Box<ActivityDoc>),
    People(String),
    Field(FieldDecisionDoc),
}

impl Object {
    /// Field by field, for comparing and for showing what changes.
    pub fn values(&self) -> BTreeMap<String, String> {
        let value = match self {
            Self::Organisation(doc) => serde_json::to_value(doc),
            Self::System(doc) => serde_json::to_value(doc),
            Self::Recipient(doc) => serde_json::to_value(doc),
            Self::Source(doc) => serde_json::to_value(doc),
            Self::Flow(doc) => serde_json::to_value(doc),
            Self::Discovered(doc) => serde_json::to_value(doc),
            Self::Activity(doc) => serde_json::to_value(doc),
            Self::People(people) => Ok(serde_json::json!({ "people": people })),
            Self::Field(doc) => serde_json::to_value(doc),
        };
        let mut all = BTreeMap::new();
        if let Ok(Value::Object(map)) = value {
            for (name, value) in map {
                flatten(&name, &value, &mut all);
            }
        }
        all.remove("password_from");
        all
    }
}

/// Nested objects become `stores.users`, lists one line.
fn flatten(name: &str, value: &Value, all: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) if name.matches('.').count() < 1 => {
            for (key, value) in map {
                flatten(&format!("{name}.{key}"), value, all);
            }
        }
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => {
            all.insert(name.to_owned(), text.clone());
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            all.insert(name.to_owned(), items.join(", "));
        }
        other => {
            all.insert(name.to_owned(), other.to_string());
        }
    }
}

/// Everything a set of documents says, by kind and key.
pub(super) fn objects(docs: &Docs) -> BTreeMap<(Kind, Key), Object> {
    let mut all = BTreeMap::new();
    if let Some(doc) = &docs.organisation {
        all.insert(
            (Kind::Organisation, vec!["organisation".into()]),
            Object::Organisation(doc.clone()),
        );
    }
    for (key, doc) in docs.systems.iter().flat_map(|keyed| &keyed.0) {
        all.insert((Kind::System, vec![key.clone()]), Object::System(doc.clone()));
    }
    for (key, doc) in docs.recipients.iter().flat_map(|keyed| &keyed.0) {
        all.insert((Kind::Recipient, vec![key.clone()]), Object::Recipient(doc.clone()));
    }
    for (key, doc) in docs.sources.iter().flat_map(|keyed| &keyed.0) {
        all.insert((Kind::Source, vec![key.clone()]), Object::Source(Box::new(doc.clone())));
    }
    for (key, doc) in docs.flows.iter().flat_map(|keyed| &keyed.0) {
        all.insert((Kind::Flow, vec![key.clone()]), Object::Flow(doc.clone()));
    }
    for (key, doc) in docs.discovered.iter().flat_map(|keyed| &keyed.0) {
        all.insert((Kind::Discovered, vec![key.clone()]), Object::Discovered(doc.clone()));
    }
    for (key, doc) in docs.activities.iter().flat_map(|keyed| &keyed.0) {
        all.insert((Kind::Activity, vec![key.clone()]), Object::Activity(Box::new(doc.clone())));
    }
    for (source, stores) in docs.decisions.iter().flat_map(|keyed| &keyed.0) {
        for (store, doc) in &stores.0 {
            if !doc.people.is_empty() {
                all.insert(
                    (Kind::People, vec![source.clone(), store.clone()]),
                    Object::People(doc.people.clone()),
                );
            }
            for (field, decision) in &doc.fields.0 {
                all.insert(
                    (Kind::Field, vec![source.clone(), store.clone(), field.clone()]),
                    Object::Field(decision.clone()),
                );
            }
        }
    }
    all
}

/// Puts documents into one form: texts trimmed, lists sorted without doubles, what a decision leaves
/// out filled in.
pub(super) fn normalise(docs: &mut Docs) {
    if let Some(doc) = &mut docs.organisation {
        trim([&mut doc.name, &mut doc.contact, &mut doc.representative, &mut doc.officer]);
    }
    for doc in docs.systems.iter_mut().flat_map(|keyed| keyed.0.values_mut()) {
        trim([&mut doc.name, &mut doc.description, &mut doc.owner, &mut doc.purpose]);
        country(&mut doc.country);
    }
    for doc in docs.recipients.iter_mut().flat_map(|keyed| keyed.0.values_mut()) {
        trim([&mut doc.name, &mut doc.contract]);
        country(&mut doc.country);
    }
    for doc in docs.sources.iter_mut().flat_map(|keyed| keyed.0.values_mut()) {
        source(doc);
    }
    for doc in docs.flows.iter_mut().flat_map(|keyed| keyed.0.values_mut()) {
        trim([&mut doc.description]);
        sort(&mut doc.categories);
    }
    for doc in docs.discovered.iter_mut().flat_map(|keyed| keyed.0.values_mut()) {
        trim([&mut doc.description]);
        sort(&mut doc.categories);
    }
    for doc in docs.activities.iter_mut().flat_map(|keyed| keyed.0.values_mut()) {
        trim([
            &mut doc.name,
            &mut doc.on_behalf_of,
            &mut doc.purpose,
            &mut doc.retention,
            &mut doc.security,
            &mut doc.owner,
            &mut doc.assessment,
        ]);
        for list in [&mut doc.people, &mut doc.systems, &mut doc.categories, &mut doc.recipients] {
            sort(list);
        }
        doc.legal_basis.0.retain(|_, basis| !basis.is_empty());
    }
    let stores = docs.decisions.iter_mut().flat_map(|keyed| keyed.0.values_mut());
    stores.flat_map(|stores| stores.0.values_mut()).for_each(decisions);
}

fn source(doc: &mut SourceDoc) {
    trim([&mut doc.name, &mut doc.tables, &mut doc.tls_ca, &mut doc.cron]);
    if doc.kind != "declared" {
        // Addresses have many spellings; the map keeps the one that parsing gives.
        if let Ok((address, None)) = ::sources::Address::parse(doc.address.trim()) {
            doc.address = address.to_string();
        }
    }
    for origin in &mut doc.origins {
        trim([&mut origin.touchpoint, &mut origin.provider, &mut origin.contract]);
        country(&mut origin.country);
    }
    doc.origins.sort();
    for store in doc.stores.0.values_mut() {
        store.links.sort();
    }
}

fn decisions(doc: &mut StoreDecisionsDoc) {
    for field in doc.fields.0.values_mut() {
        trim([&mut field.note]);
        if field.decision == "dismissed" {
            field.category.clear();
        }
        if field.sensitivity.is_empty() {
            field.sensitivity = if field.category.is_empty() {
                "none".into()
            } else {
                detect::taxonomy()
                    .get(&field.category)
                    .map_or(String::new(), |known| known.sensitivity.as_str().into())
            };
        }
    }
}

fn trim<const N: usize>(texts: [&mut String; N]) {
    for text in texts {
        let clean = text.trim().replace("\r\n", "\n");
        if clean != *text {
            *text = clean;
        }
    }
}

fn country(text: &mut String) {
    *text = text.trim().to_uppercase();
}

fn sort(list: &mut Vec<String>) {
    for item in &mut *list {
        *item = item.trim().to_owned();
    }
    list.retain(|item| !item.is_empty());
    list.sort();
    list.dedup();
}
