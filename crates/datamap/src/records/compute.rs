//! The records, computed from facts of the map: one function per fact, gaps shown as gaps. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    law::{Duty, Fact, Field, View},
    model::{Activity, ActivityRole, Organisation},
};

/// Everything records are computed from.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who we are.
    pub organisation: Organisation,
    /// Activities by name.
    pub activities: Vec<Activity>,
    /// Systems by id.
    pub systems: BTreeMap<String, SystemFact>,
    /// Recipients by id.
    pub recipients: BTreeMap<String, RecipientFact>,
    /// Active flows from systems to recipients.
    pub flows: Vec<FlowFact>,
    /// Periods of retention that a machine enforces, by activity: sentences in English and Chinese.
    pub enforced: BTreeMap<String, Vec<(String, String)>>,
}

/// People who do not use the company's app or site: what is kept of them alone is no matter of its
/// customers.
const NOT_CUSTOMERS: [&str; 3] = ["employees", "candidates", "suppliers"];

/// What the map knows of a system.
#[derive(Debug, Clone, Default)]
pub struct SystemFact {
    /// Name.
    pub name: String,
    /// Owning team.
    pub owner: String,
    /// What it is for.
    pub purpose: String,
    /// Hosting country, or "".
    pub country: String,
    /// Categories found in its sources.
    pub categories: BTreeMap<String, CategoryFact>,
    /// Whose data its stores hold.
    pub people: BTreeSet<String>,
    /// Rows of its largest store with personal data; 0 when unknown.
    pub rows: i64,
    /// Its sources with their origins; one with an empty kind for a source without any.
    pub origins: Vec<OriginFact>,
}

/// A category found in a system.
#[derive(Debug, Clone, Copy, Default)]
pub struct CategoryFact {
    /// Fields.
    pub fields: i64,
    /// Highest sensitivity, 0 to 3.
    pub level: i64,
    /// A field says that people are children.
    pub minor: bool,
}

/// An origin of a source.
#[derive(Debug, Clone, Default)]
pub struct OriginFact {
    /// The source's id.
    pub source_id: String,
    /// The source's name.
    pub source: String,
    /// `direct` | `third_party` | "" (none told).
    pub kind: String,
    /// Direct: where.
    pub touchpoint: String,
    /// Third party: who.
    pub provider: String,
    /// Third party: under which contract.
    pub contract: String,
}

/// A recipient.
#[derive(Debug, Clone, Default)]
pub struct RecipientFact {
    /// Name.
    pub name: String,
    /// `processor` | `controller` | `joint_controller` | `authority`.
    pub kind: String,
    /// Country, or "".
    pub country: String,
    /// Transfer mechanism, or "".
    pub safeguard: String,
    /// Contract.
    pub contract: String,
}

/// A flow from a system to a recipient.
#[derive(Debug, Clone, Default)]
pub struct FlowFact {
    /// System id.
    pub system: String,
    /// Recipient id.
    pub recipient: String,
    /// Categories that flow; empty: not told.
    pub categories: Vec<String>,
}

/// A piece of a line, put into words only when shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What people wrote.
    Text(String),
    /// A message key.
    Message(String),
    /// A message key with a number `$n`.
    Count(String, i64),
    /// A category's key.
    Category(String),
    /// A people category's key, or what people wrote.
    People(String),
    /// A country's code.
    Country(String),
    /// A sentence in English and in Chinese.
    Said(String, String),
}

/// One line of a cell.
pub type Line = Vec<Part>;

/// Where a gap is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// The activity's form, at this input.
    Activity(&'static str),
    /// The organisation's page.
    Organisation,
    /// A system's page.
    System(String),
    /// A source's page.
    Source(String),
    /// The recipients' page.
    Recipient(String),
}

/// Something missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Message key.
    pub key: String,
    /// Whom or what it is about (a recipient's name), or "".
    pub about: String,
    /// Where to fix it.
    pub fix: Fix,
}

/// One cell of the record.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The column.
    pub field: &'static Field,
    /// What is known.
    pub lines: Vec<Line>,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

