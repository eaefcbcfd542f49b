//! The map as files would say it, read over one connection, with the ids behind the keys.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::{AnyConnection, FromRow};

use super::docs::{
    ActivityDoc, Docs, FieldDecisionDoc, FieldDoc, FlowDoc, FoundFlowDoc, Keyed, LinkDoc,
    OrganisationDoc, OriginDoc, RecipientDoc, SourceDoc, StoreDoc, SystemDoc,
};
use crate::{
    Result,
    model::{Origin, Source, System, slug},
    records::store::{load_activities, load_organisation},
    systems::RecipientRow,
};

/// The map's content and the ids behind it.
#[derive(Default)]
pub(super) struct Current {
    pub docs: Docs,
    /// Key → id.
    pub systems: HashMap<String, String>,
    pub recipients: HashMap<String, String>,
    pub sources: HashMap<String, String>,
    pub activities: HashMap<String, String>,
    pub flows: HashMap<String, String>,
    pub discovered: HashMap<String, String>,
    /// `SOURCE/NAME` → id.
    pub origins: HashMap<String, String>,
    /// Source key → sealed password.
    pub passwords: HashMap<String, String>,
    /// Every discovered flow, decided or not.
    pub discovered_all: BTreeSet<String>,
}

#[derive(FromRow)]
struct FlowRow {
    id: String,
    key: String,
    from_end: String,
    to_end: String,
    found: String,
    reason: String,
    categories: String,
    description: String,
    state: String,
}

#[derive(FromRow)]
struct DecidedRow {
    source: String,
    store: String,
    name: String,
    decision: String,
    decided_category: String,
    decided_sensitivity: String,
    decided_note: String,
}

/// Reads everything.
pub(super) async fn current(conn: &mut AnyConnection) -> Result<Current> {
    let mut now = Current::default();
    let organisation = load_organisation(&mut *conn).await?;
    now.docs.organisation = Some(OrganisationDoc {
        name: organisation.name,
        contact: organisation.contact,
        representative: organisation.representative,
        officer: organisation.officer,
    });
    now.systems(&mut *conn).await?;
    now.recipients(&mut *conn).await?;
    now.sources(&mut *conn).await?;
    now.flows(&mut *conn).await?;
    now.activities(&mut *conn).await?;
    now.decisions(&mut *conn).await?;
    Ok(now)
}

/// Id → key.
fn turned(keys: &HashMap<String, String>) -> HashMap<&str, &str> {
    keys.iter().map(|(key, id)| (id.as_str(), key.as_str())).collect()
}

impl Current {
    async fn systems(&mut self, conn: &mut AnyConnection) -> Result<()> {
        let rows: Vec<System> = sqlx::query_as("SELECT * FROM system").fetch_all(conn).await?;
        let mut docs = BTreeMap::new();
        for row in rows {
            self.systems.insert(row.key.clone(), row.id);
            docs.insert(
                row.key,
                SystemDoc {
                    name: row.name,
                    description: row.description,
                    owner: row.owner,
                    purpose: row.purpose,
                    country: row.country,
                },
            );
        }
        self.docs.systems = Some(Keyed(docs));
        Ok(())
    }

    async fn recipients(&mut self, conn: &mut AnyConnection) -> Result<()> {
        let rows: Vec<RecipientRow> =
            sqlx::query_as("SELECT * FROM recipient").fetch_all(conn).await?;
        let mut docs = BTreeMap::new();
        for row in rows {
            self.recipients.insert(row.key.clone(), row.id);
            docs.insert(
                row.key,
                RecipientDoc {
                    name: row.name,
                    kind: row.kind,
                    country: row.country,
                    safeguard: row.safeguard,
                    contract: row.contract,
                },
            );
        }
        self.docs.recipients = Some(Keyed(docs));
        Ok(())
    }

