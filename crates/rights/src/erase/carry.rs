//! What people do with an erasure: choose what becomes of a table, ask a second person, begin, stop, go
//! on, close what cannot be reached. The approval is used up in the transaction that begins it.

use ::store::{Actor, NewJob, now};
use serde_json::json;
use web::access::{Action, Approval, ApprovalState, asker};

use super::{Act, BY, Done, Erasure, GROUNDS, Stage, store::put_step, work::KIND};
use crate::{
    Request, Result, Rights, RightsError,
    request::{NewEvent, insert_event},
};

/// The kind of object such an approval is for.
pub(super) const OBJECT: &str = "rights_request";
/// Characters of a reason: the least that says anything, the most that is kept.
const REASON: std::ops::RangeInclusive<usize> = 5..=1_000;
/// A plan is carried out within three days; later the databases are others.
const FRESH: i64 = 3 * 24 * 3600 * 1_000_000;

pub(super) fn job(request: &str) -> NewJob {
    let payload = json!({ "request": request });
    let dedupe = Some(format!("rights-erasure:{request}"));
    NewJob { kind: KIND, payload, dedupe, max_attempts: 10 }
}

impl Rights {
    async fn erasure_of(&self, request: &str) -> Result<Erasure> {
        self.erasure(request).await?.ok_or(RightsError::NotFound("erasure"))
    }

