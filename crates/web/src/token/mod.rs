//! API tokens: made on the command line or in the console, shown once, only their hash stored; and
//! the bearer of an API request.

mod cache;
pub(crate) mod pages;
mod purposes;
pub(crate) mod rate;
mod reading;

pub(crate) use cache::Cache;
pub(crate) use purposes::Book;
pub use reading::PURPOSE_HEADER;

use crate::{Web, WebError, problem, secret};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{StatusCode, header, request::Parts};
use axum::response::Response;
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// How often a token's last use is written down, in µs: an hour.
const USE_STEP: i64 = 3600 * 1_000_000;

/// What a token may be allowed to do: each is asked for by an endpoint.
pub const SCOPES: [&str; 24] = [
    "map:read",
    "map:scan",
    "detect",
    "consent:read",
    "consent:write",
    "customers:erase",
    "decide",
    "audience",
    "preferences:link",
    "unsubscribe:link",
    "suppressions:read",
    "requests:read",
    "requests:write",
    "metrics",
    "audit:read",
    "canaries:report",
    "findings:read",
    "findings:write",
    "retention:read",
    "retention:write",
    "vault:seal",
    "vault:open",
    "vault:search",
    "grants:read",
];

/// The scopes that open or export personal data: a token that has one needs a purpose, too.
pub const OPENING: [&str; 7] = [
    "consent:read",
    "audience",
    "preferences:link",
    "suppressions:read",
    "audit:read",
    "vault:open",
    "vault:search",
];

/// The scopes that take away lists of people, or of what was done with them: a token made in the
/// console uses them once a second person has agreed.
pub const EXPORTING: [&str; 2] = ["suppressions:read", "audit:read"];

/// A token to make.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewToken<'a> {
    /// What it is for.
    pub name: &'a str,
    /// What it may do.
    pub scopes: &'a [String],
    /// The purposes for which it may open personal data.
    pub purposes: &'a [String],
    /// Works until then (µs); 0 until it is revoked.
    pub expires_at: i64,
    /// The common name of the client certificate it works with only; empty: with any or none.
    pub certificate: &'a str,
}

/// The subject of the certificate that the client of this connection proved to own (mutual TLS), put
/// into the request's extensions by whoever ends the TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The common name of its subject.
    pub common_name: String,
}

/// A token as listed.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Id, for revoking.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Made at (µs).
    pub created_at: i64,
    /// Last used at (µs, to the hour); 0 never.
    pub used_at: i64,
    /// Revoked at (µs); 0 while it works.
    pub revoked_at: i64,
    /// Works until then (µs); 0 until it is revoked.
    pub expires_at: i64,
    /// Who made it: a person's id, or `cli`; empty before this was kept.
    pub created_by: String,
    /// The client certificate it is bound to; empty: none.
    pub certificate: String,
    /// The purposes for which it may open personal data.
    pub purposes: Vec<String>,
    /// Whether it is held to these purposes; one made before tokens had purposes is not, until
    /// somebody chooses some for it.
    pub limited: bool,
    /// Who agreed that it takes lists away: a person's id, `cli`, `before` (it was made before this was
    /// asked); empty while nobody has.
    pub export_by: String,
}

impl ApiToken {
    /// Whether it waits for somebody to agree that it takes lists away.
    pub fn waits(&self) -> bool {
        self.export_by.is_empty()
            && self.scopes.iter().any(|scope| EXPORTING.contains(&scope.as_str()))
    }

    /// Whether it opens personal data for whichever purpose its program names.
    pub fn open_ended(&self) -> bool {
        !self.limited && self.scopes.iter().any(|scope| OPENING.contains(&scope.as_str()))
    }
}

const COLUMNS: &str = "id, name, scopes, created_at, used_at, revoked_at, expires_at, created_by,
    certificate, purposes, limited, export_by";

impl Web {
    /// Makes a token that works until it is revoked and opens personal data to serve the customer,
    /// for no other purpose; its id and its text.
    pub async fn create_token(
        &self,
        by: Actor,
        name: &str,
        scopes: &[String],
    ) -> Result<(String, String), WebError> {
        let purposes = &[crate::access::SERVICE.to_owned()];
        self.make_token(by, NewToken { name, scopes, purposes, ..NewToken::default() }).await
    }

