//! Who somebody is: their link or code came to the right address or number, they are signed in, or staff
//! looked.

use ::store::{Actor, Entry, now};

use super::{
    Level, Request, State,
    act::{Act, open, words},
    store::{self, Author, NewEvent},
};
use crate::{Result, Rights, RightsError};

/// What showed that an address or a number is somebody's.
enum Shown {
    /// The link of a letter, by its hash.
    Link(String),
    /// The code of a text message, by its link's id.
    Code(String),
}

impl Rights {
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
}
