//! Sessions: a random token in a cookie, only its hash in the database.
//!
//! The cookie is `token.seen.mac`: `seen` is the second it was last renewed, `mac` binds both, so
//! the idle time-out needs no write. The row bounds the session's whole life and can be ended.

use crate::look::Theme;
use crate::{Lang, Role, Web, WebError, place::Place, secret};
use axum::http::{HeaderMap, HeaderValue};
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// Idle time-out in seconds: 8 hours.
pub const IDLE_SECONDS: i64 = 8 * 3600;
/// Longest life in seconds: 14 days.
pub const LIFE_SECONDS: i64 = 14 * 24 * 3600;
/// The cookie is renewed when it is older than this many seconds.
const RENEW_SECONDS: i64 = 300;

/// A member of staff, signed in.
#[derive(Clone)]
pub struct User {
    /// Id; the only thing of them that logs and the ledger may hold.
    pub id: String,
    /// Display name (personal data).
    pub name: String,
    /// Role.
    pub role: Role,
    /// Whether a second factor is on.
    pub has_totp: bool,
    /// Their language, if they chose one.
    pub lang: Option<Lang>,
    /// Their theme.
    pub theme: Theme,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// An open session with its user.
#[derive(Debug, Clone)]
pub struct Session {
    /// Row id, shown on the account page.
    pub id: String,
    /// Who.
    pub user: User,
    /// Browser and system it was opened with, coarse.
    agent: String,
    /// Keyed digest of the country it was opened in; empty if unknown.
    country: String,
    /// It was noted that it is used elsewhere.
    moved: bool,
}

/// What opened a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// Name and password.
    Password,
    /// Name, password and a second factor.
    SecondFactor,
    /// The company's own provider.
    Sso,
    /// A passkey, which is two factors.
    Passkey,
    /// A one-time link: set-up, invitation or demonstration.
    Link,
}

impl How {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SecondFactor => "second",
            Self::Sso => "sso",
            Self::Passkey => "passkey",
            Self::Link => "link",
        }
    }
}

/// An open session as the lists show it.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Row id.
    pub id: String,
    /// Whose.
    pub user_id: String,
    /// What opened it: `password`, `second`, `link`, …; empty before this was kept.
    pub how: String,
    /// The person had not signed in with such a browser and system before.
    pub new_device: bool,
    /// Browser and system, coarse.
    pub agent: String,
    /// Signed in at (µs).
    pub created_at: i64,
    /// Ends at the latest (µs).
    pub expires_at: i64,
}

impl Web {
    /// The session token of a request whose cookie is ours and not idle for too long.
    pub(crate) fn session_token(&self, headers: &HeaderMap) -> Option<String> {
        self.session_seen(headers).map(|(token, _)| token)
    }

    /// A fresh cookie when the present one is due for renewal.
    pub(crate) fn renewal(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let (token, seen) = self.session_seen(headers)?;
        (now_seconds() - seen > RENEW_SECONDS).then(|| self.session_cookie(&token))
    }

    fn session_seen(&self, headers: &HeaderMap) -> Option<(String, i64)> {
        let value = self.jar().read(headers, "session")?;
        let mut parts = value.split('.');
        let (token, seen, mac) = (parts.next()?, parts.next()?, parts.next()?);
        if !secret::same(mac, &self.mac(&["session", token, seen])) {
            return None;
        }
        let seen: i64 = seen.parse().ok()?;
        (now_seconds() - seen < IDLE_SECONDS).then(|| (token.to_owned(), seen))
    }

    pub(crate) fn session_cookie(&self, token: &str) -> HeaderValue {
        let seen = now_seconds().to_string();
        let mac = self.mac(&["session", token, &seen]);
        self.jar().set("session", &format!("{token}.{seen}.{mac}"), Some(LIFE_SECONDS))
    }

