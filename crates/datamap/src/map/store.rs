//! All SQL of reading fields.

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};

use super::{
    ask::{self, Answer},
    filter::FieldFilter,
};
use crate::{
    DataMap, DataMapError, Result,
    model::{FieldRow, StoreRow},
};

/// Counting stops here when it needs the database: "more than 10,000" is enough to know.
const COUNTED: i64 = 10_001;

/// A field as the list shows it.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct FieldListRow {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The source's own type name.
    pub data_type: String,
    /// Category that counts, or "".
    pub category: String,
    /// Sensitivity that counts.
    pub sensitivity: String,
    /// Confidence of the finding.
    pub confidence: f64,
    /// "" | `confirmed` | `corrected` | `dismissed`.
    pub decision: String,
    /// The people are children.
    pub minor: i64,
    /// Gone since (µs).
    pub vanished_at: Option<i64>,
    /// Store.
    pub store_id: String,
    /// Its display name.
    pub store_name: String,
    /// Whose data, or "".
    pub people: String,
    /// Source.
    pub source_id: String,
    /// Its name.
    pub source_name: String,
    /// System, or "".
    pub system_id: String,
    /// Its name, or "".
    pub system_name: String,
}

/// What a column of a source holds, for rooms that judge whole sources.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ColumnFact {
    /// Display name of its store.
    pub store: String,
    /// Name, or path inside nested data.
    pub name: String,
    /// Category that counts, or "".
    pub category: String,
    /// Part of the primary key.
    pub primary_key: i64,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct FieldList {
    /// The rows.
    pub rows: Vec<FieldListRow>,
    /// How many there are in all.
    pub total: i64,
    /// There are more than `total`.
    pub more: bool,
    /// What a question was understood as.
    pub answer: Option<Answer>,
}

/// A foreign key as the field page shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct LinkRow {
    /// The referring store.
    pub from_store: String,
    /// Its columns, JSON array.
    pub from_columns: String,
    /// The referred store.
    pub to_store: String,
    /// Its columns, JSON array.
    pub to_columns: String,
}

/// A field with everything around it.
#[derive(Debug, Clone)]
pub struct FieldDetail {
    /// The field.
    pub field: FieldRow,
    /// Its store.
    pub store: StoreRow,
    /// Its source's name.
    pub source_name: String,
    /// Its system, or "".
    pub system_id: String,
    /// Its system's name, or "".
    pub system_name: String,
    /// Why the finding.
    pub evidence: detect::Evidence,
    /// Masked samples.
    pub samples: Vec<String>,
    /// Foreign keys from or to this field.
    pub links: Vec<LinkRow>,
    /// Names of the store's other fields that hold personal data.
    pub beside: Vec<String>,
}

impl FieldDetail {
    /// The field refers to another store.
    pub fn is_foreign_key(&self) -> bool {
        self.links.iter().any(|link| link.from_store == self.store.name)
    }

    /// What the last scan found, as the detector gave it.
    pub fn verdict(&self) -> detect::Verdict {
        let found = &self.field.found_category;
        detect::Verdict {
            category: (!found.is_empty()).then(|| detect::CategoryKey(found.clone().into())),
            sensitivity: self.field.found_sensitivity.parse().unwrap_or_default(),
            confidence: self.field.found_confidence,
            minor: self.field.found_minor == 1,
            evidence: self.evidence.clone(),
        }
    }
}

const LIST_COLUMNS: &str = "f.id, f.name, f.data_type, f.category, f.sensitivity,
    f.found_confidence AS confidence, f.decision, f.minor, f.vanished_at,
    d.id AS store_id, d.name AS store_name,
    CASE WHEN d.people_decided <> '' THEN d.people_decided ELSE d.people END AS people,
    s.id AS source_id, s.name AS source_name,
    COALESCE(y.id, '') AS system_id, COALESCE(y.name, '') AS system_name";

const LIST_JOINS: &str =
    "JOIN data_store d ON d.id = f.store_id JOIN source s ON s.id = f.source_id
    LEFT JOIN system y ON y.id = s.system_id";

impl DataMap {
    /// Every field of a source that is still there, with the category that counts.
    pub async fn column_facts(&self, source_id: &str) -> Result<Vec<ColumnFact>> {
        Ok(sqlx::query_as(
            "SELECT d.name AS store, f.name, f.category, f.primary_key
             FROM field f JOIN data_store d ON d.id = f.store_id
             WHERE f.source_id = $1 AND f.vanished_at IS NULL ORDER BY d.name, f.position, f.id",
        )
        .bind(source_id)
        .fetch_all(self.store().reader())
        .await?)
    }

