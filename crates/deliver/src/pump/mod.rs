//! The pump: follows the ledger for every active destination and delivers. One server pumps; on
//! PostgreSQL the others wait for its lock, so that a person's events keep their order.

mod leader;
mod line;
mod message;
mod settle;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tokio::{sync::watch, task::JoinHandle};

use self::{leader::Leader, line::Line};
use crate::{Deliver, Kind, Result, State, table::Writer};

pub(crate) use message::TEST;

/// How soon a new ledger entry is seen: every system obeys within a second.
const POLL: Duration = Duration::from_millis(100);
/// How soon a destination made by another server is seen.
const LOOK: Duration = Duration::from_secs(1);
/// How long messages on their way may take when the server stops; what is cut off is sent again.
const GRACE: Duration = Duration::from_secs(4);
/// How often old deliveries are forgotten.
const TIDY: Duration = Duration::from_hours(1);

/// What a round of work says about the next one.
pub(crate) enum Next {
    /// There is more to do.
    AtOnce,
    /// Nothing to do until something happens, or this time has passed.
    After(Duration),
}

impl Deliver {
    /// Delivers until told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match Leader::take(&self.store).await {
                Ok(Some(leader)) => self.lead(leader, &mut stop).await,
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "deliveries wait for the database"),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Serves all destinations while this server is the one.
    async fn lead(&self, mut leader: Leader, stop: &mut watch::Receiver<bool>) {
        let (head, heads) = watch::channel(0);
        let watching = tokio::spawn(watch_head(self.clone(), head));
        let mut served: HashMap<String, JoinHandle<()>> = HashMap::new();
        let mut changed = self.changed.subscribe();
        let mut tidied: Option<Instant> = None;
        while !*stop.borrow() && leader.holds().await {
            if let Err(error) = self.serve_all(&mut served, &heads, stop).await {
                tracing::warn!(%error, "destinations could not be looked at; trying again");
            }
            if tidied.is_none_or(|at| at.elapsed() >= TIDY) {
                tidied = Some(Instant::now());
                // Beside: a database that does not answer must not keep deliveries waiting.
                tokio::spawn(self.clone().tidy());
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = changed.changed() => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        watching.abort();
        let stopping = *stop.borrow();
        let deadline = tokio::time::Instant::now() + GRACE;
        for (_, mut task) in served {
            // A server that lost the lock must not go on beside the one that has it now.
            if !stopping || tokio::time::timeout_at(deadline, &mut task).await.is_err() {
                task.abort();
            }
        }
    }

    /// What is done each hour.
    async fn tidy(self) {
        if let Err(error) = self.forget_old().await {
            tracing::warn!(%error, "old deliveries could not be forgotten");
        }
        if let Err(error) = self.check_views().await {
            tracing::warn!(%error, "purpose views could not be checked");
        }
    }

    async fn serve_all(
        &self,
        served: &mut HashMap<String, JoinHandle<()>>,
        heads: &watch::Receiver<i64>,
        stop: &watch::Receiver<bool>,
    ) -> Result<()> {
        served.retain(|_, task| !task.is_finished());
        let active: Vec<String> =
            sqlx::query_scalar("SELECT id FROM destination WHERE state = 'active'")
                .fetch_all(self.store.reader())
                .await?;
        for id in active {
            if served.contains_key(&id) {
                continue;
            }
            let serving = self.clone().serve(id.clone(), heads.clone(), stop.clone());
            served.insert(id, tokio::spawn(serving));
        }
        Ok(())
    }

    /// Serves one destination until it is paused, deleted, or the server stops.
    async fn serve(
        self,
        id: String,
        mut heads: watch::Receiver<i64>,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut line = Line::new(self.clone());
        let mut writer = Writer::new(self.clone());
        let mut changed = self.changed.subscribe();
        while !*stop.borrow() {
            heads.borrow_and_update();
            changed.borrow_and_update();
            let round = async {
                let destination = self.destination(&id).await?;
                if destination.state != State::Active {
                    return Ok(None);
                }
                let next = match destination.kind {
                    Kind::Table => writer.round(&destination).await?,
                    Kind::Webhook | Kind::Nats => line.round(&destination).await?,
                };
                Result::Ok(Some(next))
            };
            let wait = match round.await {
                Ok(None) | Err(crate::DeliverError::NotFound(_)) => return,
                Ok(Some(Next::AtOnce)) => continue,
                Ok(Some(Next::After(wait))) => wait,
                Err(error) => {
                    tracing::warn!(destination = id, %error, "a round of deliveries failed");
                    LOOK
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = heads.changed(), if wait >= POLL => {}
                _ = changed.changed() => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }
}

/// Tells when the ledger has grown.
async fn watch_head(deliver: Deliver, head: watch::Sender<i64>) {
    loop {
        if let Ok(now) = deliver.head().await {
            head.send_if_modified(|known| std::mem::replace(known, now) != now);
        }
        tokio::time::sleep(POLL).await;
    }
}
