//! `privet export` and `privet apply`: the map as files under version control.

use std::{path::PathBuf, process::ExitCode};

use consent::code as consents;
use datamap::code::{self, CodeError, PlanOptions};
use deliver::{DeliverError, views::code as views};
use inspect::detectors::{DetectorError, code as detectors};
use retain::{RetainError, code as rules};
use store::Actor;

use crate::{
    Failure,
    say::say,
    state::{Code, State},
};

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

/// Writes the map as YAML and the company's own detectors as TOML.
pub async fn export(args: Export) -> Result<ExitCode, Failure> {
    let Code { map, inspect, consent, deliver, retain } = args.state.open_code().await?;
    let mut written = code::export(&map, &args.dir).await?;
    if let Some(text) = inspect.export_detectors().await? {
        std::fs::create_dir_all(&args.dir)?;
        std::fs::write(args.dir.join(detectors::FILE), text)?;
        written.push(detectors::FILE.to_owned());
    }
    if let Some(text) = consent.export_code().await? {
        std::fs::create_dir_all(&args.dir)?;
        std::fs::write(args.dir.join(consents::FILE), text)?;
        written.push(consents::FILE.to_owned());
    }
    if let Some(text) = deliver.export_views().await? {
        std::fs::create_dir_all(&args.dir)?;
        std::fs::write(args.dir.join(views::FILE), text)?;
        written.push(views::FILE.to_owned());
    }
    if let Some(text) = retain.export_code().await.map_err(unkept)? {
        std::fs::create_dir_all(&args.dir)?;
        std::fs::write(args.dir.join(rules::FILE), text)?;
        written.push(rules::FILE.to_owned());
    }
    for name in &written {
        say(&format!("{}", args.dir.join(name).display()));
    }
    if written.is_empty() {
        eprintln!("The map is empty: there is nothing to write yet.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Brings the map and the detectors to what the files say.
pub async fn apply(args: Apply) -> Result<ExitCode, Failure> {
    let Code { map, inspect, consent, deliver, retain } = args.state.open_code().await?;
    let own = match read(&args.dir.join(detectors::FILE))? {
        Some(text) => inspect.plan_detectors(&text, args.prune).await?,
        None => detectors::Plan::default(),
    };
    let asked = match read(&args.dir.join(consents::FILE))? {
        Some(text) => consent.plan_code(&text, args.prune).await.map_err(named)?,
        None => consents::Plan::default(),
    };
    let shown = match read(&args.dir.join(views::FILE))? {
        Some(text) => deliver.plan_views(&text, args.prune).await?,
        None => views::Plan::default(),
    };
    let kept = match read(&args.dir.join(rules::FILE))? {
        Some(text) => retain.plan_code(&text, args.prune).await.map_err(unkept)?,
        None => rules::Plan::default(),
    };
    // Files on this machine may name where their passwords are; its user could read them anyway.
    let options = PlanOptions { prune: args.prune, secrets: true };
    let plan = code::plan_dir(&map, &args.dir, options).await?;
    let others = [own.is_empty(), asked.is_empty(), shown.is_empty(), kept.is_empty()];
    let others = others.contains(&false);
    if !others || !plan.is_empty() {
        say(&plan.to_string());
    }
    if !own.is_empty() {
        say(&own.to_string());
    }
    if !asked.is_empty() {
        say(&asked.to_string());
    }
    if !shown.is_empty() {
        say(&shown.to_string());
    }
    if kept.says_something() {
        say(&kept.to_string());
    }
    if args.dry_run || (plan.is_empty() && !others) {
        return Ok(ExitCode::SUCCESS);
    }
    let mut changed = own.len() + asked.len() + kept.len();
    if !plan.is_empty() {
        changed += code::apply(&map, &plan, Actor::CommandLine).await?;
    }
    inspect.apply_detectors(&Actor::CommandLine, &own).await?;
    consent.apply_code(&Actor::CommandLine, &asked).await.map_err(named)?;
    changed += deliver.apply_views(&Actor::CommandLine, &shown).await?;
    retain.apply_code(&Actor::CommandLine, &kept).await.map_err(unkept)?;
    say(&format!("Applied: {changed} changed."));
    Ok(ExitCode::SUCCESS)
}

/// A file's text; `None` when it is not there.
fn read(path: &std::path::Path) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn named(error: consent::ConsentError) -> Failure {
    let message = format!("{}: {error}", consents::FILE);
    match error {
        consent::ConsentError::Store(_) => Failure::unreachable(message),
        _ => Failure::usage(format!(
            "the files were not applied; correct them and apply again:\n{message}"
        )),
    }
}

fn unkept(error: RetainError) -> Failure {
    let message = format!("{}: {error}", rules::FILE);
    match error {
        RetainError::Code(_) | RetainError::Form(_) | RetainError::Rule(_) => Failure::usage(
            format!("the files were not applied; correct them and apply again:\n{message}"),
        ),
        _ => Failure::unreachable(message),
    }
}

impl From<DeliverError> for Failure {
    fn from(error: DeliverError) -> Self {
        let message = format!("{}: {error}", views::FILE);
        match error {
            DeliverError::Store(_) | DeliverError::Fault(_) => Self::unreachable(message),
            DeliverError::Conflict("deliver-view-error-stale") => Self::check(format!(
                "{}: the database has changed since the plan was made; apply again",
                views::FILE
            )),
            _ => Self::usage(format!(
                "the files were not applied; correct them and apply again:\n{message}"
            )),
        }
    }
}

impl From<DetectorError> for Failure {
    fn from(error: DetectorError) -> Self {
        let message = format!("{}: {error}", detectors::FILE);
        match error {
            DetectorError::Store(_) => Self::unreachable(message),
            _ => Self::usage(format!(
                "the files were not applied; correct them and apply again:\n{message}"
            )),
        }
    }
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
