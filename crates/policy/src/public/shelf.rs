//! The shelf: what applies now and next, drawn in both languages.

use std::{collections::HashMap, io::Write as _};

use axum::body::Bytes;
use flate2::{Compression, write::GzEncoder};
use web::Lang;

use super::draw;
use crate::{
    Audience, Policy, PolicyVersion, Result,
    news::{self, Change},
};

/// A page in one language.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub lang: Lang,
    pub html: Bytes,
    pub gzip: Bytes,
    pub etag: String,
}

/// A version in both languages.
#[derive(Debug)]
pub(crate) struct Drawn {
    version: PolicyVersion,
    sheets: [Sheet; 2],
}

impl Drawn {
    pub fn in_language(&self, lang: Lang) -> &Sheet {
        &self.sheets[usize::from(lang == Lang::ZhCn)]
    }
}

/// Everything that is served from memory.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// By policy: what applies now and what comes after, oldest first.
    policies: HashMap<String, Vec<Drawn>>,
    /// By policy: what its newest version changed.
    changes: HashMap<String, Change>,
    first: String,
    /// What it was filled from, to notice that another server published something.
    mark: (i64, i64),
}

impl Shelf {
    fn find(&self, id: &str, now: i64) -> Option<&Drawn> {
        let drawn = self.policies.get(id)?;
        drawn.iter().rev().find(|one| one.version.effective_at <= now).or_else(|| drawn.first())
    }

    /// The policy of an id as it applies now; one that applies later if none does yet.
    pub fn current(&self, id: &str, now: i64) -> Option<&Drawn> {
        self.find(id, now)
    }

    /// The policy of the first property for customers.
    pub fn first(&self, now: i64) -> Option<&Drawn> {
        self.find(&self.first, now)
    }

    /// What the newest version of a policy changed.
    pub fn change(&self, id: &str) -> Option<&Change> {
        self.changes.get(id)
    }

    /// The version that applies now.
    pub fn version(&self, id: &str, now: i64) -> Option<&PolicyVersion> {
        self.find(id, now).map(|drawn| &drawn.version)
    }
}

impl Policy {
    /// Draws everything anew.
    pub(crate) async fn fill_shelf(&self) -> Result<()> {
        let now = store::now();
        let mark = self.shelf_mark().await?;
        let (mut policies, mut changes) = (HashMap::new(), HashMap::new());
        let mut firsts = Vec::new();
        for row in self.rows().await? {
            let versions = self.versions(&row.id).await?;
            if versions.is_empty() {
                continue;
            }
            if row.audience == Audience::Customers {
                let default = row.property == consent::property::DEFAULT;
                firsts.push((!default, row.id.clone()));
            }
            if let Some(change) = news::change(&versions) {
                changes.insert(row.id.clone(), change);
            }
            policies.insert(row.id, draw_all(&versions, now)?);
        }
        firsts.sort();
        let first = firsts.into_iter().next().map(|(_, id)| id).unwrap_or_default();
        self.set_shelf(Shelf { policies, changes, first, mark });
        Ok(())
    }

    async fn shelf_mark(&self) -> Result<(i64, i64)> {
        let row: (i64, i64) =
            sqlx::query_as("SELECT COUNT(*), COALESCE(MAX(published_at), 0) FROM policy_version")
                .fetch_one(self.store().reader())
                .await?;
        Ok(row)
    }

    /// Looks every few seconds whether another server published something, until told to stop. Soon
    /// after the start it takes up letters that were left.
    pub async fn keep_shelf(self, mut stopped: tokio::sync::watch::Receiver<bool>) {
        const LOOK: std::time::Duration = std::time::Duration::from_secs(5);
        let mut resumed = false;
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let looked = async {
                if !std::mem::replace(&mut resumed, true) {
                    self.resume_telling().await?;
                }
                if self.shelf_mark().await? != self.shelf().mark {
                    self.fill_shelf().await?;
                }
                Result::<()>::Ok(())
            };
            if let Err(error) = looked.await {
                tracing::warn!(%error, "the published policies could not be read; tried again");
            }
        }
    }
}

fn draw_all(versions: &[PolicyVersion], now: i64) -> Result<Vec<Drawn>> {
    let from = versions.iter().rposition(|one| one.effective_at <= now).unwrap_or(0);
    let draw = |at: usize| -> Result<Drawn> {
        let sheet = |lang| -> Result<Sheet> {
            let html = draw::policy(versions, at, lang)?;
            let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
            // Writing into memory cannot fail.
            let _ = zipped.write_all(html.as_bytes());
            let digest = ledger::sha256_hex(html.as_bytes());
            Ok(Sheet {
                lang,
                gzip: zipped.finish().unwrap_or_default().into(),
                html: html.into(),
                etag: format!("\"{}\"", digest.get(..32).unwrap_or(&digest)),
            })
        };
        Ok(Drawn { version: versions[at].clone(), sheets: [sheet(Lang::En)?, sheet(Lang::ZhCn)?] })
    };
    (from..versions.len()).map(draw).collect()
}