    /// One page of fields. `typed` is what stands in the search box: a question or words.
    pub async fn fields(
        &self,
        filter: &FieldFilter,
        typed: &str,
        limit: i64,
        offset: i64,
    ) -> Result<FieldList> {
        let summary = self.summary().await?;
        let mut filter = filter.clone();
        let understood = ask::interpret(&mut filter, typed);
        let answer = if understood.is_empty() || filter.categories != understood {
            None
        } else {
            Some(ask::answer(&summary, &filter, understood))
        };
        let rows = self.field_rows(&filter, limit, offset).await?;
        let (total, more) = if filter.is_countable() {
            (summary.count(&filter), false)
        } else if offset == 0 && (rows.len() as i64) < limit {
            (rows.len() as i64, false)
        } else {
            let clause = filter.clause(&summary);
            let sql = format!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM field f WHERE {} LIMIT {COUNTED}) AS found",
                clause.sql
            );
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for value in clause.values {
                query = query.bind(value);
            }
            let (count,): (i64,) = query.fetch_one(self.store().reader()).await?;
            (count.min(COUNTED - 1), count == COUNTED)
        };
        Ok(FieldList { rows, total, more, answer })
    }

    /// Rows of the list: the page is cut out of `field` alone, by an index where the order has one,
    /// and only its rows are joined.
    pub async fn field_rows(
        &self,
        filter: &FieldFilter,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<FieldListRow>> {
        let summary = self.summary().await?;
        let clause = filter.clause(&summary);
        let order = filter.order();
        let next = clause.values.len() + 1;
        let sql = format!(
            "SELECT {LIST_COLUMNS} FROM
               (SELECT f.* FROM field f WHERE {} ORDER BY {order} LIMIT ${next} OFFSET ${}) AS f
             {LIST_JOINS} ORDER BY {order}",
            clause.sql,
            next + 1
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for value in clause.values {
            query = query.bind(value);
        }
        Ok(query.bind(limit).bind(offset).fetch_all(self.store().reader()).await?)
    }

    /// Understands the search box for callers that fetch rows themselves, such as the export.
    pub fn interpret(filter: &FieldFilter, typed: &str) -> FieldFilter {
        let mut filter = filter.clone();
        ask::interpret(&mut filter, typed);
        filter
    }

    /// Ids of the fields a filter finds, at most `limit`.
    pub async fn field_ids(&self, filter: &FieldFilter, limit: i64) -> Result<Vec<String>> {
        let summary = self.summary().await?;
        let clause = filter.clause(&summary);
        let sql =
            format!("SELECT f.id FROM field f WHERE {} ORDER BY f.id LIMIT {limit}", clause.sql);
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for value in clause.values {
            query = query.bind(value);
        }
        let ids: Vec<(String,)> = query.fetch_all(self.store().reader()).await?;
        Ok(ids.into_iter().map(|(id,)| id).collect())
    }

    /// One field with everything around it.
    pub async fn field(&self, id: &str) -> Result<FieldDetail> {
        let reader = self.store().reader();
        let field: FieldRow = sqlx::query_as("SELECT * FROM field WHERE id = $1")
            .bind(id)
            .fetch_optional(reader)
            .await?
            .ok_or(DataMapError::NotFound("field"))?;
        let store: StoreRow = sqlx::query_as("SELECT * FROM data_store WHERE id = $1")
            .bind(&field.store_id)
            .fetch_one(reader)
            .await?;
        let (source_name, system_id, system_name): (String, String, String) = sqlx::query_as(
            "SELECT s.name, COALESCE(y.id, ''), COALESCE(y.name, '')
             FROM source s LEFT JOIN system y ON y.id = s.system_id WHERE s.id = $1",
        )
        .bind(&field.source_id)
        .fetch_one(reader)
        .await?;
        let links: Vec<LinkRow> = sqlx::query_as(
            "SELECT from_store, from_columns, to_store, to_columns FROM store_link
             WHERE source_id = $1 AND (from_store = $2 OR to_store = $2)
             ORDER BY from_store, from_columns LIMIT 100",
        )
        .bind(&field.source_id)
        .bind(&store.name)
        .fetch_all(reader)
        .await?;
        let has = |columns: &str| {
            serde_json::from_str::<Vec<String>>(columns)
                .is_ok_and(|list| list.contains(&field.name))
        };
        let links = links
            .into_iter()
            .filter(|link| {
                link.from_store == store.name && has(&link.from_columns)
                    || link.to_store == store.name && has(&link.to_columns)
            })
            .collect();
        let beside: Vec<(String,)> = sqlx::query_as(
            "SELECT name FROM field WHERE store_id = $1 AND id <> $2 AND category <> ''
             AND vanished_at IS NULL ORDER BY position LIMIT 20",
        )
        .bind(&field.store_id)
        .bind(&field.id)
        .fetch_all(reader)
        .await?;
        let evidence = serde_json::from_str(&field.evidence).unwrap_or_default();
        let samples = serde_json::from_str(&field.samples).unwrap_or_default();
        Ok(FieldDetail {
            field,
            store,
            source_name,
            system_id,
            system_name,
            evidence,
            samples,
            links,
            beside: beside.into_iter().map(|(name,)| name).collect(),
        })
    }

    /// Other fields of the same category, at most `limit`.
    pub async fn fields_like(&self, field: &FieldRow, limit: i64) -> Result<Vec<FieldListRow>> {
        if field.category.is_empty() {
            return Ok(Vec::new());
        }
        let filter = FieldFilter {
            categories: vec![field.category.clone()],
            sort: super::Sort::Category,
            ..FieldFilter::default()
        };
        let mut rows = self.field_rows(&filter, limit + 1, 0).await?;
        rows.retain(|row| row.id != field.id);
        rows.truncate(limit as usize);
        Ok(rows)
    }
}
