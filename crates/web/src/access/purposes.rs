//! Purposes that staff hold: why they may open a customer's data (GDPR Art 5(1)(b), PIPL Art 6).

use crate::{Web, WebError};
use std::collections::HashMap;
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// The purposes that can be given. Their texts are `access-purpose-KEY`.
pub const PURPOSES: [&str; 7] = [
    "customer_support",
    "rights_requests",
    "complaints",
    "consent_proof",
    "incident",
    "legal_duty",
    "quality",
];

/// Why programs read that serve the customer whose data it is.
pub const SERVICE: &str = "service_delivery";

/// What stands in the record when the glass was broken and no purpose chosen.
pub const EMERGENCY: &str = "emergency";

/// The text key of a purpose's name.
pub fn key(purpose: &str) -> String {
    format!("access-purpose-{}", purpose.replace('_', "-"))
}

/// The first owner of an installation can answer customers from the first day.
pub(crate) async fn grant_first(
    conn: &mut sqlx::AnyConnection,
    user: &str,
) -> Result<(), sqlx::Error> {
    insert(conn, user, PURPOSES[0], "system:setup").await
}

async fn insert(
    conn: &mut sqlx::AnyConnection,
    user: &str,
    purpose: &str,
    by: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO access_purpose (user_id, purpose, given_by, given_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, purpose) DO NOTHING",
    )
    .bind(user)
    .bind(purpose)
    .bind(by)
    .bind(store::now())
    .execute(conn)
    .await
    .map(|_| ())
}

/// A purpose held, and since when.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub purpose: String,
    pub given_by: String,
    pub given_at: i64,
}

impl Web {
    /// What everybody holds, by person.
    pub(crate) async fn purposes_held(&self) -> Result<HashMap<String, Vec<Held>>, WebError> {
        let rows = sqlx::query(
            "SELECT user_id, purpose, given_by, given_at FROM access_purpose
             ORDER BY user_id, purpose",
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut held: HashMap<String, Vec<Held>> = HashMap::new();
        for row in &rows {
            held.entry(row.try_get(0)?).or_default().push(Held {
                purpose: row.try_get(1)?,
                given_by: row.try_get(2)?,
                given_at: row.try_get(3)?,
            });
        }
        Ok(held)
    }

    /// Sets exactly the purposes a person holds; each one given or taken is an entry of its own.
    pub(crate) async fn set_purposes(
        &self,
        by: &Actor,
        user: &str,
        wanted: &[String],
    ) -> Result<(), WebError> {
        if !wanted.iter().all(|one| PURPOSES.contains(&one.as_str())) {
            return Err(WebError::BadRequest("web-error-bad-form".into()));
        }
        let entry = Entry::new(by.clone(), "access.purposes_set", "user", user);
        let mut tx = self.store().begin(entry).await?;
        let known = sqlx::query("SELECT id FROM web_user WHERE id = $1")
            .bind(user)
            .fetch_optional(&mut *tx.conn())
            .await?;
        if known.is_none() {
            return Err(WebError::NotFound);
        }
        let before = held_by(tx.conn(), user).await?;
        for purpose in before.iter().filter(|one| !wanted.contains(one)) {
            take(tx.conn(), user, purpose).await?;
        }
        for purpose in wanted.iter().filter(|one| !before.contains(one)) {
            insert(tx.conn(), user, purpose, &by.to_text()).await?;
        }
        let after = held_by(tx.conn(), user).await?;
        tx.states(Some(self.store().digest(&before)), Some(self.store().digest(&after)));
        tx.commit().await?;
        Ok(())
    }
}

pub(super) async fn take(
    conn: &mut sqlx::AnyConnection,
    user: &str,
    purpose: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM access_purpose WHERE user_id = $1 AND purpose = $2")
        .bind(user)
        .bind(purpose)
        .execute(conn)
        .await
        .map(|_| ())
}

async fn held_by(conn: &mut sqlx::AnyConnection, user: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows =
        sqlx::query("SELECT purpose FROM access_purpose WHERE user_id = $1 ORDER BY purpose")
            .bind(user)
            .fetch_all(conn)
            .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
