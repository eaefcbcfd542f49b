//! What somebody may change, and whether a new value can be right.

use ::store::{Actor, Entry, NewJob, new_id, now};
use serde_json::json;

use super::{
    Cell, Correction, Held, KEPT, Proposal, Stage, State,
    judge::{is_way_in, judge},
    look::correctable,
    store::moved,
    work::KIND,
};
use crate::{
    Level, Request, Result, Rights, RightsError,
    request::{NewEvent, insert_event},
};

/// Characters of a value.
const LONGEST: usize = 4_000;

fn new_value(cell: &Cell, new: Option<&str>) -> Result<(Option<String>, &'static str)> {
    let Some(new) = new.map(str::trim) else {
        return match &cell.value {
            Some(_) => Ok((None, "")),
            None => Err(RightsError::Asked("rights-error-correction-same")),
        };
    };
    if new.is_empty() {
        return Err(RightsError::Asked("rights-error-correction-empty"));
    }
    if new.chars().count() > LONGEST || new.contains('\0') {
        return Err(RightsError::Asked("rights-error-correction-long"));
    }
    if cell.value.as_deref() == Some(new) {
        return Err(RightsError::Asked("rights-error-correction-same"));
    }
    let warning = judge(&cell.category, cell.value.as_deref(), new)?;
    Ok((Some(new.to_owned()), warning))
}

/// The places that a proposal is about.
fn places(held: &Held, proposal: &Proposal) -> Vec<Correction> {
    let Some((_, _, meant)) = held.at(proposal.at) else { return Vec::new() };
    let mut all = Vec::new();
    for (t, table) in held.tables.iter().enumerate() {
        for (r, row) in table.rows.iter().enumerate() {
            for (c, cell) in row.cells.iter().enumerate() {
                let same = meant.value.is_some()
                    && cell.category == meant.category
                    && cell.value == meant.value;
                let taken = (t, r, c) == proposal.at || (proposal.everywhere && same);
                if !taken || cell.fixed {
                    continue;
                }
                all.push(Correction {
                    id: new_id(),
                    source: table.source.clone(),
                    table: table.table.clone(),
                    column: cell.column.clone(),
                    category: cell.category.clone(),
                    key: row.key.clone(),
                    before: cell.value.clone(),
                    after: None,
                    state: State::Checking,
                    error: String::new(),
                    warning: String::new(),
                    written_at: 0,
                    undone_at: 0,
                });
            }
        }
    }
    all
}

pub(super) fn job(request: &str) -> NewJob {
    // No dedupe: a job that is about to end could miss what comes now. Two do no harm: each place is
    // written once, whoever comes first.
    NewJob { kind: KIND, payload: json!({ "request": request }), dedupe: None, max_attempts: 5 }
}

