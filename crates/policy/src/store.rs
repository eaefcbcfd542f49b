//! All SQL of the room, and the steps from draft to version.

use std::{collections::BTreeMap, sync::Arc};

use ::store::{Actor, Entry, now};
use datamap::records::Facts;
use law::{Kind, Law, Text};
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use crate::{
    Policy, PolicyError, Result,
    changes::{self, SectionChanges},
    check::{self, Checklist, State},
    document::{Audience, Composed, Document, Phrases, compose},
    draft::Draft,
    facts::{Ground, Known, regime_of},
    version::{Body, PolicyVersion, Published},
};

/// A whole document that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// What would be published.
    pub body: Body,
    /// From when it would apply (µs).
    pub effective_at: i64,
    /// Who asked, as the ledger names them.
    pub asked_by: String,
    /// When (µs).
    pub asked_at: i64,
}

/// A policy as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `customers-shop`.
    pub id: String,
    /// Of which property.
    pub property: String,
    /// For whom.
    pub audience: Audience,
    /// What people added.
    pub draft: Draft,
    /// What waits for approval.
    pub candidate: Option<Candidate>,
    /// Its newest version; 0 before the first.
    pub version: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

/// A draft as it stands today.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The policy.
    pub row: Row,
    /// What was known.
    pub known: Known,
    /// The document with what people wrote.
    pub composed: Composed,
    /// The document as it is computed, without what people wrote.
    pub computed: Document,
    /// What the laws ask for.
    pub checklists: Vec<Checklist>,
    /// The newest version.
    pub newest: Option<PolicyVersion>,
    /// What publishing it would change.
    pub changes: Vec<SectionChanges>,
}

impl Standing {
    /// Open items of all checklists, as `regime/fact`.
    pub fn lacks(&self) -> Vec<String> {
        lacks(&self.checklists)
    }
}

fn lacks(checklists: &[Checklist]) -> Vec<String> {
    let items = checklists.iter().flat_map(|list| &list.items);
    let open = items.filter(|item| matches!(item.state, State::Lacking | State::Unsure));
    open.map(|item| format!("{}/{}", item.regime, item.fact)).collect()
}

const COLUMNS: &str = "id, property, audience, draft, candidate, version, updated_at";
const VERSION: &str =
    "policy, version, body, digest, effective_at, written_by, approved_by, published_at";

fn read(row: &AnyRow) -> Result<Row> {
    let (draft, candidate): (String, Option<String>) =
        (row.try_get("draft")?, row.try_get("candidate")?);
    let audience: String = row.try_get("audience")?;
    Ok(Row {
        id: row.try_get("id")?,
        property: row.try_get("property")?,
        audience: Audience::parse(&audience).ok_or(PolicyError::NotFound)?,
        draft: serde_json::from_str(&draft)?,
        candidate: candidate.map(|text| serde_json::from_str(&text)).transpose()?,
        version: row.try_get("version")?,
        updated_at: row.try_get("updated_at")?,
    })
}

fn read_version(row: &AnyRow) -> Result<PolicyVersion> {
    let body: String = row.try_get("body")?;
    Ok(PolicyVersion {
        policy: row.try_get("policy")?,
        version: row.try_get("version")?,
        body: serde_json::from_str(&body)?,
        digest: row.try_get("digest")?,
        effective_at: row.try_get("effective_at")?,
        written_by: row.try_get("written_by")?,
        approved_by: row.try_get("approved_by")?,
        published_at: row.try_get("published_at")?,
    })
}

