//! All SQL of bundles.

use ::store::{Actor, Entry, WriteTx, now};

use crate::{
    Result, Rights, RightsError,
    bundle::{Bundle, Stage},
};

const BY: Actor = Actor::System("rights");

/// A bundle is made, or made again.
pub(crate) async fn begin_bundle(tx: &mut WriteTx, request: &str, until: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO rights_bundle (request, stage, expires_at) VALUES ($1, 'making', $2)
         ON CONFLICT (request) DO UPDATE SET stage = 'making', expires_at = $2, made_at = 0,
           bytes = 0, rows = 0, missing = 0, opened_at = 0, place = ''",
    )
    .bind(request)
    .bind(until)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How far a search has come, so that a killed server goes on from there.
pub(crate) async fn keep_place(rights: &Rights, request: &str, place: &str) -> Result<()> {
    let entry = Entry::new(BY, "rights.bundle_went_on", "rights_request", request);
    let mut tx = rights.store().begin(entry).await?;
    sqlx::query("UPDATE rights_bundle SET place = $1 WHERE request = $2")
        .bind(place)
        .bind(request)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Where it goes on.
pub(crate) async fn place(rights: &Rights, request: &str) -> Result<Option<trace::Place>> {
    let text: Option<String> =
        sqlx::query_scalar("SELECT place FROM rights_bundle WHERE request = $1")
            .bind(request)
            .fetch_optional(rights.store().reader())
            .await?;
    Ok(text.filter(|text| !text.is_empty()).and_then(|text| serde_json::from_str(&text).ok()))
}

/// It is packed. On the disk before the rows that it was packed from go.
pub(crate) async fn end_bundle(
    rights: &Rights,
    request: &str,
    bytes: u64,
    rows: u64,
    missing: usize,
) -> Result<()> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut entry = Entry::new(BY, "rights.bundle_made", "rights_request", request);
    entry.after = Some(rights.store().digest(&(bytes, rows, missing)));
    let mut tx = rights.store().begin(entry).await?;
    sqlx::query(
        "UPDATE rights_bundle SET stage = 'ready', made_at = $1, bytes = $2, rows = $3,
           missing = $4, place = '' WHERE request = $5",
    )
    .bind(now())
    .bind(number(bytes))
    .bind(number(rows))
    .bind(number(missing as u64))
    .bind(request)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(())
}

/// It could not be made.
pub(crate) async fn fail_bundle(rights: &Rights, request: &str) -> Result<()> {
    let entry = Entry::new(BY, "rights.bundle_failed", "rights_request", request);
    let mut tx = rights.store().begin(entry).await?;
    sqlx::query(
        "UPDATE rights_bundle SET stage = 'failed' WHERE request = $1 AND stage = 'making'",
    )
    .bind(request)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody fetches it.
pub(crate) async fn note_fetched(rights: &Rights, actor: Actor, request: &str) -> Result<()> {
    let entry = Entry::new(actor, "rights.bundle_fetched", "rights_request", request);
    let mut tx = rights.store().begin(entry).await?;
    sqlx::query("UPDATE rights_bundle SET opened_at = $1 WHERE request = $2")
        .bind(now())
        .bind(request)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Those whose time is over.
pub(crate) async fn expired_bundles(rights: &Rights) -> Result<Vec<String>> {
    let sql = "SELECT request FROM rights_bundle WHERE stage <> 'gone' AND expires_at < $1
               ORDER BY expires_at LIMIT 500";
    Ok(sqlx::query_scalar(sql).bind(now()).fetch_all(rights.store().reader()).await?)
}

/// It is removed.
pub(crate) async fn forget_bundle(rights: &Rights, request: &str) -> Result<()> {
    let entry = Entry::new(BY, "rights.bundle_removed", "rights_request", request);
    let mut tx = rights.store().begin(entry).await?;
    sqlx::query("UPDATE rights_bundle SET stage = 'gone', place = '' WHERE request = $1")
        .bind(request)
        .execute(tx.conn())
        .await?;
    unlock(&mut tx, request).await?;
    tx.commit().await?;
    Ok(())
}

/// The passphrase of a copy goes with it.
async fn unlock(tx: &mut WriteTx, request: &str) -> Result<()> {
    sqlx::query("DELETE FROM rights_bundle_lock WHERE request = $1")
        .bind(request)
        .execute(tx.conn())
        .await?;
    Ok(())
}

impl Rights {
    /// The bundle of a request.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn bundle(&self, request: &str) -> Result<Option<Bundle>> {
        let row: Option<(String, i64, i64, i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT stage, made_at, expires_at, bytes, rows, opened_at, missing
             FROM rights_bundle WHERE request = $1",
        )
        .bind(request)
        .fetch_optional(self.store().reader())
        .await?;
        let Some((stage, made_at, expires_at, bytes, rows, opened_at, missing)) = row else {
            return Ok(None);
        };
        let stage = match stage.as_str() {
            "making" => Stage::Making,
            "ready" if expires_at > now() => Stage::Ready,
            "ready" | "gone" => Stage::Gone,
            "failed" => Stage::Failed,
            _ => return Err(RightsError::Damaged("bundle")),
        };
        Ok(Some(Bundle { stage, made_at, expires_at, bytes, rows, opened_at, missing }))
    }
}
