//! What a rule pack that is not switched on yet would change here: the real checks run on the live state
//! once under the law in use and once under the law that comes; the difference is told.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use law::Law;
use regime::{Affected, Effect};
use web::Lang;

use crate::{
    Comply, Result, Severity,
    document::look,
    model::{Hit, finding_id},
    pages::words::{self, Names},
    run::judge,
};

/// Changes that are told one by one; the rest is counted.
const TOLD: usize = 60;

/// A finding by its id: its check, how grave, what it is about.
type Found = BTreeMap<String, (&'static crate::check::Whole, Severity, Hit)>;

/// How a finding would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The finding's id.
    pub finding: String,
    /// The check's id.
    pub check: String,
    /// Its weight under the law in use; `None`: not found.
    pub before: Option<Severity>,
    /// Its weight under the law that comes; `None`: not found.
    pub after: Option<Severity>,
}

impl Comply {
    async fn found(&self, law: &Law, day: Date) -> Result<Found> {
        let snapshot = self.snapshot_under(Arc::new(law.clone()), day).await?;
        let judged = tokio::task::spawn_blocking(move || judge(&snapshot))
            .await
            .map_err(|error| crate::ComplyError::Room("the checks", error.to_string()))?;
        let mut found = Found::new();
        for one in judged {
            for hit in one.hits {
                let id = finding_id(&one.whole.check.id, hit.kind, &hit.id);
                found.insert(id, (one.whole, one.standing.severity, hit));
            }
        }
        Ok(found)
    }

    /// Findings that another law would open, close, or weigh otherwise, the gravest first. Nothing is
    /// written.
    pub async fn changes_under(&self, before: &Law, after: &Law) -> Result<Vec<Change>> {
        Ok(self.compared(before, after).await?.into_iter().map(|(change, ..)| change).collect())
    }

    async fn compared(
        &self,
        before: &Law,
        after: &Law,
    ) -> Result<Vec<(Change, &'static crate::check::Whole, Hit)>> {
        let day = decisive(before, after);
        let (mut old, new) = (self.found(before, day).await?, self.found(after, day).await?);
        let mut changes = Vec::new();
        for (id, (whole, weight, hit)) in new {
            let was = old.remove(&id).map(|one| one.1);
            if was != Some(weight) {
                changes.push((change(&id, whole, was, Some(weight)), whole, hit));
            }
        }
        for (id, (whole, weight, hit)) in old {
            changes.push((change(&id, whole, Some(weight), None), whole, hit));
        }
        changes.sort_by(|(one, ..), (other, ..)| {
            (other.after, &one.check, &one.finding).cmp(&(one.after, &other.check, &other.finding))
        });
        Ok(changes)
    }
}

/// The day on which the laws are compared: today, or when the last thing that is new comes into force.
fn decisive(before: &Law, after: &Law) -> Date {
    let today = regime::today();
    let fresh = before.diff(after).facts.into_iter().filter_map(|one| one.after?.from);
    fresh.filter(|from| *from > today).max().unwrap_or(today)
}

fn change(
    id: &str,
    whole: &crate::check::Whole,
    before: Option<Severity>,
    after: Option<Severity>,
) -> Change {
    Change { finding: id.to_owned(), check: whole.check.id.clone(), before, after }
}

#[async_trait::async_trait]
impl Affected for Comply {
    async fn affected(&self, before: &Law, after: &Law, lang: Lang) -> Vec<Effect> {
        let changes = match self.compared(before, after).await {
            Ok(changes) => changes,
            Err(error) => {
                tracing::warn!(%error, "what a new law changes in findings is not known");
                let text = web::translate(lang, "comply-law-failed", &[]);
                return vec![Effect { text, href: crate::nav::FINDINGS.into() }];
            }
        };
        let Ok(names) = Names::load(&self.rooms().web).await else { return Vec::new() };
        let p = look(lang);
        let day = decisive(before, after);
        let ahead = day > regime::today();
        let mut effects = Vec::new();
        for (change, whole, hit) in changes.iter().take(TOLD) {
            let title = whole.check.title.get(p.zh());
            let about = names.about(&p, hit.kind, &hit.id, &hit.name);
            let weight = |one: Severity| words::severity(&p, one);
            let what = p.t2("comply-law-what", "title", title, "about", about);
            let text = match (change.before, change.after) {
                (None, Some(after)) => {
                    p.t2("comply-law-opens", "what", what, "weight", weight(after))
                }
                (Some(before), Some(after)) => {
                    let how =
                        p.t2("comply-law-from", "before", weight(before), "after", weight(after));
                    p.t2("comply-law-weighs", "what", what, "how", how)
                }
                _ => p.t1("comply-law-closes", "what", what),
            };
            let text = if ahead { p.t2("comply-law-on", "day", day, "what", text) } else { text };
            // What is new has no page yet: it leads to where it would be mended.
            let href = match change.before {
                None => hit.href.clone(),
                Some(_) => format!("/console/findings?check={}&state=all", change.check),
            };
            effects.push(Effect { text, href });
        }
        if changes.len() > TOLD {
            let text = p.tn("comply-law-more", changes.len() - TOLD);
            effects.push(Effect { text, href: crate::nav::FINDINGS.into() });
        }
        effects
    }
}
