//! Passkeys as stored: the device's name and the credential's id sealed, the latter found by a blind
//! index.

use super::PasskeyFault;
use super::ceremony::NewKey;
use crate::{Web, WebError, secret};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// More than this nobody needs, and each is a way in.
pub(super) const MOST: usize = 20;

/// A passkey as its owner sees it.
pub(crate) struct PasskeyRow {
    pub id: String,
    pub name: String,
    /// The credential's id, URL-safe.
    pub credential: String,
    pub synced: bool,
    pub created_at: i64,
    /// Last sign-in (µs); 0: never.
    pub used_at: i64,
    /// Since when it is refused because two devices used it (µs); 0: it works.
    pub stopped_at: i64,
}

/// A passkey as signing in needs it.
pub(super) struct Held {
    pub id: String,
    pub user_id: String,
    pub cose: Vec<u8>,
    pub is_owner: bool,
}

/// A challenge that must be used only once, and when it can be forgotten (µs).
pub(super) struct Spent<'a> {
    pub challenge: &'a str,
    pub expires_at: i64,
}

fn name_context(id: &str) -> String {
    format!("passkey:{id}:name")
}

fn credential_context(id: &str) -> String {
    format!("passkey:{id}:credential")
}

impl Web {
    fn credential_index(&self, credential: &[u8]) -> String {
        let text = URL_SAFE_NO_PAD.encode(credential);
        secret::mac(&self.inner.index_key, &["passkey", &text])
    }

