//! What agents call (2.01–2.06). Bodies are text: base64 of a signature and its message. Who is not let
//! in learns nothing; nothing of a body is looked at before its sender is known.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use drp::{Agent, BODY_MAX, Refusal, Token, bearer, is_own};
use jiff::Timestamp;
use serde_json::{Value, json};
use web::{ClientAddress, Rule, problem};

use super::{AGENT, Settings};
use crate::{Request, Result as Done, Rights, RightsError, Room, State as Stand, erase};

/// Wrong tokens and refused set-ups from one address of the network before it becomes slower. Tokens of
/// 256 bits are not guessed; an agent that lost its own must be able to come back soon.
const WRONG: Rule = Rule { free: 10, longest: std::time::Duration::from_mins(1) };
/// Messages of one agent before it becomes slower.
const MESSAGES: Rule = Rule { free: 100, longest: std::time::Duration::from_secs(10) };
/// Questions of one agent before it becomes slower.
const QUESTIONS: Rule = Rule { free: 2_000, longest: std::time::Duration::from_secs(2) };

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/agent/{id}", get(info).post(set_up))
        .route("/v1/data-rights-request", post(exercise))
        .route("/v1/data-rights-request/{id}", get(status).delete(revoke))
        .layer(DefaultBodyLimit::max(BODY_MAX))
}

/// Why nothing is done.
#[derive(Debug)]
pub(super) enum Refused {
    /// We do not take part: nothing is here.
    Off,
    /// Too much at once; seconds to wait.
    Slow(u64),
    /// As the protocol says.
    Protocol(Refusal),
    Room(RightsError),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Protocol(refusal)
    }
}

impl<E: Into<RightsError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Room(error.into())
    }
}

impl Refused {
    fn answer(self) -> Response {
        match self {
            Self::Off => problem(
                StatusCode::NOT_FOUND,
                "urn:privet:problem:not-found",
                "there is nothing here",
            ),
            Self::Slow(seconds) => {
                let told = format!("too many at once; try again in {seconds} seconds");
                let told = json!({ "code": "429", "message": told });
                let wait = [(header::RETRY_AFTER, seconds.to_string())];
                (StatusCode::TOO_MANY_REQUESTS, wait, Json(told)).into_response()
            }
            Self::Protocol(refusal) => {
                tracing::info!(why = %refusal, "a message of an agent was refused");
                let status = StatusCode::from_u16(refusal.http());
                let status = status.unwrap_or(StatusCode::BAD_REQUEST);
                match refusal.render() {
                    Some(body) => (status, Json(body)).into_response(),
                    None => status.into_response(),
                }
            }
            Self::Room(error) => {
                tracing::error!(%error, "a message of an agent could not be worked on");
                let told = "the message could not be worked on; nothing was kept, send it again";
                let told = json!({ "code": "503", "message": told });
                (StatusCode::SERVICE_UNAVAILABLE, Json(told)).into_response()
            }
        }
    }
}

type Answer = Result<Value, Refused>;

fn answered(answer: Answer) -> Response {
    answer.map_or_else(Refused::answer, |told| Json(told).into_response())
}

type Body = Result<Bytes, BytesRejection>;

fn whole(body: Body) -> Result<Bytes, Refusal> {
    body.map_err(|_| Refusal::TooLarge)
}

/// Where a call comes from, for limits.
fn from(address: &ClientAddress) -> String {
    format!("agents:{}", address.reveal())
}

impl Rights {
    /// Who we are, if we take part.
    async fn us(&self) -> Result<Settings, Refused> {
        self.part().await?.map(|part| part.settings).ok_or(Refused::Off)
    }

    /// The agent whose token this is; wrong ones become slower.
    async fn caller(&self, headers: &HeaderMap, from: &str) -> Result<(Settings, Agent), Refused> {
        let us = self.us().await?;
        if let Some(seconds) = self.limits().wait(from, WRONG) {
            return Err(Refused::Slow(seconds));
        }
        let header = headers.get(header::AUTHORIZATION).and_then(|one| one.to_str().ok());
        let known = match bearer(header) {
            Ok(token) => self.agent_by_token(&token).await?,
            Err(_) => None,
        };
        let Some(agent) = known else {
            self.limits().failed(from);
            return Err(Refusal::Token.into());
        };
        self.limits().clear(from);
        Ok((us, agent))
    }

    /// Counts what an agent sends or asks.
    fn paced(&self, agent: &Agent, what: &str, rule: Rule) -> Result<(), Refused> {
        let key = format!("agents-{what}:{}", agent.id);
        if let Some(seconds) = self.limits().wait(&key, rule) {
            return Err(Refused::Slow(seconds));
        }
        self.limits().failed(&key);
        Ok(())
    }

