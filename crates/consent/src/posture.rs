//! Consents as compliance checks see them: what is asked and told, and counts; no person.

use std::{collections::BTreeMap, sync::Arc};

use sqlx::Row as _;

use crate::{Catalogue, Consent, Notice, Result, campaign::Campaign};

/// Purposes, notices, properties and counts at one moment.
#[derive(Debug, Default)]
pub struct Posture {
    /// Purposes, published notices, properties, read anew.
    pub catalogue: Arc<Catalogue>,
    /// Notices with their drafts, the retired ones too.
    pub notices: Vec<Notice>,
    /// Versions that ask again.
    pub campaigns: Vec<Campaign>,
    /// Customers that are known.
    pub people: i64,
    /// Records of children whose guardian nobody has verified.
    pub unverified_guardians: i64,
    /// How many choices came from where (`web`, `import` …).
    pub origins: BTreeMap<String, i64>,
    /// How many choices a purpose has had.
    pub chosen: BTreeMap<String, i64>,
    /// Customers' records that cannot be opened by their keys, found by the last renewal of keys.
    pub unopened: i64,
}

impl Consent {
    /// Consents as compliance checks see them. What an earlier process changed is read anew.
    pub async fn posture(&self) -> Result<Posture> {
        self.refresh_catalogue().await?;
        let reader = self.store().reader();
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM subject WHERE merged_into IS NULL AND erased_at IS NULL),
               (SELECT COUNT(*) FROM consent_record
                WHERE minor_until > $1 AND guardian_verified_at IS NULL),
               COALESCE((SELECT unopened FROM key_renewal WHERE finished_at IS NOT NULL
                         ORDER BY started_at DESC LIMIT 1), 0)",
        )
        .bind(::store::now())
        .fetch_one(reader)
        .await?;
        let mut posture = Posture {
            catalogue: self.catalogue(),
            notices: self.notices().await?,
            campaigns: self.campaigns().await?,
            people: row.try_get(0)?,
            unverified_guardians: row.try_get(1)?,
            unopened: row.try_get(2)?,
            ..Posture::default()
        };
        let counts: [(&'static str, &mut BTreeMap<String, i64>); 2] = [
            (
                "SELECT origin, CAST(SUM(n) AS BIGINT) FROM consent_daily GROUP BY origin",
                &mut posture.origins,
            ),
            (
                "SELECT purpose, CAST(SUM(n) AS BIGINT) FROM consent_daily GROUP BY purpose",
                &mut posture.chosen,
            ),
        ];
        for (sql, into) in counts {
            for row in sqlx::query(sql).fetch_all(reader).await? {
                into.insert(row.try_get(0)?, row.try_get(1)?);
            }
        }
        Ok(posture)
    }
}
