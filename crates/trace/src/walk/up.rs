//! Tables that the person's rows refer to, as far as nobody else's do.

use std::collections::{HashMap, HashSet};

use purge::{Only, Value};
use tokio::sync::mpsc;

use super::{Event, Work, reading::Go, take::Taking};
use crate::{
    error::Result,
    judge::Reach,
    pack::{Packed, pack, pack_reference, unpack},
};

/// Walks one group; again and again while it finds something, if its tables refer to each other.
pub(super) async fn group(work: &Work, group: &[usize], out: &mpsc::Sender<Event>) -> Result<()> {
    let steps: Vec<usize> = (0..work.plan.steps.len())
        .filter(|n| group.contains(&work.plan.steps[*n].to))
        .filter(|n| !work.idle.contains(&work.plan.steps[*n].to))
        .collect();
    let inside =
        |n: &usize| work.plan.steps[*n].how.from().is_some_and(|from| group.contains(&from));
    let circular = steps.iter().any(inside);
    loop {
        let mut found = 0;
        for step in &steps {
            found += one(work, *step, out).await?;
        }
        if found == 0 || !circular {
            return Ok(());
        }
    }
}

async fn one(work: &Work, step: usize, out: &mpsc::Sender<Event>) -> Result<usize> {
    let Go::Exclusive { from, reference, to_columns } = &work.ready.go[step] else { return Ok(0) };
    let node = work.plan.steps[step].to;
    let mut taking = Taking::new(work, node, step, Reach::Exclusive, out);
    let places = &work.ready.readings[node].referred;
    let declared = places
        .iter()
        .find(|(n, _)| n == reference && work.ready.references[*n].declared)
        .map(|(_, places)| places);
    let mut found = 0;
    let mut at = 0;
    loop {
        let values = {
            let tally = work.tallies[*from].lock().await;
            match tally.ups.get(reference) {
                Some(bag) => bag.from(&work.spool, at, work.options.batch).await?,
                None => return Ok(found),
            }
        };
        if values.is_empty() || work.is_shut(node) {
            return Ok(found);
        }
        at += values.len();
        let rows = candidates(work, node, to_columns, declared, &values).await?;
        let exclusive = exclusive(work, node, rows).await?;
        found += taking.take(exclusive).await?;
    }
}

/// The rows referred to that are not taken yet.
async fn candidates(
    work: &Work,
    node: usize,
    columns: &[String],
    declared: Option<&Vec<usize>>,
    values: &[Packed],
) -> Result<Vec<Vec<Value>>> {
    let tuples: Vec<Vec<Value>> = values.iter().map(|value| unpack(value)).collect();
    let (send, mut pieces) = mpsc::channel(2);
    let only = Only::Tuples { columns, tuples: &tuples };
    let collect = async {
        let mut all = Vec::new();
        while let Some(rows) = pieces.recv().await {
            all.extend(rows);
        }
        all
    };
    let (_, mut rows) = tokio::join!(work.rows(node, &only, send), collect);
    if let Some(places) = declared {
        // As going down: a database may take `02` for 2, the link does not.
        let exact: HashSet<&Packed> = values.iter().collect();
        rows.retain(|row| {
            pack_reference(places.iter().map(|at| &row[*at])).is_some_and(|t| exact.contains(&t))
        });
    }
    let key = &work.ready.readings[node].key;
    let keys: Vec<Packed> = rows.iter().map(|row| pack(key.iter().map(|at| &row[*at]))).collect();
    let known = work.tallies[node].lock().await.seen.get(&work.spool, &keys).await?;
    let mut known = known.into_iter();
    rows.retain(|_| known.next() == Some(0));
    Ok(rows)
}

/// Those to which no row but the person's own refers: for every reference into the table, the database
/// counts as many as we took. A row may refer to itself.
async fn exclusive(work: &Work, node: usize, mut rows: Vec<Vec<Value>>) -> Result<Vec<Vec<Value>>> {
    let reading = &work.ready.readings[node];
    for (number, places) in &reading.referred {
        if rows.is_empty() {
            break;
        }
        let reference = &work.ready.references[*number];
        let tuple = |row: &[Value]| pack_reference(places.iter().map(|at| &row[*at]));
        let wanted: HashSet<Packed> = rows.iter().filter_map(|row| tuple(row)).collect();
        let wanted: Vec<Packed> = wanted.into_iter().collect();
        let Some((child, owner)) = work.child(reference.from) else { return Ok(Vec::new()) };
        let mut strange: HashSet<String> = HashSet::new();
        let mut itself: HashMap<Packed, u64> = HashMap::new();
        if reference.from == reference.to {
            let own = |name: &String| reading.columns.iter().position(|column| column == name);
            let own: Option<Vec<usize>> = reference.from_columns.iter().map(own).collect();
            for row in &rows {
                let refers =
                    own.as_ref().and_then(|own| pack_reference(own.iter().map(|at| &row[*at])));
                if let (Some(refers), Some(tuple)) = (refers, tuple(row))
                    && refers == tuple
                {
                    *itself.entry(tuple).or_insert(0) += 1;
                }
            }
        }
        for some in wanted.chunks(work.options.batch) {
            let columns = &reference.from_columns;
            let counts = work.counts(reference.from.0, child, columns, some).await;
            let Some(counts) = counts else { return Ok(Vec::new()) };
            let packed: Vec<Packed> =
                counts.iter().filter_map(|(values, _)| pack_reference(values.iter())).collect();
            let ours = match owner {
                Some(owner) => {
                    let tally = work.tallies[owner].lock().await;
                    match tally.ups.get(number) {
                        Some(bag) => bag.get(&work.spool, &packed).await?,
                        None => vec![0; packed.len()],
                    }
                }
                None => vec![0; packed.len()],
            };
            // Counted together with what cannot be told apart from it here: nobody's alone.
            let asked: HashSet<String> = some.iter().map(loose).collect();
            if packed.iter().any(|tuple| !asked.contains(&loose(tuple))) {
                strange.extend(asked);
            }
            for ((tuple, (_, there)), ours) in packed.iter().zip(&counts).zip(ours) {
                if ours + itself.get(tuple).copied().unwrap_or(0) != *there {
                    strange.insert(loose(tuple));
                }
            }
        }
        rows.retain(|row| tuple(row).is_none_or(|tuple| !strange.contains(&loose(&tuple))));
    }
    Ok(rows)
}

/// A database may count capitals and small letters, and blanks at the end, as one.
fn loose(tuple: &Packed) -> String {
    let mut text = String::new();
    for value in unpack(tuple) {
        text.push_str(value.text().unwrap_or_default().trim_end().to_lowercase().as_str());
        text.push('\u{1F}');
    }
    text
}
