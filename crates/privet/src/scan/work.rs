//! The scan itself: catalogue, samples, verdicts.

use std::{collections::HashMap, sync::Arc};

use detect::CustomDetectors;
use futures::StreamExt;
use sources::{
    Address, Catalog, Cell, Limits, Options, Secret, Source, SourceError, SourceKind, StoreFilter,
    StoreInfo, StoreKind,
};

use super::{FieldReport, Problem, Report, StoreReport, progress::Progress};

/// Stores sampled at once; each holds at most one sample in memory.
const AT_ONCE: usize = 2;
/// Masked samples shown of one field.
const MASKED: usize = 3;

/// How to scan.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How to connect.
    pub options: Options,
    /// Which stores.
    pub filter: StoreFilter,
    /// How much of each.
    pub limits: Limits,
    /// Keep masked samples.
    pub masked: bool,
    /// A company's own detectors.
    pub detectors: CustomDetectors,
}

/// Scans one source. Never fails: what went wrong is in the report.
pub async fn scan(address: &Address, secret: Option<&Secret>, settings: &Settings) -> Report {
    let mut report = Report {
        source: address.to_string(),
        is_files: address.kind == SourceKind::Files,
        product: String::new(),
        scanned_at: jiff::Timestamp::now(),
        stores: Vec::new(),
        problems: Vec::new(),
        failure: None,
        tables: settings.filter.tables_glob.trim().to_owned(),
        interrupted: false,
    };
    let progress = Progress::opening(&report.source);
    let opened = tokio::select! {
        opened = open(address, secret, settings) => opened,
        _ = tokio::signal::ctrl_c() => {
            report.interrupted = true;
            return report;
        }
    };
    match opened {
        Ok((product, source, catalog)) => {
            report.product = product;
            read_stores(source, catalog, settings, &progress, &mut report).await;
        }
        Err(error) => report.failure = Some(problem(String::new(), &error)),
    }
    report
}

async fn open(
    address: &Address,
    secret: Option<&Secret>,
    settings: &Settings,
) -> Result<(String, Arc<dyn Source>, Catalog), SourceError> {
    let source: Arc<dyn Source> =
        sources::connect(address, secret, &settings.options).await?.into();
    let info = source.test().await?;
    let catalog = source.introspect(&settings.filter).await?;
    Ok((info.product, source, catalog))
}

async fn read_stores(
    source: Arc<dyn Source>,
    catalog: Catalog,
    settings: &Settings,
    progress: &Progress,
    report: &mut Report,
) {
    report.problems = catalog.problems.iter().map(|p| problem(p.store.clone(), &p.error)).collect();
    let references = Arc::new(References::of(&catalog));
    let (limits, masked, own) = (settings.limits, settings.masked, settings.detectors.clone());
    progress.stores(catalog.stores.len());
    let mut results = futures::stream::iter(catalog.stores)
        .map(|store| {
            let (source, references) = (Arc::clone(&source), Arc::clone(&references));
            let own = own.clone();
            let name = store.display_name();
            // A task each, so that one store is classified while the next is being read.
            let task = tokio::spawn(async move {
                read_store(&*source, &store, &references, &limits, masked, &own).await
            });
            async move { (name, task.await) }
        })
        .buffered(AT_ONCE);
    let mut stopped = Box::pin(tokio::signal::ctrl_c());
    loop {
        let next = tokio::select! {
            next = results.next() => next,
            _ = &mut stopped => {
                report.interrupted = true;
                return;
            }
        };
        let Some((name, result)) = next else { return };
        progress.done(&name);
        match result {
            Ok(Ok(store)) => report.stores.push(store),
            Ok(Err(error)) => report.problems.push(problem(name, &error)),
            Err(_) => report.problems.push(broken(name)),
        }
    }
}

async fn read_store(
    source: &dyn Source,
    store: &StoreInfo,
    references: &References,
    limits: &Limits,
    masked: bool,
    own: &CustomDetectors,
) -> Result<StoreReport, SourceError> {
    let sample = source.sample(store, limits).await?;
    let name = store.display_name();
    let siblings: Vec<&str> = store.columns.iter().map(|column| column.name.as_str()).collect();
    let values: Vec<Vec<&str>> = (0..store.columns.len())
        .map(|index| {
            let cells = sample.columns.get(index).map_or(&[] as &[Option<Cell>], Vec::as_slice);
            cells.iter().flatten().map(|cell| &*cell.0).collect()
        })
        .collect();
    let columns: Vec<detect::Column<'_>> = store
        .columns
        .iter()
        .zip(&values)
        .map(|(column, values)| detect::Column {
            store: &store.name,
            store_comment: &store.comment,
            name: &column.name,
            comment: &column.comment,
            data_type: &column.data_type,
            primary_key: column.primary_key,
            references: references.of_column(&name, &column.name),
            siblings: &siblings,
            values,
        })
        .collect();
    let mut fields = Vec::with_capacity(store.columns.len());
    for ((column, values), verdict) in
        store.columns.iter().zip(&values).zip(detect::classify_table_with(&columns, own))
    {
        let mut field = FieldReport {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            verdict,
            masked: Vec::new(),
        };
        if masked && field.is_personal() {
            field.masked = mask(field.category(), values);
        }
        fields.push(field);
    }
    let personal: Vec<&str> = fields
        .iter()
        .filter(|field| field.is_personal())
        .map(|field| field.name.as_str())
        .collect();
    let people = detect::people_category(&store.name, &personal);
    Ok(StoreReport {
        people,
        name,
        kind: match store.kind {
            StoreKind::Table => "table",
            StoreKind::View => "view",
            StoreKind::File => "file",
        },
        rows_estimate: store.rows_estimate,
        rows_sampled: sample.rows,
        fields,
    })
}

fn mask(category: &str, values: &[&str]) -> Vec<String> {
    let mut masked = Vec::new();
    for value in values.iter().filter(|value| !value.is_empty()) {
        let one = detect::mask(Some(category), value);
        if !masked.contains(&one) {
            masked.push(one);
        }
        if masked.len() == MASKED {
            break;
        }
    }
    masked
}

/// Which store a column's foreign key points to.
struct References(HashMap<(String, String), String>);

impl References {
    fn of(catalog: &Catalog) -> Self {
        let columns = catalog.links.iter().flat_map(|link| {
            link.from_columns
                .iter()
                .map(|column| ((link.from_store.clone(), column.clone()), link.to_store.clone()))
        });
        Self(columns.collect())
    }

    fn of_column(&self, store: &str, column: &str) -> Option<&str> {
        self.0.get(&(store.to_owned(), column.to_owned())).map(String::as_str)
    }
}

fn problem(store: String, error: &SourceError) -> Problem {
    Problem { store, code: error.code(), message: error.to_string() }
}

/// A panic in a task; its message could quote a value, so it is not shown.
fn broken(store: String) -> Problem {
    let message = format!(
        "{store} could not be classified: Privet made a mistake; it is left out, please report it with the type names of its columns"
    );
    Problem { store, code: "internal", message }
}
