//! Datasets: declared sources, or decisions on a scanned source's fields.

use super::{
    Import, Said, Taken,
    model::{Collection, Dataset, Field, Manifest, Meta},
    taxonomy::{Mapped, people},
};
use crate::{
    code::docs::{
        FieldDecisionDoc, FieldDoc, FlowDoc, Keyed, LinkDoc, SourceDoc, StoreDecisionsDoc, StoreDoc,
    },
    model::PEOPLE,
};

/// Nested fields deeper than this are no real data model.
const DEEPEST: usize = 20;

/// A field with its path from the collection down.
struct Flat<'a> {
    path: String,
    field: &'a Field,
}

impl Import<'_> {
    pub(super) fn datasets(&mut self, all: &Manifest) {
        for dataset in &all.dataset {
            self.dataset(dataset);
        }
    }

    fn dataset(&mut self, dataset: &Dataset) {
        let key = dataset.fides_key.as_str();
        let mut source = self.source(dataset);
        let mut count = 0;
        for collection in &dataset.collections {
            let mut flat = Vec::new();
            flatten("", &collection.fields, 0, &mut flat);
            count += flat.len();
            let mut decisions =
                StoreDecisionsDoc { people: store_people(collection), ..Default::default() };
            let mut store =
                StoreDoc { comment: collection.description.clone(), ..StoreDoc::default() };
            for item in &flat {
                store.fields.push(field_doc(item));
                self.references(key, item, &mut store);
                if let Some(decision) = self.decision(dataset, collection, item) {
                    decisions.fields.0.insert(item.path.clone(), decision);
                }
            }
            // Names are unique in a store here; Fides does not ask for that.
            let mut seen = std::collections::BTreeSet::new();
            store.fields.retain(|field| seen.insert(field.name.clone()));
            source.stores.0.insert(collection.name.clone(), store);
            self.decide(key, &collection.name, decisions);
        }
        if self.into.is_none() {
            let sources = self.docs.sources.get_or_insert_with(Keyed::default);
            sources.0.insert(dataset.fides_key.clone(), source);
        }
        self.report.add(Taken::Fully, key, Said::Dataset(count));
    }

    /// The declared source; what the map already says beside Fides' words stays.
    fn source(&self, dataset: &Dataset) -> SourceDoc {
        let key = &dataset.fides_key;
        let known = self.now.sources.as_ref().and_then(|sources| sources.0.get(key));
        let mut source = known.filter(|doc| doc.kind == "declared").cloned().unwrap_or_default();
        source.kind = "declared".into();
        source.address.clone_from(key);
        source.name = if dataset.name.is_empty() { key.clone() } else { dataset.name.clone() };
        if let Some(owner) = self.owners.get(key) {
            source.system.clone_from(owner);
        }
        source.stores = Keyed::default();
        source
    }

    /// Puts a store's decisions where they belong: the declared source, or the one chosen.
    fn decide(&mut self, dataset: &str, store: &str, decisions: StoreDecisionsDoc) {
        let Some(into) = &self.into else {
            if decisions != StoreDecisionsDoc::default() {
                let all = self.docs.decisions.get_or_insert_with(Keyed::default);
                all.0.entry(dataset.to_owned()).or_default().0.insert(store.to_owned(), decisions);
            }
            return;
        };
        let source = into.source.clone();
        let mut merged = StoreDecisionsDoc::default();
        let mut name = None;
        let mut missing = Vec::new();
        for (field, decision) in decisions.fields.0 {
            // Schemas are part of a scanned store's name and not of a collection's.
            let find = |store: &str| into.fields.get(&(store.to_lowercase(), field.to_lowercase()));
            let found = find(store).or_else(|| {
                let end = format!(".{}", store.to_lowercase());
                let mut ends = into.fields.iter().filter(|((known, column), _)| {
                    known.ends_with(&end) && *column == field.to_lowercase()
                });
                ends.next().map(|(_, names)| names)
            });
            match found {
                Some((known, column)) => {
                    name = Some(known.clone());
                    merged.fields.0.insert(column.clone(), decision);
                }
                None => missing.push(field),
            }
        }
        for field in missing {
            self.report.add(Taken::Not, format!("{dataset}.{store}.{field}"), Said::NoField);
        }
        if let Some(name) = name {
            merged.people = decisions.people;
            let all = self.docs.decisions.get_or_insert_with(Keyed::default);
            all.0.entry(source).or_default().0.insert(name, merged);
        }
    }

    /// One category for one field: the most sensitive of its own, else its collection's, its dataset's.
    fn decision(
        &mut self,
        dataset: &Dataset,
        collection: &Collection,
        item: &Flat<'_>,
    ) -> Option<FieldDecisionDoc> {
        let place = format!("{}.{}.{}", dataset.fides_key, collection.name, item.path);
        let own = &item.field.data_categories;
        let inherited = [&collection.data_categories, &dataset.data_categories];
        let keys = if own.is_empty() && item.field.fields.is_empty() {
            let keys = inherited.into_iter().find(|keys| !keys.is_empty())?;
            self.report.add(Taken::Nearly, place.as_str(), Said::Inherited(keys.join(", ")));
            keys
        } else {
            own
        };
        if keys.is_empty() {
            return None;
        }
        let mut best: Option<&'static detect::Category> = None;
        let mut personal = 0;
        for key in keys {
            let (Mapped::Exactly(found) | Mapped::Nearly(found)) = self.categories.map(key) else {
                continue;
            };
            personal += 1;
            if best.is_none_or(|best| found.sensitivity > best.sensitivity) {
                best = Some(found);
            }
        }
        self.map_all(&place, keys);
        let meta = item.field.fides_meta.as_ref();
        let identity = meta.map(|meta| meta.identity.as_str()).filter(|text| !text.is_empty());
        let note = match identity {
            Some(identity) => format!("Fideslang: {}; identity {identity}", keys.join(", ")),
            None => format!("Fideslang: {}", keys.join(", ")),
        };
        if let Some(best) = best {
            if personal > 1 {
                self.report.add(Taken::Nearly, place, Said::Several(best.key.clone()));
            }
            return Some(FieldDecisionDoc {
                decision: "corrected".into(),
                category: best.key.clone(),
                note,
                ..FieldDecisionDoc::default()
            });
        }
        let system = keys.iter().all(|key| matches!(self.categories.map(key), Mapped::System));
        system.then(|| FieldDecisionDoc {
            decision: "dismissed".into(),
            note,
            ..FieldDecisionDoc::default()
        })
    }

    /// References within a dataset are keys; those between datasets of two systems are flows.
    fn references(&mut self, dataset: &str, item: &Flat<'_>, store: &mut StoreDoc) {
        let Some(meta) = &item.field.fides_meta else { return };
        for reference in &meta.references {
            let Some((collection, column)) = reference.field.split_once('.') else { continue };
            if reference.dataset == dataset {
                store.links.push(LinkDoc {
                    columns: vec![item.path.clone()],
                    store: collection.to_owned(),
                    references: vec![column.to_owned()],
                });
                continue;
            }
            let (here, there) = (self.owners.get(dataset), self.owners.get(&reference.dataset));
            let Some((here, there)) = here.zip(there).filter(|(here, there)| here != there) else {
                continue;
            };
            let (from, to) =
                if reference.direction == "to" { (here, there) } else { (there, here) };
            let (from, to) = (from.clone(), to.clone());
            let place = format!("{dataset}.{}", item.path);
            let categories = self.map_all(&place, &item.field.data_categories);
            self.flow(&from, &to, categories);
        }
    }

    /// A flow between two systems, once; categories add up.
    pub(super) fn flow(&mut self, from: &str, to: &str, categories: Vec<String>) {
        let (from, to) = (format!("system:{from}"), format!("system:{to}"));
        let known = self.now.flows.iter().flat_map(|flows| &flows.0);
        let existing = known
            .filter(|(_, flow)| flow.from == from && flow.to == to)
            .map(|(key, flow)| (key.clone(), flow.clone()))
            .next();
        let flows = self.docs.flows.get_or_insert_with(Keyed::default);
        let new = crate::model::slug(&format!("{from} to {to}").replace("system:", ""));
        let (key, start) = existing.unwrap_or_else(|| {
            (new, FlowDoc { from, to, description: "Fideslang".into(), categories: Vec::new() })
        });
        let flow = flows.0.entry(key).or_insert(start);
        flow.categories.extend(categories);
        flow.categories.sort();
        flow.categories.dedup();
    }
}

