//! Applying a plan: all of it in one transaction with a ledger entry per object, or nothing.

use std::collections::{BTreeSet, HashMap};

use store::{Actor, Entry, WriteTx, new_id};

use super::{
    docs::{
        ActivityDoc, FieldDecisionDoc, FlowDoc, FoundFlowDoc, OriginDoc, RecipientDoc, SourceDoc,
        StoreDoc, SystemDoc,
    },
    load::{self, Current, origin_names},
    objects::{Kind, Object, normalise, objects},
    plan::{Change, Password, Plan, Verb},
    problem::CodeError,
};
use crate::{
    DataMap, Result,
    model::{flag, level},
    records::{
        Activity, Organisation,
        store::{drop_activity, put_activity, put_organisation},
    },
    sources::{bump, password_context, schedule_key},
};

/// Applies a plan; says how many objects changed. Fails with [`CodeError::Stale`] when the map is no
/// longer what the plan was made for.
pub async fn apply(map: &DataMap, plan: &Plan, actor: Actor) -> Result<usize, CodeError> {
    if plan.is_empty() {
        return Ok(0);
    }
    let mut tx = map
        .store()
        .begin(Entry::new(actor.clone(), "code.applied", "map", "privacy-as-code"))
        .await?;
    let mut now = load::current(tx.conn()).await?;
    normalise(&mut now.docs);
    let have = objects(&now.docs);
    let stale = plan
        .changes
        .iter()
        .any(|change| have.get(&(change.kind, change.key.clone())) != change.before.as_ref());
    if stale {
        return Err(CodeError::Stale);
    }
    let mut applier =
        Applier { map, tx, actor: actor.clone(), now, at: store::now(), stores: HashMap::new() };
    for change in &plan.changes {
        applier.change(change).await?;
    }
    let Applier { mut tx, now, .. } = applier;
    bump(&mut tx).await?;
    tx.commit().await?;
    schedules(map, plan, &now, &actor).await?;
    Ok(plan.changes.len())
}

/// Schedules live in the store's own table and are written after the sources they point to.
async fn schedules(
    map: &DataMap,
    plan: &Plan,
    now: &Current,
    actor: &Actor,
) -> Result<(), CodeError> {
    for change in plan.changes.iter().filter(|change| change.kind == Kind::Source) {
        let touched =
            change.fields.iter().any(|field| field.name == "cron" || field.name == "zone");
        let (cron, zone) = match &change.after {
            Some(Object::Source(doc)) => (doc.cron.as_str(), doc.zone.as_str()),
            _ => ("", "UTC"),
        };
        let Some(id) = now.sources.get(&change.key[0]).filter(|_| touched) else { continue };
        let payload = serde_json::json!({ "source_id": id, "started_by": "schedule" });
        map.store().schedule(&schedule_key(id), "scan", cron, zone, payload, actor.clone()).await?;
    }
    Ok(())
}

/// Store of a source → its id, and its fields' ids by name.
type Known = HashMap<(String, String), (String, HashMap<String, String>)>;

struct Applier<'a> {
    map: &'a DataMap,
    tx: WriteTx,
    actor: Actor,
    now: Current,
    at: i64,
    stores: Known,
}

