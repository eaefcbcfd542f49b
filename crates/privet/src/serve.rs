//! `privet serve`: wires the rooms into one server, runs its background work, ends cleanly.

use std::{
    future::IntoFuture, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc,
    time::Duration,
};

use audit::Audit;
use axum::Router;
use banner::Banner;
use comply::{Comply, Following, Rooms};
use consent::Consent;
use datamap::DataMap;
use deliver::Deliver;
use desk::Desk;
use grants::Grants;
use inspect::Inspect;
use policy::Policy;
use preference::Preferences;
use protect::Protect;
use regime::Regimes;
use retain::Retain;
use rights::Rights;
use store::{Runner, Store, StoreConfig};
use tokio::{net::TcpListener, sync::watch};
use transfer::Transfers;
use warn::Warn;
use web::{Web, WebConfig};

use crate::{
    Failure,
    config::{Config, Said},
    say::say,
    sealed,
    state::{State, open_deliver},
    tls,
    witness::Witnesses,
};

/// Background jobs at once: scans wait for databases more than they compute.
const JOBS_AT_ONCE: usize = 2;
/// Plans and runs of retention rules at once.
const DELETIONS_AT_ONCE: usize = 2;
/// Letters and codes that people wait for never queue behind scans.
const LETTERS_AT_ONCE: usize = 4;
/// How long open requests may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(6);

/// `privet serve`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// Address and port to listen on [default: 127.0.0.1:8440, or PRIVET_LISTEN].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Certificate chain (PEM), leaf first: speak TLS. Read again when the file changes.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    #[command(flatten)]
    state: State,
}

/// Serves until told to stop.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let said = Said {
        listen: args.listen,
        tls_cert: args.tls_cert,
        tls_key: args.tls_key,
        ..args.state.into()
    };
    let config = Config::load(said)?;
    log_to_stderr(&config.log)?;
    let tls = config.tls.clone().map(tls::Keeper::open).transpose()?;
    let mut signals = Signals::catch()?;
    let listener = listen(&config.listen).await?;
    tls::check_plain(&config, listener.local_addr()?)?;
    let Some(store) = sealed::open(&config, &listener, tls.as_ref(), &mut signals).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    let house = House::open_on(store, &config, &listener).await?;
    say(&format!("Privet is at {}", house.address));
    if let Some(link) = house.setup_link().await? {
        say(&format!("Set it up with this link; it works once: {link}"));
    }
    let router = house.router();
    house.serve(Door { listener, tls }, router, signals, async { Ok(()) }).await?;
    Ok(ExitCode::SUCCESS)
}

/// Scans ask the room that keeps the company's own detectors, without knowing it.
struct FromInspect(Inspect);

#[async_trait::async_trait]
impl datamap::OwnDetectors for FromInspect {
    async fn own_detectors(&self) -> Result<::detect::CustomDetectors, store::StoreError> {
        self.0.own_detectors().await
    }
}

/// Where requests come in: the port, and the keeper of the certificate if TLS is spoken there.
pub struct Door {
    /// The port.
    pub listener: TcpListener,
    /// The certificate's keeper.
    pub tls: Option<tls::Keeper>,
}

/// All rooms, opened on one database.
pub struct House {
    /// How people reach it, without a slash at the end.
    pub address: String,
    /// The data map.
    pub map: DataMap,
    /// Detection for people and programs.
    pub inspect: Inspect,
    /// Purposes, notices, choices.
    pub consent: Consent,
    /// What leaves for other systems.
    pub deliver: Deliver,
    /// What customers touch.
    pub preferences: Preferences,
    /// What people ask about their own data.
    pub rights: Rights,
    /// The web banner.
    pub banner: Banner,
    /// The privacy policy.
    pub policy: Policy,
    /// Who did what to whose data.
    pub audit: Audit,
    /// Early warning.
    pub warn: Warn,
    /// The continuous audit.
    pub comply: Comply,
    /// The vault as a service.
    pub protect: Protect,
    /// Retention rules and what they did.
    pub retain: Retain,
    /// Which laws apply.
    pub regimes: Regimes,
    /// What leaves which territory.
    pub transfers: Transfers,
    /// Who reaches which data in the company's databases, and who should.
    pub grants: Grants,
    /// The privacy officer's desk.
    pub desk: Desk,
    witnesses: Witnesses,
    web: Web,
}