fn flatten<'a>(prefix: &str, fields: &'a [Field], depth: usize, all: &mut Vec<Flat<'a>>) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        let many = field.fides_meta.as_ref().is_some_and(|meta| meta.data_type.ends_with("[]"));
        let below = if many { format!("{path}[].") } else { format!("{path}.") };
        all.push(Flat { path, field });
        if depth < DEEPEST {
            flatten(&below, &field.fields, depth + 1, all);
        }
    }
}

fn field_doc(item: &Flat<'_>) -> FieldDoc {
    let none = Meta::default();
    let meta = item.field.fides_meta.as_ref().unwrap_or(&none);
    let data_type = match meta.length {
        Some(length) if !meta.data_type.is_empty() => format!("{}({length})", meta.data_type),
        _ if meta.data_type.is_empty() && !item.field.fields.is_empty() => "object".to_owned(),
        _ => meta.data_type.clone(),
    };
    FieldDoc {
        name: item.path.clone(),
        data_type,
        primary_key: meta.primary_key,
        comment: item.field.description.clone(),
    }
}

/// Whose data, where the collection or all its fields say so in a word we share.
fn store_people(collection: &Collection) -> String {
    let mut subjects: Vec<String> = collection
        .data_subjects
        .iter()
        .chain(collection.fields.iter().flat_map(|field| &field.data_subjects))
        .map(|subject| people(subject))
        .collect();
    subjects.sort();
    subjects.dedup();
    match subjects.as_slice() {
        [only] if PEOPLE.contains(&only.as_str()) => only.clone(),
        _ => String::new(),
    }
}
