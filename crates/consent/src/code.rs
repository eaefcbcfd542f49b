//! Properties, purposes and notices as a file, for privacy as code. Published versions are history and
//! not in it: a file says what should be shown; it publishes only where it says whom to ask again.

use std::{collections::BTreeMap, fmt};

use ::store::Actor;
use serde::{Deserialize, Serialize};

use crate::{
    Consent, ConsentError, NoticeBody, PurposeBody, Reconsent, Result, property::PropertyBody,
};

/// The file's name beside the data map's.
pub const FILE: &str = "consent.yaml";
/// The version of the form.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    privet: u32,
    #[serde(default)]
    properties: BTreeMap<String, PropertyBody>,
    #[serde(default)]
    purposes: BTreeMap<String, PurposeDoc>,
    #[serde(default)]
    notices: BTreeMap<String, NoticeDoc>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PurposeDoc {
    #[serde(flatten)]
    body: PurposeBody,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retired: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct NoticeDoc {
    #[serde(flatten)]
    body: NoticeBody,
    /// Publish it, and ask these people again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    publish: Option<Reconsent>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retired: bool,
}

/// What applying a file would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<(char, Step)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Property(String, PropertyBody),
    Purpose(String, PurposeBody),
    RetirePurpose(String, bool),
    Draft(String, NoticeBody),
    Publish(String, Reconsent),
    RetireNotice(String, bool),
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
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (sign, step)) in self.steps.iter().enumerate() {
            let what = match step {
                Step::Property(key, _) => format!("property {key}"),
                Step::Purpose(key, _) => format!("purpose {key}"),
                Step::RetirePurpose(key, true) => format!("purpose {key}: retired"),
                Step::RetirePurpose(key, false) => format!("purpose {key}: in use again"),
                Step::Draft(key, _) => format!("notice {key}: draft"),
                Step::Publish(key, Reconsent::None) => format!("notice {key}: published"),
                Step::Publish(key, Reconsent::All) => {
                    format!("notice {key}: published, asks everybody again")
                }
                Step::Publish(key, Reconsent::Purposes(_)) => {
                    format!("notice {key}: published, asks again for some purposes")
                }
                Step::RetireNotice(key, true) => format!("notice {key}: no longer shown"),
                Step::RetireNotice(key, false) => format!("notice {key}: shown again"),
            };
            let end = if at + 1 < self.steps.len() { "\n" } else { "" };
            write!(f, "{sign} {what}{end}")?;
        }
        Ok(())
    }
}

impl Consent {
    /// Everything as one file; `None` when there is nothing but the property of the start.
    pub async fn export_code(&self) -> Result<Option<String>> {
        let catalogue = self.catalogue();
        let mut file = File {
            privet: VERSION,
            properties: catalogue.properties().map(|p| (p.key.clone(), p.body.clone())).collect(),
            purposes: BTreeMap::new(),
            notices: BTreeMap::new(),
        };
        for purpose in catalogue.purposes() {
            let doc =
                PurposeDoc { body: purpose.body.clone(), retired: purpose.retired_at.is_some() };
            file.purposes.insert(purpose.key.clone(), doc);
        }
        for notice in self.notices().await? {
            let newest = catalogue.versions(&notice.key).last();
            let body =
                notice.draft.or_else(|| newest.map(|version| version.published.body.clone()));
            let retired = notice.retired_at.is_some();
            file.notices
                .extend(body.map(|body| (notice.key, NoticeDoc { body, publish: None, retired })));
        }
        let start =
            BTreeMap::from([(crate::property::DEFAULT.to_owned(), PropertyBody::default())]);
        if file.purposes.is_empty() && file.notices.is_empty() && file.properties == start {
            return Ok(None);
        }
        serde_norway::to_string(&file)
            .map(Some)
            .map_err(|error| ConsentError::Invalid(error.to_string()))
    }

