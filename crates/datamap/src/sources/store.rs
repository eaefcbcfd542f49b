//! All SQL of sources and their origins.

use std::path::PathBuf;

use ::sources::{Address, Options, Secret, ServerInfo};
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use store::{Actor, Entry, WriteTx, new_id, now};

use super::model::{Checked, OriginDraft, SourceDraft, SystemChoice, kind_name, tls_mode};
use crate::{
    DataMap, DataMapError, Result,
    model::{Origin, Source, System, slug},
};

/// A source as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct SourceSummary {
    /// Id.
    pub id: String,
    /// Stable name.
    pub key: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Address without the password.
    pub address: String,
    /// Its system, or "".
    pub system_id: String,
    /// Its system's name, or "".
    pub system_name: String,
    /// Schedule.
    pub cron: String,
    /// Origins told.
    pub origins: i64,
    /// The newest scan, or "".
    pub scan_id: String,
    /// Its state, or "".
    pub scan_state: String,
    /// When it was queued (µs), or 0.
    pub scan_at: i64,
}

/// What deleting a source takes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletionImpact {
    /// Stores.
    pub stores: i64,
    /// Fields.
    pub fields: i64,
    /// Decisions people made.
    pub decisions: i64,
    /// Scans.
    pub scans: i64,
    /// Origins.
    pub origins: i64,
}

impl DataMap {
    /// All sources by name, each with its newest scan.
    pub async fn sources(&self) -> Result<Vec<SourceSummary>> {
        Ok(sqlx::query_as(
            "SELECT s.id, s.key, s.name, s.kind, s.address, s.cron,
               COALESCE(y.id, '') AS system_id, COALESCE(y.name, '') AS system_name,
               (SELECT COUNT(*) FROM origin o WHERE o.source_id = s.id) AS origins,
               COALESCE(c.id, '') AS scan_id, COALESCE(c.state, '') AS scan_state,
               CAST(COALESCE(c.created_at, 0) AS BIGINT) AS scan_at
             FROM source s
             LEFT JOIN system y ON y.id = s.system_id
             LEFT JOIN scan c ON c.id = (SELECT n.id FROM scan n WHERE n.source_id = s.id
               ORDER BY n.created_at DESC, n.id DESC LIMIT 1)
             ORDER BY s.name, s.id",
        )
        .fetch_all(self.store().reader())
        .await?)
    }