impl Applier<'_> {
    async fn change(&mut self, change: &Change) -> Result<(), CodeError> {
        let key = change.key[0].as_str();
        let id = match &change.after {
            Some(Object::Organisation(doc)) => {
                let organisation = Organisation {
                    name: doc.name.clone(),
                    contact: doc.contact.clone(),
                    representative: doc.representative.clone(),
                    officer: doc.officer.clone(),
                };
                put_organisation(&mut self.tx, &organisation).await?;
                "self".to_owned()
            }
            Some(Object::System(doc)) => self.system(key, doc).await?,
            Some(Object::Recipient(doc)) => self.recipient(key, doc).await?,
            Some(Object::Source(doc)) => self.source(key, doc, &change.password).await?,
            Some(Object::Flow(doc)) => self.flow(key, doc).await?,
            Some(Object::Discovered(doc)) => self.discovered(key, Some(doc)).await?,
            Some(Object::Activity(doc)) => self.activity(key, doc).await?,
            Some(Object::People(people)) => self.people(&change.key, people).await?,
            Some(Object::Field(doc)) => self.field(&change.key, Some(doc)).await?,
            None => self.delete(change).await?,
        };
        let mut entry = Entry::new(
            self.actor.clone(),
            action(change.kind, change.verb),
            object(change.kind),
            id,
        );
        let digest = |object: &Option<Object>| {
            object.as_ref().map(|object| self.map.store().digest(&object.values()))
        };
        entry.before = digest(&change.before);
        entry.after = digest(&change.after);
        self.tx.also(entry);
        Ok(())
    }

    async fn system(&mut self, key: &str, doc: &SystemDoc) -> Result<String> {
        let id = self.now.systems.get(key).cloned().unwrap_or_else(new_id);
        sqlx::query(
            "INSERT INTO system (id, key, name, description, owner, purpose, country, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
               owner = excluded.owner, purpose = excluded.purpose, country = excluded.country,
               updated_at = excluded.updated_at",
        )
        .bind(&id)
        .bind(key)
        .bind(&doc.name)
        .bind(&doc.description)
        .bind(&doc.owner)
        .bind(&doc.purpose)
        .bind(&doc.country)
        .bind(self.at)
        .bind(self.at)
        .execute(self.tx.conn())
        .await?;
        self.now.systems.insert(key.to_owned(), id.clone());
        Ok(id)
    }

    async fn recipient(&mut self, key: &str, doc: &RecipientDoc) -> Result<String> {
        let id = self.now.recipients.get(key).cloned().unwrap_or_else(new_id);
        sqlx::query(
            "INSERT INTO recipient (id, key, name, kind, country, safeguard, contract, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
               country = excluded.country, safeguard = excluded.safeguard,
               contract = excluded.contract, updated_at = excluded.updated_at",
        )
        .bind(&id)
        .bind(key)
        .bind(&doc.name)
        .bind(&doc.kind)
        .bind(&doc.country)
        .bind(&doc.safeguard)
        .bind(&doc.contract)
        .bind(self.at)
        .bind(self.at)
        .execute(self.tx.conn())
        .await?;
        self.now.recipients.insert(key.to_owned(), id.clone());
        Ok(id)
    }

    async fn source(&mut self, key: &str, doc: &SourceDoc, password: &Password) -> Result<String> {
        let id = self.now.sources.get(key).cloned().unwrap_or_else(new_id);
        let sealed = match password {
            Password::Keep => self.now.passwords.get(key).cloned(),
            Password::Set(secret) => Some(self.map.store().seal(&password_context(&id), &secret.0)),
            Password::Remove => None,
        };
        sqlx::query(
            "INSERT INTO source (id, key, system_id, name, kind, address, password_sealed, tls, tls_ca,
               rows_per_store, tables_glob, cron, zone, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             ON CONFLICT (id) DO UPDATE SET system_id = excluded.system_id, name = excluded.name,
               kind = excluded.kind, address = excluded.address,
               password_sealed = excluded.password_sealed, tls = excluded.tls,
               tls_ca = excluded.tls_ca, rows_per_store = excluded.rows_per_store,
               tables_glob = excluded.tables_glob, cron = excluded.cron, zone = excluded.zone,
               updated_at = excluded.updated_at",
        )
        .bind(&id)
        .bind(key)
        .bind(self.now.systems.get(&doc.system).cloned())
        .bind(&doc.name)
        .bind(&doc.kind)
        .bind(&doc.address)
        .bind(sealed)
        .bind(&doc.tls)
        .bind(&doc.tls_ca)
        .bind(doc.rows_per_store)
        .bind(&doc.tables)
        .bind(&doc.cron)
        .bind(&doc.zone)
        .bind(self.at)
        .bind(self.at)
        .execute(self.tx.conn())
        .await?;
        self.now.sources.insert(key.to_owned(), id.clone());
        self.origins(key, &id, &doc.origins).await?;
        if doc.kind == "declared" {
            self.declared(key, &id, doc).await?;
        }
        Ok(id)
    }

    /// Origins of the same name keep their id, so that flows from them stay.
    async fn origins(&mut self, key: &str, source: &str, wanted: &[OriginDoc]) -> Result<()> {
        let prefix = format!("{key}/");
        let mut old: HashMap<String, String> = self
            .now
            .origins
            .iter()
            .filter(|(name, _)| name.starts_with(&prefix))
            .map(|(n, i)| (n.clone(), i.clone()))
            .collect();
        for (name, doc) in origin_names(key, wanted.iter()).zip(wanted) {
            let id = old.remove(&name).unwrap_or_else(new_id);
            sqlx::query(
                "INSERT INTO origin (id, source_id, kind, touchpoint, provider, contract, country)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,
                   touchpoint = excluded.touchpoint, provider = excluded.provider,
                   contract = excluded.contract, country = excluded.country",
            )
            .bind(&id)
            .bind(source)
            .bind(&doc.kind)
            .bind(&doc.touchpoint)
            .bind(&doc.provider)
            .bind(&doc.contract)
            .bind(&doc.country)
            .execute(self.tx.conn())
            .await?;
            self.now.origins.insert(name, id);
        }
        for (name, id) in old {
            sqlx::query("DELETE FROM flow WHERE from_end = $1")
                .bind(format!("origin:{id}"))
                .execute(self.tx.conn())
                .await?;
            sqlx::query("DELETE FROM origin WHERE id = $1")
                .bind(&id)
                .execute(self.tx.conn())
                .await?;
            self.now.origins.remove(&name);
        }
        Ok(())
    }

    /// A declared source holds exactly what its file says.
    async fn declared(&mut self, key: &str, source: &str, doc: &SourceDoc) -> Result<()> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT id, name FROM data_store WHERE source_id = $1")
                .bind(source)
                .fetch_all(self.tx.conn())
                .await?;
        for (id, _) in rows.iter().filter(|(_, name)| !doc.stores.0.contains_key(name)) {
            for sql in
                ["DELETE FROM field WHERE store_id = $1", "DELETE FROM data_store WHERE id = $1"]
            {
                sqlx::query(sql).bind(id).execute(self.tx.conn()).await?;
            }
        }
        sqlx::query("DELETE FROM store_link WHERE source_id = $1")
            .bind(source)
            .execute(self.tx.conn())
            .await?;
        for (name, store) in &doc.stores.0 {
            let id = match rows.iter().find(|(_, known)| known == name) {
                Some((id, _)) => id.clone(),
                None => self.new_store(source, name).await?,
            };
            sqlx::query("UPDATE data_store SET comment = $1, vanished_at = NULL WHERE id = $2")
                .bind(&store.comment)
                .bind(&id)
                .execute(self.tx.conn())
                .await?;
            self.declared_fields(source, &id, name, doc, store).await?;
            self.links(source, name, store).await?;
        }
        self.stores.retain(|(known, _), _| known != key);
        Ok(())
    }

    async fn declared_fields(
        &mut self,
        source: &str,
        store_id: &str,
        store_name: &str,
        doc: &SourceDoc,
        store: &StoreDoc,
    ) -> Result<()> {
        let old: Vec<(String, String)> =
            sqlx::query_as("SELECT id, name FROM field WHERE store_id = $1")
                .bind(store_id)
                .fetch_all(self.tx.conn())
                .await?;
        let wanted: BTreeSet<&str> = store.fields.iter().map(|field| field.name.as_str()).collect();
        for (id, _) in old.iter().filter(|(_, name)| !wanted.contains(name.as_str())) {
            sqlx::query("DELETE FROM field WHERE id = $1").bind(id).execute(self.tx.conn()).await?;
        }
        for (n, field) in store.fields.iter().enumerate() {
            let search = format!("{} {} {} {}", field.name, store_name, doc.name, field.comment)
                .to_lowercase();
            sqlx::query(
                "INSERT INTO field (id, store_id, source_id, name, position, data_type, primary_key,
                   comment, search, seen_scan_id, first_seen_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10)
                 ON CONFLICT (store_id, name) DO UPDATE SET position = excluded.position,
                   data_type = excluded.data_type, primary_key = excluded.primary_key,
                   comment = excluded.comment, search = excluded.search, vanished_at = NULL",
            )
            .bind(new_id())
            .bind(store_id)
            .bind(source)
            .bind(&field.name)
            .bind(n as i64 + 1)
            .bind(&field.data_type)
            .bind(flag(field.primary_key))
            .bind(&field.comment)
            .bind(search)
            .bind(self.at)
            .execute(self.tx.conn())
            .await?;
        }
        Ok(())
    }

    async fn links(&mut self, source: &str, name: &str, store: &StoreDoc) -> Result<()> {
        for link in &store.links {
            sqlx::query(
                "INSERT INTO store_link (source_id, from_store, from_columns, to_store, to_columns)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            )
            .bind(source)
            .bind(name)
            .bind(serde_json::to_string(&link.columns).unwrap_or_default())
            .bind(&link.store)
            .bind(serde_json::to_string(&link.references).unwrap_or_default())
            .execute(self.tx.conn())
            .await?;
        }
        Ok(())
    }

    async fn new_store(&mut self, source: &str, name: &str) -> Result<String> {
        let id = new_id();
        sqlx::query(
            "INSERT INTO data_store (id, source_id, name, kind, seen_scan_id, first_seen_at)
             VALUES ($1, $2, $3, 'table', '', $4)",
        )
        .bind(&id)
        .bind(source)
        .bind(name)
        .bind(self.at)
        .execute(self.tx.conn())
        .await?;
        Ok(id)
    }

    fn end(&self, text: &str) -> String {
        let Some((kind, key)) = text.split_once(':') else { return text.to_owned() };
        let ids = match kind {
            "system" => &self.now.systems,
            "recipient" => &self.now.recipients,
            _ => &self.now.origins,
        };
        ids.get(key).map_or_else(|| text.to_owned(), |id| format!("{kind}:{id}"))
    }

    async fn flow(&mut self, key: &str, doc: &FlowDoc) -> Result<String> {
        let id = self.now.flows.get(key).cloned().unwrap_or_else(new_id);
        let (from, to) = (self.end(&doc.from), self.end(&doc.to));
        sqlx::query(
            "INSERT INTO flow (id, key, from_end, to_end, found, reason, evidence, confidence,
               categories, description, state, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 'declared', '', '{}', 1, $5, $6, 'active', $7, $8)
             ON CONFLICT (id) DO UPDATE SET from_end = excluded.from_end, to_end = excluded.to_end,
               categories = excluded.categories, description = excluded.description,
               updated_at = excluded.updated_at",
        )
        .bind(&id)
        .bind(key)
        .bind(from)
        .bind(to)
        .bind(serde_json::to_string(&doc.categories).unwrap_or_default())
        .bind(&doc.description)
        .bind(self.at)
        .bind(self.at)
        .execute(self.tx.conn())
        .await?;
        self.now.flows.insert(key.to_owned(), id.clone());
        Ok(id)
    }

    /// Confirms or dismisses a discovered flow; `None` reopens it.
    async fn discovered(&mut self, key: &str, doc: Option<&FoundFlowDoc>) -> Result<String> {
        let id = self.now.discovered.get(key).cloned().unwrap_or_default();
        let (found, state) = match doc.map(|doc| doc.decision.as_str()) {
            Some("confirmed") => ("declared", "active"),
            Some(_) => ("discovered", "dismissed"),
            None => ("discovered", "active"),
        };
        sqlx::query("UPDATE flow SET found = $1, state = $2, updated_at = $3 WHERE id = $4")
            .bind(found)
            .bind(state)
            .bind(self.at)
            .bind(&id)
            .execute(self.tx.conn())
            .await?;
        if let Some(doc) = doc {
            sqlx::query(
                "UPDATE flow SET from_end = $1, to_end = $2, categories = $3, description = $4 WHERE id = $5",
            )
            .bind(self.end(&doc.from))
            .bind(self.end(&doc.to))
            .bind(serde_json::to_string(&doc.categories).unwrap_or_default())
            .bind(&doc.description)
            .bind(&id)
            .execute(self.tx.conn())
            .await?;
        }
        Ok(id)
    }

    async fn activity(&mut self, key: &str, doc: &ActivityDoc) -> Result<String> {
        let id = self.now.activities.get(key).cloned().unwrap_or_else(new_id);
        let ids = |keys: &[String], of: &HashMap<String, String>| -> Vec<String> {
            keys.iter().filter_map(|key| of.get(key).cloned()).collect()
        };
        let activity = Activity {
            id: id.clone(),
            key: key.to_owned(),
            name: doc.name.clone(),
            role: doc.role.parse().unwrap_or_default(),
            on_behalf_of: doc.on_behalf_of.clone(),
            purpose: doc.purpose.clone(),
            legal_basis: doc.legal_basis.0.clone(),
            people: doc.people.clone(),
            systems: ids(&doc.systems, &self.now.systems),
            categories: doc.categories.clone(),
            recipients: ids(&doc.recipients, &self.now.recipients),
            retention: doc.retention.clone(),
            security: doc.security.clone(),
            owner: doc.owner.clone(),
            assessment: doc.assessment.clone(),
            created_at: self.at,
            updated_at: self.at,
        };
        put_activity(&mut self.tx, &activity).await?;
        self.now.activities.insert(key.to_owned(), id.clone());
        Ok(id)
    }

    /// A store's id and its fields' ids; a store that no scan has seen yet is put on the map.
    async fn store(&mut self, source: &str, store: &str) -> Result<String> {
        let at = (source.to_owned(), store.to_owned());
        if let Some((id, _)) = self.stores.get(&at) {
            return Ok(id.clone());
        }
        let source_id = self.now.sources.get(source).cloned().unwrap_or_default();
        let known: Option<(String,)> =
            sqlx::query_as("SELECT id FROM data_store WHERE source_id = $1 AND name = $2")
                .bind(&source_id)
                .bind(store)
                .fetch_optional(self.tx.conn())
                .await?;
        let id = match known {
            Some((id,)) => id,
            None => self.new_store(&source_id, store).await?,
        };
        let fields: Vec<(String, String)> =
            sqlx::query_as("SELECT name, id FROM field WHERE store_id = $1")
                .bind(&id)
                .fetch_all(self.tx.conn())
                .await?;
        self.stores.insert(at, (id.clone(), fields.into_iter().collect()));
        Ok(id)
    }

    async fn people(&mut self, key: &[String], people: &str) -> Result<String> {
        let id = self.store(&key[0], &key[1]).await?;
        sqlx::query("UPDATE data_store SET people_decided = $1 WHERE id = $2")
            .bind(people)
            .bind(&id)
            .execute(self.tx.conn())
            .await?;
        Ok(id)
    }

    /// Decides about a field; `None` goes back to what was found. A field that no scan has seen yet
    /// is put on the map, so that the decision is there when the scan comes.
    async fn field(&mut self, key: &[String], doc: Option<&FieldDecisionDoc>) -> Result<String> {
        let store_id = self.store(&key[0], &key[1]).await?;
        let at = (key[0].clone(), key[1].clone());
        let known = self.stores.get(&at).and_then(|(_, fields)| fields.get(&key[2])).cloned();
        let id = match known {
            Some(id) => id,
            None => self.new_field(key, &store_id).await?,
        };
        let Some(doc) = doc else {
            sqlx::query(
                "UPDATE field SET decision = '', decided_category = '', decided_sensitivity = '',
                   decided_by = '', decided_at = NULL, decided_note = '', category = found_category,
                   sensitivity = found_sensitivity, minor = found_minor,
                   level = CASE found_sensitivity WHEN 'sensitive' THEN 3 WHEN 'confidential' THEN 2
                     WHEN 'personal' THEN 1 ELSE 0 END
                 WHERE id = $1",
            )
            .bind(&id)
            .execute(self.tx.conn())
            .await?;
            return Ok(id);
        };
        sqlx::query(
            "UPDATE field SET decision = $1, decided_category = $2, decided_sensitivity = $3,
               decided_by = $4, decided_at = $5, decided_note = $6, category = $7, sensitivity = $8,
               level = $9, minor = CASE WHEN $10 = 'dismissed' THEN 0 ELSE found_minor END
             WHERE id = $11",
        )
        .bind(&doc.decision)
        .bind(&doc.category)
        .bind(&doc.sensitivity)
        .bind(who(&self.actor))
        .bind(self.at)
        .bind(&doc.note)
        .bind(&doc.category)
        .bind(&doc.sensitivity)
        .bind(level(&doc.sensitivity))
        .bind(&doc.decision)
        .bind(&id)
        .execute(self.tx.conn())
        .await?;
        Ok(id)
    }

    async fn new_field(&mut self, key: &[String], store_id: &str) -> Result<String> {
        let id = new_id();
        sqlx::query(
            "INSERT INTO field (id, store_id, source_id, name, position, data_type, search,
               seen_scan_id, first_seen_at)
             VALUES ($1, $2, $3, $4, 0, '', $5, '', $6)",
        )
        .bind(&id)
        .bind(store_id)
        .bind(self.now.sources.get(&key[0]).cloned().unwrap_or_default())
        .bind(&key[2])
        .bind(format!("{} {} {}", key[2], key[1], key[0]).to_lowercase())
        .bind(self.at)
        .execute(self.tx.conn())
        .await?;
        if let Some((_, fields)) = self.stores.get_mut(&(key[0].clone(), key[1].clone())) {
            fields.insert(key[2].clone(), id.clone());
        }
        Ok(id)
    }

    async fn delete(&mut self, change: &Change) -> Result<String> {
        let key = change.key[0].as_str();
        let of = |ids: &HashMap<String, String>| ids.get(key).cloned().unwrap_or_default();
        let (id, statements): (String, &[&'static str]) = match change.kind {
            Kind::Organisation => return Ok("self".to_owned()),
            Kind::System => (of(&self.now.systems), &["DELETE FROM system WHERE id = $1"]),
            Kind::Recipient => (of(&self.now.recipients), &["DELETE FROM recipient WHERE id = $1"]),
            Kind::Source => (of(&self.now.sources), DELETE_SOURCE),
            Kind::Flow => (of(&self.now.flows), &["DELETE FROM flow WHERE id = $1"]),
            Kind::Discovered => return self.discovered(key, None).await,
            Kind::Activity => {
                let id = of(&self.now.activities);
                drop_activity(&mut self.tx, &id).await?;
                return Ok(id);
            }
            Kind::People => return self.people(&change.key, "").await,
            Kind::Field => return self.field(&change.key, None).await,
        };
        for sql in statements {
            sqlx::query(*sql).bind(&id).execute(self.tx.conn()).await?;
        }
        Ok(id)
    }
}

