//! What others follow: changes in the order of the ledger, and how people stand now. The ledger's
//! positions are gapless and ordered by commit, so whoever asks for what comes after the last position
//! dealt with misses nothing.

use std::collections::{BTreeMap, HashMap};

use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use crate::{
    Catalogue, Choice, Consent, Identifier, IdentifierKind, Purpose, PurposeState, Result, Stored,
    SubjectId,
    decide::{self, Ask, Question, expiry},
    record::{READ, states},
    subject::{IdentifierError, places, sealing},
};

/// One entry of the ledger about a customer, a purpose or a notice.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its position.
    pub seq: i64,
    /// When it was committed (µs).
    pub at: i64,
    /// `consent.recorded`, `subject.merged`, `purpose.saved` …
    pub action: String,
    /// Id of the record, customer, or key of the purpose or notice.
    pub object: String,
    /// The customer it is about, as it is found now: one that was merged is the other.
    pub subject: Option<SubjectId>,
    /// The record, when it is one and its customer was not erased since.
    pub record: Option<Stored>,
}

/// Some changes in order.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The changes.
    pub changes: Vec<Change>,
    /// The last position looked at.
    pub upto: i64,
}

/// How a customer stands to a purpose that a choice was recorded for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// The purpose.
    pub purpose: String,
    /// `granted` where a use is allowed now, else the reason: `denied`, `withdrawn`, `expired` …
    pub state: &'static str,
    /// Since when (µs).
    pub since: i64,
    /// Under which notice, `newsletter@3`, or "".
    pub notice: String,
    /// When the agreement ends by itself (µs).
    pub expires_at: Option<i64>,
}

/// A customer with identifiers in clear. `Debug` shows none.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Whose.
    pub subject: SubjectId,
    /// All identifiers.
    pub identifiers: Vec<Identifier>,
    /// One for each purpose a choice was recorded for.
    pub purposes: Vec<Stand>,
}

