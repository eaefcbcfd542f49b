//! The page of privacy as code: download the map as files, upload files, see the plan, confirm.

use std::{collections::BTreeMap, io::Write as _};

use askama::Template;
use axum::{
    Router,
    extract::{Multipart, Path, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use web::{Choice, CsrfForm, Page, Permission, WebError, render, render_status};

use super::{
    CodeError, FILES, Files, Plan, PlanOptions, Problem, Verb, Wrong, apply, documents,
    fideslang::{self, Report, Taken},
    plan::plan,
    utf8,
};
use crate::room::Room;

/// All uploaded files together; with base64 they stay below the limit of a form.
const MOST: usize = 1_400_000;
/// Changes drawn; the rest is counted.
const SHOWN: usize = 300;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/code", get(show))
        .route("/console/code/plan", get(|| async { web::redirect("/console/code") }).post(preview))
        .route("/console/code/apply", post(confirm))
        .route("/console/code/privet.zip", get(archive))
        .route("/console/code/files/{name}", get(file))
}

#[derive(Template)]
#[template(path = "datamap/code.html")]
struct CodePage {
    p: Page,
    files: [&'static str; 7],
    sources: Vec<Choice>,
    problems: Vec<(String, String)>,
    may_export: bool,
    may_apply: bool,
}

#[derive(Template)]
#[template(path = "datamap/code_plan.html")]
struct PlanPage {
    p: Page,
    plan: Plan,
    report: Option<Report>,
    /// The files again, name and base64, so that the confirmation applies exactly what was shown.
    uploads: Vec<String>,
    into: String,
    prune: bool,
    digest: String,
    changed: bool,
    hidden: usize,
}

impl PlanPage {
    fn notes(&self) -> Vec<String> {
        self.plan
            .notes
            .iter()
            .map(|note| match note {
                super::Note::UnknownFile(name) => self.p.t1("code-note-unknown-file", "name", name),
                super::Note::NotDiscovered(key) => {
                    self.p.t1("code-note-not-discovered", "name", key)
                }
                super::Note::Unmentioned(n) => self.p.tn("code-note-unmentioned", *n),
            })
            .collect()
    }
    /// The report's parts by name, what needs a look first; empty ones left out.
    fn parts(&self) -> Vec<(&'static str, Vec<(String, String)>)> {
        [Taken::Not, Taken::Nearly, Taken::Fully]
            .map(|taken| (taken.as_str(), self.lines(taken)))
            .into_iter()
            .filter(|(_, lines)| !lines.is_empty())
            .collect()
    }
    fn lines(&self, taken: Taken) -> Vec<(String, String)> {
        let lines = self.report.iter().flat_map(|report| report.of(taken));
        lines
            .map(|line| {
                let key = format!("code-said-{}", line.said.key());
                (line.place.clone(), self.p.t1(&key, "detail", line.said.detail()))
            })
            .collect()
    }
    fn count(&self, verb: Verb) -> usize {
        self.plan.count(verb)
    }
}

fn may_apply(p: &Page) -> bool {
    [Permission::EditMap, Permission::ManageSources, Permission::EditRecords]
        .into_iter()
        .all(|permission| p.can(permission))
}

async fn page(
    room: &Room,
    p: Page,
    status: u16,
    problems: Vec<(String, String)>,
) -> Result<Response, WebError> {
    let sources = room.map.sources().await?;
    let page = CodePage {
        files: FILES,
        sources: sources
            .into_iter()
            .filter(|source| source.kind != "declared")
            .map(|source| Choice::new(source.key, source.name))
            .collect(),
        problems,
        may_export: p.can(Permission::Export),
        may_apply: may_apply(&p),
        p,
    };
    render_status(status, &page)
}

async fn show(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    page(&room, p, 200, Vec::new()).await
}

async fn texts(room: &Room, p: &Page) -> Result<BTreeMap<String, String>, WebError> {
    p.require(Permission::Export)?;
    p.require(Permission::ViewRecords)?;
    let docs = documents(&room.map).await.map_err(WebError::internal)?;
    docs.texts().map_err(WebError::internal)
}

async fn file(
    State(room): State<Room>,
    p: Page,
    Path(name): Path<String>,
) -> Result<Response, WebError> {
    let text = texts(&room, &p).await?.remove(&name).ok_or(WebError::NotFound)?;
    // One of our own file names: nothing to escape.
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok((
        [
            (header::CONTENT_TYPE, "application/yaml; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        text,
    )
        .into_response())
}

async fn archive(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    let texts = texts(&room, &p).await?;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in texts {
        zip.start_file(format!("privet/{name}"), options).map_err(WebError::internal)?;
        zip.write_all(text.as_bytes()).map_err(WebError::internal)?;
    }
    let bytes = zip.finish().map_err(WebError::internal)?.into_inner();
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"privet.zip\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

/// What was uploaded.
#[derive(Default)]
struct Upload {
    files: BTreeMap<String, Vec<u8>>,
    into: String,
    prune: bool,
}

async fn receive(p: &Page, mut form: Multipart) -> Result<Upload, WebError> {
    let bad = |_| WebError::BadRequest("web-error-bad-form".into());
    let mut upload = Upload::default();
    let (mut token, mut size) = (String::new(), 0);
    while let Some(part) = form.next_field().await.map_err(bad)? {
        match part.name().unwrap_or_default() {
            "csrf" => token = part.text().await.map_err(bad)?,
            "into" => upload.into = part.text().await.map_err(bad)?,
            "prune" => upload.prune = true,
            "files" => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(|_| WebError::TooLarge)?;
                size += bytes.len();
                if size > MOST {
                    return Err(WebError::TooLarge);
                }
                if !name.is_empty() {
                    let base = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                    upload.files.insert(base, bytes.to_vec());
                }
            }
            _ => {}
        }
    }
    p.check_csrf(&token)?;
    Ok(upload)
}

/// Uploaded bytes as texts; says whether they are Fideslang.
fn read(files: BTreeMap<String, Vec<u8>>) -> Result<(BTreeMap<String, String>, bool), CodeError> {
    let mut texts = BTreeMap::new();
    for (name, bytes) in files {
        let text = utf8(&name, bytes)?;
        texts.insert(name, text);
    }
    let fides = texts.values().any(|text| fideslang::is_fideslang(text));
    Ok((texts, fides))
}

async fn make(
    room: &Room,
    texts: BTreeMap<String, String>,
    fides: bool,
    into: &str,
    prune: bool,
) -> Result<(Plan, Option<Report>), CodeError> {
    if fides {
        let into = Some(into).filter(|key| !key.is_empty());
        let (files, report) = fideslang::import(&room.map, &texts, into).await?;
        return Ok((plan(&room.map, &files, PlanOptions::default()).await?, Some(report)));
    }
    let files = Files::parse(texts)?;
    Ok((plan(&room.map, &files, PlanOptions { prune, secrets: false }).await?, None))
}

async fn preview(State(room): State<Room>, p: Page, form: Multipart) -> Result<Response, WebError> {
    if !may_apply(&p) {
        return Err(WebError::Forbidden);
    }
    let upload = receive(&p, form).await?;
    if upload.files.is_empty() {
        let told = vec![(String::new(), p.t("code-error-no-file"))];
        return page(&room, p, 422, told).await;
    }
    draw(&room, p, upload, false).await
}

async fn draw(room: &Room, p: Page, upload: Upload, changed: bool) -> Result<Response, WebError> {
    let uploads = upload
        .files
        .iter()
        .map(|(name, bytes)| format!("{}:{}", STANDARD.encode(name), STANDARD.encode(bytes)))
        .collect();
    let made = match read(upload.files) {
        Ok((texts, fides)) => make(room, texts, fides, &upload.into, upload.prune).await,
        Err(error) => Err(error),
    };
    match made {
        Ok((plan, report)) => {
            let hidden = plan.changes.len().saturating_sub(SHOWN);
            let digest = digest(room, &plan);
            let (into, prune) = (upload.into, upload.prune);
            render(&PlanPage { p, plan, report, uploads, into, prune, digest, changed, hidden })
        }
        Err(error) => {
            let told = tell(&p, error)?;
            page(room, p, 422, told).await
        }
    }
}

fn digest(room: &Room, plan: &Plan) -> String {
    let digest = room.map.store().digest(plan);
    STANDARD.encode(digest.0)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Confirm {
    upload: Vec<String>,
    into: String,
    prune: String,
    digest: String,
}

impl Confirm {
    fn unpack(&self) -> Option<Upload> {
        let mut files = BTreeMap::new();
        for upload in &self.upload {
            let (name, bytes) = upload.split_once(':')?;
            let name = String::from_utf8(STANDARD.decode(name).ok()?).ok()?;
            files.insert(name, STANDARD.decode(bytes).ok()?);
        }
        Some(Upload { files, into: self.into.clone(), prune: !self.prune.is_empty() })
    }
}

/// Makes the plan again and applies it only when it is the one that was shown.
async fn confirm(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<Confirm>,
) -> Result<Response, WebError> {
    if !may_apply(&p) {
        return Err(WebError::Forbidden);
    }
    let bad = || WebError::BadRequest("web-error-bad-form".into());
    let upload = form.unpack().ok_or_else(bad)?;
    let files = upload.files.clone();
    let made = match read(files) {
        Ok((texts, fides)) => make(&room, texts, fides, &upload.into, upload.prune).await,
        Err(error) => Err(error),
    };
    let plan = match made {
        Ok((plan, _)) => plan,
        Err(error) => {
            let told = tell(&p, error)?;
            return page(&room, p, 422, told).await;
        }
    };
    if digest(&room, &plan) != form.digest {
        return draw(&room, p, upload, true).await;
    }
    match apply(&room.map, &plan, p.actor()).await {
        Ok(n) => Ok(web::redirect_with_toast_n("/console/code", "code-toast-applied", n as i64)),
        Err(CodeError::Stale) => draw(&room, p, upload, true).await,
        Err(error) => {
            let told = tell(&p, error)?;
            page(&room, p, 422, told).await
        }
    }
}

/// Problems in the reader's language, each with its place.
fn tell(p: &Page, error: CodeError) -> Result<Vec<(String, String)>, WebError> {
    match error {
        CodeError::Problems(problems) => {
            Ok(problems.iter().map(|problem| (problem.place(), say(p, problem))).collect())
        }
        CodeError::Map(error) => Err(error.into()),
        CodeError::TooLarge { .. } => Err(WebError::TooLarge),
        other => Err(WebError::internal(other)),
    }
}

fn say(p: &Page, problem: &Problem) -> String {
    let meant = |nearest: &str| {
        if nearest.is_empty() { String::new() } else { p.t1("code-meant", "name", nearest) }
    };
    match &problem.wrong {
        // The parser speaks English; what it says is about the file's form.
        Wrong::Yaml(why) | Wrong::Address(why) => p.t1("code-wrong-yaml", "why", why),
        Wrong::UnknownKey { key, nearest } => {
            format!("{}{}", p.t1("code-wrong-key", "name", key), meant(nearest))
        }
        Wrong::UnknownValue { what, value, nearest } => {
            format!("{}{}", p.t2("code-wrong-value", "value", value, "what", what), meant(nearest))
        }
        Wrong::UnknownReference { what, key, nearest } => {
            format!("{}{}", p.t2("code-wrong-reference", "name", key, "what", what), meant(nearest))
        }
        Wrong::Twice(key) => p.t1("code-wrong-twice", "name", key),
        Wrong::Text(what) => p.t1("code-wrong-text", "name", what),
        Wrong::Bounds(what) => p.t1("code-wrong-bounds", "name", what),
        Wrong::PasswordInAddress => p.t("code-wrong-password-in-address"),
        Wrong::PasswordHere => p.t("code-wrong-password-here"),
        Wrong::PasswordFrom(from) => p.t1("code-wrong-password-from", "name", from),
        Wrong::Cron(cron) => p.t1("code-wrong-cron", "name", cron),
        Wrong::StillUsed { key, user, .. } => p.t2("code-wrong-used", "name", key, "user", user),
        Wrong::OneDataset(n) => p.tn("code-wrong-datasets", *n),
        Wrong::NoHeader => p.t("code-wrong-header"),
        Wrong::Version => p.t("code-wrong-version"),
        Wrong::Encoding => p.t("code-wrong-encoding"),
    }
}