async fn find(conn: &mut AnyConnection, id: &str) -> Result<Row> {
    let sql = format!("SELECT {COLUMNS} FROM policy WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    read(&row.ok_or(PolicyError::NotFound)?)
}

impl Policy {
    /// All policies, by id.
    pub async fn rows(&self) -> Result<Vec<Row>> {
        let sql = format!("SELECT {COLUMNS} FROM policy ORDER BY property, audience");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(self.store().reader()).await?;
        rows.iter().map(read).collect()
    }

    /// One policy.
    pub async fn row(&self, id: &str) -> Result<Row> {
        let mut conn = self.store().reader().acquire().await?;
        find(&mut conn, id).await
    }

    /// Begins a policy of a property for an audience; returns its id. One that is there stays.
    pub async fn begin(&self, actor: Actor, property: &str, audience: Audience) -> Result<String> {
        self.consent().catalogue().property(property)?;
        let id = format!("{}-{property}", audience.as_str());
        let mut tx = self
            .store()
            .begin(Entry::new(actor, "privacy_policy.begun", "privacy_policy", &*id))
            .await?;
        let done = sqlx::query(
            "INSERT INTO policy (id, property, audience, draft, candidate, version, created_at, updated_at)
             VALUES ($1, $2, $3, '{}', NULL, 0, $4, $4) ON CONFLICT (id) DO NOTHING",
        )
        .bind(&id)
        .bind(property)
        .bind(audience.as_str())
        .bind(now())
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 1 {
            tx.commit().await?;
        }
        Ok(id)
    }

    /// Changes what people add. A candidate that waits stays as it was asked for.
    pub async fn save_draft(&self, actor: Actor, id: &str, draft: &Draft) -> Result<()> {
        if !draft.answers.is_sound() {
            return Err(PolicyError::Invalid("policy-error-answer"));
        }
        if !draft.is_short() {
            return Err(PolicyError::Invalid("policy-error-long"));
        }
        let mut tx = self
            .store()
            .begin(Entry::new(actor, "privacy_policy.drafted", "privacy_policy", id))
            .await?;
        let before = find(tx.conn(), id).await?;
        if before.draft == *draft {
            return Ok(());
        }
        sqlx::query("UPDATE policy SET draft = $1, updated_at = $2 WHERE id = $3")
            .bind(serde_json::to_string(draft)?)
            .bind(now())
            .bind(id)
            .execute(tx.conn())
            .await?;
        let digest = |draft: &Draft| self.store().digest(draft);
        tx.states(Some(digest(&before.draft)), Some(digest(draft)));
        tx.commit().await?;
        Ok(())
    }

    /// Says how phrases of the map are told to customers; an empty pair takes the words back.
    pub async fn save_phrases(&self, actor: Actor, words: &BTreeMap<String, Text>) -> Result<()> {
        let known = self.phrases().await?;
        let new: Vec<(&String, &Text)> = words
            .iter()
            .filter(|(original, text)| known.0.get(*original).unwrap_or(&Text::default()) != *text)
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        if new.iter().any(|(_, text)| text.en.chars().count().max(text.zh.chars().count()) > 4000) {
            return Err(PolicyError::Invalid("policy-error-long"));
        }
        let entry = Entry::new(actor, "privacy_policy.words_changed", "privacy_policy", "words");
        let mut tx = self.store().begin(entry).await?;
        for (original, text) in new {
            let key = ledger::sha256_hex(original.as_bytes());
            let (en, zh) = (text.en.trim(), text.zh.trim());
            if en.is_empty() && zh.is_empty() {
                let sql = "DELETE FROM policy_phrase WHERE id = $1";
                sqlx::query(sql).bind(key).execute(tx.conn()).await?;
                continue;
            }
            sqlx::query(
                "INSERT INTO policy_phrase (id, original, en, zh, updated_at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (id) DO UPDATE SET en = $3, zh = $4, updated_at = $5",
            )
            .bind(key)
            .bind(original)
            .bind(en)
            .bind(zh)
            .bind(now())
            .execute(tx.conn())
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn phrases(&self) -> Result<Phrases> {
        let rows = sqlx::query("SELECT original, en, zh FROM policy_phrase")
            .fetch_all(self.store().reader())
            .await?;
        let read = |row: &AnyRow| -> Result<(String, Text)> {
            let (original, mut en, mut zh): (String, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            // One half may be enough: the other is the phrase itself.
            for half in [&mut en, &mut zh] {
                if half.is_empty() {
                    half.clone_from(&original);
                }
            }
            Ok((original, Text { en, zh }))
        };
        Ok(Phrases(rows.iter().map(read).collect::<Result<_>>()?))
    }

    /// All that a property's policies are computed from, today.
    pub async fn known(&self, property: &str) -> Result<Known> {
        self.known_under(property, self.regimes().law(), regime::today()).await
    }

    /// The same under any law, on any day.
    pub(crate) async fn known_under(
        &self,
        property: &str,
        law: Arc<Law>,
        day: jiff::civil::Date,
    ) -> Result<Known> {
        let map = self.map().record_facts().await?;
        self.known_on(property, &self.ground(map, law, day).await?)
    }

    /// What the policies of all properties are computed from.
    async fn ground(&self, map: Facts, law: Arc<Law>, day: jiff::civil::Date) -> Result<Ground> {
        Ok(Ground {
            map: map.of_customers(),
            profile: self.regimes().known().await?,
            phrases: self.phrases().await?,
            law,
            day,
        })
    }

    fn known_on(&self, property: &str, ground: &Ground) -> Result<Known> {
        let catalogue = self.consent().catalogue();
        let property = catalogue.property(property)?.clone();
        let purposes = catalogue
            .purposes()
            .filter(|purpose| purpose.retired_at.is_none())
            .map(|purpose| (purpose.key.clone(), purpose.body.clone()))
            .collect();
        let (law, day) = (ground.law.clone(), ground.day);
        let applying = law.applying(&ground.profile, day);
        let regimes = regimes_of(&law, &property, applying.into_iter().map(|one| one.regime));
        Ok(Known {
            map: ground.map.clone(),
            profile: ground.profile.clone(),
            purposes,
            regimes,
            law,
            property,
            day,
            phrases: ground.phrases.clone(),
            organisation: self.web().organisation(),
            base_url: self.web().base_url().to_owned(),
        })
    }

    /// A draft as it stands today: computed, with what people wrote, checked.
    pub async fn standing(&self, id: &str) -> Result<Standing> {
        let row = self.row(id).await?;
        let known = self.known(&row.property).await?;
        self.standing_of(row, known).await
    }

    async fn standing_of(&self, row: Row, mut known: Known) -> Result<Standing> {
        if row.audience == Audience::California && !known.has("us-ca") {
            known.regimes.push("us-ca".to_owned());
        }
        let composed = compose(&known, row.audience, &row.draft.answers);
        let computed = composed.document.clone();
        let composed = row.draft.assemble(composed);
        let checklists = check::checklists(&known, row.audience, &composed);
        let newest = self.version(&row.id, row.version).await.ok();
        let changes = newest
            .as_ref()
            .map(|newest| changes::changes(&newest.body.document, &composed.document))
            .unwrap_or_default();
        Ok(Standing { row, known, composed, computed, checklists, newest, changes })
    }

    /// Asks a second person to publish the draft as it stands.
    pub async fn ask(
        &self,
        actor: Actor,
        id: &str,
        reason: &Text,
        effective_at: i64,
    ) -> Result<()> {
        let standing = self.standing(id).await?;
        let candidate = Candidate {
            body: body(&standing, reason),
            effective_at,
            asked_by: actor.to_text(),
            asked_at: now(),
        };
        let mut tx = self
            .store()
            .begin(Entry::new(actor, "privacy_policy.asked", "privacy_policy", id))
            .await?;
        if find(tx.conn(), id).await?.candidate.is_some() {
            return Err(PolicyError::Conflict("policy-error-waiting"));
        }
        keep_candidate(tx.conn(), id, Some(&candidate)).await?;
        tx.states(None, Some(self.store().digest(&candidate.body)));
        tx.commit().await?;
        Ok(())
    }

    /// Shows beside the room's entry in the navigation how many wait for approval.
    pub(crate) async fn count_waiting(&self) -> Result<()> {
        let (waiting,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM policy WHERE candidate IS NOT NULL")
                .fetch_one(self.store().reader())
                .await?;
        self.web().set_badge("/console/policies", waiting);
        Ok(())
    }

    /// Takes a candidate back, or refuses it.
    pub async fn refuse(&self, actor: Actor, id: &str) -> Result<()> {
        let row = self.row(id).await?;
        let candidate = row.candidate.ok_or(PolicyError::NotFound)?;
        let own = candidate.asked_by == actor.to_text();
        let action = if own { "privacy_policy.withdrawn" } else { "privacy_policy.refused" };
        let mut tx = self.store().begin(Entry::new(actor, action, "privacy_policy", id)).await?;
        keep_candidate(tx.conn(), id, None).await?;
        tx.states(Some(self.store().digest(&candidate.body)), None);
        tx.commit().await?;
        Ok(())
    }

    /// Publishes what waits, exactly as it was asked for. `alone` says that nobody else here may
    /// approve; else it must be another person than who asked.
    pub async fn approve(
        &self,
        actor: Actor,
        id: &str,
        reason: Option<&Text>,
        alone: bool,
    ) -> Result<PolicyVersion> {
        let by = actor.to_text();
        let entry = Entry::new(actor.clone(), "privacy_policy.published", "privacy_policy", id);
        let mut tx = self.store().begin(entry).await?;
        let row = find(tx.conn(), id).await?;
        let mut candidate = row.candidate.ok_or(PolicyError::Conflict("policy-error-decided"))?;
        if candidate.asked_by == by && !alone {
            return Err(PolicyError::Conflict("policy-error-own"));
        }
        if let Some(reason) = reason {
            candidate.body.reason = reason.clone();
        }
        let value = serde_json::to_value(&candidate.body)?;
        let at = now();
        let version = PolicyVersion {
            policy: id.to_owned(),
            version: row.version + 1,
            digest: ledger::sha256_hex(ledger::canonical(&value).as_bytes()),
            body: candidate.body,
            effective_at: candidate.effective_at.max(at),
            written_by: candidate.asked_by,
            approved_by: by,
            published_at: at,
        };
        insert_version(tx.conn(), &version, &value.to_string()).await?;
        sqlx::query(
            "UPDATE policy SET candidate = NULL, version = $1, updated_at = $2 WHERE id = $3",
        )
        .bind(version.version)
        .bind(at)
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.states(None, Some(self.store().digest(&version.body)));
        self.note_fresh(&mut tx, &actor, &version).await?;
        tx.commit().await?;
        self.fill_shelf().await?;
        Ok(version)
    }

    /// One version.
    pub async fn version(&self, id: &str, version: i64) -> Result<PolicyVersion> {
        let sql =
            format!("SELECT {VERSION} FROM policy_version WHERE policy = $1 AND version = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(version)
            .fetch_optional(self.store().reader())
            .await?;
        read_version(&row.ok_or(PolicyError::NotFound)?)
    }

    /// All versions of a policy, oldest first.
    pub async fn versions(&self, id: &str) -> Result<Vec<PolicyVersion>> {
        let sql =
            format!("SELECT {VERSION} FROM policy_version WHERE policy = $1 ORDER BY version");
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(self.store().reader()).await?;
        rows.iter().map(read_version).collect()
    }

    /// What is published, for rooms that look at it; `stale` and `lacks` as of now.
    pub async fn published(&self) -> Result<Vec<Published>> {
        self.published_from(self.map().record_facts().await?).await
    }

    /// The same, from facts of the map that are at hand already.
    pub async fn published_from(&self, map: Facts) -> Result<Vec<Published>> {
        let ground = self.ground(map, self.regimes().law(), regime::today()).await?;
        let mut all = Vec::new();
        for row in self.rows().await? {
            if row.version == 0 {
                continue;
            }
            let known = self.known_on(&row.property, &ground)?;
            let standing = self.standing_of(row, known).await?;
            let lacks = standing.lacks();
            let row = standing.row;
            all.push(Published {
                lacks,
                stale: changes::count(&standing.changes),
                languages: vec!["en".to_owned(), "zh-CN".to_owned()],
                effective_at: standing.newest.map_or(0, |newest| newest.effective_at),
                policy: row.id,
                property: row.property,
                audience: row.audience,
                version: row.version,
            });
        }
        Ok(all)
    }
}

/// The laws that a property answers to: those its customers are under, as the property says, and what
/// applies to the organisation beside them, as far as that has something to say in a policy.
fn regimes_of(
    law: &Arc<Law>,
    property: &consent::property::Property,
    applying: impl Iterator<Item = String>,
) -> Vec<String> {
    let told = |short: &str| property.body.regimes.iter().any(|one| one.as_str() == short);
    let mut all: Vec<String> =
        property.body.regimes.iter().map(|one| regime_of(one.as_str()).to_owned()).collect();
    for regime in applying {
        let speaks = law.facts().any(|fact| {
            fact.regime == regime && matches!(fact.kind, Kind::NoticeItem | Kind::Right)
        });
        // A property that leaves out California or China leaves their kin out, too.
        let kin = match regime.split('-').next() {
            Some("eu" | "uk" | "de") => told("gdpr"),
            Some("us") => told("ccpa"),
            Some("cn") => told("pipl"),
            _ => true,
        };
        if speaks && kin && !all.contains(&regime) {
            all.push(regime);
        }
    }
    all
}

fn body(standing: &Standing, reason: &Text) -> Body {
    let pack = |pack: &law::Pack| format!("{} {}", pack.head.id, pack.head.version);
    Body {
        document: standing.composed.document.clone(),
        reason: reason.clone(),
        lacks: standing.lacks(),
        packs: standing.known.law.packs().map(pack).collect(),
    }
}

async fn keep_candidate(
    conn: &mut AnyConnection,
    id: &str,
    candidate: Option<&Candidate>,
) -> Result<()> {
    let text = candidate.map(serde_json::to_string).transpose()?;
    sqlx::query("UPDATE policy SET candidate = $1, updated_at = $2 WHERE id = $3")
        .bind(text)
        .bind(now())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

async fn insert_version(
    conn: &mut AnyConnection,
    version: &PolicyVersion,
    body: &str,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO policy_version (policy, version, body, digest, effective_at, written_by,
             approved_by, published_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&version.policy)
    .bind(version.version)
    .bind(body)
    .bind(&version.digest)
    .bind(version.effective_at)
    .bind(&version.written_by)
    .bind(&version.approved_by)
    .bind(version.published_at)
    .execute(conn)
    .await?;
    Ok(())
}
