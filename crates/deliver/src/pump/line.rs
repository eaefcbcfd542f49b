//! One destination's line: each round takes what waits and is due, and what is new in the ledger,
//! sends it, and settles all of it in one transaction. Until that commits nothing is remembered, so a
//! crash sends the round again, with the same ids.
//!
//! Events with the same order key go one after another. When one fails, those behind it are parked
//! until it has arrived or was given up; other people's go on.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use sqlx::Row as _;
use store::now;

use super::Next;
use crate::{Deliver, Destination, Event, Fault, Kind, Result, nats::Queue, webhook::Message};

/// Events taken in one round.
const ROUND: usize = 64;
/// Messages on their way at once.
const AT_ONCE: usize = 16;
/// Faults in a row after which a destination is only probed.
const PROBE_FROM: i64 = 3;
/// With so many waiting, new events stay in the ledger.
const BACKLOG: usize = 5000;
/// An idle line looks again after this; new events wake it earlier.
const IDLE: Duration = Duration::from_secs(5);
/// Entries passed over that are no events for this destination, before that is written down.
const FORGET: i64 = 10_000;

/// One event in a round.
pub(super) struct Item {
    pub place: i64,
    pub event_id: String,
    pub kind: String,
    pub order_key: String,
    pub happened_at: i64,
    /// Tries before this round.
    pub attempts: i64,
    /// It stands in the table already, as the first of its key.
    is_stored: bool,
    /// `None`: the ledger's event can no longer be told (its person was erased).
    event: Option<Event>,
}

/// How an event fared.
pub(super) enum Outcome {
    Sent {
        status: u16,
        millis: i64,
    },
    Failed {
        fault: Fault,
        millis: i64,
    },
    /// Not tried: an earlier one of its key waits.
    Parked,
    /// Nothing is left to tell.
    Vanished,
}

pub(super) struct Line {
    deliver: Deliver,
    /// Entries up to here hold nothing that is still to be taken.
    seen: i64,
    /// Not before this (µs), after faults in a row.
    closed_until: i64,
    queue: tokio::sync::Mutex<Option<(String, Arc<Queue>)>>,
}

impl Line {
    pub fn new(deliver: Deliver) -> Self {
        Self { deliver, seen: 0, closed_until: 0, queue: tokio::sync::Mutex::new(None) }
    }

    pub(super) fn deliver(&self) -> &Deliver {
        &self.deliver
    }

    /// One round.
    pub async fn round(&mut self, destination: &Destination) -> Result<Next> {
        let failing = destination.failures >= PROBE_FROM;
        let wait = self.closed_until - now();
        if failing && wait > 0 {
            return Ok(Next::After(Duration::from_micros(wait.unsigned_abs())));
        }
        self.seen = self.seen.max(destination.position);
        let room = if failing { 1 } else { ROUND };
        let blocked = self.blocked(destination).await?;
        let mut items = self.due(destination, room).await?;
        let mut upto = self.seen;
        if items.len() < room && blocked.len() < BACKLOG {
            upto = self.fresh(destination, room, &mut items).await?;
        }
        if items.is_empty() {
            return self.nothing(destination, upto).await;
        }
        let results = self.send_all(destination, items, &blocked).await?;
        let failures = self.settle(destination, &results, upto).await?;
        self.seen = upto;
        self.closed_until = if failures >= PROBE_FROM {
            now() + probe_wait(failures, self.deliver.settings.probe)
        } else {
            0
        };
        Ok(Next::AtOnce)
    }

