//! Merging what was read into the map, batch by batch, each in one write transaction. What people
//! decided counts; what was found is kept beside it.

use std::collections::{HashMap, HashSet};

use ::sources::{SourceError, StoreKind, StoreProblem};
use sqlx::{AssertSqlSafe, FromRow};
use store::{Actor, Entry, WriteTx, new_id, now};

use super::read::{Read, ReadField};
use crate::{
    DataMap, Result,
    model::{Scan, Source, flag, level, placeholders},
    sources::bump,
};

/// Fields in one statement; 22 values each stay below SQLite's 32,766.
const CHUNK: usize = 200;

/// The merge of one scan.
pub(super) struct Merge {
    pub(super) map: DataMap,
    pub(super) scan: Scan,
    pub(super) source: Source,
    /// Stores known before: name → (id, gone).
    pub(super) known: HashMap<String, Known>,
    /// Names of the stores this scan has merged.
    seen: HashSet<String>,
    system_name: String,
}

#[derive(Clone, FromRow)]
pub(super) struct Known {
    pub id: String,
    pub name: String,
    pub seen_scan_id: String,
    pub vanished_at: Option<i64>,
}

/// A field as it was before this scan.
#[derive(FromRow)]
struct Before {
    id: String,
    store_id: String,
    name: String,
    data_type: String,
    found_category: String,
    decision: String,
    sensitivity: String,
    vanished_at: Option<i64>,
}

/// One line of the inbox.
pub(super) struct Change {
    pub kind: &'static str,
    pub store: String,
    pub field: String,
    pub field_id: String,
    pub before: String,
    pub after: String,
    pub sensitivity: String,
}

impl Merge {
    /// Loads what is known of the source's stores.
    pub(super) async fn start(map: &DataMap, scan: &Scan, source: &Source) -> Result<Self> {
        let rows: Vec<Known> = sqlx::query_as(
            "SELECT id, name, seen_scan_id, vanished_at FROM data_store WHERE source_id = $1",
        )
        .bind(&source.id)
        .fetch_all(map.store().reader())
        .await?;
        let system: Option<(String,)> = sqlx::query_as("SELECT name FROM system WHERE id = $1")
            .bind(source.system_id.clone().unwrap_or_default())
            .fetch_optional(map.store().reader())
            .await?;
        let seen = rows
            .iter()
            .filter(|row| row.seen_scan_id == scan.id)
            .map(|row| row.name.clone())
            .collect();
        Ok(Self {
            map: map.clone(),
            scan: scan.clone(),
            source: source.clone(),
            known: rows.into_iter().map(|row| (row.name.clone(), row)).collect(),
            seen,
            system_name: system.map(|(name,)| name).unwrap_or_default(),
        })
    }

    /// Names of the stores this scan has merged already.
    pub(super) fn seen(&self) -> &HashSet<String> {
        &self.seen
    }

    /// The first scan of a source changes nothing: everything is new.
    pub(super) fn is_rescan(&self) -> bool {
        self.source.last_scan_id.is_some()
    }

    pub(super) async fn begin(&self, action: &'static str) -> Result<WriteTx> {
        Ok(self
            .map
            .store()
            .begin(Entry::new(Actor::System("scan"), action, "scan", &self.scan.id))
            .await?)
    }

