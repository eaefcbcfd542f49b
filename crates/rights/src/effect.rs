//! What a request does by itself, at once: a restriction stops every use but keeping (GDPR Art 18), an
//! objection refuses what is done without consent (GDPR Art 21; Cal. Civ. Code §1798.120, which asks for
//! no proof of who objects), “withdraw everything” takes back every consent (GDPR Art 7(3); PIPL Art
//! 15). The decision API answers so from then on. The job is queued with the request itself, so a
//! request that was taken in takes effect, whatever happens to the server.

use consent::{Identifier, Subject};
use serde_json::json;
use store::{Actor, Entry, JobContext, JobError, JobHandler, NewJob, WriteTx};
use web::Lang;

use crate::{
    Kind, Level, Request, Result, Rights, RightsError, find,
    request::{NewEvent, insert_event},
    told,
};

const KIND: &str = "rights_effect";
/// The event of a restriction's end.
const LIFTED: &str = "lifted";
const BY: Actor = Actor::System("rights");

/// Whether a request has an effect of its own, as sure as we are of the person.
fn takes_effect(request: &Request) -> bool {
    let own = matches!(request.kind, Kind::Restriction | Kind::Objection | Kind::WithdrawAll);
    own && !request.state.is_closed() && request.is_verified()
}

/// Queues the effect of a request, where it has one, in the transaction that takes it in.
pub(crate) async fn queue(tx: &mut WriteTx, request: &Request) -> Result<()> {
    if takes_effect(request) {
        let payload = json!({ "request": request.id });
        let dedupe = Some(format!("rights-effect:{}", request.id));
        tx.enqueue_anew(NewJob { kind: KIND, payload, dedupe, max_attempts: 20 }).await?;
    }
    Ok(())
}

/// What was only claimed may belong to different people: who claims it must not make one of them.
fn apart(person: Subject, level: Level) -> Vec<Subject> {
    if level != Level::Claimed {
        return vec![person];
    }
    let one = |one: &Identifier| Subject::new(vec![one.clone()]).ok();
    person.identifiers().iter().filter_map(one).collect()
}

impl Rights {
    async fn take_effect(&self, id: &str) -> Result<()> {
        let request = self.request(id).await?;
        // A try that comes late does not bring back what was lifted meanwhile.
        let over = request.kind == Kind::Restriction && self.is_lifted(id).await?;
        if over || !takes_effect(&request) {
            return Ok(());
        }
        // An objection counts for the address it names, proved or not; a restriction is proved.
        let person = match request.level {
            Level::Claimed => Some(request.private.person()?),
            _ => request.proved()?,
        };
        let person = person.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let lang = if request.lang == Lang::ZhCn.tag() { Lang::ZhCn } else { Lang::En };
        let (all, place) = (request.kind == Kind::WithdrawAll, request.property.as_str());
        let mut count = 0;
        if request.kind == Kind::Restriction {
            let customer = self.consent().link(&BY, &person).await?.subject;
            self.consent().restrict(&BY, &customer, true).await?;
            count = 1;
        } else {
            for one in apart(person, request.level) {
                count += self.preferences().refuse(&one, place, lang, all).await?;
            }
        }
        let entry = Entry::new(BY, "rights.took_effect", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&(request.kind.as_str(), count))));
        let detail = count.to_string();
        let event = NewEvent { request: id, what: "took-effect", detail: &detail };
        insert_event(&mut tx, &BY, &event).await?;
        if request.kind == Kind::Restriction {
            // Where the data is says who received it and has to be told.
            tx.also(Entry::new(BY, "rights.searched", "rights_request", id));
            find::begin(&mut tx, &BY, id).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The restriction that a request asked for is over.
    pub(crate) async fn is_lifted(&self, request: &str) -> Result<bool> {
        Ok(self.events(request).await?.iter().any(|one| one.what == LIFTED))
    }

    /// Lifts a restriction; the person is told before (GDPR Art 18(3)), in words of staff. Recipients who
    /// were told of it have to hear of its end.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] for another kind of request.
    pub async fn lift(&self, by: &Actor, request: Request, text: &str) -> Result<()> {
        if request.kind != Kind::Restriction {
            return Err(RightsError::Conflict("rights-error-no-restriction"));
        }
        let id = request.id.clone();
        let person = request.proved()?;
        let person = person.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        self.say(by, request, text).await?;
        let known = self.consent().find(&person.blind(self.consent().vault())).await?;
        for customer in known.people {
            self.consent().restrict(by, &customer, false).await?;
        }
        let entry = Entry::new(by.clone(), "rights.lifted", "rights_request", &id);
        let mut tx = self.store().begin(entry).await?;
        let event = NewEvent { request: &id, what: LIFTED, detail: "" };
        insert_event(&mut tx, by, &event).await?;
        told::again(&mut tx, &id).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The job that does it.
pub(crate) struct Effect {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Effect {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default();
        self.rights.take_effect(request).await?;
        Ok(())
    }
}
