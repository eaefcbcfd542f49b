//! What a witness keeps: its key, the logs it knows, and the last checkpoint it cosigned of each. The
//! last are files that are replaced durably before anything is answered.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ::ledger::{AddCheckpoint, Checkpoint, NoteKey, Refusal, Signer, sha256_hex};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::Failure;

/// The witness's name and the seed of its key.
const KEY: &str = "witness.key";
/// The keys of the logs it knows, one a line.
const LOGS: &str = "logs";
/// The last cosigned checkpoints.
const SEEN: &str = "seen";
/// Held by the one process of a directory.
const LOCK: &str = "witness.lock";

/// A witness's directory, held by this process.
pub struct Kept {
    dir: PathBuf,
    signer: Signer,
    /// The witness's own key.
    pub key: NoteKey,
    /// One request at a time compares and replaces: two at once could roll a log back.
    turn: Mutex<()>,
    _lock: File,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It was judged and refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The directory could not be read or written, or holds something strange.
    #[error("{0}")]
    Kept(String),
}

impl Kept {
    /// Opens the directory; makes a key under `name` the first time.
    pub fn open(dir: &Path, name: Option<&str>) -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| {
            Failure::unreachable(format!("{} cannot be used: {error}", dir.display()))
        };
        fs::create_dir_all(dir.join(SEEN)).map_err(cannot)?;
        let lock = File::create(dir.join(LOCK)).map_err(cannot)?;
        if lock.try_lock().is_err() {
            return Err(Failure::unreachable(format!(
                "another witness uses {}: stop it first",
                dir.display()
            )));
        }
        let logs = OpenOptions::new().append(true).create(true).open(dir.join(LOGS));
        logs.map_err(cannot)?;
        let file = dir.join(KEY);
        if !file.exists() {
            let name = name.ok_or_else(|| {
                Failure::usage("give the witness a name, like witness.example.org/w1, with --name")
            })?;
            make_key(&file, name)?;
        }
        let (kept, signer) = read_key(&file)?;
        if name.is_some_and(|name| name != kept) {
            return Err(Failure::usage(format!(
                "this witness is called {kept}: a name belongs to a key and does not change"
            )));
        }
        let key = witness_key(&kept, &signer)?;
        Ok(Self { dir: dir.to_owned(), signer, key, turn: Mutex::default(), _lock: lock })
    }

    /// The logs it knows, by name. Read each time: a line may be added while it runs.
    pub fn logs(&self) -> Result<HashMap<String, NoteKey>, Trouble> {
        let path = self.dir.join(LOGS);
        let text = fs::read_to_string(&path);
        let text = text.map_err(|error| Trouble::Kept(format!("{}: {error}", path.display())))?;
        let lines = text.lines().map(str::trim);
        let mut logs = HashMap::new();
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let key = line.parse::<NoteKey>().ok().filter(|key| !key.is_witness());
            let Some(key) = key else {
                tracing::warn!(line, "a line of the file of logs is no log's key; passed over");
                continue;
            };
            logs.insert(key.name().to_owned(), key);
        }
        Ok(logs)
    }

    /// The last checkpoint cosigned for a log, as the log signed it.
    pub fn last(&self, key: &NoteKey) -> Result<Option<(String, Checkpoint)>, Trouble> {
        let path = self.seen(key.name());
        let note = match fs::read_to_string(&path) {
            Ok(note) => note,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Trouble::Kept(format!("{}: {error}", path.display()))),
        };
        // Never taken for “nothing cosigned yet”: that would let a log begin anew.
        let last = Checkpoint::open(&note, key);
        let last = last.map_err(|error| Trouble::Kept(format!("{}: {error}", path.display())))?;
        Ok(Some((note, last)))
    }

    fn seen(&self, origin: &str) -> PathBuf {
        self.dir.join(SEEN).join(sha256_hex(origin.as_bytes()))
    }

    /// Judges a request and answers it with the cosignature's line, after the checkpoint is durable.
    pub fn add(&self, request: &AddCheckpoint) -> Result<String, Trouble> {
        let origin = request.origin()?;
        let logs = self.logs()?;
        let log = logs.get(&origin).ok_or(Refusal::UnknownLog)?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let last = self.last(log)?.map(|(_, last)| last);
        let new = request.judge(log, last.as_ref())?;
        if last.as_ref() != Some(&new) {
            self.keep(&origin, &request.note).map_err(|error| Trouble::Kept(error.to_string()))?;
        }
        let seconds = jiff::Timestamp::now().as_second().unsigned_abs();
        Ok(self.key.cosign(&self.signer, &new.text(), seconds))
    }

    fn keep(&self, origin: &str, note: &str) -> std::io::Result<()> {
        let path = self.seen(origin);
        let part = path.with_extension("part");
        let mut file = File::create(&part)?;
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, &path)?;
        File::open(self.dir.join(SEEN))?.sync_all()
    }
}

fn witness_key(name: &str, signer: &Signer) -> Result<NoteKey, Failure> {
    NoteKey::witness(name, signer.public().clone()).map_err(|_| {
        Failure::usage("a witness's name is like witness.example.org/w1: no spaces, no plus")
    })
}

fn make_key(file: &Path, name: &str) -> Result<(), Failure> {
    let seed = ::ledger::new_seed()
        .ok_or_else(|| Failure::unreachable("the system gives no random numbers"))?;
    witness_key(name, &Signer::from_seed(&seed))?;
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file)?;
    writeln!(out, "{name}\n{}", BASE64.encode(seed))?;
    Ok(out.sync_all()?)
}

fn read_key(file: &Path) -> Result<(String, Signer), Failure> {
    let text = fs::read_to_string(file)?;
    let mut lines = text.lines();
    let (name, seed) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let seed = BASE64.decode(seed).ok().and_then(|seed| <[u8; 32]>::try_from(seed).ok());
    let seed = seed.ok_or_else(|| {
        Failure::unreachable(format!("{} holds no witness's key; restore it", file.display()))
    })?;
    Ok((name.to_owned(), Signer::from_seed(&seed)))
}
