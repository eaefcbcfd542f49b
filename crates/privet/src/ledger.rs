//! `privet ledger`: the log of every change, checked, exported, proved, and accepted after a damage.

use std::{
    io::{BufWriter, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use ::ledger::{Checkpoint, ExportHeader, Hash};
use futures::TryStreamExt as _;
use serde_json::json;
use store::{Actor, StoreError};

use crate::{Failure, say::say, state::State};

/// `privet ledger`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Walk the whole log: no entry is missing or changed, nor a tile, nor the checkpoint.
    /// Exit code 1 when it does not hold.
    Check {
        /// A checkpoint that you or a witness kept: it must be of this log's past. Tells a database
        /// that was put back or written anew.
        #[arg(long, value_name = "FILE")]
        known: Option<PathBuf>,
        #[command(flatten)]
        state: State,
    },
    /// Print the newest signed checkpoint; keep it somewhere else.
    Checkpoint(State),
    /// Print the key that checkpoints are checked with.
    Key(State),
    /// Prove that the newest checkpoint continues one that you kept; `privet verify` checks it offline.
    Consistency {
        /// The checkpoint that you kept.
        old: PathBuf,
        #[command(flatten)]
        state: State,
    },
    /// Write the whole log to a file that `privet verify` checks offline.
    Export {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        state: State,
    },
    /// After a damage: take the entries as they are. The log goes on under a new name; who, why and the
    /// old log's last checkpoint stay on record. Stop the servers first.
    Accept {
        /// Why, in a sentence for those who read it later. It must not name a customer.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        state: State,
    },
}

/// Does what the command says.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::Check { known, state } => check(known, state).await,
        Command::Checkpoint(state) => {
            let signed = state.open().await?.ledger().publish().await.map_err(told)?;
            say(signed.note.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Command::Key(state) => {
            say(&state.open().await?.ledger().key().await?.to_string());
            Ok(ExitCode::SUCCESS)
        }
        Command::Consistency { old, state } => consistency(&old, state).await,
        Command::Export { file, state } => export(&file, state).await,
        Command::Accept { reason, state } => accept(&reason, state).await,
    }
}

fn told(error: StoreError) -> Failure {
    match error {
        StoreError::Ledger { .. } => Failure::check(error.to_string()),
        other => other.into(),
    }
}

fn read(file: &PathBuf) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        Failure::unreachable(format!("{} could not be read: {error}", file.display()))
    })
}

async fn check(known: Option<PathBuf>, state: State) -> Result<ExitCode, Failure> {
    let known = known.as_ref().map(read).transpose()?;
    let ledger = state.open().await?.ledger();
    let head = ledger.verify().await.map_err(told)?;
    if let Some(note) = known {
        let known = match ledger.check_known(&note).await {
            Err(StoreError::Row(why)) => return Err(Failure::check(why)),
            other => other.map_err(told)?,
        };
        say(&format!("The checkpoint of {} entries is of this log's past.", known.size));
    }
    let open = ledger.damages().await?.into_iter().find(|damage| damage.accepted_at.is_none());
    if let Some(damage) = open {
        return Err(Failure::check(format!(
            "the ledger was found damaged at entry {}: {}; writes are stopped until you run `privet \
             ledger accept`",
            damage.position, damage.why
        )));
    }
    say(&format!("The ledger holds: {} entries, root {}.", head.seq, Hash(head.hash.0)));
    Ok(ExitCode::SUCCESS)
}

async fn consistency(old: &PathBuf, state: State) -> Result<ExitCode, Failure> {
    let old = read(old)?;
    let ledger = state.open().await?.ledger();
    let key = ledger.key().await?;
    let known = Checkpoint::open(&old, &key).map_err(|error| Failure::check(error.to_string()))?;
    let new = ledger.publish().await.map_err(told)?;
    let proof = ledger.consistency(known.size, new.checkpoint.size).await.map_err(told)?;
    let path: Vec<String> = proof.path.iter().map(Hash::to_string).collect();
    say(&json!({ "old": old, "new": new.note, "path": path }).to_string());
    Ok(ExitCode::SUCCESS)
}

async fn export(file: &PathBuf, state: State) -> Result<ExitCode, Failure> {
    let ledger = state.open().await?.ledger();
    let signed = ledger.publish().await.map_err(told)?;
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(file)?);
    ExportHeader::write(&mut out, &signed.note)?;
    let mut entries = std::pin::pin!(ledger.leaves(signed.checkpoint.size.cast_signed()));
    while let Some(entry) = entries.try_next().await.map_err(told)? {
        ExportHeader::leaf(&mut out, &entry.encode()?)?;
    }
    out.flush()?;
    say(&format!(
        "{} entries written to {}; check them with: privet verify {} --log-key {}",
        signed.checkpoint.size,
        file.display(),
        file.display(),
        ledger.key().await?.public()
    ));
    Ok(ExitCode::SUCCESS)
}

async fn accept(reason: &str, state: State) -> Result<ExitCode, Failure> {
    if reason.trim().is_empty() {
        return Err(Failure::usage("say why with --reason: it stays on record"));
    }
    let ledger = state.open().await?.ledger();
    if ledger.damages().await?.iter().all(|damage| damage.accepted_at.is_some()) {
        ledger.verify().await.map_err(|_| {
            Failure::check("a damage was found just now and noted; look at it, then run this again")
        })?;
        return Err(Failure::usage("the ledger holds: there is nothing to accept"));
    }
    let head = ledger.accept(Actor::CommandLine, reason.trim()).await.map_err(told)?;
    let key = ledger.key().await?;
    say(&format!("Accepted: {} entries go on as the log {}.", head.seq, key.name()));
    say(&format!("Give verifiers and witnesses its key: {key}"));
    Ok(ExitCode::SUCCESS)
}
