//! Finds flows that nobody told us about. After each scan the identifying columns of the scanned
//! source's system are compared with those of all other systems by their sketches; views and foreign
//! keys that read another system's database count as well. What people decided stays decided.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::{Actor, Entry, Store, StoreError, sqlx};

use super::sketch::{Family, Overlap, Sketch, compare};

/// Fewer equal hashes than this are chance or a test account.
const MIN_SHARED: usize = 3;
/// Evidence keeps the strongest field pairs only.
const MAX_PAIRS: usize = 12;

/// One column with its sketch and what is needed to read it.
#[derive(Debug, Clone)]
pub struct SketchedField {
    /// Id of the field.
    pub id: String,
    /// The system.
    pub system: String,
    /// `source › store › field`.
    pub path: String,
    /// Its category, or "".
    pub category: String,
    /// Rows by estimate ÷ rows sampled, at least 1.
    pub scale: f64,
    /// The sketch.
    pub sketch: Sketch,
}

/// Two columns of two systems that hold the same values. No value in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldPair {
    /// Field id in the first system.
    pub a: String,
    /// Field id in the second.
    pub b: String,
    /// `source › store › field`.
    pub a_path: String,
    /// `source › store › field`.
    pub b_path: String,
    /// Category, or "".
    pub category: String,
    /// Estimated share of the first column's values that the second holds, 0..=1.
    pub a_in_b: f64,
    /// And the other way round.
    pub b_in_a: f64,
    /// Distinct values sampled.
    pub a_sampled: usize,
    /// Distinct values sampled.
    pub b_sampled: usize,
    /// Hashes in both sketches.
    pub shared: usize,
}

/// Why an arrow was drawn; stored as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Columns that agree, strongest first; `a` belongs to `from`.
    #[serde(default)]
    pub pairs: Vec<FieldPair>,
    /// Field pairs that agree in all.
    #[serde(default)]
    pub pairs_total: usize,
    /// Views or keys that read the other system, as `source › store`.
    #[serde(default)]
    pub stores: Vec<String>,
    /// What decided the direction: `origin`, `superset`, `view`, `foreign_key`; "" if nothing did.
    #[serde(default)]
    pub direction: String,
    /// The last scan did not find it again.
    #[serde(default)]
    pub stale: bool,
}

/// A flow as found, before it meets what is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The same on every scan, whatever the direction.
    pub key: String,
    /// System id.
    pub from: String,
    /// System id.
    pub to: String,
    /// `equal_values`, `view`, `foreign_key`.
    pub reason: &'static str,
    /// 0..=1.
    pub confidence: f64,
    /// Category keys.
    pub categories: Vec<String>,
    /// Why.
    pub evidence: Evidence,
}

/// How a system got its data, as its sources' origins say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Origins {
    /// Directly from people.
    pub direct: bool,
    /// From a third party.
    pub third_party: bool,
}

/// An index of one system's sketches by hash: looking a column up costs its hashes, not all columns.
#[derive(Debug, Default)]
pub struct Index {
    fields: Vec<SketchedField>,
    by_hash: HashMap<u64, Vec<u32>>,
}

impl Index {
    /// Builds it.
    pub fn new(fields: Vec<SketchedField>) -> Self {
        let mut by_hash: HashMap<u64, Vec<u32>> = HashMap::new();
        for (place, field) in fields.iter().enumerate() {
            for hash in &field.sketch.hashes {
                by_hash.entry(*hash).or_default().push(place as u32);
            }
        }
        Self { fields, by_hash }
    }

    /// The columns that agree with another system's column enough to mean something.
    pub fn matches(&self, other: &SketchedField) -> Vec<(FieldPair, Family)> {
        let mut hits: BTreeMap<u32, usize> = BTreeMap::new();
        for hash in &other.sketch.hashes {
            for place in self.by_hash.get(hash).into_iter().flatten() {
                *hits.entry(*place).or_default() += 1;
            }
        }
        hits.into_iter()
            .filter(|(_, shared)| *shared >= MIN_SHARED)
            .filter_map(|(place, _)| {
                let own = &self.fields[place as usize];
                let found = compare(&own.sketch, &other.sketch);
                (found.shared >= MIN_SHARED).then(|| (pair(own, other, found), own.sketch.family))
            })
            .collect()
    }
}

