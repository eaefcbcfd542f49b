//! How a request ends: answered, refused, taken back, or nobody ever showed who they are.

use ::store::{Actor, now};

use super::{
    Kind, Request, State,
    act::{Act, open, words},
    store::Author,
};
use crate::{REFUSALS, Result, Rights, RightsError};

impl Rights {
    /// Refuses, with the reason of the law and words of our own (GDPR Art 12(4)).
    ///
    /// # Errors
    /// [`RightsError::Asked`] for a reason that is none.
    pub async fn refuse(
        &self,
        actor: &Actor,
        request: Request,
        reason: &str,
        text: &str,
    ) -> Result<()> {
        open(&request)?;
        let text = words(text)?;
        if !REFUSALS.iter().any(|(key, _)| *key == reason) {
            return Err(RightsError::Asked("rights-error-refusal"));
        }
        if !super::twin::shows(reason, text) {
            return Err(RightsError::Asked("rights-error-ground-short"));
        }
        let act = Act {
            what: "refused",
            detail: reason.to_owned(),
            said: Some((Author::Staff, text)),
            letter: Some("rights-answered-letter"),
            resumes: true,
            ..Act::default()
        };
        self.act(actor, request, "rights.refused", act, |one| {
            one.state = State::Refused;
            one.closed_at = now();
            reason.clone_into(&mut one.refusal);
        })
        .await
    }

    /// Says that it is done, in words for the person.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] while the person has not shown who they are, and for a decision that
    /// somebody has to look at ([`Self::review`]).
    pub async fn answer(&self, actor: &Actor, request: Request, text: &str) -> Result<()> {
        if request.kind == Kind::HumanReview {
            return Err(RightsError::Conflict("rights-error-review"));
        }
        self.done(actor, request, text, ("answered", "")).await
    }

    /// Somebody looked at an automated decision: what became of it, and why, in words that explain the
    /// logic to the person (GDPR Art 22(3), Art 15(1)(h); PIPL Art 24 ¶3).
    ///
    /// # Errors
    /// [`RightsError::Asked`] for an outcome that is none of [`crate::OUTCOMES`];
    /// [`RightsError::Conflict`] for another kind of request, or where no human being looked.
    pub async fn review(
        &self,
        actor: &Actor,
        request: Request,
        outcome: &str,
        text: &str,
    ) -> Result<()> {
        if request.kind != Kind::HumanReview || !matches!(actor, Actor::Person(_)) {
            return Err(RightsError::Conflict("rights-error-no-review"));
        }
        if !crate::OUTCOMES.contains(&outcome) {
            return Err(RightsError::Asked("rights-error-outcome"));
        }
        let lang = web::Lang::from_tag(&request.lang).unwrap_or_default();
        let became = web::translate(lang, &format!("rights-outcome-{outcome}-told"), &[]);
        let text = format!("{became}\n\n{}", words(text)?);
        self.done(actor, request, &text, ("reviewed", outcome)).await
    }

    async fn done(
        &self,
        actor: &Actor,
        request: Request,
        text: &str,
        (what, detail): (&'static str, &str),
    ) -> Result<()> {
        open(&request)?;
        let text = words(text)?;
        if !request.is_verified() {
            return Err(RightsError::Conflict("rights-error-unverified"));
        }
        self.certain(&request).await?;
        let act = Act {
            what,
            detail: detail.to_owned(),
            said: Some((Author::Staff, text)),
            letter: Some("rights-answered-letter"),
            resumes: true,
            ..Act::default()
        };
        self.act(actor, request, "rights.answered", act, |one| {
            one.state = State::Done;
            one.closed_at = now();
        })
        .await
    }

    /// The person takes it back.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is closed.
    pub async fn take_back(&self, request: Request) -> Result<()> {
        self.take_back_by(&crate::CUSTOMER, request, "").await
    }

    /// Somebody whom the person authorised takes it back, in words of theirs, or none.
    pub(crate) async fn take_back_by(
        &self,
        actor: &Actor,
        request: Request,
        why: &str,
    ) -> Result<()> {
        open(&request)?;
        let said = (!why.trim().is_empty()).then_some((Author::Note, why.trim()));
        let act = Act { what: "taken-back", said, resumes: true, ..Act::default() };
        self.act(actor, request, "rights.taken_back", act, |one| {
            one.state = State::TakenBack;
            one.closed_at = now();
        })
        .await
    }

    /// Lets requests lapse whose person never showed who they are, a week after their link ended.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn lapse(&self) -> Result<usize> {
        // A letter may be written long after the request came in: of a file, of a mailbox.
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM rights_request r WHERE state = 'unverified' AND level = 'claimed'
               AND received_at < $1
               AND (channel = 'portal' OR id IN (SELECT request FROM rights_link))
               AND NOT EXISTS (SELECT 1 FROM rights_link l WHERE l.request = r.id
                 AND l.expires_at > $2)
             ORDER BY received_at LIMIT 500",
        )
        .bind(now() - super::receive::LINK_LIFE - super::receive::LAPSE)
        .bind(now() - super::receive::LAPSE)
        .fetch_all(self.store().reader())
        .await?;
        let mut lapsed = 0;
        for id in &ids {
            // One that somebody works on this moment, or that cannot be read, holds no other back.
            match self.lapse_one(id).await {
                Ok(()) => lapsed += 1,
                Err(error) => tracing::warn!(%error, request = %id, "a request did not lapse"),
            }
        }
        Ok(lapsed)
    }

    async fn lapse_one(&self, id: &str) -> Result<()> {
        let request = self.request(id).await?;
        let act = Act { what: "lapsed", ..Act::default() };
        self.act(&Actor::System("rights"), request, "rights.lapsed", act, |one| {
            one.state = State::Lapsed;
            one.closed_at = now();
        })
        .await
    }
}