const DELETE_SOURCE: &[&str] = &[
    "DELETE FROM flow WHERE from_end IN (SELECT 'origin:' || id FROM origin WHERE source_id = $1)",
    "DELETE FROM drift WHERE source_id = $1",
    "DELETE FROM field WHERE source_id = $1",
    "DELETE FROM store_link WHERE source_id = $1",
    "DELETE FROM data_store WHERE source_id = $1",
    "DELETE FROM scan_problem WHERE scan_id IN (SELECT id FROM scan WHERE source_id = $1)",
    "DELETE FROM scan WHERE source_id = $1",
    "DELETE FROM origin WHERE source_id = $1",
    "DELETE FROM source WHERE id = $1",
];

fn object(kind: Kind) -> &'static str {
    match kind {
        Kind::People => "store",
        Kind::Discovered => "flow",
        other => other.as_str(),
    }
}

fn action(kind: Kind, verb: Verb) -> &'static str {
    match (kind, verb) {
        (Kind::Organisation, _) => "organisation.changed",
        (Kind::System, Verb::Create) => "system.created",
        (Kind::System, Verb::Change) => "system.changed",
        (Kind::System, Verb::Delete) => "system.deleted",
        (Kind::Recipient, Verb::Create) => "recipient.created",
        (Kind::Recipient, Verb::Change) => "recipient.changed",
        (Kind::Recipient, Verb::Delete) => "recipient.deleted",
        (Kind::Source, Verb::Create) => "source.created",
        (Kind::Source, Verb::Change) => "source.changed",
        (Kind::Source, Verb::Delete) => "source.deleted",
        (Kind::Flow, Verb::Create) => "flow.declared",
        (Kind::Flow, Verb::Change) => "flow.changed",
        (Kind::Flow, Verb::Delete) => "flow.deleted",
        (Kind::Discovered, Verb::Delete) => "flow.reopened",
        (Kind::Discovered, _) => "flow.decided",
        (Kind::Activity, Verb::Create) => "activity.created",
        (Kind::Activity, Verb::Change) => "activity.changed",
        (Kind::Activity, Verb::Delete) => "activity.deleted",
        (Kind::People, _) => "store.people",
        (Kind::Field, Verb::Delete) => "field.reopened",
        (Kind::Field, _) => "field.decided",
    }
}

/// The id behind an actor, for the field's own row.
fn who(actor: &Actor) -> String {
    match actor {
        Actor::Person(id) | Actor::Token(id) => id.clone(),
        Actor::System(name) => (*name).to_owned(),
        Actor::CommandLine => "command-line".to_owned(),
    }
}
