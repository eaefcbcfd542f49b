//! `privet customers erase`: a customer's key is destroyed, once somebody of the console has approved.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use consent::{
    ConsentError, Identifier, IdentifierKind, Room, Subject, SubjectId,
    erasure::{ErasureError, OBJECT},
    property,
};
use store::Actor;
use web::access::{Action, Approval, ApprovalState, asker};

use crate::{Failure, say::say, state::State};

const EXAMPLES: &str = "\
Nobody erases alone. The first call asks, and a person of the console approves or refuses under
“Approvals”; the same call afterwards destroys the key and prints the deletion certificate. An
identifier is read from standard input, so that it is kept in no history and no list of processes.
The exit code is 0 once the customer is erased, 1 while somebody has to decide.

Examples:
  privet customers erase --reason \"Erasure request 2026-118\" < address.txt
  privet customers erase 0195f3a2-… --yes --certificate deletion.json";

/// `privet customers`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Destroy a customer's key, so that nothing kept about them can be read again.
    Erase(Erase),
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct Erase {
    /// The customer's opaque number, as the console's address shows it; without it one identifier is
    /// read from standard input.
    customer: Option<String>,
    /// What the line on standard input is: email, phone, customer_id, device_id, wechat_unionid,
    /// wechat_openid or advertising_id.
    #[arg(long, value_name = "KIND", default_value = "email", conflicts_with = "customer")]
    identifier: String,
    /// Why: the number or the day of the request. Not the person's name: the reason stays.
    #[arg(long, value_name = "WHY", default_value = "")]
    reason: String,
    /// Destroy without asking back.
    #[arg(long)]
    yes: bool,
    /// Write the deletion certificate here instead of to standard output.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    state: State,
}

/// Does what was asked; exit code 1 while somebody has to decide.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let Command::Erase(args) = args.command;
    let room = args.state.clone().open_customers().await?;
    let (id, by) = (customer(&room, &args).await?, Actor::CommandLine);
    let approvals = room.web.approvals();
    let standing = approvals.standing(&asker(&by), Action::DestroyKeys, OBJECT, &id.0).await;
    let standing = standing.map_err(|error| Failure::unreachable(error.to_string()))?;
    match standing {
        None => {
            let asked = room.ask_erasure(&by, &id, &args.reason).await?;
            waits("Asked.", &asked);
            Ok(ExitCode::FAILURE)
        }
        Some(asked) if asked.state == ApprovalState::Open => {
            waits("Nobody has decided yet.", &asked);
            Ok(ExitCode::FAILURE)
        }
        Some(agreed) => {
            confirm(&id, args.yes)?;
            let id = room.carry_out_erasure(&by, &agreed.id).await?;
            eprintln!("The key of customer {id} is destroyed.");
            certificate(&room, &id, args.certificate).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Whom the call means.
async fn customer(room: &Room, args: &Erase) -> Result<SubjectId, Failure> {
    if let Some(id) = &args.customer {
        return Ok(room.consent.standing_of(id).await?.id);
    }
    let kind = IdentifierKind::parse(&args.identifier).ok_or_else(|| {
        let known: Vec<&str> = IdentifierKind::ALL.iter().map(|kind| kind.as_str()).collect();
        Failure::usage(format!("--identifier is one of {}", known.join(", ")))
    })?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let country = room.consent.catalogue().property(property::DEFAULT)?.body.country.clone();
    let one = Identifier::parse(kind, line.trim(), &country).map_err(ConsentError::from)?;
    let subject = Subject::new(vec![one]).map_err(ConsentError::from)?;
    let mut people = room.consent.find(&subject.blind(room.consent.vault())).await?.people;
    people.pop().ok_or_else(|| Failure::check("nobody has this identifier"))
}

fn waits(so_far: &str, asked: &Approval) {
    eprintln!(
        "{so_far} Somebody has to approve request {} in the console, under “Approvals”, until {}. \
         Then give the same command again.",
        asked.id,
        web::rfc3339(asked.expires_at)
    );
}

fn confirm(id: &SubjectId, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "this cannot be undone, and nobody is at the keyboard to say so; add --yes",
        ));
    }
    eprint!("Destroy the key of customer {id} for good? It cannot be undone. Type `erase`: ");
    io::stderr().flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    if line.trim() == "erase" {
        return Ok(());
    }
    Err(Failure::check("nothing was erased; the approval stays for another time"))
}

async fn certificate(room: &Room, id: &SubjectId, file: Option<PathBuf>) -> Result<(), Failure> {
    let document = format!("{:#}", room.consent.deletion_certificate(id).await?);
    let Some(file) = file else {
        say(&document);
        return Ok(());
    };
    std::fs::write(&file, document + "\n").map_err(|error| {
        Failure::unreachable(format!(
            "the customer is erased, but {} cannot be written: {error}; download the certificate \
             in the console",
            file.display()
        ))
    })
}

impl From<ErasureError> for Failure {
    fn from(error: ErasureError) -> Self {
        match error {
            ErasureError::Consent(error) => error.into(),
            ErasureError::Web(error) => Self::unreachable(error.to_string()),
            ErasureError::Reason => Self::usage(format!("--reason: {error}")),
            other => Self::check(other.to_string()),
        }
    }
}
