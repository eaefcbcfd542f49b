//! What happens to a request: each act reads it, changes it, and writes it with its event, its letter
//! and its entry of the ledger in one transaction.

use ::store::{Actor, Entry};
use jiff::Timestamp;
use law::{Law, Profile};

use super::{
    Level, Request,
    store::{self, Author, NewEvent},
};
use crate::{Result, Rights, RightsError, clock};

/// What one act does beside the request itself.
#[derive(Default)]
pub(super) struct Act<'a> {
    /// The end of `rights-event-…`.
    pub what: &'a str,
    /// A day, a level, a key.
    pub detail: String,
    /// Words for the person (`staff`), for ourselves (`note`), or of the person.
    pub said: Option<(Author, &'a str)>,
    /// The letter that tells the person.
    pub letter: Option<&'static str>,
    /// Reasons for which the clock stands still from now on.
    pub pauses: Option<&'a str>,
    /// The clock goes on.
    pub resumes: bool,
    /// It goes on only from what was awaited for this reason.
    pub answers: Option<&'a str>,
}

impl Rights {
    /// Winds the clocks of a request.
    pub(crate) fn wind(
        &self,
        request: &mut Request,
        awaited: &[clock::Awaited],
        profile: &Profile,
    ) {
        let law = self.regimes().law();
        let due = self.due(request, awaited, &law, profile);
        let is_longer = request.extended_at > 0 && due.extendable_to > 0;
        let by = due.by.map(|fact| fact.id.clone()).unwrap_or_default();
        let at = if is_longer { due.extendable_to } else { due.at };
        let (extendable_to, notice_by, confirm_by, paused) =
            (due.extendable_to, due.notice_by, due.confirm_by, due.paused);
        request.due_at = at;
        request.paused = paused;
        request.due_by = by;
        request.extendable_to = extendable_to;
        request.notice_by = notice_by;
        request.confirm_by = confirm_by;
    }

    /// What every law says about a request.
    pub(crate) fn due<'a>(
        &self,
        request: &Request,
        awaited: &[clock::Awaited],
        law: &'a Law,
        profile: &'a Profile,
    ) -> clock::Due<'a> {
        let at = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let asked = clock::Asked {
            kind: request.kind,
            received: at(request.received_at),
            verified: (request.verified_at > 0).then(|| at(request.verified_at)),
            awaited,
            regimes: &request.regimes,
        };
        clock::due(&asked, &clock::Ground { law, profile, target: self.target() })
    }

    pub(super) async fn act(
        &self,
        actor: &Actor,
        mut request: Request,
        action: &'static str,
        act: Act<'_>,
        change: impl FnOnce(&mut Request),
    ) -> Result<()> {
        let profile = self.regimes().known().await?;
        let entry = Entry::new(actor.clone(), action, "rights_request", &request.id);
        let before = self.store().digest(&store::state_of(&request));
        let mut tx = self.store().begin(entry).await?;
        change(&mut request);
        if act.resumes {
            store::end_pauses(&mut tx, &request.id).await?;
        }
        if let Some(reason) = act.answers {
            store::end_pause(&mut tx, &request.id, reason).await?;
        }
        if let Some(reason) = act.pauses {
            store::begin_pause(&mut tx, &request.id, reason).await?;
        }
        if !request.state.is_closed() {
            let awaited = store::open_pauses(&mut tx, &request.id).await?;
            self.wind(&mut request, &awaited, &profile);
        }
        if request.state.is_closed() {
            crate::correction::forget(&mut tx, &request.id).await?;
            crate::identity::forget(&mut tx, &request.id).await?;
            crate::task::close(&mut tx, actor, &request.id).await?;
        }
        store::update(&mut tx, &request).await?;
        let event = NewEvent { request: &request.id, what: act.what, detail: &act.detail };
        store::insert_event(&mut tx, actor, &event).await?;
        if request.level == Level::Checked {
            crate::identity::settle(&mut tx, &request.id).await?;
        }
        if act.what == "verified" {
            crate::effect::queue(&mut tx, &request).await?;
        }
        if let Some((author, text)) = act.said {
            store::insert_message(self, &mut tx, &request.id, author, (actor, text)).await?;
        }
        if let Some(letter) = act.letter {
            self.write(&mut tx, &request, letter).await?;
        }
        tx.states(Some(before), Some(self.store().digest(&store::state_of(&request))));
        tx.commit().await?;
        self.count_open().await;
        Ok(())
    }
}

/// Nothing happens to a request that is closed.
pub(super) fn open(request: &Request) -> Result<()> {
    if request.state.is_closed() {
        return Err(RightsError::Conflict("rights-error-closed"));
    }
    Ok(())
}

/// Words that are some, and not too many.
pub(crate) fn words(text: &str) -> Result<&str> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(RightsError::Asked("rights-error-words")),
        n if n > super::Private::LONGEST => Err(RightsError::Asked("rights-error-long")),
        _ => Ok(text),
    }
}
