//! Why a message is refused, and how that is told (3.06).

use serde_json::{Value, json};

/// What is wrong with a message that is signed well. Messages name fields, never what was in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not JSON in UTF-8, or with the same key twice, or too deep.
    #[error("the signed message is not a JSON object in UTF-8 without repeated keys")]
    Json,
    /// A field that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field is not what it must be.
    #[error("{field} must be {must}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// More claims of one's own than are read.
    #[error("there are too many claims, or they are too long")]
    TooMuch,
}

/// A message or request that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No bearer token, or none that is known.
    #[error("a bearer token from POST /v1/agent/{{agent-id}} is needed")]
    Token,
    /// The body is longer than is read.
    #[error("the message is longer than is read here")]
    TooLarge,
    /// The body is not base64, or too short to hold a signature.
    #[error("the body must be base64 of a 64-byte Ed25519 signature and the JSON message")]
    Encoding,
    /// The signature is not one of this agent's key over this message.
    #[error("the signature does not match the agent's key")]
    Signature,
    /// The message names another agent than the token or the path.
    #[error("agent-id is not the agent that sent this message")]
    Agent,
    /// The message is for another business.
    #[error("business-id is not this business")]
    Business,
    /// The message was made in the future.
    #[error("issued-at is in the future; check the clock")]
    Early,
    /// The message is too old.
    #[error("expires-at has passed; sign a new message")]
    Expired,
    /// The message is good for longer than is allowed here.
    #[error("expires-at is too far from issued-at; the protocol recommends ten minutes")]
    Window,
    /// Another version of the protocol.
    #[error("drp.version must be 0.9 to 0.9.4")]
    Version,
    /// A right that is not supported here.
    #[error("Unsupported rights actions submitted.")]
    Action,
    /// A regime that the protocol does not know.
    #[error("regime must be ccpa or be left out")]
    Regime,
    /// The message was there before.
    #[error("this message was received before; sign a new one")]
    Replayed,
    /// The message is signed well but wrong.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The request or agent is not this agent's.
    #[error("this is not the agent's own")]
    NotOwn,
    /// The request cannot be revoked any more.
    #[error("the request has come to its end and cannot be revoked")]
    Final,
    /// A new agent's message was refused, for this reason: nothing is told (2.05.1).
    #[error("the agent could not be set up: {0}")]
    Setup(Box<Refusal>),
}

impl Refusal {
    /// The HTTP status. 3.06 leaves it open except where 2.02, 2.05 and 2.06 say 403.
    pub fn http(&self) -> u16 {
        match self {
            Self::Token => 401,
            Self::Signature | Self::Agent | Self::Business | Self::NotOwn | Self::Setup(_) => 403,
            Self::Replayed | Self::Final => 409,
            Self::TooLarge => 413,
            _ => 400,
        }
    }

    /// The same message can never be taken: the agent must not try it again.
    pub fn is_fatal(&self) -> bool {
        !matches!(
            self,
            // A gateway on the way may have cut or changed it; a clock may come right.
            Self::Token | Self::Encoding | Self::Signature | Self::Early | Self::Setup(_)
        )
    }

    /// The body; none where a new agent is refused.
    pub fn render(&self) -> Option<Value> {
        if matches!(self, Self::Setup(_)) {
            return None;
        }
        let mut body = json!({ "code": self.http().to_string(), "message": self.to_string() });
        if self.is_fatal() {
            body["fatal"] = Value::Bool(true);
        }
        Some(body)
    }
}
