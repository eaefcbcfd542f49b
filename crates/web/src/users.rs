//! Members of staff as stored. Names are sealed; a sign-in name is found by a blind index.

use crate::password::Password;
use crate::session::{end_all, name_context};
use crate::{Lang, Role, Theme, Web, WebError, secret};
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// A person to create.
#[derive(Clone)]
pub(crate) struct NewUser<'a> {
    pub name: &'a str,
    pub login: &'a str,
    pub password: &'a Password,
    pub role: Role,
    pub lang: Lang,
}

/// What signing in needs.
pub(crate) struct Credentials {
    pub id: String,
    pub password_hash: String,
    pub totp_secret: Option<String>,
    pub totp_step: i64,
    pub is_owner: bool,
}

/// A person as the people page lists them.
pub(crate) struct Person {
    pub id: String,
    pub name: String,
    pub login: String,
    pub role: Role,
    pub has_totp: bool,
    pub disabled: bool,
    pub created_at: i64,
}

/// A member of staff who can be written to.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Their account's id.
    pub id: String,
    /// What they may do.
    pub role: Role,
    /// Their address.
    pub to: crate::mail::Recipient,
    /// The language they read.
    pub lang: Lang,
}

/// A member of staff whose account is not closed. No `Debug`: it names them.
#[derive(Clone)]
pub struct Member {
    /// Their account's id.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// What they sign in with.
    pub login: String,
    /// What they may do.
    pub role: Role,
}

fn login_context(user_id: &str) -> String {
    format!("user:{user_id}:login")
}

fn totp_context(user_id: &str) -> String {
    format!("user:{user_id}:totp")
}

impl Web {
    fn login_index(&self, login: &str) -> String {
        secret::mac(&self.inner.index_key, &["login", &login.trim().to_lowercase()])
    }

    /// Whether anybody has an account.
    pub(crate) async fn has_users(&self) -> Result<bool, WebError> {
        let row =
            sqlx::query("SELECT COUNT(*) FROM web_user").fetch_one(self.store().reader()).await?;
        Ok(row.try_get::<i64, _>(0)? > 0)
    }

    /// Whether a sign-in name is taken.
    pub(crate) async fn login_taken(&self, login: &str) -> Result<bool, WebError> {
        let found = sqlx::query("SELECT id FROM web_user WHERE login_index = $1")
            .bind(self.login_index(login))
            .fetch_optional(self.store().reader())
            .await?;
        Ok(found.is_some())
    }

