//! Retention: whether what the records promise is carried out.

use datamap::records::ActivityRole;
use retain::{Rule, Run, RunState};

use super::{Code, activities};
use crate::{
    model::{Hit, Value},
    snapshot::Snapshot,
};

pub(super) const CODE: &[Code] = &[
    ("retention-unruled", unruled),
    ("retention-never-run", never_run),
    ("retention-stopped", stopped),
    ("retention-waiting", waiting),
    ("hold-endless", endless),
];

/// Days in which a new rule is carried out once.
const FIRST: i64 = 30;
/// Days a plan may wait for a second person.
const WAIT: i64 = 7;
/// Days after which a hold without an end is asked about.
const HELD: i64 = 365;

/// Activities with personal data in our systems that no rule names which is switched on.
fn unruled(s: &Snapshot) -> Vec<Hit> {
    let rules = || s.parts.retention.rules.iter().filter(|rule| rule.is_on());
    s.activities()
        .iter()
        .filter(|one| one.role != ActivityRole::Processor && !s.categories(one).is_empty())
        .filter(|one| !one.systems.is_empty())
        .filter(|one| !rules().any(|rule| rule.body.activities.contains(&one.id)))
        .map(activities::hit)
        .collect()
}

fn hit(rule: &Rule) -> Hit {
    let href = format!("/console/retention/rules/{}", rule.id);
    Hit::new("retention-rule", &rule.id, &rule.body.name, href)
}

/// Rules that delete or change, and are switched on.
fn limits(s: &Snapshot) -> impl Iterator<Item = &Rule> {
    s.parts.retention.rules.iter().filter(|rule| rule.is_on() && rule.is_limit())
}

/// Runs of a rule, the newest first.
fn runs<'a>(s: &'a Snapshot, rule: &'a Rule) -> impl Iterator<Item = &'a Run> {
    s.parts.retention.runs.iter().filter(move |run| run.rule == rule.id)
}

fn never_run(s: &Snapshot) -> Vec<Hit> {
    limits(s)
        .filter(|rule| s.older(rule.created_at, FIRST))
        .filter(|rule| !runs(s, rule).any(|run| run.state == RunState::Finished))
        .map(|rule| hit(rule).with("since", Value::Time(rule.created_at)))
        .collect()
}

/// The newest run that touched anything stands before its end. A run that a person paused may wait.
fn stopped(s: &Snapshot) -> Vec<Hit> {
    limits(s)
        .filter_map(|rule| {
            let run = runs(s, rule).find(|run| run.begun_at > 0)?;
            let halted = matches!(run.state, RunState::Stopped | RunState::Failed);
            halted.then(|| {
                let rows = i64::try_from(run.done.changed()).unwrap_or(i64::MAX);
                hit(rule).with("run", Value::Time(run.begun_at)).with("rows", rows)
            })
        })
        .collect()
}

fn waiting(s: &Snapshot) -> Vec<Hit> {
    limits(s)
        .filter_map(|rule| {
            let run = runs(s, rule).next()?;
            let waits = run.state == RunState::Planned && run.waits.is_some();
            (waits && s.older(run.planned_at, WAIT))
                .then(|| hit(rule).with("since", Value::Time(run.planned_at)))
        })
        .collect()
}

fn endless(s: &Snapshot) -> Vec<Hit> {
    let holds = s.parts.retention.holds.iter();
    holds
        .filter(|one| one.holds_at(s.now) && one.until == 0 && s.older(one.made_at, HELD))
        .map(|one| {
            // Its name may be a case's; it is looked up where it is mended.
            let href = format!("/console/retention/holds/{}", one.id);
            Hit::new("hold", &one.id, "", href).with("since", Value::Time(one.from))
        })
        .collect()
}
