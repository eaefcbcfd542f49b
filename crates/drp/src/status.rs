//! How a request stands (3.02) and how that is told (3.03).

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

/// How a request stands, with what may be told in that state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is here, nobody has looked at it.
    Open,
    /// It is being worked on.
    InProgress(Underway),
    /// The person must prove who they are.
    NeedUserVerification {
        /// As in progress.
        open: Underway,
        /// Where.
        url: Url,
        /// Until when.
        expires_at: Option<Timestamp>,
    },
    /// Done.
    Fulfilled {
        /// Where the results are.
        results_url: Option<Url>,
        /// Until when.
        expires_at: Option<Timestamp>,
    },
    /// The person took it back.
    Revoked,
    /// Refused, and why.
    Denied(Denial),
    /// Its time ran out.
    Expired,
}

/// What must be told of a request that is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Underway {
    /// When news can be expected, by the law's clock.
    pub expected_by: Timestamp,
}

/// Why a request is refused: `reason` of `denied`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denial {
    /// Made fraudulently, it is believed.
    SuspectedFraud,
    /// Who the person is could not be verified.
    InsufVerification,
    /// Nobody here is that person.
    NoMatch,
    /// What is asked for is not covered.
    ClaimNotCovered,
    /// The person is not covered.
    OutsideJurisdiction,
    /// More requests than must be dealt with.
    TooManyRequests,
    /// Something else.
    Other,
}

impl Denial {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::SuspectedFraud,
        Self::InsufVerification,
        Self::NoMatch,
        Self::ClaimNotCovered,
        Self::OutsideJurisdiction,
        Self::TooManyRequests,
        Self::Other,
    ];

    /// As the protocol writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SuspectedFraud => "suspected_fraud",
            Self::InsufVerification => "insuf_verification",
            Self::NoMatch => "no_match",
            Self::ClaimNotCovered => "claim_not_covered",
            Self::OutsideJurisdiction => "outside_jurisdiction",
            Self::TooManyRequests => "too_many_requests",
            Self::Other => "other",
        }
    }
}

impl State {
    /// `status` and `reason`.
    pub fn words(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Open => ("open", None),
            Self::InProgress(_) => ("in_progress", None),
            Self::NeedUserVerification { .. } => ("in_progress", Some("need_user_verification")),
            Self::Fulfilled { .. } => ("fulfilled", None),
            Self::Revoked => ("revoked", None),
            Self::Denied(why) => ("denied", Some(why.as_str())),
            Self::Expired => ("expired", None),
        }
    }

    /// Nothing comes after it.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Fulfilled { .. } | Self::Revoked | Self::Denied(_) | Self::Expired)
    }

    /// May this come next? From open, what the business does; then anything but open again.
    pub fn may_become(&self, next: &Self) -> bool {
        !self.is_final()
            && !matches!((self, next), (_, Self::Open) | (Self::Open, Self::Fulfilled { .. }))
    }
}

/// An exercise status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Ours, a UUID.
    pub request_id: String,
    /// The agent's, told back where it gave one.
    pub agent_request_id: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
    /// How it stands.
    pub state: State,
    /// A word to the person, through the agent; needed where `expected_by` was moved.
    pub processing_details: Option<String>,
}

/// What cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatusError {
    /// An address that is not https.
    #[error("{0} must be an https address")]
    Insecure(&'static str),
    /// Who refuses for another reason must say which.
    #[error("a request that is denied for another reason needs processing_details")]
    Unexplained,
}

impl Status {
    /// The answer, and the body of a callback.
    ///
    /// # Errors
    /// [`StatusError`] for what the protocol forbids.
    pub fn render(&self) -> Result<Value, StatusError> {
        let (status, reason) = self.state.words();
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("request_id", json!(self.request_id));
        if let Some(id) = &self.agent_request_id {
            put("agent_request_id", json!(id));
        }
        put("received_at", time(self.received_at));
        put("status", json!(status));
        if let Some(reason) = reason {
            put("reason", json!(reason));
        }
        let expires = match &self.state {
            State::InProgress(open) => {
                put("expected_by", time(open.expected_by));
                None
            }
            State::NeedUserVerification { open, url, expires_at } => {
                put("expected_by", time(open.expected_by));
                put("user_verification_url", https("user_verification_url", url)?);
                *expires_at
            }
            State::Fulfilled { results_url, expires_at } => {
                if let Some(url) = results_url {
                    put("results_url", https("results_url", url)?);
                }
                *expires_at
            }
            _ => None,
        };
        if let Some(at) = expires {
            put("expires_at", time(at));
        }
        match &self.processing_details {
            Some(details) => {
                put("processing_details", json!(details));
            }
            None if self.state == State::Denied(Denial::Other) => {
                return Err(StatusError::Unexplained);
            }
            None => {}
        }
        Ok(Value::Object(body))
    }
}

/// Whole seconds: RFC 3339, which is ISO 8601.
fn time(at: Timestamp) -> Value {
    json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn https(field: &'static str, url: &Url) -> Result<Value, StatusError> {
    if url.scheme() == "https" {
        return Ok(json!(url.as_str()));
    }
    Err(StatusError::Insecure(field))
}
