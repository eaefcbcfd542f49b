//! `privet law`: rule packs from the command line.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use ::law::{Changed, Fact, Law, Pace, Pack, Problem};
use regime::{Loaded, Regimes, today};
use store::Actor;

use crate::{Failure, say::say, state::State};

const EXAMPLES: &str = "\
Examples:
  privet law list                            the packs in use, with their versions
  privet law check eu-2027.toml              every fault with its line; exit code 1 if there is one
  privet law install eu-2027.toml --dry-run  what it would change
  privet law install eu-2027.toml            switch it on; running servers follow within a day, or with
                                             the next page of the console that shows laws";

/// `privet law`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The packs in use, with their versions.
    List(State),
    /// Check a pack against those in use; changes nothing.
    Check {
        /// The pack.
        file: PathBuf,
        #[command(flatten)]
        state: State,
    },
    /// Check a pack, print what it changes, and switch it on.
    Install {
        /// The pack.
        file: PathBuf,
        /// Print what it would change, and stop.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        state: State,
    },
}

/// Does what the command says.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::List(state) => Ok(list(&open(state).await?.law())),
        Command::Check { file, state } => check(&file, state).await,
        Command::Install { file, dry_run, state } => install(&file, dry_run, state).await,
    }
}

async fn open(state: State) -> Result<Regimes, Failure> {
    let code = state.open_code().await?;
    let store = code.map.store().clone();
    Ok(Regimes::open(store, code.consent, code.map).await.map_err(anyhow::Error::from)?)
}

fn list(law: &Law) -> ExitCode {
    for Pack { head, regimes, facts } in law.packs() {
        let (laws, rules) = (regimes.len(), facts.len());
        say(&format!(
            "{:<14} {:<20} {laws:>3} laws {rules:>5} rules   {}",
            head.id, head.version, head.name.en
        ));
    }
    ExitCode::SUCCESS
}

fn read(file: &Path) -> Result<(String, String), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::unreachable(format!("{} could not be read: {error}", file.display()))
    })?;
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    Ok((name, text))
}

fn refuse(problems: &[Problem]) -> Failure {
    for problem in problems {
        eprintln!("{problem}");
    }
    Failure::check(match problems.len() {
        1 => "the pack is refused: one fault".to_owned(),
        n => format!("the pack is refused: {n} faults"),
    })
}

/// Without a database the packs that come with Privet are what a pack stands beside.
async fn check(file: &Path, state: State) -> Result<ExitCode, Failure> {
    let (name, text) = read(file)?;
    let regimes = open(state).await.ok();
    let checked = match &regimes {
        Some(regimes) => regimes.check_pack(&name, &text),
        None => Pack::parse_beside(&name, &text, Law::shipped()),
    };
    let pack = checked.map_err(|problems| refuse(&problems))?;
    let (laws, rules) = (pack.regimes.len(), pack.facts.len());
    say(&format!(
        "{}: {} {}, {laws} laws, {rules} rules, no fault",
        name, pack.head.id, pack.head.version
    ));
    Ok(ExitCode::SUCCESS)
}

async fn install(file: &Path, dry_run: bool, state: State) -> Result<ExitCode, Failure> {
    let (name, text) = read(file)?;
    let regimes = open(state).await?;
    if dry_run {
        let pack = regimes.check_pack(&name, &text).map_err(|problems| refuse(&problems))?;
        let before = regimes.law();
        let after = (*before).clone().with(pack);
        tell(&before, &after);
        return Ok(ExitCode::SUCCESS);
    }
    let told = |error| Failure::from(anyhow::Error::from(error));
    let id = match regimes.load_pack(Actor::CommandLine, &name, &text).await.map_err(told)? {
        Loaded::Refused(problems) => return Err(refuse(&problems)),
        Loaded::InUse => {
            say("This very pack is in use already.");
            return Ok(ExitCode::SUCCESS);
        }
        Loaded::Staged(id) => id,
    };
    let preview = regimes.preview(&id, today()).await.map_err(told)?;
    tell(&preview.before, &preview.after);
    for (words, ids) in [
        ("law begins to apply", &preview.apply),
        ("law no longer applies", &preview.cease),
        ("duty begins", &preview.begin),
        ("duty ends", &preview.end),
    ] {
        for id in ids {
            say(&format!("{words}: {id}"));
        }
    }
    regimes.switch_pack(Actor::CommandLine, &id).await.map_err(told)?;
    say(&format!("{} {} is in use.", preview.pack.head.id, preview.pack.head.version));
    Ok(ExitCode::SUCCESS)
}

fn tell(before: &Law, after: &Law) {
    let diff = before.diff(after);
    for change in &diff.regimes {
        let id = change.any().map_or("", |one| one.id.as_str());
        line("law", id, change, "");
    }
    for change in &diff.facts {
        let pace = match Changed::<Fact>::pace(change) {
            Some(Pace::Shorter) => " (less time)",
            Some(Pace::Longer) => " (more time)",
            None => "",
        };
        line("rule", change.any().map_or("", |one| one.id.as_str()), change, pace);
    }
    if diff.is_empty() {
        say("Nothing changes.");
    }
}

fn line<T>(what: &str, id: &str, change: &Changed<'_, T>, pace: &str) {
    let sign = match (change.before.is_some(), change.after.is_some()) {
        (false, _) => '+',
        (_, false) => '-',
        _ => '~',
    };
    say(&format!("{sign} {what} {id}{pace}"));
    for field in &change.fields {
        say(&format!("    {}: {:?} → {:?}", field.name, field.before, field.after));
    }
}
