//! Working on a request: somebody takes it, makes its deadline longer, writes with the person.

use ::store::{Actor, now};

use super::{
    Request, State,
    act::{Act, open, words},
    store::Author,
};
use crate::{Result, Rights, RightsError};

impl Rights {
    /// Gives a request to a member of staff, or to nobody ("").
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if somebody else changed the request, or it is closed.
    pub async fn assign(&self, actor: &Actor, request: Request, to: &str) -> Result<()> {
        open(&request)?;
        let act = Act { what: "assigned", detail: to.to_owned(), ..Act::default() };
        self.act(actor, request, "rights.assigned", act, |one| to.clone_into(&mut one.assignee))
            .await
    }

    /// Makes the deadline longer, as far as its law allows, and tells the person why before the first
    /// one ends (GDPR Art 12(3); Cal. Civ. Code §1798.130(a)(2)).
    ///
    /// # Errors
    /// [`RightsError::Conflict`] where no law allows it (any more).
    pub async fn extend(&self, actor: &Actor, request: Request, why: &str) -> Result<()> {
        let why = words(why)?;
        if !request.may_extend(now()) {
            return Err(RightsError::Conflict("rights-error-extend"));
        }
        // Without a notice in time it would not count.
        if !self.can_write(&request)? {
            return Err(RightsError::Conflict("rights-error-no-address"));
        }
        let act = Act {
            what: "extended",
            said: Some((Author::Staff, why)),
            letter: Some("rights-extended-letter"),
            ..Act::default()
        };
        self.act(actor, request, "rights.extended", act, |one| one.extended_at = now()).await
    }

    /// Asks the person something without which it cannot go on. The clocks of laws that say so stand
    /// still until they answer.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is not worked on.
    pub async fn ask_person(
        &self,
        actor: &Actor,
        request: Request,
        reason: &str,
        text: &str,
    ) -> Result<()> {
        let text = words(text)?;
        if request.state != State::Open || !crate::AWAITED.contains(&reason) {
            return Err(RightsError::Conflict("rights-error-not-open"));
        }
        // A clock does not stand still for somebody who does not hear that they are asked.
        let hears = self.can_write(&request)?;
        let act = Act {
            what: "asked",
            detail: reason.to_owned(),
            said: Some((Author::Staff, text)),
            letter: Some("rights-message-letter"),
            pauses: hears.then_some(reason),
            ..Act::default()
        };
        self.act(actor, request, "rights.asked", act, |one| one.state = State::Waiting).await
    }

    /// The person answers, or writes of their own accord.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is closed.
    pub async fn hear(&self, request: Request, text: &str) -> Result<()> {
        open(&request)?;
        let text = words(text)?;
        let waited = request.state == State::Waiting;
        let act = Act {
            what: "heard",
            said: Some((Author::Person, text)),
            resumes: waited,
            ..Act::default()
        };
        self.act(&crate::CUSTOMER, request, "rights.heard", act, |one| {
            if waited {
                one.state = State::Open;
            }
        })
        .await
    }

    /// What was awaited to see who somebody is came, in another way than words. Anything else that is
    /// awaited still is.
    pub(crate) async fn goes_on(&self, request: Request, what: &'static str) -> Result<()> {
        let (awaited, more) = self.awaits(&request.id, "identity").await?;
        if request.state != State::Waiting || (more && !awaited) {
            return Ok(());
        }
        let act = Act { what, answers: Some("identity"), ..Act::default() };
        self.act(&crate::CUSTOMER, request, "rights.heard", act, |one| {
            if !more {
                one.state = State::Open;
            }
        })
        .await
    }

    /// Whether something is awaited for a reason, and for another one.
    pub(super) async fn awaits(&self, id: &str, reason: &str) -> Result<(bool, bool)> {
        let all = self.awaited(id).await?;
        let open: Vec<_> = all.iter().filter(|one| one.pause.to.is_none()).collect();
        let of = open.iter().any(|one| one.reason == reason);
        Ok((of, open.iter().any(|one| one.reason != reason)))
    }

    /// Writes to the person.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if somebody else changed the request.
    pub async fn say(&self, actor: &Actor, request: Request, text: &str) -> Result<()> {
        let text = words(text)?;
        let act = Act {
            what: "said",
            said: Some((Author::Staff, text)),
            letter: Some("rights-message-letter"),
            ..Act::default()
        };
        self.act(actor, request, "rights.said", act, |_| ()).await
    }

    /// Notes something that only staff read.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if somebody else changed the request.
    pub async fn note(&self, actor: &Actor, request: Request, text: &str) -> Result<()> {
        let text = words(text)?;
        let act = Act { what: "noted", said: Some((Author::Note, text)), ..Act::default() };
        self.act(actor, request, "rights.noted", act, |_| ()).await
    }
}
