//! A request comes in: numbered, wound up, and its person asked to show who they are.

use ::store::{Actor, Entry, new_id, now};
use consent::{IdentifierKind, Subject};
use jiff::Timestamp;
use web::{
    Lang,
    mail::{Letter, Recipient},
};

use super::{By, Channel, Kind, Level, Private, Request, State, store};
use crate::{Result, Rights, RightsError, token};

/// A link by which a person shows that an address is theirs works for three days: a request made on a
/// Friday can be confirmed on Monday.
pub(crate) const LINK_LIFE: i64 = 3 * 24 * 3600 * 1_000_000;
/// A request whose link ended is kept for so long, for whoever comes late.
pub(crate) const LAPSE: i64 = 7 * 24 * 3600 * 1_000_000;

/// A request to be made.
#[derive(Debug, Clone)]
pub struct New {
    /// What is asked.
    pub kind: Kind,
    /// Who asks.
    pub by: By,
    /// How it comes in.
    pub channel: Channel,
    /// The person whose data it is about.
    pub person: Subject,
    /// What they call themselves, wrote, and by which authority they ask.
    pub private: Private,
    /// The property, by key.
    pub property: String,
    /// The language they read.
    pub lang: Lang,
    /// How sure we are of them already.
    pub level: Level,
    /// When it was received (µs): staff write down what came by post.
    pub received_at: i64,
    /// The request whose answer is appealed, or "".
    pub about: String,
}

/// A request that was made.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its id.
    pub id: String,
    /// The request itself.
    pub request: Request,
    /// With this token the code is entered that goes to the person's telephone; "" for none.
    pub code: String,
}

impl Rights {
    /// Takes a request in. Who has not shown who they are gets a letter with a link, whether we know
    /// them or not, so that nobody learns from it whom we know.
    ///
    /// # Errors
    /// [`RightsError::Asked`] where something is missing, and those of Privet's own database.
    pub async fn receive(&self, actor: Actor, new: New) -> Result<Received> {
        self.receive_once(actor, new, None).await
    }

