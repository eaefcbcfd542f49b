//! All SQL of flows, and the picture's content read from the map.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use detect::Sensitivity;
use sqlx::{AssertSqlSafe, FromRow};
use store::{Actor, Entry, new_id, now};

use super::discover::Evidence;
use super::model::{Edge, EdgeKind, Node, NodeKind, Picture};
use crate::map::Summary;
use crate::model::{Origin, System, placeholders};
use crate::systems::RecipientRow;
use crate::{DataMap, DataMapError, Result};

/// A flow as stored.
#[derive(Debug, Clone, PartialEq, FromRow, serde::Serialize)]
pub struct FlowRow {
    /// Id.
    pub id: String,
    /// Stable name.
    pub key: String,
    /// `system:ID`, `origin:ID`.
    pub from_end: String,
    /// `system:ID`, `recipient:ID`.
    pub to_end: String,
    /// `declared` | `discovered`.
    pub found: String,
    /// `equal_values` | `view` | `foreign_key` | "" (a person said so).
    pub reason: String,
    /// [`Evidence`] as JSON.
    pub evidence: String,
    /// 0..=1.
    pub confidence: f64,
    /// Category keys, JSON array; empty: whatever the first end holds.
    pub categories: String,
    /// What people wrote.
    pub description: String,
    /// `active` | `dismissed`.
    pub state: String,
    /// Changed (µs).
    pub updated_at: i64,
}

impl FlowRow {
    /// The evidence, read.
    pub fn evidence(&self) -> Evidence {
        serde_json::from_str(&self.evidence).unwrap_or_default()
    }

    /// The categories, read.
    pub fn categories(&self) -> Vec<String> {
        serde_json::from_str(&self.categories).unwrap_or_default()
    }

    /// It was found by a scan and then confirmed by a person.
    pub fn is_confirmed(&self) -> bool {
        self.found == "declared" && !self.reason.is_empty()
    }
}

const COLUMNS: &str = "id, key, from_end, to_end, found, reason, evidence, confidence, categories,
    description, state, updated_at";

/// A flow as a person declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlowDraft {
    /// `system:ID` or `origin:ID`.
    pub from_end: String,
    /// `system:ID` or `recipient:ID`.
    pub to_end: String,
    /// Category keys; empty: whatever the first end holds.
    pub categories: Vec<String>,
    /// In words.
    pub description: String,
}

/// What a person says about discovered flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowDecision {
    /// It is so: the flow counts as declared.
    Confirm,
    /// It is not so: it is not drawn, and later scans do not bring it back.
    Dismiss,
    /// Takes either back.
    Reopen,
}

impl FlowDecision {
    fn action(self) -> &'static str {
        match self {
            Self::Confirm => "flow.confirmed",
            Self::Dismiss => "flow.dismissed",
            Self::Reopen => "flow.reopened",
        }
    }
}

impl DataMap {
    /// One flow.
    pub async fn flow(&self, id: &str) -> Result<FlowRow> {
        let sql = format!("SELECT {COLUMNS} FROM flow WHERE id = $1");
        sqlx::query_as(AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or(DataMapError::NotFound("flow"))
    }

    /// Flows in a state, newest first.
    pub async fn flows_in_state(&self, state: &str) -> Result<Vec<FlowRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM flow WHERE state = $1 ORDER BY updated_at DESC, id");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(state).fetch_all(self.store().reader()).await?)
    }

