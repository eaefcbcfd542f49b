//! `privet verify`: checks a signed document offline, without a database or a server.

use std::{io::Read as _, path::PathBuf, process::ExitCode};

use ::consent::receipt;
use ::ledger::PublicKey;

use crate::{Failure, say::say};

/// Bytes of a document at most.
const LARGEST: u64 = 16 << 20;

/// `privet verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A receipt as JSON (`-`: standard input), alone or as the API answers it.
    file: PathBuf,
    /// The company's public key, from its trust page; without it the document's own key is used and
    /// named.
    #[arg(long, value_name = "KEY")]
    log_key: Option<String>,
}

/// Says in one line what the document proves; exit code 1 when it proves nothing.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let key = args.log_key.as_deref().map(str::parse::<PublicKey>).transpose();
    let key = key.map_err(|error| Failure::usage(error.to_string()))?;
    let text = read(args)?;
    let document: serde_json::Value = serde_json::from_str(&text)
        .map_err(|_| Failure::check("this is not a signed document: it is not JSON"))?;
    // The API answers a receipt inside its answer.
    let document = if document["receipt"].is_object() { &document["receipt"] } else { &document };
    match receipt::verify(document, key.as_ref()) {
        Ok(proved) => {
            say(&proved.to_string());
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(Failure::check(error.to_string())),
    }
}

fn read(args: &Args) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::unreachable(format!("{} could not be read: {error}", args.file.display()))
    };
    let mut text = String::new();
    let taken = if args.file.as_os_str() == "-" {
        std::io::stdin().take(LARGEST + 1).read_to_string(&mut text)
    } else {
        let file = std::fs::File::open(&args.file).map_err(unreadable)?;
        file.take(LARGEST + 1).read_to_string(&mut text)
    };
    let taken = taken.map_err(unreadable)?;
    if taken as u64 > LARGEST {
        return Err(Failure::check("this is not a signed document: it is larger than 16 MB"));
    }
    Ok(text)
}
