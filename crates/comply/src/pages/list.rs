//! `/console/findings`: what does not pass, how it developed, by which law; lists to take away.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use web::{
    Choice, CsrfForm, ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError,
    redirect_with_toast_n,
};

use super::{
    Nothing,
    chart::Chart,
    owners, severities, states,
    words::{self, Names},
};
use crate::{Filter, Finding, Reason, Room, Run, export, sarif};

/// Days of the trend.
const DAYS: i64 = 60;
/// Findings in a file at most.
const MOST: i64 = 100_000;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/findings", get(show))
        .route("/console/findings/run", post(run))
        .route("/console/findings.csv", get(csv))
        .route("/console/findings.xlsx", get(xlsx))
        .route("/console/findings.sarif", get(sarif_file))
}

/// A finding as the list shows it.
struct Row {
    finding: Finding,
    title: String,
    object: String,
    severity: String,
    kind: &'static str,
    owner: String,
    state: String,
    late: bool,
}

/// A law with its score.
struct Score {
    name: String,
    score: i64,
}

#[derive(Template)]
#[template(path = "comply/list.html")]
struct ListPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    severities: Vec<Choice>,
    owners: Vec<Choice>,
    states: Vec<Choice>,
    regimes: Vec<Choice>,
    systems: Vec<Choice>,
    state: String,
    last: Option<Run>,
    scores: Vec<Score>,
    chart: Chart,
    may_run: bool,
    may_export: bool,
}

impl ListPage {
    fn reason(&self, run: &Run) -> String {
        self.p.t(&format!("comply-reason-{}", run.reason))
    }

    fn file(&self, kind: &str) -> String {
        format!("/console/findings.{kind}{}", self.l.to_page(1))
    }

    fn took(&self, run: &Run) -> String {
        self.p.number((run.took_us / 1000).max(1))
    }
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let filter = crate::api::filter(&l);
    let (findings, total) =
        room.comply.findings(&filter, PAGE_SIZE, (l.page - 1) * PAGE_SIZE).await?;
    let names = Names::load(&room.web).await?;
    let law = room.comply.law();
    let trend = room.comply.trend(DAYS).await?;
    let last = room.comply.runs(1).await?.into_iter().next();
    let now = store::now();
    let rows = findings.into_iter().map(|finding| row(&p, &names, finding, now)).collect();
    let scores: Vec<Score> = last
        .iter()
        .flat_map(|run| &run.scores)
        .map(|(key, score)| Score { name: words::regime(&p, &law, key), score: *score })
        .collect();
    let judged = last.iter().flat_map(|run| run.scores.keys()).filter(|key| !key.is_empty());
    let regimes = judged.map(|key| Choice::new(key, words::regime(&p, &law, key))).collect();
    let systems = room.comply.systems_with_findings().await?;
    let page = ListPage {
        pager: Pager::new(&l, total),
        rows,
        severities: severities(&p),
        owners: owners(&p),
        states: states(&p),
        regimes,
        systems: systems.into_iter().map(|(id, name, _)| Choice::new(id, name)).collect(),
        state: match l.get("state") {
            "" => "standing".to_owned(),
            state => state.to_owned(),
        },
        last,
        scores,
        chart: Chart::new(&trend),
        may_run: p.can(Permission::EditRecords),
        may_export: p.can(Permission::Export),
        l,
        p,
    };
    web::render(&page)
}

fn row(p: &Page, names: &Names, finding: Finding, now: i64) -> Row {
    Row {
        title: finding.check.check.title.get(words::is_chinese(p)).to_owned(),
        object: names.object(p, &finding),
        severity: words::severity(p, finding.severity),
        kind: words::badge(finding.severity),
        owner: words::owner(p, &finding.owner),
        state: words::state(p, finding.state),
        late: finding.stands() && finding.due_at < now,
        finding,
    }
}

async fn run(
    State(room): State<Room>,
    p: Page,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let run = room.comply.run(p.actor(), Reason::Asked).await?;
    let standing = run.errors + run.warnings + run.infos;
    Ok(redirect_with_toast_n("/console/findings", "comply-toast-ran", standing))
}

/// All findings that the filter finds, for a file.
async fn all(room: &Room, p: &Page, l: &ListQuery) -> Result<Vec<Finding>, WebError> {
    p.require(Permission::Export)?;
    p.require(Permission::ViewRecords)?;
    let filter: Filter = crate::api::filter(l);
    Ok(room.comply.findings(&filter, MOST, 0).await?.0)
}

async fn csv(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    let findings = all(&room, &p, &l).await?;
    let names = Names::load(&room.web).await?;
    let rows: Vec<Vec<String>> = findings.iter().map(|one| export::row(&p, &names, one)).collect();
    Ok(web::csv("findings.csv", export::head(&p), rows))
}

async fn xlsx(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    let findings = all(&room, &p, &l).await?;
    let names = Names::load(&room.web).await?;
    let bytes = export::workbook(&p, &names, &findings)?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(file("findings.xlsx", kind, bytes))
}

async fn sarif_file(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    let findings = all(&room, &p, &l).await?;
    let log = sarif::render(&findings, store::now());
    let bytes = serde_json::to_vec_pretty(&log).map_err(WebError::internal)?;
    Ok(file("findings.sarif", "application/sarif+json", bytes))
}

fn file(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