    /// Declares a flow; returns its id.
    pub async fn declare_flow(&self, actor: Actor, draft: &FlowDraft) -> Result<String> {
        self.check_flow(draft).await?;
        let id = new_id();
        let mut tx = self.store().begin(Entry::new(actor, "flow.declared", "flow", &id)).await?;
        let at = now();
        sqlx::query(
            "INSERT INTO flow (id, key, from_end, to_end, found, reason, evidence, confidence,
               categories, description, state, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 'declared', '', '{}', 1, $5, $6, 'active', $7, $8)",
        )
        .bind(&id)
        .bind(format!("declared:{id}"))
        .bind(&draft.from_end)
        .bind(&draft.to_end)
        .bind(json(&draft.categories))
        .bind(draft.description.trim())
        .bind(at)
        .bind(at)
        .execute(tx.conn())
        .await?;
        tx.states(None, Some(self.store().digest(&draft_digest(draft))));
        tx.commit().await?;
        Ok(id)
    }

    /// Changes a declared (or confirmed) flow.
    pub async fn update_flow(&self, actor: Actor, id: &str, draft: &FlowDraft) -> Result<()> {
        self.check_flow(draft).await?;
        let old = self.flow(id).await?;
        if old.found != "declared" {
            return Err(DataMapError::Conflict("flows-error-confirm-first"));
        }
        let mut entry = Entry::new(actor, "flow.changed", "flow", id);
        entry.before = Some(self.store().digest(&old));
        entry.after = Some(self.store().digest(&draft_digest(draft)));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "UPDATE flow SET from_end = $1, to_end = $2, categories = $3, description = $4,
               updated_at = $5 WHERE id = $6",
        )
        .bind(&draft.from_end)
        .bind(&draft.to_end)
        .bind(json(&draft.categories))
        .bind(draft.description.trim())
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes a flow that a person declared; a discovered one is dismissed instead, so that the
    /// next scan does not find it anew.
    pub async fn delete_flow(&self, actor: Actor, id: &str) -> Result<()> {
        let old = self.flow(id).await?;
        if !old.reason.is_empty() {
            return Err(DataMapError::Conflict("flows-error-dismiss-instead"));
        }
        let mut entry = Entry::new(actor, "flow.deleted", "flow", id);
        entry.before = Some(self.store().digest(&old));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("DELETE FROM flow WHERE id = $1").bind(id).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Confirms, dismisses or reopens discovered flows; returns how many changed. One entry each.
    pub async fn decide_flows(
        &self,
        actor: Actor,
        ids: &[String],
        decision: FlowDecision,
    ) -> Result<u64> {
        let ids: Vec<&String> = ids.iter().take(500).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let (found, state) = match decision {
            FlowDecision::Confirm => ("declared", "active"),
            FlowDecision::Dismiss => ("discovered", "dismissed"),
            FlowDecision::Reopen => ("discovered", "active"),
        };
        // Declared by hand (no reason) are not a finding: there is nothing to decide.
        let chosen = format!(
            "reason <> '' AND NOT (found = $1 AND state = $2) AND id IN ({})",
            placeholders(3, ids.len())
        );
        let select = format!("SELECT id FROM flow WHERE {chosen}");
        let mut query = sqlx::query_as(AssertSqlSafe(select)).bind(found).bind(state);
        for id in &ids {
            query = query.bind(id.as_str());
        }
        let changing: Vec<(String,)> = query.fetch_all(self.store().reader()).await?;
        let Some((first, rest)) = changing.split_first() else { return Ok(0) };
        let entry = |id: &str| Entry::new(actor.clone(), decision.action(), "flow", id);
        let mut tx = self.store().begin(entry(&first.0)).await?;
        for (id,) in rest {
            tx.also(entry(id));
        }
        let update = format!(
            "UPDATE flow SET found = $1, state = $2, updated_at = {} WHERE {chosen}",
            now()
        );
        let mut query = sqlx::query(AssertSqlSafe(update)).bind(found).bind(state);
        for id in &ids {
            query = query.bind(id.as_str());
        }
        let done = query.execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    async fn check_flow(&self, draft: &FlowDraft) -> Result<()> {
        let (from_kind, from_id) = draft.from_end.split_once(':').unwrap_or_default();
        let (to_kind, to_id) = draft.to_end.split_once(':').unwrap_or_default();
        if !matches!(from_kind, "system" | "origin") {
            return Err(DataMapError::Invalid("flows-error-from"));
        }
        if !matches!(to_kind, "system" | "recipient") {
            return Err(DataMapError::Invalid("flows-error-to"));
        }
        if draft.from_end == draft.to_end {
            return Err(DataMapError::Invalid("flows-error-same-end"));
        }
        for (kind, id, key) in
            [(from_kind, from_id, "flows-error-from"), (to_kind, to_id, "flows-error-to")]
        {
            let sql = format!("SELECT COUNT(*) FROM {kind} WHERE id = $1");
            let (n,): (i64,) = sqlx::query_as(AssertSqlSafe(sql))
                .bind(id)
                .fetch_one(self.store().reader())
                .await?;
            if n == 0 {
                return Err(DataMapError::Invalid(key));
            }
        }
        Ok(())
    }

    /// Everything the picture shows: systems, origins, recipients and what flows between them.
    pub async fn picture(&self) -> Result<Picture> {
        let named: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT DISTINCT s.system_id, r.recipient_id, COALESCE(c.category, '')
             FROM activity_system s JOIN activity_recipient r ON r.activity_id = s.activity_id
             LEFT JOIN activity_category c ON c.activity_id = s.activity_id
             ORDER BY 1, 2, 3",
        )
        .fetch_all(self.store().reader())
        .await?;
        let summary = self.summary().await?;
        let mut builder = self.picture_of_rows(&summary, "active").await?;
        builder.activities(named);
        Ok(builder.finish())
    }

    /// The flows that people dismissed, with their ends.
    pub async fn dismissed_picture(&self) -> Result<Picture> {
        let summary = self.summary().await?;
        let mut picture = self.picture_of_rows(&summary, "dismissed").await?.finish();
        picture.edges.retain(|edge| edge.kind == EdgeKind::Flow);
        Ok(picture)
    }

    async fn picture_of_rows<'a>(&self, summary: &'a Summary, state: &str) -> Result<Builder<'a>> {
        let origins: Vec<Origin> = sqlx::query_as(
            "SELECT o.* FROM origin o JOIN source s ON s.id = o.source_id
             WHERE s.system_id IS NOT NULL ORDER BY o.kind, o.touchpoint, o.provider, o.id",
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut builder = Builder::new(summary);
        builder.systems(&self.systems_by_name().await?);
        builder.recipients(&self.recipients().await?);
        builder.origins(&origins);
        builder.flows(&self.flows_in_state(state).await?);
        Ok(builder)
    }
}