/// Scales what the samples share to the whole columns: of `n` sampled out of `N` distinct values,
/// a common value is in the other sample only with the chance that it was sampled there.
fn pair(own: &SketchedField, other: &SketchedField, found: Overlap) -> FieldPair {
    let whole = |share: f64, partner: &SketchedField| round(f64::min(1.0, share * partner.scale));
    let category = if own.category.is_empty() { &other.category } else { &own.category };
    FieldPair {
        a: own.id.clone(),
        b: other.id.clone(),
        a_path: own.path.clone(),
        b_path: other.path.clone(),
        category: category.clone(),
        a_in_b: whole(found.a_in_b, other),
        b_in_a: whole(found.b_in_a, own),
        a_sampled: own.sketch.distinct,
        b_sampled: other.sketch.distinct,
        shared: found.shared,
    }
}

fn round(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

impl FieldPair {
    fn strength(&self) -> f64 {
        let evidence = 1.0 - (-(self.shared as f64) / 4.0).exp();
        // Half of one column found in the other is as good as all: customers of a shop are few of
        // the contacts of a CRM, or the other way round.
        let share = (self.a_in_b.max(self.b_in_a) * 2.0).min(1.0);
        evidence * share.sqrt()
    }

    fn turned(self) -> Self {
        Self {
            a: self.b,
            b: self.a,
            a_path: self.b_path,
            b_path: self.a_path,
            a_in_b: self.b_in_a,
            b_in_a: self.a_in_b,
            a_sampled: self.b_sampled,
            b_sampled: self.a_sampled,
            ..self
        }
    }
}

/// Judges all agreeing columns of two systems. `None` when only names agree, or too little does.
pub fn judge(
    a: &str,
    b: &str,
    mut pairs: Vec<(FieldPair, Family)>,
    origins: &BTreeMap<String, Origins>,
) -> Option<Found> {
    let miss: f64 = pairs
        .iter()
        .filter(|(_, family)| family.identifies())
        .map(|(pair, _)| 1.0 - pair.strength())
        .fold(1.0, f64::min);
    let best = 1.0 - miss;
    if best < 0.15 {
        return None;
    }
    pairs.sort_by(|x, y| {
        let rank = |p: &(FieldPair, Family)| (p.1.identifies(), p.0.strength());
        rank(y)
            .partial_cmp(&rank(x))
            .unwrap_or(std::cmp::Ordering::Equal)
            .then_with(|| x.0.a.cmp(&y.0.a))
    });
    let kinds =
        pairs.iter().filter(|(p, _)| p.strength() > 0.3).map(|(p, f)| (p.category.clone(), *f));
    let kinds: BTreeSet<(String, Family)> = kinds.collect();
    // A second kind of value that agrees makes an accident much less likely.
    let confidence = round(
        (best + (1.0 - best) * 0.4 * (kinds.len().saturating_sub(1)).min(2) as f64 / 2.0).min(0.99),
    );
    let (swap, direction) = direction(a, b, &pairs, origins);
    let total = pairs.len();
    let pairs: Vec<FieldPair> = pairs
        .into_iter()
        .take(MAX_PAIRS)
        .map(|(pair, _)| if swap { pair.turned() } else { pair })
        .collect();
    let categories: BTreeSet<String> =
        pairs.iter().map(|p| p.category.clone()).filter(|c| !c.is_empty()).collect();
    let (from, to) = if swap { (b, a) } else { (a, b) };
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    Some(Found {
        key: format!("found:equal_values:{low}:{high}"),
        from: from.to_owned(),
        to: to.to_owned(),
        reason: "equal_values",
        confidence,
        categories: categories.into_iter().collect(),
        evidence: Evidence {
            pairs,
            pairs_total: total,
            direction: direction.to_owned(),
            ..Evidence::default()
        },
    })
}

/// Whether the data more likely went from `b` to `a` (`true`), and what says so.
fn direction(
    a: &str,
    b: &str,
    pairs: &[(FieldPair, Family)],
    origins: &BTreeMap<String, Origins>,
) -> (bool, &'static str) {
    let of = |system: &str| origins.get(system).copied().unwrap_or_default();
    if of(a).direct != of(b).direct {
        return (of(b).direct, "origin");
    }
    let identifying =
        || pairs.iter().filter(|(_, family)| family.identifies()).map(|(pair, _)| pair);
    let mean = |share: &dyn Fn(&FieldPair) -> f64| {
        let list: Vec<f64> = identifying().map(share).collect();
        list.iter().sum::<f64>() / list.len().max(1) as f64
    };
    let (a_in_b, b_in_a) = (mean(&|p| p.a_in_b), mean(&|p| p.b_in_a));
    // The smaller set was taken from the larger one, if nearly all of it is there.
    if b_in_a > 0.75 && b_in_a - a_in_b > 0.2 {
        return (false, "superset");
    }
    if a_in_b > 0.75 && a_in_b - b_in_a > 0.2 {
        return (true, "superset");
    }
    (a > b, "")
}

/// What one run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// New flows.
    pub new: usize,
    /// Flows whose evidence changed.
    pub changed: usize,
    /// Flows not found again.
    pub stale: usize,
}

