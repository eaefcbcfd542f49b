//! Rules as a file, for privacy as code: keyed by their stable names, with sources and activities by
//! theirs. Legal holds are not in it: they may name a person. A rule that a file changes is a new
//! version like any other, so its first run needs a second person's agreement again.

use std::{collections::BTreeMap, fmt};

use ::store::Actor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::{Lang, translate};

use crate::{Result, Retain, RetainError, Rule, RuleBody};

/// The file's name beside the data map's.
pub const FILE: &str = "retention.yaml";
/// The version of the form.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    privet: u32,
    #[serde(default)]
    rules: BTreeMap<String, Value>,
}

/// A rule in the file: what it says, and whether it is switched off.
#[derive(Debug, Serialize, Deserialize)]
struct Doc {
    #[serde(flatten)]
    body: RuleBody,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    off: bool,
}

/// What applying a file would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<(char, Step)>,
    /// Rules of sources that are not there or not scanned yet, with the source's key.
    waits: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A new rule, switched on.
    Create(String, Box<RuleBody>),
    /// What a rule says.
    Change(String, Box<RuleBody>),
    /// On or off.
    Switch(String, bool),
}

impl Plan {
    /// Nothing would change.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// It has something to tell, be it only that a rule waits.
    pub fn says_something(&self) -> bool {
        !self.steps.is_empty() || !self.waits.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps.iter().map(|(sign, step)| match step {
            Step::Create(key, _) => format!("{sign} retention rule {key}"),
            Step::Change(key, _) => {
                format!("{sign} retention rule {key}: its next run needs a second person again")
            }
            Step::Switch(key, true) => format!("{sign} retention rule {key}: on"),
            Step::Switch(key, false) => format!("{sign} retention rule {key}: off"),
        });
        let waits = self.waits.iter().map(|(key, source)| {
            format!(
                "  retention rule {key} waits: scan the source ‘{source}’ first, then apply again"
            )
        });
        f.write_str(&steps.chain(waits).collect::<Vec<_>>().join("\n"))
    }
}

/// Stable names by id, and the other way round.
struct Keys {
    sources: BTreeMap<String, String>,
    activities: BTreeMap<String, String>,
}

impl Retain {
    /// Every rule as one file; `None` when there is none.
    ///
    /// # Errors
    /// The database could not be read.
    pub async fn export_code(&self) -> Result<Option<String>> {
        let rules = self.rules().await?;
        if rules.is_empty() {
            return Ok(None);
        }
        let keys = self.keys().await?;
        let mut file = File { privet: VERSION, rules: BTreeMap::new() };
        for rule in rules {
            let off = !rule.is_on();
            let mut body = rule.body;
            name(&mut body, &keys);
            // As JSON says it: YAML's tags for the kinds of time could not be read back from a rule.
            let value = serde_json::to_value(Doc { body, off }).map_err(|_| unwritten())?;
            file.rules.insert(rule.key, value);
        }
        serde_norway::to_string(&file).map(Some).map_err(|_| unwritten())
    }

    /// What a file would change; with `prune` rules that it leaves out are switched off (they are never
    /// deleted: runs and certificates name them).
    ///
    /// # Errors
    /// [`RetainError::Code`] says which rule does not fit, and why.
    pub async fn plan_code(&self, text: &str, prune: bool) -> Result<Plan> {
        let file: File = serde_norway::from_str(text).map_err(|error| wrong("", &error))?;
        if file.privet != VERSION {
            let why = format!("this version reads files that begin with `privet: {VERSION}`");
            return Err(RetainError::Code(why));
        }
        let (keys, rules) = (self.keys().await?, self.rules().await?);
        let mut plan = Plan::default();
        for (key, value) in &file.rules {
            let known = rules.iter().find(|rule| rule.key == *key);
            self.plan_rule(&mut plan, &keys, (key, value), known).await?;
        }
        let gone =
            rules.iter().filter(|one| prune && one.is_on() && !file.rules.contains_key(&one.key));
        plan.steps.extend(gone.map(|one| ('-', Step::Switch(one.key.clone(), false))));
        Ok(plan)
    }

