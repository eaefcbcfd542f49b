//! `POST /v1/audiences/filter?purpose=P&identifier=email`: one identifier a line in, the allowed ones
//! out, in order, while they come: memory is bounded, and a slow reader slows the writer. A token needs
//! the scope `audience`.

use ::store::{Actor, Entry, HotWrite};
use axum::{
    Router,
    body::{Body, BodyDataStream, Bytes},
    extract::{self, Query},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
    routing::post,
};
use futures::{Stream, StreamExt as _};
use http_body::Frame;
use http_body_util::StreamBody;
use serde::Deserialize;
use web::Token;

use super::{decisions::Place, problem::problem_of};
use crate::{
    Consent, ConsentError, IdentifierKind, Regime, Result, Room,
    decide::{Ask, Form, List, Sift},
    subject::IdentifierError,
};

/// Scope that filters lists.
pub(crate) const AUDIENCE: &str = "audience";
/// Bytes sifted before others get their turn on this thread.
const TURN: usize = 64 << 10;

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/audiences/filter", post(filter))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    purpose: String,
    #[serde(default)]
    identifier: Option<String>,
    #[serde(default)]
    property: Option<String>,
    /// Categories of data, with commas.
    #[serde(default)]
    data: Option<String>,
    #[serde(default)]
    system: Option<String>,
    /// Regimes, with commas.
    #[serde(default)]
    regimes: Option<String>,
}

async fn filter(
    token: Token,
    extract::State(room): extract::State<Room>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    body: Body,
) -> Response {
    if let Err(refused) = token.require(AUDIENCE) {
        return refused;
    }
    let list = asked
        .map_err(|_| {
            ConsentError::Invalid(
                "the address takes purpose, identifier, property, data, system and regimes".into(),
            )
        })
        .and_then(|Query(asked)| list(&room, asked));
    // The use that the list is for is why it is opened.
    if let Ok(list) = &list
        && let Err(refused) = room.web.opens(&token, "audience", Some(&list.purpose)).await
    {
        return *refused;
    }
    match start(&room, &token, list).await {
        Ok((sift, note)) => answer(sift, note, body),
        Err(error) => problem_of(&error),
    }
}

/// Begins, once it is durable that it was begun: whoever breaks off before the end leaves a trace, too.
async fn start(room: &Room, token: &Token, list: Result<List>) -> Result<(Sift, Note)> {
    let list = list?;
    let note =
        Note { consent: room.consent.clone(), by: token.actor(), purpose: list.purpose.clone() };
    let sift = room.consent.sift(list)?;
    note.write("audience.started", None).await?;
    Ok((sift, note))
}

/// Who filters for what, for the ledger.
struct Note {
    consent: Consent,
    by: Actor,
    purpose: String,
}

impl Note {
    async fn write(&self, action: &'static str, counts: Option<[u64; 4]>) -> Result<()> {
        let mut entry = Entry::new(self.by.clone(), action, "audience", &*self.purpose)
            .for_purpose(&*self.purpose);
        entry.after = counts.map(|counts| self.consent.store().digest(&counts));
        self.consent.store().submit(HotWrite { entry, rows: vec![] }).await?;
        Ok(())
    }
}

fn list(room: &Room, asked: Asked) -> Result<List> {
    room.consent.catalogue().purpose(&asked.purpose)?;
    let named = asked.regimes.as_deref().unwrap_or_default();
    let regimes = commas(named)
        .map(|name| {
            Regime::parse(name).ok_or_else(|| {
                ConsentError::Invalid("regimes are gdpr, ccpa and pipl, with commas".to_owned())
            })
        })
        .collect::<Result<Vec<Regime>>>()?;
    let place = Place::of(room, asked.property.as_deref(), &regimes)?;
    let kind = asked.identifier.as_deref().unwrap_or("email");
    Ok(List {
        purpose: asked.purpose,
        kind: IdentifierKind::parse(kind).ok_or(IdentifierError::Kind)?,
        region: place.country,
        ask: Ask {
            data: commas(asked.data.as_deref().unwrap_or_default()).map(str::to_owned).collect(),
            system: asked.system,
            regimes: place.regimes,
        },
        form: Form::Filter,
    })
}

fn commas(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// The counts follow as trailers, which a client sees that says `TE: trailers`.
const TRAILERS: [&str; 4] = ["privet-lines", "privet-allowed", "privet-malformed", "privet-blank"];

fn answer(sift: Sift, note: Note, body: Body) -> Response {
    let stream = StreamBody::new(frames(sift, note, body.into_data_stream()));
    let mut response = Response::new(Body::new(stream));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if let Ok(names) = HeaderValue::from_str(&TRAILERS.join(", ")) {
        headers.insert(header::TRAILER, names);
    }
    // A list of people is nobody else's, and is not kept.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What is being sifted, and how far.
struct Work {
    sift: Sift,
    note: Note,
    body: BodyDataStream,
    /// What was read and not yet sifted.
    waiting: Bytes,
    state: State,
}

enum State {
    Reading,
    Counting,
    Ended,
}

fn frames(
    sift: Sift,
    note: Note,
    body: BodyDataStream,
) -> impl Stream<Item = Result<Frame<Bytes>, axum::Error>> {
    let work = Work { sift, note, body, waiting: Bytes::new(), state: State::Reading };
    futures::stream::unfold(work, |mut work| async move {
        let frame = work.next().await?;
        if frame.is_err() {
            // The connection breaks off, so that nobody takes a part of the answer for all of it.
            work.state = State::Ended;
        }
        Some((frame, work))
    })
}

impl Work {
    /// A watched customer is told of before anything about them leaves: who breaks off after it has
    /// left a trace.
    async fn tell_met(&mut self) -> Result<()> {
        let met = self.sift.met();
        self.note.consent.asked_about(&self.note.by, &self.note.purpose, met).await
    }

    async fn next(&mut self) -> Option<Result<Frame<Bytes>, axum::Error>> {
        loop {
            match self.state {
                State::Ended => return None,
                State::Counting => {
                    self.state = State::Ended;
                    let tally = self.sift.tally();
                    let all = [tally.lines, tally.allowed, tally.malformed, tally.blank];
                    if let Err(error) = self.tell_met().await {
                        return Some(Err(axum::Error::new(error)));
                    }
                    return Some(match self.note.write("audience.filtered", Some(all)).await {
                        Ok(()) => Ok(Frame::trailers(counts(all))),
                        Err(error) => Err(axum::Error::new(error)),
                    });
                }
                State::Reading => {}
            }
            let mut out = Vec::new();
            if self.waiting.is_empty() {
                match self.body.next().await {
                    None => {
                        self.state = State::Counting;
                        if let Err(error) = self.sift.finish(&mut out) {
                            return Some(Err(axum::Error::new(error)));
                        }
                    }
                    Some(Ok(bytes)) => self.waiting = bytes,
                    Some(Err(error)) => return Some(Err(error)),
                }
            }
            let piece = self.waiting.split_to(self.waiting.len().min(TURN));
            if !piece.is_empty() {
                if let Err(error) = self.sift.push(&piece, &mut out) {
                    return Some(Err(axum::Error::new(error)));
                }
                if let Err(error) = self.tell_met().await {
                    return Some(Err(axum::Error::new(error)));
                }
                tokio::task::yield_now().await;
            }
            if !out.is_empty() {
                return Some(Ok(Frame::data(out.into())));
            }
        }
    }
}

fn counts(counts: [u64; 4]) -> HeaderMap {
    let names = TRAILERS.map(HeaderName::from_static);
    names.into_iter().zip(counts.map(HeaderValue::from)).collect()
}