    /// The open session of a token.
    pub(crate) async fn session(&self, token: &str) -> Result<Option<Session>, WebError> {
        let row = sqlx::query(
            "SELECT s.id, u.id, u.name_sealed, u.role, u.totp_sealed, u.lang, u.theme,
                 s.agent, s.country, s.moved
             FROM web_session s JOIN web_user u ON u.id = s.user_id
             WHERE s.hash = $1 AND s.ended_at = 0 AND s.expires_at > $2 AND u.disabled_at = 0",
        )
        .bind(secret::hash_token(token))
        .bind(store::now())
        .fetch_optional(self.store().reader())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let user_id: String = row.try_get(1)?;
        let name = self.store().unseal(&name_context(&user_id), row.try_get(2)?)?;
        let role: String = row.try_get(3)?;
        let lang: String = row.try_get(5)?;
        let theme: String = row.try_get(6)?;
        let user = User {
            id: user_id,
            name,
            role: Role::parse(&role).unwrap_or(Role::Employee),
            has_totp: !row.try_get::<String, _>(4)?.is_empty(),
            lang: Lang::from_tag(&lang),
            theme: Theme::parse(&theme).unwrap_or_default(),
        };
        Ok(Some(Session {
            id: row.try_get(0)?,
            user,
            agent: row.try_get(7)?,
            country: row.try_get(8)?,
            moved: row.try_get::<i64, _>(9)? != 0,
        }))
    }