    async fn plan_rule(
        &self,
        plan: &mut Plan,
        keys: &Keys,
        (key, value): (&str, &Value),
        known: Option<&Rule>,
    ) -> Result<()> {
        if datamap::model::slug(key) != key {
            let why = format!("rule {key}: a key is small letters and digits joined by ‘-’");
            return Err(RetainError::Code(why));
        }
        let mut doc: Doc =
            serde_json::from_value(value.clone()).map_err(|error| wrong(key, &error))?;
        let again = serde_json::to_value(&doc).map_err(|_| unwritten())?;
        if let Some(path) = unread(value, &again) {
            return Err(RetainError::Code(format!("rule {key}: unknown key ‘{path}’")));
        }
        let source = doc.body.source.clone();
        let Some(id) = keys.sources.iter().find(|(_, known)| **known == source) else {
            plan.waits.push((key.to_owned(), source));
            return Ok(());
        };
        doc.body.source.clone_from(id.0);
        for activity in &mut doc.body.activities {
            let found = keys.activities.iter().find(|(_, known)| *known == activity);
            let Some((id, _)) = found else {
                let why = format!("rule {key}: there is no activity ‘{activity}’");
                return Err(RetainError::Code(why));
            };
            activity.clone_from(id);
        }
        let same = known.is_some_and(|rule| rule.body == doc.body);
        if !same {
            if self.map().tables_of(&doc.body.source).await?.tables.is_empty() {
                plan.waits.push((key.to_owned(), source));
                return Ok(());
            }
            let faults = self.check_rule(&doc.body).await?;
            if let Some(fault) = faults.first() {
                let what = [("what", fault.what.clone().into())];
                let said = translate(Lang::En, fault.key, &what);
                let why = format!("rule {key}: {}: {said}", fault.field);
                return Err(RetainError::Code(why));
            }
        }
        let body = Box::new(doc.body);
        match known {
            None => plan.steps.push(('+', Step::Create(key.to_owned(), body))),
            Some(_) if !same => plan.steps.push(('~', Step::Change(key.to_owned(), body))),
            Some(_) => {}
        }
        if known.is_none_or(Rule::is_on) == doc.off {
            plan.steps.push(('~', Step::Switch(key.to_owned(), !doc.off)));
        }
        Ok(())
    }

    /// Does it, each step with its ledger entry.
    ///
    /// # Errors
    /// A step that does not fit any more; those before it are done.
    pub async fn apply_code(&self, by: &Actor, plan: &Plan) -> Result<()> {
        for (_, step) in &plan.steps {
            match step {
                Step::Create(key, body) => drop(self.create_rule_as(by, Some(key), body).await?),
                Step::Change(key, body) => self.change_rule(by, key, body).await?,
                Step::Switch(key, on) => self.switch_rule(by, key, *on).await?,
            }
        }
        Ok(())
    }

    async fn keys(&self) -> Result<Keys> {
        let sources = self.map().sources().await?.into_iter().map(|one| (one.id, one.key));
        let activities = self.map().activities().await?.into_iter().map(|one| (one.id, one.key));
        Ok(Keys { sources: sources.collect(), activities: activities.collect() })
    }
}

/// Stable names instead of ids. What is not there any more keeps its id, which no file can hold: it is
/// told when the file is applied.
fn name(body: &mut RuleBody, keys: &Keys) {
    if let Some(key) = keys.sources.get(&body.source) {
        body.source.clone_from(key);
    }
    for activity in &mut body.activities {
        if let Some(key) = keys.activities.get(activity) {
            activity.clone_from(key);
        }
    }
}

fn unwritten() -> RetainError {
    RetainError::Damaged("retention rule")
}

fn wrong(key: &str, error: &impl fmt::Display) -> RetainError {
    let rule = if key.is_empty() { String::new() } else { format!("rule {key}: ") };
    RetainError::Code(format!("{rule}{error}"))
}

/// The first key of a document that reading it left out. What is empty may be left out: it is a default.
fn unread(written: &Value, read: &Value) -> Option<String> {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Bool(yes) => !yes,
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        Value::Number(_) => false,
    };
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            written.iter().find_map(|(name, value)| match read.get(name) {
                Some(known) => unread(value, known).map(|rest| format!("{name}.{rest}")),
                None if empty(value) => None,
                None => Some(name.clone()),
            })
        }
        (Value::Array(written), Value::Array(read)) => {
            written.iter().zip(read).find_map(|(written, read)| unread(written, read))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        serde_norway::from_str(text).unwrap()
    }

    #[test]
    fn a_key_that_nobody_reads_is_named() {
        let read = value("{name: x, pace: {cron: ''}, only: [{column: a}]}");
        assert_eq!(unread(&value("{name: x, pace: {cron: ''}}"), &read), None);
        assert_eq!(unread(&value("{name: x, changes: []}"), &read), None, "a default");
        assert_eq!(unread(&value("{nmae: x}"), &read).as_deref(), Some("nmae"));
        let deep = unread(&value("{pace: {crom: x}}"), &read);
        assert_eq!(deep.as_deref(), Some("pace.crom"));
        let listed = unread(&value("{only: [{columm: a}]}"), &read);
        assert_eq!(listed.as_deref(), Some("only.columm"));
    }
}
