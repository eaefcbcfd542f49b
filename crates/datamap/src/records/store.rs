//! All SQL of activities, the organisation and the facts that records are computed from.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::{AnyConnection, FromRow};
use store::{Actor, Entry, WriteTx, new_id, now};

use super::{
    compute::{CategoryFact, Facts, FlowFact, OriginFact, RecipientFact, SystemFact},
    model::{Activity, ActivityRole, Organisation, free_key},
};
use crate::{DataMap, DataMapError, Result};

#[derive(FromRow)]
struct ActivityRow {
    id: String,
    key: String,
    name: String,
    role: String,
    on_behalf_of: String,
    purpose: String,
    legal_basis: String,
    people: String,
    retention: String,
    security: String,
    owner: String,
    assessment: String,
    created_at: i64,
    updated_at: i64,
}

impl From<ActivityRow> for Activity {
    fn from(row: ActivityRow) -> Self {
        Self {
            id: row.id,
            key: row.key,
            name: row.name,
            role: row.role.parse().unwrap_or(ActivityRole::Controller),
            on_behalf_of: row.on_behalf_of,
            purpose: row.purpose,
            legal_basis: serde_json::from_str(&row.legal_basis).unwrap_or_default(),
            people: serde_json::from_str(&row.people).unwrap_or_default(),
            systems: Vec::new(),
            categories: Vec::new(),
            recipients: Vec::new(),
            retention: row.retention,
            security: row.security,
            owner: row.owner,
            assessment: row.assessment,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One of an activity's lists.
type ListOf = fn(&mut Activity) -> &mut Vec<String>;

/// All activities, by name.
pub(crate) async fn load_activities(conn: &mut AnyConnection) -> Result<Vec<Activity>> {
    let rows: Vec<ActivityRow> = sqlx::query_as("SELECT * FROM activity ORDER BY LOWER(name), id")
        .fetch_all(&mut *conn)
        .await?;
    let mut activities: Vec<Activity> = rows.into_iter().map(Activity::from).collect();
    let at: HashMap<String, usize> =
        activities.iter().enumerate().map(|(n, activity)| (activity.id.clone(), n)).collect();
    let links: [(&'static str, ListOf); 3] = [
        ("SELECT activity_id, system_id FROM activity_system ORDER BY 1, 2", |a| &mut a.systems),
        ("SELECT activity_id, category FROM activity_category ORDER BY 1, 2", |a| {
            &mut a.categories
        }),
        ("SELECT activity_id, recipient_id FROM activity_recipient ORDER BY 1, 2", |a| {
            &mut a.recipients
        }),
    ];
    for (sql, list) in links {
        let pairs: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut *conn).await?;
        for (activity, item) in pairs {
            if let Some(&n) = at.get(&activity) {
                list(&mut activities[n]).push(item);
            }
        }
    }
    Ok(activities)
}

/// The organisation; empty before anybody told.
pub(crate) async fn load_organisation(conn: &mut AnyConnection) -> Result<Organisation> {
    Ok(sqlx::query_as(
        "SELECT name, contact, representative, officer FROM organisation WHERE id = 'self'",
    )
    .fetch_optional(conn)
    .await?
    .unwrap_or_default())
}

/// Writes an activity with its links; inserts or replaces by id.
pub(crate) async fn put_activity(tx: &mut WriteTx, activity: &Activity) -> Result<()> {
    sqlx::query(
        "INSERT INTO activity (id, key, name, role, on_behalf_of, purpose, legal_basis, people,
           retention, security, owner, assessment, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,
           on_behalf_of = excluded.on_behalf_of, purpose = excluded.purpose,
           legal_basis = excluded.legal_basis, people = excluded.people,
           retention = excluded.retention, security = excluded.security, owner = excluded.owner,
           assessment = excluded.assessment, updated_at = excluded.updated_at",
    )
    .bind(&activity.id)
    .bind(&activity.key)
    .bind(&activity.name)
    .bind(activity.role.as_str())
    .bind(&activity.on_behalf_of)
    .bind(&activity.purpose)
    .bind(serde_json::to_string(&activity.legal_basis).unwrap_or_default())
    .bind(serde_json::to_string(&activity.people).unwrap_or_default())
    .bind(&activity.retention)
    .bind(&activity.security)
    .bind(&activity.owner)
    .bind(&activity.assessment)
    .bind(activity.created_at)
    .bind(activity.updated_at)
    .execute(tx.conn())
    .await?;
    delete_links(tx, &activity.id).await?;
    let links: [(&'static str, &[String]); 3] = [
        ("INSERT INTO activity_system (activity_id, system_id) VALUES ($1, $2)", &activity.systems),
        (
            "INSERT INTO activity_category (activity_id, category) VALUES ($1, $2)",
            &activity.categories,
        ),
        (
            "INSERT INTO activity_recipient (activity_id, recipient_id) VALUES ($1, $2)",
            &activity.recipients,
        ),
    ];
    for (sql, items) in links {
        for item in items {
            sqlx::query(sql).bind(&activity.id).bind(item).execute(tx.conn()).await?;
        }
    }
    Ok(())
}

async fn delete_links(tx: &mut WriteTx, id: &str) -> Result<()> {
    for sql in [
        "DELETE FROM activity_system WHERE activity_id = $1",
        "DELETE FROM activity_category WHERE activity_id = $1",
        "DELETE FROM activity_recipient WHERE activity_id = $1",
    ] {
        sqlx::query(sql).bind(id).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Deletes an activity with its links.
pub(crate) async fn drop_activity(tx: &mut WriteTx, id: &str) -> Result<()> {
    delete_links(tx, id).await?;
    sqlx::query("DELETE FROM activity WHERE id = $1").bind(id).execute(tx.conn()).await?;
    Ok(())
}

/// Writes the organisation.
pub(crate) async fn put_organisation(tx: &mut WriteTx, organisation: &Organisation) -> Result<()> {
    sqlx::query(
        "INSERT INTO organisation (id, name, contact, representative, officer, updated_at)
         VALUES ('self', $1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, contact = excluded.contact,
           representative = excluded.representative, officer = excluded.officer,
           updated_at = excluded.updated_at",
    )
    .bind(&organisation.name)
    .bind(&organisation.contact)
    .bind(&organisation.representative)
    .bind(&organisation.officer)
    .bind(now())
    .execute(tx.conn())
    .await?;
    Ok(())
}

impl DataMap {
    /// All processing activities, by name.
    pub async fn activities(&self) -> Result<Vec<Activity>> {
        let mut conn = self.store().reader().acquire().await?;
        load_activities(&mut conn).await
    }

    /// One activity.
    pub async fn activity(&self, id: &str) -> Result<Activity> {
        self.activities()
            .await?
            .into_iter()
            .find(|activity| activity.id == id)
            .ok_or(DataMapError::NotFound("activity"))
    }

    /// Creates (empty id) or changes an activity; returns its id.
    pub async fn save_activity(&self, actor: Actor, mut activity: Activity) -> Result<String> {
        activity.tidy();
        activity.check()?;
        let new = activity.id.is_empty();
        let action = if new { "activity.created" } else { "activity.changed" };
        if new {
            activity.id = new_id();
        }
        let mut tx =
            self.store().begin(Entry::new(actor, action, "activity", &activity.id)).await?;
        let all = load_activities(tx.conn()).await?;
        let before = all.iter().find(|other| other.id == activity.id);
        activity.updated_at = now();
        if let Some(before) = before {
            activity.key.clone_from(&before.key);
            activity.created_at = before.created_at;
        } else if new {
            activity.key = free_key(&activity.name, |key| all.iter().any(|a| a.key == key));
            activity.created_at = activity.updated_at;
        } else {
            return Err(DataMapError::NotFound("activity"));
        }
        check_links(&mut tx, &activity).await?;
        put_activity(&mut tx, &activity).await?;
        tx.states(
            before.map(|state| self.store().digest(state)),
            Some(self.store().digest(&activity)),
        );
        tx.commit().await?;
        Ok(activity.id)
    }

    /// Deletes an activity. Systems, recipients and fields stay.
    pub async fn delete_activity(&self, actor: Actor, id: &str) -> Result<()> {
        let mut tx =
            self.store().begin(Entry::new(actor, "activity.deleted", "activity", id)).await?;
        let all = load_activities(tx.conn()).await?;
        let before = all
            .iter()
            .find(|activity| activity.id == id)
            .ok_or(DataMapError::NotFound("activity"))?;
        drop_activity(&mut tx, id).await?;
        tx.states(Some(self.store().digest(before)), None);
        tx.commit().await?;
        Ok(())
    }

    /// Who we are.
    pub async fn organisation(&self) -> Result<Organisation> {
        let mut conn = self.store().reader().acquire().await?;
        load_organisation(&mut conn).await
    }

    /// Says who we are.
    pub async fn save_organisation(
        &self,
        actor: Actor,
        mut organisation: Organisation,
    ) -> Result<()> {
        organisation.tidy()?;
        let mut tx = self
            .store()
            .begin(Entry::new(actor, "organisation.changed", "organisation", "self"))
            .await?;
        let before = load_organisation(tx.conn()).await?;
        put_organisation(&mut tx, &organisation).await?;
        tx.states(Some(self.store().digest(&before)), Some(self.store().digest(&organisation)));
        tx.commit().await?;
        Ok(())
    }

    /// Everything records are computed from, read at once.
    pub async fn record_facts(&self) -> Result<Facts> {
        let mut conn = self.store().reader().acquire().await?;
        let mut systems = load_systems(&mut conn).await?;
        load_categories(&mut conn, &mut systems).await?;
        load_people(&mut conn, &mut systems).await?;
        load_origins(&mut conn, &mut systems).await?;
        let mut facts = Facts {
            organisation: load_organisation(&mut conn).await?,
            activities: load_activities(&mut conn).await?,
            recipients: load_recipients(&mut conn).await?,
            flows: load_flows(&mut conn).await?,
            systems,
            ..Facts::default()
        };
        drop(conn);
        if let Some(enforced) = &self.enforced {
            facts.enforced = enforced.sentences().await?;
        }
        Ok(facts)
    }
}

/// A form may be older than the map: a system or recipient deleted meanwhile is told, not lost.
async fn check_links(tx: &mut WriteTx, activity: &Activity) -> Result<()> {
    let checks: [(&'static str, &[String], &'static str); 2] = [
        ("SELECT id FROM system", &activity.systems, "system"),
        ("SELECT id FROM recipient", &activity.recipients, "recipient"),
    ];
    for (sql, wanted, what) in checks {
        if wanted.is_empty() {
            continue;
        }
        let known: Vec<(String,)> = sqlx::query_as(sql).fetch_all(tx.conn()).await?;
        let known: BTreeSet<&str> = known.iter().map(|(id,)| id.as_str()).collect();
        if wanted.iter().any(|id| !known.contains(id.as_str())) {
            return Err(DataMapError::NotFound(what));
        }
    }
    Ok(())
}

async fn load_systems(conn: &mut AnyConnection) -> Result<BTreeMap<String, SystemFact>> {
    let rows: Vec<(String, String, String, String, String)> =
        sqlx::query_as("SELECT id, name, owner, purpose, country FROM system")
            .fetch_all(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, owner, purpose, country)| {
            (id, SystemFact { name, owner, purpose, country, ..SystemFact::default() })
        })
        .collect())
}

async fn load_categories(
    conn: &mut AnyConnection,
    systems: &mut BTreeMap<String, SystemFact>,
) -> Result<()> {
    let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT s.system_id, f.category, MAX(f.level), MAX(f.minor), COUNT(*)
         FROM field f JOIN source s ON s.id = f.source_id
         WHERE f.category <> '' AND f.vanished_at IS NULL AND s.system_id IS NOT NULL
         GROUP BY s.system_id, f.category",
    )
    .fetch_all(conn)
    .await?;
    for (system, category, level, minor, fields) in rows {
        if let Some(system) = systems.get_mut(&system) {
            system.categories.insert(category, CategoryFact { fields, level, minor: minor != 0 });
        }
    }
    Ok(())
}

async fn load_people(
    conn: &mut AnyConnection,
    systems: &mut BTreeMap<String, SystemFact>,
) -> Result<()> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT s.system_id, CASE WHEN d.people_decided <> '' THEN d.people_decided ELSE d.people END,
           CAST(MAX(COALESCE(d.rows_estimate, 0)) AS BIGINT)
         FROM data_store d JOIN source s ON s.id = d.source_id
         WHERE d.vanished_at IS NULL AND s.system_id IS NOT NULL AND EXISTS (SELECT 1 FROM field f
           WHERE f.store_id = d.id AND f.category <> '' AND f.vanished_at IS NULL)
         GROUP BY 1, 2",
    )
    .fetch_all(conn)
    .await?;
    for (system, people, rows) in rows {
        if let Some(system) = systems.get_mut(&system) {
            system.rows = system.rows.max(rows);
            if !people.is_empty() {
                system.people.insert(people);
            }
        }
    }
    Ok(())
}

#[derive(FromRow)]
struct OriginRow {
    system_id: String,
    source_id: String,
    source: String,
    kind: String,
    touchpoint: String,
    provider: String,
    contract: String,
}

async fn load_origins(
    conn: &mut AnyConnection,
    systems: &mut BTreeMap<String, SystemFact>,
) -> Result<()> {
    let rows: Vec<OriginRow> = sqlx::query_as(
        "SELECT s.system_id, s.id AS source_id, s.name AS source, COALESCE(o.kind, '') AS kind,
           COALESCE(o.touchpoint, '') AS touchpoint, COALESCE(o.provider, '') AS provider,
           COALESCE(o.contract, '') AS contract
         FROM source s LEFT JOIN origin o ON o.source_id = s.id
         WHERE s.system_id IS NOT NULL ORDER BY s.name, s.id, o.kind, o.id",
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let Some(system) = systems.get_mut(&row.system_id) else { continue };
        system.origins.push(OriginFact {
            source_id: row.source_id,
            source: row.source,
            kind: row.kind,
            touchpoint: row.touchpoint,
            provider: row.provider,
            contract: row.contract,
        });
    }
    Ok(())
}

async fn load_recipients(conn: &mut AnyConnection) -> Result<BTreeMap<String, RecipientFact>> {
    let rows: Vec<(String, String, String, String, String, String)> =
        sqlx::query_as("SELECT id, name, kind, country, safeguard, contract FROM recipient")
            .fetch_all(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, kind, country, safeguard, contract)| {
            (id, RecipientFact { name, kind, country, safeguard, contract })
        })
        .collect())
}

async fn load_flows(conn: &mut AnyConnection) -> Result<Vec<FlowFact>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT from_end, to_end, categories FROM flow
         WHERE state = 'active' AND from_end LIKE 'system:%' AND to_end LIKE 'recipient:%'",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(from, to, categories)| FlowFact {
            system: from.trim_start_matches("system:").to_owned(),
            recipient: to.trim_start_matches("recipient:").to_owned(),
            categories: serde_json::from_str(&categories).unwrap_or_default(),
        })
        .collect())
}
