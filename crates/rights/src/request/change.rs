//! What happens to a request: each act reads it, changes it, and writes it with its event, its letter
//! and its entry of the ledger in one transaction.

use ::store::{Actor, Entry, WriteTx, now};
use jiff::Timestamp;
use law::{Law, Profile};

use super::{
    Kind, Level, Request, State,
    receive::mail_of,
    store::{self, Author, NewEvent},
};
use crate::{REFUSALS, Result, Rights, RightsError, clock};

/// What showed that an address or a number is somebody's.
enum Shown {
    /// The link of a letter, by its hash.
    Link(String),
    /// The code of a text message, by its link's id.
    Code(String),
}

/// What one act does beside the request itself.
#[derive(Default)]
struct Act<'a> {
    /// The end of `rights-event-…`.
    what: &'a str,
    /// A day, a level, a key.
    detail: String,
    /// Words for the person (`staff`), for ourselves (`note`), or of the person.
    said: Option<(Author, &'a str)>,
    /// The letter that tells the person.
    letter: Option<&'static str>,
    /// Reasons for which the clock stands still from now on.
    pauses: Option<&'a str>,
    /// The clock goes on.
    resumes: bool,
    /// It goes on only from what was awaited for this reason.
    answers: Option<&'a str>,
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

    async fn act(
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

    /// Whether letters about a request reach anybody.
    ///
    /// # Errors
    /// What was kept is no person (any more).
    pub fn can_write(&self, request: &Request) -> Result<bool> {
        let person = request.private.person()?;
        Ok(if mail_of(&person).is_some() { self.web().has_mail() } else { self.can_text(&person) })
    }

    /// Whether somebody who gave no address hears of us by text message.
    fn can_text(&self, person: &consent::Subject) -> bool {
        self.preferences().has_sms() && person.only(consent::IdentifierKind::Phone).is_some()
    }

    async fn write(&self, tx: &mut WriteTx, request: &Request, kind: &'static str) -> Result<()> {
        let person = request.private.person()?;
        let Some(to) = mail_of(&person) else { return self.text(tx, request, &person).await };
        let url = self.address(&format!("/privacy/requests/{}", request.id));
        let letter = self.letter(kind, request, to).with_action(&url);
        self.web().queue_mail(tx, &letter).await?;
        Ok(())
    }

    /// A text message that says that there is news, and not which.
    async fn text(
        &self,
        tx: &mut WriteTx,
        request: &Request,
        person: &consent::Subject,
    ) -> Result<()> {
        if !self.can_text(person) || request.level < Level::Contact {
            return Ok(());
        }
        let lang = web::Lang::from_tag(&request.lang).unwrap_or_default();
        let args = [
            ("organisation", self.organisation().into()),
            ("name", request.name().into()),
            ("address", self.address("/privacy/requests").into()),
        ];
        let text = web::translate(lang, "rights-sms-news", &args);
        let place = (request.property.as_str(), lang);
        self.preferences().queue_text(tx, person, place, &text).await?;
        Ok(())
    }

    /// A person opened the link that went to their address: it is theirs. The link is used up.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] for a link that does not work (any more).
    pub async fn confirm(&self, secret: &str) -> Result<Request> {
        let id = self.behind(secret).await?.id;
        self.shown(&id, &Shown::Link(crate::token::hash(secret))).await
    }

    /// A person entered the code that went to their telephone: it is theirs. `None` for anything that
    /// does not fit; guesses are counted.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn confirm_code(&self, token: &str, code: &str) -> Result<Option<Request>> {
        let Some(good) = self.preferences().check_record(token, code).await? else {
            return Ok(None);
        };
        match self.shown(&good.record, &Shown::Code(good.link)).await {
            Ok(request) => Ok(Some(request)),
            Err(RightsError::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The address or number of a request is its person's; what showed it is used up.
    async fn shown(&self, id: &str, by: &Shown) -> Result<Request> {
        let actor = crate::CUSTOMER;
        let profile = self.regimes().known().await?;
        let entry = Entry::new(actor.clone(), "rights.verified", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        match by {
            Shown::Link(hash) => {
                store::use_link(&mut tx, hash).await?;
            }
            Shown::Code(link) if self.preferences().spend(&mut tx, link).await? => {}
            Shown::Code(_) => return Err(RightsError::NotFound("link")),
        }
        let mut request = store::find(self, &mut tx, id).await?;
        if request.state.is_closed() {
            return Err(RightsError::NotFound("link"));
        }
        let before = self.store().digest(&store::state_of(&request));
        request.level = request.level.max(Level::Contact);
        if request.state == State::Unverified && request.is_verified() {
            request.state = State::Open;
            request.verified_at = now();
        }
        let awaited = store::open_pauses(&mut tx, id).await?;
        self.wind(&mut request, &awaited, &profile);
        store::update(&mut tx, &request).await?;
        let event = NewEvent { request: id, what: "verified", detail: Level::Contact.as_str() };
        store::insert_event(&mut tx, &actor, &event).await?;
        self.confirm_receipt(&mut tx, &request, &request.private.person()?).await?;
        crate::effect::queue(&mut tx, &request).await?;
        tx.states(Some(before), Some(self.store().digest(&store::state_of(&request))));
        tx.commit().await?;
        self.count_open().await;
        self.request(id).await
    }

    /// Staff looked who somebody is, and how (a note).
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if somebody else changed the request, or it is closed.
    pub async fn verify(&self, actor: &Actor, request: Request, how: &str) -> Result<()> {
        open(&request)?;
        let how = words(how)?;
        let act = Act {
            what: "verified",
            detail: Level::Checked.as_str().to_owned(),
            said: Some((Author::Note, how)),
            letter: Some("rights-received-letter"),
            answers: Some("identity"),
            ..Act::default()
        };
        let else_awaited = self.awaits(&request.id, "identity").await?.1;
        self.act(actor, request, "rights.verified", act, |one| {
            one.level = Level::Checked;
            if one.verified_at == 0 {
                one.verified_at = now();
            }
            if one.state == State::Unverified || (one.state == State::Waiting && !else_awaited) {
                one.state = State::Open;
            }
        })
        .await
    }

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
    async fn awaits(&self, id: &str, reason: &str) -> Result<(bool, bool)> {
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

    /// The person, signed in with the address that the request names, says that they allowed an agent
    /// to ask it (11 CCR §7063(a)): the same as opening the link that went to that address.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] for whoever has another address, [`RightsError::Conflict`] if it is
    /// closed.
    pub async fn allow(&self, request: Request, person: &consent::Subject) -> Result<()> {
        open(&request)?;
        let email = consent::IdentifierKind::Email;
        let asked = request.private.person()?.only(email);
        let theirs = |asked: consent::Subject| {
            asked.identifiers().iter().all(|one| person.identifiers().contains(one))
        };
        if !asked.is_some_and(theirs) {
            return Err(RightsError::NotFound("request"));
        }
        let act = Act {
            what: "verified",
            detail: Level::Contact.as_str().to_owned(),
            letter: Some("rights-received-letter"),
            ..Act::default()
        };
        self.act(&crate::CUSTOMER, request, "rights.verified", act, |one| {
            one.level = one.level.max(Level::Contact);
            if one.state == State::Unverified && one.is_verified() {
                one.state = State::Open;
                one.verified_at = now();
            }
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

pub(super) fn open(request: &Request) -> Result<()> {
    if request.state.is_closed() {
        return Err(RightsError::Conflict("rights-error-closed"));
    }
    Ok(())
}

pub(crate) fn words(text: &str) -> Result<&str> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(RightsError::Asked("rights-error-words")),
        n if n > super::Private::LONGEST => Err(RightsError::Asked("rights-error-long")),
        _ => Ok(text),
    }
}
