//! `privet verify`: checks a signed document, a checkpoint, two checkpoints or a whole exported log
//! offline, without a database or a server.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read as _},
    path::PathBuf,
    process::ExitCode,
};

use ::consent::receipt;
use ::ledger::{
    Checkpoint, ConsistencyProof, ExportHeader, Hash, LogProof, MEMBER, Note, NoteKey, PublicKey,
    check_export,
};
use serde_json::Value;

use crate::{Failure, say::say};

/// Bytes of a document at most.
const LARGEST: u64 = 16 << 20;

/// `privet verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A receipt or another signed document as JSON, a checkpoint, the answer of `privet ledger
    /// consistency`, or a log written by `privet ledger export` (`-`: standard input).
    file: PathBuf,
    /// The company's public key, from its trust page or `/ledger/key`; without it a document's own key
    /// is used and named. Checkpoints and logs need it.
    #[arg(long, value_name = "KEY")]
    log_key: Option<String>,
}

/// Says in one line what was proved; exit code 1 when nothing was.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let key = args.log_key.as_deref().map(key).transpose()?;
    let unreadable = |error: std::io::Error| {
        Failure::unreachable(format!("{} could not be read: {error}", args.file.display()))
    };
    let mut file: Box<dyn BufRead> = if args.file.as_os_str() == "-" {
        Box::new(BufReader::with_capacity(1 << 20, std::io::stdin()))
    } else {
        let file = File::open(&args.file).map_err(unreadable)?;
        Box::new(BufReader::with_capacity(1 << 20, file))
    };
    let proved = if ExportHeader::begins(file.fill_buf().map_err(unreadable)?) {
        log(file, key.as_ref())?
    } else {
        let mut text = String::new();
        let taken = file.take(LARGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
        if taken as u64 > LARGEST {
            return Err(Failure::check("this is not a signed document: it is larger than 16 MB"));
        }
        if text.trim_start().starts_with('{') || Note::parse(&text).is_err() {
            json(&text, key.as_ref())?
        } else {
            let point = checkpoint(&text, needed(key.as_ref())?)?;
            format!("checkpoint: {}", describe(&point))
        }
    };
    say(&proved);
    Ok(ExitCode::SUCCESS)
}

/// A bare key, or one with the log's name.
fn key(text: &str) -> Result<PublicKey, Failure> {
    match text.parse::<NoteKey>() {
        Ok(key) => Ok(key.public().clone()),
        Err(_) => {
            text.parse().map_err(|error: ::ledger::VerifyError| Failure::usage(error.to_string()))
        }
    }
}

fn needed(key: Option<&PublicKey>) -> Result<&PublicKey, Failure> {
    key.ok_or_else(|| {
        Failure::usage("a checkpoint does not hold its key: give the log's with --log-key")
    })
}

fn wrong(error: impl std::fmt::Display) -> Failure {
    Failure::check(error.to_string())
}

fn checkpoint(note: &str, key: &PublicKey) -> Result<Checkpoint, Failure> {
    let parsed = Note::parse(note).map_err(wrong)?;
    let point = Checkpoint::parse(&parsed.text).map_err(wrong)?;
    let key = NoteKey::log(&point.origin, key.clone()).map_err(wrong)?;
    parsed.check(&key).map_err(wrong)?;
    Ok(point)
}

fn describe(point: &Checkpoint) -> String {
    format!("log {}, {} entries, root {}", point.origin, point.size, point.root)
}

fn log(file: impl BufRead, key: Option<&PublicKey>) -> Result<String, Failure> {
    let exported = check_export(file, needed(key)?).map_err(wrong)?;
    Ok(format!("whole log: every entry is there and unchanged; {}", describe(&exported.checkpoint)))
}

fn json(text: &str, key: Option<&PublicKey>) -> Result<String, Failure> {
    let outer: Value = serde_json::from_str(text)
        .map_err(|_| Failure::check("this is not a signed document: it is not JSON"))?;
    if outer["old"].is_string() && outer["new"].is_string() {
        return pair(&outer, needed(key)?);
    }
    // The API answers a document inside its answer, with its proof beside it.
    let inside =
        ["receipt", "certificate", "document"].into_iter().find(|name| outer[name].is_object());
    let document = inside.map_or(&outer, |name| &outer[name]);
    let proved = receipt::verify(document, key);
    let (signer, id, said) = match proved {
        Ok(proved) => (proved.key.clone(), proved.id.clone(), proved.to_string()),
        Err(::ledger::VerifyError::NotADocument) if document["ledger"].is_object() => {
            let signer = ::ledger::verify(document, key).map_err(wrong)?;
            let id = document["id"].as_str().unwrap_or_default().to_owned();
            (
                signer.clone(),
                id.clone(),
                format!("document {id}: unchanged since it was signed by {signer}"),
            )
        }
        Err(error) => return Err(wrong(error)),
    };
    if outer[MEMBER].is_null() {
        return Ok(said);
    }
    let proof = LogProof::from_json(&outer[MEMBER]).map_err(wrong)?;
    let placed = proof.check_for(document, &id, &signer).map_err(wrong)?;
    Ok(format!("{said}; entry {} of {}", placed.leaf.seq, describe(&placed.checkpoint)))
}

fn pair(outer: &Value, key: &PublicKey) -> Result<String, Failure> {
    let note = |name: &str| checkpoint(outer[name].as_str().unwrap_or_default(), key);
    let (old, new) = (note("old")?, note("new")?);
    let path = outer["path"].as_array().and_then(|path| {
        path.iter().map(|hash| Hash::parse(hash.as_str()?)).collect::<Option<Vec<_>>>()
    });
    let path = path.ok_or_else(|| Failure::check("the proof's path is malformed"))?;
    let proof = ConsistencyProof { old: old.size, new: new.size, path };
    if old.origin != new.origin || !proof.proves(&old.root, &new.root) {
        return Err(Failure::check("the newer checkpoint does not continue the older one"));
    }
    Ok(format!(
        "the log of {} entries is the beginning of the newer one: {}",
        old.size,
        describe(&new)
    ))
}
