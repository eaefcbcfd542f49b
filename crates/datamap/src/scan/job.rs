//! The job: from a queued scan to a finished one, resumable at every store.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use ::sources::{Catalog, Limits, SourceError, StoreFilter};
use store::{JobContext, JobError, JobHandler, JobRow, JobState, Store};

use super::{
    merge::Merge,
    read::{self, Read, Reader},
};
use crate::{
    DataMap, DataMapError,
    model::{Scan, Source},
};

/// Stores merged in one transaction at most, and how long the first of them waits.
const BATCH: usize = 20;
const WAIT: Duration = Duration::from_millis(200);
/// How often progress is written.
const PULSE: Duration = Duration::from_millis(500);

/// Works on jobs of kind `scan`.
pub struct ScanHandler {
    map: DataMap,
}

impl ScanHandler {
    /// A handler for this map.
    pub fn new(map: DataMap) -> Self {
        Self { map }
    }
}

#[async_trait::async_trait]
impl JobHandler for ScanHandler {
    fn kind(&self) -> &'static str {
        "scan"
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let scan = match self.map.scan_of_job(&context.id, &context.payload).await {
            Err(DataMapError::NotFound(what)) => {
                return Err(JobError::Fatal(format!("the {what} was deleted")));
            }
            other => other.map_err(retry)?,
        };
        // A failed or cancelled scan whose job a person tries again goes on where it stopped.
        if scan.state == "finished" {
            return Ok(());
        }
        let source = self.map.source(&scan.source_id).await.map_err(retry)?;
        if !matches!(scan.state.as_str(), "queued" | "running") {
            let stores = usize::try_from(scan.stores_total).unwrap_or(0);
            self.map.scan_running(&scan.id, stores).await.map_err(retry)?;
        }
        match run(&self.map, &context, &scan, &source).await {
            Ok(()) => Ok(()),
            Err(Stop::Source(error)) => {
                self.map.scan_ended(&scan.id, "failed", Some(&error)).await.map_err(retry)?;
                Err(JobError::Fatal(error.to_string()))
            }
            Err(Stop::Job(error)) => Err(error),
        }
    }

    async fn ended(&self, _store: &Store, job: &JobRow) {
        let scan: Result<Option<(String,)>, _> =
            sqlx::query_as("SELECT id FROM scan WHERE job_id = $1")
                .bind(&job.id.0)
                .fetch_optional(self.map.store().reader())
                .await;
        let Ok(Some((id,))) = scan else { return };
        let ended = match job.state {
            JobState::Cancelled => self.map.scan_ended(&id, "cancelled", None).await,
            _ => self.map.scan_ended(&id, "failed", None).await,
        };
        if let Err(error) = ended {
            tracing::error!(scan = id, %error, "the end of a scan could not be recorded");
        }
    }
}

/// Why a scan stops before its end.
enum Stop {
    Source(SourceError),
    Job(JobError),
}

impl From<DataMapError> for Stop {
    fn from(error: DataMapError) -> Self {
        match error {
            DataMapError::Source(error) => Self::Source(error),
            other => Self::Job(retry(other)),
        }
    }
}

impl From<JobError> for Stop {
    fn from(error: JobError) -> Self {
        Self::Job(error)
    }
}

fn retry(error: DataMapError) -> JobError {
    JobError::Retry(error.to_string())
}

async fn run(
    map: &DataMap,
    context: &JobContext,
    scan: &Scan,
    source: &Source,
) -> Result<(), Stop> {
    context.progress(0, 0, "").await?;
    let opened: Arc<dyn ::sources::Source> = map.open_source(source).await?.into();
    let filter = StoreFilter { tables_glob: source.tables_glob.clone() };
    let catalog = opened.introspect(&filter).await.map_err(Stop::Source)?;
    super::usage::before_scan(map, source, opened.as_ref()).await;
    map.scan_running(&scan.id, catalog.stores.len()).await?;

    let mut merge = Merge::start(map, scan, source).await?;
    merge.problems(&catalog.problems).await?;
    let seen = merge.seen().clone();
    let todo: VecDeque<_> = catalog
        .stores
        .iter()
        .filter(|info| !seen.contains(&info.display_name()))
        .cloned()
        .collect();
    let total = catalog.stores.len();
    let reader = Reader {
        source: opened,
        limits: Limits {
            rows: source.rows_per_store.clamp(1, 100_000) as u32,
            ..Limits::default()
        },
        sketch_key: map.store().derive_key("datamap/sketch"),
        references: read::references(&catalog),
        own: map.own_detectors().await?,
    };
    let vanished = merge_all(context, &mut merge, reader, todo, total).await?;
    let present = present(&catalog, &vanished, merge.known.keys().cloned());
    merge.finish(&catalog, &present).await?;
    if let Err(error) = crate::flows::discover(map, &source.id).await {
        tracing::warn!(source = source.id, %error, "flows could not be discovered");
    }
    if let Some(after) = &map.after {
        after.scanned(&source.id).await;
    }
    Ok(())
}

/// Merges stores as they are read; returns the names of those that vanished meanwhile.
async fn merge_all(
    context: &JobContext,
    merge: &mut Merge,
    reader: Reader,
    todo: VecDeque<::sources::StoreInfo>,
    total: usize,
) -> Result<HashSet<String>, Stop> {
    let mut done = total - todo.len();
    let mut vanished = HashSet::new();
    let (workers, mut results) = read::start(reader, todo);
    let mut pulse = Instant::now();
    while let Some(first) = results.recv().await {
        let batch = gather(first, &mut results).await;
        done += batch.len();
        let note = batch.last().map(|read| read.info.display_name()).unwrap_or_default();
        for read in &batch {
            if matches!(read.problem, Some(SourceError::Vanished(_))) {
                vanished.insert(read.info.display_name());
            }
        }
        merge.stores(&batch).await?;
        if pulse.elapsed() >= PULSE || done == total {
            context.progress(done as i64, total as i64, &note).await?;
            pulse = Instant::now();
        }
    }
    drop(workers);
    Ok(vanished)
}

/// The first result and those that follow within a moment.
async fn gather(first: Read, results: &mut tokio::sync::mpsc::Receiver<Read>) -> Vec<Read> {
    let mut batch = vec![first];
    let until = tokio::time::Instant::now() + WAIT;
    while batch.len() < BATCH {
        match tokio::time::timeout_at(until, results.recv()).await {
            Ok(Some(read)) => batch.push(read),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

/// Names of everything that is still there, readable or not.
fn present(
    catalog: &Catalog,
    vanished: &HashSet<String>,
    known: impl Iterator<Item = String>,
) -> HashSet<String> {
    let named = catalog.stores.iter().map(::sources::StoreInfo::display_name);
    let unreadable: Vec<&str> = catalog.problems.iter().map(|p| p.store.as_str()).collect();
    // A folder that may not be read for once still holds the files it held before.
    let inside = known.filter(|name| {
        unreadable.iter().any(|folder| {
            name.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    });
    named.chain(inside).filter(|name| !vanished.contains(name)).collect()
}
