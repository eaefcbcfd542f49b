//! The look: a job reads a source's grants with its stored account, and the judgement is kept.

use ::sources::{Address, SourceError, SourceKind, StoreFilter};
use ::store::{Actor, JobContext, JobError, JobHandler, NewJob};
use datamap::{DataMapError, map::ColumnFact, model::Source};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Grants, GrantsError, Result,
    model::{Column, Look, Place},
};

/// Kind of the job; without a source in its payload it queues one for each.
pub(crate) const KIND: &str = "grants";

/// Every night, after the hour in which most scans are scheduled.
const NIGHTLY: &str = "40 4 * * *";

/// Works on jobs of kind `grants`.
pub struct CheckHandler {
    grants: Grants,
}

impl CheckHandler {
    /// A handler for this room.
    pub fn new(grants: Grants) -> Self {
        Self { grants }
    }
}

#[async_trait::async_trait]
impl JobHandler for CheckHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        context.progress(0, 1, "").await?;
        let source = context.payload.get("source_id").and_then(|id| id.as_str());
        let done = match source {
            Some(id) => self.grants.check(id).await,
            None => self.grants.check_all().await,
        };
        match done {
            Err(GrantsError::NotFound(what)) => {
                Err(JobError::Fatal(format!("the {what} was deleted")))
            }
            Err(GrantsError::Map(DataMapError::Source(error))) => {
                Err(JobError::Fatal(error.to_string()))
            }
            Err(other) => Err(JobError::Retry(other.to_string())),
            Ok(()) => Ok(context.progress(1, 1, "").await?),
        }
    }
}

#[async_trait::async_trait]
impl datamap::AfterScan for Grants {
    /// Categories may have changed: the grants are looked at again.
    async fn scanned(&self, source_id: &str) {
        if let Err(error) = self.start_check(Actor::System("scan"), source_id).await
            && !matches!(error, GrantsError::NoAccounts)
        {
            tracing::warn!(source = source_id, %error, "a look at grants could not be queued");
        }
    }
}

impl Grants {
    /// Queues a look at a source's grants; while one is queued or running, no second.
    pub async fn start_check(&self, by: Actor, source_id: &str) -> Result<()> {
        let source = self.source(source_id).await?;
        if !has_accounts(&source.kind) {
            return Err(GrantsError::NoAccounts);
        }
        let entry = ::store::Entry::new(by, "access_standard.check_asked", "source", source_id);
        let mut tx = self.store().begin(entry).await?;
        let payload = serde_json::json!({ "source_id": source_id });
        let dedupe = Some(format!("grants:{source_id}"));
        tx.enqueue(NewJob { kind: KIND, payload, dedupe, max_attempts: 3 }).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sees to it that every source is looked at every night.
    pub async fn keep_schedule(&self) -> Result<()> {
        let key = "grants:nightly";
        if self.store().schedule_by_key(key).await?.is_none() {
            let (payload, by) = (serde_json::json!({}), Actor::System("setup"));
            self.store().schedule(key, KIND, NIGHTLY, "UTC", payload, by).await?;
        }
        Ok(())
    }

    pub(crate) async fn source(&self, id: &str) -> Result<Source> {
        match self.map.source(id).await {
            Err(DataMapError::NotFound(_)) => Err(GrantsError::NotFound("source")),
            other => Ok(other?),
        }
    }

    async fn check_all(&self) -> Result<()> {
        let sources = self.map.sources().await?;
        let ids: BTreeSet<String> = sources.iter().map(|source| source.id.clone()).collect();
        self.forget_all_but(&ids).await?;
        for source in sources.iter().filter(|source| has_accounts(&source.kind)) {
            self.start_check(Actor::System("scheduler"), &source.id).await?;
        }
        Ok(())
    }

    /// Looks at a source's grants now and keeps the judgement. A look that fails is kept, too, and
    /// leaves what the one before found.
    pub async fn check(&self, source_id: &str) -> Result<()> {
        let source = self.source(source_id).await?;
        if !has_accounts(&source.kind) {
            return Err(GrantsError::NoAccounts);
        }
        match self.look(&source).await {
            Ok(Some(look)) => self.keep_look(source_id, &look).await,
            Ok(None) => Err(GrantsError::NoAccounts),
            Err(GrantsError::Map(DataMapError::Source(error))) => {
                self.keep_failure(source_id, &error).await?;
                Err(DataMapError::Source(error).into())
            }
            Err(other) => Err(other),
        }
    }

    async fn look(&self, source: &Source) -> Result<Option<Look>> {
        let opened = self.map.open_source(source).await?;
        let Some(access) = opened.access().await.map_err(failed)? else { return Ok(None) };
        // Not only what is scanned: a membership that ends takes other tables along.
        let catalog = opened.introspect(&StoreFilter::default()).await.map_err(failed)?;
        let mut facts: BTreeMap<String, Vec<ColumnFact>> = BTreeMap::new();
        for fact in self.map.column_facts(&source.id).await? {
            facts.entry(fact.store.clone()).or_default().push(fact);
        }
        let (address, _) = Address::parse(&source.address).map_err(failed)?;
        let net = address.net_parts().map_err(failed)?;
        let usual = match address.kind {
            SourceKind::Postgres => "public".to_owned(),
            _ => net.database,
        };
        let places = catalog.stores.iter().map(|store| {
            let none = Vec::new();
            let facts = facts.get(&store.display_name()).unwrap_or(&none);
            place(store, facts, &usual)
        });
        Ok(Some(Look { access, places: places.collect(), account: net.user }))
    }
}

/// Whether sources of a kind have accounts of their own.
pub(crate) fn has_accounts(kind: &str) -> bool {
    matches!(kind, "postgres" | "mysql")
}

fn failed(error: SourceError) -> GrantsError {
    DataMapError::Source(error).into()
}

fn place(store: &::sources::StoreInfo, facts: &[ColumnFact], usual: &str) -> Place {
    let column = |name: &str| {
        let of_it = || facts.iter().filter(|fact| holds(name, &fact.name));
        let categories = of_it().map(|fact| fact.category.clone());
        Column {
            name: name.to_owned(),
            categories: categories.filter(|key| !key.is_empty()).collect(),
            key: of_it().any(|fact| fact.primary_key != 0),
        }
    };
    Place {
        schema: if store.schema.is_empty() { usual } else { &store.schema }.to_owned(),
        store: store.name.clone(),
        view: store.kind == ::sources::StoreKind::View,
        columns: store.columns.iter().map(|one| column(&one.name)).collect(),
    }
}

/// A field of the map is a column, or a path inside the nested data of one.
fn holds(column: &str, field: &str) -> bool {
    field
        .strip_prefix(column)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '/', '$']))
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn nested_fields_belong_to_their_column() {
        assert!(holds("profile", "profile") && holds("profile", "profile.email"));
        assert!(holds("tags", "tags[]") && !holds("pro", "profile"));
    }
}