    /// A person's passkeys, oldest first.
    pub(crate) async fn passkeys_of(&self, user_id: &str) -> Result<Vec<PasskeyRow>, WebError> {
        let rows = sqlx::query(
            "SELECT id, name_sealed, credential_sealed, synced, created_at, used_at, stopped_at
             FROM web_passkey WHERE user_id = $1 ORDER BY created_at, id",
        )
        .bind(user_id)
        .fetch_all(self.store().reader())
        .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get(0)?;
                Ok(PasskeyRow {
                    name: self.store().unseal(&name_context(&id), row.try_get(1)?)?,
                    credential: self.store().unseal(&credential_context(&id), row.try_get(2)?)?,
                    synced: row.try_get::<i64, _>(3)? > 0,
                    created_at: row.try_get(4)?,
                    used_at: row.try_get(5)?,
                    stopped_at: row.try_get(6)?,
                    id,
                })
            })
            .collect()
    }

    /// Whether the company's provider vouches for this account: then it alone lets people in.
    pub(super) async fn is_of_provider(&self, user_id: &str) -> Result<bool, WebError> {
        let found = sqlx::query("SELECT user_id FROM web_identity WHERE user_id = $1")
            .bind(user_id)
            .fetch_optional(self.store().reader())
            .await?;
        Ok(found.is_some())
    }

    /// Keeps a new passkey.
    pub(super) async fn add_passkey(
        &self,
        by: Actor,
        user_id: &str,
        name: &str,
        key: &NewKey,
        spent: Spent<'_>,
    ) -> Result<Result<(), PasskeyFault>, WebError> {
        let id = store::new_id();
        let entry = Entry::new(by, "passkey.added", "passkey", &*id);
        let mut tx = self.store().begin(entry).await?;
        if !spend(tx.conn(), spent).await? {
            return Ok(Err(PasskeyFault::Stale));
        }
        let credential = URL_SAFE_NO_PAD.encode(&key.credential);
        let done = sqlx::query(
            "INSERT INTO web_passkey (id, user_id, credential_index, credential_sealed, public_key,
                 name_sealed, counter, synced, created_at, used_at, stopped_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)
             ON CONFLICT (credential_index) DO NOTHING",
        )
        .bind(&id)
        .bind(user_id)
        .bind(self.credential_index(&key.credential))
        .bind(self.store().seal(&credential_context(&id), &credential))
        .bind(URL_SAFE_NO_PAD.encode(&key.cose))
        .bind(self.store().seal(&name_context(&id), name))
        .bind(i64::from(key.counter))
        .bind(i64::from(key.synced))
        .bind(store::now())
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(Err(PasskeyFault::Known));
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Removes a passkey of a person. Someone else's is "not found". Never the last way in: whoever
    /// has passkeys has a password as well.
    pub(super) async fn remove_passkey(
        &self,
        by: Actor,
        user_id: &str,
        id: &str,
    ) -> Result<(), WebError> {
        let entry = Entry::new(by, "passkey.removed", "passkey", id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query("DELETE FROM web_passkey WHERE id = $1 AND user_id = $2")
            .bind(id)
            .bind(user_id)
            .execute(&mut *tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::NotFound);
        }
        tx.commit().await?;
        Ok(())
    }

    /// The passkey with this credential id, if it works and its owner may come in.
    pub(super) async fn passkey(&self, credential: &[u8]) -> Result<Option<Held>, WebError> {
        let row = sqlx::query(
            "SELECT k.id, k.user_id, k.public_key, u.role
             FROM web_passkey k JOIN web_user u ON u.id = k.user_id
             WHERE k.credential_index = $1 AND k.stopped_at = 0 AND u.disabled_at = 0",
        )
        .bind(self.credential_index(credential))
        .fetch_optional(self.store().reader())
        .await?;
        row.map(|row| {
            let cose: String = row.try_get(2)?;
            Ok(Held {
                id: row.try_get(0)?,
                user_id: row.try_get(1)?,
                cose: URL_SAFE_NO_PAD.decode(cose).unwrap_or_default(),
                is_owner: row.try_get::<String, _>(3)? == crate::Role::Owner.as_str(),
            })
        })
        .transpose()
    }

    /// Notes a use. A counter that does not grow tells of a copy (§6.1.1): the passkey stops working,
    /// because nobody knows which of the two devices is the right one.
    pub(super) async fn use_passkey(
        &self,
        held: &Held,
        counter: u32,
        synced: bool,
        spent: Spent<'_>,
    ) -> Result<Result<(), PasskeyFault>, WebError> {
        let actor = Actor::Person(held.user_id.clone());
        let entry = Entry::new(actor, "passkey.used", "passkey", &*held.id);
        let mut tx = self.store().begin(entry).await?;
        if !spend(tx.conn(), spent).await? {
            return Ok(Err(PasskeyFault::Stale));
        }
        // The comparison in the statement makes one of two devices lose even at the same instant.
        let done = sqlx::query(
            "UPDATE web_passkey SET counter = $1, synced = $2, used_at = $3
             WHERE id = $4 AND stopped_at = 0
               AND (counter < $1 OR (counter = 0 AND CAST($1 AS BIGINT) = 0))",
        )
        .bind(i64::from(counter))
        .bind(i64::from(synced))
        .bind(store::now())
        .bind(&held.id)
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() > 0 {
            tx.commit().await?;
            return Ok(Ok(()));
        }
        drop(tx);
        self.stop_passkey(&held.id).await?;
        Ok(Err(PasskeyFault::Copied))
    }

    async fn stop_passkey(&self, id: &str) -> Result<(), WebError> {
        let entry = Entry::new(Actor::System("sign-in"), "passkey.copied", "passkey", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE web_passkey SET stopped_at = $1 WHERE id = $2 AND stopped_at = 0")
            .bind(store::now())
            .bind(id)
            .execute(&mut *tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Uses a challenge up; `false` if it was used before. Those too old to be accepted are forgotten.
async fn spend(conn: &mut sqlx::AnyConnection, spent: Spent<'_>) -> Result<bool, WebError> {
    sqlx::query("DELETE FROM web_passkey_spent WHERE expires_at < $1")
        .bind(store::now())
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query(
        "INSERT INTO web_passkey_spent (challenge, expires_at) VALUES ($1, $2)
         ON CONFLICT (challenge) DO NOTHING",
    )
    .bind(secret::hash_token(spent.challenge))
    .bind(spent.expires_at)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
