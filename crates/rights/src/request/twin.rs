//! The same person asks the same again: the earlier request keeps its clock, the later one may be
//! closed in its favour. Whether somebody asks too often is for us to show (GDPR Art 12(5)), so that
//! the number of requests within a year is told, and refusing takes words.

use ::store::{Actor, Entry, now};
use web::{Lang, mail::Letter};

use super::{
    Request, State,
    receive::mail_of,
    store::{self, Author, NewEvent},
};
use crate::{Result, Rights, RightsError, report::DUPLICATE};

/// Why a request may be called excessive only with words of at least a sentence.
const TO_SHOW: [&str; 2] = ["unfounded", "excessive"];
/// A sentence: so many letters; a Chinese character says as much as three.
const SENTENCE: usize = 30;

/// Whether words are enough to refuse for a reason that is ours to show.
pub(super) fn shows(reason: &str, text: &str) -> bool {
    let weight = |c: char| if u32::from(c) >= 0x2e80 { 3 } else { usize::from(!c.is_whitespace()) };
    !TO_SHOW.contains(&reason) || text.chars().map(weight).sum::<usize>() >= SENTENCE
}

/// What else somebody asked.
#[derive(Debug, Clone, Default)]
pub struct Others {
    /// Open, of the same kind, beside this one; the oldest first.
    pub twins: Vec<Request>,
    /// Received within the twelve months before this one, this one included.
    pub year: usize,
}

impl Rights {
    /// What else the person of a request asked.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn others(&self, request: &Request) -> Result<Others> {
        const YEAR: i64 = 366 * 24 * 3600 * 1_000_000;
        let all = self.requests_of(&request.private.person()?).await?;
        let within = |one: &&Request| {
            one.received_at <= request.received_at && one.received_at > request.received_at - YEAR
        };
        let year = all.iter().filter(within).count();
        let twin = |one: &Request| {
            one.id != request.id && one.kind == request.kind && !one.state.is_closed()
        };
        let mut twins: Vec<Request> = all.into_iter().filter(twin).collect();
        twins.sort_by_key(|one| (one.received_at, one.number));
        Ok(Others { twins, year })
    }

    /// The earlier request of the same person in whose favour one may be closed; the oldest.
    pub(crate) async fn twin_before(&self, request: &Request) -> Result<Option<Request>> {
        let twins = self.others(request).await?.twins;
        Ok(twins.into_iter().find(|of| may_go_on(of, request).is_ok()))
    }

    /// Closes a request in favour of an earlier one of the same person that asks for the same, and
    /// tells them that the earlier one goes on and until when. The earlier one's clock stays as it is.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] where the other came in later, would be answered later, or is not
    /// verified while this one is; [`RightsError::Asked`] where it is none of the person's.
    pub async fn close_duplicate(
        &self,
        actor: &Actor,
        mut request: Request,
        of: &str,
        text: &str,
    ) -> Result<()> {
        super::act::open(&request)?;
        let text = super::act::words(text)?;
        let others = self.others(&request).await?;
        let of = others.twins.into_iter().find(|one| one.id == of);
        let of = of.ok_or(RightsError::Asked("rights-error-duplicate"))?;
        may_go_on(&of, &request)?;
        let entry =
            Entry::new(actor.clone(), "rights.duplicate_closed", "rights_request", &request.id);
        let before = self.store().digest(&store::state_of(&request));
        let mut tx = self.store().begin(entry).await?;
        // The other may have been closed this very moment: then neither would go on.
        let other = store::find(self, &mut tx, &of.id).await?;
        if other.state.is_closed() {
            return Err(RightsError::Asked("rights-error-duplicate"));
        }
        store::end_pauses(&mut tx, &request.id).await?;
        (request.state, request.closed_at) = (State::Refused, now());
        DUPLICATE.clone_into(&mut request.refusal);
        crate::correction::forget(&mut tx, &request.id).await?;
        crate::identity::forget(&mut tx, &request.id).await?;
        crate::task::close(&mut tx, actor, &request.id).await?;
        store::update(&mut tx, &request).await?;
        let (name, other_name) = (request.name(), other.name());
        let own = NewEvent { request: &request.id, what: "duplicate", detail: &other_name };
        store::insert_event(&mut tx, actor, &own).await?;
        let theirs = NewEvent { request: &other.id, what: "doubled", detail: &name };
        store::insert_event(&mut tx, actor, &theirs).await?;
        store::insert_message(self, &mut tx, &request.id, Author::Staff, (actor, text)).await?;
        if let Some(letter) = self.duplicate_letter(&request, &other)? {
            self.web().queue_mail(&mut tx, &letter).await?;
        }
        tx.states(Some(before), Some(self.store().digest(&store::state_of(&request))));
        tx.commit().await?;
        self.count_open().await;
        Ok(())
    }

    fn duplicate_letter(&self, request: &Request, other: &Request) -> Result<Option<Letter>> {
        let Some(to) = mail_of(&request.private.person()?) else { return Ok(None) };
        let lang = Lang::from_tag(&request.lang).unwrap_or_default();
        let what = web::translate(lang, &request.kind.key(), &[]);
        let (organisation, day) = (self.organisation(), self.day_of_answer(other));
        let (name, other) = (request.name(), other.name());
        let args = [
            ("organisation", organisation.as_str()),
            ("name", name.as_str()),
            ("other", other.as_str()),
            ("what", what.as_str()),
            ("day", day.as_str()),
        ];
        let url = self.address(&format!("/privacy/requests/{}", request.id));
        let letter = Letter::new("rights-duplicate-letter", lang, to, &args).with_action(&url);
        Ok(Some(letter))
    }
}

/// Whether one request may go on for both: it came in first, is answered no later, and its person is
/// known as well.
fn may_go_on(of: &Request, request: &Request) -> Result<()> {
    if (of.received_at, of.number) > (request.received_at, request.number) {
        return Err(RightsError::Conflict("rights-error-duplicate-later"));
    }
    let later = of.due_at > request.due_at || (of.paused && !request.paused);
    if later || (request.is_verified() && !of.is_verified()) {
        return Err(RightsError::Conflict("rights-error-duplicate-clock"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::shows;

    #[test]
    fn what_is_ours_to_show_takes_a_sentence() {
        assert!(shows("identity", "No."));
        assert!(!shows("excessive", "Too often."));
        assert!(!shows("unfounded", &" ".repeat(60)));
        assert!(shows("excessive", "The ninth copy within two weeks; nothing has changed since."));
        assert!(!shows("excessive", "太多了。"));
        assert!(shows("excessive", "两周内第九次索取同样的副本，信息没有变化。"));
    }
}