    /// Records what the catalogue could not tell.
    pub(super) async fn problems(&mut self, problems: &[StoreProblem]) -> Result<()> {
        if problems.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin("scan.problems").await?;
        for problem in problems {
            record_problem(&mut tx, &self.scan.id, &problem.store, &problem.error).await?;
        }
        count_problems(&mut tx, &self.scan.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Merges a batch of stores in one transaction.
    pub(super) async fn stores(&mut self, batch: &[Read]) -> Result<()> {
        let mut tx = self.begin("scan.merged").await?;
        let (mut fields, mut personal, mut failed) = (0, 0, 0);
        let mut writes: Vec<FieldWrite<'_>> = Vec::new();
        let mut changes: Vec<Change> = Vec::new();
        let before = self.fields_before(&mut tx, batch).await?;
        for read in batch {
            let name = read.info.display_name();
            if let Some(error) = &read.problem {
                failed += 1;
                record_problem(&mut tx, &self.scan.id, &name, error).await?;
            }
            let known = self.known.get(&name).cloned();
            if matches!(read.problem, Some(SourceError::Vanished(_))) {
                continue;
            }
            if let (Some(_), Some(known)) = (&read.problem, &known) {
                // What an earlier scan found in its values is worth more than its names alone.
                self.touch(&mut tx, known).await?;
                continue;
            }
            let store_id = self.put_store(&mut tx, read, known.as_ref()).await?;
            fields += read.fields.len() as i64;
            personal += read.fields.iter().filter(|f| f.verdict.category.is_some()).count() as i64;
            let old = before.get(&store_id).map(Vec::as_slice).unwrap_or_default();
            if self.is_rescan() {
                store_changes(read, &name, known.as_ref(), old, &mut changes);
            }
            self.vanish_fields(&mut tx, read, old).await?;
            for (column, field) in read.info.columns.iter().zip(&read.fields) {
                let id = old
                    .iter()
                    .find(|f| f.name == column.name)
                    .map_or_else(new_id, |f| f.id.clone());
                writes.push(FieldWrite { id, store_id: store_id.clone(), read, column, field });
            }
        }
        attach_ids(&mut changes, &writes);
        for chunk in writes.chunks(CHUNK) {
            self.put_fields(&mut tx, chunk).await?;
        }
        self.put_changes(&mut tx, &changes).await?;
        sqlx::query(
            "UPDATE scan SET stores_done = stores_done + $1, stores_failed = stores_failed + $2,
               fields_seen = fields_seen + $3, fields_personal = fields_personal + $4 WHERE id = $5",
        )
        .bind(batch.len() as i64)
        .bind(failed)
        .bind(fields)
        .bind(personal)
        .bind(&self.scan.id)
        .execute(tx.conn())
        .await?;
        bump(&mut tx).await?;
        tx.commit().await?;
        self.seen.extend(batch.iter().map(|read| read.info.display_name()));
        Ok(())
    }

    /// The fields that the batch's stores had before, by store; nothing on a first scan.
    async fn fields_before(
        &self,
        tx: &mut WriteTx,
        batch: &[Read],
    ) -> Result<HashMap<String, Vec<Before>>> {
        let ids: Vec<&String> = batch
            .iter()
            .filter_map(|read| self.known.get(&read.info.display_name()))
            .map(|k| &k.id)
            .collect();
        let mut by_store: HashMap<String, Vec<Before>> = HashMap::new();
        if ids.is_empty() {
            return Ok(by_store);
        }
        let sql = format!(
            "SELECT id, store_id, name, data_type, found_category, decision, sensitivity, vanished_at
             FROM field WHERE store_id IN ({})",
            placeholders(1, ids.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(id);
        }
        let rows: Vec<Before> = query.fetch_all(tx.conn()).await?;
        for row in rows {
            by_store.entry(row.store_id.clone()).or_default().push(row);
        }
        Ok(by_store)
    }

    /// Marks a store that could not be read as still there.
    async fn touch(&self, tx: &mut WriteTx, known: &Known) -> Result<()> {
        for sql in [
            "UPDATE data_store SET seen_scan_id = $1, vanished_at = NULL WHERE id = $2",
            "UPDATE field SET seen_scan_id = $1 WHERE store_id = $2 AND vanished_at IS NULL",
        ] {
            sqlx::query(sql).bind(&self.scan.id).bind(&known.id).execute(tx.conn()).await?;
        }
        Ok(())
    }

    async fn put_store(
        &self,
        tx: &mut WriteTx,
        read: &Read,
        known: Option<&Known>,
    ) -> Result<String> {
        let id = known.map_or_else(new_id, |known| known.id.clone());
        let kind = match read.info.kind {
            StoreKind::Table => "table",
            StoreKind::View => "view",
            StoreKind::File => "file",
        };
        sqlx::query(
            "INSERT INTO data_store (id, source_id, name, kind, comment, rows_estimate, rows_sampled,
               people, reads_from, seen_scan_id, first_seen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, comment = excluded.comment,
               rows_estimate = excluded.rows_estimate, rows_sampled = excluded.rows_sampled,
               people = excluded.people, reads_from = excluded.reads_from,
               seen_scan_id = excluded.seen_scan_id, vanished_at = NULL",
        )
        .bind(&id)
        .bind(&self.source.id)
        .bind(read.info.display_name())
        .bind(kind)
        .bind(clean(&read.info.comment))
        .bind(read.info.rows_estimate.map(|rows| rows as i64))
        .bind(read.rows as i64)
        .bind(read.people)
        .bind(json(&read.info.reads_from))
        .bind(&self.scan.id)
        .bind(now())
        .execute(tx.conn())
        .await?;
        Ok(id)
    }

    /// Marks the store's fields that are no longer there.
    async fn vanish_fields(&self, tx: &mut WriteTx, read: &Read, old: &[Before]) -> Result<()> {
        let present: HashSet<&str> =
            read.info.columns.iter().map(|column| column.name.as_str()).collect();
        let gone: Vec<&Before> = old
            .iter()
            .filter(|f| f.vanished_at.is_none() && !present.contains(f.name.as_str()))
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "UPDATE field SET vanished_at = $1 WHERE id IN ({})",
            placeholders(2, gone.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now());
        for field in gone {
            query = query.bind(&field.id);
        }
        query.execute(tx.conn()).await?;
        Ok(())
    }

    /// Writes fields; a decided field keeps what was decided, an undecided one takes the finding.
    async fn put_fields(&self, tx: &mut WriteTx, chunk: &[FieldWrite<'_>]) -> Result<()> {
        const COLUMNS: usize = 22;
        let rows: Vec<String> = (0..chunk.len())
            .map(|n| {
                let first = n * COLUMNS + 1;
                // `minor` starts as `found_minor`, the 13th value.
                format!("({}, ${})", placeholders(first, COLUMNS), first + 12)
            })
            .collect();
        let sql = format!(
            "INSERT INTO field (id, store_id, source_id, name, position, data_type, nullable,
               primary_key, comment, found_category, found_sensitivity, found_confidence, found_minor,
               evidence, samples, sketch, category, sensitivity, level, search, seen_scan_id,
               first_seen_at, minor)
             VALUES {}
             ON CONFLICT (store_id, name) DO UPDATE SET position = excluded.position,
               data_type = excluded.data_type, nullable = excluded.nullable,
               primary_key = excluded.primary_key, comment = excluded.comment,
               found_category = excluded.found_category,
               found_sensitivity = excluded.found_sensitivity,
               found_confidence = excluded.found_confidence, found_minor = excluded.found_minor,
               evidence = excluded.evidence, samples = excluded.samples, sketch = excluded.sketch,
               category = CASE WHEN field.decision = '' THEN excluded.category ELSE field.category END,
               sensitivity = CASE WHEN field.decision = '' THEN excluded.sensitivity
                 ELSE field.sensitivity END,
               level = CASE WHEN field.decision = '' THEN excluded.level ELSE field.level END,
               minor = CASE WHEN field.decision = '' THEN excluded.minor ELSE field.minor END,
               search = excluded.search, seen_scan_id = excluded.seen_scan_id, vanished_at = NULL",
            rows.join(", ")
        );
        // A full chunk is always the same text: one prepared statement serves the whole scan.
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == CHUNK);
        let at = now();
        for write in chunk {
            let verdict = &write.field.verdict;
            let category = verdict.category.as_ref().map_or("", |key| key.as_str()).to_owned();
            let sensitivity = verdict.sensitivity.as_str();
            query = query
                .bind(&write.id)
                .bind(&write.store_id)
                .bind(&self.source.id)
                .bind(clean(&write.column.name))
                .bind(i64::from(write.column.position))
                .bind(clean(&write.column.data_type))
                .bind(flag(write.column.nullable))
                .bind(flag(write.column.primary_key))
                .bind(clean(&write.column.comment))
                .bind(category.clone())
                .bind(sensitivity)
                .bind(verdict.confidence)
                .bind(flag(verdict.minor))
                .bind(json(&verdict.evidence))
                .bind(json(&write.field.samples))
                .bind(&write.field.sketch)
                .bind(category)
                .bind(sensitivity)
                .bind(level(sensitivity))
                .bind(self.search_text(write))
                .bind(&self.scan.id)
                .bind(at);
        }
        query.execute(tx.conn()).await?;
        Ok(())
    }

    fn search_text(&self, write: &FieldWrite<'_>) -> String {
        clean(&format!(
            "{} {} {} {} {}",
            write.column.name,
            write.read.info.display_name(),
            self.source.name,
            self.system_name,
            write.column.comment
        ))
        .to_lowercase()
    }

    /// Puts changes into the inbox.
    pub(super) async fn put_changes(&self, tx: &mut WriteTx, changes: &[Change]) -> Result<()> {
        const COLUMNS: usize = 11;
        for chunk in changes.chunks(CHUNK) {
            let rows: Vec<String> = (0..chunk.len())
                .map(|n| format!("({})", placeholders(n * COLUMNS + 1, COLUMNS)))
                .collect();
            let sql = format!(
                "INSERT INTO drift (id, source_id, scan_id, kind, store_name, field_name, field_id,
                   before_value, after_value, sensitivity, at) VALUES {}",
                rows.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            for change in chunk {
                query = query
                    .bind(new_id())
                    .bind(&self.source.id)
                    .bind(&self.scan.id)
                    .bind(change.kind)
                    .bind(clean(&change.store))
                    .bind(clean(&change.field))
                    .bind(&change.field_id)
                    .bind(clean(&change.before))
                    .bind(clean(&change.after))
                    .bind(&change.sensitivity)
                    .bind(now());
            }
            query.execute(tx.conn()).await?;
        }
        Ok(())
    }
}

/// One row of `field` to write.
struct FieldWrite<'a> {
    id: String,
    store_id: String,
    read: &'a Read,
    column: &'a ::sources::ColumnInfo,
    field: &'a ReadField,
}

/// What changed in one store since the scan before.
fn store_changes(
    read: &Read,
    name: &str,
    known: Option<&Known>,
    old: &[Before],
    changes: &mut Vec<Change>,
) {
    let change = |kind, field: &str, before: &str, after: &str, sensitivity: &str| Change {
        kind,
        store: name.to_owned(),
        field: field.to_owned(),
        field_id: String::new(),
        before: before.to_owned(),
        after: after.to_owned(),
        sensitivity: sensitivity.to_owned(),
    };
    let Some(_) = known.filter(|known| known.vanished_at.is_none()) else {
        let highest = read.fields.iter().map(|f| f.verdict.sensitivity).max().unwrap_or_default();
        let count = read.fields.iter().filter(|f| f.verdict.category.is_some()).count();
        changes.push(change("new_store", "", "", &count.to_string(), highest.as_str()));
        return;
    };
    for (column, field) in read.info.columns.iter().zip(&read.fields) {
        let sensitivity = field.verdict.sensitivity.as_str();
        let category = field.verdict.category.as_ref().map_or("", |key| key.as_str());
        match old.iter().find(|f| f.name == column.name && f.vanished_at.is_none()) {
            None => changes.push(change("new_field", &column.name, "", category, sensitivity)),
            Some(before) => {
                if before.data_type != column.data_type {
                    let kind = "changed_type";
                    changes.push(change(
                        kind,
                        &column.name,
                        &before.data_type,
                        &column.data_type,
                        &before.sensitivity,
                    ));
                }
                // A person's decision stands: what the detector thinks now is no news.
                if before.found_category != category && before.decision.is_empty() {
                    let kind = "changed_category";
                    changes.push(change(
                        kind,
                        &column.name,
                        &before.found_category,
                        category,
                        sensitivity,
                    ));
                }
            }
        }
    }
    let present: HashSet<&str> =
        read.info.columns.iter().map(|column| column.name.as_str()).collect();
    for gone in old.iter().filter(|f| f.vanished_at.is_none() && !present.contains(f.name.as_str()))
    {
        let mut vanished = change("vanished_field", &gone.name, "", "", &gone.sensitivity);
        vanished.field_id.clone_from(&gone.id);
        changes.push(vanished);
    }
}

fn attach_ids(changes: &mut [Change], writes: &[FieldWrite<'_>]) {
    for change in changes.iter_mut().filter(|c| c.field_id.is_empty() && !c.field.is_empty()) {
        let write = writes
            .iter()
            .find(|w| w.column.name == change.field && w.read.info.display_name() == change.store);
        change.field_id = write.map(|w| w.id.clone()).unwrap_or_default();
    }
}

async fn record_problem(
    tx: &mut WriteTx,
    scan_id: &str,
    store: &str,
    error: &SourceError,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO scan_problem (scan_id, store_name, code, subject, why) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (scan_id, store_name) DO UPDATE SET code = excluded.code,
           subject = excluded.subject, why = excluded.why",
    )
    .bind(scan_id)
    .bind(clean(store))
    .bind(error.code())
    .bind(clean(error.subject()))
    .bind(clean(error.why()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn count_problems(tx: &mut WriteTx, scan_id: &str) -> Result<()> {
    sqlx::query(
        "UPDATE scan SET stores_failed = (SELECT COUNT(*) FROM scan_problem WHERE scan_id = $1)
         WHERE id = $1",
    )
    .bind(scan_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// PostgreSQL takes no NUL in text; a name may hold one.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "")
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
