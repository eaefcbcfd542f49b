//! Canaries: customers who do not exist, planted in the company's systems. Nobody has a reason to open,
//! use, export or write to one, so whoever does is worth a look. What they are called is sealed here;
//! in `consent` a canary is a customer like any other, or it could be told from the others.

mod face;

pub use face::{Face, sound_domain};

use std::collections::HashSet;

use consent::{Consent, SubjectId};
use sqlx::Row as _;
use store::{Actor, Entry, Migration, Store, new_id, now};

use crate::{MIGRATIONS, Result, Warn, WarnError};

/// Where a canary stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Made, not planted yet.
    Made,
    /// In a system of the company.
    Planted,
    /// No longer watched.
    Retired,
}

impl Stand {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Planted => "planted",
            Self::Retired => "retired",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Made, Self::Planted, Self::Retired].into_iter().find(|one| one.as_str() == text)
    }
}

/// A planted customer. `Debug` of its face prints nothing.
#[derive(Debug, Clone)]
pub struct Canary {
    /// Id.
    pub id: String,
    /// Its number among the customers.
    pub subject: String,
    /// Name and identifiers.
    pub face: Face,
    /// Where it was planted, as the operator calls the place.
    pub place: String,
    /// Where it stands.
    pub stand: Stand,
    /// Made (µs).
    pub made_at: i64,
    /// Planted (µs), or 0.
    pub planted_at: i64,
}

fn context(id: &str) -> String {
    format!("canary:{id}:face")
}

fn place_context(id: &str) -> String {
    format!("canary:{id}:place")
}

/// Tells the room of customers whom to watch for; for commands beside a server.
pub async fn watch(consent: &Consent) -> Result<()> {
    consent.store().migrate(&MIGRATIONS as &[Migration]).await?;
    let mut people = Vec::new();
    for canary in all(consent.store()).await? {
        if canary.stand != Stand::Retired {
            let blind = canary.face.subject().blind(consent.vault());
            people.extend(blind.into_iter().map(|one| (one, SubjectId(canary.subject.clone()))));
        }
    }
    consent.watch(people);
    Ok(())
}

async fn all(store: &Store) -> Result<Vec<Canary>> {
    let rows = sqlx::query(
        "SELECT id, subject, sealed, place_sealed, state, made_at, planted_at FROM canary
         ORDER BY made_at DESC, id DESC",
    )
    .fetch_all(store.reader())
    .await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get(0)?;
            let text = store.unseal(&context(&id), row.try_get(2)?)?;
            let place: String = row.try_get(3)?;
            Ok(Canary {
                subject: row.try_get(1)?,
                face: Face::read(&text).ok_or(WarnError::Damaged("canary"))?,
                place: match place.as_str() {
                    "" => place,
                    sealed => store.unseal(&place_context(&id), sealed)?,
                },
                stand: Stand::parse(row.try_get(4)?).ok_or(WarnError::Damaged("canary"))?,
                made_at: row.try_get(5)?,
                planted_at: row.try_get(6)?,
                id,
            })
        })
        .collect()
}

impl Warn {
    /// All of them, the newest first.
    pub async fn canaries(&self) -> Result<Vec<Canary>> {
        all(&self.store).await
    }

    /// Tells the room of customers whom to watch for.
    pub(crate) async fn watch_canaries(&self) -> Result<()> {
        watch(&self.consent).await
    }

    pub(crate) async fn canary_subjects(&self) -> Result<HashSet<String>> {
        let all: Vec<String> =
            sqlx::query_scalar("SELECT subject FROM canary WHERE state <> 'retired'")
                .fetch_all(self.store.reader())
                .await?;
        Ok(all.into_iter().collect())
    }

    /// Makes one that nobody is like, with an address at a domain of the company.
    pub async fn make_canary(&self, by: &Actor, domain: &str) -> Result<String> {
        let mut face = Face::invent(domain);
        for _ in 0..20 {
            let blind = face.subject().blind(self.consent.vault());
            let known = self.consent.find(&blind).await?;
            if known.people.is_empty() && !known.erased {
                break;
            }
            face = Face::invent(domain);
        }
        let linked = self.consent.link(by, &face.subject()).await?;
        let id = new_id();
        let entry = Entry::new(by.clone(), "canary.created", "canary", &*id);
        let mut tx = self.store.begin(entry).await?;
        sqlx::query(
            "INSERT INTO canary (id, subject, sealed, place_sealed, state, made_at, planted_at,
                 retired_at)
             VALUES ($1, $2, $3, '', 'made', $4, 0, 0)",
        )
        .bind(&id)
        .bind(&linked.subject.0)
        .bind(self.store.seal(&context(&id), &face.write()))
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.watch_canaries().await?;
        self.change();
        Ok(id)
    }

    /// One of them.
    pub async fn canary(&self, id: &str) -> Result<Canary> {
        let found = self.canaries().await?.into_iter().find(|canary| canary.id == id);
        found.ok_or(WarnError::NotFound("canary"))
    }

    /// It stands in a system now; in which, in the operator's words.
    pub async fn planted(&self, by: Actor, id: &str, place: &str) -> Result<()> {
        let entry = Entry::new(by, "canary.planted", "canary", id);
        let mut tx = self.store.begin(entry).await?;
        tx.states(None, Some(self.store.digest(&place)));
        let done = sqlx::query(
            "UPDATE canary SET state = 'planted', place_sealed = $1, planted_at = $2
             WHERE id = $3 AND state <> 'retired'",
        )
        .bind(self.store.seal(&place_context(id), place))
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(WarnError::NotFound("canary"));
        }
        tx.commit().await?;
        Ok(())
    }

    /// No longer watched: its key is destroyed, as for any customer who is erased.
    pub async fn retire(&self, by: Actor, id: &str) -> Result<()> {
        let canary = self.canary(id).await?;
        let entry = Entry::new(by.clone(), "canary.retired", "canary", id);
        let mut tx = self.store.begin(entry).await?;
        sqlx::query("UPDATE canary SET state = 'retired', retired_at = $1 WHERE id = $2")
            .bind(now())
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        if canary.stand != Stand::Retired {
            self.consent.erase(&by, &SubjectId(canary.subject)).await?;
        }
        self.watch_canaries().await?;
        self.change();
        Ok(())
    }

    /// Somebody met one outside: a letter came to its address, a call to its number. Whether it is one
    /// is told, so only who may report may ask.
    pub async fn report_hit(&self, by: Actor, subject: &consent::Subject) -> Result<bool> {
        let blind = subject.blind(self.consent.vault());
        let people = self.consent.find(&blind).await?.people;
        let canaries = self.canary_subjects().await?;
        let Some(hit) = people.into_iter().find(|id| canaries.contains(&id.0)) else {
            return Ok(false);
        };
        let entry = Entry::new(by, "canary.hit", "subject", &*hit.0).about(&*hit.0);
        self.store.begin(entry).await?.commit().await?;
        self.change();
        Ok(true)
    }
}
