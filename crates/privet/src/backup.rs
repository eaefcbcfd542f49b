//! `privet backup`, `privet restore`, `privet drill`: an encrypted copy made while servers run, its way
//! back, and the proof that the way back works.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use ::store::{Actor, Entry, Store, StoreConfig, StoreError, backup};
use backup::{Header, Manifest, Passphrase};

use crate::{
    Failure,
    config::Config,
    say::say,
    serve::{House, listen, log_to_stderr, open_store},
    state::State,
};

mod drill;

pub use drill::{Drill, run as drill};

/// The environment's name for the passphrase of backups, and for a file that holds it.
const PASSPHRASE: &str = "PRIVET_BACKUP_PASSPHRASE";
const PASSPHRASE_FILE: &str = "PRIVET_BACKUP_PASSPHRASE_FILE";
/// The key file's name.
const KEY: &str = "privet.key";

/// Where the passphrase of a backup comes from.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Secret {
    /// A file that holds the backup's passphrase [or PRIVET_BACKUP_PASSPHRASE_FILE, or the passphrase
    /// itself in PRIVET_BACKUP_PASSPHRASE].
    #[arg(long, value_name = "FILE")]
    passphrase: Option<PathBuf>,
}

impl Secret {
    fn read(&self) -> Result<Passphrase, Failure> {
        let file = self.passphrase.clone().or_else(|| {
            std::env::var_os(PASSPHRASE_FILE).filter(|name| !name.is_empty()).map(PathBuf::from)
        });
        let text = match file {
            Some(path) => fs::read_to_string(&path).map_err(|error| {
                Failure::unreachable(format!("{} cannot be read: {error}", path.display()))
            })?,
            None => std::env::var(PASSPHRASE).map_err(|_| {
                Failure::usage(format!(
                    "a backup needs a passphrase: name a file that holds it with --passphrase, or \
                     set {PASSPHRASE}"
                ))
            })?,
        };
        Ok(Passphrase::new(text.trim_end_matches(['\r', '\n']))?)
    }
}

/// `privet backup`.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The file to write; it must not exist.
    file: PathBuf,
    /// Put the key file into the backup too. Then the backup and its passphrase are enough to read
    /// everything; without it, keep `privet.key` elsewhere.
    #[arg(long)]
    with_key: bool,
    #[command(flatten)]
    secret: Secret,
    #[command(flatten)]
    state: State,
}

/// Makes a backup and reads it again.
pub async fn run(args: Backup) -> Result<ExitCode, Failure> {
    let passphrase = args.secret.read()?;
    let config = Config::load(args.state.clone().into())?;
    let store = args.state.open().await?;
    let place = StoreConfig { data_dir: config.data.clone(), database: config.database.clone() };
    let started = Instant::now();
    let draft = draft_of(&args.file)?;
    let made = async {
        let out = std::io::BufWriter::with_capacity(1 << 20, create(&draft)?);
        let manifest = backup::write(&place, &passphrase, args.with_key, out).await?;
        let file = fs::File::open(&draft)?;
        file.sync_all()?;
        backup::check(&passphrase, std::io::BufReader::new(file), &manifest).await?;
        // A link and not a renaming: it fails when somebody made the file meanwhile.
        fs::hard_link(&draft, &args.file)?;
        Ok::<_, Failure>(manifest)
    };
    let made = made.await;
    let _ = fs::remove_file(&draft);
    let manifest = made?;
    record(&store).await?;
    let size = fs::metadata(&args.file)?.len() as f64 / 1e6;
    say(&format!(
        "{}: {size:.1} MB, {} rows in {} tables, {} ledger entries, read again and whole, in {:.1} s.",
        args.file.display(),
        manifest.tables.values().sum::<i64>(),
        manifest.tables.len(),
        manifest.ledger,
        started.elapsed().as_secs_f64(),
    ));
    if !manifest.with_key {
        say(&format!(
            "The key file is not in it: keep {} elsewhere; without it nothing opens.",
            config.data.join(KEY).display()
        ));
    }
    say("Try the way back with `privet drill`.");
    Ok(ExitCode::SUCCESS)
}

/// A damaged ledger takes no entry, and then a copy is wanted most.
async fn record(store: &Store) -> Result<(), Failure> {
    let entry = Entry::new(Actor::CommandLine, "backup.made", "backup", ::store::new_id());
    let recorded = async { store.begin(entry).await?.commit().await };
    match recorded.await {
        Err(StoreError::Ledger { .. }) => {
            say("The ledger is damaged: the backup is made, and no entry says so.");
            Ok(())
        }
        other => Ok(other.map(drop)?),
    }
}

