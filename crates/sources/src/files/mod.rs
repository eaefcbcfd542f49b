//! Files and folders of CSV, TSV, JSON Lines, JSON and Parquet. Each file is a store. Files of any
//! size are read by seeking: memory and bytes read stay bounded.

mod csv;
mod json;
mod parquet;
mod pieces;
mod sniff;
mod whole;

pub use whole::{
    Cell as FileCell, Fixed, Folder, Look, Part, Piece, Records, Row, Shape as Written, Stamp,
};

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    Source,
    error::SourceError,
    filter::Matcher,
    model::{
        Address, Catalog, ColumnInfo, Limits, Options, Sample, ServerInfo, StoreFilter, StoreInfo,
        StoreKind, StoreProblem,
    },
    rows::Collector,
};

/// Folders below the root that are looked into.
const DEPTH: usize = 8;
/// Data files listed at most; more is a sign of a wrong path.
const FILES: usize = 10_000;
/// Columns of one file at most.
const COLUMNS: usize = 4096;

/// A file's shape, as far as a listing needs it.
struct Shape {
    columns: Vec<ColumnInfo>,
    rows_estimate: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Csv,
    Json,
    Parquet,
}

#[derive(Clone)]
pub(crate) struct Files {
    /// Canonical path of the file or folder.
    root: PathBuf,
    shown: String,
    statement_timeout: Duration,
}

impl Files {
    pub async fn connect(address: &Address, options: &Options) -> Result<Self, SourceError> {
        let shown = address.text.clone();
        let path = address.path().to_owned();
        let name = shown.clone();
        let root = blocking(&name, move || {
            let root = path.canonicalize().map_err(|e| io_error(&e, &shown, false))?;
            if root.is_file() {
                std::fs::File::open(&root).map_err(|e| io_error(&e, &shown, false))?;
                if format_of(&root, true, &shown)?.is_none() {
                    return Err(SourceError::NotADatabase(shown));
                }
            } else if !root.is_dir() {
                return Err(SourceError::NotADatabase(shown));
            } else {
                std::fs::read_dir(&root).map_err(|e| io_error(&e, &shown, false))?;
            }
            Ok(root)
        })
        .await?;
        Ok(Self { root, shown: name, statement_timeout: options.statement_timeout })
    }

    /// The file of a store, never outside the root.
    fn path_of(&self, store: &StoreInfo) -> Result<PathBuf, SourceError> {
        self.path_named(&store.name)
    }

    fn path_named(&self, name: &str) -> Result<PathBuf, SourceError> {
        if self.root.is_file() {
            return Ok(self.root.clone());
        }
        let path = self.root.join(name).canonicalize().map_err(|e| io_error(&e, name, true))?;
        if path.starts_with(&self.root) {
            Ok(path)
        } else {
            Err(SourceError::Denied(name.to_owned()))
        }
    }

    fn introspect_now(&self, filter: &StoreFilter) -> Result<Catalog, SourceError> {
        let matcher = Matcher::new(filter)?;
        let mut catalog = Catalog::default();
        let deadline = Instant::now() + self.statement_timeout.max(Duration::from_secs(1)) * 10;
        for name in list(&self.root, &mut catalog.problems) {
            let mut store = empty_store(&name);
            if !matcher.matches(&store, "") {
                continue;
            }
            let path = if self.root.is_file() { self.root.clone() } else { self.root.join(&name) };
            let shape = if Instant::now() > deadline {
                Err(SourceError::Slow(name.clone()))
            } else {
                shape(&path, &name)
            };
            match shape {
                Ok(shape) => {
                    store.columns = shape.columns;
                    store.rows_estimate = shape.rows_estimate;
                    catalog.stores.push(store);
                }
                Err(error) => catalog.problems.push(StoreProblem { store: name, error }),
            }
        }
        Ok(catalog)
    }

    fn sample_now(&self, store: &StoreInfo, limits: &Limits) -> Result<Sample, SourceError> {
        let mut rows = Collector::new(store.columns.len(), limits);
        if store.columns.is_empty() || limits.rows == 0 {
            return Ok(rows.finish());
        }
        let path = self.path_of(store)?;
        let deadline = Instant::now() + self.statement_timeout;
        match format_of(&path, true, &store.name)? {
            Some(Format::Csv) => csv::sample(&path, store, limits, deadline, &mut rows)?,
            Some(Format::Json) => json::sample(&path, store, limits, deadline, &mut rows)?,
            Some(Format::Parquet) => parquet::sample(&path, store, limits, deadline, &mut rows)?,
            None => return Err(SourceError::NotADatabase(store.name.clone())),
        }
        Ok(rows.finish())
    }
}

#[async_trait::async_trait]
impl Source for Files {
    async fn test(&self) -> Result<ServerInfo, SourceError> {
        let root = self.root.clone();
        let stores = blocking(&self.shown, move || {
            let mut problems = Vec::new();
            Ok(list(&root, &mut problems).len())
        })
        .await?;
        Ok(ServerInfo {
            product: "Files".to_owned(),
            encrypted: true, // nothing crosses a network by our doing
            stores: Some(stores as u64),
            advice: if stores == 0 { vec!["no_stores".to_owned()] } else { vec![] },
        })
    }