/// One activity as a view shows it.
#[derive(Debug, Clone)]
pub struct Record {
    /// The activity.
    pub activity: Activity,
    /// Cells in the view's order.
    pub cells: Vec<Cell>,
    /// Columns the law asks for that are complete.
    pub complete: usize,
    /// Columns the law asks for.
    pub asked: usize,
}

impl Record {
    /// 0 to 100.
    pub fn percent(&self) -> usize {
        (self.complete * 100).checked_div(self.asked).unwrap_or(100)
    }
    /// Gaps in all cells.
    pub fn gaps(&self) -> usize {
        self.cells.iter().map(|cell| cell.gaps.len()).sum()
    }
}

/// What a system without an activity could be recorded as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// System id.
    pub system: String,
    /// Its name.
    pub name: String,
    /// Categories found there.
    pub categories: Vec<String>,
    /// People found there.
    pub people: Vec<String>,
    /// Its highest sensitivity, 0 to 3.
    pub level: i64,
}

impl Facts {
    /// The record of every activity that a view lists.
    pub fn records(&self, view: &'static View) -> Vec<Record> {
        self.activities
            .iter()
            .filter(|activity| view.roles.iter().any(|role| role == activity.role.as_str()))
            .map(|activity| self.record(view, activity))
            .collect()
    }

    /// One activity's record.
    pub fn record(&self, view: &'static View, activity: &Activity) -> Record {
        let seen = Seen { facts: self, view, activity };
        let cells: Vec<Cell> = view.fields.iter().map(|field| seen.cell(field)).collect();
        let asked = cells.iter().filter(|cell| cell.field.duty != Duty::Recommended);
        Record {
            activity: activity.clone(),
            complete: asked.clone().filter(|cell| cell.gaps.is_empty()).count(),
            asked: asked.count(),
            cells,
        }
    }

    /// The categories an activity processes, with what the map knows of each.
    pub fn categories_of(&self, activity: &Activity) -> BTreeMap<String, CategoryFact> {
        let Some(view) = super::law::law().views.first() else { return BTreeMap::new() };
        let seen = Seen { facts: self, view, activity };
        seen.category_facts().into_iter().map(|(key, fact)| (key.to_owned(), fact)).collect()
    }

    /// The recipients of an activity by name, with their ids.
    pub fn recipients_of(&self, activity: &Activity) -> Vec<(String, RecipientFact)> {
        let Some(view) = super::law::law().views.first() else { return Vec::new() };
        let seen = Seen { facts: self, view, activity };
        let all = seen.recipients_by_name().into_iter();
        all.map(|(id, fact, _)| (id.to_owned(), fact.clone())).collect()
    }

    /// The part of the map that is about customers; where nobody is named it may be about them.
    #[must_use]
    pub fn of_customers(mut self) -> Self {
        let only_others = |people: &mut dyn Iterator<Item = &String>| {
            let mut people = people.peekable();
            people.peek().is_some() && people.all(|one| NOT_CUSTOMERS.contains(&one.as_str()))
        };
        self.systems.retain(|_, system| !only_others(&mut system.people.iter()));
        self.activities.retain(|activity| !only_others(&mut activity.people.iter()));
        self.flows.retain(|flow| self.systems.contains_key(&flow.system));
        self
    }

    /// Systems that hold personal data and appear in no activity.
    pub fn suggestions(&self) -> Vec<Suggestion> {
        let used: BTreeSet<&String> =
            self.activities.iter().flat_map(|activity| &activity.systems).collect();
        let mut all: Vec<Suggestion> = self
            .systems
            .iter()
            .filter(|(id, system)| !used.contains(id) && !system.categories.is_empty())
            .map(|(id, system)| Suggestion {
                system: id.clone(),
                name: system.name.clone(),
                categories: system.categories.keys().cloned().collect(),
                people: system.people.iter().cloned().collect(),
                level: system.categories.values().map(|fact| fact.level).max().unwrap_or(0),
            })
            .collect();
        all.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.name.cmp(&b.name)));
        all
    }

    /// The draft behind a suggestion: what the map knows, the rest left as gaps. People, categories
    /// and recipients stay empty because the record computes them from the system.
    pub fn draft(&self, system_id: &str) -> Option<Activity> {
        let system = self.systems.get(system_id)?;
        Some(Activity {
            name: system.name.clone(),
            purpose: system.purpose.clone(),
            owner: system.owner.clone(),
            systems: vec![system_id.to_owned()],
            ..Activity::default()
        })
    }
}

