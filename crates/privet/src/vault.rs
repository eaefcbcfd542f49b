//! `privet vault`: policies of the vault, and a company's column sealed in place.

use std::{path::PathBuf, process::ExitCode};

use ::consent::IdentifierKind;
use protect::{
    Policy, Protect, ProtectError,
    column::{BATCH, Column, ColumnError, Company, Run},
};
use store::Actor;

use crate::{Failure, say::say, state::State};

const EXAMPLES: &str = "\
Each batch is one transaction in your database. Stop the command whenever you like and run it again: it
goes on with the rows that are still in clear. Make a backup first, and change your programs so that they
open what they read.

Examples:
  privet vault policy contact.phone --file phone.json
  privet vault seal-column --source postgres://app@db/shop --table customers --column phone \\
      --key id --subject customer_id=id --category contact.phone
  privet vault unseal-column … --purpose service_delivery

The password of the source: PRIVET_SOURCE_PASSWORD.";

/// `privet vault`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the policies, or set that of a category from a JSON file.
    Policy(PolicyArgs),
    /// Seal one column of a PostgreSQL table in place; can be stopped and run again.
    SealColumn(ColumnArgs),
    /// Bring a sealed column back to clear; can be stopped and run again.
    UnsealColumn(Unseal),
}

#[derive(Debug, clap::Args)]
struct PolicyArgs {
    /// The category, such as contact.phone; without one all policies are shown.
    category: Option<String>,
    /// The policy as JSON: {"purposes": {"customer_support": "masked"}, "searchable": true}.
    #[arg(long, value_name = "FILE", requires = "category")]
    file: Option<PathBuf>,
    #[command(flatten)]
    state: State,
}

#[derive(Debug, clap::Args)]
struct ColumnArgs {
    /// The database the table is in: postgres://user@host/database.
    #[arg(long, value_name = "URL")]
    source: String,
    /// The table, `customers` or `schema.customers`.
    #[arg(long)]
    table: String,
    /// The column.
    #[arg(long)]
    column: String,
    /// The table's key: one column, unique.
    #[arg(long)]
    key: String,
    /// Which column says whose a row is, as customer_id=COLUMN, email=COLUMN …; may be repeated.
    #[arg(long = "subject", value_name = "KIND=COLUMN", value_parser = subject, required = true)]
    subject: Vec<(IdentifierKind, String)>,
    /// What the values are, such as contact.phone; it needs a policy.
    #[arg(long)]
    category: String,
    /// A text column for the blind index, to find rows by value.
    #[arg(long, value_name = "COLUMN", default_value = "")]
    index_column: String,
    /// Rows of one transaction.
    #[arg(long, default_value_t = BATCH, value_parser = clap::value_parser!(u32).range(1..=1000))]
    batch: u32,
    #[command(flatten)]
    state: State,
}

#[derive(Debug, clap::Args)]
struct Unseal {
    /// Why the values are opened; the policy must open them in clear for it. It stands in the ledger.
    #[arg(long)]
    purpose: String,
    #[command(flatten)]
    column: ColumnArgs,
}

fn subject(text: &str) -> Result<(IdentifierKind, String), String> {
    let told = "write KIND=COLUMN, such as customer_id=id";
    let (kind, column) = text.split_once('=').ok_or(told)?;
    let kind = IdentifierKind::parse(kind).ok_or_else(|| {
        let kinds = IdentifierKind::ALL.map(IdentifierKind::as_str).join(", ");
        format!("there is no such kind of identifier; there are {kinds}")
    })?;
    Ok((kind, column.to_owned()))
}