fn draft_of(file: &Path) -> Result<PathBuf, Failure> {
    if file.exists() {
        return Err(Failure::usage(format!(
            "{} exists; a backup never overwrites a file: choose another name",
            file.display()
        )));
    }
    let mut name = file
        .file_name()
        .map(std::ffi::OsStr::to_os_string)
        .ok_or_else(|| Failure::usage(format!("{} is no name of a file", file.display())))?;
    name.push(".part");
    Ok(file.with_file_name(name))
}

fn create(file: &Path) -> Result<fs::File, Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| {
        Failure::unreachable(format!("{} cannot be written: {error}", file.display()))
    })
}

/// `privet restore`.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// The backup.
    file: PathBuf,
    /// Why, in a sentence for those who read the log later. It must not name a customer.
    #[arg(long)]
    reason: String,
    /// The key file, unless it is in the backup or in the data directory already.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[command(flatten)]
    secret: Secret,
    #[command(flatten)]
    state: State,
}

/// Puts a backup back.
pub async fn restore(args: Restore) -> Result<ExitCode, Failure> {
    let passphrase = args.secret.read()?;
    if args.reason.trim().is_empty() {
        return Err(Failure::usage("--reason must say why: it stays in the log for good"));
    }
    let config = Config::load(args.state.into())?;
    log_to_stderr(&config.log)?;
    let (header, manifest) =
        put(&config, &args.file, &passphrase, args.key_file.as_deref()).await?;
    let store = open_store(&config).await?;
    // The log goes on under another name: the one that was lost may have signed more than is here.
    store.ledger().accept(Actor::CommandLine, &args.reason).await?;
    let entry = Entry::new(Actor::CommandLine, "backup.restored", "backup", ::store::new_id());
    store.begin(entry).await?.commit().await?;
    let before = erased(&store).await?;
    // Opening the room of consent erases again whoever is on the shred list.
    let consent = consent::Consent::open(store.clone(), consent::Settings::default())
        .await
        .map_err(anyhow::Error::from)?;
    drop(consent);
    say(&format!(
        "Restored: {} ledger entries, {} rows, as of {} (made by {}).",
        manifest.ledger,
        manifest.tables.values().sum::<i64>(),
        day(header.made_at),
        header.version,
    ));
    let again = erased(&store).await? - before;
    say(&format!("{again} customers who were erased since then were erased again."));
    say("The log goes on under a new name; your reason is in it.");
    Ok(ExitCode::SUCCESS)
}

/// How many customers have no key any more.
async fn erased(store: &Store) -> Result<i64, Failure> {
    let count = "SELECT COUNT(*) FROM subject WHERE wrapped_key = ''";
    let count = ::store::sqlx::query_scalar(count).fetch_one(store.reader()).await;
    count.map_err(|error| Failure::from(::store::StoreError::from(error)))
}

/// Puts database and files in place; the store is not opened yet.
async fn put(
    config: &Config,
    file: &Path,
    passphrase: &Passphrase,
    key: Option<&Path>,
) -> Result<(Header, Manifest), Failure> {
    let input = open(file)?;
    fs::create_dir_all(&config.data)?;
    let own = config.data.join(KEY);
    if let Some(key) = key {
        if own.exists() {
            return Err(Failure::usage(format!(
                "{} is there already: leave --key-file out, or move it away first",
                own.display()
            )));
        }
        place_key(key, &own)?;
    }
    let place = StoreConfig { data_dir: config.data.clone(), database: config.database.clone() };
    if place.database.is_some() {
        make_tables(config).await?;
    }
    let restored = backup::restore(&place, passphrase, input).await?;
    if !own.exists() {
        return Err(Failure::check(format!(
            "the database is restored, but its key file is not in the backup: put it at {} \
             (readable by its owner only), then run `privet ledger accept`",
            own.display()
        )));
    }
    Ok(restored)
}

fn open(file: &Path) -> Result<std::io::BufReader<fs::File>, Failure> {
    let opened = fs::File::open(file).map_err(|error| {
        Failure::unreachable(format!("{} cannot be read: {error}", file.display()))
    })?;
    Ok(std::io::BufReader::with_capacity(1 << 20, opened))
}

fn place_key(from: &Path, to: &Path) -> Result<(), Failure> {
    let bytes = fs::read(from).map_err(|error| {
        Failure::unreachable(format!("{} cannot be read: {error}", from.display()))
    })?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(to)?, &bytes)?;
    Ok(())
}

/// Makes this version's tables in an empty PostgreSQL database, with a key that is thrown away.
async fn make_tables(config: &Config) -> Result<(), Failure> {
    let Some(address) = &config.database else { return Ok(()) };
    backup::check_empty(address).await?;
    let scratch = tempfile::tempdir()?;
    let listener = listen("127.0.0.1:0").await?;
    let config = Config { data: scratch.path().join("data"), ..config.clone() };
    let house = House::open(&config, &listener).await?;
    house.close().await;
    Ok(())
}

fn day(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
