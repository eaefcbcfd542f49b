//! Checks documents before a plan is made: values, references, passwords. All problems at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    docs::{Docs, SourceDoc},
    load::origin_names,
    objects::Kind,
    problem::{Problem, Wrong, line_of, nearest},
};
use crate::{
    model::PEOPLE,
    records::law,
    systems::{RECIPIENT_KINDS, SAFEGUARDS, countries},
};

const ROLES: [&str; 3] = ["controller", "joint_controller", "processor"];
const TLS: [&str; 4] = ["disable", "prefer", "require", "verify-full"];
const SOURCE_KINDS: [&str; 5] = ["sqlite", "postgres", "mysql", "files", "declared"];
const SENSITIVITIES: [&str; 4] = ["none", "personal", "confidential", "sensitive"];

/// Looks for problems in documents that would be applied onto a map.
pub(super) struct Check<'a> {
    pub docs: &'a Docs,
    pub texts: &'a BTreeMap<String, String>,
    pub secrets: bool,
    /// Keys that will exist after the plan.
    pub systems: BTreeSet<String>,
    pub recipients: BTreeSet<String>,
    pub sources: BTreeMap<String, SourceDoc>,
    pub problems: Vec<Problem>,
}

impl Check<'_> {
    /// Runs all checks.
    pub fn run(&mut self) {
        self.keys();
        self.organisation();
        self.systems();
        self.recipients();
        self.sources();
        self.flows();
        self.activities();
        self.decisions();
    }

    fn wrong(&mut self, kind: Kind, path: &[&str], wrong: Wrong) {
        let (file, top) = kind.file();
        let short = file.replace(".yaml", ".yml");
        let found = self.texts.get_key_value(file).or_else(|| self.texts.get_key_value(&short));
        let (file, line) = match found {
            Some((name, text)) => {
                let mut whole = vec![top];
                whole.extend(path);
                (name.as_str(), line_of(text, &whole).unwrap_or(0))
            }
            None => (file, 0),
        };
        self.problems.push(Problem::at(file, line, 0, wrong));
    }

    /// A key is short, printable and not blank.
    fn keys(&mut self) {
        let docs = self.docs;
        let mut all: Vec<(Kind, &String)> = Vec::new();
        all.extend(docs.systems.iter().flat_map(|k| k.0.keys()).map(|k| (Kind::System, k)));
        all.extend(docs.recipients.iter().flat_map(|k| k.0.keys()).map(|k| (Kind::Recipient, k)));
        all.extend(docs.sources.iter().flat_map(|k| k.0.keys()).map(|k| (Kind::Source, k)));
        all.extend(docs.flows.iter().flat_map(|k| k.0.keys()).map(|k| (Kind::Flow, k)));
        all.extend(docs.activities.iter().flat_map(|k| k.0.keys()).map(|k| (Kind::Activity, k)));
        for (kind, key) in all {
            if key.trim().is_empty() || key.trim() != key || key.chars().count() > 200 {
                self.wrong(kind, &[key], Wrong::Text("key"));
            }
        }
    }

    fn text(&mut self, kind: Kind, path: &[&str], name: &'static str, text: &str, needed: bool) {
        let empty = needed && text.trim().is_empty();
        if empty || text.chars().count() > 4000 || text.contains('\0') {
            let mut whole = path.to_vec();
            whole.push(name);
            self.wrong(kind, &whole, Wrong::Text(name));
        }
    }

    fn one_of(
        &mut self,
        kind: Kind,
        path: &[&str],
        what: &'static str,
        value: &str,
        known: &[&str],
    ) {
        if !known.contains(&value) {
            let nearest = nearest(value, known.iter().copied());
            let value = value.to_owned();
            self.wrong(kind, path, Wrong::UnknownValue { what, value, nearest });
        }
    }

    fn country(&mut self, kind: Kind, path: &[&str], code: &str) {
        if !code.is_empty() && countries::find(code).is_none() {
            let value = code.to_owned();
            let wrong = Wrong::UnknownValue { what: "country code", value, nearest: String::new() };
            self.wrong(kind, path, wrong);
        }
    }

    fn category(&mut self, kind: Kind, path: &[&str], key: &str) {
        let taxonomy = detect::taxonomy();
        if taxonomy.get(key).is_none() {
            let near = nearest(key, taxonomy.categories.iter().map(|c| c.key.as_str()));
            let value = key.to_owned();
            self.wrong(kind, path, Wrong::UnknownValue { what: "category", value, nearest: near });
        }
    }

    fn reference(
        &mut self,
        kind: Kind,
        path: &[&str],
        what: &'static str,
        key: &str,
        known: &BTreeSet<String>,
    ) {
        if !known.contains(key) {
            let near = nearest(key, known.iter().map(String::as_str));
            let key = key.to_owned();
            self.wrong(kind, path, Wrong::UnknownReference { what, key, nearest: near });
        }
    }

    fn organisation(&mut self) {
        let Some(doc) = &self.docs.organisation else { return };
        for (name, text) in [
            ("name", &doc.name),
            ("contact", &doc.contact),
            ("representative", &doc.representative),
            ("officer", &doc.officer),
        ] {
            self.text(Kind::Organisation, &[], name, text, false);
        }
    }

    fn systems(&mut self) {
        for (key, doc) in self.docs.systems.iter().flat_map(|keyed| &keyed.0) {
            self.text(Kind::System, &[key], "name", &doc.name, true);
            for (name, text) in [
                ("description", &doc.description),
                ("owner", &doc.owner),
                ("purpose", &doc.purpose),
            ] {
                self.text(Kind::System, &[key], name, text, false);
            }
            self.country(Kind::System, &[key, "country"], &doc.country);
        }
    }

    fn recipients(&mut self) {
        for (key, doc) in self.docs.recipients.iter().flat_map(|keyed| &keyed.0) {
            let kind = Kind::Recipient;
            self.text(kind, &[key], "name", &doc.name, true);
            self.text(kind, &[key], "contract", &doc.contract, false);
            self.one_of(kind, &[key, "kind"], "kind of recipient", &doc.kind, RECIPIENT_KINDS);
            self.country(kind, &[key, "country"], &doc.country);
            if !doc.safeguard.is_empty() {
                self.one_of(kind, &[key, "safeguard"], "safeguard", &doc.safeguard, SAFEGUARDS);
            }
        }
    }

    fn sources(&mut self) {
        let systems = self.systems.clone();
        for (key, doc) in self.docs.sources.iter().flat_map(|keyed| &keyed.0) {
            let kind = Kind::Source;
            self.text(kind, &[key], "name", &doc.name, true);
            self.text(kind, &[key], "address", &doc.address, true);
            self.one_of(kind, &[key, "kind"], "kind of source", &doc.kind, &SOURCE_KINDS);
            self.one_of(kind, &[key, "tls"], "TLS mode", &doc.tls, &TLS);
            if !doc.system.is_empty() {
                self.reference(kind, &[key, "system"], "system", &doc.system, &systems);
            }
            if !(1..=100_000).contains(&doc.rows_per_store) {
                self.wrong(kind, &[key, "rows_per_store"], Wrong::Bounds("rows_per_store"));
            }
            if !doc.cron.is_empty() && store::next_run(&doc.cron, &doc.zone).is_err() {
                self.wrong(kind, &[key, "cron"], Wrong::Cron(doc.cron.clone()));
            }
            if !doc.password_from.is_empty() && !self.secrets {
                self.wrong(kind, &[key, "password_from"], Wrong::PasswordHere);
            }
            self.address(key, doc);
            for origin in &doc.origins {
                let known = ["direct", "third_party"];
                self.one_of(
                    kind,
                    &[key, "origins", "kind"],
                    "kind of origin",
                    &origin.kind,
                    &known,
                );
                self.country(kind, &[key, "origins", "country"], &origin.country);
                self.text(kind, &[key, "origins"], "touchpoint or provider", origin.name(), true);
            }
            self.stores(key, doc);
        }
    }

    fn address(&mut self, key: &str, doc: &SourceDoc) {
        let path = [key, "address"];
        if doc.kind == "declared" {
            return;
        }
        match ::sources::Address::parse(doc.address.trim()) {
            // A folder that is not mounted just now: the next scan tells; the files are not wrong.
            Err(::sources::SourceError::Missing(_)) if doc.kind == "files" => {}
            Err(error) => self.wrong(Kind::Source, &path, Wrong::Address(error.to_string())),
            Ok((_, Some(_))) => self.wrong(Kind::Source, &path, Wrong::PasswordInAddress),
            Ok((address, None)) => {
                let is = crate::sources::kind_name(address.kind);
                if is != doc.kind && SOURCE_KINDS.contains(&doc.kind.as_str()) {
                    let value = doc.kind.clone();
                    let wrong = Wrong::UnknownValue {
                        what: "kind of this address",
                        value,
                        nearest: is.into(),
                    };
                    self.wrong(Kind::Source, &[key, "kind"], wrong);
                }
            }
        }
    }

    fn stores(&mut self, key: &str, doc: &SourceDoc) {
        if doc.kind != "declared" && !doc.stores.is_empty() {
            let (wrong_key, nearest) = ("stores".to_owned(), String::new());
            self.wrong(
                Kind::Source,
                &[key, "stores"],
                Wrong::UnknownKey { key: wrong_key, nearest },
            );
        }
        for (name, store) in &doc.stores.0 {
            let mut seen = BTreeSet::new();
            for field in &store.fields {
                if field.name.is_empty() || !seen.insert(&field.name) {
                    let wrong = Wrong::Twice(field.name.clone());
                    self.wrong(Kind::Source, &[key, "stores", name], wrong);
                }
            }
        }
    }

    fn end(&mut self, kind: Kind, path: &[&str], end: &str, to: bool) {
        let (systems, recipients) = (self.systems.clone(), self.recipients.clone());
        match end.split_once(':') {
            Some(("system", key)) => self.reference(kind, path, "system", key, &systems),
            Some(("recipient", key)) if to => {
                self.reference(kind, path, "recipient", key, &recipients);
            }
            Some(("origin", key)) if !to => {
                let known: BTreeSet<String> = self
                    .sources
                    .iter()
                    .flat_map(|(source, doc)| origin_names(source, doc.origins.iter()))
                    .collect();
                self.reference(kind, path, "origin", key, &known);
            }
            _ => {
                let value = end.to_owned();
                let what = if to {
                    "end (system:KEY or recipient:KEY)"
                } else {
                    "end (system:KEY or origin:SOURCE/NAME)"
                };
                self.wrong(kind, path, Wrong::UnknownValue { what, value, nearest: String::new() });
            }
        }
    }

    fn flows(&mut self) {
        for (key, doc) in self.docs.flows.iter().flat_map(|keyed| &keyed.0) {
            let kind = Kind::Flow;
            self.end(kind, &[key, "from"], &doc.from, false);
            self.end(kind, &[key, "to"], &doc.to, true);
            self.text(kind, &[key], "description", &doc.description, false);
            for category in &doc.categories {
                self.category(kind, &[key, "categories"], category);
            }
        }
        for (key, doc) in self.docs.discovered.iter().flat_map(|keyed| &keyed.0) {
            let kind = Kind::Discovered;
            let known = ["confirmed", "dismissed"];
            self.one_of(kind, &[key, "decision"], "decision", &doc.decision, &known);
            self.end(kind, &[key, "from"], &doc.from, false);
            self.end(kind, &[key, "to"], &doc.to, true);
        }
    }

    fn activities(&mut self) {
        let (systems, recipients) = (self.systems.clone(), self.recipients.clone());
        for (key, doc) in self.docs.activities.iter().flat_map(|keyed| &keyed.0) {
            let kind = Kind::Activity;
            self.text(kind, &[key], "name", &doc.name, true);
            self.one_of(kind, &[key, "role"], "role", &doc.role, &ROLES);
            for (name, text) in [
                ("on_behalf_of", &doc.on_behalf_of),
                ("purpose", &doc.purpose),
                ("retention", &doc.retention),
                ("security", &doc.security),
                ("owner", &doc.owner),
                ("assessment", &doc.assessment),
            ] {
                self.text(kind, &[key], name, text, false);
            }
            let regimes: Vec<&str> = law().bases.iter().map(|b| b.regime.as_str()).collect();
            for (regime, basis) in &doc.legal_basis.0 {
                let path = [key.as_str(), "legal_basis", regime];
                self.one_of(kind, &path, "regime", regime, &regimes);
                if let Some(bases) = law().bases(regime) {
                    let known: Vec<&str> = bases.keys.iter().map(String::as_str).collect();
                    self.one_of(kind, &path, "legal basis of this regime", basis, &known);
                }
            }
            for system in &doc.systems {
                self.reference(kind, &[key, "systems"], "system", system, &systems);
            }
            for recipient in &doc.recipients {
                self.reference(kind, &[key, "recipients"], "recipient", recipient, &recipients);
            }
            for category in &doc.categories {
                self.category(kind, &[key, "categories"], category);
            }
        }
    }

    fn decisions(&mut self) {
        let sources: BTreeSet<String> = self.sources.keys().cloned().collect();
        let docs = self.docs;
        for (source, stores) in docs.decisions.iter().flat_map(|keyed| &keyed.0) {
            self.reference(Kind::Field, &[source], "source", source, &sources);
            for (store, doc) in &stores.0 {
                if !doc.people.is_empty() {
                    let path = [source.as_str(), store, "people"];
                    self.one_of(Kind::People, &path, "people category", &doc.people, PEOPLE);
                }
                for (field, decision) in &doc.fields.0 {
                    let path = [source.as_str(), store, "fields", field];
                    self.decision(&path, decision);
                    self.declared(source, store, field, &path);
                }
            }
        }
    }

    fn decision(&mut self, path: &[&str], doc: &super::docs::FieldDecisionDoc) {
        let kind = Kind::Field;
        let known = ["confirmed", "corrected", "dismissed"];
        self.one_of(kind, path, "decision", &doc.decision, &known);
        if doc.decision == "corrected" || !doc.category.is_empty() {
            self.category(kind, path, &doc.category);
        }
        if !doc.sensitivity.is_empty() {
            self.one_of(kind, path, "sensitivity", &doc.sensitivity, &SENSITIVITIES);
        }
        self.text(kind, path, "note", &doc.note, false);
    }

    /// A declared source holds what its file says and nothing else.
    fn declared(&mut self, source: &str, store: &str, field: &str, path: &[&str]) {
        let Some(doc) = self.sources.get(source).filter(|doc| doc.kind == "declared") else {
            return;
        };
        let fields =
            doc.stores.0.get(store).map(|store| store.fields.as_slice()).unwrap_or_default();
        if !fields.iter().any(|known| known.name == field) {
            let near = nearest(field, fields.iter().map(|known| known.name.as_str()));
            let key = field.to_owned();
            let wrong = Wrong::UnknownReference {
                what: "field of this declared source",
                key,
                nearest: near,
            };
            self.wrong(Kind::Field, path, wrong);
        }
    }
}
