//! The plan: what would be created, changed and deleted, field by field, before anything is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use ::sources::Secret;
use serde::Serialize;

use super::{
    check::Check,
    docs::SourceDoc,
    files::Files,
    load::{self, Current},
    objects::{Key, Kind, Object, normalise, objects},
    problem::{CodeError, Problem, Wrong},
};
use crate::DataMap;

/// How a plan is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanOptions {
    /// Also delete what the files leave out; only for kinds whose file is there.
    pub prune: bool,
    /// `password_from` may be read from this machine's environment and files: on the command line,
    /// never for what is sent to the server.
    pub secrets: bool,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// It is new.
    Create,
    /// It changes.
    Change,
    /// It goes.
    Delete,
}

impl Verb {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
    fn sign(self) -> char {
        match self {
            Self::Create => '+',
            Self::Change => '~',
            Self::Delete => '-',
        }
    }
}

/// One value of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Its name in the file.
    pub name: String,
    /// Before; `None` when it was not set.
    pub before: Option<String>,
    /// After; `None` when it will not be set.
    pub after: Option<String>,
}

/// What happens to a source's password.
#[derive(Debug, Clone, Default)]
pub(super) enum Password {
    /// Nothing.
    #[default]
    Keep,
    /// A new one.
    Set(Secret),
    /// It goes, because the address changed: a password is never sent to another address.
    Remove,
}

/// One object's change.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// Create, change or delete.
    pub verb: Verb,
    /// What kind of object.
    pub kind: Kind,
    /// Its key: one part, or source, store and field.
    pub key: Key,
    /// What changes.
    pub fields: Vec<FieldChange>,
    #[serde(skip)]
    pub(super) before: Option<Object>,
    #[serde(skip)]
    pub(super) after: Option<Object>,
    #[serde(skip)]
    pub(super) password: Password,
}

impl Change {
    /// The key as one text.
    pub fn name(&self) -> String {
        self.key.join(" / ")
    }
}

/// Something worth telling that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// A file nobody here knows.
    #[error("{0} is not known to this version of Privet and was left alone")]
    UnknownFile(String),
    /// A decision on a flow that was not discovered here.
    #[error("the flow {0} was not discovered here yet; scan its sources, then apply again")]
    NotDiscovered(String),
    /// The map holds more than the files, which is left alone without prune.
    #[error("{0} object(s) of the map are in no file and stay; --prune deletes them")]
    Unmentioned(usize),
}

/// What applying would do.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Plan {
    /// In the order in which it happens.
    pub changes: Vec<Change>,
    /// Things worth telling.
    pub notes: Vec<Note>,
}

impl Plan {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
    /// How many objects would be created, changed, deleted.
    pub fn count(&self, verb: Verb) -> usize {
        self.changes.iter().filter(|change| change.verb == verb).count()
    }
    /// Whether a kind of object is touched.
    pub fn touches(&self, kind: Kind) -> bool {
        self.changes.iter().any(|change| change.kind == kind)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(
                f,
                "{} {} {}",
                change.verb.sign(),
                change.kind.as_str(),
                line(&change.name())
            )?;
            for field in &change.fields {
                let show = |value: &Option<String>| value.as_deref().map_or("–".into(), line);
                match change.verb {
                    Verb::Create => writeln!(f, "    {}: {}", field.name, show(&field.after))?,
                    Verb::Delete => writeln!(f, "    {}: {}", field.name, show(&field.before))?,
                    Verb::Change => writeln!(
                        f,
                        "    {}: {} → {}",
                        field.name,
                        show(&field.before),
                        show(&field.after)
                    )?,
                }
            }
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        if self.is_empty() {
            return write!(f, "Nothing to change: the map is as the files say.");
        }
        write!(
            f,
            "Plan: {} to create, {} to change, {} to delete.",
            self.count(Verb::Create),
            self.count(Verb::Change),
            self.count(Verb::Delete)
        )
    }
}

