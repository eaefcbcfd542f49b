//! A company with its databases connected and scanned, and a server's background work.

use std::time::Duration;

use ::rights::{
    By, Channel, Kind, Level, New, Private, Request, Rights,
    erase::{Erasure, Stage},
};
use anyhow::{Result, ensure};
use consent::{Consent, Identifier, IdentifierKind, Subject, property::DEFAULT};
use datamap::{DataMap, sources::SourceDraft};
use preference::Preferences;
use regime::Regimes;
use retain::Retain;
use store::{Actor, Runner, Store, StoreConfig, now};
use tokio::sync::watch;
use web::{Lang, Web, WebConfig};

use super::data::Databases;

pub const STAFF: Actor = Actor::System("bench");
/// Jobs that run beside each other.
pub const WORKERS: usize = 8;

pub struct Company {
    pub rights: Rights,
    /// Ids of its databases.
    pub sources: Vec<String>,
    web: Web,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

/// Between two looks whether something is done.
pub async fn blink() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

impl Company {
    pub async fn open(databases: &Databases) -> Result<Self> {
        Self::with(&databases.urls).await
    }

    pub async fn with(urls: &[String]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = StoreConfig { data_dir: folder.path().to_owned(), database: None };
        let store = Store::open(config).await?;
        let web = Web::open(store.clone(), WebConfig::default()).await?;
        let map = DataMap::open(store.clone()).await?;
        let consent = Consent::open(store.clone(), consent::Settings::default()).await?;
        let retain = Retain::open(web.clone(), map.clone(), consent.clone()).await?;
        let regimes = Regimes::open(store.clone(), consent.clone(), map.clone()).await?;
        let preferences = Preferences::open(web.clone(), consent, None).await?;
        let rights = Rights::open(web.clone(), preferences, regimes, retain.clone()).await?;
        let runner = datamap::add_handlers(Runner::new(store, WORKERS), &map);
        let runner = ::rights::add_handlers(runner, &rights);
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(runner.run(stopped));
        let mut sources = Vec::new();
        for (n, url) in urls.iter().enumerate() {
            let draft = SourceDraft {
                name: format!("Shop {n}"),
                address: url.clone(),
                rows_per_store: 100,
                ..SourceDraft::default()
            };
            let source = map.create_source(STAFF, &draft).await?;
            let scan = map.start_scan(STAFF, &source.id, "person").await?;
            while matches!(map.scan(&scan).await?.state.as_str(), "queued" | "running") {
                blink().await;
            }
            ensure!(map.scan(&scan).await?.state == "finished", "the scan failed");
            let (user, password) = account(url);
            let given = retain.give_access(&STAFF, &source.id, &user, &password).await?;
            ensure!(given.ready, "{}", given.error);
            sources.push(source.id);
        }
        Ok(Self { rights, sources, web, stop, running, _folder: folder })
    }

    pub async fn close(self) {
        let _ = self.stop.send(true);
        let _ = self.running.await;
        self.web.store().close().await;
    }

    /// A request of somebody whom staff checked.
    pub async fn asked(&self, kind: Kind, address: &str) -> Result<Request> {
        let person = Subject::new(vec![Identifier::parse(IdentifierKind::Email, address, "")?])?;
        let new = New {
            kind,
            by: By::Person,
            channel: Channel::Staff,
            person,
            private: Private { words: "Please see to it.".into(), ..Private::default() },
            property: DEFAULT.into(),
            lang: Lang::En,
            level: Level::Checked,
            received_at: now(),
            about: String::new(),
        };
        let made = self.rights.receive(STAFF, new).await?;
        Ok(self.rights.request(&made.id).await?)
    }

    /// A second person agrees to an erasure.
    pub async fn agree(&self, request: &Request) -> Result<()> {
        let asked = self.rights.ask_erasure(&STAFF, request, "looked who it is").await?;
        self.web.approvals().approve("han", &asked.id).await?;
        Ok(())
    }

    /// Waits until an erasure stands still, where it should.
    pub async fn still(&self, request: &str, stage: Stage) -> Result<Erasure> {
        loop {
            if let Some(erasure) = self.rights.erasure(request).await?
                && !erasure.stage.moves()
            {
                ensure!(erasure.stage == stage, "{:?}: {}", erasure.stage, erasure.error);
                return Ok(erasure);
            }
            blink().await;
        }
    }

    /// Waits until somebody looked whether everything is gone, so that nothing of it is under way.
    pub async fn looked(&self, request: &str) -> Result<()> {
        while self.rights.erasure(request).await?.is_some_and(|one| one.looks == 0) {
            blink().await;
        }
        Ok(())
    }
}

/// User and password of an address `scheme://user:password@host/…`.
fn account(url: &str) -> (String, String) {
    let part = url.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
    let (user, password) = part.and_then(|(part, _)| part.split_once(':')).unwrap_or_default();
    (user.to_owned(), password.to_owned())
}
