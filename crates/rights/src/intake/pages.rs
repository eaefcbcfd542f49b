//! The desk's pages of what came by mail and by the file, and the address that mail servers post to.

use askama::Template;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Multipart, Path, State, rejection::BytesRejection},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;
use store::{Entry, HotWrite};
use web::{
    Choice, CsrfForm, ListQuery, Page, Pager, Permission, Token, WebError, redirect_with_toast,
    render_status,
};

use super::{Fault, Import, Mail, Taken, file, message};
use crate::{Kind, Private, RightsError, Room, api::problem};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/inbox", get(inbox))
        .route("/console/requests/inbox/{id}", get(one))
        .route("/console/requests/inbox/{id}/make", post(make))
        .route("/console/requests/inbox/{id}/aside", post(aside))
        .route(
            "/console/requests/import",
            get(import).post(upload).layer(DefaultBodyLimit::max(file::LARGEST + 64 * 1024)),
        )
        .route("/console/requests/import/sample.csv", get(sample))
        .route("/console/requests/import/{id}", get(imported))
        .route("/console/requests/import/{id}/{act}", post(import_act))
        .route(
            "/v1/rights-requests/mail",
            post(mail).layer(DefaultBodyLimit::max(message::LARGEST)),
        )
}

/// Mail servers post a letter as it is (`message/rfc822`).
async fn mail(
    token: Token,
    State(room): State<Room>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    if let Err(refused) = token.require("requests:write") {
        return refused;
    }
    let Ok(body) = body else {
        let said = "the letter is larger than 4 MiB";
        return web::problem(StatusCode::PAYLOAD_TOO_LARGE, "urn:privet:problem:too-large", said);
    };
    let (status, answer) = match room.rights.take_mail(token.actor(), &body).await {
        Ok(Taken::Made(request)) => (
            StatusCode::CREATED,
            json!({ "taken": "made", "number": request.name(), "id": request.id }),
        ),
        Ok(Taken::Waits) => (StatusCode::ACCEPTED, json!({ "taken": "waits" })),
        Ok(Taken::Known) => (StatusCode::OK, json!({ "taken": "known" })),
        Ok(Taken::Automatic) => (StatusCode::OK, json!({ "taken": "automatic" })),
        Err(error) => return problem(&error),
    };
    (status, Json(answer)).into_response()
}

struct Row {
    mail: Mail,
    guess: String,
    from: String,
}

#[derive(Template)]
#[template(path = "rights/inbox.html")]
struct InboxPage {
    p: Page,
    pager: Pager,
    rows: Vec<Row>,
    address: String,
}

fn masked(address: &str) -> String {
    consent::Identifier::parse(consent::IdentifierKind::Email, address, "")
        .map_or_else(|_| "–".to_owned(), |one| one.masked())
}

async fn inbox(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let (mails, total) = room.rights.inbox(l.limit(), l.offset()).await?;
    let row = |mail: Mail| Row {
        guess: mail.guess.map_or_else(String::new, |kind| p.t(&kind.key())),
        from: masked(&mail.message.from),
        mail,
    };
    let page = InboxPage {
        rows: mails.into_iter().map(row).collect(),
        pager: Pager::new(&l, total),
        address: format!("{}/v1/rights-requests/mail", room.web.base_url()),
        p,
    };
    web::render(&page)
}

#[derive(Template)]
#[template(path = "rights/letter.html")]
struct LetterPage {
    p: Page,
    mail: Mail,
    kinds: Vec<Choice>,
    kind: String,
    /// As much of the letter as a request takes.
    words: String,
    /// The language it is in, where it is none of ours, and its tag.
    wrote: (String, &'static str),
    may_act: bool,
}

async fn one(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let purpose = p.require_purpose()?;
    let mail = room.rights.mail(&id).await?;
    let entry =
        Entry::new(p.actor(), "rights.mail_opened", "rights_mail", &id).for_purpose(&*purpose);
    room.rights.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
    let page = LetterPage {
        kinds: Kind::ALL.map(|kind| Choice::new(kind.as_str(), p.t(&kind.key()))).to_vec(),
        kind: mail.guess.map_or("", Kind::as_str).to_owned(),
        wrote: crate::desk::tongue(&p, &written(&mail.message)),
        words: mail.message.text.chars().take(Private::LONGEST).collect(),
        may_act: p.can(Permission::EditRecords),
        mail,
        p,
    };
    web::render(&page)
}

fn written(message: &message::Message) -> Private {
    let words = [message.subject.as_str(), message.text.as_str()].join("\n");
    Private { words, ..Private::default() }
}

/// What was typed. No `Debug`: it may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    kind: String,
    words: String,
}

