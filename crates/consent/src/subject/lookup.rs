//! Whom identifiers lead to: the questions of many callers in one read. A question waits only while
//! the one before is read, and the answer is from a read that began after it was asked.

use std::collections::HashMap;

use ::store::{Store, sqlx, sqlx::Row as _};
use tokio::sync::{mpsc, oneshot};
use vault::BlindIndex;

use super::{SubjectId, store::Known};
use crate::{ConsentError, Result};

/// Questions that may wait before callers are held back.
const QUEUE: usize = 8192;
/// Questions in one read at most.
const BATCH: usize = 1024;

struct Asked {
    blind: Vec<BlindIndex>,
    answer: oneshot::Sender<Result<Known>>,
}

/// Where questions go.
pub(crate) struct Lookups(mpsc::Sender<Asked>);

impl Lookups {
    /// Starts the reading task; it ends with the last sender.
    pub(crate) fn start(store: &Store) -> Self {
        let (sender, mut queue) = mpsc::channel::<Asked>(QUEUE);
        let (pool, postgres) = (store.reader().clone(), store.is_postgres());
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while queue.recv_many(&mut batch, BATCH).await > 0 {
                answer(&pool, postgres, std::mem::take(&mut batch)).await;
            }
        });
        Self(sender)
    }

    /// Whom the identifiers lead to.
    pub(crate) async fn find(&self, blind: &[BlindIndex]) -> Result<Known> {
        let (answer, answered) = oneshot::channel();
        let closed = || ::store::StoreError::Unavailable("the store is closing".to_owned());
        let asked = Asked { blind: blind.to_vec(), answer };
        self.0.send(asked).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

/// A customer as an identifier finds it.
struct Found {
    person: SubjectId,
    erased: bool,
}

async fn answer(pool: &sqlx::AnyPool, postgres: bool, batch: Vec<Asked>) {
    match read(pool, postgres, &batch).await {
        Ok(found) => {
            for Asked { blind, answer } in batch {
                let _ = answer.send(Ok(known(&blind, &found)));
            }
        }
        Err(error) => {
            let text = format!("customers could not be looked up: {error}");
            for Asked { answer, .. } in batch {
                let error = ::store::StoreError::Unavailable(text.clone());
                let _ = answer.send(Err(ConsentError::from(error)));
            }
        }
    }
}

async fn read(
    pool: &sqlx::AnyPool,
    postgres: bool,
    batch: &[Asked],
) -> sqlx::Result<HashMap<String, Found>> {
    let all = batch.iter().flat_map(|asked| &asked.blind).map(|blind| blind.to_text());
    let list = serde_json::Value::from(all.collect::<Vec<_>>()).to_string();
    let rows = sqlx::query(if postgres {
        "SELECT i.blind, COALESCE(s.merged_into, s.id), s.erased_at
         FROM json_array_elements_text(CAST($1 AS json)) AS asked (blind)
         JOIN identifier i ON i.blind = asked.blind JOIN subject s ON s.id = i.subject"
    } else {
        "SELECT i.blind, COALESCE(s.merged_into, s.id), s.erased_at
         FROM json_each($1) AS asked
         CROSS JOIN identifier i ON i.blind = asked.value JOIN subject s ON s.id = i.subject"
    });
    let mut found = HashMap::new();
    for row in rows.bind(list).fetch_all(pool).await? {
        let person = SubjectId(row.try_get(1)?);
        let erased = row.try_get::<Option<i64>, _>(2)?.is_some();
        found.insert(row.try_get(0)?, Found { person, erased });
    }
    Ok(found)
}

fn known(blind: &[BlindIndex], found: &HashMap<String, Found>) -> Known {
    let mut known = Known::default();
    for (at, blind) in blind.iter().enumerate() {
        match found.get(&blind.to_text()) {
            None => known.missing.push(at),
            Some(one) => {
                known.erased |= one.erased;
                known.people.push(one.person.clone());
            }
        }
    }
    known.people.sort();
    known.people.dedup();
    known
}