impl Consent {
    /// Up to `limit` changes after a position.
    pub async fn changes_after(&self, after: i64, limit: i64) -> Result<Changes> {
        // Read first: what commits meanwhile comes after it and is found the next time.
        let head: i64 = sqlx::query_scalar("SELECT seq FROM ledger_head WHERE id = 1")
            .fetch_one(self.store().reader())
            .await?;
        let sql = format!(
            "SELECT {READ}, l.seq, l.at, l.action, l.object_id, COALESCE(s.merged_into, s.id)
             FROM ledger_entry l
             LEFT JOIN consent_record r ON l.object_kind = 'consent' AND r.id = l.object_id
             LEFT JOIN subject s ON s.id = CASE WHEN l.object_kind = 'subject' THEN l.object_id
               ELSE r.subject END
             WHERE l.seq > $1 AND l.seq <= $2
               AND l.object_kind IN ('consent', 'subject', 'purpose', 'notice', 'alarm')
             ORDER BY l.seq LIMIT $3"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(after)
            .bind(head)
            .bind(limit)
            .fetch_all(self.store().reader())
            .await?;
        let mut upto = head.max(after);
        if rows.len() as i64 == limit
            && let Some(last) = rows.last()
        {
            upto = last.try_get(18)?;
        }
        let change = |catalogue: &Catalogue| {
            let change = |row: &AnyRow| {
                let known = row.try_get::<Option<String>, _>(0)?.is_some();
                Ok(Change {
                    seq: row.try_get(18)?,
                    at: row.try_get(19)?,
                    action: row.try_get(20)?,
                    object: row.try_get(21)?,
                    subject: row.try_get::<Option<String>, _>(22)?.map(SubjectId),
                    record: if known { self.read(catalogue, row)? } else { None },
                })
            };
            rows.iter().map(change).collect::<Result<_>>()
        };
        Ok(Changes { changes: self.opening(change).await?, upto })
    }

    /// How these customers stand now. Merged, erased and unknown ones are left out.
    pub async fn stands_of(&self, people: &[SubjectId]) -> Result<Vec<Standing>> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT id, restricted_at FROM subject WHERE id IN ({})
             AND merged_into IS NULL AND erased_at IS NULL ORDER BY id",
            places(people.len())
        );
        let query = people.iter().fold(sqlx::query(AssertSqlSafe(sql)), |q, id| q.bind(&id.0));
        let rows = query.fetch_all(self.store().reader()).await?;
        let mut found = BTreeMap::new();
        for row in rows {
            let restricted = row.try_get::<Option<i64>, _>(1)?.is_some();
            found.insert(row.try_get::<String, _>(0)?, restricted);
        }
        self.stands(found).await
    }

    /// How everybody stands whose id comes after `after` ("" from the start), by id.
    pub async fn stands_after(&self, after: &str, limit: i64) -> Result<Vec<Standing>> {
        let rows = sqlx::query(
            "SELECT id, restricted_at FROM subject WHERE id > $1
             AND merged_into IS NULL AND erased_at IS NULL ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(self.store().reader())
        .await?;
        let mut found = BTreeMap::new();
        for row in rows {
            let restricted = row.try_get::<Option<i64>, _>(1)?.is_some();
            found.insert(row.try_get::<String, _>(0)?, restricted);
        }
        self.stands(found).await
    }

    /// The standing of customers, by id with whether they are restricted.
    async fn stands(&self, found: BTreeMap<String, bool>) -> Result<Vec<Standing>> {
        let ids: Vec<&str> = found.keys().map(String::as_str).collect();
        let mut records = self.records_of_all(&ids).await?;
        let mut identifiers = self.identifiers_of_all(&ids).await?;
        let catalogue = self.catalogue();
        let all = found.iter().map(|(id, restricted)| {
            let records = records.remove(id).unwrap_or_default();
            let stands = states(&records).into_iter().filter_map(|(key, state)| {
                let purpose = catalogue.purpose(&key).ok()?;
                let ends = purpose.body.expires_months.filter(|_| state.choice == Choice::Granted);
                Some(Stand {
                    state: judged(&catalogue, purpose, &records, *restricted, &state),
                    purpose: key,
                    since: state.since,
                    notice: named(&state.notice, state.notice_version),
                    expires_at: ends.map(|months| expiry(state.since, months)),
                })
            });
            Standing {
                purposes: stands.collect(),
                identifiers: identifiers.remove(id).unwrap_or_default(),
                subject: SubjectId(id.clone()),
            }
        });
        Ok(all.collect())
    }

    pub(crate) async fn records_of_all(
        &self,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<Stored>>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "SELECT {READ}, COALESCE(s.merged_into, s.id) FROM consent_record r
             JOIN subject s ON s.id = r.subject WHERE s.id IN ({0}) OR s.merged_into IN ({0})",
            places(ids.len())
        );
        let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(*id));
        let rows = query.fetch_all(self.store().reader()).await?;
        let owned = |catalogue: &Catalogue| {
            let mut all: HashMap<String, Vec<Stored>> = HashMap::new();
            for row in &rows {
                if let Some(stored) = self.read(catalogue, row)? {
                    all.entry(row.try_get(18)?).or_default().push(stored);
                }
            }
            Ok(all)
        };
        self.opening(owned).await
    }

    pub(crate) async fn identifiers_of_all(
        &self,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<Identifier>>> {
        let mut all: HashMap<String, Vec<Identifier>> = HashMap::new();
        if ids.is_empty() {
            return Ok(all);
        }
        let sql = format!(
            "SELECT s.id, s.wrapped_key, i.kind, i.sealed, COALESCE(s.merged_into, s.id)
             FROM identifier i JOIN subject s ON s.id = i.subject
             WHERE (s.id IN ({0}) OR s.merged_into IN ({0})) AND s.erased_at IS NULL
             ORDER BY i.kind, i.linked_at",
            places(ids.len())
        );
        let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(*id));
        for row in query.fetch_all(self.store().reader()).await? {
            let (owner, wrapped): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let kind = IdentifierKind::parse(&row.try_get::<String, _>(2)?)
                .ok_or(IdentifierError::Kind)?;
            let key = self.open_key(&owner, &wrapped).await?;
            let text = key.open(&sealing(kind), &row.try_get::<String, _>(3)?)?;
            all.entry(row.try_get(4)?).or_default().push(Identifier::parse(kind, &text, "")?);
        }
        Ok(all)
    }
}

/// `granted`, or the reason why not. From the records just read, never from memory: a follower that has
/// seen a change must not write the state before it.
fn judged(
    catalogue: &Catalogue,
    purpose: &Purpose,
    records: &[Stored],
    restricted: bool,
    state: &PurposeState,
) -> &'static str {
    let before = decide::Standing::of(records, Some(state));
    let standing = decide::Standing { restricted, ..before };
    let ask = Ask::default();
    let decision = Question::new(catalogue, purpose, &ask, ::store::now()).judge(&standing);
    if decision.allow { "granted" } else { decision.reason.as_str() }
}

fn named(notice: &str, version: i64) -> String {
    if notice.is_empty() { String::new() } else { format!("{notice}@{version}") }
}
