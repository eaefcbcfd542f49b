//! What is noted of new files that are about to take old ones' places.

use super::{Correction, State, files::Drafted, propose::job, store::context};
use crate::{Result, Rights, RightsError};
use ::store::WriteTx;

const NOTES: &str = "SELECT id, drafted FROM rights_correction
   WHERE source = $1 AND place = $2 AND drafted <> ''";

fn damaged<E>(_: E) -> RightsError {
    RightsError::Damaged("correction")
}

/// Nobody else changes what is noted of this file before the transaction ends.
async fn lock(tx: &mut WriteTx, (source, place): (&str, &str)) -> Result<()> {
    let sql = "UPDATE rights_correction SET place = place WHERE source = $1 AND place = $2";
    sqlx::query(sql).bind(source).bind(place).execute(tx.conn()).await?;
    Ok(())
}

impl Rights {
    /// The notes of a file that are not known to be done with: whose change each is of, the note as it
    /// stands there, and what it says.
    pub(super) async fn drafted(
        &self,
        source: &str,
        place: &str,
    ) -> Result<Vec<(String, String, Drafted)>> {
        let lines: Vec<(String, String)> =
            sqlx::query_as(NOTES).bind(source).bind(place).fetch_all(self.store().reader()).await?;
        let read = |(id, note): (String, String)| {
            let drafted = self.unsealed(&id, &note)?;
            Ok((id, note, drafted))
        };
        lines.into_iter().map(read).collect()
    }

    fn unsealed(&self, id: &str, sealed: &str) -> Result<Drafted> {
        let text = self.store().unseal(&context(id, "drafted"), sealed)?;
        serde_json::from_str(&text).map_err(damaged)
    }

    /// Notes a new file, and what stood in the place, before it takes the old one's place; the note as it
    /// stands there. Other notes of the old file did not come to pass, and go. `None`: the change is not
    /// what it was, or a new file that was noted took its place; nothing is noted then. Whoever calls
    /// holds the file's lock.
    pub(super) async fn keep_drafted(
        &self,
        one: &Correction,
        drafted: &Drafted,
        stood: &[u8],
    ) -> Result<Option<String>> {
        let mut tx = self.store().begin_upkeep().await?;
        lock(&mut tx, (&one.source, &one.table)).await?;
        let sql = "SELECT state, row_key FROM rights_correction WHERE id = $1";
        let line: Option<(String, String)> =
            sqlx::query_as(sql).bind(&one.id).fetch_optional(tx.conn()).await?;
        let Some((state, key)) = line else { return Ok(None) };
        if state != one.state.as_str() || key.is_empty() {
            return Ok(None);
        }
        let key = self.store().unseal(&context(&one.id, "key"), &key)?;
        let key: Vec<purge::Literal> = serde_json::from_str(&key).map_err(damaged)?;
        if key != one.key {
            return Ok(None);
        }
        let notes: Vec<(String, String)> =
            sqlx::query_as(NOTES).bind(&one.source).bind(&one.table).fetch_all(tx.conn()).await?;
        for (id, note) in &notes {
            if self.unsealed(id, note)?.is == drafted.was {
                return Ok(None);
            }
            let sql = "UPDATE rights_correction SET drafted = '' WHERE id = $1";
            sqlx::query(sql).bind(id).execute(tx.conn()).await?;
        }
        let seal = |what: &str, text: &str| self.store().seal(&context(&one.id, what), text);
        let note = seal("drafted", &serde_json::to_string(drafted).unwrap_or_default());
        sqlx::query("UPDATE rights_correction SET drafted = $1 WHERE id = $2")
            .bind(&note)
            .bind(&one.id)
            .execute(tx.conn())
            .await?;
        if one.state == State::Queued {
            let text = serde_json::to_string(stood).unwrap_or_default();
            sqlx::query("UPDATE rights_correction SET stood = $1 WHERE id = $2")
                .bind(seal("stood", &text))
                .bind(&one.id)
                .execute(tx.conn())
                .await?;
        }
        tx.commit().await?;
        Ok(Some(note))
    }

    /// The bytes that stood in a place of a file before it was corrected.
    pub(super) async fn stood(&self, id: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT stood FROM rights_correction WHERE id = $1";
        let sealed: Option<String> =
            sqlx::query_scalar(sql).bind(id).fetch_optional(self.store().reader()).await?;
        let Some(sealed) = sealed.filter(|sealed| !sealed.is_empty()) else { return Ok(None) };
        let text = self.store().unseal(&context(id, "stood"), &sealed)?;
        serde_json::from_str(&text).map(Some).map_err(damaged)
    }

    /// Gives rows of a file other keys: in all changes of it, whoever's they are, and in what the pages of
    /// their requests show. The note is done with; a change that was given up meanwhile goes on, and will
    /// find that it is written. Nothing happens where another job was first: a key that is another row's
    /// by now must not be changed again.
    pub(super) async fn rename_rows(
        &self,
        (source, place): (&str, &str),
        (id, note): (&str, &str),
        rename: impl Fn(&mut Vec<purge::Literal>) -> bool,
    ) -> Result<()> {
        let mut tx = self.store().begin_upkeep().await?;
        lock(&mut tx, (source, place)).await?;
        let first = "UPDATE rights_correction SET drafted = '' WHERE id = $1 AND drafted = $2";
        let first = sqlx::query(first).bind(id).bind(note).execute(tx.conn()).await?;
        if first.rows_affected() == 0 {
            return Ok(());
        }
        let again = sqlx::query(
            "UPDATE rights_correction SET error = '',
               state = CASE WHEN written_at > 0 THEN 'undoing' ELSE 'queued' END
             WHERE id = $1 AND state = 'failed'",
        )
        .bind(id)
        .execute(tx.conn())
        .await?;
        if again.rows_affected() > 0 {
            let sql = "SELECT request FROM rights_correction WHERE id = $1";
            let request: String = sqlx::query_scalar(sql).bind(id).fetch_one(tx.conn()).await?;
            tx.enqueue_anew(job(&request)).await?;
        }
        let lines: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT id, request, row_key FROM rights_correction WHERE source = $1 AND place = $2
             AND row_key <> '' ORDER BY request, id",
        )
        .bind(source)
        .bind(place)
        .fetch_all(tx.conn())
        .await?;
        let mut requests: Vec<String> = Vec::new();
        for (id, request, sealed) in lines {
            let text = self.store().unseal(&context(&id, "key"), &sealed)?;
            let mut key: Vec<purge::Literal> = serde_json::from_str(&text).map_err(damaged)?;
            if requests.last() != Some(&request) {
                requests.push(request);
            }
            if !rename(&mut key) {
                continue;
            }
            let text = serde_json::to_string(&key).unwrap_or_default();
            sqlx::query("UPDATE rights_correction SET row_key = $1 WHERE id = $2")
                .bind(self.store().seal(&context(&id, "key"), &text))
                .bind(&id)
                .execute(tx.conn())
                .await?;
        }
        for request in requests {
            let Some((mut held, _)) = self.held_to_change(&mut tx, &request).await? else {
                continue;
            };
            let same = |of: &&mut super::HeldTable| of.source == source && of.table == place;
            for table in held.tables.iter_mut().filter(same) {
                for row in &mut table.rows {
                    rename(&mut row.key);
                }
            }
            self.put_held(&mut tx, &request, &held).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