fn draft_digest(draft: &FlowDraft) -> serde_json::Value {
    serde_json::json!({
        "from": draft.from_end, "to": draft.to_end,
        "categories": draft.categories, "description": draft.description,
    })
}

fn json(list: &[String]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

/// Puts the picture together from rows.
struct Builder<'a> {
    summary: &'a Summary,
    /// Highest level of each category in each system, and in each source.
    levels: HashMap<String, BTreeMap<String, i64>>,
    place: HashMap<String, usize>,
    picture: Picture,
}

impl<'a> Builder<'a> {
    fn new(summary: &'a Summary) -> Self {
        let mut levels: HashMap<String, BTreeMap<String, i64>> = HashMap::new();
        for group in summary.groups.iter().filter(|g| g.level > 0 && g.vanished == 0) {
            let system = summary.system_of(&group.source_id);
            for holder in [format!("system:{system}"), format!("source:{}", group.source_id)] {
                let level =
                    levels.entry(holder).or_default().entry(group.category.clone()).or_default();
                *level = (*level).max(group.level);
            }
        }
        Self { summary, levels, place: HashMap::new(), picture: Picture::default() }
    }

    fn add(&mut self, node: Node) {
        self.place.insert(node.id.clone(), self.picture.nodes.len());
        self.picture.nodes.push(node);
    }

    fn systems(&mut self, systems: &[System]) {
        let mut fields: HashMap<&str, i64> = HashMap::new();
        for group in self.summary.groups.iter().filter(|g| g.level > 0 && g.vanished == 0) {
            *fields.entry(self.summary.system_of(&group.source_id)).or_default() += group.fields;
        }
        for system in systems {
            let id = format!("system:{}", system.id);
            let highest = self.levels.get(&id).and_then(|l| l.values().max()).copied().unwrap_or(0);
            self.add(Node {
                id,
                kind: NodeKind::System,
                name: system.name.clone(),
                note: system.owner.clone(),
                safeguard: String::new(),
                country: system.country.clone(),
                fields: fields.get(system.id.as_str()).copied().unwrap_or(0),
                sensitivity: sensitivity(highest),
            });
        }
    }

    fn recipients(&mut self, recipients: &[RecipientRow]) {
        for recipient in recipients {
            self.add(Node {
                id: format!("recipient:{}", recipient.id),
                kind: NodeKind::of_recipient(&recipient.kind),
                name: recipient.name.clone(),
                note: String::new(),
                safeguard: recipient.safeguard.clone(),
                country: recipient.country.clone(),
                fields: 0,
                sensitivity: Sensitivity::None,
            });
        }
    }

    /// One node for each touchpoint or provider, however many sources name it.
    fn origins(&mut self, origins: &[Origin]) {
        let mut same: HashMap<(String, String, String), String> = HashMap::new();
        let mut arrows: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
        for origin in origins {
            let direct = origin.kind == "direct";
            let name = if direct { &origin.touchpoint } else { &origin.provider };
            let id = format!("origin:{}", origin.id);
            let key = (origin.kind.clone(), name.to_lowercase(), origin.country.clone());
            if let Some(first) = same.get(&key) {
                if let Some(place) = self.place.get(first).copied() {
                    self.place.insert(id.clone(), place);
                }
            } else {
                same.insert(key, id.clone());
                self.add(Node {
                    id: id.clone(),
                    kind: if direct { NodeKind::DirectOrigin } else { NodeKind::ThirdPartyOrigin },
                    name: name.clone(),
                    note: origin.contract.clone(),
                    safeguard: String::new(),
                    country: origin.country.clone(),
                    fields: 0,
                    sensitivity: Sensitivity::None,
                });
            }
            let system = format!("system:{}", self.summary.system_of(&origin.source_id));
            if let (Some(from), Some(to)) = (self.place.get(&id), self.place.get(&system)) {
                let holder = format!("source:{}", origin.source_id);
                let keys = self.levels.get(&holder).into_iter().flat_map(|l| l.keys().cloned());
                arrows.entry((*from, *to)).or_default().extend(keys.filter(|key| !key.is_empty()));
            }
        }
        for ((from, to), categories) in arrows {
            self.implied(from, to, EdgeKind::Origin, categories);
        }
    }