/// One line of a terminal: control characters (which could repaint it) and length are taken out.
fn line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() <= 160 {
        return clean;
    }
    format!("{}…", clean.chars().take(160).collect::<String>())
}

/// Makes the plan for files; nothing is changed.
pub async fn plan(map: &DataMap, files: &Files, options: PlanOptions) -> Result<Plan, CodeError> {
    let mut conn = map.store().reader().acquire().await?;
    let mut now = load::current(&mut conn).await?;
    drop(conn);
    normalise(&mut now.docs);
    let mut wanted = files.docs.clone();
    normalise(&mut wanted);
    let have = objects(&now.docs);
    let want = objects(&wanted);
    let present = |kind: Kind| match kind {
        Kind::Organisation => wanted.organisation.is_some(),
        Kind::System => wanted.systems.is_some(),
        Kind::Recipient => wanted.recipients.is_some(),
        Kind::Source => wanted.sources.is_some(),
        Kind::Flow => wanted.flows.is_some(),
        Kind::Discovered => wanted.discovered.is_some(),
        Kind::Activity => wanted.activities.is_some(),
        Kind::People | Kind::Field => wanted.decisions.is_some(),
    };
    let extra: Vec<&(Kind, Key)> = have
        .keys()
        .filter(|at| present(at.0) && at.0 != Kind::Organisation && !want.contains_key(at))
        .collect();
    let deleted: BTreeSet<(Kind, Key)> = if options.prune {
        extra.iter().map(|at| (*at).clone()).collect()
    } else {
        BTreeSet::new()
    };
    check(&have, &want, &deleted, files, &wanted, options)?;

    let mut plan = Plan::default();
    plan.notes.extend(files.unknown.iter().cloned().map(Note::UnknownFile));
    for ((kind, key), object) in &want {
        if *kind == Kind::Discovered && !now.discovered_all.contains(&key[0]) {
            plan.notes.push(Note::NotDiscovered(key[0].clone()));
            continue;
        }
        let before = have.get(&(*kind, key.clone()));
        let mut change = compare(*kind, key, before, Some(object));
        if let Object::Source(doc) = object {
            password(map, files, &now, key, doc, before, &mut change)?;
        }
        if !change.fields.is_empty() || before.is_none() {
            plan.changes.push(change);
        }
    }
    // What others refer to goes last.
    for (kind, key) in deleted.iter().rev() {
        plan.changes.push(compare(*kind, key, have.get(&(*kind, key.clone())), None));
    }
    if !options.prune && !extra.is_empty() {
        plan.notes.push(Note::Unmentioned(extra.len()));
    }
    Ok(plan)
}