impl Rights {
    /// Proposes a change of one cell, or of all that hold the same, and has it tried in every place at
    /// once. Says how many places those are.
    ///
    /// # Errors
    /// [`RightsError::Asked`] for a value that cannot be right, [`RightsError::Conflict`] for a way in
    /// of somebody we know by that way only, or if what is held was looked at anew meanwhile.
    pub async fn propose_correction(
        &self,
        actor: &Actor,
        request: &Request,
        proposal: &Proposal,
    ) -> Result<usize> {
        correctable(request)?;
        let look = self.held(&request.id).await?.ok_or(RightsError::NotFound("look"))?;
        if look.stage != Stage::Ready || look.looked_at != proposal.looked_at {
            return Err(RightsError::Conflict("rights-error-correction-looked"));
        }
        let (_, _, cell) = look.held.at(proposal.at).ok_or(RightsError::NotFound("place"))?;
        if cell.fixed {
            return Err(RightsError::Asked("rights-error-correction-fixed"));
        }
        if is_way_in(&cell.category) && request.level < Level::Account {
            return Err(RightsError::Conflict("rights-error-correction-level"));
        }
        let (new, warning) = new_value(cell, proposal.new.as_deref())?;
        let mut places = places(&look.held, proposal);
        for one in &mut places {
            one.after.clone_from(&new);
            warning.clone_into(&mut one.warning);
        }
        let before = self.corrections(&request.id).await?;
        let same = |a: &Correction, b: &Correction| {
            (&a.source, &a.table, &a.column) == (&b.source, &b.table, &b.column) && a.key == b.key
        };
        let older = || before.iter().filter(|old| places.iter().any(|one| same(old, one)));
        if older().any(|old| old.state.moves()) {
            return Err(RightsError::Conflict("rights-error-correction-moves"));
        }
        let entry =
            Entry::new(actor.clone(), "rights.correction_proposed", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        for old in older().filter(|old| old.can_drop()) {
            drop_one(&mut tx, &request.id, &old.id).await?;
        }
        let first = now();
        for (at, one) in (0i64..).zip(&places) {
            self.insert_correction(&mut tx, (&request.id, first + at, actor), one).await?;
        }
        tx.enqueue_anew(job(&request.id)).await?;
        tx.commit().await?;
        Ok(places.len())
    }

    /// Takes a change from the list that never reached a database or file.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it did.
    pub async fn drop_correction(&self, actor: &Actor, request: &str, id: &str) -> Result<()> {
        let entry =
            Entry::new(actor.clone(), "rights.correction_dropped", "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        if drop_one(&mut tx, request, id).await? == 0 {
            return Err(RightsError::Conflict("rights-error-correction-moves"));
        }
        tx.commit().await?;
        Ok(())
    }

    /// Has everything written that could be written when it was tried.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if there is nothing.
    pub async fn write_corrections(&self, actor: &Actor, request: &Request) -> Result<()> {
        correctable(request)?;
        let id = request.id.as_str();
        let entry = Entry::new(actor.clone(), "rights.correction_begun", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        if moved(&mut tx, (id, ""), &[State::Proposed], (State::Queued, "")).await? == 0 {
            return Err(RightsError::Conflict("rights-error-correction-nothing"));
        }
        let event = NewEvent { request: id, what: "correction-begun", detail: "" };
        insert_event(&mut tx, actor, &event).await?;
        tx.enqueue_anew(job(id)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tries or writes again what went wrong.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it did not go wrong.
    pub async fn retry_correction(&self, actor: &Actor, request: &Request, id: &str) -> Result<()> {
        let all = self.corrections(&request.id).await?;
        let one = all.iter().find(|one| one.id == id).ok_or(RightsError::NotFound("place"))?;
        // Undoing goes on after the request was closed; nothing else does.
        let to = match one.state {
            State::Failed if one.written_at > 0 => State::Undoing,
            State::Failed => State::Queued,
            _ => State::Checking,
        };
        if to != State::Undoing {
            correctable(request)?;
        }
        if !one.can_retry() || (to == State::Undoing && !one.can_undo(now())) {
            return Err(RightsError::Conflict("rights-error-correction-moves"));
        }
        self.go_on(actor, "rights.correction_retried", (&request.id, id), one.state, to).await
    }

    /// Puts back what stood there, within 30 days and if nobody has changed it since.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it was not written, or is too old.
    pub async fn undo_correction(&self, actor: &Actor, request: &str, id: &str) -> Result<()> {
        let all = self.corrections(request).await?;
        let one = all.iter().find(|one| one.id == id).ok_or(RightsError::NotFound("place"))?;
        if !one.can_undo(now()) {
            return Err(RightsError::Conflict("rights-error-correction-undo"));
        }
        let action = "rights.correction_undo_asked";
        self.go_on(actor, action, (request, id), one.state, State::Undoing).await
    }

    async fn go_on(
        &self,
        actor: &Actor,
        action: &'static str,
        (request, id): (&str, &str),
        from: State,
        to: State,
    ) -> Result<()> {
        let entry = Entry::new(actor.clone(), action, "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        if moved(&mut tx, (request, id), &[from], (to, "")).await? == 0 {
            return Err(RightsError::Conflict("rights-error-correction-moves"));
        }
        tx.enqueue_anew(job(request)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says whether tables with triggers may be changed: they may do more than the page says. What was
    /// refused for that is tried again.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] for a closed request.
    pub async fn allow_correction_triggers(
        &self,
        actor: &Actor,
        request: &Request,
        may: bool,
    ) -> Result<()> {
        correctable(request)?;
        let id = request.id.as_str();
        let entry = Entry::new(actor.clone(), "rights.correction_triggers", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE rights_held SET triggers = $1 WHERE request = $2")
            .bind(i64::from(may))
            .bind(id)
            .execute(tx.conn())
            .await?;
        sqlx::query(
            "UPDATE rights_correction SET state = 'checking', error = '' WHERE request = $1
             AND state = 'refused' AND error = 'triggers'",
        )
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.enqueue_anew(job(id)).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn drop_one(tx: &mut ::store::WriteTx, request: &str, id: &str) -> Result<u64> {
    let done = sqlx::query(
        "DELETE FROM rights_correction WHERE request = $1 AND id = $2 AND written_at = 0
         AND drafted = '' AND state IN ('proposed', 'refused', 'failed')",
    )
    .bind(request)
    .bind(id)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// The day until which a change can be undone (µs).
pub(super) fn undo_until(one: &Correction) -> i64 {
    one.written_at + KEPT
}
