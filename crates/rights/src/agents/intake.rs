//! A message of an agent becomes a request. What the agent says of the person names them and proves
//! nothing: the person is asked by letter whether they allowed it (11 CCR §7063(a)), whether we know
//! them or not, so that nobody learns from the answer whom we know.

use ::store::Entry;
use consent::{Identifier, IdentifierKind, Subject, property::DEFAULT};
use drp::{Action, Address, Fault, Identity, Opened, Proven, Refusal, Regime, Right};
use serde_json::Value;
use web::{Lang, Rule};

use super::{
    AGENT,
    endpoints::Refused,
    store::{Own, insert_brought, remember, set_told},
};
use crate::{
    By, Channel, Kind, Level, New, Private, Rights,
    request::{Author, insert_message},
};

/// Requests of one agent for one person before it becomes slower: letters must not flood anybody, and no
/// agent learns that another one asked.
const PER_PERSON: Rule = Rule { free: 6, longest: std::time::Duration::from_hours(1) };
/// The law of `regime: ccpa`.
const CCPA: &str = "us-ca";
/// Characters of one claim that staff are shown.
const CLAIM: usize = 200;

/// What is asked for, here.
fn kind(action: Action) -> Option<Kind> {
    match action.right() {
        Right::Access | Right::Categories => Some(Kind::Access),
        Right::Erasure => Some(Kind::Erasure),
        Right::OptOut => Some(Kind::Objection),
        Right::OptIn => None,
    }
}

/// Whom it is about, by what we can write to or look for.
fn person_of(identity: &Identity) -> Result<Subject, Refusal> {
    let read = |claim: Option<&Proven<String>>, kind, fault| {
        claim.map(|one| Identifier::parse(kind, &one.value, "").map_err(|_| fault)).transpose()
    };
    let wrong = |field, must| Fault::Field { field, must };
    let email = read(
        identity.email.as_ref(),
        IdentifierKind::Email,
        wrong("email", "an e-mail address that letters can be sent to"),
    )?;
    let phone = read(
        identity.phone_number.as_ref(),
        IdentifierKind::Phone,
        wrong("phone_number", "a number in E.164, as +14155550123"),
    )?;
    Subject::new(email.into_iter().chain(phone).collect())
        .map_err(|_| Fault::Missing("email or phone_number").into())
}

/// A claim as staff read it, by the name that the protocol gives it.
fn line(name: &str, value: &str, verified: bool) -> String {
    let value: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let value: String = value.chars().take(CLAIM).collect();
    let verified = if verified { " (verified)" } else { "" };
    format!("{name}: {value}{verified}")
}

fn address_of(address: &Address) -> String {
    let parts = [
        &address.formatted,
        &address.street_address,
        &address.locality,
        &address.region,
        &address.postal_code,
        &address.country,
    ];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// What the agent says of the person, for staff: one claim a line.
fn claims(message: &drp::Request) -> String {
    let identity = &message.identity;
    let mut lines = vec![line("exercise", message.action.as_str(), false)];
    let mut claim = |name, value: Option<(&str, bool)>| {
        lines.extend(value.map(|(value, verified)| line(name, value, verified)));
    };
    claim("name", identity.name.as_deref().map(|name| (name, false)));
    claim("email", identity.email.as_ref().map(|one| (one.value.as_str(), one.verified)));
    let phone = identity.phone_number.as_ref();
    claim("phone_number", phone.map(|one| (one.value.as_str(), one.verified)));
    let address = identity.address.as_ref().map(|one| (address_of(&one.value), one.verified));
    claim("address", address.as_ref().map(|(text, verified)| (text.as_str(), *verified)));
    claim("power_of_attorney", identity.power_of_attorney.as_deref().map(|one| (one, false)));
    let related = message.relationships.join(", ");
    claim("relationships", (!related.is_empty()).then_some((related.as_str(), false)));
    for (name, value) in &identity.other {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        lines.push(line(&name, &value, false));
    }
    let text = lines.join("\n");
    text.chars().take(Private::LONGEST - 200).collect()
}

/// The request, as the room takes it.
fn new_of(message: &drp::Request, agent: &drp::Agent, kind: Kind, person: Subject) -> New {
    let lang = Lang::default();
    let named = [("name", agent.name.as_str().into()), ("id", agent.id.as_str().into())];
    let categories = message.action.right() == Right::Categories;
    let name = message.identity.name.as_deref().unwrap_or_default();
    New {
        kind,
        by: By::Agent,
        channel: Channel::Agent,
        private: Private {
            name: name.chars().take(200).collect(),
            words: if categories {
                web::translate(lang, "rights-agents-categories", &[])
            } else {
                String::new()
            },
            authority: web::translate(lang, "rights-agents-authority", &named),
            ..Private::default()
        },
        person,
        property: DEFAULT.to_owned(),
        lang,
        level: Level::Claimed,
        received_at: ::store::now(),
        about: String::new(),
    }
}

impl Rights {
    /// Takes a message in, once: it is remembered in the transaction that stores the request. What its
    /// agent is told.
    pub(super) async fn take_message(
        &self,
        agent: &drp::Agent,
        opened: Opened<drp::Request>,
    ) -> Result<Value, Refused> {
        let message = &opened.message;
        let kind = kind(message.action).ok_or(Refusal::Action)?;
        let person = person_of(&message.identity)?;
        // Letters go to the address, whatever else is claimed beside it.
        let to = person.only(IdentifierKind::Email).unwrap_or_else(|| person.clone());
        let owner = format!("agents-person:{}:{}", agent.id, self.digest_of(&to));
        if let Some(seconds) = self.limits().wait(&owner, PER_PERSON) {
            return Err(Refused::Slow(seconds));
        }
        let new = new_of(message, agent, kind, person);
        let regimes = match message.regime {
            Regime::Ccpa => vec![CCPA.to_owned()],
            Regime::Voluntary => self.regimes_of(&new.property).await?,
        };
        let own = Own {
            agent_request_id: message.agent_request_id.clone(),
            callback: message.status_callback.as_ref().map(ToString::to_string),
        };
        let note = web::translate(new.lang, "rights-agents-note", &[]);
        let note = format!("{note}\n{}", claims(message));

        let request = self.drawn_up(&new, regimes).await?;
        let entry = Entry::new(AGENT, "rights.received", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        if !remember(&mut tx, &opened.digest, opened.until.as_microsecond()).await? {
            return Err(Refusal::Replayed.into());
        }
        let (request, _) = self.take_in(&mut tx, &AGENT, request, &new).await?;
        let action = message.action.as_str();
        insert_brought(self, &mut tx, &request.id, &agent.id, (action, &own)).await?;
        insert_message(self, &mut tx, &request.id, Author::Note, (&AGENT, &note)).await?;
        let (told, digest) = self.status_told(&request, &own).await?;
        set_told(&mut tx, &request.id, &digest).await?;
        tx.commit().await?;
        self.limits().failed(&owner);
        self.count_open().await;
        Ok(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_that_can_be_exercised_is_one_of_ours() {
        for action in Action::ALL {
            assert_eq!(kind(action).is_some(), super::super::ACTIONS.contains(&action), "{action}");
        }
    }
}