fn check(
    have: &BTreeMap<(Kind, Key), Object>,
    want: &BTreeMap<(Kind, Key), Object>,
    deleted: &BTreeSet<(Kind, Key)>,
    files: &Files,
    wanted: &super::docs::Docs,
    options: PlanOptions,
) -> Result<(), CodeError> {
    let after: BTreeMap<&(Kind, Key), &Object> =
        have.iter().filter(|(at, _)| !deleted.contains(*at)).chain(want.iter()).collect();
    let keys = |kind: Kind| -> BTreeSet<String> {
        after.keys().filter(|at| at.0 == kind).map(|at| at.1[0].clone()).collect()
    };
    let sources: BTreeMap<String, SourceDoc> = after
        .iter()
        .filter_map(|(at, object)| match object {
            Object::Source(doc) => Some((at.1[0].clone(), (**doc).clone())),
            _ => None,
        })
        .collect();
    let mut check = Check {
        docs: wanted,
        texts: &files.texts,
        secrets: options.secrets,
        systems: keys(Kind::System),
        recipients: keys(Kind::Recipient),
        sources,
        problems: Vec::new(),
    };
    check.run();
    let mut problems = check.problems;
    for (at, object) in &after {
        for (kind, key) in references(object) {
            if deleted.contains(&(kind, vec![key.clone()])) && !want.contains_key(*at) {
                let user = format!("{} `{}`", at.0.as_str(), at.1.join(" / "));
                let wrong = Wrong::StillUsed { what: kind.as_str(), key, user };
                problems.push(Problem::at(kind.file().0, 0, 0, wrong));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(CodeError::Problems(problems)) }
}

/// Systems and recipients an object needs.
fn references(object: &Object) -> Vec<(Kind, String)> {
    let end = |text: &str| match text.split_once(':') {
        Some(("system", key)) => Some((Kind::System, key.to_owned())),
        Some(("recipient", key)) => Some((Kind::Recipient, key.to_owned())),
        _ => None,
    };
    match object {
        Object::Source(doc) if !doc.system.is_empty() => vec![(Kind::System, doc.system.clone())],
        Object::Flow(doc) => {
            [&doc.from, &doc.to].into_iter().filter_map(|text| end(text)).collect()
        }
        Object::Discovered(doc) => {
            [&doc.from, &doc.to].into_iter().filter_map(|text| end(text)).collect()
        }
        Object::Activity(doc) => {
            let systems = doc.systems.iter().map(|key| (Kind::System, key.clone()));
            systems.chain(doc.recipients.iter().map(|key| (Kind::Recipient, key.clone()))).collect()
        }
        _ => Vec::new(),
    }
}

fn compare(kind: Kind, key: &Key, before: Option<&Object>, after: Option<&Object>) -> Change {
    let verb = match (before, after) {
        (None, _) => Verb::Create,
        (_, None) => Verb::Delete,
        _ => Verb::Change,
    };
    let old = before.map(Object::values).unwrap_or_default();
    let new = after.map(Object::values).unwrap_or_default();
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let fields = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| FieldChange {
            name: name.clone(),
            before: old.get(name).cloned(),
            after: new.get(name).cloned(),
        })
        .collect();
    Change {
        verb,
        kind,
        key: key.clone(),
        fields,
        before: before.cloned(),
        after: after.cloned(),
        password: Password::Keep,
    }
}

/// Reads a password where the file says, and compares it with the stored one.
fn password(
    map: &DataMap,
    files: &Files,
    now: &Current,
    key: &Key,
    doc: &SourceDoc,
    before: Option<&Object>,
    change: &mut Change,
) -> Result<(), CodeError> {
    let sealed = now.passwords.get(&key[0]);
    let had = sealed.map(|_| "(stored)".to_owned());
    if doc.password_from.is_empty() {
        let moved = matches!(before, Some(Object::Source(old)) if old.address != doc.address);
        if moved && sealed.is_some() {
            change.password = Password::Remove;
            change.fields.push(FieldChange { name: "password".into(), before: had, after: None });
        }
        return Ok(());
    }
    let secret = read_secret(&doc.password_from).ok_or_else(|| {
        let text = files.texts.get("sources.yaml").map(String::as_str).unwrap_or_default();
        let line =
            super::problem::line_of(text, &["sources", &key[0], "password_from"]).unwrap_or(0);
        let wrong = Wrong::PasswordFrom(doc.password_from.clone());
        CodeError::Problems(vec![Problem::at("sources.yaml", line, 0, wrong)])
    })?;
    let stored = match (sealed, now.sources.get(&key[0])) {
        (Some(sealed), Some(id)) => {
            map.store().unseal(&crate::sources::password_context(id), sealed).ok()
        }
        _ => None,
    };
    if stored.as_deref() != Some(secret.0.as_str()) {
        let after = Some(format!("(from {})", doc.password_from));
        change.fields.push(FieldChange { name: "password".into(), before: had, after });
        change.password = Password::Set(secret);
    }
    Ok(())
}

fn read_secret(from: &str) -> Option<Secret> {
    let text = match from.split_once(':')? {
        ("env", name) => std::env::var(name).ok()?,
        ("file", path) => std::fs::read_to_string(path).ok()?,
        _ => return None,
    };
    Some(Secret(text.trim_end_matches(['\r', '\n']).to_owned()))
        .filter(|secret| !secret.0.is_empty())
}