    async fn introspect(&self, filter: &StoreFilter) -> Result<Catalog, SourceError> {
        let (this, filter) = (self.clone(), filter.clone());
        blocking(&self.shown, move || this.introspect_now(&filter)).await
    }

    async fn sample(&self, store: &StoreInfo, limits: &Limits) -> Result<Sample, SourceError> {
        let (this, wanted, limits) = (self.clone(), store.clone(), *limits);
        blocking(&store.name, move || this.sample_now(&wanted, &limits)).await
    }
}

/// File reading off the async threads. A reader that panics on a hostile file is an error of that
/// file alone.
async fn blocking<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(SourceError::Malformed {
            file: name.to_owned(),
            why: "the file could not be understood".to_owned(),
        })
    })
}

fn shape(path: &Path, name: &str) -> Result<Shape, SourceError> {
    match format_of(path, true, name)? {
        Some(Format::Csv) => csv::shape(path, name),
        Some(Format::Json) => json::shape(path, name),
        Some(Format::Parquet) => parquet::shape(path, name),
        None => Err(SourceError::NotADatabase(name.to_owned())),
    }
}

fn empty_store(name: &str) -> StoreInfo {
    StoreInfo {
        schema: String::new(),
        name: name.to_owned(),
        kind: StoreKind::File,
        comment: String::new(),
        columns: Vec::new(),
        rows_estimate: None,
        reads_from: Vec::new(),
    }
}

fn by_extension(path: &Path) -> Option<Format> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match extension.as_str() {
        "csv" | "tsv" | "tab" | "psv" => Format::Csv,
        "jsonl" | "ndjson" | "json" => Format::Json,
        "parquet" | "pq" => Format::Parquet,
        _ => return None,
    })
}

/// By its name, or with `look` by its first bytes: a file named by itself may be called anything.
fn format_of(path: &Path, look: bool, name: &str) -> Result<Option<Format>, SourceError> {
    use std::io::Read;
    if let Some(format) = by_extension(path) {
        return Ok(Some(format));
    }
    if !look {
        return Ok(None);
    }
    let mut head = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(4096).read_to_end(&mut head))
        .map_err(|e| io_error(&e, name, false))?;
    if head.starts_with(b"PAR1") {
        return Ok(Some(Format::Parquet));
    }
    let text = head.trim_ascii_start();
    if text.starts_with(b"{") || text.starts_with(b"[") {
        return Ok(Some(Format::Json));
    }
    Ok((!sniff::is_binary(&head)).then_some(Format::Csv))
}

/// Names of the data files below the root (or of the root file itself), sorted.
fn list(root: &Path, problems: &mut Vec<StoreProblem>) -> Vec<String> {
    if root.is_file() {
        let name = root.file_name().map(|n| n.to_string_lossy().into_owned());
        return name.into_iter().collect();
    }
    let mut found = Vec::new();
    walk(root, root, 0, &mut found, problems);
    found.sort();
    found
}

fn walk(
    root: &Path,
    folder: &Path,
    depth: usize,
    found: &mut Vec<String>,
    problems: &mut Vec<StoreProblem>,
) {
    let shown =
        |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let store = shown(folder);
            problems.push(StoreProblem { error: io_error(&error, &store, true), store });
            return;
        }
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(['.', '_', '~']) {
            continue; // hidden, or another program's bookkeeping (`_SUCCESS`, `~$book.csv`)
        }
        let path = entry.path();
        // Links are followed to files inside the root only; linked folders could lead in circles.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_symlink() {
            let inside = path.canonicalize().is_ok_and(|p| p.is_file() && p.starts_with(root));
            if !inside {
                continue;
            }
        } else if !kind.is_file() && !kind.is_dir() {
            continue; // reading a named pipe or a device may never end
        }
        if kind.is_dir() {
            if depth < DEPTH {
                walk(root, &path, depth + 1, found, problems);
            }
            continue;
        }
        if by_extension(&path).is_none() {
            continue;
        }
        let store = shown(&path);
        if found.len() >= FILES {
            let why = format!("more than {FILES} data files; the rest is left out");
            let folder = root.display().to_string();
            if !problems.iter().any(|p| p.error.why() == why) {
                let error = SourceError::Malformed { file: folder.clone(), why };
                problems.push(StoreProblem { store: folder, error });
            }
            return;
        }
        if path.to_str().is_none() {
            let why = "the file name is not UTF-8".to_owned();
            let error = SourceError::Malformed { file: store.clone(), why };
            problems.push(StoreProblem { store, error });
            continue;
        }
        found.push(store);
    }
}

/// `listed`: the file was there before, so missing means vanished.
fn io_error(error: &std::io::Error, name: &str, listed: bool) -> SourceError {
    use std::io::ErrorKind as K;
    let name = name.to_owned();
    match error.kind() {
        K::NotFound if listed => SourceError::Vanished(name),
        K::NotFound => SourceError::Missing(name),
        K::PermissionDenied => SourceError::Denied(name),
        _ => SourceError::Other { what: name, why: format!("reading failed: {}", error.kind()) },
    }
}

/// Unique, non-empty column names.
fn column(name: &str, index: usize, data_type: &str) -> ColumnInfo {
    ColumnInfo {
        name: name.to_owned(),
        position: u32::try_from(index).unwrap_or(u32::MAX - 1) + 1,
        data_type: data_type.to_owned(),
        nullable: true,
        primary_key: false,
        comment: String::new(),
    }
}
