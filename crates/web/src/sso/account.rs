//! The account of a person whom the provider vouches for: found by issuer and subject, never by an
//! e-mail address, which people can change at many providers.

use super::{Sso, SsoFault, groups};
use crate::password::Password;
use crate::users::NewUser;
use crate::{Lang, Role, Web, WebError, secret};
use serde_json::Value;
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// The actor of what the provider's word changes.
pub(super) const BY: Actor = Actor::System("sso");

impl Web {
    fn subject_index(&self, issuer: &str, subject: &str) -> String {
        secret::mac(&self.inner.index_key, &["sso", issuer, subject])
    }

    /// The id of the account, made or brought up to date; the inner error is for the reader.
    pub(super) async fn sso_account(
        &self,
        sso: &Sso,
        claims: &Value,
        lang: Lang,
    ) -> Result<Result<String, SsoFault>, WebError> {
        let text = |name: &str| claims[name].as_str().unwrap_or_default().trim();
        let groups_now = groups::of_claim(&claims[&sso.config.groups_claim]);
        let Some(role) = sso.role(&groups_now) else {
            return Ok(Err(SsoFault::NoRole));
        };
        let index = self.subject_index(&sso.config.issuer, text("sub"));
        if let Some(id) = self.identity(&index).await? {
            let back = self.returning(id, role).await?;
            if let Ok(id) = &back {
                self.set_groups(id, &groups_now).await?;
            }
            return Ok(back);
        }
        let names = [text("email"), text("preferred_username"), text("sub")];
        let login = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let shown = [text("name"), text("preferred_username"), login];
        let name = shown.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        if self.login_taken(login).await? {
            return Ok(Err(SsoFault::NameTaken));
        }
        let (id, password) = (store::new_id(), Password::new(secret::random_token()));
        let hash = self.hash_password(&password).await?;
        let new = NewUser { name, login, password: &password, role, lang };
        let mut tx = self.store().begin(Entry::new(BY, "user.created", "user", &*id)).await?;
        self.insert_user(tx.conn(), &id, &new, &hash).await?;
        sqlx::query(
            "INSERT INTO web_identity (subject_index, user_id, created_at) VALUES ($1, $2, $3)",
        )
        .bind(&index)
        .bind(&id)
        .bind(store::now())
        .execute(&mut *tx.conn())
        .await?;
        groups::write(tx.conn(), &id, &groups_now).await?;
        tx.commit().await?;
        Ok(Ok(id))
    }

    async fn identity(&self, index: &str) -> Result<Option<String>, WebError> {
        let row = sqlx::query("SELECT user_id FROM web_identity WHERE subject_index = $1")
            .bind(index)
            .fetch_optional(self.store().reader())
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// The provider's groups decide the role at every sign-in; the last owner stays owner.
    async fn returning(
        &self,
        id: String,
        role: Role,
    ) -> Result<Result<String, SsoFault>, WebError> {
        let row = sqlx::query("SELECT role, disabled_at FROM web_user WHERE id = $1")
            .bind(&id)
            .fetch_one(self.store().reader())
            .await?;
        if row.try_get::<i64, _>(1)? > 0 {
            return Ok(Err(SsoFault::Disabled));
        }
        if row.try_get::<String, _>(0)? != role.as_str() {
            match self.set_role(BY, &id, role).await {
                Ok(()) => {}
                Err(WebError::Conflict(_)) => {
                    tracing::warn!("single sign-on left the last owner's role as it is");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Ok(id))
    }
}
