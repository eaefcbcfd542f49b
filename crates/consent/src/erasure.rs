//! Erasing a customer with four eyes: one asks and says why, a second person approves or refuses, and
//! who asked carries it out. The approval is used up in the transaction that destroys the key, so that
//! both happen or neither. The console, the API and the command line all come through here.

use ::store::{Actor, Entry};
use web::{
    WebError,
    access::{Action, Approval, ApprovalState, asker},
};

use crate::{ConsentError, Room, SubjectId, certificate::ACTION};

/// The kind of object such an approval is for.
pub const OBJECT: &str = "subject";
/// Characters of a reason: the least that says anything, the most that is kept.
pub const REASON: std::ops::RangeInclusive<usize> = 5..=1_000;

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErasureError {
    /// The customer or the database.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// Accounts and approvals.
    #[error(transparent)]
    Web(WebError),
    /// Nobody says so little, or so much.
    #[error("say why this customer is erased, in {} to {} characters", REASON.start(), REASON.end())]
    Reason,
    /// No such request, or somebody else's.
    #[error("there is no such request for an erasure; ask for it first")]
    Unknown,
    /// Nobody else has decided.
    #[error("a second person has to approve this first, in the console under “Approvals”")]
    Waiting,
    /// Refused, taken back, used or too old.
    #[error("the approval was refused, taken back, used, or has run out; ask again")]
    Spent,
    /// The customer was found to be another one since.
    #[error("this customer was joined with another one since the erasure was asked for; ask again")]
    Moved,
}

impl From<WebError> for ErasureError {
    fn from(error: WebError) -> Self {
        match error {
            WebError::NotFound => Self::Unknown,
            // The only clash on the way: somebody used or took back the approval a moment ago.
            WebError::Conflict(_) => Self::Spent,
            other => Self::Web(other),
        }
    }
}

impl Room {
    /// Asks for the erasure of a customer. Asking again while the question or its approval stands
    /// gives the same one back. The caller has checked that `by` may ask.
    pub async fn ask_erasure(
        &self,
        by: &Actor,
        id: &SubjectId,
        why: &str,
    ) -> Result<Approval, ErasureError> {
        let standing = self.consent.standing_of(&id.0).await?;
        if standing.erased_at.is_some() {
            return Err(ConsentError::Erased.into());
        }
        if !REASON.contains(&why.trim().chars().count()) {
            return Err(ErasureError::Reason);
        }
        let (by, object) = (asker(by), standing.id.0.as_str());
        let asked = self.web.approvals().ask(&by, Action::DestroyKeys, OBJECT, object, why).await?;
        self.web.approvals().find(&asked.0).await?.ok_or(ErasureError::Unknown)
    }

    /// What became of a request: only for who asked.
    pub async fn erasure(&self, by: &Actor, request: &str) -> Result<Approval, ErasureError> {
        let found = self.web.approvals().find(request).await?;
        let by = asker(by);
        found
            .filter(|one| one.asked_by == by && one.object_kind == OBJECT)
            .filter(|one| one.action == Action::DestroyKeys.as_str())
            .ok_or(ErasureError::Unknown)
    }

    /// Destroys the keys of the customer that an approved request is about. Of two callers at once one
    /// succeeds.
    pub async fn carry_out_erasure(
        &self,
        by: &Actor,
        request: &str,
    ) -> Result<SubjectId, ErasureError> {
        let agreed = self.erasure(by, request).await?;
        match agreed.state {
            ApprovalState::Approved => {}
            ApprovalState::Open => return Err(ErasureError::Waiting),
            _ => return Err(ErasureError::Spent),
        }
        let standing = self.consent.standing_of(&agreed.object_id).await?;
        if standing.id.0 != agreed.object_id {
            return Err(ErasureError::Moved);
        }
        if standing.erased_at.is_some() {
            return Err(ConsentError::Erased.into());
        }
        let id = standing.id;
        let entry = Entry::new(by.clone(), ACTION, OBJECT, &*id.0).about(&*id.0);
        let mut tx = self.consent.store().begin(entry).await.map_err(ConsentError::from)?;
        self.web.approvals().use_in(&mut tx, &agreed.asked_by, &agreed.id).await?;
        self.consent.erase_in(tx, &id).await?;
        Ok(id)
    }
}
