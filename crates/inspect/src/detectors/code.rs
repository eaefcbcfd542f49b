//! Own detectors as a file, for privacy as code. A file says what detectors look for; whether one is
//! turned on is decided in the console and stays as it is.

use std::fmt;

use detect::CustomDetectors;
use store::Actor;

use super::{Detector, DetectorError, Draft, Result, draft};
use crate::Inspect;

/// The file's name beside the data map's.
pub const FILE: &str = "detectors.toml";

/// What applying a file would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Create { name: String, body: String },
    Change { id: String, name: String, body: String },
    Delete { id: String, name: String },
}

impl Plan {
    /// Nothing would change.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many detectors would change.
    pub fn len(&self) -> usize {
        self.steps.len()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            let (sign, name) = match step {
                Step::Create { name, .. } => ('+', name),
                Step::Change { name, .. } => ('~', name),
                Step::Delete { name, .. } => ('-', name),
            };
            let end = if at + 1 < self.steps.len() { "\n" } else { "" };
            write!(f, "{sign} detector {name}{end}")?;
        }
        Ok(())
    }
}

impl Inspect {
    /// All detectors as one file; `None` when there are none.
    pub async fn export_detectors(&self) -> Result<Option<String>> {
        let all = self.detectors().await?;
        let bodies: Vec<&str> = all.iter().map(|row| row.body.trim()).collect();
        Ok((!all.is_empty()).then(|| bodies.join("\n\n") + "\n"))
    }

    /// What a file would change; with `prune` what it leaves out goes.
    pub async fn plan_detectors(&self, text: &str, prune: bool) -> Result<Plan> {
        CustomDetectors::parse(text).map_err(DetectorError::Wrong)?;
        let wanted = draft::all(text);
        let known = self.detectors().await?;
        let mut steps = Vec::new();
        for draft in &wanted {
            steps.extend(step(draft, known.iter().find(|row| row.name == draft.name)));
        }
        let gone = known.iter().filter(|row| !wanted.iter().any(|draft| draft.name == row.name));
        if prune {
            steps.extend(
                gone.map(|row| Step::Delete { id: row.id.clone(), name: row.name.clone() }),
            );
        }
        Ok(Plan { steps })
    }

    /// Does it, each detector with its ledger entry.
    pub async fn apply_detectors(&self, actor: &Actor, plan: &Plan) -> Result<()> {
        for step in &plan.steps {
            let by = actor.clone();
            match step {
                Step::Create { body, .. } => drop(self.create_detector(by, body).await?),
                Step::Change { id, body, .. } => self.change_detector(by, id, body).await?,
                Step::Delete { id, .. } => self.delete_detector(by, id).await?,
            }
        }
        Ok(())
    }
}

fn step(draft: &Draft, known: Option<&Detector>) -> Option<Step> {
    let (name, body) = (draft.name.clone(), draft.to_toml());
    match known {
        None => Some(Step::Create { name, body }),
        // Comments and the order of keys are the writer's: only a different meaning is a change.
        Some(row) if Draft::loosely(&row.body).as_ref() == Some(draft) => None,
        Some(row) => Some(Step::Change { id: row.id.clone(), name, body }),
    }
}
