//! The keys of a person's rows, as a deletion takes them.

use std::sync::Arc;

use purge::Literal;

use crate::{
    error::{Result, TraceError},
    pack::literals,
    walk::Work,
};

/// Where a person's rows are: keys by table, in memory or in a temporary file that goes with this.
///
/// Delete in the order of [`crate::Plan::deletion`]: what refers before what it refers to. Rows that
/// are shared are somebody else's, too; only the person's cells in them may be made empty.
pub struct Found {
    work: Arc<Work>,
}

impl Found {
    pub(crate) fn new(work: Arc<Work>) -> Self {
        Self { work }
    }

    /// Keys of a node's rows, `most` of them from the `at`-th on, in the order in which they were
    /// found; `shared` or the person's own. They go into `purge::Condition::Keys`, which takes
    /// `purge::Condition::MOST_VALUES` at once. No more: an empty list.
    ///
    /// # Errors
    /// [`TraceError::Key`] where a key is of bytes.
    pub async fn keys(
        &self,
        node: usize,
        shared: bool,
        at: usize,
        most: usize,
    ) -> Result<Vec<Vec<Literal>>> {
        let Some(tally) = self.work.tallies.get(node) else { return Ok(Vec::new()) };
        let tally = tally.lock().await;
        let keys = tally.keys[usize::from(shared)].from(&self.work.spool, at, most).await?;
        let table = || TraceError::Key(self.work.heads[node].table.clone());
        keys.iter().map(|key| literals(key).ok_or_else(table)).collect()
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Found(…)")
    }
}