    async fn sources(&mut self, conn: &mut AnyConnection) -> Result<()> {
        let rows: Vec<Source> =
            sqlx::query_as("SELECT * FROM source").fetch_all(&mut *conn).await?;
        let origins: Vec<Origin> = sqlx::query_as("SELECT * FROM origin ORDER BY source_id, id")
            .fetch_all(&mut *conn)
            .await?;
        let mut stores = declared_stores(&mut *conn).await?;
        let system_keys: HashMap<String, String> =
            self.systems.iter().map(|(key, id)| (id.clone(), key.clone())).collect();
        let mut docs = BTreeMap::new();
        for row in rows {
            let mut mine: Vec<(OriginDoc, String)> = origins
                .iter()
                .filter(|origin| origin.source_id == row.id)
                .map(|origin| (origin_doc(origin), origin.id.clone()))
                .collect();
            mine.sort();
            for (name, (_, id)) in
                origin_names(&row.key, mine.iter().map(|(doc, _)| doc)).zip(&mine)
            {
                self.origins.insert(name, id.clone());
            }
            if let Some(sealed) = row.password_sealed {
                self.passwords.insert(row.key.clone(), sealed);
            }
            let system = row.system_id.and_then(|id| system_keys.get(&id).cloned());
            docs.insert(
                row.key.clone(),
                SourceDoc {
                    name: row.name,
                    system: system.unwrap_or_default(),
                    kind: row.kind,
                    address: row.address,
                    password_from: String::new(),
                    tls: row.tls,
                    tls_ca: row.tls_ca,
                    rows_per_store: row.rows_per_store,
                    tables: row.tables_glob,
                    cron: row.cron,
                    zone: row.zone,
                    origins: mine.into_iter().map(|(doc, _)| doc).collect(),
                    stores: Keyed(stores.remove(&row.id).unwrap_or_default()),
                },
            );
            self.sources.insert(row.key, row.id);
        }
        self.docs.sources = Some(Keyed(docs));
        Ok(())
    }

    async fn flows(&mut self, conn: &mut AnyConnection) -> Result<()> {
        let rows: Vec<FlowRow> = sqlx::query_as(
            "SELECT id, key, from_end, to_end, found, reason, categories, description, state
             FROM flow ORDER BY id",
        )
        .fetch_all(conn)
        .await?;
        let ends = self.ends();
        let end = |text: &str| ends.get(text).cloned().unwrap_or_else(|| text.to_owned());
        let (mut flows, mut discovered) = (BTreeMap::new(), BTreeMap::new());
        let mut ids = (HashMap::new(), HashMap::new());
        let mut seen = BTreeSet::new();
        let taken: BTreeSet<&str> = rows.iter().map(|row| row.key.as_str()).collect();
        for row in &rows {
            let (from, to) = (end(&row.from_end), end(&row.to_end));
            let categories: Vec<String> = serde_json::from_str(&row.categories).unwrap_or_default();
            let description = row.description.clone();
            if row.reason.is_empty() {
                let key = flow_key(&row.key, &from, &to, |key| {
                    flows.contains_key(key) || taken.contains(key)
                });
                ids.0.insert(key.clone(), row.id.clone());
                flows.insert(key, FlowDoc { from, to, categories, description });
                continue;
            }
            let key = self.portable(&row.key);
            seen.insert(key.clone());
            ids.1.insert(key.clone(), row.id.clone());
            let decision = match (row.state.as_str(), row.found.as_str()) {
                ("dismissed", _) => "dismissed",
                (_, "declared") => "confirmed",
                _ => continue,
            };
            let decision = decision.to_owned();
            discovered.insert(key, FoundFlowDoc { decision, from, to, categories, description });
        }
        (self.flows, self.discovered) = ids;
        self.discovered_all = seen;
        self.docs.flows = Some(Keyed(flows));
        self.docs.discovered = Some(Keyed(discovered));
        Ok(())
    }

    /// End in the database → end in files.
    fn ends(&self) -> HashMap<String, String> {
        [("system", &self.systems), ("recipient", &self.recipients), ("origin", &self.origins)]
            .into_iter()
            .flat_map(|(kind, keys)| {
                keys.iter().map(move |(key, id)| (format!("{kind}:{id}"), format!("{kind}:{key}")))
            })
            .collect()
    }

    /// A discovered flow's key holds the ids of systems; in files it holds their keys.
    fn portable(&self, key: &str) -> String {
        let keys = turned(&self.systems);
        key.split(':')
            .map(|part| keys.get(part).copied().unwrap_or(part))
            .collect::<Vec<_>>()
            .join(":")
    }

    async fn activities(&mut self, conn: &mut AnyConnection) -> Result<()> {
        let all = load_activities(conn).await?;
        let (systems, recipients) = (turned(&self.systems), turned(&self.recipients));
        let keys = |ids: &[String], of: &HashMap<&str, &str>| -> Vec<String> {
            ids.iter().filter_map(|id| of.get(id.as_str()).map(|key| (*key).to_owned())).collect()
        };
        let mut docs = BTreeMap::new();
        let mut ids = HashMap::new();
        for activity in all {
            ids.insert(activity.key.clone(), activity.id);
            docs.insert(
                activity.key,
                ActivityDoc {
                    name: activity.name,
                    role: activity.role.as_str().to_owned(),
                    on_behalf_of: activity.on_behalf_of,
                    purpose: activity.purpose,
                    legal_basis: Keyed(activity.legal_basis),
                    people: activity.people,
                    systems: keys(&activity.systems, &systems),
                    categories: activity.categories,
                    recipients: keys(&activity.recipients, &recipients),
                    retention: activity.retention,
                    security: activity.security,
                    owner: activity.owner,
                    assessment: activity.assessment,
                },
            );
        }
        self.activities = ids;
        self.docs.activities = Some(Keyed(docs));
        Ok(())
    }

