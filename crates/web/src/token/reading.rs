//! Why a program opens personal data: the purpose it states with the request, whether its token holds
//! that purpose, and what the policies say (GDPR Art 5(1)(b), PIPL Art 6).

use super::Token;
use crate::access::SERVICE;
use crate::{Web, WebError, problem};
use ::access::{Action, Context, Program, Resource};
use axum::http::{StatusCode, request::Parts};
use axum::response::Response;
use store::{Entry, HotWrite};

/// The header in which a request says why it opens personal data, where its body or address does not.
pub const PURPOSE_HEADER: &str = "privet-purpose";

/// Longest key of a purpose that is read.
const LONGEST: usize = 64;

/// What a request's header states; what cannot be a key is read as one that nobody holds.
pub(super) fn stated(parts: &Parts) -> String {
    let Some(value) = parts.headers.get(PURPOSE_HEADER) else { return String::new() };
    let text = value.to_str().unwrap_or("?").trim();
    if text.len() <= LONGEST { text.to_owned() } else { "?".to_owned() }
}

/// Why a request is not served.
enum Refused {
    /// It states no purpose.
    Silent,
    /// The token does not hold the purpose.
    NotHeld,
    /// The policies say no.
    Policy,
}

impl Web {
    /// The purpose under which a program opens data of a kind (`subject`, `receipt`, …), for the
    /// ledger. `own` is the purpose in the request's own field, which counts before the header. A
    /// request without a purpose, or with one that the token does not hold or the policies refuse,
    /// gets the problem to answer with; so does one that an own policy refuses.
    #[allow(clippy::missing_errors_doc)] // the error is the answer
    pub async fn opens(
        &self,
        token: &Token,
        kind: &'static str,
        own: Option<&str>,
    ) -> Result<String, Box<Response>> {
        let asked = own.filter(|own| !own.is_empty()).unwrap_or(&token.stated);
        // Made before tokens had purposes: silence meant this, and every known purpose was taken.
        let purpose = if asked.is_empty() && !token.limited { SERVICE } else { asked };
        let decided = self.decide_opening(token, kind, purpose).await;
        let refused = match decided {
            Ok(None) => return Ok(purpose.to_owned()),
            Ok(Some(refused)) => refused,
            Err(error) => return Err(Box::new(failed(&error))),
        };
        if let Err(error) = self.note_refusal(token, kind, purpose).await {
            return Err(Box::new(failed(&error)));
        }
        Err(Box::new(answer(token, &refused)))
    }

    async fn decide_opening(
        &self,
        token: &Token,
        kind: &str,
        purpose: &str,
    ) -> Result<Option<Refused>, WebError> {
        if purpose.is_empty() {
            return Ok(Some(Refused::Silent));
        }
        let held = if token.limited {
            token.purposes.iter().any(|held| held == purpose)
        } else {
            self.knows_purpose(purpose)
        };
        if !held {
            return Ok(Some(Refused::NotHeld));
        }
        let allowed =
            self.program_may(token, Action::OpenPersonalData, kind, purpose, false).await?;
        Ok((!allowed).then_some(Refused::Policy))
    }

    /// What the policies say of a program; counted for dry runs like the decisions about people.
    pub(crate) async fn program_may(
        &self,
        token: &Token,
        action: Action,
        kind: &str,
        purpose: &str,
        approved: bool,
    ) -> Result<bool, WebError> {
        let engine = self.engine_of(&token.policy).await?;
        let mut purposes = token.purposes.clone();
        if !token.limited {
            purposes.push(purpose.to_owned());
        }
        let program = Program { id: token.id.clone(), scopes: token.scopes.clone(), purposes };
        let program = engine.program(&program).map_err(WebError::internal)?;
        let context = Context { purpose, approved, emergency: false };
        let decision = engine
            .decide(&program, action, &Resource { kind }, &context)
            .map_err(WebError::internal)?;
        self.note_program((&token.id, action, kind), &context, decision.allow);
        Ok(decision.allow)
    }

    /// A refusal is worth knowing: a program that asks for what it was not given. One entry a minute
    /// for each token, so that a program in a loop does not fill the ledger.
    async fn note_refusal(
        &self,
        token: &Token,
        kind: &'static str,
        purpose: &str,
    ) -> Result<(), WebError> {
        if !self.inner.tokens.first_refusal(&token.id, std::time::Instant::now()) {
            return Ok(());
        }
        let entry = Entry::new(token.actor(), "token.refused", "opening", kind);
        // Only what is known: free text could hold somebody's number, and the ledger is for ever.
        let known = !purpose.is_empty() && self.knows_purpose(purpose);
        let entry = if known { entry.for_purpose(purpose) } else { entry };
        self.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
        Ok(())
    }
}

fn answer(token: &Token, refused: &Refused) -> Response {
    let held = if token.purposes.is_empty() {
        "this token holds none; an owner gives it some in the console under API tokens, or with \
         `privet token purposes`"
            .to_owned()
    } else {
        format!("this token holds: {}", token.purposes.join(", "))
    };
    let (status, kind, detail) = match refused {
        Refused::Silent => (
            StatusCode::BAD_REQUEST,
            "urn:privet:problem:purpose-missing",
            format!("say why this is opened: send the header `Privet-Purpose`; {held}"),
        ),
        Refused::NotHeld if token.limited => (
            StatusCode::FORBIDDEN,
            "urn:privet:problem:purpose",
            format!("this token may not open personal data for that purpose; {held}"),
        ),
        Refused::NotHeld => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "urn:privet:problem:purpose",
            "there is no such purpose; the console lists them under API tokens".to_owned(),
        ),
        Refused::Policy => (
            StatusCode::FORBIDDEN,
            "urn:privet:problem:policy",
            "the policies do not let this program open this for that purpose".to_owned(),
        ),
    };
    problem(status, kind, &detail)
}

fn failed(error: &WebError) -> Response {
    tracing::error!(%error, "whether a program may open data could not be decided");
    let detail = "it could not be decided whether this may be opened; try again";
    problem(StatusCode::SERVICE_UNAVAILABLE, "urn:privet:problem:unavailable", detail)
}
