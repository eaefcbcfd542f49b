//! `privet retention`: the rules, what they would do now, and carrying out what was agreed to.

use std::{io::Write as _, process::ExitCode, time::Duration};

use retain::{Retain, RetainError, Run, RunState, rule::sentence, run::RunFilter};
use store::{Actor, JobId, JobState};
use web::Lang;

use crate::{Failure, say::say, state::State};

const EXAMPLES: &str = "\
A running server does the work; the command waits for it. Nobody deletes alone: the first run of a
rule's version waits for a person of the console. The exit code is 0 when it was done, 1 when it waits
for a person or could not go on.

Examples:
  privet retention list
  privet retention plan orders-three-years
  privet retention run orders-three-years";

/// `privet retention`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The rules, in words, with what is due.
    List {
        #[command(flatten)]
        state: State,
    },
    /// Count what a rule would do; nothing is changed.
    Plan(One),
    /// Carry out the rule's newest plan, if it was agreed to and is inside its bound.
    Run(One),
}

#[derive(Debug, clap::Args)]
struct One {
    /// The rule's key, as `list` shows it, or its id.
    rule: String,
    #[command(flatten)]
    state: State,
}

/// Does what was asked.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::List { state } => list(&state.open_retention().await?).await,
        Command::Plan(one) => {
            let retain = one.state.open_retention().await?;
            let id = retain.start_plan(&Actor::CommandLine, &one.rule, false).await?;
            let run = wait(&retain, &id).await?;
            told(&run);
            Ok(if run.state == RunState::Planned { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Run(one) => {
            let retain = one.state.open_retention().await?;
            let rule = retain.rule(&one.rule).await?;
            let filter = RunFilter { rule: &rule.id, state: "planned", changed: "" };
            let plan = retain.list_runs(filter, 1, 0).await?.0.pop();
            let plan = plan.ok_or_else(|| {
                Failure::check(
                    "there is no plan that waits; count first: privet retention plan RULE",
                )
            })?;
            retain.begin_run(&Actor::CommandLine, &plan.id).await?;
            let run = wait(&retain, &plan.id).await?;
            told(&run);
            Ok(if run.state == RunState::Finished { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

async fn list(retain: &Retain) -> Result<ExitCode, Failure> {
    let rules = retain.rules().await?;
    if rules.is_empty() {
        say("There are no retention rules; write the first in the console under “Retention”.");
    }
    for rule in rules {
        let names = retain.names_of(&rule.body, Lang::En).await?;
        let due = rule.due_rows.map_or_else(|| "not counted".into(), |rows| format!("{rows} due"));
        say(&format!(
            "{}  {}  version {}{}  {due}\n    {}",
            rule.key,
            rule.state,
            rule.version,
            if rule.is_limit() && !rule.is_agreed() { " (first run not agreed to)" } else { "" },
            sentence(Lang::En, &rule.body, &names)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits while a server works on it; says so when none takes it up.
async fn wait(retain: &Retain, id: &str) -> Result<Run, Failure> {
    let mut told = false;
    for round in 0_u32.. {
        let run = retain.run(id).await?;
        if !run.state.is_moving() {
            return Ok(run);
        }
        let job = retain.store().job(&JobId(run.job.clone())).await?;
        if round > 50 && !told && job.is_some_and(|job| job.state == JobState::Queued) {
            let _ = writeln!(std::io::stderr(), "No server has taken it up yet; start `privet`.");
            told = true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    unreachable!("the loop has no other end")
}

fn told(run: &Run) {
    say(&format!("{}: {}", run.rule_name, run.state.as_str()));
    for (at, step) in run.steps.iter().enumerate() {
        let (planned, done) = run.rows_of(at);
        say(&format!("  {:<9} {:<30} {planned} planned, {done} done", step.act, step.table));
    }
    let kept = if run.begun_at > 0 { &run.done.kept } else { &run.planned.kept };
    for one in kept {
        say(&format!("  {:<9} {:<30} {} left alone", one.reason, one.table, one.rows));
    }
    if !run.error.is_empty() {
        say(&format!("  {} {}", run.error, run.error_why));
    }
}

impl From<RetainError> for Failure {
    fn from(error: RetainError) -> Self {
        match &error {
            RetainError::NotFound(_) => Self::usage(error.to_string()),
            RetainError::Conflict(key) | RetainError::Rule(key) => {
                Self::check(web::translate(Lang::En, key, &[("what", "".into())]))
            }
            _ => Self::unreachable(error.to_string()),
        }
    }
}