    /// One source.
    pub async fn source(&self, id: &str) -> Result<Source> {
        sqlx::query_as("SELECT * FROM source WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or(DataMapError::NotFound("source"))
    }

    /// Every system, by name, for choosing.
    pub async fn systems_by_name(&self) -> Result<Vec<System>> {
        Ok(sqlx::query_as("SELECT * FROM system ORDER BY name, id")
            .fetch_all(self.store().reader())
            .await?)
    }

    /// Creates a source, and its system if it is new.
    pub async fn create_source(&self, actor: Actor, draft: &SourceDraft) -> Result<Source> {
        let checked = draft.check().map_err(DataMapError::Form)?;
        let id = new_id();
        self.plan(&id, draft, actor.clone()).await?;
        let created = self.insert_source(&id, actor.clone(), draft, &checked).await;
        if created.is_err() && !draft.cron.is_empty() {
            self.store()
                .schedule(&schedule_key(&id), "scan", "", "UTC", serde_json::Value::Null, actor)
                .await?;
        }
        created?;
        self.source(&id).await
    }

    async fn insert_source(
        &self,
        id: &str,
        actor: Actor,
        draft: &SourceDraft,
        checked: &Checked,
    ) -> Result<()> {
        let mut tx =
            self.store().begin(Entry::new(actor.clone(), "source.created", "source", id)).await?;
        let system = choose_system(&mut tx, &actor, &draft.system).await?;
        let key = free_key(&mut tx, "source", &draft.name).await?;
        let sealed = checked.password.as_ref().map(|secret| self.seal_password(id, secret));
        let at = now();
        sqlx::query(
            "INSERT INTO source (id, key, system_id, name, kind, address, password_sealed, tls,
               tls_ca, rows_per_store, tables_glob, cron, zone, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(id)
        .bind(key)
        .bind(system)
        .bind(draft.name.trim())
        .bind(kind_name(checked.address.kind))
        .bind(checked.address.to_string())
        .bind(sealed)
        .bind(&draft.tls)
        .bind(draft.tls_ca.trim())
        .bind(draft.rows_per_store)
        .bind(draft.tables_glob.trim())
        .bind(&draft.cron)
        .bind(&draft.zone)
        .bind(at)
        .bind(at)
        .execute(tx.conn())
        .await?;
        let after = self.source_digest(&mut tx, id).await?;
        tx.states(None, after);
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes a source. Without a new password it keeps the one it has, unless the address now
    /// names another server: a password is never sent to a place it was not given for.
    pub async fn update_source(&self, actor: Actor, id: &str, draft: &SourceDraft) -> Result<()> {
        let checked = draft.check().map_err(DataMapError::Form)?;
        let old = self.source(id).await?;
        self.plan(id, draft, actor.clone()).await?;
        let mut tx =
            self.store().begin(Entry::new(actor.clone(), "source.changed", "source", id)).await?;
        let before = self.source_digest(&mut tx, id).await?;
        let system = choose_system(&mut tx, &actor, &draft.system).await?;
        let address = checked.address.to_string();
        let sealed = match &checked.password {
            Some(secret) => Some(self.seal_password(id, secret)),
            None if address == old.address => old.password_sealed,
            None => None,
        };
        let updated = sqlx::query(
            "UPDATE source SET system_id = $1, name = $2, kind = $3, address = $4,
               password_sealed = $5, tls = $6, tls_ca = $7, rows_per_store = $8, tables_glob = $9,
               cron = $10, zone = $11, updated_at = $12 WHERE id = $13",
        )
        .bind(system)
        .bind(draft.name.trim())
        .bind(kind_name(checked.address.kind))
        .bind(address)
        .bind(sealed)
        .bind(&draft.tls)
        .bind(draft.tls_ca.trim())
        .bind(draft.rows_per_store)
        .bind(draft.tables_glob.trim())
        .bind(&draft.cron)
        .bind(&draft.zone)
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        if updated.rows_affected() == 0 {
            return Err(DataMapError::NotFound("source"));
        }
        let after = self.source_digest(&mut tx, id).await?;
        tx.states(before, after);
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Schedules (or unschedules) a source's scans; a wrong expression is told before anything is written.
    async fn plan(&self, id: &str, draft: &SourceDraft, actor: Actor) -> Result<()> {
        let payload = serde_json::json!({ "source_id": id, "started_by": "schedule" });
        self.store()
            .schedule(&schedule_key(id), "scan", &draft.cron, &draft.zone, payload, actor)
            .await
            .map_err(|error| match error {
                store::StoreError::Schedule(_) => DataMapError::Form(vec![super::FieldError {
                    field: "cron",
                    key: "src-error-cron".into(),
                }]),
                other => other.into(),
            })
    }

    /// Makes the schedules what the sources say. They are written in a transaction of their own, so a
    /// crash between the two would leave a source that is never scanned again. For server starts.
    pub async fn mend_schedules(&self) -> Result<()> {
        let planned = self.store().schedules().await?;
        let sources: Vec<Source> = sqlx::query_as("SELECT * FROM source WHERE kind <> 'declared'")
            .fetch_all(self.store().reader())
            .await?;
        for source in sources {
            let key = schedule_key(&source.id);
            let row = planned.iter().find(|row| row.key == key);
            let (cron, zone) = row.map_or(("", ""), |row| (row.cron.as_str(), row.zone.as_str()));
            if cron == source.cron.trim() && (cron.is_empty() || zone == source.zone) {
                continue;
            }
            let payload = serde_json::json!({ "source_id": source.id, "started_by": "schedule" });
            let by = Actor::System("scheduler");
            let set = self.store().schedule(&key, "scan", &source.cron, &source.zone, payload, by);
            if let Err(error) = set.await {
                tracing::warn!(source = source.id, %error, "a source's schedule could not be set");
            }
        }
        Ok(())
    }

    /// What [`DataMap::delete_source`] takes along.
    pub async fn deletion_impact(&self, id: &str) -> Result<DeletionImpact> {
        let (stores, fields, decisions, scans, origins): (i64, i64, i64, i64, i64) =
            sqlx::query_as(
                "SELECT (SELECT COUNT(*) FROM data_store WHERE source_id = $1),
               (SELECT COUNT(*) FROM field WHERE source_id = $1),
               (SELECT COUNT(*) FROM field WHERE source_id = $1 AND decision <> ''),
               (SELECT COUNT(*) FROM scan WHERE source_id = $1),
               (SELECT COUNT(*) FROM origin WHERE source_id = $1)",
            )
            .bind(id)
            .fetch_one(self.store().reader())
            .await?;
        Ok(DeletionImpact { stores, fields, decisions, scans, origins })
    }

    /// Deletes a source and everything known through it. Refused while a scan is running.
    pub async fn delete_source(&self, actor: Actor, id: &str) -> Result<()> {
        let source = self.source(id).await?;
        if let Some(scan) = self.scan_at_work(id).await? {
            tracing::debug!(scan = scan.id, "source is being scanned");
            return Err(DataMapError::Conflict("src-error-scanning"));
        }
        self.store()
            .schedule(&schedule_key(id), "scan", "", "UTC", serde_json::Value::Null, actor.clone())
            .await?;
        let mut entry = Entry::new(actor, "source.deleted", "source", id);
        entry.before = Some(self.store().digest(&source));
        let mut tx = self.store().begin(entry).await?;
        for sql in [
            "DELETE FROM flow WHERE from_end IN (SELECT 'origin:' || id FROM origin WHERE source_id = $1)",
            "DELETE FROM drift WHERE source_id = $1",
            "DELETE FROM field WHERE source_id = $1",
            "DELETE FROM store_link WHERE source_id = $1",
            "DELETE FROM data_store WHERE source_id = $1",
            "DELETE FROM scan_problem WHERE scan_id IN (SELECT id FROM scan WHERE source_id = $1)",
            "DELETE FROM scan WHERE source_id = $1",
            "DELETE FROM origin WHERE source_id = $1",
            "DELETE FROM source WHERE id = $1",
        ] {
            sqlx::query(sql).bind(id).execute(tx.conn()).await?;
        }
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A source's origins.
    pub async fn origins(&self, source_id: &str) -> Result<Vec<Origin>> {
        Ok(sqlx::query_as("SELECT * FROM origin WHERE source_id = $1 ORDER BY kind, id")
            .bind(source_id)
            .fetch_all(self.store().reader())
            .await?)
    }

    /// Adds an origin to a source; returns its id.
    pub async fn add_origin(
        &self,
        actor: Actor,
        source_id: &str,
        draft: &OriginDraft,
    ) -> Result<String> {
        draft.check().map_err(DataMapError::Form)?;
        self.source(source_id).await?;
        let third = draft.third_party;
        let only =
            |wanted: bool, text: &str| if wanted { text.trim().to_owned() } else { String::new() };
        let origin = Origin {
            id: new_id(),
            source_id: source_id.into(),
            kind: if third { "third_party" } else { "direct" }.into(),
            touchpoint: only(!third, &draft.touchpoint),
            provider: only(third, &draft.provider),
            contract: only(third, &draft.contract),
            country: only(third, &draft.country).to_uppercase(),
        };
        let mut entry = Entry::new(actor, "origin.created", "source", source_id);
        entry.after = Some(self.store().digest(&origin));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO origin (id, source_id, kind, touchpoint, provider, contract, country)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&origin.id)
        .bind(source_id)
        .bind(&origin.kind)
        .bind(&origin.touchpoint)
        .bind(&origin.provider)
        .bind(&origin.contract)
        .bind(&origin.country)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(origin.id)
    }

    /// Takes an origin away.
    pub async fn remove_origin(
        &self,
        actor: Actor,
        source_id: &str,
        origin_id: &str,
    ) -> Result<()> {
        let mut tx =
            self.store().begin(Entry::new(actor, "origin.deleted", "source", source_id)).await?;
        sqlx::query("DELETE FROM flow WHERE from_end = $1")
            .bind(format!("origin:{origin_id}"))
            .execute(tx.conn())
            .await?;
        let gone = sqlx::query("DELETE FROM origin WHERE id = $1 AND source_id = $2")
            .bind(origin_id)
            .bind(source_id)
            .execute(tx.conn())
            .await?;
        if gone.rows_affected() == 0 {
            return Err(DataMapError::NotFound("origin"));
        }
        tx.commit().await?;
        Ok(())
    }

    /// Opens a source with its stored password.
    pub async fn open_source(&self, source: &Source) -> Result<Box<dyn ::sources::Source>> {
        let (address, password, options) = self.reach(source)?;
        Ok(::sources::connect(&address, password.as_ref(), &options).await?)
    }

    /// How a source is reached with the account it is scanned with, for a room that reads rows.
    pub fn reach(&self, source: &Source) -> Result<(Address, Option<Secret>, Options)> {
        let (address, _) = Address::parse(&source.address)?;
        let password = match &source.password_sealed {
            Some(sealed) => {
                Some(Secret(self.store().unseal(&password_context(&source.id), sealed)?))
            }
            None => None,
        };
        Ok((address, password, self.options(&source.tls, &source.tls_ca)))
    }

    /// Tries what a form says, before or after it was saved. An empty password means the stored one
    /// of `saved`, but only for the very same address.
    pub async fn test_source(
        &self,
        draft: &SourceDraft,
        saved: Option<&Source>,
    ) -> Result<ServerInfo> {
        let (address, inline) = Address::parse(draft.address.trim())?;
        let typed = draft.password.clone().filter(|secret| !secret.0.is_empty()).or(inline);
        let stored = saved.filter(|source| source.address == address.to_string());
        let password = match (
            typed,
            stored.and_then(|source| source.password_sealed.as_ref().map(|s| (&source.id, s))),
        ) {
            (Some(secret), _) => Some(secret),
            (None, Some((id, sealed))) => {
                Some(Secret(self.store().unseal(&password_context(id), sealed)?))
            }
            (None, None) => None,
        };
        let options = self.options(&draft.tls, &draft.tls_ca);
        let source = ::sources::connect(&address, password.as_ref(), &options).await?;
        Ok(source.test().await?)
    }

    /// How a source may be reached, for a room that connects with credentials of its own.
    pub fn source_options(&self, source: &Source) -> Options {
        self.options(&source.tls, &source.tls_ca)
    }

    fn options(&self, tls: &str, tls_ca: &str) -> Options {
        Options {
            tls: tls_mode(tls).unwrap_or(::sources::TlsMode::Prefer),
            tls_ca: Some(tls_ca.trim()).filter(|path| !path.is_empty()).map(PathBuf::from),
            guard: self.guard().clone(),
            files: self.files.clone(),
            ..Options::default()
        }
    }

    fn seal_password(&self, id: &str, secret: &Secret) -> String {
        self.store().seal(&password_context(id), &secret.0)
    }

    async fn source_digest(&self, tx: &mut WriteTx, id: &str) -> Result<Option<store::Digest>> {
        let source: Option<Source> = sqlx::query_as("SELECT * FROM source WHERE id = $1")
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
        Ok(source.map(|source| self.store().digest(&source)))
    }
}

pub(crate) fn password_context(id: &str) -> String {
    format!("source:{id}:password")
}

pub(crate) fn schedule_key(id: &str) -> String {
    format!("scan:{id}")
}

/// Tells every cache of counts that the map has changed.
pub(crate) async fn bump(tx: &mut WriteTx) -> Result<()> {
    sqlx::query("UPDATE map_version SET version = version + 1 WHERE id = 'map'")
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A key made from a name that nothing in the table has.
pub(crate) async fn free_key(tx: &mut WriteTx, table: &'static str, name: &str) -> Result<String> {
    let base = slug(name);
    let sql = format!("SELECT key FROM {table} WHERE key = $1 OR key LIKE $2");
    let taken: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(&base)
        .bind(format!("{base}-%"))
        .fetch_all(tx.conn())
        .await?;
    let is_free = |key: &str| taken.iter().all(|(other,)| other != key);
    if is_free(&base) {
        return Ok(base);
    }
    let numbered = (2..100_000).map(|n| format!("{base}-{n}")).find(|key| is_free(key));
    Ok(numbered.unwrap_or_else(new_id))
}

async fn choose_system(
    tx: &mut WriteTx,
    actor: &Actor,
    choice: &SystemChoice,
) -> Result<Option<String>> {
    match choice {
        SystemChoice::None => Ok(None),
        SystemChoice::Existing(id) => {
            let found: Option<(String,)> = sqlx::query_as("SELECT id FROM system WHERE id = $1")
                .bind(id)
                .fetch_optional(tx.conn())
                .await?;
            found.map(|(id,)| Some(id)).ok_or(DataMapError::NotFound("system"))
        }
        SystemChoice::New(name) => {
            let same: Option<(String,)> =
                sqlx::query_as("SELECT id FROM system WHERE LOWER(name) = LOWER($1)")
                    .bind(name.trim())
                    .fetch_optional(tx.conn())
                    .await?;
            if let Some((id,)) = same {
                return Ok(Some(id));
            }
            let (id, key, at) = (new_id(), free_key(tx, "system", name).await?, now());
            sqlx::query("INSERT INTO system (id, key, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)")
                .bind(&id)
                .bind(key)
                .bind(name.trim())
                .bind(at)
                .bind(at)
                .execute(tx.conn())
                .await?;
            tx.also(Entry::new(actor.clone(), "system.created", "system", &id));
            Ok(Some(id))
        }
    }
}