    /// What a file would change; with `prune` what it leaves out is retired (purposes and notices are
    /// never deleted: consents name them).
    pub async fn plan_code(&self, text: &str, prune: bool) -> Result<Plan> {
        let file: File = serde_norway::from_str(text)
            .map_err(|error| ConsentError::Invalid(error.to_string()))?;
        if file.privet != VERSION {
            return Err(ConsentError::Invalid(format!(
                "this version reads files that begin with `privet: {VERSION}`"
            )));
        }
        let catalogue = self.catalogue();
        let mut plan = Plan::default();
        for (key, body) in &file.properties {
            let known = catalogue.property(key).ok();
            if known.is_none_or(|property| property.body != *body) {
                plan.add(known.is_some(), Step::Property(key.clone(), body.clone()));
            }
        }
        self.plan_purposes(&file, prune, &mut plan)?;
        self.plan_notices(&file, prune, &mut plan).await?;
        Ok(plan)
    }

    fn plan_purposes(&self, file: &File, prune: bool, plan: &mut Plan) -> Result<()> {
        let catalogue = self.catalogue();
        for (key, doc) in &file.purposes {
            let faults = doc.body.faults();
            if !faults.is_empty() {
                return Err(ConsentError::Invalid(format!("purpose {key}: {}", faults.join("; "))));
            }
            let known = catalogue.purpose(key).ok();
            if known.is_none_or(|purpose| purpose.body != doc.body) {
                plan.add(known.is_some(), Step::Purpose(key.clone(), doc.body.clone()));
            }
            if known.is_some_and(|purpose| purpose.retired_at.is_some()) != doc.retired {
                plan.add(true, Step::RetirePurpose(key.clone(), doc.retired));
            }
        }
        let gone = catalogue.purposes().filter(|purpose| {
            prune && purpose.retired_at.is_none() && !file.purposes.contains_key(&purpose.key)
        });
        for purpose in gone {
            plan.steps.push(('-', Step::RetirePurpose(purpose.key.clone(), true)));
        }
        Ok(())
    }

    async fn plan_notices(&self, file: &File, prune: bool, plan: &mut Plan) -> Result<()> {
        let catalogue = self.catalogue();
        let known = self.notices().await?;
        for (key, doc) in &file.notices {
            let faults = doc.body.faults();
            if !faults.is_empty() {
                return Err(ConsentError::Invalid(format!("notice {key}: {}", faults.join("; "))));
            }
            let notice = known.iter().find(|notice| notice.key == *key);
            let newest = catalogue.versions(key).last();
            let draft = notice.and_then(|notice| notice.draft.as_ref());
            let published = newest.is_some_and(|version| version.published.body == doc.body);
            if draft != Some(&doc.body) && (draft.is_some() || !published) {
                plan.add(notice.is_some(), Step::Draft(key.clone(), doc.body.clone()));
            }
            if let Some(reconsent) = &doc.publish
                && !published
            {
                plan.add(newest.is_some(), Step::Publish(key.clone(), reconsent.clone()));
            }
            if notice.is_some_and(|notice| notice.retired_at.is_some()) != doc.retired {
                plan.add(true, Step::RetireNotice(key.clone(), doc.retired));
            }
        }
        let gone = known.iter().filter(|notice| {
            prune && notice.retired_at.is_none() && !file.notices.contains_key(&notice.key)
        });
        plan.steps.extend(gone.map(|notice| ('-', Step::RetireNotice(notice.key.clone(), true))));
        Ok(())
    }

    /// Does it, each step with its ledger entry.
    pub async fn apply_code(&self, actor: &Actor, plan: &Plan) -> Result<()> {
        for (_, step) in &plan.steps {
            match step {
                Step::Property(key, body) => self.save_property(actor, key, body).await?,
                Step::Purpose(key, body) => drop(self.save_purpose(actor, key, body).await?),
                Step::RetirePurpose(key, retired) => {
                    self.retire_purpose(actor, key, *retired).await?;
                }
                Step::Draft(key, body) => self.save_draft(actor, key, body).await?,
                Step::Publish(key, reconsent) => {
                    drop(self.publish(actor, key, reconsent.clone()).await?);
                }
                Step::RetireNotice(key, retired) => {
                    self.retire_notice(actor, key, *retired).await?;
                }
            }
        }
        Ok(())
    }
}

impl Plan {
    fn add(&mut self, known: bool, step: Step) {
        self.steps.push((if known { '~' } else { '+' }, step));
    }
}