/// Looks for flows between the system of a source and all others, and records what changed.
/// A source without a system has no place in the picture yet: nothing is done.
pub async fn discover(store: &Store, source_id: &str) -> Result<Outcome, StoreError> {
    let row = sqlx::query("SELECT system_id FROM source WHERE id = $1 AND system_id IS NOT NULL")
        .bind(source_id)
        .fetch_optional(store.reader())
        .await?;
    let Some(row) = row else { return Ok(Outcome::default()) };
    discover_system(store, row.try_get::<String, _>(0)?.as_str()).await
}

/// The same for a system by id.
pub async fn discover_system(store: &Store, system: &str) -> Result<Outcome, StoreError> {
    let origins = load_origins(store).await?;
    let own = load_fields(store, system).await?;
    let index = Index::new(own);
    let mut agreeing = scan_others(store, system, &index).await?;
    agreeing.retain(|_, pairs| !pairs.is_empty());
    let mut found: Vec<Found> = agreeing
        .into_iter()
        .filter_map(|(other, pairs)| judge(system, &other, pairs, &origins))
        .collect();
    found.extend(super::links::across_systems(store, system).await?);
    record(store, system, found).await
}

async fn load_origins(store: &Store) -> Result<BTreeMap<String, Origins>, StoreError> {
    let rows = sqlx::query(
        "SELECT s.system_id, o.kind FROM origin o JOIN source s ON s.id = o.source_id
         WHERE s.system_id IS NOT NULL GROUP BY s.system_id, o.kind",
    )
    .fetch_all(store.reader())
    .await?;
    let mut origins: BTreeMap<String, Origins> = BTreeMap::new();
    for row in rows {
        let entry = origins.entry(row.try_get(0)?).or_default();
        match row.try_get::<String, _>(1)?.as_str() {
            "direct" => entry.direct = true,
            _ => entry.third_party = true,
        }
    }
    Ok(origins)
}

const FIELDS: &str = "SELECT f.id, s.system_id, s.name, d.name, f.name, f.category, f.sketch,
    CAST(COALESCE(d.rows_estimate, 0) AS BIGINT), d.rows_sampled
  FROM field f JOIN data_store d ON d.id = f.store_id JOIN source s ON s.id = f.source_id
  WHERE f.sketch <> '' AND f.vanished_at IS NULL AND d.kind <> 'view' AND s.system_id IS NOT NULL";

fn read_field(row: &sqlx::any::AnyRow) -> Result<Option<SketchedField>, StoreError> {
    let Some(sketch) = Sketch::parse(&row.try_get::<String, _>(6)?) else { return Ok(None) };
    let parts: [String; 3] = [row.try_get(2)?, row.try_get(3)?, row.try_get(4)?];
    let (estimate, sampled): (i64, i64) = (row.try_get(7)?, row.try_get(8)?);
    // A column that repeats its values was seen nearly whole; a unique one grows with the rows.
    let unique = sketch.distinct as f64 > sampled as f64 * 0.5;
    let scale =
        if unique && sampled > 0 { (estimate as f64 / sampled as f64).max(1.0) } else { 1.0 };
    Ok(Some(SketchedField {
        id: row.try_get(0)?,
        system: row.try_get(1)?,
        path: parts.join(" › "),
        category: row.try_get(5)?,
        scale,
        sketch,
    }))
}

async fn load_fields(store: &Store, system: &str) -> Result<Vec<SketchedField>, StoreError> {
    let sql = format!("{FIELDS} AND s.system_id = $1");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(system).fetch_all(store.reader()).await?;
    let fields: Result<Vec<_>, _> = rows.iter().map(read_field).collect();
    Ok(fields?.into_iter().flatten().collect())
}

type Agreeing = BTreeMap<String, Vec<(FieldPair, Family)>>;