    /// Makes a token; its id, and the text, which is all there will ever be of it.
    pub async fn make_token(
        &self,
        by: Actor,
        new: NewToken<'_>,
    ) -> Result<(String, String), WebError> {
        let maker = match &by {
            Actor::Person(id) => id.clone(),
            _ => "cli".to_owned(),
        };
        let agreed = crate::access::exports::agrees(&by);
        let id = store::new_id();
        let token = format!("pvt_{}", secret::random_token());
        let mut tx = self.store().begin(Entry::new(by, "token.created", "token", &*id)).await?;
        sqlx::query(
            "INSERT INTO api_token (id, name, scopes, hash, created_at, used_at, revoked_at,
                 expires_at, created_by, certificate, purposes, limited, export_by)
             VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, $9, 1, $10)",
        )
        .bind(&id)
        .bind(new.name)
        .bind(new.scopes.join(" "))
        .bind(secret::hash_token(&token))
        .bind(store::now())
        .bind(new.expires_at)
        .bind(maker)
        .bind(new.certificate)
        .bind(new.purposes.join(" "))
        .bind(agreed)
        .execute(tx.conn())
        .await?;
        tx.states(None, Some(self.store().digest(&(new.scopes, new.purposes))));
        tx.commit().await?;
        Ok((id, token))
    }

    /// All tokens, newest first, the revoked ones too.
    pub async fn list_tokens(&self) -> Result<Vec<ApiToken>, WebError> {
        let sql = format!("SELECT {COLUMNS} FROM api_token ORDER BY created_at DESC, id DESC");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(self.store().reader()).await?;
        rows.iter().map(read).collect()
    }

    /// Revokes a token; false if there is no such token at work.
    pub async fn revoke_token(&self, by: Actor, id: &str) -> Result<bool, WebError> {
        let mut tx = self.store().begin(Entry::new(by, "token.revoked", "token", id)).await?;
        let done =
            sqlx::query("UPDATE api_token SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0")
                .bind(store::now())
                .bind(id)
                .execute(&mut *tx.conn())
                .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        self.inner.tokens.forget();
        Ok(true)
    }

    async fn bearer(&self, text: &str) -> Result<Option<Token>, WebError> {
        let (hash, started) = (secret::hash_token(text), std::time::Instant::now());
        if let Some(token) = self.inner.tokens.get(&hash, started) {
            return Ok(Some(token));
        }
        let found = self.look_up(&hash).await?;
        if let Some(token) = &found {
            self.inner.tokens.put(hash, token.clone(), started);
        }
        Ok(found)
    }

    async fn look_up(&self, hash: &str) -> Result<Option<Token>, WebError> {
        let sql = format!(
            "SELECT {COLUMNS}, (SELECT policy FROM access_active WHERE id = 1) FROM api_token
             WHERE hash = $1 AND revoked_at = 0 AND (expires_at = 0 OR expires_at > $2)"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(hash)
            .bind(store::now())
            .fetch_optional(self.store().reader())
            .await?;
        let policy = row.as_ref().map(|row| row.try_get::<Option<String>, _>(12)).transpose()?;
        let Some(token) = row.as_ref().map(read).transpose()? else { return Ok(None) };
        let now = store::now();
        if now - token.used_at > USE_STEP {
            let by = Actor::Token(token.id.clone());
            let mut tx =
                self.store().begin(Entry::new(by, "token.used", "token", &*token.id)).await?;
            sqlx::query("UPDATE api_token SET used_at = $1 WHERE id = $2")
                .bind(now)
                .bind(&token.id)
                .execute(tx.conn())
                .await?;
            tx.commit().await?;
        }
        Ok(Some(Token {
            id: token.id,
            scopes: token.scopes,
            certificate: token.certificate,
            purposes: token.purposes,
            limited: token.limited,
            agreed: !token.export_by.is_empty(),
            policy: policy.flatten().unwrap_or_default(),
            stated: String::new(),
        }))
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<ApiToken, WebError> {
    let words = |at: usize| {
        let text: String = row.try_get(at)?;
        Ok::<_, sqlx::Error>(text.split_whitespace().map(str::to_owned).collect())
    };
    Ok(ApiToken {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        scopes: words(2)?,
        created_at: row.try_get(3)?,
        used_at: row.try_get(4)?,
        revoked_at: row.try_get(5)?,
        expires_at: row.try_get(6)?,
        created_by: row.try_get(7)?,
        certificate: row.try_get(8)?,
        purposes: words(9)?,
        limited: row.try_get::<i64, _>(10)? != 0,
        export_by: row.try_get(11)?,
    })
}

/// The bearer of an API request: `Authorization: Bearer pvt_…`. As an extractor it answers 401 as a
/// problem; then ask [`Token::require`] for the scope.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token's id.
    pub id: String,
    scopes: Vec<String>,
    certificate: String,
    purposes: Vec<String>,
    limited: bool,
    agreed: bool,
    /// The company's policies that were on when it was looked up; empty: the shipped ones alone.
    policy: String,
    /// The purpose in the request's header; empty for none.
    stated: String,
}

impl Token {
    /// Whether it may be used over this connection: a bound one only beside its certificate.
    fn fits(&self, parts: &Parts) -> bool {
        let shown = parts.extensions.get::<ClientCertificate>();
        self.certificate.is_empty()
            || shown.is_some_and(|shown| shown.common_name == self.certificate)
    }

    /// Whether the token has the scope.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    /// Whether somebody agreed that it takes lists away.
    pub(crate) fn agreed(&self) -> bool {
        self.agreed
    }

    /// Stops with a 403 problem unless the token has the scope.
    #[allow(clippy::result_large_err)] // a response is what the handler returns anyway
    pub fn require(&self, scope: &str) -> Result<(), Response> {
        if self.has(scope) {
            return Ok(());
        }
        let detail = format!("this token lacks the scope `{scope}`");
        Err(problem(StatusCode::FORBIDDEN, "urn:privet:problem:scope", &detail))
    }

    /// The token as the ledger names it.
    pub fn actor(&self) -> Actor {
        Actor::Token(self.id.clone())
    }
}

impl<S> FromRequestParts<S> for Token
where
    Web: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let web = Web::from_ref(state);
        let given = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or("")
            .trim();
        match web.bearer(given).await {
            Ok(Some(mut token)) if token.fits(parts) => {
                if let Some(refused) = web.inner.rates.count(&token, parts) {
                    return Err(refused);
                }
                token.stated = reading::stated(parts);
                Ok(token)
            }
            Ok(Some(_)) => {
                let detail = "this token works only with its client certificate";
                Err(problem(StatusCode::UNAUTHORIZED, "urn:privet:problem:certificate", detail))
            }
            Ok(None) => {
                let detail =
                    "send `Authorization: Bearer` with a token made by `privet token create`";
                Err(problem(StatusCode::UNAUTHORIZED, "urn:privet:problem:token", detail))
            }
            Err(error) => {
                tracing::error!(%error, "a token could not be checked");
                let detail = "the token could not be checked; try again";
                Err(problem(StatusCode::INTERNAL_SERVER_ERROR, "about:blank", detail))
            }
        }
    }
}
