//! Purpose views as a file, for privacy as code. The plan is made against the databases themselves
//! and shows the SQL; applying it does what was shown or nothing.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use store::Actor;

use super::{Applied, PurposeView, ViewDraft, ViewPlan, ViewState};
use crate::{Deliver, DeliverError, Kind, Result};

/// The file's name beside the data map's.
pub const FILE: &str = "purpose-views.yaml";
/// The version of the form.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    privet: u32,
    #[serde(default)]
    purpose_views: BTreeMap<String, Doc>,
}

/// One view; its key is `schema.view`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doc {
    /// The destination's name.
    state_table: String,
    purpose: String,
    table: String,
    #[serde(rename = "match")]
    matched: String,
    identifier: String,
    columns: Vec<String>,
    role: String,
}

/// What happens to one view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It is new.
    New,
    /// It says something else than before.
    Changed,
    /// It says the same; the database may need mending.
    Same,
    /// The file leaves it out.
    Gone,
}

/// One view of a plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What it should be.
    pub draft: ViewDraft,
    /// What happens to it.
    pub what: What,
    /// Its id, when it is known.
    pub id: Option<String>,
    /// What is done in its database.
    pub plan: ViewPlan,
}

/// What applying a file would do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// View by view.
    pub views: Vec<Planned>,
}

impl Plan {
    /// Nothing has to be done.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Views that something has to be done for.
    pub fn len(&self) -> usize {
        let idle = |one: &&Planned| {
            one.what != What::Same || !one.plan.steps.is_empty() || !one.plan.problems.is_empty()
        };
        self.views.iter().filter(idle).count()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in &self.views {
            let sign = match one.what {
                What::New => '+',
                What::Changed => '~',
                What::Gone => '-',
                What::Same if one.plan.steps.is_empty() && one.plan.problems.is_empty() => continue,
                What::Same => '!',
            };
            writeln!(f, "{sign} purpose view {}", one.draft.view)?;
            for (key, name) in &one.plan.problems {
                writeln!(f, "    cannot: {} {name}", key.trim_start_matches("deliver-view-"))?;
            }
            for step in &one.plan.steps {
                writeln!(f, "    {};", step.sql)?;
            }
        }
        Ok(())
    }
}

impl Deliver {
    /// The views as a file; `None` when there are none.
    pub async fn export_views(&self) -> Result<Option<String>> {
        let mut file = File { privet: VERSION, purpose_views: BTreeMap::new() };
        for view in self.views().await? {
            let state_table = self.destination(&view.draft.destination_id).await?.name;
            let draft = view.draft;
            let doc = Doc {
                state_table,
                purpose: draft.purpose,
                table: draft.table,
                matched: draft.match_column,
                identifier: draft.identifier_kind,
                columns: draft.columns,
                role: draft.role,
            };
            file.purpose_views.insert(draft.view, doc);
        }
        if file.purpose_views.is_empty() {
            return Ok(None);
        }
        serde_norway::to_string(&file)
            .map(Some)
            .map_err(|error| DeliverError::View(error.to_string()))
    }

    /// What applying a file would do, here and in the databases. With `prune` views that it leaves
    /// out are removed.
    pub async fn plan_views(&self, text: &str, prune: bool) -> Result<Plan> {
        let file: File =
            serde_norway::from_str(text).map_err(|error| DeliverError::View(error.to_string()))?;
        if file.privet != VERSION {
            return Err(DeliverError::View(format!("privet: {VERSION} is the version known here")));
        }
        let known = self.views().await?;
        let mut plan = Plan::default();
        let mut kept = Vec::new();
        for (name, doc) in file.purpose_views {
            let draft = self.draft_of(&name, doc).await?;
            let old = known.iter().find(|view| {
                view.draft.destination_id == draft.destination_id
                    && view.draft.view_parts() == draft.view_parts()
            });
            kept.extend(old.map(|view| view.id.clone()));
            plan.views.push(self.planned(draft, old).await?);
        }
        for view in known.into_iter().filter(|view| prune && !kept.contains(&view.id)) {
            let removal = match view.state {
                ViewState::Applied => self.plan_removal(&view.id).await?,
                _ => ViewPlan::default(),
            };
            let id = Some(view.id);
            plan.views.push(Planned { draft: view.draft, what: What::Gone, id, plan: removal });
        }
        Ok(plan)
    }

