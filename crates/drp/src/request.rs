//! Opening what agents send: exercise (2.01), revoke (2.04) and key set-up (2.05), and the checks of
//! 3.07 in its order.

use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;

use crate::{
    Action, Agent, Fault, Identity, Refusal, Regime, Token, fields::Fields, json::object,
    signed::verified,
};

/// Who we are to the network, and what we take.
#[derive(Debug, Clone)]
pub struct Us {
    /// Our id in the directory.
    pub business_id: String,
    /// The rights that can be exercised here.
    pub actions: Vec<Action>,
    /// How far ahead of ours an agent's clock may be. None by default, as 3.07 has it.
    pub skew: SignedDuration,
    /// How long a message may be good. The protocol recommends ten minutes, its own reference agent
    /// asked for 45 days until 0.9.3; digests must be remembered for as long.
    pub longest: SignedDuration,
}

impl Us {
    /// All rights, no skew, 46 days.
    pub fn new(business_id: &str) -> Self {
        Self {
            business_id: business_id.to_owned(),
            actions: Action::ALL.to_vec(),
            skew: SignedDuration::ZERO,
            longest: SignedDuration::from_hours(46 * 24),
        }
    }
}

/// A message whose signature, sender, addressee and time are good.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened<T> {
    /// What it says.
    pub message: T,
    /// SHA-256 of the signed message: it is good once only.
    pub digest: [u8; 32],
    /// When the message was made.
    pub issued_at: Timestamp,
    /// Until when it is good, and its digest must be kept.
    pub until: Timestamp,
    /// `drp.version`; agents before 0.9.4 say none when they are set up.
    pub version: Option<String>,
}

/// A right that is exercised.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The agent.
    pub agent_id: String,
    /// The agent's own id of the request, told back with every status.
    pub agent_request_id: Option<String>,
    /// Which right.
    pub action: Action,
    /// Under which rules.
    pub regime: Regime,
    /// Hints where else data may be: `customer`, `marketing`…
    pub relationships: Vec<String>,
    /// Where changes of the status are to be told. Somebody else chose it: check where it leads.
    pub status_callback: Option<Url>,
    /// Who it is about.
    pub identity: Identity,
}

/// A request that is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    /// Why, in the person's words.
    pub reason: Option<String>,
}

/// An agent that wants a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The agent.
    pub agent_id: String,
}

/// Opens a request from the agent to whom the bearer token belongs.
///
/// # Errors
/// The first of 3.07's checks that fails, then what is wrong with the message.
pub fn open(
    body: &[u8],
    agent: &Agent,
    us: &Us,
    now: Timestamp,
) -> Result<Opened<Request>, Refusal> {
    let message = verified(body, &agent.verify_key)?;
    let mut fields = Fields(object(&message)?);
    let opened = judged(&message, &mut fields, agent, us, now)?;
    if opened.version.is_none() {
        return Err(Fault::Missing("drp.version").into());
    }
    let action = fields.needed("exercise")?;
    let action = Action::read(&action).filter(|action| us.actions.contains(action));
    let action = action.ok_or(Refusal::Action)?;
    let regime = match fields.id("regime")?.as_deref() {
        None => Regime::Voluntary,
        Some("ccpa") => Regime::Ccpa,
        Some(_) => return Err(Refusal::Regime),
    };
    let agent_request_id = fields.id("agent-request-id")?;
    let relationships = fields.texts("relationships")?;
    let status_callback =
        fields.text("status_callback")?.map(|text| callback(&text)).transpose()?;
    let identity = Identity::read(fields)?;
    if identity.is_empty() {
        // 3.04: minimally must contain the claims that tell who it is.
        return Err(Fault::Missing("name, email, phone_number or address").into());
    }
    Ok(opened.map(|agent_id| Request {
        agent_id,
        agent_request_id,
        action,
        regime,
        relationships,
        status_callback,
        identity,
    }))
}

/// Opens what goes with `DELETE`: signed by the agent, and nothing else is in it. It names neither the
/// request nor a time, so it proves no more than that the agent once took some request back; that this
/// one is meant, the bearer token says.
///
/// # Errors
/// When the signature or the message is wrong.
pub fn open_revoke(body: &[u8], agent: &Agent) -> Result<Revoke, Refusal> {
    let message = verified(body, &agent.verify_key)?;
    let mut fields = Fields(object(&message)?);
    Ok(Revoke { reason: fields.text("reason")? })
}

/// Opens an agent's wish for a token. `agent` is the directory's entry of the id in the path.
///
/// # Errors
/// [`Refusal::Setup`], whatever is wrong: the agent is told nothing (2.05.1), the log is told why.
pub fn open_setup(
    body: &[u8],
    agent: Option<&Agent>,
    us: &Us,
    now: Timestamp,
) -> Result<Opened<Setup>, Refusal> {
    let open = || {
        let agent = agent.ok_or(Refusal::Agent)?;
        let message = verified(body, &agent.verify_key)?;
        let mut fields = Fields(object(&message)?);
        let opened = judged(&message, &mut fields, agent, us, now)?;
        Ok(opened.map(|agent_id| Setup { agent_id }))
    };
    open().map_err(|why| Refusal::Setup(Box::new(why)))
}

/// Answers an agent that is set up (2.05.1).
pub fn setup_answer(agent: &Agent, token: &Token) -> Value {
    json!({ "agent-id": agent.id, "token": token.expose() })
}

/// Answers an agent whose token is good (2.06.1).
pub fn info_answer() -> Value {
    json!({})
}

/// Sender, addressee and time, in the order of 3.07.
fn judged(
    message: &[u8],
    fields: &mut Fields,
    agent: &Agent,
    us: &Us,
    now: Timestamp,
) -> Result<Opened<String>, Refusal> {
    let agent_id = fields.needed("agent-id")?;
    if agent_id != agent.id {
        return Err(Refusal::Agent);
    }
    if fields.needed("business-id")? != us.business_id {
        return Err(Refusal::Business);
    }
    let issued_at = fields.time("issued-at")?;
    if issued_at.duration_since(now) > us.skew {
        return Err(Refusal::Early);
    }
    let until = fields.time("expires-at")?;
    if until <= now {
        return Err(Refusal::Expired);
    }
    if until <= issued_at || until.duration_since(issued_at) > us.longest {
        return Err(Refusal::Window);
    }
    let version = fields.id("drp.version")?;
    if version.as_deref().is_some_and(|version| !is_known(version)) {
        return Err(Refusal::Version);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, message).as_ref());
    Ok(Opened { message: agent_id, digest: hash, issued_at, until, version })
}

/// What is signed is the same from 0.9 on.
fn is_known(version: &str) -> bool {
    matches!(version, "0.9" | "0.9.0" | "0.9.1" | "0.9.2" | "0.9.3" | "0.9.4")
}

fn callback(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).ok().filter(|url| {
        url.scheme() == "https"
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
    });
    url.ok_or(Fault::Field {
        field: "status_callback",
        must: "an https address without a password",
    })
}

impl<T> Opened<T> {
    fn map<U>(self, with: impl FnOnce(T) -> U) -> Opened<U> {
        Opened {
            message: with(self.message),
            digest: self.digest,
            issued_at: self.issued_at,
            until: self.until,
            version: self.version,
        }
    }
}