    fn flows(&mut self, flows: &[FlowRow]) {
        for flow in flows {
            let (Some(from), Some(to)) =
                (self.place.get(&flow.from_end).copied(), self.place.get(&flow.to_end).copied())
            else {
                continue;
            };
            let mut categories = flow.categories();
            if categories.is_empty() && flow.found == "declared" {
                categories = self.held(from);
            }
            let evidence = flow.evidence();
            let sensitivity = self.sensitivity(from, to, &categories);
            self.picture.edges.push(Edge {
                id: flow.id.clone(),
                from,
                to,
                kind: EdgeKind::Flow,
                declared: flow.found == "declared",
                reason: flow.reason.clone(),
                confidence: flow.confidence,
                sensitivity,
                undirected: flow.found == "discovered" && evidence.direction.is_empty(),
                stale: evidence.stale && flow.found == "discovered",
                description: flow.description.clone(),
                categories,
            });
        }
    }

    /// What processing activities say about recipients, unless a flow says it already.
    fn activities(&mut self, named: Vec<(String, String, String)>) {
        let mut arrows: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
        for (system, recipient, category) in named {
            let ends = (
                self.place.get(&format!("system:{system}")).copied(),
                self.place.get(&format!("recipient:{recipient}")).copied(),
            );
            if let (Some(from), Some(to)) = ends {
                let held = self.held(from);
                let categories = arrows.entry((from, to)).or_default();
                if category.is_empty() {
                    categories.extend(held);
                } else if held.contains(&category) || held.is_empty() {
                    categories.insert(category);
                }
            }
        }
        for ((from, to), categories) in arrows {
            if !self.picture.edges.iter().any(|e| (e.from, e.to) == (from, to)) {
                self.implied(from, to, EdgeKind::Activity, categories);
            }
        }
    }

    fn implied(&mut self, from: usize, to: usize, kind: EdgeKind, categories: BTreeSet<String>) {
        let categories: Vec<String> = categories.into_iter().collect();
        let ends = [&self.picture.nodes[from].id, &self.picture.nodes[to].id];
        let id = ends.map(|id| id.replace(':', "-")).join("--");
        let sensitivity = self.sensitivity(from, to, &categories);
        self.picture.edges.push(Edge {
            id,
            from,
            to,
            kind,
            declared: true,
            reason: String::new(),
            confidence: 1.0,
            sensitivity,
            undirected: false,
            stale: false,
            description: String::new(),
            categories,
        });
    }

    fn held(&self, node: usize) -> Vec<String> {
        let levels = self.levels.get(&self.picture.nodes[node].id);
        levels.into_iter().flat_map(|l| l.keys().filter(|k| !k.is_empty()).cloned()).collect()
    }

    /// As sensitive as the most sensitive category that flows, by what the ends' fields say, else by
    /// the category's own level.
    fn sensitivity(&self, from: usize, to: usize, categories: &[String]) -> Sensitivity {
        let ends = [from, to].map(|node| self.levels.get(&self.picture.nodes[node].id));
        let of = |category: &String| -> Sensitivity {
            let known = ends.iter().flatten().find_map(|levels| levels.get(category)).copied();
            known.map_or_else(
                || {
                    detect::taxonomy()
                        .get(category)
                        .map_or(Sensitivity::Personal, |c| c.sensitivity)
                },
                sensitivity,
            )
        };
        categories.iter().map(of).max().unwrap_or(Sensitivity::None)
    }

    /// Origins that lead nowhere are left out: they say nothing yet.
    fn finish(self) -> Picture {
        let used: BTreeSet<usize> =
            self.picture.edges.iter().flat_map(|e| [e.from, e.to]).collect();
        let nodes = &self.picture.nodes;
        let kept: Vec<usize> =
            (0..nodes.len()).filter(|i| !nodes[*i].kind.is_origin() || used.contains(i)).collect();
        let place: HashMap<usize, usize> =
            kept.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        Picture {
            nodes: kept.iter().map(|i| nodes[*i].clone()).collect(),
            edges: self
                .picture
                .edges
                .iter()
                .map(|e| Edge { from: place[&e.from], to: place[&e.to], ..e.clone() })
                .collect(),
        }
    }
}

fn sensitivity(level: i64) -> Sensitivity {
    match level {
        1 => Sensitivity::Personal,
        2 => Sensitivity::Confidential,
        3 => Sensitivity::Sensitive,
        _ => Sensitivity::None,
    }
}
