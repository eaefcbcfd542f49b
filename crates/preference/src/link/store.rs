//! All SQL of links, and of requests for them.

use consent::Subject;
use sqlx::Row as _;
use store::{Entry, WriteTx, new_id, now};
use web::Lang;

use super::LinkKind;
use crate::{PreferenceError, Preferences, Result, person, session::CUSTOMER, token};

/// Guesses of a code that are free; then it is dead.
const TRIES: i64 = 5;
/// Used-up links are kept so long, to say "used" and not "unknown", then removed: a day.
const KEEP: i64 = 24 * 3600 * 1_000_000;

/// A link to be made.
pub(crate) struct NewLink<'a> {
    pub kind: LinkKind,
    pub person: &'a Subject,
    pub property: &'a str,
    pub lang: Lang,
    /// How long it works, in seconds.
    pub life: i64,
    /// For a confirmation: the record that waits.
    pub record: &'a str,
}

/// A link that can be used.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub id: String,
    pub kind: LinkKind,
    pub person: Subject,
    pub property: String,
    pub lang: Lang,
    pub record: String,
    tries_left: i64,
    code_mac: String,
}

/// Somebody asked for a link or a code.
pub(crate) struct Request {
    /// The code's link; empty for a letter.
    pub link: String,
    pub person: Subject,
    pub property: String,
    pub lang: Lang,
}

impl Preferences {
    /// Makes a link in a running transaction; returns its token, which nobody can read later.
    pub(crate) async fn insert_link(&self, tx: &mut WriteTx, new: &NewLink<'_>) -> Result<String> {
        let (id, secret, at) = (new_id(), token::random(), now());
        sqlx::query("DELETE FROM preference_link WHERE expires_at < $1")
            .bind(at - KEEP)
            .execute(tx.conn())
            .await?;
        sqlx::query(
            "INSERT INTO preference_link (id, kind, hash, person_sealed, property, lang, code_mac,
             tries_left, record, created_at, expires_at, used_at)
             VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, 0)",
        )
        .bind(&id)
        .bind(new.kind.as_str())
        .bind(token::hash(&secret))
        .bind(person::seal(self.store(), &format!("link:{id}"), new.person))
        .bind(new.property)
        .bind(new.lang.tag())
        .bind(TRIES)
        .bind(new.record)
        .bind(at)
        .bind(at + new.life * 1_000_000)
        .execute(tx.conn())
        .await?;
        tx.also(Entry::new(CUSTOMER, "preference.link_made", "preference_link", &*id));
        Ok(secret)
    }

    /// The link of a token, if it still works.
    pub(crate) async fn link(&self, kinds: &[LinkKind], secret: &str) -> Result<Link> {
        let row = sqlx::query(
            "SELECT id, kind, person_sealed, property, lang, record, tries_left, code_mac
             FROM preference_link WHERE hash = $1 AND used_at = 0 AND expires_at > $2",
        )
        .bind(token::hash(secret))
        .bind(now())
        .fetch_optional(self.store().reader())
        .await?
        .ok_or(PreferenceError::Link)?;
        let kind = LinkKind::parse(&row.try_get::<String, _>(1)?);
        let kind = kind.filter(|kind| kinds.contains(kind)).ok_or(PreferenceError::Link)?;
        let (id, sealed): (String, String) = (row.try_get(0)?, row.try_get(2)?);
        Ok(Link {
            kind,
            person: person::open(self.store(), &format!("link:{id}"), &sealed)?,
            property: row.try_get(3)?,
            lang: Lang::from_tag(&row.try_get::<String, _>(4)?).unwrap_or_default(),
            record: row.try_get(5)?,
            tries_left: row.try_get(6)?,
            code_mac: row.try_get(7)?,
            id,
        })
    }

    /// The person of a link that is not used and not over, with their language, by its id.
    pub(super) async fn waits(&self, id: &str) -> Result<Option<(Subject, Lang)>> {
        let row = sqlx::query(
            "SELECT person_sealed, lang FROM preference_link
             WHERE id = $1 AND used_at = 0 AND expires_at > $2",
        )
        .bind(id)
        .bind(now())
        .fetch_optional(self.store().reader())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (sealed, lang): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let person = person::open(self.store(), &format!("link:{id}"), &sealed)?;
        Ok(Some((person, Lang::from_tag(&lang).unwrap_or_default())))
    }

    /// Uses a link up. Exactly one request wins: the condition is in the statement.
    pub(crate) async fn use_link(&self, link: &Link) -> Result<()> {
        let entry = Entry::new(CUSTOMER, "preference.link_used", "preference_link", &*link.id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "UPDATE preference_link SET used_at = $1, person_sealed = '' WHERE id = $2 AND used_at = 0",
        )
        .bind(now())
        .bind(&link.id)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(PreferenceError::Link);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Checks a code. Each try counts before it is looked at, so that guesses sent at once do not
    /// share one.
    pub(crate) async fn check_code(&self, link: &Link, code: &str) -> Result<bool> {
        let entry = Entry::new(CUSTOMER, "preference.code_tried", "preference_link", &*link.id);
        let mut tx = self.store().begin(entry).await?;
        let counted = sqlx::query(
            "UPDATE preference_link SET tries_left = tries_left - 1 WHERE id = $1 AND tries_left > 0",
        )
        .bind(&link.id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        if counted.rows_affected() == 0 || link.tries_left <= 0 || link.code_mac.is_empty() {
            return Ok(false);
        }
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        Ok(token::same(&self.code_mac(&link.id, &digits), &link.code_mac))
    }

    pub(super) fn code_mac(&self, link: &str, code: &str) -> String {
        self.mac(&["code", link, code])
    }

    /// Gives a code's link its code.
    pub(super) async fn set_code(&self, link: &str, code: &str) -> Result<()> {
        let entry = Entry::new(CUSTOMER, "preference.code_made", "preference_link", link);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE preference_link SET code_mac = $1 WHERE id = $2")
            .bind(self.code_mac(link, code))
            .bind(link)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn insert_request(
        &self,
        tx: &mut WriteTx,
        id: &str,
        request: &Request,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO preference_request (id, link, person_sealed, property, lang, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(&request.link)
        .bind(person::seal(self.store(), &format!("request:{id}"), &request.person))
        .bind(&request.property)
        .bind(request.lang.tag())
        .bind(now())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    pub(super) async fn request(&self, id: &str) -> Result<Option<Request>> {
        let row = sqlx::query(
            "SELECT link, person_sealed, property, lang FROM preference_request WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(self.store().reader())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: String = row.try_get(1)?;
        Ok(Some(Request {
            link: row.try_get(0)?,
            person: person::open(self.store(), &format!("request:{id}"), &sealed)?,
            property: row.try_get(2)?,
            lang: Lang::from_tag(&row.try_get::<String, _>(3)?).unwrap_or_default(),
        }))
    }

    pub(super) async fn forget_request(&self, tx: &mut WriteTx, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM preference_request WHERE id = $1")
            .bind(id)
            .execute(tx.conn())
            .await?;
        Ok(())
    }

    /// The id of a link by its token, for the code that will belong to it.
    pub(super) async fn link_id(&self, tx: &mut WriteTx, secret: &str) -> Result<String> {
        let id: Option<String> =
            sqlx::query_scalar("SELECT id FROM preference_link WHERE hash = $1")
                .bind(token::hash(secret))
                .fetch_optional(tx.conn())
                .await?;
        id.ok_or(PreferenceError::Link)
    }
}