    /// Inserts a person within a transaction that already names the change; returns their id.
    pub(crate) async fn insert_user(
        &self,
        conn: &mut sqlx::AnyConnection,
        id: &str,
        new: &NewUser<'_>,
        password_hash: &str,
    ) -> Result<(), WebError> {
        let done = sqlx::query(
            "INSERT INTO web_user (id, name_sealed, login_sealed, login_index, role, password_hash,
                 totp_sealed, totp_step, lang, theme, disabled_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, '', 0, $7, 'auto', 0, $8)
             ON CONFLICT (login_index) DO NOTHING",
        )
        .bind(id)
        .bind(self.store().seal(&name_context(id), new.name.trim()))
        .bind(self.store().seal(&login_context(id), new.login.trim()))
        .bind(self.login_index(new.login))
        .bind(new.role.as_str())
        .bind(password_hash)
        .bind(new.lang.tag())
        .bind(store::now())
        .execute(conn)
        .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::Conflict("web-login-taken".into()));
        }
        Ok(())
    }

    /// What is needed to check a sign-in; `None` for unknown names and disabled people.
    pub(crate) async fn credentials(&self, login: &str) -> Result<Option<Credentials>, WebError> {
        let row = sqlx::query(
            "SELECT id, password_hash, totp_sealed, totp_step, role FROM web_user
             WHERE login_index = $1 AND disabled_at = 0",
        )
        .bind(self.login_index(login))
        .fetch_optional(self.store().reader())
        .await?;
        row.map(|row| self.read_credentials(&row)).transpose()
    }

    /// The same by id.
    pub(crate) async fn credentials_of(&self, id: &str) -> Result<Option<Credentials>, WebError> {
        let row = sqlx::query(
            "SELECT id, password_hash, totp_sealed, totp_step, role FROM web_user
             WHERE id = $1 AND disabled_at = 0",
        )
        .bind(id)
        .fetch_optional(self.store().reader())
        .await?;
        row.map(|row| self.read_credentials(&row)).transpose()
    }

    fn read_credentials(&self, row: &sqlx::any::AnyRow) -> Result<Credentials, WebError> {
        let id: String = row.try_get(0)?;
        let sealed: String = row.try_get(2)?;
        let totp_secret = if sealed.is_empty() {
            None
        } else {
            Some(self.store().unseal(&totp_context(&id), &sealed)?)
        };
        Ok(Credentials {
            password_hash: row.try_get(1)?,
            totp_secret,
            totp_step: row.try_get(3)?,
            is_owner: row.try_get::<String, _>(4)? == Role::Owner.as_str(),
            id,
        })
    }

    /// A person's sign-in name.
    pub(crate) async fn login_of(&self, id: &str) -> Result<String, WebError> {
        let row = sqlx::query("SELECT login_sealed FROM web_user WHERE id = $1")
            .bind(id)
            .fetch_one(self.store().reader())
            .await?;
        Ok(self.store().unseal(&login_context(id), row.try_get(0)?)?)
    }

    /// Everybody, oldest account first.
    pub(crate) async fn people(&self) -> Result<Vec<Person>, WebError> {
        let rows = sqlx::query(
            "SELECT id, name_sealed, login_sealed, role, totp_sealed, disabled_at, created_at
             FROM web_user ORDER BY created_at, id",
        )
        .fetch_all(self.store().reader())
        .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get(0)?;
                Ok(Person {
                    name: self.store().unseal(&name_context(&id), row.try_get(1)?)?,
                    login: self.store().unseal(&login_context(&id), row.try_get(2)?)?,
                    role: Role::parse(row.try_get(3)?).unwrap_or(Role::Employee),
                    has_totp: !row.try_get::<String, _>(4)?.is_empty(),
                    disabled: row.try_get::<i64, _>(5)? > 0,
                    created_at: row.try_get(6)?,
                    id,
                })
            })
            .collect()
    }

    /// Names of the people who work here by id, for pages that tell who did what.
    pub async fn names(&self) -> Result<std::collections::HashMap<String, String>, WebError> {
        let rows = sqlx::query("SELECT id, name_sealed FROM web_user")
            .fetch_all(self.store().reader())
            .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get(0)?;
                let name = self.store().unseal(&name_context(&id), row.try_get(1)?)?;
                Ok((id, name))
            })
            .collect()
    }

    /// Whether somebody else who works here may do this by their role: then a second pair of eyes is
    /// to be had.
    pub async fn others_may(
        &self,
        permission: crate::Permission,
        me: &str,
    ) -> Result<bool, WebError> {
        let people = self.people().await?;
        let mut others = people.iter().filter(|one| one.id != me && !one.disabled);
        Ok(others.any(|one| one.role.can(permission)))
    }

    /// Whom alarms are told to: everybody with an account who decides about access and has an address
    /// to sign in with, in their language.
    pub async fn watchers(&self) -> Result<Vec<(crate::mail::Recipient, Lang)>, WebError> {
        let rows = sqlx::query(
            "SELECT id, login_sealed, role, lang FROM web_user WHERE disabled_at = 0 ORDER BY id",
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut watchers = Vec::new();
        for row in &rows {
            let (id, role): (String, String) = (row.try_get(0)?, row.try_get(2)?);
            let role = Role::parse(&role).unwrap_or(Role::Employee);
            if !role.can(crate::Permission::ViewLedger) || !role.can(crate::Permission::Approve) {
                continue;
            }
            let login = self.store().unseal(&login_context(&id), row.try_get(1)?)?;
            let lang = Lang::from_tag(row.try_get(3)?).unwrap_or_default();
            watchers.extend(crate::mail::Recipient::parse(&login).map(|to| (to, lang)));
        }
        Ok(watchers)
    }

    /// Everybody with an account who has an address to sign in with: id, role, address, language.
    pub async fn colleagues(&self) -> Result<Vec<Colleague>, WebError> {
        let rows = sqlx::query(
            "SELECT id, login_sealed, role, lang FROM web_user WHERE disabled_at = 0 ORDER BY id",
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut all = Vec::new();
        for row in &rows {
            let id: String = row.try_get(0)?;
            let login = self.store().unseal(&login_context(&id), row.try_get(1)?)?;
            let Some(to) = crate::mail::Recipient::parse(&login) else { continue };
            let role = Role::parse(row.try_get(2)?).unwrap_or(Role::Employee);
            let lang = Lang::from_tag(row.try_get(3)?).unwrap_or_default();
            all.push(Colleague { id, role, to, lang });
        }
        Ok(all)
    }

    /// Everybody whose account is not closed, by name.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn members(&self) -> Result<Vec<Member>, WebError> {
        let open = self.people().await?.into_iter().filter(|one| !one.disabled);
        let member = |Person { id, name, login, role, .. }| Member { id, name, login, role };
        let mut all: Vec<Member> = open.map(member).collect();
        all.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(all)
    }

    /// Renames a person.
    pub(crate) async fn rename(&self, by: Actor, id: &str, name: &str) -> Result<(), WebError> {
        let mut tx = self.store().begin(Entry::new(by, "user.renamed", "user", id)).await?;
        sqlx::query("UPDATE web_user SET name_sealed = $1 WHERE id = $2")
            .bind(self.store().seal(&name_context(id), name.trim()))
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets language and theme.
    pub(crate) async fn set_preferences(
        &self,
        by: Actor,
        id: &str,
        lang: Option<Lang>,
        theme: Option<Theme>,
    ) -> Result<(), WebError> {
        let mut tx =
            self.store().begin(Entry::new(by, "user.preferences-changed", "user", id)).await?;
        sqlx::query(
            "UPDATE web_user SET lang = CASE WHEN $1 = '' THEN lang ELSE $1 END,
                                 theme = CASE WHEN $2 = '' THEN theme ELSE $2 END
             WHERE id = $3",
        )
        .bind(lang.map_or("", Lang::tag))
        .bind(theme.map_or("", Theme::as_str))
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets a new password and ends every other session.
    pub(crate) async fn set_password(
        &self,
        by: Actor,
        id: &str,
        password: &Password,
        keep_session: &str,
    ) -> Result<(), WebError> {
        let hash = self.hash_password(password).await?;
        let mut tx =
            self.store().begin(Entry::new(by, "user.password-changed", "user", id)).await?;
        sqlx::query("UPDATE web_user SET password_hash = $1 WHERE id = $2")
            .bind(hash)
            .bind(id)
            .execute(&mut *tx.conn())
            .await?;
        end_all(tx.conn(), id, keep_session).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Turns the second factor on, with these recovery codes; `step` is the code just used.
    pub(crate) async fn enable_totp(
        &self,
        by: Actor,
        id: &str,
        secret: &str,
        step: i64,
        codes: &[String],
    ) -> Result<(), WebError> {
        let mut tx = self.store().begin(Entry::new(by, "user.totp-enabled", "user", id)).await?;
        sqlx::query("UPDATE web_user SET totp_sealed = $1, totp_step = $2 WHERE id = $3")
            .bind(self.store().seal(&totp_context(id), secret))
            .bind(step)
            .bind(id)
            .execute(&mut *tx.conn())
            .await?;
        self.set_recovery(tx.conn(), id, codes).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Turns the second factor off.
    pub(crate) async fn disable_totp(&self, by: Actor, id: &str) -> Result<(), WebError> {
        let mut tx = self.store().begin(Entry::new(by, "user.totp-disabled", "user", id)).await?;
        sqlx::query("UPDATE web_user SET totp_sealed = '', totp_step = 0 WHERE id = $1")
            .bind(id)
            .execute(&mut *tx.conn())
            .await?;
        self.set_recovery(tx.conn(), id, &[]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a code of the second factor, or a recovery code, exactly once.
    pub(crate) async fn use_second_factor(
        &self,
        person: &Credentials,
        code: &str,
    ) -> Result<bool, WebError> {
        let Some(secret) = &person.totp_secret else { return Ok(false) };
        let actor = Actor::Person(person.id.clone());
        if let Some(step) = crate::totp::step_of(secret, code)? {
            let entry = Entry::new(actor, "user.totp-used", "user", &*person.id);
            let mut tx = self.store().begin(entry).await?;
            // The comparison in the statement makes a replay lose even against a concurrent request.
            let done =
                sqlx::query("UPDATE web_user SET totp_step = $1 WHERE id = $2 AND totp_step < $1")
                    .bind(step)
                    .bind(&person.id)
                    .execute(&mut *tx.conn())
                    .await?;
            if step <= person.totp_step || done.rows_affected() == 0 {
                return Ok(false);
            }
            tx.commit().await?;
            return Ok(true);
        }
        let entry = Entry::new(actor, "user.recovery-used", "user", &*person.id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query("DELETE FROM web_recovery_code WHERE user_id = $1 AND hash = $2")
            .bind(&person.id)
            .bind(self.recovery_hash(&person.id, code))
            .execute(&mut *tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Changes a role. The last enabled owner stays owner.
    pub(crate) async fn set_role(&self, by: Actor, id: &str, role: Role) -> Result<(), WebError> {
        let mut tx = self.store().begin(Entry::new(by, "user.role-changed", "user", id)).await?;
        if role != Role::Owner {
            self.must_leave_an_owner(tx.conn(), id).await?;
        }
        let done = sqlx::query("UPDATE web_user SET role = $1 WHERE id = $2")
            .bind(role.as_str())
            .bind(id)
            .execute(&mut *tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::NotFound);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Disables (and signs out everywhere) or enables a person. The last owner cannot be disabled.
    pub(crate) async fn set_disabled(
        &self,
        by: Actor,
        id: &str,
        off: bool,
    ) -> Result<(), WebError> {
        let action = if off { "user.disabled" } else { "user.enabled" };
        let mut tx = self.store().begin(Entry::new(by, action, "user", id)).await?;
        if off {
            self.must_leave_an_owner(tx.conn(), id).await?;
            end_all(tx.conn(), id, "").await?;
        }
        let done = sqlx::query("UPDATE web_user SET disabled_at = $1 WHERE id = $2")
            .bind(if off { store::now() } else { 0 })
            .bind(id)
            .execute(&mut *tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::NotFound);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Stops the change unless an enabled owner other than `without` is left.
    async fn must_leave_an_owner(
        &self,
        conn: &mut sqlx::AnyConnection,
        without: &str,
    ) -> Result<(), WebError> {
        // Two owners who demote each other in the same instant would each still count the other on
        // PostgreSQL. Whoever comes second waits at the locked rows and then reads them anew. SQLite
        // has one writer at a time.
        let lock = if self.store().is_postgres() { " FOR UPDATE" } else { "" };
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT id FROM web_user WHERE role = 'owner' AND disabled_at = 0 ORDER BY id{lock}"
        )))
        .fetch_all(conn)
        .await?;
        for row in &rows {
            if row.try_get::<String, _>(0)? != without {
                return Ok(());
            }
        }
        Err(WebError::Conflict("web-last-owner".into()))
    }
}