    /// The same for what may come twice: of one origin comes one request, which is returned again.
    ///
    /// # Errors
    /// As [`Self::receive`].
    pub(crate) async fn receive_once(
        &self,
        actor: Actor,
        new: New,
        origin: Option<&str>,
    ) -> Result<Received> {
        let origin = origin.map(|one| self.origin("request", &[one]));
        if let Some(id) = self.of_origin(origin.as_deref()).await? {
            let request = self.request(&id).await?;
            return Ok(Received { id, request, code: String::new() });
        }
        let regimes = self.regimes_of(&new.property).await?;
        let request = self.drawn_up(&new, regimes).await?;
        let entry = Entry::new(actor.clone(), "rights.received", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        let (request, code) = self.take_in(&mut tx, &actor, request, &new).await?;
        if let Some(origin) = &origin {
            store::insert_origin(&mut tx, origin, &request.id).await?;
        }
        tx.commit().await?;
        self.count_open().await;
        Ok(Received { id: request.id.clone(), request, code })
    }

    /// A keyed digest of where something came from.
    pub(crate) fn origin(&self, kind: &str, parts: &[&str]) -> String {
        let digest = self.store().digest(&(kind, parts));
        crate::handover::hex(&digest.0)
    }

    async fn of_origin(&self, origin: Option<&str>) -> Result<Option<String>> {
        let Some(origin) = origin else { return Ok(None) };
        let sql = "SELECT request FROM rights_origin WHERE origin = $1";
        let known = sqlx::query_scalar(sql).bind(origin);
        Ok(known.fetch_optional(self.store().reader()).await?)
    }

    /// A request as it will stand, with its clocks wound; nothing is written.
    pub(crate) async fn drawn_up(&self, new: &New, regimes: Vec<String>) -> Result<Request> {
        check(new)?;
        let mut request = Self::draft(new, regimes);
        let profile = self.regimes().known().await?;
        self.wind(&mut request, &[], &profile);
        Ok(request)
    }

    /// Writes a request that was drawn up, with its letter, in a transaction whose first entry says so. With
    /// it, the token of the code that goes to the person's telephone, or "".
    pub(crate) async fn take_in(
        &self,
        tx: &mut ::store::WriteTx,
        actor: &Actor,
        mut request: Request,
        new: &New,
    ) -> Result<(Request, String)> {
        request.number = store::next_number(tx).await?;
        store::insert(self, tx, &request).await?;
        for blind in new.person.blind(self.consent().vault()) {
            store::insert_person(tx, &request.id, &blind.to_text()).await?;
        }
        let event = |what| store::NewEvent { request: &request.id, what, detail: "" };
        store::insert_event(tx, actor, &event("received")).await?;
        tx.states(None, Some(self.store().digest(&store::state_of(&request))));
        let mut code = String::new();
        if request.state == State::Unverified {
            code = self.ask_to_confirm(tx, &request, new).await?;
        } else {
            self.confirm_receipt(tx, &request, &new.person).await?;
        }
        crate::effect::queue(tx, &request).await?;
        Ok((request, code))
    }

    fn draft(new: &New, regimes: Vec<String>) -> Request {
        let private = Private {
            name: new.private.name.trim().to_owned(),
            words: new.private.words.trim().to_owned(),
            authority: new.private.authority.trim().to_owned(),
            language: new.private.language.clone(),
            ..Private::about(&new.person)
        };
        let mut request = Request {
            id: new_id(),
            number: 0,
            kind: new.kind,
            by: new.by,
            channel: new.channel,
            property: new.property.clone(),
            lang: new.lang.tag().to_owned(),
            regimes,
            state: State::Unverified,
            level: new.level,
            received_at: new.received_at,
            verified_at: 0,
            due_at: 0,
            due_by: String::new(),
            confirm_by: 0,
            extended_at: 0,
            extendable_to: 0,
            notice_by: 0,
            paused: false,
            closed_at: 0,
            refusal: String::new(),
            assignee: String::new(),
            about: new.about.clone(),
            version: 1,
            private,
        };
        if request.is_verified() {
            (request.state, request.verified_at) = (State::Open, now());
        }
        request
    }

    /// A letter with a link; where there is no address, a code by text message, whose token is returned.
    async fn ask_to_confirm(
        &self,
        tx: &mut ::store::WriteTx,
        request: &Request,
        new: &New,
    ) -> Result<String> {
        let Some(to) = mail_of(&new.person) else {
            let by_phone = new.person.only(IdentifierKind::Phone).is_some();
            if new.channel != Channel::Portal || !by_phone || !self.preferences().has_sms() {
                return Ok(String::new());
            }
            let place = (new.property.as_str(), new.lang);
            let begun = self.preferences().begin_code(tx, &new.person, place, &request.id);
            return Ok(begun.await?);
        };
        let secret = token::random();
        store::insert_link(tx, &request.id, &token::hash(&secret), now() + LINK_LIFE).await?;
        let kind = match request.channel {
            Channel::Agent => "rights-agents-letter",
            _ => "rights-confirm-letter",
        };
        let letter = self
            .letter(kind, request, to)
            .with_action(&self.address(&format!("/privacy/requests/confirm/{secret}")));
        self.web().queue_mail(tx, &letter).await?;
        Ok(String::new())
    }

    /// Tells a person that their request is here and until when it is answered (11 CCR §7021(a)).
    pub(crate) async fn confirm_receipt(
        &self,
        tx: &mut ::store::WriteTx,
        request: &Request,
        person: &Subject,
    ) -> Result<()> {
        let Some(to) = mail_of(person) else { return Ok(()) };
        let letter = self
            .letter("rights-received-letter", request, to)
            .with_action(&self.address(&format!("/privacy/requests/{}", request.id)));
        self.web().queue_mail(tx, &letter).await?;
        Ok(())
    }

    /// A letter about a request: its number, what is asked, the day of the answer.
    pub(crate) fn letter(&self, kind: &'static str, request: &Request, to: Recipient) -> Letter {
        let lang = Lang::from_tag(&request.lang).unwrap_or_default();
        let what = web::translate(lang, &request.kind.key(), &[]);
        let day = self.day_of_answer(request);
        let organisation = self.organisation();
        let name = request.name();
        let args = [
            ("organisation", organisation.as_str()),
            ("name", name.as_str()),
            ("what", what.as_str()),
            ("day", day.as_str()),
        ];
        Letter::new(kind, lang, to, &args)
    }

    /// Until when a request is answered, as a day where its law counts days: `2027-03-31`.
    pub fn day_of_answer(&self, request: &Request) -> String {
        let law = self.regimes().law();
        let fact = law.facts().find(|fact| fact.id == request.due_by);
        let zone = fact
            .and_then(|fact| law.regime(&fact.regime))
            .or_else(|| request.regimes.first().and_then(|key| law.regime(key)))
            .map_or(jiff::tz::TimeZone::UTC, crate::clock::zone);
        let at = Timestamp::from_microsecond(request.due_at).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned_datetime(zone).date().to_string()
    }
}

/// The address of a person's first e-mail identifier.
pub(crate) fn mail_of(person: &Subject) -> Option<Recipient> {
    let mut all = person.identifiers().iter();
    let email = all.find(|one| one.kind() == IdentifierKind::Email)?;
    Recipient::parse(email.expose())
}

fn check(new: &New) -> Result<()> {
    let long = |text: &str| text.chars().count() > Private::LONGEST;
    let private = &new.private;
    if long(&private.words) || long(&private.authority) || private.name.chars().count() > 200 {
        return Err(RightsError::Asked("rights-error-long"));
    }
    if new.by != By::Person && private.authority.trim().is_empty() {
        return Err(RightsError::Asked("rights-error-authority"));
    }
    let says_what = matches!(new.kind, Kind::Correction | Kind::Complaint | Kind::Appeal);
    if says_what && private.words.trim().is_empty() {
        return Err(RightsError::Asked("rights-error-words"));
    }
    if new.received_at > now() {
        return Err(RightsError::Asked("rights-error-future"));
    }
    Ok(())
}