/// One activity seen through one view.
struct Seen<'a> {
    facts: &'a Facts,
    view: &'static View,
    activity: &'a Activity,
}

fn text(text: &str) -> Line {
    vec![Part::Text(text.to_owned())]
}

fn message(key: impl Into<String>) -> Part {
    Part::Message(key.into())
}

impl<'a> Seen<'a> {
    fn cell(&self, field: &'static Field) -> Cell {
        let mut cell = Cell { field, lines: Vec::new(), gaps: Vec::new() };
        match field.key {
            Fact::Controller | Fact::Processor => self.who_we_are(&mut cell),
            Fact::JointControllers => self.joint(&mut cell),
            Fact::OnBehalfOf => {
                Self::told(&mut cell, &self.activity.on_behalf_of, Fix::Activity("on_behalf_of"));
            }
            Fact::Representative => self.representative(&mut cell),
            Fact::Officer => {
                Self::told(&mut cell, &self.facts.organisation.officer, Fix::Organisation);
            }
            Fact::Role => cell.lines.push(vec![message(format!(
                "activity-role-{}",
                dash(self.activity.role.as_str())
            ))]),
            Fact::Purpose => {
                Self::told(&mut cell, &self.activity.purpose, Fix::Activity("purpose"));
            }
            Fact::Processing => self.processing(&mut cell),
            Fact::People => self.people(&mut cell),
            Fact::Categories => self.categories(&mut cell),
            Fact::Amount => self.amount(&mut cell),
            Fact::Sensitive => self.sensitive(&mut cell),
            Fact::Origin => self.origin(&mut cell),
            Fact::Recipients => self.recipients(&mut cell),
            Fact::Transfers => self.transfers(&mut cell),
            Fact::Retention => self.retention(&mut cell),
            Fact::Security => {
                Self::told(&mut cell, &self.activity.security, Fix::Activity("security"));
            }
            Fact::LegalBasis => self.legal_basis(&mut cell),
            Fact::Systems => self.systems(&mut cell),
            Fact::Owner => self.owner(&mut cell),
            Fact::Assessment => self.assessment(&mut cell),
        }
        cell
    }

    /// What people wrote, and what is enforced: one of them is enough.
    fn retention(&self, cell: &mut Cell) {
        let enforced = self.facts.enforced.get(&self.activity.id);
        if enforced.is_none() || !self.activity.retention.trim().is_empty() {
            Self::told(cell, &self.activity.retention, Fix::Activity("retention"));
        }
        let said = enforced.into_iter().flatten();
        cell.lines.extend(said.map(|(en, zh)| vec![Part::Said(en.clone(), zh.clone())]));
    }

    /// Shows what people wrote, line by line, or a gap.
    fn told(cell: &mut Cell, value: &str, fix: Fix) {
        if value.trim().is_empty() {
            Self::gap(cell, "", fix);
            return;
        }
        cell.lines.extend(value.lines().filter(|line| !line.trim().is_empty()).map(text));
    }

    fn gap(cell: &mut Cell, about: &str, fix: Fix) {
        let key = format!("records-gap-{}", dash(cell.field.key.as_str()));
        cell.gaps.push(Gap { key, about: about.to_owned(), fix });
    }

    fn systems_of(&self) -> impl Iterator<Item = (&'a String, &'a SystemFact)> {
        let facts = self.facts;
        self.activity.systems.iter().filter_map(|id| facts.systems.get_key_value(id))
    }