    /// Says what becomes of a table's rows, as long as nothing was begun there.
    ///
    /// # Errors
    /// [`RightsError::Asked`] for rows that stay without a ground.
    pub async fn choose(
        &self,
        actor: &Actor,
        request: &str,
        at: i64,
        (act, ground): (Act, &str),
    ) -> Result<()> {
        let erasure = self.erasure_of(request).await?;
        let step = erasure.steps.into_iter().find(|step| step.at == at);
        let mut step = step.ok_or(RightsError::NotFound("table"))?;
        if !step.is_open() {
            return Err(RightsError::Conflict("rights-error-erasure-stage"));
        }
        if act == Act::Keep && !GROUNDS.contains(&ground) {
            return Err(RightsError::Asked("rights-error-ground"));
        }
        if act == Act::Empty && step.columns.is_empty() {
            return Err(RightsError::Asked("rights-error-nothing-to-empty"));
        }
        step.act = act;
        step.ground = if act == Act::Keep { ground.to_owned() } else { String::new() };
        let held = step.expected.duty + step.expected.hold;
        let rest = step.own.saturating_sub(held);
        let mut expected = Done { cells: step.expected.cells, ..Done::default() };
        match act {
            Act::Keep => expected.stays = step.own,
            Act::Delete => expected.deleted = rest,
            Act::Empty => expected.emptied = rest,
        }
        if act != Act::Keep {
            (expected.duty, expected.hold) = (step.expected.duty, step.expected.hold);
        }
        step.expected = expected;
        let stages = (&[Stage::Planned][..], Stage::Planned);
        let mut tx =
            self.erasure_moved(actor, "rights.erasure_chosen", request, stages, "").await?;
        tx.states(None, Some(self.store().digest(&step)));
        put_step(&mut tx, request, &step).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says whether tables with triggers may be changed: they may do more than the plan says.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if there is no plan.
    pub async fn allow_triggers(&self, actor: &Actor, request: &str, may: bool) -> Result<()> {
        let stages = (&[Stage::Planned][..], Stage::Planned);
        let mut tx =
            self.erasure_moved(actor, "rights.erasure_chosen", request, stages, "").await?;
        sqlx::query("UPDATE rights_erasure SET triggers = $1 WHERE request = $2")
            .bind(i64::from(may))
            .bind(request)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asks a second person to agree to a plan. Asking again gives the same question back. The caller
    /// has checked that `by` may ask.
    ///
    /// # Errors
    /// [`RightsError::Asked`] for a reason that says nothing.
    pub async fn ask_erasure(&self, by: &Actor, request: &Request, why: &str) -> Result<Approval> {
        if self.erasure_of(&request.id).await?.stage != Stage::Planned {
            return Err(RightsError::Conflict("rights-error-erasure-stage"));
        }
        if !REASON.contains(&why.trim().chars().count()) {
            return Err(RightsError::Asked("access-error-reason"));
        }
        let approvals = self.web().approvals();
        let asked =
            approvals.ask(&asker(by), Action::DestroyKeys, OBJECT, &request.id, why).await?;
        approvals.find(&asked.0).await?.ok_or(RightsError::NotFound("approval"))
    }

    /// What was last asked about an erasure.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn asked_erasure(&self, reader: &str, request: &str) -> Result<Option<Approval>> {
        let approvals = self.web().approvals();
        Ok(approvals.last_about(reader, Action::DestroyKeys, OBJECT, request).await?)
    }

    /// Begins what was planned and agreed to. The rest of an erasure that was begun needs nobody's
    /// agreement any more: it is the same person.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] without an agreement, or for a plan that is too old.
    pub async fn begin_erasure(&self, by: &Actor, request: &Request) -> Result<()> {
        let erasure = self.erasure_of(&request.id).await?;
        if request.state.is_closed() {
            return Err(RightsError::Conflict("rights-error-closed"));
        }
        if now() - erasure.planned_at > FRESH {
            return Err(RightsError::Conflict("rights-error-erasure-old"));
        }
        let agreed = self.asked_erasure(&asker(by), &request.id).await?;
        let agreed = agreed.filter(|one| one.asked_by == asker(by));
        let approval = match agreed {
            _ if erasure.begun_at > 0 => None,
            Some(one) if one.state == ApprovalState::Approved => Some(one),
            _ => return Err(RightsError::Conflict("rights-error-erasure-needs")),
        };
        let stages = (&[Stage::Planned][..], Stage::Queued);
        let mut tx =
            self.erasure_moved(by, "rights.erasure_begun", &request.id, stages, "").await?;
        tx.states(None, Some(self.store().digest(&erasure.steps)));
        if let Some(one) = approval {
            self.web().approvals().use_in(&mut tx, &one.asked_by, &one.id).await?;
        }
        sqlx::query(
            "UPDATE rights_erasure SET begun_by = CASE WHEN begun_at = 0 THEN $1 ELSE begun_by END,
               begun_at = CASE WHEN begun_at = 0 THEN $2 ELSE begun_at END WHERE request = $3",
        )
        .bind(by.to_text())
        .bind(now())
        .bind(&request.id)
        .execute(tx.conn())
        .await?;
        let event = NewEvent { request: &request.id, what: "erasure-begun", detail: "" };
        insert_event(&mut tx, by, &event).await?;
        tx.enqueue_anew(job(&request.id)).await?;
        tx.commit().await?;
        // From now on nothing may use the data, however long the work takes.
        for person in self.customers_of(request).await? {
            self.consent().restrict(&BY, &person, true).await?;
        }
        Ok(())
    }

    /// Customers of Privet's own that a request's person is.
    pub(super) async fn customers_of(&self, request: &Request) -> Result<Vec<consent::SubjectId>> {
        let Some(person) = request.proved()? else { return Ok(Vec::new()) };
        let known = self.consent().find(&person.blind(self.consent().vault())).await?;
        Ok(if known.erased { Vec::new() } else { known.people })
    }

    /// Stops after the batch under way; what is done stays done.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is not at work.
    pub async fn stop_erasure(&self, by: &Actor, request: &str) -> Result<()> {
        let (from, to) = match self.erasure_of(request).await?.stage {
            Stage::Queued => (Stage::Queued, Stage::Stopped),
            _ => (Stage::Running, Stage::Stopping),
        };
        let tx =
            self.erasure_moved(by, "rights.erasure_stopping", request, (&[from], to), "").await?;
        tx.commit().await?;
        Ok(())
    }

    /// Goes on where it stands, also with what failed.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is at work, or was never begun.
    pub async fn resume_erasure(&self, by: &Actor, request: &str) -> Result<()> {
        if self.erasure_of(request).await?.begun_at == 0 {
            return Err(RightsError::Conflict("rights-error-erasure-stage"));
        }
        let stages = (&[Stage::Stopped, Stage::Partial][..], Stage::Queued);
        let mut tx = self.erasure_moved(by, "rights.erasure_resumed", request, stages, "").await?;
        tx.enqueue_anew(job(request)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Closes an erasure of which some databases cannot be reached; what is left is in its certificate.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it does not stand.
    pub async fn close_erasure(&self, by: &Actor, request: &str) -> Result<()> {
        let erasure = self.erasure_of(request).await?;
        if erasure.begun_at == 0 || !matches!(erasure.stage, Stage::Partial | Stage::Stopped) {
            return Err(RightsError::Conflict("rights-error-erasure-stage"));
        }
        self.finish_erasure(by, request, &[Stage::Partial, Stage::Stopped]).await
    }
}
