//! `privet export` and `privet apply`: the map as files under version control.

use std::{path::PathBuf, process::ExitCode};

use datamap::code::{self, CodeError, PlanOptions};
use store::Actor;

use crate::{Failure, say::say, state::State};

const APPLY_EXAMPLES: &str = "\
Prints the plan first. Applying twice changes nothing the second time; `privet export` followed by
`privet apply` changes nothing at all. Nothing is deleted without --prune.

Examples:
  privet apply privacy --dry-run      what would change; exit code 0
  privet apply privacy                change it, in one transaction";

/// `privet export`.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Directory for the files; made if it is missing.
    dir: PathBuf,
    #[command(flatten)]
    state: State,
}

/// `privet apply`.
#[derive(Debug, clap::Args)]
#[command(after_help = APPLY_EXAMPLES)]
pub struct Apply {
    /// Directory of the files.
    dir: PathBuf,
    /// Print the plan and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Also delete what the files leave out, of the kinds whose file is there.
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    state: State,
}

/// Writes the map as YAML.
pub async fn export(args: Export) -> Result<ExitCode, Failure> {
    let map = args.state.open_map().await?;
    let written = code::export(&map, &args.dir).await?;
    for name in &written {
        say(&format!("{}", args.dir.join(name).display()));
    }
    if written.is_empty() {
        eprintln!("The map is empty: there is nothing to write yet.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Brings the map to what the files say.
pub async fn apply(args: Apply) -> Result<ExitCode, Failure> {
    let map = args.state.open_map().await?;
    // Files on this machine may name where their passwords are; its user could read them anyway.
    let options = PlanOptions { prune: args.prune, secrets: true };
    let plan = code::plan_dir(&map, &args.dir, options).await?;
    say(&plan.to_string());
    if args.dry_run || plan.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let changed = code::apply(&map, &plan, Actor::CommandLine).await?;
    say(&format!("Applied: {changed} changed."));
    Ok(ExitCode::SUCCESS)
}

impl From<CodeError> for Failure {
    fn from(error: CodeError) -> Self {
        let message = error.to_string();
        match error {
            CodeError::Problems(_) => Self::usage(format!(
                "the files were not applied; correct them and apply again:\n{message}"
            )),
            CodeError::Stale => Self::check(message),
            _ => Self::unreachable(message),
        }
    }
}
