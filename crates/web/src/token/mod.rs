//! API tokens: made on the command line, shown once, only their hash stored; and the bearer of an
//! API request.

mod cache;

pub(crate) use cache::Cache;

use crate::{Web, WebError, problem, secret};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{StatusCode, header, request::Parts};
use axum::response::Response;
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// How often a token's last use is written down, in µs: an hour.
const USE_STEP: i64 = 3600 * 1_000_000;

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
}

impl Web {
    /// Makes a token; the text returned is all there will ever be of it.
    pub async fn create_token(
        &self,
        by: Actor,
        name: &str,
        scopes: &[String],
    ) -> Result<(String, String), WebError> {
        let id = store::new_id();
        let token = format!("pvt_{}", secret::random_token());
        let mut tx = self.store().begin(Entry::new(by, "token.created", "token", &*id)).await?;
        sqlx::query(
            "INSERT INTO api_token (id, name, scopes, hash, created_at, used_at, revoked_at)
             VALUES ($1, $2, $3, $4, $5, 0, 0)",
        )
        .bind(&id)
        .bind(name)
        .bind(scopes.join(" "))
        .bind(secret::hash_token(&token))
        .bind(store::now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok((id, token))
    }

    /// All tokens, newest first, the revoked ones too.
    pub async fn list_tokens(&self) -> Result<Vec<ApiToken>, WebError> {
        let rows = sqlx::query(
            "SELECT id, name, scopes, created_at, used_at, revoked_at FROM api_token
             ORDER BY created_at DESC, id DESC",
        )
        .fetch_all(self.store().reader())
        .await?;
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
        let row = sqlx::query(
            "SELECT id, name, scopes, created_at, used_at, revoked_at FROM api_token
             WHERE hash = $1 AND revoked_at = 0",
        )
        .bind(hash)
        .fetch_optional(self.store().reader())
        .await?;
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
        Ok(Some(Token { id: token.id, scopes: token.scopes }))
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<ApiToken, WebError> {
    let scopes: String = row.try_get(2)?;
    Ok(ApiToken {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        created_at: row.try_get(3)?,
        used_at: row.try_get(4)?,
        revoked_at: row.try_get(5)?,
    })
}

/// The bearer of an API request: `Authorization: Bearer pvt_…`. As an extractor it answers 401 as a
/// problem; then ask [`Token::require`] for the scope.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token's id.
    pub id: String,
    scopes: Vec<String>,
}

impl Token {
    /// Whether the token has the scope.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
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
            Ok(Some(token)) => Ok(token),
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
