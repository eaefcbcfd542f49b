//! What the engine says, in the words that are kept and shown.

use purge::{Action, Counts, Plan, Reason};

use super::model::{Done, Kept, PlanStep};

/// The steps of a plan.
pub(super) fn steps(plan: &Plan) -> Vec<PlanStep> {
    let step = |step: &purge::Step| PlanStep {
        table: step.table.clone(),
        act: act(step.action).to_owned(),
        columns: step.columns.clone(),
        through: step.through.clone(),
    };
    plan.steps.iter().map(step).collect()
}

fn act(action: Action) -> &'static str {
    match action {
        Action::Summarise => "aggregate",
        Action::Unlink => "unlink",
        Action::Anonymise => "anonymise",
        Action::Mask => "mask",
        Action::Delete => "delete",
    }
}

/// Counts, as they are kept.
pub(super) fn done(counts: &Counts, exact: bool) -> Done {
    let kept = |one: &purge::Kept| {
        let (reason, table) = match &one.reason {
            Reason::Referenced { table, link } => ("referenced", format!("{table} ({link})")),
            Reason::Held { table } => ("held", table.clone()),
            Reason::Circle { links } => ("circle", links.clone()),
        };
        Kept { reason: reason.to_owned(), table, rows: one.rows }
    };
    Done {
        roots: counts.roots,
        steps: counts.steps.clone(),
        already: counts.already,
        suppressed: counts.suppressed,
        kept: counts.kept.iter().map(kept).collect(),
        exact,
    }
}