impl House {
    /// Closes the database of a house that served nothing.
    pub async fn close(self) {
        self.web.store().close().await;
    }

    /// Opens the rooms.
    pub async fn open(config: &Config, listener: &TcpListener) -> Result<Self, Failure> {
        Self::open_on(open_store(config).await?, config, listener).await
    }

    /// Opens the rooms on a store that is open.
    #[allow(clippy::too_many_lines)] // a line or two for each room, in the order of the floors
    async fn open_on(
        store: Store,
        config: &Config,
        listener: &TcpListener,
    ) -> Result<Self, Failure> {
        // Before anything is served: two servers on one directory would share sessions and scans.
        store.become_server().await?;
        let address = address(config, listener.local_addr()?);
        let map = DataMap::open(store.clone()).await.map_err(anyhow::Error::from)?;
        map.mend_schedules().await.map_err(anyhow::Error::from)?;
        map.keep_usage_schedule().await.map_err(anyhow::Error::from)?;
        let api = inspect::Settings { open_on_loopback: config.open_on_loopback };
        let inspect = Inspect::open(store.clone(), api).await.map_err(anyhow::Error::from)?;
        let said = consent::Settings { contact: config.contact.clone(), base_url: address.clone() };
        let consent = Consent::open(store.clone(), said).await.map_err(anyhow::Error::from)?;
        let audit =
            Audit::open(store.clone(), consent.clone()).await.map_err(anyhow::Error::from)?;
        let protect = Protect::open(consent.clone()).await.map_err(anyhow::Error::from)?;
        let regimes = Regimes::open(store.clone(), consent.clone(), map.clone());
        let regimes = regimes.await.map_err(anyhow::Error::from)?;
        let transfers = Transfers::open(store.clone(), map.clone(), regimes.clone());
        let transfers = transfers.await.map_err(anyhow::Error::from)?;
        let deliver = open_deliver(store.clone(), consent.clone(), config).await?;
        let settings = WebConfig {
            base_url: address.clone(),
            proxies: config.proxies.clone(),
            metrics: config.metrics,
            calls_per_minute: config.limits.calls_per_minute,
            country_header: config.country_header.clone(),
        };
        let witnesses = Witnesses::new(store.ledger(), &config.witnesses);
        let mut web = Web::open(store, settings)
            .await?
            .with_nav(datamap::nav())
            .with_nav(consent::nav())
            .with_nav(protect::nav())
            .with_nav(deliver::nav())
            .with_nav(preference::nav())
            .with_nav(rights::nav())
            .with_nav(banner::nav())
            .with_nav(desk::nav())
            .with_nav(regime::nav())
            .with_nav(policy::nav())
            .with_nav(comply::nav())
            .with_nav(transfer::nav())
            .with_nav(grants::nav())
            .with_nav(inspect::nav())
            .with_nav(audit::nav())
            .with_nav(warn::nav())
            .with_nav(retain::nav())
            .with_nav(crate::log_console::nav())
            .with_nav(crate::keys_console::nav());
        if let Some(mail) = &config.mail {
            web = web.with_mail(mail.clone()).map_err(|error| Failure::usage(error.to_string()))?;
        }
        if let Some(sso) = &config.sso {
            let fetch = crate::fetch::Guarded::new(sso.inside.clone());
            web = web.with_sso(sso.config.clone(), Arc::new(fetch));
        }
        let named = web.clone();
        consent.follow_organisation(move || named.organisation());
        let preferences = Preferences::open(web.clone(), consent.clone(), config.sms_gateway()?);
        let preferences = preferences.await.map_err(anyhow::Error::from)?;
        let warn = Warn::open(web.clone(), consent.clone()).await.map_err(anyhow::Error::from)?;
        let said = banner::Settings {
            country_header: config.country_header.clone(),
            trust_proxy: !config.proxies.is_empty(),
        };
        let banner = Banner::open(consent.clone(), map.clone(), said).await;
        let banner = banner.map_err(anyhow::Error::from)?;
        let map = map.with_own_detectors(Arc::new(FromInspect(inspect.clone())));
        let (retain, map) = open_retain(&web, map, &consent, config).await?;
        let rights =
            Rights::open(web.clone(), preferences.clone(), regimes.clone(), retain.clone());
        let rights = rights.await.map_err(anyhow::Error::from)?;
        let outward = crate::fetch::Guarded::new(config.webhooks.clone());
        rights.set_reach(Arc::new(outward.named("[network] webhooks")));
        let policy = Policy::open(web.clone(), consent.clone(), map.clone(), regimes.clone());
        let policy = policy.await.map_err(anyhow::Error::from)?;
        crate::news::connect(&banner, &policy);
        regimes.ask(Arc::new(policy.clone()));
        let grants = Box::pin(open_grants(&map, &consent)).await?;
        let rooms = Rooms {
            web: web.clone(),
            map: map.clone(),
            consent: consent.clone(),
            warn: warn.clone(),
            deliver: deliver.clone(),
            banner: banner.clone(),
            regimes: regimes.clone(),
            policy: policy.clone(),
            retain: retain.clone(),
            grants: grants.clone(),
            transfers: transfers.clone(),
        };
        let comply = Box::pin(Comply::open(rooms)).await.map_err(anyhow::Error::from)?;
        regimes.ask(Arc::new(comply.clone()));
        let desk = desk::Rooms {
            web: web.clone(),
            map: map.clone(),
            audit: audit.clone(),
            warn: warn.clone(),
            regimes: regimes.clone(),
            comply: comply.clone(),
            policy: policy.clone(),
            retain: retain.clone(),
            rights: rights.clone(),
        };
        let desk = Desk::open(desk).await.map_err(anyhow::Error::from)?;
        Ok(Self {
            address,
            map: map.with_after_scan(Arc::new(grants.clone())),
            grants,
            desk,
            inspect,
            consent,
            deliver,
            preferences,
            rights,
            banner,
            policy,
            audit,
            warn,
            comply,
            protect,
            retain,
            regimes,
            transfers,
            witnesses,
            web,
        })
    }

