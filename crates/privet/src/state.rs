//! Commands beside a server: opening the state that a server made, running or not.

use std::{path::PathBuf, sync::Arc};

use consent::Consent;
use datamap::DataMap;
use deliver::Deliver;
use inspect::Inspect;
use store::Store;
use web::{Web, WebConfig};

use crate::{
    Failure,
    config::{Config, Said},
    events::FromConsent,
    serve::{log_to_stderr, open_store},
};

/// Where the state is; the same words as for the server.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct State {
    /// Directory of the embedded database and the key file [default: ./privet-data, or PRIVET_DATA].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database: postgres://user:password@host/db [or PRIVET_DATABASE].
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Configuration file (TOML) [or PRIVET_CONFIG].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl From<State> for Said {
    fn from(args: State) -> Self {
        Self { config: args.config, data: args.data, database: args.database, ..Self::default() }
    }
}

impl State {
    /// Somebody said where the state is, on the command line or in the environment.
    pub fn is_named(&self) -> bool {
        let named = ["PRIVET_DATA", "PRIVET_DATABASE", "PRIVET_CONFIG"];
        self.data.is_some()
            || self.database.is_some()
            || self.config.is_some()
            || named.iter().any(|name| std::env::var_os(name).is_some())
    }

    /// Opens the state; a command must not make an empty one where somebody mistyped a directory.
    pub async fn open(self) -> Result<Store, Failure> {
        let config = Config::load(self.into())?;
        log_to_stderr(&config.log)?;
        if config.database.is_none() && !config.data.join("privet.db").exists() {
            return Err(Failure::unreachable(format!(
                "there is no Privet database in {}; name its directory with --data, or start `privet` once to make it",
                config.data.display()
            )));
        }
        open_store(&config).await
    }

    /// Opens purposes, notices and choices.
    pub async fn open_consent(self) -> Result<Consent, Failure> {
        open_consent(self.open().await?).await
    }

    /// Opens customers together with accounts and approvals.
    pub async fn open_customers(self) -> Result<consent::Room, Failure> {
        let store = self.open().await?;
        let web = Web::open(store.clone(), WebConfig::default()).await?;
        Ok(consent::Room { web, consent: open_consent(store).await? })
    }

    /// Opens everything that is kept as code.
    pub async fn open_code(self) -> Result<Code, Failure> {
        let config = Config::load(self.clone().into())?;
        let store = self.open().await?;
        let consent = open_consent(store.clone()).await?;
        let inspect = Inspect::open(store.clone(), inspect::Settings::default());
        let inspect = inspect.await.map_err(anyhow::Error::from)?;
        let deliver = open_deliver(store.clone(), consent.clone(), &config).await?;
        let web = Web::open(store.clone(), WebConfig::default()).await?;
        let map = DataMap::open(store).await.map_err(anyhow::Error::from)?;
        let retain = retain::Retain::open(web, map.clone(), consent.clone()).await;
        let retain = retain.map_err(anyhow::Error::from)?;
        Ok(Code { map, inspect, consent, deliver, retain })
    }

    /// Opens retention rules with the map and the customers they are about.
    pub async fn open_retention(self) -> Result<retain::Retain, Failure> {
        let config = Config::load(self.clone().into())?;
        let store = self.open().await?;
        let web = Web::open(store.clone(), WebConfig::default()).await?;
        let map = DataMap::open(store.clone()).await.map_err(anyhow::Error::from)?;
        let map = map.with_guard(config.guard.clone()).with_folders(config.folders.clone());
        let consent = open_consent(store).await?;
        let opened = retain::Retain::open(web, map, consent).await;
        Ok(opened.map_err(anyhow::Error::from)?)
    }

    /// Opens accounts and tokens.
    pub async fn open_web(self) -> Result<Web, Failure> {
        Ok(Web::open(self.open().await?, WebConfig::default()).await?)
    }
}

impl State {
    /// Opens accounts and tokens, with the company's own purposes for these.
    pub async fn open_web_with_purposes(self) -> Result<Web, Failure> {
        let store = self.open().await?;
        let web = Web::open(store.clone(), WebConfig::default()).await?;
        consent::offer_purposes(&web, &open_consent(store).await?);
        Ok(web)
    }
}

/// What is kept as code.
pub struct Code {
    /// The data map.
    pub map: DataMap,
    /// The company's own detectors.
    pub inspect: Inspect,
    /// Purposes and notices.
    pub consent: Consent,
    /// Purpose views.
    pub deliver: Deliver,
    /// Retention rules.
    pub retain: retain::Retain,
}

/// Opens the room of deliveries as the configuration says.
pub async fn open_deliver(
    store: Store,
    consent: Consent,
    config: &Config,
) -> Result<Deliver, Failure> {
    let reach = deliver::Reach { guard: config.guard.clone(), webhooks: config.webhooks.clone() };
    let settings = deliver::Settings { reach, ..deliver::Settings::default() };
    let opened = Deliver::open(store, Arc::new(FromConsent(consent)), settings).await;
    Ok(opened.map_err(anyhow::Error::from)?)
}

/// Notices published from here name the organisation too.
async fn open_consent(store: Store) -> Result<Consent, Failure> {
    let web = Web::open(store.clone(), WebConfig::default()).await?;
    let consent = Consent::open(store, consent::Settings::default()).await?;
    consent.set_organisation(&web.organisation());
    Ok(consent)
}
