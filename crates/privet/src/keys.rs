//! `privet keys`: the key hierarchy, its state and its rotation.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use consent::{
    Consent,
    renewal::{COLUMNS, Column, Renewal},
};
use custody::{Token, TokenConfig, Transit, TransitConfig};
use serde::Deserialize;
use store::{Actor, KeyProvider, KeySettings, NewRoot, Profile};

use crate::{Failure, say::say, state::State};

/// `[keys]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Section {
    /// Where the root key of a new deployment comes from: `file` (default), `transit` or `pkcs11`. One
    /// that exists moves with `privet keys rotate --root`.
    root: Option<String>,
    /// The ciphers of a new deployment: `international` (default) or `sm`.
    profile: Option<String>,
    /// A key service.
    transit: Option<TransitConfig>,
    /// A hardware module.
    pkcs11: Option<TokenConfig>,
}

impl Section {
    /// The providers that are set up.
    pub fn settings(self) -> Result<KeySettings, Failure> {
        let mut providers: Vec<Arc<dyn KeyProvider>> = Vec::new();
        if let Some(transit) = self.transit {
            let transit = Transit::new(transit).map_err(|error| Failure::usage(error.0))?;
            providers.push(Arc::new(transit));
        }
        if let Some(token) = self.pkcs11 {
            providers.push(Arc::new(Token::new(token)));
        }
        let first = match self.root.as_deref() {
            None | Some("file") => None,
            Some(kind) if providers.iter().any(|one| one.kind() == kind) => {
                Some(NewRoot::Provider(kind.to_owned()))
            }
            Some(kind) => {
                return Err(Failure::usage(format!(
                    "[keys] root is file, transit or pkcs11, and the last two need a part \
                     [keys.transit] or [keys.pkcs11]; “{kind}” is none of them"
                )));
            }
        };
        let profile = self.profile.as_deref().map_or(Some(Profile::default()), Profile::parse);
        let profile =
            profile.ok_or_else(|| Failure::usage("[keys] profile is international or sm"))?;
        Ok(KeySettings { providers, first, profile, passphrase: None })
    }
}

/// `privet keys`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Tell where the root key comes from and how many customers' keys each version wraps.
    Status(State),
    /// Make a new key-encrypting key, or with --root a new root key; a running server goes on.
    Rotate(Rotate),
    /// Move customers' keys to the newest key-encrypting key, and records to the newest record key;
    /// can be stopped and run again.
    Rewrap(State),
}

/// What to rotate.
#[derive(Debug, clap::Args)]
struct Rotate {
    /// A new root key instead of a new key-encrypting key. Copy the new key file to your other
    /// servers before they start again.
    #[arg(long)]
    root: bool,
    /// A new version of every customer's own key, and everything they seal sealed anew. It works here,
    /// together with servers that run; stopped, the servers go on, or the same command does.
    #[arg(long, conflicts_with = "root")]
    customers: bool,
    /// Only begin, and leave the work to the servers.
    #[arg(long, requires = "customers")]
    background: bool,
    /// A new key for what customers chose, instead of a new key-encrypting key. Unlike the others it
    /// seals the records themselves: `privet keys rewrap` then writes each of them anew.
    #[arg(long, conflicts_with_all = ["root", "customers"])]
    records: bool,
    /// Take the new root key from the passphrase that this file holds; `-` for the one in
    /// PRIVET_KEY_NEW_PASSPHRASE. From then on every start needs PRIVET_KEY_PASSPHRASE or
    /// PRIVET_KEY_PASSPHRASE_FILE.
    #[arg(long, value_name = "FILE", requires = "root")]
    passphrase: Option<PathBuf>,
    /// Keep the new root key with this provider of the configuration: `transit` or `pkcs11`. The key
    /// file then holds only what the provider wrapped.
    #[arg(long, value_name = "KIND", requires = "root", conflicts_with = "passphrase")]
    provider: Option<String>,
    #[command(flatten)]
    state: State,
}

/// Does what was asked.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::Status(state) => status(state).await?,
        Command::Rotate(rotate) if rotate.root => rotate_root(rotate).await?,
        Command::Rotate(rotate) if rotate.customers => rotate_data(rotate).await?,
        Command::Rotate(rotate) if rotate.records => rotate_records(rotate.state).await?,
        Command::Rotate(rotate) => rotate_kek(rotate.state).await?,
        Command::Rewrap(state) => rewrap(state).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn status(state: State) -> Result<(), Failure> {
    let consent = state.open_consent().await?;
    let status = consent.store().key_status().await?;
    let counts = consent.keys_by_kek().await?;
    say(&format!("root key          {} ({})", status.provider, status.root));
    say(&format!(
        "ciphers           {}",
        match status.profile {
            Profile::International => "AES-256-GCM, SHA-256",
            Profile::National => "SM4-GCM, SM3",
        }
    ));
    for (version, count) in counts {
        let kek = status.keks.iter().find(|kek| kek.version == i64::from(version));
        let state = match kek {
            // Shown only while something hangs from it.
            None if count == 0 => continue,
            None => "before versions".to_owned(),
            Some(kek) if kek.retired_at.is_some() => {
                format!("made {}, retired", day(kek.created_at))
            }
            Some(kek) => format!("made {}, wraps new keys", day(kek.created_at)),
        };
        say(&format!("key-encrypting {version:>2} {count:>10} customers' keys, {state}"));
    }
    renewal_status(&consent).await
}