    /// The link that makes the first account, while there is none.
    pub async fn setup_link(&self) -> Result<Option<String>, Failure> {
        self.web.setup_link().await.map_err(|error| Failure::unreachable(error.to_string()))
    }

    /// A link that signs in once and leads to a page.
    pub async fn demo_link(&self, organisation: &str, page: &str) -> Result<String, Failure> {
        let link = self.web.demo_link(organisation, page).await;
        link.map_err(|error| Failure::unreachable(error.to_string()))
    }

    /// What every page shares.
    pub fn web(&self) -> Web {
        self.web.clone()
    }

    /// All pages.
    pub fn router(&self) -> Router {
        let rooms = web::router(self.web.clone())
            .merge(datamap::router(self.web.clone(), self.map.clone()))
            .merge(inspect::router(self.web.clone(), self.inspect.clone()))
            .merge(consent::router(self.web.clone(), self.consent.clone()))
            .merge(deliver::router(self.web.clone(), self.deliver.clone()))
            .merge(preference::router(self.web.clone(), self.preferences.clone()))
            .merge(rights::router(self.web.clone(), self.rights.clone()))
            .merge(banner::router(self.web.clone(), self.banner.clone()))
            .merge(policy::router(self.web.clone(), self.policy.clone()))
            .merge(audit::router(self.web.clone(), self.audit.clone()))
            .merge(warn::router(self.web.clone(), self.warn.clone()))
            .merge(comply::router(self.web.clone(), self.comply.clone()))
            .merge(protect::router(self.web.clone(), self.protect.clone()))
            .merge(retain::router(self.web.clone(), self.retain.clone()))
            .merge(regime::router(self.web.clone(), self.regimes.clone()))
            .merge(transfer::router(self.web.clone(), self.transfers.clone()))
            .merge(grants::router(self.web.clone(), self.grants.clone()))
            .merge(desk::router(self.web.clone(), self.desk.clone()))
            .merge(crate::reference::router(self.web.clone()));
        let rooms = rooms
            .merge(crate::log_pages::router(self.web.store().ledger()))
            .merge(crate::log_console::router(self.web.clone(), self.witnesses.clone()))
            .merge(crate::keys_console::router(self.web.clone(), self.consent.clone()));
        web::finish(self.web.clone(), rooms)
    }

