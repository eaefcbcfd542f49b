//! State tables: the present state of every person and purpose in a table of the company's own
//! PostgreSQL or MySQL, so that a marketing tool can join it. The table is one that this room made,
//! told by a mark in its comment; nothing else in that database is written. An event only says whose
//! rows to write anew: they are read as they are now, so writing twice or late does no harm.

mod mysql;
mod postgres;
mod rows;
mod target;
mod writer;

use store::Actor;

pub(crate) use rows::{Row, rows_of};
pub(crate) use target::{Target, fault_of, open};
pub(crate) use writer::Writer;

use crate::{Deliver, Destination, Fault, Kind, Result};

/// People looked at for a plan.
const LOOK: usize = 20_000;

/// What writing a table would do; made without writing anything.
#[derive(Debug, Clone)]
pub struct TablePlan {
    /// The statements that make the table.
    pub sql: String,
    /// A table of that name is there.
    pub exists: bool,
    /// It is the one this destination made.
    pub ours: bool,
    /// Rows in it now.
    pub rows_now: i64,
    /// People whose state is known.
    pub people: usize,
    /// Rows that would be written for them.
    pub rows: usize,
    /// There are more people than were counted.
    pub more: bool,
}

/// The table's full name and mark.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub schema: String,
    pub table: String,
    /// Stands in the table's comment.
    pub mark: String,
}

impl Place {
    pub fn of(destination: &Destination) -> Self {
        Self {
            schema: destination.config.schema.clone(),
            table: destination.config.table.clone(),
            mark: format!("privet:destination:{}", destination.id),
        }
    }
}

impl Deliver {
    /// What writing this table would do.
    pub async fn plan_table(&self, id: &str) -> Result<TablePlan> {
        let destination = self.destination(id).await?;
        if destination.kind != Kind::Table {
            return Err(crate::DeliverError::Conflict("deliver-error-kind"));
        }
        let place = Place::of(&destination);
        let mut target = self.open_table(&destination).await?;
        let mark = target.mark(&place).await?;
        let ours = mark.as_deref() == Some(place.mark.as_str());
        let rows_now = if ours { target.count(&place).await? } else { 0 };
        let mut plan = TablePlan {
            sql: target.ddl(&place),
            exists: mark.is_some(),
            ours,
            rows_now,
            people: 0,
            rows: 0,
            more: false,
        };
        let mut after = String::new();
        loop {
            let people = self.source.people_after(&after, 500).await?;
            let Some(last) = people.last() else { break };
            after.clone_from(&last.subject);
            plan.people += people.len();
            plan.rows += rows_of(&people, &destination).len();
            if plan.people >= LOOK {
                plan.more = true;
                break;
            }
        }
        Ok(plan)
    }

    /// Opens the destination's database for writing.
    pub(crate) async fn open_table(&self, destination: &Destination) -> Result<Target, Fault> {
        let secret = self.secret(destination).map_err(|error| {
            tracing::error!(%error, "a stored secret could not be opened");
            Fault::new("login")
        })?;
        let (address, ca) = (&destination.address, &destination.config.tls_ca);
        open(address, secret.as_deref(), ca, &self.settings.reach, self.settings.timeout).await
    }

    /// Tries a destination: a test message, or for a table whether it could be written.
    pub async fn test(&self, actor: Actor, id: &str) -> Result<()> {
        let destination = self.destination(id).await?;
        let entry = store::Entry::new(actor, "destination.tested", "destination", id);
        self.store.begin(entry).await?.commit().await?;
        let test = format!("evt_{}_test_{}", self.tag, store::now());
        let body = Self::test_body(&test);
        match destination.kind {
            Kind::Webhook => {
                let secrets = self.secrets(&destination)?;
                let (url, secrets) = (destination.address.as_str(), secrets.as_slice());
                self.http.send(crate::webhook::Message { url, id: &test, body, secrets }).await?;
            }
            Kind::Nats => {
                let queue = self.connect_queue(&destination).await?;
                queue.send(&test, crate::pump::TEST, "", body).await?;
            }
            Kind::Table => {
                let place = Place::of(&destination);
                let mark = self.open_table(&destination).await?.mark(&place).await?;
                if mark.is_some_and(|mark| mark != place.mark) {
                    return Err(Fault::new("foreign").into());
                }
            }
        }
        Ok(())
    }
}