    /// The categories processed: those chosen, or all found in the systems.
    fn category_facts(&self) -> BTreeMap<&'a str, CategoryFact> {
        let mut all: BTreeMap<&str, CategoryFact> = BTreeMap::new();
        for (_, system) in self.systems_of() {
            for (key, fact) in &system.categories {
                let sum = all.entry(key).or_default();
                sum.fields += fact.fields;
                sum.level = sum.level.max(fact.level);
                sum.minor |= fact.minor;
            }
        }
        if self.activity.categories.is_empty() {
            return all;
        }
        self.activity
            .categories
            .iter()
            .map(|key| {
                let found = all.get(key.as_str()).copied();
                (key.as_str(), found.unwrap_or_else(|| default_fact(key)))
            })
            .collect()
    }

    /// Recipients declared, and those to whom a flow carries one of the categories.
    fn recipient_ids(&self) -> BTreeMap<&'a str, bool> {
        let categories = self.category_facts();
        let mut all: BTreeMap<&str, bool> = BTreeMap::new();
        for flow in &self.facts.flows {
            let ours = self.activity.systems.contains(&flow.system);
            let carries = flow.categories.is_empty()
                || flow.categories.iter().any(|key| categories.contains_key(key.as_str()));
            if ours && carries {
                all.insert(&flow.recipient, true);
            }
        }
        for id in &self.activity.recipients {
            all.entry(id).or_insert(false);
        }
        all
    }

    /// Recipients by name; the flag says that a flow of the map shows it.
    fn recipients_by_name(&self) -> Vec<(&'a str, &'a RecipientFact, bool)> {
        let facts = self.facts;
        let mut all: Vec<_> = self
            .recipient_ids()
            .into_iter()
            .filter_map(|(id, flows)| facts.recipients.get(id).map(|fact| (id, fact, flows)))
            .collect();
        all.sort_by(|a, b| a.1.name.cmp(&b.1.name));
        all
    }

    fn who_we_are(&self, cell: &mut Cell) {
        let organisation = &self.facts.organisation;
        if organisation.name.is_empty() || organisation.contact.is_empty() {
            Self::gap(cell, "", Fix::Organisation);
        }
        for value in [&organisation.name, &organisation.contact] {
            cell.lines.extend(value.lines().filter(|line| !line.trim().is_empty()).map(text));
        }
    }

    fn joint(&self, cell: &mut Cell) {
        if self.activity.role == ActivityRole::JointController {
            Self::told(cell, &self.activity.on_behalf_of, Fix::Activity("on_behalf_of"));
        } else {
            cell.lines.push(vec![message("records-none")]);
        }
    }

    /// Needed only by an organisation established elsewhere (GDPR Art 27, PIPL Art 53): no gap.
    fn representative(&self, cell: &mut Cell) {
        let value = &self.facts.organisation.representative;
        if value.is_empty() {
            cell.lines.push(vec![message("records-no-representative")]);
        } else {
            cell.lines.extend(value.lines().map(text));
        }
    }

    fn processing(&self, cell: &mut Cell) {
        cell.lines.push(text(&self.activity.name));
        if self.activity.purpose.is_empty() {
            Self::gap(cell, "", Fix::Activity("purpose"));
        } else {
            cell.lines.extend(self.activity.purpose.lines().map(text));
        }
    }

    fn people(&self, cell: &mut Cell) {
        let people: BTreeSet<&str> = if self.activity.people.is_empty() {
            self.systems_of().flat_map(|(_, system)| &system.people).map(String::as_str).collect()
        } else {
            self.activity.people.iter().map(String::as_str).collect()
        };
        if people.is_empty() {
            Self::gap(cell, "", Fix::Activity("people"));
        }
        cell.lines.extend(people.into_iter().map(|key| vec![Part::People(key.to_owned())]));
    }

    fn categories(&self, cell: &mut Cell) {
        let categories = self.category_facts();
        if categories.is_empty() {
            let fix = match self.activity.systems.as_slice() {
                [only] => Fix::System(only.clone()),
                _ => Fix::Activity("systems"),
            };
            Self::gap(cell, "", fix);
        }
        for (key, fact) in by_level(categories) {
            let mut line = vec![Part::Category(key.to_owned())];
            if fact.level >= 3 {
                line.push(message("records-mark-sensitive"));
            }
            if fact.fields > 0 {
                line.push(Part::Count("records-fields".into(), fact.fields));
            } else {
                line.push(message("records-mark-not-found"));
            }
            cell.lines.push(line);
        }
    }

    fn amount(&self, cell: &mut Cell) {
        let rows: Vec<_> = self.systems_of().filter(|(_, system)| system.rows > 0).collect();
        if rows.is_empty() {
            Self::gap(cell, "", Fix::Activity("systems"));
        }
        for (_, system) in rows {
            cell.lines.push(vec![
                Part::Text(system.name.clone()),
                Part::Count("records-rows".into(), system.rows),
            ]);
        }
    }

    fn sensitive(&self, cell: &mut Cell) {
        let categories = self.category_facts();
        let minors = categories.values().any(|fact| fact.minor)
            || self.activity.people.iter().any(|key| key == "children")
            || self.systems_of().any(|(_, system)| system.people.contains("children"));
        if categories.is_empty() {
            Self::gap(cell, "", Fix::Activity("systems"));
            return;
        }
        let sensitive: Vec<_> = by_level(categories)
            .into_iter()
            .filter(|(key, fact)| fact.level >= 3 || pipl_sensitive(key))
            .collect();
        for (key, _) in &sensitive {
            cell.lines.push(vec![Part::Category((*key).to_owned())]);
        }
        if minors {
            cell.lines.push(vec![message("records-minors")]);
        }
        if sensitive.is_empty() && !minors {
            cell.lines.push(vec![message("records-none-found")]);
        }
    }

    fn origin(&self, cell: &mut Cell) {
        let mut any = false;
        for (_, system) in self.systems_of() {
            for origin in &system.origins {
                any = true;
                let mut line = vec![Part::Text(origin.source.clone())];
                match origin.kind.as_str() {
                    "direct" => {
                        line.push(message("records-origin-direct"));
                        line.push(Part::Text(origin.touchpoint.clone()));
                    }
                    "third_party" => {
                        line.push(message("records-origin-third-party"));
                        line.push(Part::Text(origin.provider.clone()));
                        line.push(Part::Text(origin.contract.clone()));
                    }
                    _ => {
                        Self::gap(cell, &origin.source, Fix::Source(origin.source_id.clone()));
                        continue;
                    }
                }
                line.retain(|part| *part != Part::Text(String::new()));
                cell.lines.push(line);
            }
        }
        if !any {
            Self::gap(cell, "", Fix::Activity("systems"));
        }
    }

    fn recipients(&self, cell: &mut Cell) {
        let recipients = self.recipients_by_name();
        if recipients.is_empty() {
            Self::gap(cell, "", Fix::Activity("recipients"));
        }
        for (_, fact, flows) in recipients {
            let mut line = vec![
                Part::Text(fact.name.clone()),
                message(format!("recipients-kind-{}", dash(&fact.kind))),
            ];
            if !fact.country.is_empty() {
                line.push(Part::Country(fact.country.clone()));
            }
            if flows {
                line.push(message("records-mark-flow"));
            }
            cell.lines.push(line);
        }
    }

    /// Recipients outside the territory, and systems hosted there.
    fn transfers(&self, cell: &mut Cell) {
        let abroad =
            |country: &str| !country.is_empty() && !self.view.home.iter().any(|c| c == country);
        for (id, fact, _) in self.recipients_by_name() {
            if fact.country.is_empty() {
                cell.gaps.push(Gap {
                    key: "records-gap-country".into(),
                    about: fact.name.clone(),
                    fix: Fix::Recipient(id.to_owned()),
                });
            } else if abroad(&fact.country) {
                self.transfer(cell, id, fact);
            }
        }
        for (id, system) in self.systems_of() {
            if system.country.is_empty() {
                cell.gaps.push(Gap {
                    key: "records-gap-hosting".into(),
                    about: system.name.clone(),
                    fix: Fix::System(id.clone()),
                });
            } else if abroad(&system.country) {
                cell.lines.push(vec![
                    Part::Text(system.name.clone()),
                    Part::Country(system.country.clone()),
                    message("records-hosted-abroad"),
                ]);
            }
        }
        if !cell.lines.is_empty() || !cell.gaps.is_empty() {
            return;
        }
        if self.activity.systems.is_empty() {
            // Nothing is known of where the data is: that is no "none".
            Self::gap(cell, "", Fix::Activity("systems"));
        } else {
            cell.lines.push(vec![message("records-no-transfer")]);
        }
    }

    fn transfer(&self, cell: &mut Cell, id: &str, fact: &RecipientFact) {
        let mut line = vec![Part::Text(fact.name.clone()), Part::Country(fact.country.clone())];
        if !fact.safeguard.is_empty() {
            line.push(message(format!("recipients-safeguard-{}", dash(&fact.safeguard))));
        } else if self.view.adequate.contains(&fact.country) {
            line.push(message("recipients-safeguard-adequacy"));
        }
        let known = self.view.mechanisms.contains(&fact.safeguard)
            || (fact.safeguard.is_empty() && self.view.adequate.contains(&fact.country));
        if !known {
            Self::gap(cell, &fact.name, Fix::Recipient(id.to_owned()));
        }
        cell.lines.push(line);
    }

    fn legal_basis(&self, cell: &mut Cell) {
        match self.activity.legal_basis.get(&self.view.regime) {
            Some(basis) => cell.lines.push(vec![message(format!(
                "activity-basis-{}-{}",
                self.view.regime,
                dash(basis)
            ))]),
            None => Self::gap(cell, "", Fix::Activity("legal_basis")),
        }
    }

    fn systems(&self, cell: &mut Cell) {
        for (_, system) in self.systems_of() {
            let mut line = vec![Part::Text(system.name.clone())];
            if !system.country.is_empty() {
                line.push(Part::Country(system.country.clone()));
            }
            cell.lines.push(line);
        }
        if cell.lines.is_empty() {
            Self::gap(cell, "", Fix::Activity("systems"));
        }
    }

    fn owner(&self, cell: &mut Cell) {
        if !self.activity.owner.is_empty() {
            cell.lines.push(text(&self.activity.owner));
            return;
        }
        let owners: BTreeSet<&str> = self
            .systems_of()
            .map(|(_, system)| system.owner.as_str())
            .filter(|owner| !owner.is_empty())
            .collect();
        if owners.is_empty() {
            Self::gap(cell, "", Fix::Activity("owner"));
        }
        cell.lines.extend(owners.into_iter().map(text));
    }

    /// PIPL Art 55: due with sensitive data, recipients and transfers abroad (and automated decisions
    /// and other major effects, which the map cannot see).
    fn assessment(&self, cell: &mut Cell) {
        let sensitive = self
            .category_facts()
            .iter()
            .any(|(key, fact)| fact.level >= 3 || fact.minor || pipl_sensitive(key));
        let due = sensitive || !self.recipient_ids().is_empty();
        if !self.activity.assessment.is_empty() {
            cell.lines.extend(self.activity.assessment.lines().map(text));
        } else if due {
            Self::gap(cell, "", Fix::Activity("assessment"));
        } else {
            cell.lines.push(vec![message("records-assessment-not-due")]);
        }
    }
}

/// Most sensitive first, then by key.
fn by_level(categories: BTreeMap<&str, CategoryFact>) -> Vec<(&str, CategoryFact)> {
    let mut all: Vec<_> = categories.into_iter().collect();
    all.sort_by(|a, b| b.1.level.cmp(&a.1.level).then_with(|| a.0.cmp(b.0)));
    all
}

/// A category declared but not found: its default sensitivity, no fields.
fn default_fact(key: &str) -> CategoryFact {
    let level = detect::taxonomy()
        .get(key)
        .map_or(0, |category| crate::model::level(category.sensitivity.as_str()));
    CategoryFact { fields: 0, level, minor: false }
}

fn pipl_sensitive(key: &str) -> bool {
    detect::taxonomy().get(key).is_some_and(|category| category.pipl_sensitive)
}

/// Keys of the database have underscores, message keys have dashes.
pub(crate) fn dash(key: &str) -> String {
    key.replace('_', "-")
}
