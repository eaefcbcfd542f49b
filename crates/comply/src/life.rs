//! What people do with a finding: accept it for a time, say that it is mended, open it again, give it to
//! somebody, write a note. Each is an entry of the ledger and a line of its history.

use store::{Actor, Entry, WriteTx, new_id, now};

use crate::{
    Comply, ComplyError, Finding, Result,
    findings::{note_context, reason_context},
    model::State,
    snapshot::DAY,
};

/// Longer nobody remembers why something was accepted.
pub const LONGEST: i64 = 366;

/// A line of a history to write.
struct Line<'a> {
    what: &'static str,
    detail: String,
    note: &'a str,
}

impl Comply {
    /// Takes a finding for so many days, with a reason.
    pub async fn accept(&self, by: Actor, id: &str, reason: &str, days: i64) -> Result<Finding> {
        if !(1..=LONGEST).contains(&days) {
            return Err(ComplyError::Conflict("comply-error-days"));
        }
        if reason.trim().is_empty() {
            return Err(ComplyError::Conflict("comply-error-reason"));
        }
        let before = self.finding(id).await?;
        if before.state == State::Fixed {
            return Err(ComplyError::Conflict("comply-error-fixed"));
        }
        let until = now() + days * DAY;
        let who = by.to_text();
        let mut tx = self.begin(by, "finding.accepted", &before).await?;
        let done = sqlx::query(
            "UPDATE comply_finding SET state = 'accepted', accepted_by = $1, accepted_until = $2,
               reason_sealed = $3, changed_at = $4 WHERE id = $5 AND state <> 'fixed'",
        )
        .bind(&who)
        .bind(until)
        .bind(self.store.seal(&reason_context(id), reason.trim()))
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(ComplyError::Conflict("comply-error-fixed"));
        }
        let line = Line { what: "accepted", detail: until.to_string(), note: reason.trim() };
        self.settle(tx, &who, id, line, State::Accepted).await
    }

    /// Somebody says that it is mended; the next run looks.
    pub async fn mended(&self, by: Actor, id: &str) -> Result<Finding> {
        self.turn(
            by,
            id,
            "finding.mended",
            State::Mended,
            "mended",
            &[State::Open, State::Accepted],
        )
        .await
    }

    /// It waits again.
    pub async fn reopen(&self, by: Actor, id: &str) -> Result<Finding> {
        let from = [State::Accepted, State::Mended];
        self.turn(by, id, "finding.reopened", State::Open, "reopened", &from).await
    }

    async fn turn(
        &self,
        by: Actor,
        id: &str,
        action: &'static str,
        state: State,
        what: &'static str,
        from: &[State],
    ) -> Result<Finding> {
        let before = self.finding(id).await?;
        if !from.contains(&before.state) {
            return Err(ComplyError::Conflict("comply-error-state"));
        }
        let who = by.to_text();
        let mut tx = self.begin(by, action, &before).await?;
        let done = sqlx::query(
            "UPDATE comply_finding SET state = $1, changed_at = $2, accepted_until = 0
             WHERE id = $3 AND state = $4",
        )
        .bind(state.as_str())
        .bind(now())
        .bind(id)
        .bind(before.state.as_str())
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            // Somebody else, or a run, was faster.
            return Err(ComplyError::Conflict("comply-error-state"));
        }
        self.settle(tx, &who, id, Line { what, detail: String::new(), note: "" }, state).await
    }

    /// Gives a finding to a member of staff (empty: to nobody), to be mended by a day (µs).
    pub async fn assign(&self, by: Actor, id: &str, to: &str, due: i64) -> Result<Finding> {
        let before = self.finding(id).await?;
        let who = by.to_text();
        let mut tx = self.begin(by, "finding.assigned", &before).await?;
        sqlx::query(
            "UPDATE comply_finding SET assignee = $1, due_at = $2, changed_at = $3 WHERE id = $4",
        )
        .bind(to)
        .bind(due)
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        let line = Line { what: "assigned", detail: to.to_owned(), note: "" };
        self.settle(tx, &who, id, line, before.state).await
    }

    /// Writes a note; it is sealed.
    pub async fn note(&self, by: Actor, id: &str, note: &str) -> Result<Finding> {
        let before = self.finding(id).await?;
        let who = by.to_text();
        let tx = self.begin(by, "finding.noted", &before).await?;
        let line = Line { what: "noted", detail: String::new(), note: note.trim() };
        self.settle(tx, &who, id, line, before.state).await
    }

    async fn begin(&self, by: Actor, action: &'static str, before: &Finding) -> Result<WriteTx> {
        let mut entry = Entry::new(by, action, "finding", &before.id);
        entry.before = Some(self.state_of(before.state, &before.assignee, before.due_at));
        Ok(self.store.begin(entry).await?)
    }

    fn state_of(&self, state: State, assignee: &str, due: i64) -> store::Digest {
        self.store.digest(&(state.as_str(), assignee, due))
    }

    /// Writes the line of the history, commits, and reads the finding as it is now.
    async fn settle(
        &self,
        mut tx: WriteTx,
        who: &str,
        id: &str,
        line: Line<'_>,
        state: State,
    ) -> Result<Finding> {
        let event = new_id();
        let note = match line.note {
            "" => String::new(),
            note => self.store.seal(&note_context(&event), note),
        };
        sqlx::query(
            "INSERT INTO comply_event (id, finding, at, actor, what, detail, note_sealed)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&event)
        .bind(id)
        .bind(now())
        .bind(who)
        .bind(line.what)
        .bind(&line.detail)
        .bind(&note)
        .execute(tx.conn())
        .await?;
        let after = self.store.digest(&(state.as_str(), line.what, &line.detail, line.note));
        tx.states(None, Some(after));
        tx.commit().await?;
        self.count_grave().await?;
        self.finding(id).await
    }
}