/// How far the last run of new data keys is.
async fn renewal_status(consent: &Consent) -> Result<(), Failure> {
    let Some(run) = consent.newest_renewal().await? else { return Ok(()) };
    let state = match run.finished_at {
        Some(at) => format!("finished {}", day(at)),
        None => format!("{} of {} done", run.done, run.total),
    };
    say(&format!("data keys         renewed from {}, {state}", day(run.started_at)));
    Ok(())
}

async fn rotate_kek(state: State) -> Result<(), Failure> {
    let store = state.open().await?;
    let version = store.rotate_kek(Actor::CommandLine).await?;
    say(&format!("Key-encrypting key {version} wraps new customers' keys from now on."));
    say("Run `privet keys rewrap` to move the others to it; servers may go on meanwhile.");
    Ok(())
}

/// What is sealed with customers' keys, in the tables of all rooms.
pub fn sealed_columns() -> Vec<Column> {
    [COLUMNS, protect::COLUMNS].concat()
}

async fn rotate_data(rotate: Rotate) -> Result<(), Failure> {
    let consent = rotate.state.open_consent().await?;
    // Its tables are looked through too, and there may be no server that made them.
    protect::Protect::open(consent.clone()).await.map_err(anyhow::Error::from)?;
    let run = consent.start_renewal(&Actor::CommandLine).await?;
    if rotate.background {
        say(&format!(
            "Begun: {} customers' keys, {} done. Servers work on it.",
            run.total, run.done
        ));
        return Ok(());
    }
    let bar = indicatif::ProgressBar::new(u64::try_from(run.total).unwrap_or(0));
    let told = |run: &Renewal| bar.set_position(u64::try_from(run.done).unwrap_or(0));
    consent.renew_keys(&sealed_columns(), told).await?;
    bar.finish_and_clear();
    let Some(run) = consent.newest_renewal().await? else { return Ok(()) };
    say(&format!(
        "{} customers' keys have a new version, {} values are sealed anew with it.",
        run.done, run.resealed
    ));
    if run.left > 0 {
        eprintln!(
            "{} values did not open and stay as they are: they were damaged before. The log names \
             their tables; compare them with a backup.",
            run.left
        );
    }
    Ok(())
}

async fn rotate_records(state: State) -> Result<(), Failure> {
    let store = state.open().await?;
    let version = store.rotate_record_key(Actor::CommandLine).await?;
    say(&format!("Record key {version} seals new choices from now on."));
    say("Run `privet keys rewrap` to seal the others with it; servers may go on meanwhile.");
    Ok(())
}

async fn rotate_root(rotate: Rotate) -> Result<(), Failure> {
    let new = match rotate.passphrase {
        None => rotate.provider.map_or(NewRoot::KeyFile, NewRoot::Provider),
        Some(path) if path.as_os_str() != "-" => {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                Failure::unreachable(format!("{} cannot be read: {error}", path.display()))
            })?;
            NewRoot::Passphrase(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        Some(_) => {
            NewRoot::Passphrase(std::env::var("PRIVET_KEY_NEW_PASSPHRASE").map_err(|_| {
                Failure::usage(
                    "there is no passphrase: `--passphrase -` takes it from PRIVET_KEY_NEW_PASSPHRASE, \
                 or name a file that holds it",
                )
            })?)
        }
    };
    let store = rotate.state.open().await?;
    store.rotate_root(&new, Actor::CommandLine).await?;
    say(&format!(
        "The root key is new. Back up {}; the one before opens nothing any more, and old backups \
         open only with it.",
        store.data_dir().join("privet.key").display()
    ));
    Ok(())
}

async fn rewrap(state: State) -> Result<(), Failure> {
    let consent = state.open_consent().await?;
    let done = consent.rewrap_keys(&Actor::CommandLine, |_| {}).await?;
    say(&format!("{} customers' keys moved to key-encrypting key {}.", done.moved, done.version));
    let done = consent.reseal_records(&Actor::CommandLine).await?;
    say(&format!("{} records of choices sealed with record key {}.", done.sealed, done.version));
    // What was written lies in SQLite's log beside the database until the last connection closes;
    // until then the file itself still holds what stood there before.
    consent.store().close().await;
    Ok(())
}

fn day(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%d").to_string())
}
