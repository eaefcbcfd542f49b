//! One-time links: set-up, demo sign-in, invitations. Only the token's hash is stored.

use crate::users::NewUser;
use crate::{Lang, Role, Web, WebError, password::Password, secret, set_setting};
use store::sqlx::{self, Row};
use store::{Actor, Entry, WriteTx};

const DAY: i64 = 24 * 3600 * 1_000_000;
/// An invitation is good for a week.
const INVITE_LIFE: i64 = 7 * DAY;

/// An open invitation as listed.
pub(crate) struct Invitation {
    pub id: String,
    pub role: Role,
    pub created_at: i64,
    pub expires_at: i64,
}

/// A usable link.
pub(crate) struct Link {
    pub id: String,
    pub role: Role,
    pub user_id: String,
}

impl Web {
    /// On a fresh installation, the one-time address that creates the owner's account; a new one each
    /// time, the one before stops working. `None` once somebody has an account.
    pub async fn setup_link(&self) -> Result<Option<String>, WebError> {
        if self.has_users().await? {
            return Ok(None);
        }
        let id = store::new_id();
        let mut tx = self
            .store()
            .begin(Entry::new(Actor::System("setup"), "link.created", "link", &*id))
            .await?;
        sqlx::query("DELETE FROM web_link WHERE kind = 'setup' AND used_at = 0")
            .execute(&mut *tx.conn())
            .await?;
        let token = insert_link(&mut tx, &id, "setup", "", Role::Owner, "setup", 30 * DAY).await?;
        tx.commit().await?;
        Ok(Some(format!("{}/setup/{token}", self.base_url())))
    }

    /// For the demo: makes the organisation and its owner if there is none, and a one-time address
    /// that signs them in and leads to `to` (a path).
    pub async fn demo_link(&self, organisation: &str, to: &str) -> Result<String, WebError> {
        let user_id = match self.people().await?.into_iter().find(|p| p.role == Role::Owner) {
            Some(owner) => owner.id,
            None => self.make_demo_owner(organisation).await?,
        };
        let id = store::new_id();
        let mut tx = self
            .store()
            .begin(Entry::new(Actor::System("setup"), "link.created", "link", &*id))
            .await?;
        let token = insert_link(&mut tx, &id, "demo", &user_id, Role::Owner, "setup", DAY).await?;
        tx.commit().await?;
        Ok(format!("{}/demo/{token}?to={}", self.base_url(), crate::encode(to)))
    }

    async fn make_demo_owner(&self, organisation: &str) -> Result<String, WebError> {
        let password = Password::new(secret::random_token());
        let hash = self.hash_password(&password).await?;
        let new = NewUser {
            name: "Demo",
            login: "demo",
            password: &password,
            role: Role::Owner,
            lang: Lang::En,
        };
        self.insert_owner(Actor::System("setup"), &new, &hash, organisation, None).await
    }

    /// Creates the first owner, names the organisation and uses up the set-up link.
    pub(crate) async fn insert_owner(
        &self,
        by: Actor,
        new: &NewUser<'_>,
        hash: &str,
        organisation: &str,
        link: Option<&str>,
    ) -> Result<String, WebError> {
        let id = store::new_id();
        let mut tx = self.store().begin(Entry::new(by, "user.created", "user", &*id)).await?;
        if let Some(link) = link {
            use_up(&mut tx, link).await?;
        }
        self.insert_user(tx.conn(), &id, new, hash).await?;
        crate::access::grant_first(tx.conn(), &id).await?;
        if link.is_none() {
            // The demo's owner follows the browser's language.
            sqlx::query("UPDATE web_user SET lang = '' WHERE id = $1")
                .bind(&id)
                .execute(&mut *tx.conn())
                .await?;
        }
        set_setting(tx.conn(), "organisation", organisation.trim()).await?;
        tx.commit().await?;
        self.remember_organisation(organisation.trim());
        Ok(id)
    }