    /// A request that this agent brought. There is no telling another's from none.
    async fn of_agent(
        &self,
        agent: &Agent,
        id: &str,
    ) -> Result<(Request, super::store::Brought), Refused> {
        let brought = self.brought(id).await?.filter(|one| is_own(agent, &one.agent).is_ok());
        let brought = brought.ok_or(Refusal::NotOwn)?;
        match self.request(id).await {
            Ok(request) => Ok((request, brought)),
            Err(RightsError::NotFound(_)) => Err(Refusal::NotOwn.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether taking it back still changes anything: an erasure that has begun cannot be undone.
    async fn can_revoke(&self, request: &Request) -> Done<bool> {
        use erase::Stage;
        let erasure = self.erasure(&request.id).await?;
        let begun = erasure.is_some_and(|one| {
            !matches!(one.stage, Stage::Planning | Stage::Planned | Stage::Failed)
        });
        Ok(!request.state.is_closed() && !begun)
    }

    async fn set_up(&self, from: &str, id: &str, body: Body) -> Answer {
        let us = self.us().await?.us();
        if let Some(seconds) = self.limits().wait(from, WRONG) {
            return Err(Refused::Slow(seconds));
        }
        let agent = self.agent_by_id(id).await?;
        let refused = |why| Refused::Protocol(Refusal::Setup(Box::new(why)));
        let opened = whole(body).map_err(refused).and_then(|body| {
            let opened = drp::open_setup(&body, agent.as_ref(), &us, Timestamp::now());
            opened.map_err(Refused::Protocol)
        });
        let (Some(agent), Ok(opened)) = (agent, opened.as_ref()) else {
            self.limits().failed(from);
            return opened.and(Err(refused(Refusal::Agent)));
        };
        let token = Token::random()?;
        let message = (&opened.digest, opened.until.as_microsecond());
        if !self.give_token(&agent.id, &token, message).await? {
            self.limits().failed(from);
            return Err(refused(Refusal::Replayed));
        }
        self.limits().clear(from);
        Ok(drp::setup_answer(&agent, &token))
    }

    async fn agent_info(&self, from: &str, headers: &HeaderMap, id: &str) -> Answer {
        let (_, agent) = self.caller(headers, from).await?;
        self.paced(&agent, "asks", QUESTIONS)?;
        is_own(&agent, id)?;
        Ok(drp::info_answer())
    }

    async fn exercise(&self, from: &str, headers: &HeaderMap, body: Body) -> Answer {
        let (us, agent) = self.caller(headers, from).await?;
        self.paced(&agent, "sends", MESSAGES)?;
        let opened = drp::open(&whole(body)?, &agent, &us.us(), Timestamp::now())?;
        self.take_message(&agent, opened).await
    }

    async fn agent_status(&self, from: &str, headers: &HeaderMap, id: &str) -> Answer {
        let (_, agent) = self.caller(headers, from).await?;
        self.paced(&agent, "asks", QUESTIONS)?;
        let (request, brought) = self.of_agent(&agent, id).await?;
        Ok(self.status_told(&request, &brought.own).await?.0)
    }

    async fn revoke(&self, from: &str, headers: &HeaderMap, id: &str, body: Body) -> Answer {
        let (_, agent) = self.caller(headers, from).await?;
        self.paced(&agent, "sends", MESSAGES)?;
        let (request, brought) = self.of_agent(&agent, id).await?;
        let revoke = drp::open_revoke(&whole(body)?, &agent)?;
        // Asked twice, it is still revoked.
        if request.state != Stand::TakenBack {
            if !self.can_revoke(&request).await? {
                return Err(Refusal::Final.into());
            }
            let why: String = revoke.reason.unwrap_or_default().chars().take(1_000).collect();
            self.take_back_by(&AGENT, request, &why).await?;
        }
        let request = self.request(id).await?;
        Ok(self.status_told(&request, &brought.own).await?.0)
    }
}

async fn set_up(
    State(room): State<Room>,
    address: ClientAddress,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    answered(room.rights.set_up(&from(&address), &id, body).await)
}

async fn info(
    State(room): State<Room>,
    address: ClientAddress,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    answered(room.rights.agent_info(&from(&address), &headers, &id).await)
}

async fn exercise(
    State(room): State<Room>,
    address: ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answered(room.rights.exercise(&from(&address), &headers, body).await)
}

async fn status(
    State(room): State<Room>,
    address: ClientAddress,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    answered(room.rights.agent_status(&from(&address), &headers, &id).await)
}

async fn revoke(
    State(room): State<Room>,
    address: ClientAddress,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answered(room.rights.revoke(&from(&address), &headers, &id, body).await)
}
