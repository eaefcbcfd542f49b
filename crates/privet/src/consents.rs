//! `privet consents import`: what another system knew of people's choices.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use ::consent::{
    ConsentError,
    import::{Import, Profile, Report},
    property,
};
use store::Actor;

use crate::{Failure, say::say, state::State};

const EXAMPLES: &str = "\
The file is CSV in UTF-8 with headings. Forms that are known by their headings: Privet's own (a column
for each purpose), one line a choice (purpose, state), OneTrust receipts, Mailchimp members, Cookiebot
logs. Any other is described by a profile. Repeating an import records nothing twice.

Examples:
  privet consents import members.csv --purpose marketing=email_marketing --dry-run
  privet consents import export.csv --notice newsletter@2 --profile crm.toml";

/// `privet consents`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Record the consents that another system exported.
    Import(ImportArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct ImportArgs {
    /// The export.
    file: PathBuf,
    /// The property the consents belong to.
    #[arg(long, default_value = property::DEFAULT)]
    property: String,
    /// The notice they were given under, `newsletter@2`, where the file does not say.
    #[arg(long, default_value = "")]
    notice: String,
    /// The file's word for a purpose and yours; may be repeated.
    #[arg(long = "purpose", value_name = "THEIRS=YOURS", value_parser = pair)]
    purposes: Vec<(String, String)>,
    /// How the file is written, as TOML; without it the headings tell.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Read and check; record nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    state: State,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (theirs, ours) = text.split_once('=').ok_or("write THEIRS=YOURS")?;
    Ok((theirs.to_owned(), ours.to_owned()))
}

/// Does what was asked; exit code 1 when lines could not be taken.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let Command::Import(args) = args.command;
    let unreadable = |path: &PathBuf, error: std::io::Error| {
        Failure::unreachable(format!("{} could not be read: {error}", path.display()))
    };
    let profile = match &args.profile {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
            Some(Profile::parse(&text)?)
        }
    };
    let file = std::fs::File::open(&args.file).map_err(|error| unreadable(&args.file, error))?;
    let import = Import {
        profile,
        property: args.property,
        notice: args.notice,
        purposes: args.purposes.into_iter().collect::<BTreeMap<_, _>>(),
        dry_run: args.dry_run,
    };
    let consent = args.state.open_consent().await?;
    let bar = indicatif::ProgressBar::new_spinner().with_message("lines");
    let told = |lines| bar.set_position(lines);
    let file = std::io::BufReader::with_capacity(1 << 20, file);
    let report = consent.import(&Actor::CommandLine, file, &import, told).await?;
    bar.finish_and_clear();
    tell(&report, import.dry_run);
    Ok(if report.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(report: &Report, dry_run: bool) {
    for (line, why) in &report.faults {
        eprintln!("line {line}: {why}");
    }
    let more = report.wrong - report.faults.len() as u64;
    if more > 0 {
        eprintln!("… and {more} more lines");
    }
    for (purpose, times) in &report.unknown_purposes {
        eprintln!(
            "“{purpose}” ({times} lines) is none of your purposes: --purpose \"{purpose}=…\""
        );
    }
    let done = if dry_run { "would be recorded (dry run)" } else { "recorded" };
    say(&format!(
        "{} lines read as {}: {} {done}, {} say nothing, {} could not be taken.",
        report.lines, report.profile, report.recorded, report.empty, report.wrong
    ));
}

impl From<ConsentError> for Failure {
    fn from(error: ConsentError) -> Self {
        match error {
            ConsentError::Store(_) | ConsentError::Vault(_) => Self::unreachable(error.to_string()),
            _ => Self::usage(error.to_string()),
        }
    }
}
