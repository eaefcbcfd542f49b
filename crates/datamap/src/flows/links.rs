//! Views and foreign keys that read another system's database: rare, but then certain. A server such
//! as MariaDB lets `shop` select from `crm.customer`; where both databases are sources of different
//! systems, that is a flow.

use std::collections::BTreeMap;

use sqlx::Row as _;
use store::{Store, StoreError, sqlx};

use super::discover::{Evidence, Found};

/// Where a source is: kind, host and port, database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    kind: String,
    host: String,
    database: String,
}

fn place(kind: &str, address: &str) -> Option<Place> {
    let (_, rest) = address.split_once("://")?;
    let rest = rest.split(['?', '#']).next()?;
    let (authority, database) = rest.split_once('/')?;
    let host = authority.rsplit('@').next()?.to_lowercase();
    Some(Place { kind: kind.to_owned(), host, database: database.to_owned() })
}

struct Source {
    id: String,
    name: String,
    system: String,
    place: Place,
}

/// Flows into or out of a system that views and foreign keys prove.
pub(super) async fn across_systems(store: &Store, system: &str) -> Result<Vec<Found>, StoreError> {
    let sources = load_sources(store).await?;
    if sources.iter().all(|s| s.system == system) {
        return Ok(Vec::new());
    }
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for (reason, sql) in [
        (
            "view",
            "SELECT source_id, name, reads_from FROM data_store
             WHERE kind = 'view' AND reads_from <> '[]' AND vanished_at IS NULL",
        ),
        (
            "foreign_key",
            "SELECT source_id, from_store, '[\"' || to_store || '\"]' FROM store_link WHERE to_store LIKE '%.%'",
        ),
    ] {
        for row in sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(store.reader()).await? {
            let (id, reader, names): (String, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let Some(own) = sources.iter().find(|s| s.id == id) else { continue };
            let names: Vec<String> = serde_json::from_str(&names).unwrap_or_default();
            for other in names.iter().filter_map(|name| read_from(own, name, &sources)) {
                if own.system == system || other.system == system {
                    note(&mut found, reason, own, other, &reader);
                }
            }
        }
    }
    let mut list: Vec<Found> = found.into_values().collect();
    if !list.is_empty() {
        add_categories(store, &mut list).await?;
    }
    for flow in &mut list {
        flow.evidence.stores.sort();
        flow.evidence.stores.dedup();
    }
    Ok(list)
}

/// What a view shows is what flows through it.
async fn add_categories(store: &Store, list: &mut [Found]) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT DISTINCT s.name, d.name, f.category
         FROM field f JOIN data_store d ON d.id = f.store_id JOIN source s ON s.id = d.source_id
         WHERE d.kind = 'view' AND f.category <> '' AND f.vanished_at IS NULL
         ORDER BY f.category",
    )
    .fetch_all(store.reader())
    .await?;
    for row in rows {
        let (source, view, category): (String, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let path = format!("{source} › {view}");
        for flow in list.iter_mut().filter(|flow| flow.evidence.stores.contains(&path)) {
            if !flow.categories.contains(&category) {
                flow.categories.push(category.clone());
            }
        }
    }
    Ok(())
}

fn read_from<'a>(own: &Source, name: &str, sources: &'a [Source]) -> Option<&'a Source> {
    let (schema, _) = name.split_once('.')?;
    sources.iter().find(|other| {
        other.system != own.system
            && other.place.kind == own.place.kind
            && other.place.host == own.place.host
            && other.place.database == schema
    })
}

fn note(
    found: &mut BTreeMap<String, Found>,
    reason: &'static str,
    own: &Source,
    other: &Source,
    reader: &str,
) {
    let key = format!("found:{reason}:{}:{}", other.system, own.system);
    let flow = found.entry(key.clone()).or_insert_with(|| Found {
        key,
        from: other.system.clone(),
        to: own.system.clone(),
        reason,
        confidence: if reason == "view" { 0.97 } else { 0.8 },
        categories: Vec::new(),
        evidence: Evidence { direction: reason.to_owned(), ..Evidence::default() },
    });
    flow.evidence.stores.push(format!("{} › {reader}", own.name));
}

async fn load_sources(store: &Store) -> Result<Vec<Source>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, name, system_id, kind, address FROM source WHERE system_id IS NOT NULL",
    )
    .fetch_all(store.reader())
    .await?;
    let mut sources = Vec::new();
    for row in rows {
        let (kind, address): (String, String) = (row.try_get(3)?, row.try_get(4)?);
        if let Some(place) = place(&kind, &address) {
            sources.push(Source {
                id: row.try_get(0)?,
                name: row.try_get(1)?,
                system: row.try_get(2)?,
                place,
            });
        }
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_host_and_database_without_user_and_options() {
        let found = place("mysql", "mysql://reader@DB.example:3306/shop?ssl=1").unwrap();

        assert_eq!((found.host.as_str(), found.database.as_str()), ("db.example:3306", "shop"));
        assert!(place("sqlite", "sqlite:shop.db").is_none());
    }
}