/// Does what was asked; exit code 1 when rows were left in clear, or could not be opened.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::Policy(args) => policy(args).await,
        Command::SealColumn(args) => {
            let (protect, company, column) = open(args).await?;
            let progress = progress("sealed");
            let by = Actor::CommandLine;
            let done = protect.seal_column(&by, &company, &column, progress).await;
            told("sealed", done.map_err(failed)?)
        }
        Command::UnsealColumn(Unseal { purpose, column }) => {
            let (protect, company, column) = open(column).await?;
            let progress = progress("opened");
            let by = Actor::CommandLine;
            let done = protect.unseal_column(&by, &company, &column, &purpose, progress).await;
            told("opened", done.map_err(failed)?)
        }
    }
}

async fn open(args: ColumnArgs) -> Result<(Protect, Company, Column), Failure> {
    let consent = args.state.open_consent().await?;
    let protect = Protect::open(consent).await.map_err(anyhow::Error::from)?;
    let password = std::env::var("PRIVET_SOURCE_PASSWORD").ok();
    let company = Company::connect(&args.source, password.as_deref()).await.map_err(failed)?;
    let column = Column {
        table: args.table,
        name: args.column,
        key: args.key,
        subject: args.subject,
        category: args.category,
        index: args.index_column,
        batch: args.batch,
    };
    Ok((protect, company, column))
}

/// A line now and then, so that a long run is seen to move.
fn progress(word: &'static str) -> impl FnMut(u64) {
    let mut told = std::time::Instant::now();
    move |rows| {
        if told.elapsed().as_secs() >= 5 {
            told = std::time::Instant::now();
            eprintln!("{rows} rows {word}");
        }
    }
}

fn told(word: &str, run: Run) -> Result<ExitCode, Failure> {
    say(&format!("{} rows {word}", run.done));
    if run.lost > 0 {
        say(&format!("{} rows stay sealed: their customers were erased", run.lost));
    }
    if run.left > 0 {
        return Err(Failure::check(format!(
            "{} rows stay in clear: whose they are cannot be told, or their customer was erased; \
             correct or delete them, then run this again",
            run.left
        )));
    }
    Ok(if run.lost > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn failed(error: ColumnError) -> Failure {
    match error {
        ColumnError::Database(_) => Failure::unreachable(error.to_string()),
        ColumnError::Table(_) | ColumnError::Protect(ProtectError::NoPolicy) => {
            Failure::usage(error.to_string())
        }
        other => Failure::unreachable(other.to_string()),
    }
}

async fn policy(args: PolicyArgs) -> Result<ExitCode, Failure> {
    let consent = args.state.open_consent().await?;
    let protect = Protect::open(consent).await.map_err(anyhow::Error::from)?;
    if let (Some(category), Some(file)) = (&args.category, &args.file) {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::unreachable(format!("{} could not be read: {error}", file.display()))
        })?;
        let policy: Policy = serde_json::from_str(&text)
            .map_err(|error| Failure::usage(format!("{} is no policy: {error}", file.display())))?;
        let seen = protect.policy(category).await.map_err(anyhow::Error::from)?;
        let seen = seen.map_or(0, |kept| kept.version);
        let saved = protect.save_policy(&Actor::CommandLine, category, seen, &policy).await;
        let version = saved.map_err(|error| match error {
            ProtectError::Policy(faults) => {
                let fields: Vec<&str> = faults.iter().map(|(field, _)| *field).collect();
                let known = protect.known_purposes().join(", ");
                Failure::usage(format!(
                    "the policy cannot be taken; look at: {}. At least one purpose opens values, and \
                     purposes are: {known}",
                    fields.join(", ")
                ))
            }
            other => Failure::from(anyhow::Error::from(other)),
        })?;
        say(&format!("{category}: version {version} is in force"));
        return Ok(ExitCode::SUCCESS);
    }
    for kept in protect.policies().await.map_err(anyhow::Error::from)? {
        if args.category.as_ref().is_none_or(|wanted| *wanted == kept.category) {
            let body = serde_json::to_string(&kept.policy).map_err(anyhow::Error::from)?;
            say(&format!("{} {body}", kept.category));
        }
    }
    Ok(ExitCode::SUCCESS)
}
