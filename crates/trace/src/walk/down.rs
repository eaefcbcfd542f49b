//! Groups of tables that are reached by identifiers and by references to the person's rows.

use std::collections::HashSet;

use purge::{Only, Value};
use tokio::sync::mpsc;

use super::{Event, Work, reading::Go, take::Taking};
use crate::{
    error::Result,
    ground::Spelling,
    judge::{Mark, Reach},
    pack::{Packed, pack_reference, unpack},
};

/// Walks one group to its end: first what hangs on the person's own rows, then what hangs on shared
/// ones, so that a row which is both is an own one. Steps take their turns in the plan's order until a
/// round finds nothing; in its turn a step follows all that is known, and what it itself finds.
pub(super) async fn group(work: &Work, group: &[usize], out: &mpsc::Sender<Event>) -> Result<()> {
    let steps: Vec<usize> = (0..work.plan.steps.len())
        .filter(|n| group.contains(&work.plan.steps[*n].to))
        .filter(|n| !matches!(work.ready.go[*n], Go::Exclusive { .. }))
        .filter(|n| !work.idle.contains(&work.plan.steps[*n].to))
        .collect();
    for shared in [false, true] {
        let mut at = vec![0_usize; steps.len()];
        let mut round = 0;
        loop {
            let mut moved = false;
            for (cursor, step) in at.iter_mut().zip(&steps) {
                let before = *cursor;
                match &work.ready.go[*step] {
                    Go::Identifier { column, spelling, values } if !shared && round == 0 => {
                        by_identifier(work, *step, (column, *spelling, values), out).await?;
                    }
                    Go::Refers { .. } => refers(work, *step, shared, cursor, out).await?,
                    _ => {}
                }
                moved |= *cursor != before;
            }
            round += 1;
            if !moved {
                break;
            }
        }
    }
    Ok(())
}

async fn by_identifier(
    work: &Work,
    step: usize,
    (column, spelling, values): (&str, Spelling, &[String]),
    out: &mpsc::Sender<Event>,
) -> Result<()> {
    let node = work.plan.steps[step].to;
    let mut taking = Taking::new(work, node, step, Reach::Identifier, out);
    // A database may compare more widely than we do: MariaDB takes small letters for capitals.
    let reading = &work.ready.readings[node];
    let looked = reading.looked.iter().find(|one| reading.columns[one.at] == column);
    let is_meant = |row: &[Value]| {
        looked.is_some_and(|one| matches!(one.mark(row), Mark::Person | Mark::Mixed))
    };
    match spelling {
        Spelling::Alike(how) => {
            let only = Only::Alike { column, values, how };
            stream(work, &mut taking, &only, is_meant).await
        }
        Spelling::Exact => {
            let columns = [column.to_owned()];
            let mut known = HashSet::new();
            let tuples: Vec<Vec<Value>> = values
                .iter()
                .filter(|value| known.insert(value.as_str()))
                .map(|value| vec![Value::Text(value.clone())])
                .collect();
            let only = Only::Tuples { columns: &columns, tuples: &tuples };
            stream(work, &mut taking, &only, is_meant).await
        }
    }
}

async fn refers(
    work: &Work,
    step: usize,
    shared: bool,
    cursor: &mut usize,
    out: &mpsc::Sender<Event>,
) -> Result<()> {
    let Go::Refers { from, facet, columns, declared } = &work.ready.go[step] else {
        return Ok(());
    };
    let node = work.plan.steps[step].to;
    let mut taking = Taking::new(work, node, step, Reach::Refers { shared }, out);
    loop {
        let values = {
            let tally = work.tallies[*from].lock().await;
            let bag = &tally.facets[*facet][usize::from(shared)];
            bag.from(&work.spool, *cursor, work.options.batch).await?
        };
        if values.is_empty() {
            return Ok(());
        }
        *cursor += values.len();
        let tuples: Vec<Vec<Value>> = values.iter().map(|value| unpack(value)).collect();
        let only = Only::Tuples { columns, tuples: &tuples };
        // Across databases their own comparison, which may take capitals for small letters, is not
        // what the link says.
        let exact: Option<HashSet<&Packed>> = declared.as_ref().map(|_| values.iter().collect());
        let places = declared.clone().unwrap_or_default();
        stream(work, &mut taking, &only, |row| {
            exact.as_ref().is_none_or(|exact| {
                let tuple = pack_reference(places.iter().map(|at| &row[*at]));
                tuple.is_some_and(|tuple| exact.contains(&tuple))
            })
        })
        .await?;
    }
}

/// Reads and takes at the same time.
async fn stream(
    work: &Work,
    taking: &mut Taking<'_>,
    only: &Only<'_>,
    is_meant: impl Fn(&[Value]) -> bool,
) -> Result<()> {
    let node = taking.node;
    if work.is_shut(node) {
        return Ok(());
    }
    let (send, mut pieces) = mpsc::channel::<Vec<Vec<Value>>>(2);
    let take = async {
        while let Some(mut rows) = pieces.recv().await {
            rows.retain(|row| is_meant(row));
            taking.take(rows).await?;
        }
        Ok(())
    };
    let (_, taken) = tokio::join!(work.rows(node, only, send), take);
    taken
}
