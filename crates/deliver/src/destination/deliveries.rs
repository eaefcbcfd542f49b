//! What was sent, what waits, what was given up: the list, replay and discard.

use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use store::{Actor, Entry, now};

use crate::{Deliver, Result};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waits for another try, or for an earlier event of the same person.
    Waiting,
    /// The receiver has it.
    Sent,
    /// Given up after many tries.
    Dead,
    /// A person decided that it need not arrive.
    Discarded,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Dead, Self::Discarded];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// One event on its way to one destination.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// To.
    pub destination_id: String,
    /// Its name.
    pub destination: String,
    /// Ledger position × 16 + part.
    pub place: i64,
    /// The id the receiver sees, the same at every try.
    pub event_id: String,
    /// `consent.recorded` …
    pub kind: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: i64,
    /// The next try (µs).
    pub next_at: i64,
    /// HTTP status of the last answer, or 0.
    pub status: i64,
    /// Code of the last fault, or "".
    pub fault: String,
    /// When the event happened (µs).
    pub happened_at: i64,
    /// When it was sent, given up or discarded (µs), or 0.
    pub settled_at: i64,
    /// How long the last try took.
    pub millis: i64,
}

impl Delivery {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            destination_id: row.try_get(0)?,
            destination: row.try_get(1)?,
            place: row.try_get(2)?,
            event_id: row.try_get(3)?,
            kind: row.try_get(4)?,
            state: DeliveryState::parse(&row.try_get::<String, _>(5)?)
                .unwrap_or(DeliveryState::Waiting),
            attempts: row.try_get(6)?,
            next_at: row.try_get(7)?,
            status: row.try_get(8)?,
            fault: row.try_get(9)?,
            happened_at: row.try_get(10)?,
            settled_at: row.try_get(11)?,
            millis: row.try_get(12)?,
        })
    }
}

/// Which deliveries. Empty fields do not narrow.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// To this destination.
    pub destination: String,
    /// In this state.
    pub state: String,
    /// Of this type.
    pub kind: String,
    /// Whose event id begins so.
    pub event_id: String,
}

const WHERE: &str = "($1 = '' OR d.destination_id = $1) AND ($2 = '' OR d.state = $2) \
    AND ($3 = '' OR d.kind = $3) AND ($4 = '' OR d.event_id = $4)";

impl Deliver {
    /// A page of deliveries, the newest event first.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Delivery>, i64)> {
        let bound = |sql: String| {
            sqlx::query(AssertSqlSafe(sql))
                .bind(filter.destination.clone())
                .bind(filter.state.clone())
                .bind(filter.kind.clone())
                .bind(filter.event_id.clone())
        };
        let total = bound(format!("SELECT COUNT(*) FROM delivery d WHERE {WHERE}"))
            .fetch_one(self.store.reader())
            .await?
            .try_get(0)?;
        let rows = bound(format!(
            "SELECT d.destination_id, t.name, d.place, d.event_id, d.kind, d.state, d.attempts,
               d.next_at, d.status, d.fault, d.happened_at, d.settled_at, d.millis
             FROM delivery d JOIN destination t ON t.id = d.destination_id
             WHERE {WHERE} ORDER BY d.place DESC, d.destination_id LIMIT $5 OFFSET $6"
        ))
        .bind(limit)
        .bind(offset)
        .fetch_all(self.store.reader())
        .await?;
        Ok((rows.iter().map(Delivery::read).collect::<Result<_, _>>()?, total))
    }

    /// Sends these once more, from the first try on; says how many.
    pub async fn replay(&self, actor: Actor, which: &[(String, i64)]) -> Result<i64> {
        let sql = "UPDATE delivery SET state = 'waiting', attempts = 0, next_at = 0, fault = '', \
                   status = 0, settled_at = 0 \
                   WHERE destination_id = $1 AND place = $2 AND state <> 'waiting'";
        self.turn(actor, "delivery.replayed", sql, which).await
    }

    /// Gives these up for good; says how many.
    pub async fn discard(&self, actor: Actor, which: &[(String, i64)]) -> Result<i64> {
        let sql = "UPDATE delivery SET state = 'discarded' \
                   WHERE destination_id = $1 AND place = $2 AND state IN ('dead', 'waiting')";
        self.turn(actor, "delivery.discarded", sql, which).await
    }

    /// Every dead letter of a destination ("" of all).
    pub async fn dead_letters(&self, destination: &str) -> Result<Vec<(String, i64)>> {
        Ok(sqlx::query_as(
            "SELECT destination_id, place FROM delivery
             WHERE state = 'dead' AND ($1 = '' OR destination_id = $1) ORDER BY place LIMIT 100000",
        )
        .bind(destination)
        .fetch_all(self.store.reader())
        .await?)
    }

    async fn turn(
        &self,
        actor: Actor,
        action: &'static str,
        sql: &'static str,
        which: &[(String, i64)],
    ) -> Result<i64> {
        let Some((first, _)) = which.first() else { return Ok(0) };
        let mut entry = Entry::new(actor, action, "destination", first);
        entry.after = Some(self.store.digest(&which));
        let mut tx = self.store.begin(entry).await?;
        let mut changed = 0;
        for (destination, place) in which {
            let done = sqlx::query(sql).bind(destination).bind(place).execute(tx.conn()).await?;
            changed += done.rows_affected() as i64;
        }
        if changed == 0 {
            return Ok(0);
        }
        tx.commit().await?;
        self.look_again();
        Ok(changed)
    }

    /// Forgets what was sent or discarded long ago.
    pub(crate) async fn forget_old(&self) -> Result<()> {
        let until = now() - i64::try_from(self.settings.keep.as_micros()).unwrap_or(i64::MAX);
        let entry =
            Entry::new(Actor::System("deliver"), "delivery.pruned", "destination", "settled");
        let old: Option<i64> = sqlx::query_scalar(
            "SELECT place FROM delivery WHERE state IN ('sent', 'discarded') AND settled_at < $1
             LIMIT 1",
        )
        .bind(until)
        .fetch_optional(self.store.reader())
        .await?;
        if old.is_none() {
            return Ok(());
        }
        let mut tx = self.store.begin(entry).await?;
        sqlx::query(
            "DELETE FROM delivery WHERE state IN ('sent', 'discarded') AND settled_at < $1",
        )
        .bind(until)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
