//! Sessions of customers: apart from staff's, short, opened by a link or a code. A random token in a
//! cookie, its hash in the database, the person sealed.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use consent::Subject;
use sqlx::Row as _;
use store::{Actor, Entry, new_id, now};
use web::{Lang, Look, Web, WebError};

use crate::{Preferences, Result, guest::Guest, link::LinkKind, person, token};

/// An hour: enough to read everything, short on a shared computer.
pub(crate) const LIFE_SECONDS: i64 = 3600;
const COOKIE: &str = "privet_customer";

/// Who acts when a customer does.
pub(crate) const CUSTOMER: Actor = Actor::System("customer");

/// An open session.
#[derive(Clone)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// The cookie's content; form tokens are made from it.
    pub(crate) token: String,
    /// What opened it: a mail proves that the address is theirs.
    pub kind: LinkKind,
    /// Whose it is, as far as that was proved.
    pub person: Subject,
    /// The property it was opened for.
    pub property: String,
    /// The language they read.
    pub lang: Lang,
}

/// Shows neither token nor person.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A customer on one of their pages. Who is none is sent to the entrance.
#[derive(Debug, Clone)]
pub struct Customer {
    /// What their page needs.
    pub p: Guest,
    /// Who they are.
    pub session: Session,
    from_elsewhere: bool,
}

impl Customer {
    /// Stops a form that was not drawn for this session.
    ///
    /// # Errors
    /// [`WebError::Csrf`].
    pub fn check(&self, csrf: &str) -> Result<(), WebError> {
        if self.from_elsewhere || !token::same(csrf, &self.p.csrf) {
            return Err(WebError::Csrf);
        }
        Ok(())
    }
}

impl<S> FromRequestParts<S> for Customer
where
    S: Send + Sync,
    Web: FromRef<S>,
    Preferences: FromRef<S>,
{
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, room: &S) -> Result<Self, Self::Rejection> {
        use axum::response::IntoResponse as _;
        let preferences = Preferences::from_ref(room);
        let session = preferences.session(&parts.headers).await;
        let session = session.map_err(|error| WebError::from(error).into_response())?;
        let Some(session) = session else { return Err(web::redirect("/privacy?ended=1")) };
        let web = Web::from_ref(room);
        let Ok(look) = <Look as FromRequestParts<Web>>::from_request_parts(parts, &web).await;
        let site = parts.headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        let p = Guest::new(&preferences, look, Some(&session));
        let from_elsewhere = matches!(site, Some("cross-site" | "same-site"));
        Ok(Self { p, session, from_elsewhere })
    }
}

impl Preferences {
    fn is_secure(&self) -> bool {
        self.web().base_url().starts_with("https://")
    }

    fn cookie_name(&self) -> String {
        if self.is_secure() { format!("__Host-{COOKIE}") } else { COOKIE.to_owned() }
    }