    /// Answers requests at once, works off jobs when `prepared` is done, until a signal to stop; then
    /// running jobs reach a checkpoint and open requests finish.
    pub async fn serve(
        self,
        door: Door,
        router: Router,
        mut signals: Signals,
        prepared: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let (stop, stopped) = watch::channel(false);
        let mut closing = stopped.clone();
        let closing = async move {
            // An error means that the sender is gone: time to stop as well.
            let _ = closing.wait_for(|stop| *stop).await;
        };
        let server = match door.tls {
            None => {
                let service = router.into_make_service_with_connect_info::<SocketAddr>();
                let server = axum::serve(door.listener, service).with_graceful_shutdown(closing);
                tokio::spawn(server.into_future())
            }
            Some(keeper) => {
                let service = tls::tell_peer(router);
                let service = service.into_make_service_with_connect_info::<tls::Peer>();
                let listener = tls::Listener::new(door.listener, keeper);
                let server = axum::serve(listener, service).with_graceful_shutdown(closing);
                tokio::spawn(server.into_future())
            }
        };
        tokio::select! {
            result = prepared => result?,
            () = signals.next() => return Ok(()),
        }
        self.consent.keep_decisions();
        let counting = tokio::spawn(self.consent.clone().keep_counts(stopped.clone()));
        let sealing = tokio::spawn(self.consent.clone().keep_sealed(stopped.clone()));
        let published = tokio::spawn(published(
            self.web.store().ledger(),
            self.witnesses.clone(),
            stopped.clone(),
        ));
        let runner = Runner::new(self.web.store().clone(), JOBS_AT_ONCE);
        let watching = tokio::spawn(self.warn.clone().run(stopped.clone()));
        let following = self.comply.clone().follow(Following::default(), stopped.clone());
        let following = tokio::spawn(following);
        let deliveries = tokio::spawn(self.deliver.clone().run(stopped.clone()));
        let runner = datamap::add_handlers(runner, &self.map);
        let runner = grants::add_handlers(runner, &self.grants);
        let jobs = tokio::spawn(comply::add_handlers(runner, &self.comply).run(stopped.clone()));
        let shelf = tokio::spawn(self.policy.clone().keep_shelf(stopped.clone()));
        let forgetting = tokio::spawn(self.protect.clone().keep_forgetting(stopped.clone()));
        // A run over all customers may take hours: it has a runner of its own.
        let renewing = consent::renewal::Renewing {
            consent: self.consent.clone(),
            columns: crate::keys::sealed_columns(),
        };
        let renewing = Runner::new(self.web.store().clone(), 1).handle(renewing);
        let renewing = tokio::spawn(renewing.run(stopped.clone()));
        // Deleting may take hours, too, and must not hold up scans.
        let deleting = Runner::new(self.web.store().clone(), DELETIONS_AT_ONCE);
        let deleting = retain::handlers(&self.retain).into_iter().fold(deleting, Runner::handle);
        let deleting = tokio::spawn(deleting.run(stopped.clone()));
        // So may letters to all customers.
        let telling = Runner::new(self.web.store().clone(), 1);
        let telling = policy::add_handlers(telling, &self.policy);
        let telling = tokio::spawn(telling.run(stopped.clone()));
        let letters = tokio::spawn(self.letters(stopped));
        signals.next().await;
        tracing::info!("stopping");
        let _ = stop.send(true);
        let ended = async {
            let _ = tokio::join!(
                jobs, counting, sealing, deliveries, letters, published, watching, following,
                forgetting, renewing, shelf, deleting, telling
            );
            let _ = tokio::time::timeout(GRACE, server).await;
            self.consent.leave_decisions().await;
        };
        tokio::select! {
            () = ended => {}
            // Somebody is in a hurry.
            () = signals.next() => {}
        }
        Ok(())
    }
}