    /// Opens a session and returns its cookie. Any session the browser had before is ended: the
    /// token rotates at sign-in.
    pub(crate) async fn open_session(
        &self,
        user_id: &str,
        headers: &HeaderMap,
        how: How,
    ) -> Result<HeaderValue, WebError> {
        let token = secret::random_token();
        let device = agent(headers);
        let new_device = self.is_new_device(user_id, &device).await?;
        let place = self.place(user_id, headers);
        let (new_network, new_country) = self.is_new_place(user_id, &place).await?;
        let id = store::new_id();
        let now = store::now();
        let actor = Actor::Person(user_id.to_owned());
        let mut tx = self
            .store()
            .begin(Entry::new(actor.clone(), "session.started", "session", &*id))
            .await?;
        if new_device {
            // An event of its own, for rules that watch over accounts.
            tx.also(Entry::new(actor.clone(), "session.new-device", "session", &*id));
        }
        if new_network {
            tx.also(Entry::new(actor.clone(), "session.new-network", "session", &*id));
        }
        if new_country {
            tx.also(Entry::new(actor, "session.new-country", "session", &*id));
        }
        if let Some(old) = self.session_token(headers) {
            sqlx::query("UPDATE web_session SET ended_at = $1 WHERE hash = $2 AND ended_at = 0")
                .bind(now)
                .bind(secret::hash_token(&old))
                .execute(&mut *tx.conn())
                .await?;
        }
        sqlx::query(
            "INSERT INTO web_session (id, hash, user_id, agent, created_at, expires_at, ended_at,
                 how, new_device, network, country)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10)",
        )
        .bind(&id)
        .bind(secret::hash_token(&token))
        .bind(user_id)
        .bind(device)
        .bind(now)
        .bind(now + LIFE_SECONDS * 1_000_000)
        .bind(how.as_str())
        .bind(i64::from(new_device))
        .bind(place.network)
        .bind(place.country)
        .execute(&mut *tx.conn())
        .await?;
        tx.commit().await?;
        Ok(self.session_cookie(&token))
    }

    /// Whether a person who signed in before never did so with such a browser and system.
    async fn is_new_device(&self, user_id: &str, device: &str) -> Result<bool, WebError> {
        let row = sqlx::query(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN agent = $2 THEN 1 ELSE 0 END), 0)
             FROM web_session WHERE user_id = $1",
        )
        .bind(user_id)
        .bind(device)
        .fetch_one(self.store().reader())
        .await?;
        Ok(row.try_get::<i64, _>(0)? > 0 && row.try_get::<i64, _>(1)? == 0)
    }

    /// Whether a person who was somewhere known before comes from another network, or country.
    async fn is_new_place(&self, user_id: &str, place: &Place) -> Result<(bool, bool), WebError> {
        let rows = sqlx::query(
            "SELECT DISTINCT network, country FROM web_session WHERE user_id = $1
             AND (network <> '' OR country <> '')",
        )
        .bind(user_id)
        .fetch_all(self.store().reader())
        .await?;
        let known = |column: usize| -> Result<Vec<String>, sqlx::Error> {
            let all = rows.iter().map(|row| row.try_get::<String, _>(column));
            Ok(all.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|s| !s.is_empty()).collect())
        };
        let is_new = |known: &[String], now: &String| {
            !known.is_empty() && !now.is_empty() && !known.contains(now)
        };
        Ok((is_new(&known(0)?, &place.network), is_new(&known(1)?, &place.country)))
    }

    /// Notes, once for a session, that its cookie is used from another country, or in another browser
    /// or system than it was given to: cookies do not move by themselves.
    pub(crate) async fn note_move(
        &self,
        session: &Session,
        headers: &HeaderMap,
    ) -> Result<(), WebError> {
        if session.moved {
            return Ok(());
        }
        let country = self.place(&session.user.id, headers).country;
        let abroad =
            !country.is_empty() && !session.country.is_empty() && country != session.country;
        let device = !session.agent.is_empty() && agent(headers) != session.agent;
        let action = match (abroad, device) {
            (true, _) => "session.other-country",
            (false, true) => "session.other-device",
            (false, false) => return Ok(()),
        };
        let actor = Actor::Person(session.user.id.clone());
        let mut tx = self.store().begin(Entry::new(actor, action, "session", &*session.id)).await?;
        let first = sqlx::query("UPDATE web_session SET moved = 1 WHERE id = $1 AND moved = 0")
            .bind(&session.id)
            .execute(tx.conn())
            .await?;
        if first.rows_affected() > 0 {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Open sessions of a person, newest first; of everybody where `user_id` is empty.
    pub(crate) async fn sessions_of(&self, user_id: &str) -> Result<Vec<SessionRow>, WebError> {
        let rows = sqlx::query(
            "SELECT id, user_id, how, new_device, agent, created_at, expires_at FROM web_session
             WHERE ($1 = '' OR user_id = $1) AND ended_at = 0 AND expires_at > $2
             ORDER BY created_at DESC, id DESC",
        )
        .bind(user_id)
        .bind(store::now())
        .fetch_all(self.store().reader())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(SessionRow {
                    id: row.try_get(0)?,
                    user_id: row.try_get(1)?,
                    how: row.try_get(2)?,
                    new_device: row.try_get::<i64, _>(3)? > 0,
                    agent: row.try_get(4)?,
                    created_at: row.try_get(5)?,
                    expires_at: row.try_get(6)?,
                })
            })
            .collect()
    }

    /// Ends one session of a person. Someone else's session is "not found".
    pub(crate) async fn end_session(
        &self,
        actor: Actor,
        user_id: &str,
        id: &str,
    ) -> Result<(), WebError> {
        let mut tx = self.store().begin(Entry::new(actor, "session.ended", "session", id)).await?;
        let done = sqlx::query(
            "UPDATE web_session SET ended_at = $1 WHERE id = $2 AND user_id = $3 AND ended_at = 0",
        )
        .bind(store::now())
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
}

/// Ends all sessions of a person within a change that demands it; `keep` stays open.
pub(crate) async fn end_all(
    conn: &mut sqlx::AnyConnection,
    user_id: &str,
    keep: &str,
) -> Result<(), WebError> {
    sqlx::query(
        "UPDATE web_session SET ended_at = $1 WHERE user_id = $2 AND ended_at = 0 AND id <> $3",
    )
    .bind(store::now())
    .bind(user_id)
    .bind(keep)
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) fn name_context(user_id: &str) -> String {
    format!("user:{user_id}:name")
}

pub(crate) fn now_seconds() -> i64 {
    store::now() / 1_000_000
}

/// "Firefox · Linux": enough to recognise one's own device, too coarse to follow anybody.
fn agent(headers: &HeaderMap) -> String {
    let text = headers
        .get(axum::http::header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    // Order matters: Edge and Chrome also say Safari, Edge also says Chrome.
    let pick = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name)
    };
    let browser = pick(&[
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = pick(&[
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    }
}
