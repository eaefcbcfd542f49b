//! The privacy desk: staff look up one customer, see what is recorded, and act for them. Every look is
//! an entry of the ledger; every act carries a reason, sealed with the customer's key.

use ::store::{Actor, Entry, HotWrite, Migration, new_id, now};
use sqlx::Row as _;

use crate::{Consent, ConsentError, Receipt, Recording, Result, Subject, SubjectId, subject::MOST};

pub(crate) const MIGRATIONS: [Migration; 1] =
    [Migration { room: "consent-desk", version: 1, sql: include_str!("schema.sql") }];

/// Where the reasons of the desk may be opened.
const SEALING: &str = "note";
/// Reasons shown at most, newest first.
const SHOWN: i64 = 100;

/// A customer as the desk knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Id.
    pub id: SubjectId,
    /// Known since (µs).
    pub created_at: i64,
    /// Nothing but keeping since (µs).
    pub restricted_at: Option<i64>,
    /// Erased (µs).
    pub erased_at: Option<i64>,
}

/// What a reason is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The identifiers were shown in clear.
    Revealed,
    /// A choice was recorded for the customer.
    Recorded,
    /// Use of the data was stopped.
    Restricted,
    /// That was lifted.
    Unrestricted,
}

impl About {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Revealed, Self::Recorded, Self::Restricted, Self::Unrestricted];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revealed => "revealed",
            Self::Recorded => "recorded",
            Self::Restricted => "restricted",
            Self::Unrestricted => "unrestricted",
        }
    }
}

/// A reason that was given.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// For what.
    pub about: About,
    /// The record, if it is about one.
    pub record: String,
    /// The words; `None` once the customer is erased.
    pub text: Option<String>,
    /// Who gave it, as the ledger names them.
    pub actor: String,
    /// When (µs).
    pub at: i64,
}

impl Consent {
    /// The customer that an id stands for: its own or, when it was merged, the one it became.
    pub async fn standing_of(&self, id: &str) -> Result<Standing> {
        let row = sqlx::query(
            "SELECT s.id, s.created_at, s.restricted_at, s.erased_at FROM subject s
             WHERE s.id = (SELECT COALESCE(merged_into, id) FROM subject WHERE id = $1)",
        )
        .bind(id)
        .fetch_optional(self.store().reader())
        .await?;
        let unknown =
            || ConsentError::Unknown { kind: "customer", key: id.chars().take(36).collect() };
        let row = row.ok_or_else(unknown)?;
        Ok(Standing {
            id: SubjectId(row.try_get(0)?),
            created_at: row.try_get(1)?,
            restricted_at: row.try_get(2)?,
            erased_at: row.try_get(3)?,
        })
    }

    /// Notes that somebody looked at a customer, and for which purpose; with `None`, that they looked
    /// for one who is not there.
    pub async fn looked_up(
        &self,
        actor: &Actor,
        id: Option<&SubjectId>,
        purpose: &str,
    ) -> Result<()> {
        let entry = match id {
            Some(id) => {
                Entry::new(actor.clone(), "personal_data.read", "subject", &*id.0).about(&*id.0)
            }
            None => Entry::new(actor.clone(), "subject.looked_up", "lookup", "nobody"),
        };
        let entry = entry.for_purpose(purpose);
        self.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
        Ok(())
    }

    /// Keeps why identifiers were shown in clear. Call it before showing them.
    pub async fn revealed(
        &self,
        actor: &Actor,
        id: &SubjectId,
        purpose: &str,
        why: &str,
    ) -> Result<()> {
        self.note(actor, id, (About::Revealed, purpose), "", why).await
    }

    /// Stops every use of a customer's data but keeping it (GDPR Art 18), or lifts that; with why.
    pub async fn restrict_because(
        &self,
        actor: &Actor,
        id: &SubjectId,
        restricted: bool,
        why: &str,
    ) -> Result<()> {
        let about = if restricted { About::Restricted } else { About::Unrestricted };
        self.note(actor, id, (about, ""), "", why).await?;
        self.restrict(actor, id, restricted).await
    }

    /// Records a choice for a customer, with how they told it.
    pub async fn record_for(
        &self,
        actor: &Actor,
        id: &SubjectId,
        recording: &Recording,
        how: &str,
    ) -> Result<Receipt> {
        let receipt = self.record(actor, recording).await?;
        self.note(actor, id, (About::Recorded, ""), &receipt.id, how).await?;
        Ok(receipt)
    }

    async fn note(
        &self,
        actor: &Actor,
        id: &SubjectId,
        (about, purpose): (About, &str),
        record: &str,
        text: &str,
    ) -> Result<()> {
        let sealed = self.subject_key(id).await?.seal(SEALING, text);
        // Acts that change something have their own entries beside the state; the reason's is another.
        let action = if about == About::Revealed { "subject.revealed" } else { "subject.noted" };
        let mut entry = Entry::new(actor.clone(), action, "subject", &*id.0).about(&*id.0);
        if !purpose.is_empty() {
            entry = entry.for_purpose(purpose);
        }
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&(about.as_str(), record, &sealed))));
        sqlx::query(
            "INSERT INTO subject_note (id, subject, about, record, sealed, actor, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(new_id())
        .bind(&id.0)
        .bind(about.as_str())
        .bind(record)
        .bind(&sealed)
        .bind(actor.to_text())
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The reasons given about a customer, newest first.
    pub async fn notes_of(&self, id: &SubjectId) -> Result<Vec<Note>> {
        let rows = sqlx::query(
            "SELECT n.about, n.record, n.sealed, n.actor, n.at, n.subject, s.wrapped_key
             FROM subject_note n JOIN subject s ON s.id = n.subject
             WHERE s.id = $1 OR s.merged_into = $1 ORDER BY n.at DESC, n.id DESC LIMIT $2",
        )
        .bind(&id.0)
        .bind(SHOWN)
        .fetch_all(self.store().reader())
        .await?;
        let mut notes = Vec::with_capacity(rows.len());
        for row in &rows {
            let about: String = row.try_get(0)?;
            let Some(about) = About::ALL.into_iter().find(|one| one.as_str() == about) else {
                continue;
            };
            let (sealed, owner): (String, String) = (row.try_get(2)?, row.try_get(5)?);
            let wrapped: String = row.try_get(6)?;
            let text = match wrapped.as_str() {
                "" => None,
                wrapped => Some(self.open_key(&owner, wrapped).await?.open(SEALING, &sealed)?),
            };
            notes.push(Note {
                about,
                record: row.try_get(1)?,
                text,
                actor: row.try_get(3)?,
                at: row.try_get(4)?,
            });
        }
        Ok(notes)
    }

    /// A customer as a subject, for recording and deciding; `None` for one without identifiers (erased).
    pub async fn subject_of(&self, id: &SubjectId) -> Result<Option<Subject>> {
        let mut identifiers = self.identifiers(id).await?;
        // A subject of a request has no more; whichever they are, they lead to the same person.
        identifiers.truncate(MOST);
        if identifiers.is_empty() {
            return Ok(None);
        }
        Ok(Some(Subject::new(identifiers)?))
    }
}