/// Streams the other systems' columns past the index: memory stays that of one system.
async fn scan_others(store: &Store, system: &str, index: &Index) -> Result<Agreeing, StoreError> {
    let mut agreeing = Agreeing::new();
    if index.fields.is_empty() {
        return Ok(agreeing);
    }
    let sql = format!("{FIELDS} AND s.system_id <> $1");
    let mut rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(system).fetch(store.reader());
    while let Some(row) = rows.try_next().await? {
        if let Some(field) = read_field(&row)? {
            let pairs = index.matches(&field);
            agreeing.entry(field.system).or_default().extend(pairs);
        }
    }
    Ok(agreeing)
}

/// A stored discovered flow.
struct Known {
    id: String,
    key: String,
    from_end: String,
    to_end: String,
    found: String,
    state: String,
    evidence: String,
    confidence: f64,
    categories: String,
}

enum Change {
    New(Found),
    Update(String, Found),
    Stale(String, Evidence, f64),
}

/// Compares with what is stored and writes the difference in one transaction; writes nothing when
/// nothing changed.
async fn record(store: &Store, system: &str, found: Vec<Found>) -> Result<Outcome, StoreError> {
    let end = format!("system:{system}");
    let known = load_known(store, &end).await?;
    let changes = difference(&known, found);
    let mut outcome = Outcome::default();
    if changes.is_empty() {
        return Ok(outcome);
    }
    let actor = || Actor::System("discovery");
    let mut tx = store.begin(Entry::new(actor(), "flows.searched", "system", system)).await?;
    let now = store::now();
    for change in changes {
        match change {
            Change::New(found) => {
                outcome.new += 1;
                let id = store::new_id();
                tx.also(Entry::new(actor(), "flow.discovered", "flow", &id));
                sqlx::query(
                    "INSERT INTO flow (id, key, from_end, to_end, found, reason, evidence, confidence,
                       categories, description, state, created_at, updated_at)
                     VALUES ($1, $2, $3, $4, 'discovered', $5, $6, $7, $8, '', 'active', $9, $9)
                     ON CONFLICT (key) DO NOTHING",
                )
                .bind(id)
                .bind(found.key)
                .bind(format!("system:{}", found.from))
                .bind(format!("system:{}", found.to))
                .bind(found.reason)
                .bind(json(&found.evidence))
                .bind(found.confidence)
                .bind(json(&found.categories))
                .bind(now)
                .execute(tx.conn())
                .await?;
            }
            Change::Update(id, found) => {
                outcome.changed += 1;
                tx.also(Entry::new(actor(), "flow.evidence_changed", "flow", &id));
                sqlx::query(
                    "UPDATE flow SET from_end = $2, to_end = $3, evidence = $4, confidence = $5,
                       categories = $6, updated_at = $7
                     WHERE id = $1 AND found = 'discovered' AND state = 'active'",
                )
                .bind(id)
                .bind(format!("system:{}", found.from))
                .bind(format!("system:{}", found.to))
                .bind(json(&found.evidence))
                .bind(found.confidence)
                .bind(json(&found.categories))
                .bind(now)
                .execute(tx.conn())
                .await?;
            }
            Change::Stale(id, evidence, confidence) => {
                outcome.stale += 1;
                tx.also(Entry::new(actor(), "flow.not_found_again", "flow", &id));
                sqlx::query(
                    "UPDATE flow SET evidence = $2, confidence = $3, updated_at = $4
                     WHERE id = $1 AND found = 'discovered' AND state = 'active'",
                )
                .bind(id)
                .bind(json(&evidence))
                .bind(confidence)
                .bind(now)
                .execute(tx.conn())
                .await?;
            }
        }
    }
    tx.commit().await?;
    Ok(outcome)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}

async fn load_known(store: &Store, end: &str) -> Result<Vec<Known>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, key, from_end, to_end, found, state, evidence, confidence, categories
         FROM flow WHERE from_end = $1 OR to_end = $1",
    )
    .bind(end)
    .fetch_all(store.reader())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Known {
                id: row.try_get(0)?,
                key: row.try_get(1)?,
                from_end: row.try_get(2)?,
                to_end: row.try_get(3)?,
                found: row.try_get(4)?,
                state: row.try_get(5)?,
                evidence: row.try_get(6)?,
                confidence: row.try_get(7)?,
                categories: row.try_get(8)?,
            })
        })
        .collect()
}

