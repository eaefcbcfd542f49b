//! Plans and runs: counted first, agreed to by a second person or inside the rule's bound, then carried
//! out batch by batch. Whatever happens, a run stands at the border of a batch and says what is done,
//! what is not, why, and what to do.

mod carry;
mod engine;
mod ids;
mod model;
mod plan;
mod steps;
mod store;
mod undo;
mod work;

pub use model::{Done, Kept, PlanStep, Run, RunFilter, RunState, Why};
pub use work::handlers;

/// Counting what a rule would do.
pub(crate) const PLAN_JOB: &str = "retention.plan";
/// Doing it.
pub(crate) const RUN_JOB: &str = "retention.run";
/// Putting rows back.
pub(crate) const UNDO_JOB: &str = "retention.undo";
/// Ending windows of undo whose time is over.
pub(crate) const WINDOWS_JOB: &str = "retention.windows";