    async fn decisions(&mut self, conn: &mut AnyConnection) -> Result<()> {
        let mut docs: super::docs::DecisionsDoc = Keyed::default();
        let people: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT s.key, d.name, d.people_decided FROM data_store d JOIN source s ON s.id = d.source_id
             WHERE d.people_decided <> ''",
        )
        .fetch_all(&mut *conn)
        .await?;
        for (source, store, people) in people {
            docs.0.entry(source).or_default().0.entry(store).or_default().people = people;
        }
        let fields: Vec<DecidedRow> = sqlx::query_as(
            "SELECT s.key AS source, d.name AS store, f.name, f.decision, f.decided_category,
               f.decided_sensitivity, f.decided_note
             FROM field f JOIN data_store d ON d.id = f.store_id JOIN source s ON s.id = f.source_id
             WHERE f.decision <> ''",
        )
        .fetch_all(conn)
        .await?;
        for row in fields {
            let store = docs.0.entry(row.source).or_default().0.entry(row.store).or_default();
            store.fields.0.insert(
                row.name,
                FieldDecisionDoc {
                    decision: row.decision,
                    category: row.decided_category,
                    sensitivity: row.decided_sensitivity,
                    note: row.decided_note,
                },
            );
        }
        self.docs.decisions = Some(docs);
        Ok(())
    }
}

/// A declared flow's readable key, made of its ends where it has none of its own.
fn flow_key(key: &str, from: &str, to: &str, taken: impl Fn(&str) -> bool) -> String {
    if !key.starts_with("declared:") {
        return key.to_owned();
    }
    let bare = |end: &str| end.split_once(':').map_or(end, |(_, name)| name).to_owned();
    crate::records::free_key(&slug(&format!("{} to {}", bare(from), bare(to))), taken)
}

fn origin_doc(origin: &Origin) -> OriginDoc {
    OriginDoc {
        kind: origin.kind.clone(),
        touchpoint: origin.touchpoint.clone(),
        provider: origin.provider.clone(),
        contract: origin.contract.clone(),
        country: origin.country.clone(),
    }
}

/// `SOURCE/NAME`, numbered from the second of the same name on; in the order of the sorted list.
pub(super) fn origin_names<'a>(
    source: &'a str,
    origins: impl Iterator<Item = &'a OriginDoc>,
) -> impl Iterator<Item = String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    origins.map(move |origin| {
        let name = format!("{source}/{}", origin.name());
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name}#{count}") }
    })
}

#[derive(FromRow)]
struct DeclaredField {
    source_id: String,
    store: String,
    comment: String,
    name: Option<String>,
    data_type: Option<String>,
    primary_key: Option<i64>,
    field_comment: Option<String>,
}

/// What declared sources hold, by source id and store.
async fn declared_stores(
    conn: &mut AnyConnection,
) -> Result<HashMap<String, BTreeMap<String, StoreDoc>>> {
    let rows: Vec<DeclaredField> = sqlx::query_as(
        "SELECT d.source_id, d.name AS store, d.comment, f.name, f.data_type, f.primary_key,
           f.comment AS field_comment
         FROM data_store d JOIN source s ON s.id = d.source_id
         LEFT JOIN field f ON f.store_id = d.id
         WHERE s.kind = 'declared' ORDER BY d.source_id, d.name, f.position, f.name",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut all: HashMap<String, BTreeMap<String, StoreDoc>> = HashMap::new();
    for row in rows {
        let store = all.entry(row.source_id).or_default().entry(row.store).or_default();
        store.comment = row.comment;
        if let Some(name) = row.name {
            store.fields.push(FieldDoc {
                name,
                data_type: row.data_type.unwrap_or_default(),
                primary_key: row.primary_key == Some(1),
                comment: row.field_comment.unwrap_or_default(),
            });
        }
    }
    let links: Vec<(String, String, String, String, String)> = sqlx::query_as(
        "SELECT l.source_id, l.from_store, l.from_columns, l.to_store, l.to_columns
         FROM store_link l JOIN source s ON s.id = l.source_id WHERE s.kind = 'declared'",
    )
    .fetch_all(conn)
    .await?;
    for (source, from, columns, to, references) in links {
        if let Some(store) = all.get_mut(&source).and_then(|stores| stores.get_mut(&from)) {
            store.links.push(LinkDoc {
                columns: serde_json::from_str(&columns).unwrap_or_default(),
                store: to,
                references: serde_json::from_str(&references).unwrap_or_default(),
            });
        }
    }
    Ok(all)
}