fn difference(known: &[Known], found: Vec<Found>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut again: BTreeSet<String> = BTreeSet::new();
    for found in found {
        again.insert(found.key.clone());
        let ends = (format!("system:{}", found.from), format!("system:{}", found.to));
        match known.iter().find(|row| row.key == found.key) {
            // Dismissed stays dismissed; confirmed is the person's now.
            Some(row) if row.state != "active" || row.found != "discovered" => {}
            Some(row) => {
                let same = row.evidence == json(&found.evidence)
                    && row.categories == json(&found.categories)
                    && (row.confidence - found.confidence).abs() < 1e-9
                    && (row.from_end.as_str(), row.to_end.as_str()) == (&ends.0, &ends.1);
                if !same {
                    changes.push(Change::Update(row.id.clone(), found));
                }
            }
            // What a person already declared between the two needs no second arrow.
            None if known.iter().any(|row| {
                let ways = (row.from_end.as_str(), row.to_end.as_str());
                row.found == "declared"
                    && row.state == "active"
                    && (ways == (&ends.0, &ends.1) || ways == (&ends.1, &ends.0))
            }) => {}
            None => changes.push(Change::New(found)),
        }
    }
    for row in known {
        let gone = row.found == "discovered" && row.state == "active" && !again.contains(&row.key);
        let mut evidence: Evidence = serde_json::from_str(&row.evidence).unwrap_or_default();
        if gone && !evidence.stale {
            evidence.stale = true;
            changes.push(Change::Stale(row.id.clone(), evidence, round(row.confidence / 2.0)));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::super::sketch::build;
    use super::*;

    fn field(
        system: &str,
        name: &str,
        category: &str,
        range: std::ops::Range<u32>,
        scale: f64,
    ) -> SketchedField {
        let values: Vec<String> = range.map(|n| format!("guest{n}@example.org")).collect();
        SketchedField {
            id: format!("{system}-{name}"),
            system: system.to_owned(),
            path: format!("{system} › t › {name}"),
            category: category.to_owned(),
            scale,
            sketch: Sketch::parse(&build(&[1; 32], category, &values)).unwrap(),
        }
    }

    fn judged(
        a: &SketchedField,
        b: &SketchedField,
        origins: &BTreeMap<String, Origins>,
    ) -> Option<Found> {
        judge(&a.system, &b.system, Index::new(vec![a.clone()]).matches(b), origins)
    }

    #[test]
    fn the_smaller_set_came_from_the_larger_one() {
        let shop = field("shop", "email", "contact.email", 0..1000, 1.0);
        let news = field("news", "mail", "contact.email", 100..400, 1.0);

        for found in
            [judged(&shop, &news, &BTreeMap::new()), judged(&news, &shop, &BTreeMap::new())]
        {
            let found = found.unwrap();
            assert_eq!((found.from.as_str(), found.to.as_str()), ("shop", "news"));
            assert_eq!(found.evidence.direction, "superset");
            assert!(found.confidence > 0.8, "{}", found.confidence);
            assert_eq!(found.evidence.pairs[0].a, "shop-email");
        }
    }

    #[test]
    fn data_flows_from_where_people_gave_it() {
        let origins =
            BTreeMap::from([("crm".to_owned(), Origins { direct: true, third_party: false })]);
        let shop = field("shop", "email", "contact.email", 0..500, 1.0);
        let crm = field("crm", "email", "contact.email", 0..500, 1.0);

        let found = judged(&shop, &crm, &origins).unwrap();

        assert_eq!((found.from.as_str(), found.evidence.direction.as_str()), ("crm", "origin"));
    }

    #[test]
    fn small_samples_of_large_equal_tables_still_meet() {
        // 1000 of 5000 rows each, drawn apart: one fifth of each sample is in the other.
        let shop = field("shop", "email", "contact.email", 0..1000, 5.0);
        let crm = field("crm", "email", "contact.email", 800..1800, 5.0);

        let found = judged(&shop, &crm, &BTreeMap::new()).unwrap();

        assert!(found.confidence > 0.5, "{}", found.confidence);
        assert!(found.evidence.pairs[0].a_in_b > 0.6);
    }

    #[test]
    fn strangers_and_namesakes_are_no_flow() {
        let shop = field("shop", "email", "contact.email", 0..500, 1.0);
        let other = field("other", "email", "contact.email", 5000..5500, 1.0);
        assert!(judged(&shop, &other, &BTreeMap::new()).is_none());

        let names: Vec<String> =
            (0..200).map(|n| format!("王{}", char::from_u32(0x4e00 + n).unwrap())).collect();
        let named = |system: &str| SketchedField {
            sketch: Sketch::parse(&build(&[1; 32], "identity.name", &names)).unwrap(),
            ..field(system, "name", "contact.email", 0..20, 1.0)
        };
        assert!(judged(&named("a"), &named("b"), &BTreeMap::new()).is_none());
    }
}