    /// The cookie of a session. Where the property's pages may be embedded it must also travel inside
    /// a frame of another site, but kept apart for each such site (CHIPS).
    pub(crate) fn cookie(&self, value: &str, property: &str, max_age: i64) -> HeaderValue {
        let name = self.cookie_name();
        let embedded = self.shown().frame_ancestors(property).is_some();
        let site = match (self.is_secure(), embedded) {
            (true, true) => "SameSite=None; Secure; Partitioned",
            (true, false) => "SameSite=Lax; Secure",
            (false, _) => "SameSite=Lax",
        };
        let text = format!("{name}={value}; Path=/; HttpOnly; {site}; Max-Age={max_age}");
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// Opens a session for somebody who proved who they are; returns the `Set-Cookie` of it.
    ///
    /// # Errors
    /// Privet's own database.
    pub async fn sign_in(
        &self,
        kind: LinkKind,
        person: &Subject,
        property: &str,
        lang: Lang,
    ) -> Result<HeaderValue> {
        let token = self.open_session(kind, person, property, lang).await?;
        Ok(self.cookie(&token, property, LIFE_SECONDS))
    }

    /// Opens a session; returns the cookie's content.
    pub(crate) async fn open_session(
        &self,
        kind: LinkKind,
        person: &Subject,
        property: &str,
        lang: Lang,
    ) -> Result<String> {
        let (id, secret, at) = (new_id(), token::random(), now());
        let entry = Entry::new(CUSTOMER, "preference.opened", "preference_session", &*id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("DELETE FROM preference_session WHERE expires_at < $1")
            .bind(at)
            .execute(tx.conn())
            .await?;
        sqlx::query(
            "INSERT INTO preference_session
             (id, hash, kind, person_sealed, undo_sealed, property, lang, created_at, expires_at)
             VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8)",
        )
        .bind(&id)
        .bind(token::hash(&secret))
        .bind(kind.as_str())
        .bind(person::seal(self.store(), &format!("session:{id}"), person))
        .bind(property)
        .bind(lang.tag())
        .bind(at)
        .bind(at + LIFE_SECONDS * 1_000_000)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// The session of a request.
    ///
    /// # Errors
    /// Privet's own database.
    pub async fn session(&self, headers: &HeaderMap) -> Result<Option<Session>> {
        let Some(secret) = cookie_of(headers, &self.cookie_name()) else { return Ok(None) };
        let row = sqlx::query(
            "SELECT id, kind, person_sealed, property, lang FROM preference_session
             WHERE hash = $1 AND expires_at > $2",
        )
        .bind(token::hash(secret))
        .bind(now())
        .fetch_optional(self.store().reader())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (id, sealed): (String, String) = (row.try_get(0)?, row.try_get(2)?);
        let person = person::open(self.store(), &format!("session:{id}"), &sealed)?;
        Ok(Some(Session {
            token: secret.to_owned(),
            kind: LinkKind::parse(&row.try_get::<String, _>(1)?).unwrap_or(LinkKind::App),
            person,
            property: row.try_get(3)?,
            lang: Lang::from_tag(&row.try_get::<String, _>(4)?).unwrap_or_default(),
            id,
        }))
    }

    /// Ends a session.
    pub(crate) async fn end_session(&self, session: &Session) -> Result<()> {
        let entry = Entry::new(CUSTOMER, "preference.left", "preference_session", &*session.id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("DELETE FROM preference_session WHERE id = $1")
            .bind(&session.id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Remembers the language of a session.
    pub(crate) async fn speak(&self, session: &Session, lang: Lang) -> Result<()> {
        let entry = Entry::new(CUSTOMER, "preference.language", "preference_session", &*session.id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE preference_session SET lang = $1 WHERE id = $2")
            .bind(lang.tag())
            .bind(&session.id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps what an undo needs (JSON), or forgets it with "".
    pub(crate) async fn keep_undo(&self, session: &Session, undo: &str) -> Result<()> {
        let sealed = match undo {
            "" => String::new(),
            text => self.store().seal(&format!("preference:undo:{}", session.id), text),
        };
        let entry =
            Entry::new(CUSTOMER, "preference.undo_kept", "preference_session", &*session.id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE preference_session SET undo_sealed = $1 WHERE id = $2")
            .bind(sealed)
            .bind(&session.id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What an undo needs; empty when there is nothing to undo.
    pub(crate) async fn kept_undo(&self, session: &Session) -> Result<String> {
        let sealed: Option<String> =
            sqlx::query_scalar("SELECT undo_sealed FROM preference_session WHERE id = $1")
                .bind(&session.id)
                .fetch_optional(self.store().reader())
                .await?;
        match sealed.filter(|sealed| !sealed.is_empty()) {
            None => Ok(String::new()),
            Some(sealed) => {
                Ok(self.store().unseal(&format!("preference:undo:{}", session.id), &sealed)?)
            }
        }
    }
}

fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}