async fn make(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let kind = Kind::parse(&input.kind).ok_or(RightsError::Asked("rights-error-kind"))?;
    let made = room.rights.make_from_mail(p.actor(), &id, kind, &input.words).await?;
    Ok(redirect_with_toast(&format!("/console/requests/{}", made.id), "rights-toast-made"))
}

async fn aside(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(_): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    room.rights.put_mail_aside(&p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/requests/inbox", "rights-toast-aside"))
}

#[derive(Template)]
#[template(path = "rights/import.html")]
struct ImportPage {
    p: Page,
    /// What is wrong with the file: where, and what.
    faults: Vec<(String, String)>,
    more: usize,
    columns: Vec<(String, String)>,
}

/// Faults that are listed.
const LISTED: usize = 50;

fn import_page(p: Page, faults: &[Fault]) -> ImportPage {
    let place = |one: &Fault| match (one.line, one.column) {
        (0, _) => p.t("rights-import-file"),
        (line, "") => p.tn("rights-import-line", line),
        (line, column) => [p.tn("rights-import-line", line), column.to_owned()].join(" · "),
    };
    let columns = file::COLUMNS.iter().map(|(key, names)| {
        let text = p.t(&format!("rights-import-column-{}", key.replace('_', "-")));
        (names.join(", "), text)
    });
    ImportPage {
        columns: columns.collect(),
        faults: faults.iter().take(LISTED).map(|one| (place(one), p.t(one.key))).collect(),
        more: faults.len().saturating_sub(LISTED),
        p,
    }
}

async fn import(p: Page) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    web::render(&import_page(p, &[]))
}

/// A file with one line, to begin with.
async fn sample(p: Page) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let heads: Vec<&str> = file::COLUMNS.iter().map(|(key, _)| *key).collect();
    let lang = p.lang.tag();
    let line = format!("access,name@example.com,,,,,person,,,{lang},");
    let csv = format!("\u{feff}{}\r\n{line}\r\n", heads.join(","));
    let heads = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"requests.csv\""),
    ];
    Ok((heads, csv).into_response())
}

async fn upload(
    p: Page,
    State(room): State<Room>,
    mut form: Multipart,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let bad = |_| WebError::BadRequest("web-error-bad-form".into());
    let (mut csrf, mut bytes) = (String::new(), Bytes::new());
    while let Some(part) = form.next_field().await.map_err(bad)? {
        match part.name().unwrap_or_default() {
            "csrf" => csrf = part.text().await.map_err(bad)?,
            "file" => bytes = part.bytes().await.map_err(|_| WebError::TooLarge)?,
            _ => {}
        }
    }
    p.check_csrf(&csrf)?;
    match room.rights.check_import(&p.actor(), &bytes, p.lang).await? {
        Ok(id) => Ok(web::redirect(&format!("/console/requests/import/{id}"))),
        Err(faults) => render_status(422, &import_page(p, &faults)),
    }
}

#[derive(Template)]
#[template(path = "rights/imported.html")]
struct ImportedPage {
    p: Page,
    import: Import,
    /// What is asked, and how often.
    kinds: Vec<(String, usize)>,
    /// Letters that will go out.
    letters: usize,
}

impl ImportedPage {
    fn is(&self, stage: &str) -> bool {
        self.import.stage == stage
    }
}

async fn imported(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let import = room.rights.import(&id).await?;
    let lines = match import.stage.as_str() {
        "checked" => room.rights.import_lines(&id).await?,
        _ => Vec::new(),
    };
    let count = |kind: Kind| lines.iter().filter(|line| line.kind == kind).count();
    let kinds = Kind::ALL.into_iter().map(|kind| (p.t(&kind.key()), count(kind)));
    let page = ImportedPage {
        kinds: kinds.filter(|(_, count)| *count > 0).collect(),
        letters: lines.iter().filter(|line| line.private.subject.contains_key("email")).count(),
        import,
        p,
    };
    web::render(&page)
}

async fn import_act(
    p: Page,
    State(room): State<Room>,
    Path((id, act)): Path<(String, String)>,
    CsrfForm(_): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let (rights, actor) = (&room.rights, p.actor());
    match act.as_str() {
        "begin" => rights.begin_import(&actor, &id).await?,
        "retry" => rights.retry_import(&actor, &id).await?,
        "aside" => {
            rights.put_file_aside(&actor, &id).await?;
            return Ok(redirect_with_toast("/console/requests/import", "rights-toast-aside"));
        }
        _ => return Err(WebError::NotFound),
    }
    Ok(web::redirect(&format!("/console/requests/import/{id}")))
}