    /// Order keys that have something waiting.
    async fn blocked(&self, destination: &Destination) -> Result<HashSet<String>> {
        let keys: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT order_key FROM delivery
             WHERE destination_id = $1 AND state = 'waiting'",
        )
        .bind(&destination.id)
        .fetch_all(self.deliver.store.reader())
        .await?;
        Ok(keys.into_iter().collect())
    }

    /// What waits and is due, the first of each order key only.
    async fn due(&self, destination: &Destination, limit: usize) -> Result<Vec<Item>> {
        let rows = sqlx::query(
            "SELECT place, event_id, kind, order_key, happened_at, attempts FROM delivery d
             WHERE destination_id = $1 AND state = 'waiting' AND next_at <= $2
               AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.destination_id = $1
                 AND e.order_key = d.order_key AND e.state = 'waiting' AND e.place < d.place)
             ORDER BY place LIMIT $3",
        )
        .bind(&destination.id)
        .bind(now())
        .bind(limit as i64)
        .fetch_all(self.deliver.store.reader())
        .await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let place: i64 = row.try_get(0)?;
            // Read anew: nothing of what an event says is kept in this room.
            let batch = self.deliver.source.events_after(place / 16 - 1, 1).await?;
            items.push(Item {
                place,
                event_id: row.try_get(1)?,
                kind: row.try_get(2)?,
                order_key: row.try_get(3)?,
                happened_at: row.try_get(4)?,
                attempts: row.try_get(5)?,
                is_stored: true,
                event: batch.events.into_iter().find(|event| event.place() == place),
            });
        }
        Ok(items)
    }

    /// What is new in the ledger; says up to where it was looked at.
    async fn fresh(
        &self,
        destination: &Destination,
        room: usize,
        items: &mut Vec<Item>,
    ) -> Result<i64> {
        let batch = self.deliver.source.events_after(self.seen, room - items.len()).await?;
        let wanted = batch.events.into_iter().filter(|event| destination.wants(event.kind));
        items.extend(wanted.map(|event| Item {
            place: event.place(),
            event_id: self.deliver.event_id(&event),
            kind: event.kind.as_str().to_owned(),
            order_key: event.order_key(),
            happened_at: event.at,
            attempts: 0,
            is_stored: false,
            event: Some(event),
        }));
        Ok(batch.upto.max(self.seen))
    }

    /// Nothing to send: go on looking, or wait.
    async fn nothing(&mut self, destination: &Destination, upto: i64) -> Result<Next> {
        let advanced = upto > self.seen;
        self.seen = upto;
        if upto - destination.position > FORGET {
            self.settle(destination, &[], upto).await?;
        }
        if advanced {
            return Ok(Next::AtOnce);
        }
        let next: Option<i64> = sqlx::query_scalar(
            "SELECT MIN(next_at) FROM delivery WHERE destination_id = $1 AND state = 'waiting'
               AND next_at > $2",
        )
        .bind(&destination.id)
        .bind(now())
        .fetch_one(self.deliver.store.reader())
        .await?;
        let wait = next.map_or(IDLE, |at| Duration::from_micros((at - now()).max(1000) as u64));
        Ok(Next::After(wait.min(IDLE)))
    }

    /// Sends everything: keys beside each other, events of a key one after another.
    async fn send_all(
        &self,
        destination: &Destination,
        items: Vec<Item>,
        blocked: &HashSet<String>,
    ) -> Result<Vec<(Item, Outcome)>> {
        let mut keys: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for item in items {
            keys.entry(item.order_key.clone()).or_default().push(item);
        }
        let secrets = self.deliver.secrets(destination)?;
        let faults = AtomicUsize::new(0);
        let (faults, secrets) = (&faults, &secrets);
        let sending = keys.into_values().map(|events| async move {
            let mut results = Vec::with_capacity(events.len());
            let mut stuck = false;
            for item in events {
                let behind = blocked.contains(&item.order_key) && !item.is_stored;
                let hopeless = faults.load(Ordering::Relaxed) >= AT_ONCE;
                let outcome = if stuck || behind || hopeless {
                    Outcome::Parked
                } else {
                    self.send(destination, secrets, &item).await
                };
                if matches!(outcome, Outcome::Failed { .. }) {
                    faults.fetch_add(1, Ordering::Relaxed);
                }
                stuck |= matches!(outcome, Outcome::Failed { .. } | Outcome::Parked);
                results.push((item, outcome));
            }
            results
        });
        let done: Vec<Vec<(Item, Outcome)>> =
            futures::stream::iter(sending).buffer_unordered(AT_ONCE).collect().await;
        Ok(done.into_iter().flatten().collect())
    }

    async fn send(&self, destination: &Destination, secrets: &[String], item: &Item) -> Outcome {
        let Some(event) = &item.event else { return Outcome::Vanished };
        let started = Instant::now();
        let sent = async {
            let body = self.deliver.body(destination, event).await.map_err(|error| {
                tracing::warn!(%error, "a message could not be written");
                Fault::new("other")
            })?;
            match destination.kind {
                Kind::Nats => self.publish(destination, secrets, item, event, body).await,
                Kind::Webhook | Kind::Table => {
                    let (url, id) = (&destination.address, &item.event_id);
                    self.deliver.http.send(Message { url, id, body, secrets }).await
                }
            }
        };
        let result = sent.await;
        let millis = started.elapsed().as_millis() as i64;
        match result {
            Ok(status) => Outcome::Sent { status, millis },
            Err(fault) => Outcome::Failed { fault, millis },
        }
    }

    async fn publish(
        &self,
        destination: &Destination,
        secrets: &[String],
        item: &Item,
        event: &Event,
        body: Vec<u8>,
    ) -> Result<u16, Fault> {
        let queue = self.queue(destination, secrets).await?;
        let subject = event.subject.as_deref().unwrap_or_default();
        let sent = queue.send(&item.event_id, &item.kind, subject, body).await;
        if sent.is_err() {
            // A broken connection is made anew for the next try.
            *self.queue.lock().await = None;
        }
        sent.map(|()| 0)
    }

    async fn queue(
        &self,
        destination: &Destination,
        secrets: &[String],
    ) -> Result<Arc<Queue>, Fault> {
        let mut held = self.queue.lock().await;
        let wanted = format!("{} {:?} {secrets:?}", destination.address, destination.config);
        if let Some((known, queue)) = &*held
            && *known == wanted
        {
            return Ok(queue.clone());
        }
        let queue = Arc::new(self.deliver.connect_queue(destination).await?);
        *held = Some((wanted, queue.clone()));
        Ok(queue)
    }
}

impl Deliver {
    /// Connects to a NATS server.
    pub(crate) async fn connect_queue(&self, destination: &Destination) -> Result<Queue, Fault> {
        let secret = self.secret(destination).map_err(|error| {
            tracing::error!(%error, "a stored secret could not be opened");
            Fault::new("login")
        })?;
        let settings = &self.settings;
        let (address, config) = (&destination.address, &destination.config);
        Queue::connect(address, config, secret.as_deref(), &settings.reach, settings.timeout).await
    }
}

/// 2, 4, 8 … seconds, up to the longest.
fn probe_wait(failures: i64, longest: Duration) -> i64 {
    let full = Duration::from_secs(1 << (failures - PROBE_FROM + 1).clamp(1, 12));
    full.min(longest).as_micros() as i64
}
