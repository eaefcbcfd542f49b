//! Systems, their privacy declarations and data flows.

use std::collections::BTreeSet;

use super::{
    Import, Said, Taken,
    model::{DataFlow, Declaration, Manifest, System},
    taxonomy::{basis, people, purpose},
};
use crate::code::docs::{ActivityDoc, Keyed, RecipientDoc, SystemDoc};

impl Import<'_> {
    pub(super) fn systems(&mut self, all: &Manifest) {
        let named: BTreeSet<&str> =
            all.system.iter().map(|system| system.fides_key.as_str()).collect();
        for system in &all.system {
            self.own(system);
            self.system(system);
        }
        for system in &all.system {
            for declaration in &system.privacy_declarations {
                self.activity(system, declaration);
            }
            self.flows(system, &named);
        }
    }

    /// Which datasets belong to a system: those it names, and those it reads when nobody names them.
    fn own(&mut self, system: &System) {
        let named = system
            .privacy_declarations
            .iter()
            .flat_map(|declaration| &declaration.dataset_references)
            .chain(&system.dataset_references);
        for dataset in named {
            self.owners.insert(dataset.clone(), system.fides_key.clone());
        }
        for flow in
            system.ingress.iter().chain(&system.egress).filter(|flow| flow.kind == "dataset")
        {
            self.owners.entry(flow.fides_key.clone()).or_insert_with(|| system.fides_key.clone());
        }
    }

    fn system(&mut self, system: &System) {
        let known = self.now.systems.as_ref().and_then(|all| all.0.get(&system.fides_key));
        let mut doc = known.cloned().unwrap_or_default();
        let set = |place: &mut String, text: &str| {
            if !text.trim().is_empty() {
                text.trim().clone_into(place);
            }
        };
        set(&mut doc.name, &system.name);
        if doc.name.is_empty() {
            doc.name.clone_from(&system.fides_key);
        }
        set(&mut doc.description, &system.description);
        if system.administrating_department != "Not defined" {
            set(&mut doc.owner, &system.administrating_department);
        }
        if doc.purpose.is_empty() {
            let uses: BTreeSet<String> = system
                .privacy_declarations
                .iter()
                .map(|declaration| purpose(&declaration.data_use, &self.uses))
                .filter(|text| !text.is_empty())
                .collect();
            doc.purpose = uses.into_iter().collect::<Vec<_>>().join("; ");
        }
        let systems = self.docs.systems.get_or_insert_with(Keyed::default);
        systems.0.insert(system.fides_key.clone(), doc);
        self.report.add(Taken::Fully, &system.fides_key, Said::System);
    }

    fn activity(&mut self, system: &System, declaration: &Declaration) {
        let words = purpose(&declaration.data_use, &self.uses);
        let title = if system.name.is_empty() { &system.fides_key } else { &system.name };
        let name = match (declaration.name.trim(), words.is_empty()) {
            ("", true) => title.clone(),
            ("", false) => format!("{title} – {words}"),
            (name, _) => name.to_owned(),
        };
        let place = format!("{} / {}", system.fides_key, declaration.data_use);
        let base = crate::model::slug(&format!("{} {}", system.fides_key, declaration.data_use));
        let taken = self.docs.activities.get_or_insert_with(Keyed::default);
        let key = crate::records::free_key(&base, |key| taken.0.contains_key(key));
        let known = self.now.activities.as_ref().and_then(|all| all.0.get(&key));
        let mut doc = known.cloned().unwrap_or_default();
        doc.name = name;
        role(&system.responsibility).clone_into(&mut doc.role);
        if !words.is_empty() {
            doc.purpose = words;
        }
        doc.systems = vec![system.fides_key.clone()];
        doc.people = declaration.data_subjects.iter().map(|subject| people(subject)).collect();
        doc.categories = self.map_all(&place, &declaration.data_categories);
        if let Some(basis) = basis(&declaration.legal_basis_for_processing) {
            doc.legal_basis.0.insert("gdpr".into(), basis.into());
        }
        let assessment = [&system.dpa_location, &declaration.impact_assessment_location];
        let assessment = assessment.into_iter().rfind(|text| !text.is_empty());
        for (place, text) in [
            (&mut doc.retention, &declaration.retention_period),
            (&mut doc.assessment, assessment.unwrap_or(&system.dpa_location)),
            (&mut doc.security, &system.data_security_practices),
            (&mut doc.on_behalf_of, &system.joint_controller_info),
        ] {
            if !text.trim().is_empty() {
                text.trim().clone_into(place);
            }
        }
        self.third_parties(&place, declaration, &mut doc);
        self.docs.activities.get_or_insert_with(Keyed::default).0.insert(key, doc);
        self.report.add(Taken::Fully, place, Said::Activity);
    }

    fn third_parties(&mut self, place: &str, declaration: &Declaration, doc: &mut ActivityDoc) {
        let text = declaration.third_parties.trim();
        if text.is_empty() {
            return;
        }
        let name: String = text.chars().take(120).collect();
        let key = crate::model::slug(&name);
        let known = self.now.recipients.as_ref().and_then(|all| all.0.get(&key)).cloned();
        let recipient = known.unwrap_or_else(|| RecipientDoc {
            name: name.clone(),
            kind: "controller".into(),
            ..RecipientDoc::default()
        });
        self.docs.recipients.get_or_insert_with(Keyed::default).0.insert(key.clone(), recipient);
        doc.recipients.push(key);
        self.report.add(Taken::Nearly, place, Said::ThirdParties(name));
    }

    fn flows(&mut self, system: &System, named: &BTreeSet<&str>) {
        let ends = system.egress.iter().map(|flow| (flow, true));
        for (flow, out) in ends.chain(system.ingress.iter().map(|flow| (flow, false))) {
            let place = format!("{} / {}", system.fides_key, flow.fides_key);
            let Some(other) = self.other_end(&place, flow, named) else { continue };
            if other == system.fides_key {
                continue;
            }
            let categories = self.map_all(&place, &flow.data_categories);
            if out {
                self.flow(&system.fides_key, &other, categories);
            } else {
                self.flow(&other, &system.fides_key, categories);
            }
            self.report.add(Taken::Fully, place, Said::Flow);
        }
    }

    /// The system at a flow's other end; a dataset stands for the system that owns it.
    fn other_end(
        &mut self,
        place: &str,
        flow: &DataFlow,
        named: &BTreeSet<&str>,
    ) -> Option<String> {
        match flow.kind.as_str() {
            "user" => {
                self.report.add(Taken::Not, place, Said::UserFlow);
                None
            }
            "dataset" => self.owners.get(&flow.fides_key).cloned(),
            _ => {
                let key = flow.fides_key.clone();
                let known = self.now.systems.as_ref().is_some_and(|all| all.0.contains_key(&key));
                if !known && !named.contains(key.as_str()) {
                    let doc = SystemDoc { name: key.clone(), ..SystemDoc::default() };
                    let systems = self.docs.systems.get_or_insert_with(Keyed::default);
                    systems.0.entry(key.clone()).or_insert(doc);
                    self.report.add(Taken::Nearly, &key, Said::Guessed);
                }
                Some(key)
            }
        }
    }
}

/// Fides lets a system have several responsibilities; the strictest counts.
fn role(responsibility: &[String]) -> &'static str {
    let has = |name: &str| responsibility.iter().any(|text| text == name);
    if has("Controller") || responsibility.is_empty() {
        "controller"
    } else if has("Co-Controller") {
        "joint_controller"
    } else {
        "processor"
    }
}