impl House {
    /// Letters and codes, and who follows the ledger for agreements that wait for a confirmation.
    fn letters(&self, stopped: watch::Receiver<bool>) -> impl Future<Output = ()> + use<> {
        let runner = Runner::new(self.web.store().clone(), LETTERS_AT_ONCE);
        let runner = web::mail::add_handlers(runner, &self.web);
        let runner = preference::add_handlers(runner, &self.preferences);
        let runner = rights::add_handlers(runner, &self.rights);
        let runner = regime::add_handlers(runner, &self.web, &self.regimes);
        let follower = preference::Follower::new(self.preferences.clone());
        async move {
            tokio::join!(runner.run(stopped.clone()), follower.run(stopped));
        }
    }
}

/// Opens retention, and the map whose records say what it enforces.
async fn open_retain(
    web: &Web,
    map: DataMap,
    consent: &Consent,
    config: &Config,
) -> Result<(Retain, DataMap), Failure> {
    let map = map.with_guard(config.guard.clone()).with_folders(config.folders.clone());
    let opened = Box::pin(Retain::open(web.clone(), map.clone(), consent.clone())).await;
    let retain = opened.map_err(anyhow::Error::from)?;
    let map = map.with_enforced(Arc::new(retain.clone()));
    Ok((retain, map))
}

/// Publishes the log and has it cosigned. What witnesses hold against this log is asked first: a
/// database that was put back must not sign another past.
async fn published(ledger: store::Ledger, witnesses: Witnesses, stopped: watch::Receiver<bool>) {
    witnesses.ask_first().await;
    tokio::join!(ledger.keep_published(stopped.clone()), witnesses.keep_asking(stopped));
}

/// Opens the access standard, whose looks are scheduled.
async fn open_grants(map: &DataMap, consent: &Consent) -> Result<Grants, Failure> {
    let grants = Grants::open(map.clone(), consent.clone()).await.map_err(anyhow::Error::from)?;
    grants.keep_schedule().await.map_err(anyhow::Error::from)?;
    Ok(grants)
}

/// Opens Privet's own database.
pub async fn open_store(config: &Config) -> Result<Store, Failure> {
    let database = config.database.clone();
    let at = StoreConfig { data_dir: config.data.clone(), database };
    Ok(Store::open_with(at, config.keys.clone()).await?)
}

/// Takes the port before anything slow happens, so that a taken one is told at once.
pub async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let (why, what_to_do) = match error.kind() {
            std::io::ErrorKind::AddrInUse => (
                "the port is taken".to_owned(),
                "stop the other program or choose another port with --listen",
            ),
            std::io::ErrorKind::PermissionDenied => {
                ("this user may not".to_owned(), "choose a port above 1023 with --listen")
            }
            std::io::ErrorKind::InvalidInput => {
                return Failure::usage(format!(
                    "“{address}” is no address to listen on; write it like 127.0.0.1:8440"
                ));
            }
            _ => (error.to_string(), "write the address like 127.0.0.1:8440"),
        };
        Failure::unreachable(format!("cannot listen on {address}: {why}; {what_to_do}"))
    })
}

pub fn address(config: &Config, local: SocketAddr) -> String {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    match &config.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        // 0.0.0.0 is no address that a browser can open.
        None if local.ip().is_unspecified() => format!("{scheme}://localhost:{}", local.port()),
        None => format!("{scheme}://{local}"),
    }
}

/// Logs go to stderr; stdout has only what was asked for.
pub fn log_to_stderr(filter: &str) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).map_err(|error| {
        Failure::usage(format!(
            "the log filter “{filter}” is wrong: {error}; write a level such as info, or warn,privet=debug"
        ))
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(console::Term::stderr().is_term() && std::env::var_os("NO_COLOR").is_none())
        .init();
    Ok(())
}

/// Ctrl-C and the polite kill, caught from when this is made.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// From now on a signal ends nothing by itself.
    pub fn catch() -> Result<Self, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let interrupt = signal(SignalKind::interrupt())?;
            Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        // Without a handler there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
