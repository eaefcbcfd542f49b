//! Tickets: a person lets another company send their data here. A ticket is shown once; what is kept of
//! its code is a hash.

use ::store::{Entry, new_id, now};
use consent::Subject;
use sqlx::FromRow;

use crate::{CUSTOMER, Private, Result, Rights, RightsError, token};

/// A ticket can be used for a week (µs).
const LIFE: i64 = 7 * 24 * 3600 * 1_000_000;
/// Tickets that one person may have open.
const MOST_OPEN: i64 = 5;

/// A ticket.
#[derive(Debug, Clone, FromRow)]
pub struct Ticket {
    /// Id, the end of its address.
    pub id: String,
    /// Made (µs).
    pub made_at: i64,
    /// It can be used until (µs).
    pub expires_at: i64,
    /// `open` | `receiving` | `arrived` | `imported` | `declined` | `revoked` | `gone`.
    pub state: String,
    /// Who sent, as it calls itself, or "".
    pub sender: String,
    /// The sender's server, or "".
    pub place: String,
    /// Bytes of what came.
    pub bytes: i64,
    /// It came (µs), or 0.
    pub arrived_at: i64,
}

impl Ticket {
    /// It can still be used.
    pub fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "open" | "receiving") && self.expires_at > now()
    }

    /// What it is called on pages: as its state, or `over`.
    pub fn said(&self) -> &str {
        let waits = matches!(self.state.as_str(), "open" | "receiving");
        if waits && !self.is_open() { "over" } else { &self.state }
    }
}

/// A ticket as it is shown, once.
#[derive(Debug, Clone)]
pub struct Made {
    /// Where the other company sends to.
    pub address: String,
    /// The code that it needs.
    pub code: String,
}

const COLUMNS: &str =
    "t.id, t.made_at, t.expires_at, t.state, t.sender, t.place, t.bytes, t.arrived_at";

fn context(id: &str) -> String {
    format!("rights-ticket:{id}")
}

impl Rights {
    /// Makes a ticket for a person.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] with five open ones.
    pub async fn make_ticket(&self, person: &Subject) -> Result<Made> {
        let open = self.tickets_of(person).await?;
        let open = open.iter().filter(|one| one.is_open()).count();
        if i64::try_from(open).unwrap_or(i64::MAX) >= MOST_OPEN {
            return Err(RightsError::Conflict("rights-error-tickets"));
        }
        let (id, code) = (new_id(), token::random());
        let entry = Entry::new(CUSTOMER, "rights.ticket_made", "rights_ticket", &id);
        let mut tx = self.store().begin(entry).await?;
        let text = serde_json::to_string(&Private::about(person)).unwrap_or_default();
        sqlx::query(
            "INSERT INTO rights_ticket (id, code_hash, person_sealed, made_at, expires_at, state)
             VALUES ($1, $2, $3, $4, $5, 'open')",
        )
        .bind(&id)
        .bind(token::hash(&code))
        .bind(self.store().seal(&context(&id), &text))
        .bind(now())
        .bind(now() + LIFE)
        .execute(tx.conn())
        .await?;
        for blind in person.blind(self.consent().vault()) {
            sqlx::query("INSERT INTO rights_ticket_person (ticket, blind) VALUES ($1, $2)")
                .bind(&id)
                .bind(blind.to_text())
                .execute(tx.conn())
                .await?;
        }
        tx.commit().await?;
        Ok(Made { address: self.ticket_address(&id), code })
    }

    pub(super) fn ticket_address(&self, id: &str) -> String {
        self.address(&format!("/v1/portability/{id}"))
    }

    /// A person's tickets, the newest first.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn tickets_of(&self, person: &Subject) -> Result<Vec<Ticket>> {
        let blind = person.blind(self.consent().vault());
        let places: Vec<String> = (1..=blind.len()).map(|at| format!("${at}")).collect();
        let sql = format!(
            "SELECT DISTINCT {COLUMNS} FROM rights_ticket t
             JOIN rights_ticket_person p ON p.ticket = t.id
             WHERE p.blind IN ({}) ORDER BY t.made_at DESC LIMIT 100",
            places.join(", ")
        );
        let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
        let query = blind.iter().fold(query, |query, one| query.bind(one.to_text()));
        Ok(query.fetch_all(self.store().reader()).await?)
    }

    /// Takes a ticket back that was not used.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] for somebody else's, or one that was used.
    pub async fn revoke_ticket(&self, person: &Subject, id: &str) -> Result<()> {
        if !self.tickets_of(person).await?.iter().any(|one| one.id == id) {
            return Err(RightsError::NotFound("ticket"));
        }
        let entry = Entry::new(CUSTOMER, "rights.ticket_revoked", "rights_ticket", id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "UPDATE rights_ticket SET state = 'revoked' WHERE id = $1 AND state IN ('open', 'receiving')",
        )
        .bind(id)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::NotFound("ticket"));
        }
        tx.commit().await?;
        self.drop_pieces(id).await
    }

    /// Whom a ticket is for.
    pub(super) async fn person_of_ticket(&self, id: &str) -> Result<Subject> {
        let sealed: Option<String> =
            sqlx::query_scalar("SELECT person_sealed FROM rights_ticket WHERE id = $1")
                .bind(id)
                .fetch_optional(self.store().reader())
                .await?;
        let sealed = sealed.ok_or(RightsError::NotFound("ticket"))?;
        let text = self.store().unseal(&context(id), &sealed)?;
        let private: Private =
            serde_json::from_str(&text).map_err(|_| RightsError::Damaged("ticket"))?;
        private.person()
    }
}
