//! `privet ledger`: the memory of every change, checked.

use std::process::ExitCode;

use store::StoreError;

use crate::{Failure, say::say, state::State};

/// `privet ledger`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Walk the whole chain: every entry follows from the one before, none is missing or changed.
    /// Exit code 1 when it does not hold.
    Check(State),
}

/// Checks the chain and says what was proved.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let Command::Check(state) = args.command;
    let store = state.open().await?;
    match store.ledger().verify().await {
        Ok(head) => {
            say(&format!("The ledger holds: {} entries, head {}.", head.seq, hex(&head.hash.0)));
            Ok(ExitCode::SUCCESS)
        }
        Err(error @ StoreError::Ledger { .. }) => Err(Failure::check(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