    /// The link of a token, if it can still be used.
    pub(crate) async fn link(&self, kind: &str, token: &str) -> Result<Link, WebError> {
        let row = sqlx::query(
            "SELECT id, role, user_id FROM web_link
             WHERE hash = $1 AND kind = $2 AND used_at = 0 AND expires_at > $3",
        )
        .bind(secret::hash_token(token))
        .bind(kind)
        .bind(store::now())
        .fetch_optional(self.store().reader())
        .await?
        .ok_or(WebError::NotFound)?;
        Ok(Link {
            id: row.try_get(0)?,
            role: Role::parse(row.try_get(1)?).unwrap_or(Role::Employee),
            user_id: row.try_get(2)?,
        })
    }

    /// Uses a demo link up; returns whom it signs in.
    pub(crate) async fn use_demo_link(&self, token: &str) -> Result<String, WebError> {
        let link = self.link("demo", token).await?;
        let entry = Entry::new(Actor::System("setup"), "link.used", "link", &*link.id);
        let mut tx = self.store().begin(entry).await?;
        use_up(&mut tx, &link.id).await?;
        tx.commit().await?;
        Ok(link.user_id)
    }

    /// A new invitation's address, to be shown once.
    pub(crate) async fn invite(&self, by: Actor, role: Role) -> Result<String, WebError> {
        let id = store::new_id();
        let who = by_text(&by);
        let mut tx =
            self.store().begin(Entry::new(by, "invitation.created", "invitation", &*id)).await?;
        let token = insert_link(&mut tx, &id, "invite", "", role, &who, INVITE_LIFE).await?;
        tx.commit().await?;
        Ok(format!("{}/invite/{token}", self.base_url()))
    }

    /// Invitations still open, newest first.
    pub(crate) async fn invitations(&self) -> Result<Vec<Invitation>, WebError> {
        let rows = sqlx::query(
            "SELECT id, role, created_at, expires_at FROM web_link
             WHERE kind = 'invite' AND used_at = 0 AND expires_at > $1 ORDER BY created_at DESC",
        )
        .bind(store::now())
        .fetch_all(self.store().reader())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Invitation {
                    id: row.try_get(0)?,
                    role: Role::parse(row.try_get(1)?).unwrap_or(Role::Employee),
                    created_at: row.try_get(2)?,
                    expires_at: row.try_get(3)?,
                })
            })
            .collect()
    }

    /// Takes an invitation back.
    pub(crate) async fn revoke_invitation(&self, by: Actor, id: &str) -> Result<(), WebError> {
        let mut tx =
            self.store().begin(Entry::new(by, "invitation.revoked", "invitation", id)).await?;
        use_up(&mut tx, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Creates the invited person and uses the invitation up.
    pub(crate) async fn accept_invitation(
        &self,
        link: &Link,
        new: &NewUser<'_>,
    ) -> Result<String, WebError> {
        let hash = self.hash_password(new.password).await?;
        let id = store::new_id();
        let entry = Entry::new(Actor::Person(id.clone()), "user.created", "user", &*id);
        let mut tx = self.store().begin(entry).await?;
        use_up(&mut tx, &link.id).await?;
        self.insert_user(tx.conn(), &id, new, &hash).await?;
        tx.commit().await?;
        Ok(id)
    }
}

fn by_text(by: &Actor) -> String {
    match by {
        Actor::Person(id) | Actor::Token(id) => id.clone(),
        Actor::System(part) => (*part).to_owned(),
        Actor::CommandLine => "cli".to_owned(),
    }
}

async fn insert_link(
    tx: &mut WriteTx,
    id: &str,
    kind: &str,
    user_id: &str,
    role: Role,
    by: &str,
    life: i64,
) -> Result<String, WebError> {
    let token = secret::random_token();
    let now = store::now();
    sqlx::query(
        "INSERT INTO web_link (id, kind, hash, user_id, role, created_by, created_at, expires_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
    )
    .bind(id)
    .bind(kind)
    .bind(secret::hash_token(&token))
    .bind(user_id)
    .bind(role.as_str())
    .bind(by)
    .bind(now)
    .bind(now + life)
    .execute(tx.conn())
    .await?;
    Ok(token)
}

/// Exactly one request wins: the condition is in the statement.
async fn use_up(tx: &mut WriteTx, id: &str) -> Result<(), WebError> {
    let done = sqlx::query("UPDATE web_link SET used_at = $1 WHERE id = $2 AND used_at = 0")
        .bind(store::now())
        .bind(id)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 { Err(WebError::NotFound) } else { Ok(()) }
}
