//! Reading one store: sample, classify, mask. What leaves this file holds no value of the source.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use ::sources::{Catalog, Limits, Sample, Source, SourceError, StoreInfo};
use tokio::{sync::mpsc, task::JoinSet};

/// Masked samples kept for one field.
const SAMPLES: usize = 3;

/// One store, read or not.
pub(super) struct Read {
    pub info: StoreInfo,
    pub rows: u64,
    pub people: &'static str,
    pub fields: Vec<ReadField>,
    /// Why its rows could not be read; its fields are then judged by their names alone.
    pub problem: Option<SourceError>,
}

/// What was found out about one column.
pub(super) struct ReadField {
    pub verdict: detect::Verdict,
    pub samples: Vec<String>,
    pub sketch: String,
}

/// What every worker needs.
pub(super) struct Reader {
    pub source: Arc<dyn Source>,
    pub limits: Limits,
    pub sketch_key: [u8; 32],
    /// Foreign keys of single columns: store → column → referred store.
    pub references: HashMap<String, HashMap<String, String>>,
    /// The company's own detectors, as of the scan's start.
    pub own: detect::CustomDetectors,
}

/// The single-column foreign keys of a catalogue.
pub(super) fn references(catalog: &Catalog) -> HashMap<String, HashMap<String, String>> {
    let mut all: HashMap<String, HashMap<String, String>> = HashMap::new();
    for link in catalog.links.iter().filter(|link| link.from_columns.len() == 1) {
        all.entry(link.from_store.clone())
            .or_default()
            .insert(link.from_columns[0].clone(), link.to_store.clone());
    }
    all
}

/// Starts two workers over the stores; each holds one sample at a time. Results come out as they
/// are ready, at most a few ahead of the merge. Dropping the set stops the workers.
pub(super) fn start(
    reader: Reader,
    stores: VecDeque<StoreInfo>,
) -> (JoinSet<()>, mpsc::Receiver<Read>) {
    let (sender, receiver) = mpsc::channel(16);
    let (reader, stores) = (Arc::new(reader), Arc::new(Mutex::new(stores)));
    let mut workers = JoinSet::new();
    for _ in 0..2 {
        let (reader, stores, sender) = (reader.clone(), stores.clone(), sender.clone());
        workers.spawn(async move {
            while let Some(info) = next(&stores) {
                if sender.send(read(&reader, info).await).await.is_err() {
                    return;
                }
            }
        });
    }
    (workers, receiver)
}

fn next(stores: &Mutex<VecDeque<StoreInfo>>) -> Option<StoreInfo> {
    stores.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop_front()
}

async fn read(reader: &Arc<Reader>, info: StoreInfo) -> Read {
    let (sample, mut problem) = match reader.source.sample(&info, &reader.limits).await {
        Ok(sample) => (sample, None),
        Err(error) => (Sample::default(), Some(error)),
    };
    let (worker, store) = (reader.clone(), info.clone());
    let judged = tokio::task::spawn_blocking(move || judge(&worker, &store, &sample)).await;
    if let Ok((rows, people, fields)) = judged {
        return Read { info, rows, people, fields, problem };
    }
    problem.get_or_insert_with(|| SourceError::Other {
        what: format!("classifying {}", info.display_name()),
        why: "the classifier stopped".into(),
    });
    Read { info, rows: 0, people: "", fields: Vec::new(), problem }
}

/// Classifies every column of a store; runs on a blocking thread and drops the values at its end.
fn judge(
    reader: &Reader,
    info: &StoreInfo,
    sample: &Sample,
) -> (u64, &'static str, Vec<ReadField>) {
    let store_name = info.display_name();
    let siblings: Vec<&str> = info.columns.iter().map(|column| column.name.as_str()).collect();
    let references = reader.references.get(&store_name);
    let values: Vec<Vec<&str>> = (0..info.columns.len())
        .map(|index| {
            let cells = sample.columns.get(index);
            cells.map(|c| c.iter().flatten().map(|cell| &*cell.0).collect()).unwrap_or_default()
        })
        .collect();
    let columns: Vec<detect::Column<'_>> = info
        .columns
        .iter()
        .zip(&values)
        .map(|(column, values)| detect::Column {
            store: &info.name,
            store_comment: &info.comment,
            name: &column.name,
            comment: &column.comment,
            data_type: &column.data_type,
            primary_key: column.primary_key,
            references: references.and_then(|to| to.get(&column.name)).map(String::as_str),
            siblings: &siblings,
            values,
        })
        .collect();
    let fields: Vec<ReadField> = detect::classify_table_with(&columns, &reader.own)
        .into_iter()
        .zip(&values)
        .map(|(verdict, values)| ReadField {
            samples: masked(&verdict, values),
            sketch: sketch(reader, &verdict, values),
            verdict,
        })
        .collect();
    let personal: Vec<&str> = siblings
        .iter()
        .zip(&fields)
        .filter(|(_, field)| field.verdict.category.is_some())
        .map(|(name, _)| *name)
        .collect();
    let people =
        if personal.is_empty() { None } else { detect::people_category(&info.name, &personal) };
    (sample.rows, people.unwrap_or_default(), fields)
}

/// A few different values, masked.
fn masked(verdict: &detect::Verdict, values: &[&str]) -> Vec<String> {
    let category = verdict.category.as_ref().map(detect::CategoryKey::as_str);
    let mut samples: Vec<String> = Vec::new();
    for value in values.iter().filter(|value| !value.trim().is_empty()).take(50) {
        let sample = detect::mask(category, value);
        if !samples.contains(&sample) {
            samples.push(sample);
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    samples
}

/// Sketches tell whether two fields hold the same people; free text and plain data say nothing.
fn sketch(reader: &Reader, verdict: &detect::Verdict, values: &[&str]) -> String {
    if !verdict.evidence.inside.is_empty() {
        return String::new();
    }
    let category = verdict.category.as_ref().map_or("", detect::CategoryKey::as_str);
    crate::flows::sketch::build(&reader.sketch_key, category, values)
}
