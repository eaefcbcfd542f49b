//! `privet verify`: checks a signed document, an entry with its proof, a checkpoint, two checkpoints or a
//! whole exported log offline, without a database or a server.

use std::{
    fmt::Write as _,
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
    /// A receipt, a certificate of a deletion or of a retention run, or another signed document as JSON, an entry of the audit view
    /// with its proof, a checkpoint, the answer of `privet ledger consistency`, or a log written by
    /// `privet ledger export` (`-`: standard input).
    file: PathBuf,
    /// The company's public key, from its trust page or `/ledger/key`; without it a document's own key
    /// is used and named. Checkpoints and logs need it.
    #[arg(long, value_name = "KEY")]
    log_key: Option<String>,
    /// The key of a witness that must have cosigned the checkpoint, the newest where there are two; may
    /// be given several times.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
}

/// The keys that were given.
struct Keys {
    log: Option<PublicKey>,
    witnesses: Vec<NoteKey>,
}

/// Says in one line what was proved; exit code 1 when nothing was.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let keys = Keys {
        log: args.log_key.as_deref().map(key).transpose()?,
        witnesses: args.witness.iter().map(|text| witness(text)).collect::<Result<_, _>>()?,
    };
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
        log(file, &keys)?
    } else {
        let mut text = String::new();
        let taken = file.take(LARGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
        if taken as u64 > LARGEST {
            return Err(Failure::check("this is not a signed document: it is larger than 16 MB"));
        }
        if text.trim_start().starts_with('{') || Note::parse(&text).is_err() {
            json(&text, &keys)?
        } else {
            let point = checkpoint(&text, keys.log()?)?;
            format!("checkpoint: {}{}", describe(&point), keys.cosigned(&text)?)
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

fn witness(text: &str) -> Result<NoteKey, Failure> {
    let key = text.parse::<NoteKey>().ok().filter(NoteKey::is_witness);
    key.ok_or_else(|| {
        Failure::usage("--witness takes what a witness shows at /key: NAME+HEX+BASE64")
    })
}

impl Keys {
    fn log(&self) -> Result<&PublicKey, Failure> {
        self.log.as_ref().ok_or_else(|| {
            Failure::usage(
                "neither a checkpoint nor an entry holds the log's key: give it with --log-key",
            )
        })
    }

    /// Which of the witnesses cosigned a checkpoint and when; an error unless all did.
    fn cosigned(&self, note: &str) -> Result<String, Failure> {
        let note = Note::parse(note).map_err(wrong)?;
        let mut said = String::new();
        for key in &self.witnesses {
            let seconds = note.check(key).map_err(wrong)?;
            let at = i64::try_from(seconds).ok().and_then(|at| at.checked_mul(1_000_000));
            let at = at.ok_or_else(|| Failure::check("a cosignature's time is none"))?;
            let _ = write!(said, "; cosigned by {} at {}", key.name(), web::rfc3339(at));
        }
        Ok(said)
    }
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

fn log(file: impl BufRead, keys: &Keys) -> Result<String, Failure> {
    let exported = check_export(file, keys.log()?).map_err(wrong)?;
    Ok(format!(
        "whole log: every entry is there and unchanged; {}{}",
        describe(&exported.checkpoint),
        keys.cosigned(&exported.note)?
    ))
}

fn json(text: &str, keys: &Keys) -> Result<String, Failure> {
    let outer: Value = serde_json::from_str(text)
        .map_err(|_| Failure::check("this is not a signed document: it is not JSON"))?;
    if outer["old"].is_string() && outer["new"].is_string() {
        return pair(&outer, keys);
    }
    if outer["entry"].is_object() {
        return entry(&outer, keys);
    }
    // The API answers a document inside its answer, with its proof beside it.
    let inside =
        ["receipt", "certificate", "document"].into_iter().find(|name| outer[name].is_object());
    let document = inside.map_or(&outer, |name| &outer[name]);
    let proved = receipt::verify(document, keys.log.as_ref());
    let (signer, id, said) = match proved {
        Ok(proved) => (proved.key.clone(), proved.id.clone(), proved.to_string()),
        Err(::ledger::VerifyError::NotADocument) if document["ledger"].is_object() => {
            let signer = ::ledger::verify(document, keys.log.as_ref()).map_err(wrong)?;
            let id = document["id"].as_str().unwrap_or_default().to_owned();
            let said = described(document, &id, &signer);
            (signer, id, said)
        }
        Err(error) => return Err(wrong(error)),
    };
    if outer[MEMBER].is_null() {
        if !keys.witnesses.is_empty() {
            return Err(Failure::check("there is no proof of the log beside the document"));
        }
        return Ok(said);
    }
    let proof = LogProof::from_json(&outer[MEMBER]).map_err(wrong)?;
    let placed = proof.check_for(document, &id, &signer).map_err(wrong)?;
    if document["type"] == consent::certificate::KIND
        && placed.leaf.action != consent::certificate::ACTION
    {
        return Err(Failure::check("the entry in the log is no deletion"));
    }
    if document["type"] == retain::CERTIFICATE
        && !retain::CERTIFIED.contains(&placed.leaf.action.as_str())
    {
        return Err(Failure::check("the entry in the log is not the end of a run"));
    }
    if document["type"] == rights::erase::CERTIFICATE && placed.leaf.action != rights::erase::ERASED
    {
        return Err(Failure::check("the entry in the log is not the end of an erasure"));
    }
    Ok(format!(
        "{said}; entry {} of {}{}",
        placed.leaf.seq,
        describe(&placed.checkpoint),
        keys.cosigned(&proof.checkpoint)?
    ))
}

fn described(document: &Value, id: &str, signer: &PublicKey) -> String {
    if document["type"] == consent::certificate::KIND {
        let text = |name: &str| document[name].as_str().unwrap_or_default();
        let (organisation, at) = (text("organisation"), text("erased_at"));
        return format!(
            "deletion certificate: {organisation} destroyed the keys of customer {id} at {at}; \
             unchanged since it was signed by {signer}"
        );
    }
    if document["type"] == retain::CERTIFICATE {
        let text = |name: &str| document[name].as_str().unwrap_or_default();
        return format!(
            "retention certificate: {} {} rule “{}” with {} rows from {} to {}; unchanged since it was \
             signed by {signer}",
            text("organisation"),
            if document["complete"] == true { "carried out" } else { "carried out a part of" },
            document["rule"]["name"].as_str().unwrap_or_default(),
            document["rows"],
            text("begun_at"),
            text("ended_at"),
        );
    }
    if document["type"] == rights::erase::CERTIFICATE {
        let text = |name: &str| document[name].as_str().unwrap_or_default();
        return format!(
            "erasure certificate: {} carried out {} on {}: {}; unchanged since it was signed by {signer}",
            text("organisation"),
            text("request"),
            text("ended_at"),
            document["said"]["en"].as_str().unwrap_or_default(),
        );
    }
    format!("document {id}: unchanged since it was signed by {signer}")
}

/// A line of the audit view with its proof: what it says is what the log holds.
fn entry(outer: &Value, keys: &Keys) -> Result<String, Failure> {
    let proof = LogProof::from_json(&outer[MEMBER]).map_err(wrong)?;
    let placed = proof.check(keys.log()?).map_err(wrong)?;
    let (said, leaf) = (&outer["entry"], &placed.leaf);
    // A deletion or the like is about the customer that it is done to.
    let itself = (leaf.object_kind == "subject").then_some(leaf.object_id.as_str());
    let customer = leaf.subject.as_deref().or(itself);
    let holds = said["position"] == leaf.seq
        && said["time"] == web::rfc3339(leaf.at)
        && said["actor"] == leaf.actor
        && said["action"] == leaf.action
        && said["object"]["kind"] == leaf.object_kind
        && said["object"]["id"] == leaf.object_id
        && said["purpose"].as_str() == leaf.purpose.as_deref()
        && said["customer"].as_str() == customer;
    if !holds {
        return Err(Failure::check("the entry says something else than the log holds"));
    }
    Ok(format!(
        "entry {}: {} by {} at {}; {}{}",
        leaf.seq,
        leaf.action,
        leaf.actor,
        web::rfc3339(leaf.at),
        describe(&placed.checkpoint),
        keys.cosigned(&proof.checkpoint)?
    ))
}

fn pair(outer: &Value, keys: &Keys) -> Result<String, Failure> {
    let note = |name: &str| checkpoint(outer[name].as_str().unwrap_or_default(), keys.log()?);
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
        "the log of {} entries is the beginning of the newer one: {}{}",
        old.size,
        describe(&new),
        keys.cosigned(outer["new"].as_str().unwrap_or_default())?
    ))
}
