//! Looking at what is held: the person's own rows, with their personal cells.

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, JobRow, NewJob, Store, now};
use purge::{Flow, Literal, Schema, SinkError, Value};
use serde_json::json;
use trace::{Ground, Head, Options, Place, Row, Sink};

use super::{
    BY, Cell, Held, HeldRow, HeldTable, MOST, Stage,
    judge::is_secret,
    store::{begin_look, held_context},
};
use crate::{Kind, Request, Result, Rights, RightsError, find::starting, task};

const KIND: &str = "rights_held";
/// Characters of a value that are shown; longer ones are no data that a person corrects by hand.
const LONGEST: usize = 4_000;

impl Rights {
    /// Has a person's own rows looked at in the background.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] while we are not sure of the person, or for another kind of request.
    pub async fn look_at_held(&self, actor: &Actor, request: &Request) -> Result<()> {
        correctable(request)?;
        let entry = Entry::new(actor.clone(), "rights.held_asked", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        begin_look(&mut tx, &request.id, actor).await?;
        let payload = json!({ "request": request.id });
        let dedupe = Some(format!("rights-held:{}", request.id));
        tx.enqueue_anew(NewJob { kind: KIND, payload, dedupe, max_attempts: 3 }).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn look_held(&self, id: &str) -> Result<()> {
        let request = self.request(id).await?;
        correctable(&request)?;
        let person = request.proved()?.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let ground = self.ground().await?;
        let start = starting(&person);
        let plan = trace::plan(&ground, &start.kinds());
        let mut sink = Collect { ground: &ground, held: Held::default(), rows: 0, more: false };
        let outcome =
            trace::walk(&ground, &plan, &start, None, &Options::default(), &mut sink).await?;
        let Collect { mut held, rows, more, .. } = sink;
        held.tables.sort_by(|a, b| (&a.source, &a.table).cmp(&(&b.source, &b.table)));
        let failed = outcome.failed.iter().map(|one| {
            let place = [one.source.as_str(), one.table.as_str()].join(" ");
            (place.trim().to_owned(), one.mishap.to_string())
        });
        let unread = plan.unreached.iter().filter_map(|one| match &one.why {
            trace::Why::Missing(why) => Some((one.source.clone(), why.clone())),
            _ => None,
        });
        let mut unreached: Vec<(String, String)> = failed.chain(unread).collect();
        unreached.sort();
        unreached.dedup();
        let entry = Entry::new(BY, "rights.held_looked", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        let text = serde_json::to_string(&held).unwrap_or_default();
        // A request that was closed meanwhile keeps nothing.
        sqlx::query(
            "UPDATE rights_held SET stage = 'ready', looked_at = $1, lines = $2, more = $3,
               error = '', unreached = $4, sealed = $5
             WHERE request = $6 AND stage = 'looking'",
        )
        .bind(now())
        .bind(i64::try_from(rows).unwrap_or(i64::MAX))
        .bind(i64::from(more))
        .bind(serde_json::to_string(&unreached).unwrap_or_default())
        .bind(self.store().seal(&held_context(id), &text))
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.enqueue(task::job(id, task::Step::Correction)).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn end_look(&self, id: &str) -> Result<()> {
        if self.held(id).await?.is_none_or(|look| look.stage != Stage::Looking) {
            return Ok(());
        }
        let entry = Entry::new(BY, "rights.held_looked", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "UPDATE rights_held SET stage = 'failed', looked_at = $1 WHERE request = $2
             AND stage = 'looking'",
        )
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// It is a request for correction, of somebody we are sure of, and not closed.
pub(super) fn correctable(request: &Request) -> Result<()> {
    if request.kind != Kind::Correction {
        return Err(RightsError::Conflict("rights-error-no-correction"));
    }
    if request.state.is_closed() {
        return Err(RightsError::Conflict("rights-error-closed"));
    }
    if !request.is_verified() || request.proved()?.is_none() {
        return Err(RightsError::Conflict("rights-error-unverified"));
    }
    Ok(())
}

/// Takes rows in.
struct Collect<'a> {
    ground: &'a Ground,
    held: Held,
    rows: usize,
    more: bool,
}

impl Collect<'_> {
    fn row(&self, head: &Head, row: &Row) -> Option<HeldRow> {
        let source = self.ground.sources.iter().find(|one| one.id == head.source)?;
        let holds = source.tables.get(&head.table)?;
        let is_file = matches!(source.state, trace::State::Shelf { .. });
        let schema = match &source.state {
            trace::State::Connected { schema, .. } | trace::State::Shelf { schema, .. } => schema,
            trace::State::Missing(_) => return None,
        };
        let cells = head.columns.iter().zip(&row.values).enumerate();
        let cells = cells.filter(|(at, _)| !row.redact.contains(at)).filter_map(|(_, cell)| {
            let (column, value) = cell;
            let field = holds.fields.iter().find(|field| field.column == *column)?;
            let hidden = is_secret(&field.category) || holds.hidden.contains(column);
            let value = if hidden { None } else { value.text() };
            let long = value.as_ref().is_some_and(|text| text.chars().count() > LONGEST);
            let value = if long { None } else { value };
            let fixed = if is_file {
                let several = value.as_ref().is_some_and(|text| text.contains(purge::LIST));
                several || purge::fixed_in_file(column).is_some()
            } else {
                is_fixed(schema, &head.table, column)
            };
            Some(Cell {
                column: column.clone(),
                category: field.category.clone(),
                fixed: hidden || long || fixed,
                hidden: hidden || long,
                value,
            })
        });
        let cells: Vec<Cell> = cells.collect();
        let key = row.key.iter().map(literal).collect::<Option<Vec<Literal>>>()?;
        (!cells.is_empty()).then_some(HeldRow { key, cells })
    }
}

fn is_fixed(schema: &Schema, table: &str, column: &str) -> bool {
    let Ok(table) = schema.table(table) else { return true };
    table
        .column(column)
        .map_or(true, |column| purge::fixed_because(schema, table, column).is_some())
}

fn literal(value: &Value) -> Option<Literal> {
    match value {
        Value::Int(number) => Some(Literal::Int(*number)),
        Value::Bytes(_) | Value::Null => None,
        other => other.text().map(Literal::Text),
    }
}

#[async_trait::async_trait]
impl Sink for Collect<'_> {
    async fn rows(&mut self, head: &Head, rows: Vec<Row>) -> Result<(), SinkError> {
        for row in rows.iter().filter(|row| !row.shared) {
            let Some(found) = self.row(head, row) else { continue };
            if self.rows == MOST {
                self.more = true;
                break;
            }
            self.rows += 1;
            let same = |one: &&mut HeldTable| one.source == head.source && one.table == head.table;
            match self.held.tables.iter_mut().find(same) {
                Some(table) => table.rows.push(found),
                None => self.held.tables.push(HeldTable {
                    source: head.source.clone(),
                    table: head.table.clone(),
                    rows: vec![found],
                }),
            }
        }
        Ok(())
    }

    async fn done(&mut self, _: &Head, _: &Place) -> Result<Flow, SinkError> {
        Ok(if self.more { Flow::Stop } else { Flow::Continue })
    }
}

/// The job that looks.
pub(crate) struct Find {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Find {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default().to_owned();
        Box::pin(self.rights.look_held(&request)).await?;
        Ok(())
    }

    async fn ended(&self, _: &Store, job: &JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        if let Err(error) = self.rights.end_look(request).await {
            tracing::warn!(%error, "the end of a look could not be kept");
        }
    }
}
