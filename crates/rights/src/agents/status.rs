//! How a request stands, in the words of the protocol (3.02, 3.03): from its state, its days and the
//! reason of a refusal. Nothing that was written between the person and us is told.

use drp::{Denial, State as Told, Status, Underway};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;
use web::Lang;

use super::store::{Own, written};
use crate::{
    Kind, Request, Result, Rights, RightsError, State,
    bundle::Stage,
    request::{LAPSE, LINK_LIFE, mail_of},
};

/// Where no law gives a number and nobody set a target (µs).
const TARGET: i64 = 45 * 24 * 3600 * 1_000_000;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Why it is refused. What the protocol has no word for is told in words.
fn denial(refusal: &str) -> Denial {
    match refusal {
        "identity" => Denial::InsufVerification,
        "nobody" => Denial::NoMatch,
        "excessive" => Denial::TooManyRequests,
        "duty" | "claims" => Denial::ClaimNotCovered,
        _ => Denial::Other,
    }
}

impl Rights {
    /// The person's own page of a request, if agents can be sent there: over https.
    fn own_page(&self, request: &Request) -> Option<Url> {
        let url = Url::parse(&self.address(&format!("/privacy/requests/{}", request.id))).ok()?;
        (url.scheme() == "https").then_some(url)
    }

    /// How a request stands, as its agent is told, and the digest of that.
    pub(super) async fn status_told(
        &self,
        request: &Request,
        own: &Own,
    ) -> Result<(Value, String)> {
        let state = self.state_told(request).await?;
        let lang = Lang::from_tag(&request.lang).unwrap_or_default();
        let other = state == Told::Denied(Denial::Other);
        let processing_details = if other {
            Some(web::translate(lang, &format!("rights-refusal-{}", request.refusal), &[]))
        } else if request.extended_at > 0 && !state.is_final() {
            Some(web::translate(lang, "rights-agents-extended", &[]))
        } else {
            None
        };
        let status = Status {
            request_id: request.id.clone(),
            agent_request_id: own.agent_request_id.clone(),
            received_at: at(request.received_at),
            state,
            processing_details,
        };
        // Cannot fail: addresses are https, and a denial for another reason has its words.
        let body = status.render().map_err(|_| RightsError::Damaged("status"))?;
        let digest = written(&self.store().digest(&body).0);
        Ok((body, digest))
    }

    async fn state_told(&self, request: &Request) -> Result<Told> {
        let due = if request.due_at > 0 { request.due_at } else { request.received_at + TARGET };
        let open = Underway { expected_by: at(due) };
        Ok(match request.state {
            State::Unverified => match self.own_page(request) {
                // A letter asked the person; without an address staff must find another way.
                Some(url) if mail_of(&request.private.person()?).is_some() => {
                    let until = request.received_at + LINK_LIFE + LAPSE;
                    Told::NeedUserVerification { open, url, expires_at: Some(at(until)) }
                }
                _ => Told::InProgress(open),
            },
            State::Waiting if self.awaits_identity(request).await? => {
                match self.own_page(request) {
                    Some(url) => Told::NeedUserVerification { open, url, expires_at: None },
                    None => Told::InProgress(open),
                }
            }
            State::Open | State::Waiting => Told::InProgress(open),
            State::Done => self.fulfilled(request).await?,
            State::Refused => Told::Denied(denial(&request.refusal)),
            State::TakenBack => Told::Revoked,
            State::Lapsed => Told::Expired,
        })
    }

    async fn awaits_identity(&self, request: &Request) -> Result<bool> {
        let awaited = self.awaited(&request.id).await?;
        Ok(awaited.iter().any(|one| one.reason == "identity" && one.pause.to.is_none()))
    }

    /// Results are on the person's own page, for them alone, as long as the copy is there.
    async fn fulfilled(&self, request: &Request) -> Result<Told> {
        let ready = match request.kind {
            Kind::Access => self.bundle(&request.id).await?.filter(|one| one.stage == Stage::Ready),
            _ => None,
        };
        Ok(Told::Fulfilled {
            results_url: ready.as_ref().and_then(|_| self.own_page(request)),
            expires_at: ready.map(|one| at(one.expires_at)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_to_refuse_has_a_word_of_the_protocol() {
        let words: Vec<_> =
            crate::REFUSALS.iter().map(|(key, _)| (*key, denial(key).as_str())).collect();
        assert_eq!(
            words,
            [
                ("identity", "insuf_verification"),
                ("nobody", "no_match"),
                ("unfounded", "other"),
                ("excessive", "too_many_requests"),
                ("others", "other"),
                ("duty", "claim_not_covered"),
                ("claims", "claim_not_covered"),
            ]
        );
    }
}