    async fn draft_of(&self, name: &str, doc: Doc) -> Result<ViewDraft> {
        let all = self.destinations().await?.into_iter().map(|found| found.destination);
        let table = all
            .filter(|to| to.kind == Kind::Table && to.address.starts_with("postgres"))
            .find(|to| to.name == doc.state_table)
            .ok_or_else(|| {
                let wanted = &doc.state_table;
                DeliverError::View(format!("{name}: there is no PostgreSQL state table “{wanted}”"))
            })?;
        let full = |text: &str, schema: &str| {
            if text.contains('.') { text.to_owned() } else { format!("{schema}.{text}") }
        };
        let draft = ViewDraft {
            destination_id: table.id,
            purpose: doc.purpose,
            table: full(&doc.table, "public"),
            match_column: doc.matched,
            identifier_kind: doc.identifier,
            columns: doc.columns,
            role: doc.role,
            view: full(name, "privet_views"),
        };
        draft.check().map_err(|error| DeliverError::View(format!("{name}: {error}")))?;
        Ok(draft)
    }

    /// Plans a view that may not be written down yet.
    async fn planned(&self, draft: ViewDraft, old: Option<&PurposeView>) -> Result<Planned> {
        let what = match old {
            None => What::New,
            Some(view) if view.draft == draft => What::Same,
            Some(_) => What::Changed,
        };
        let view = PurposeView {
            id: old.map(|view| view.id.clone()).unwrap_or_default(),
            draft: draft.clone(),
            state: old.map_or(ViewState::Planned, |view| view.state),
            applied: match (what, old) {
                (What::Same, Some(view)) => view.applied.clone(),
                (_, Some(view)) => {
                    Applied { definition: String::new(), taken: view.applied.taken.clone() }
                }
                (_, None) => Applied::default(),
            },
            applied_at: 0,
            drift: Vec::new(),
            checked_at: 0,
        };
        let plan = self.plan_of(&view).await?;
        Ok(Planned { draft, what, id: old.map(|view| view.id.clone()), plan })
    }

    /// Does what a plan says; returns the views that were changed. Each view is one transaction in its
    /// database; with a problem anywhere nothing is begun.
    pub async fn apply_views(&self, actor: &Actor, plan: &Plan) -> Result<usize> {
        if let Some(one) = plan.views.iter().find(|one| !one.plan.problems.is_empty()) {
            return Err(DeliverError::View(format!(
                "{} has problems; see the plan",
                one.draft.view
            )));
        }
        for one in &plan.views {
            let id = match (&one.id, one.what) {
                (Some(id), What::Gone) => {
                    match self.view(id).await?.state {
                        ViewState::Applied => {
                            self.remove_view(actor.clone(), id, &one.plan).await?;
                        }
                        _ => self.forget_view(actor.clone(), id).await?,
                    }
                    continue;
                }
                (Some(id), What::Changed) => {
                    self.update_view(actor.clone(), id, &one.draft).await?;
                    id.clone()
                }
                (Some(id), _) => id.clone(),
                (None, _) => self.create_view(actor.clone(), &one.draft).await?.id,
            };
            // Made anew for its id, which stands in the view's mark; the rest must be what was shown.
            let now = self.plan_view(&id).await?;
            let same = |steps: &[super::Step]| -> Vec<String> {
                let unmarked = steps.iter().filter(|step| !step.sql.starts_with("COMMENT ON VIEW"));
                unmarked.map(|step| step.sql.clone()).collect()
            };
            if same(&now.steps) != same(&one.plan.steps) {
                return Err(DeliverError::Conflict("deliver-view-error-stale"));
            }
            if !now.steps.is_empty() {
                self.apply_view(actor.clone(), &id, &now).await?;
            }
        }
        Ok(plan.len())
    }
}
