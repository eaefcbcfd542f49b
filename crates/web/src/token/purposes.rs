//! The purposes that tokens can hold: those of staff, serving the customer, and what the rooms add to
//! them (the company's own purposes). And changing what a token holds.

use crate::access::exports::widened;
use crate::access::{PURPOSES, SERVICE, purpose_key};
use crate::{Choice, Lang, Web, WebError, translate};
use std::sync::OnceLock;
use store::sqlx::{self, Row};
use store::{Actor, Entry};

type More = Box<dyn Fn(Lang) -> Vec<Choice> + Send + Sync>;

/// What the rooms add; asked each time, since people make purposes while the server runs.
#[derive(Default)]
pub(crate) struct Book(OnceLock<More>);

impl Web {
    /// Adds the company's own purposes, key and name, to those that tokens can hold. The first room
    /// that calls it counts.
    pub fn offer_purposes(&self, more: impl Fn(Lang) -> Vec<Choice> + Send + Sync + 'static) {
        // A second server in one process (tests) offers the same.
        let _ = self.inner.purposes.0.set(Box::new(more));
    }

    /// The purposes that a token can hold.
    pub fn offered_purposes(&self, lang: Lang) -> Vec<Choice> {
        let name = |key: &&str| Choice::new(*key, translate(lang, &purpose_key(key), &[]));
        let more = self.inner.purposes.0.get().map(|more| more(lang)).unwrap_or_default();
        [SERVICE].iter().chain(PURPOSES.iter()).map(name).chain(more).collect()
    }

    /// Whether a key is one of them.
    pub fn knows_purpose(&self, key: &str) -> bool {
        key == SERVICE
            || PURPOSES.contains(&key)
            || self.offered_purposes(Lang::En).iter().any(|one| one.value == key)
    }

    /// Holds a token to exactly these purposes; false if there is no such token at work.
    pub async fn set_token_purposes(
        &self,
        by: Actor,
        id: &str,
        purposes: &[String],
    ) -> Result<bool, WebError> {
        let entry = Entry::new(by.clone(), "token.purposes_set", "token", id);
        let mut tx = self.store().begin(entry).await?;
        let before =
            sqlx::query("SELECT purposes, limited FROM api_token WHERE id = $1 AND revoked_at = 0")
                .bind(id)
                .fetch_optional(&mut *tx.conn())
                .await?;
        let Some(before) = before else { return Ok(false) };
        let before: (String, i64) = (before.try_get(0)?, before.try_get(1)?);
        let after = (purposes.join(" "), 1_i64);
        sqlx::query("UPDATE api_token SET purposes = $1, limited = 1 WHERE id = $2")
            .bind(&after.0)
            .bind(id)
            .execute(&mut *tx.conn())
            .await?;
        tx.states(Some(self.store().digest(&before)), Some(self.store().digest(&after)));
        // What a colleague agreed to was fewer purposes. One made before tokens had any held them all.
        let held = (before.1 != 0).then_some(before.0.as_str());
        let asked = match &by {
            Actor::Person(person) => Some((person, widened(&mut tx, id, held, purposes).await?)),
            _ => None,
        };
        tx.commit().await?;
        self.inner.tokens.forget();
        if let Some((person, scopes)) = asked {
            self.ask_for_token(person, id, &scopes, &purposes.join(", ")).await?;
        }
        Ok(true)
    }

    /// The purposes for which a token opened data so far, as the ledger has them: what one made before
    /// tokens had purposes needs in order to go on.
    pub async fn purposes_used(&self, id: &str) -> Result<Vec<String>, WebError> {
        let rows = sqlx::query(
            "SELECT DISTINCT purpose FROM ledger_entry WHERE actor = $1 AND purpose IS NOT NULL",
        )
        .bind(Actor::Token(id.to_owned()).to_text())
        .fetch_all(self.store().reader())
        .await?;
        let mut used = Vec::with_capacity(rows.len());
        for row in &rows {
            let purpose: String = row.try_get(0)?;
            if self.knows_purpose(&purpose) {
                used.push(purpose);
            }
        }
        Ok(used)
    }
}
