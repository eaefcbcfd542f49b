//! One source: its standard, what is wrong, the script that mends it.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{JobFilter, JobState};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use web::{Choice, CsrfForm, ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError};

use super::words::{self, Row};
use crate::{
    Check, Grants, Result, Room,
    job::{KIND, has_accounts},
    model::{Finding, Kind, Rule, within},
    script,
    standard::{Gap, Line},
    store::Judged,
};

/// A line of the standard as the page shows it.
struct Said {
    line: Line,
    uses: String,
    categories: String,
    gaps: Vec<String>,
    absent: bool,
}

/// A role's findings.
struct Group {
    holder: String,
    /// The account that scans.
    ours: bool,
    /// Has no line: one can be added.
    add: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "grants/source.html")]
struct OnePage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    id: String,
    name: String,
    has_accounts: bool,
    check: Check,
    running: bool,
    error: (String, String),
    look_further: String,
    counts: [usize; 4],
    said: Vec<Said>,
    groups: Vec<Group>,
    any_finding: bool,
    any_script: bool,
    kinds: Vec<Choice>,
    roles: Vec<Choice>,
    categories: Vec<Choice>,
    may_edit: bool,
    may_check: bool,
    may_export: bool,
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    l: ListQuery,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    let source = room.grants.source(&id).await?;
    let judged = room.grants.judged(&id).await?;
    let names = room.grants.names(p.lang).await?;
    let findings = &judged.judgement.findings;
    let wanted: Vec<&Finding> = filtered(findings, &l);
    let total = i64::try_from(wanted.len()).unwrap_or(i64::MAX);
    let page: Vec<&Finding> = wanted
        .iter()
        .skip(usize::try_from(l.offset()).unwrap_or(0))
        .take(usize::try_from(PAGE_SIZE).unwrap_or(50))
        .copied()
        .collect();
    let count = |kind| judged.judgement.count(kind);
    let rendered = OnePage {
        pager: Pager::new(&l, total),
        has_accounts: has_accounts(&source.kind),
        running: running(&room.grants, &id).await?,
        error: failure(&p, &judged.check),
        look_further: look_further(&p, &judged, &source.kind),
        counts: [
            count(Kind::Excess),
            count(Kind::Missing),
            judged.judgement.unbound(),
            judged.judgement.judged,
        ],
        said: judged.lines.iter().map(|line| said(&p, &names, line, &judged)).collect(),
        groups: groups(&p, &judged, &page),
        any_finding: !findings.is_empty(),
        any_script: !findings.is_empty(),
        kinds: Kind::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), p.t(&words::kind_key(*one))))
            .collect(),
        roles: roles(&p, findings),
        categories: categories(&p, findings),
        may_edit: p.can(Permission::EditRecords),
        may_check: p.can(Permission::ManageSources) || p.can(Permission::EditRecords),
        may_export: p.can(Permission::Export),
        check: judged.check.clone(),
        name: source.name,
        id,
        p,
        l,
    };
    web::render(&rendered)
}

/// Whether a look is queued or running.
async fn running(grants: &Grants, source: &str) -> Result<bool> {
    let filter = JobFilter { state: None, kind: Some(KIND.to_owned()) };
    let jobs = grants.store().list_jobs(&filter, None, 200).await?;
    let mine = |job: &::store::JobRow| {
        matches!(job.state, JobState::Queued | JobState::Running)
            && job.payload.get("source_id").and_then(|id| id.as_str()) == Some(source)
    };
    Ok(jobs.iter().any(mine))
}

/// Why the last look failed, and what to do; empty if it did not.
fn failure(p: &Page, check: &Check) -> (String, String) {
    if check.error_code.is_empty() {
        return (String::new(), String::new());
    }
    datamap::source_error(p, &check.error_code, &check.error_subject, &check.error_why)
}

/// The statement that would let the account see all grants; empty when it does.
fn look_further(p: &Page, judged: &Judged, kind: &str) -> String {
    match &judged.look {
        Some(look) if look.access.partial && kind == "mysql" => p.t1(
            "grants-partial-do",
            "sql",
            format!("GRANT SELECT ON mysql.* TO `{}`@`…`;", look.account.replace('`', "``")),
        ),
        _ => String::new(),
    }
}

fn said(
    p: &Page,
    names: &BTreeMap<String, String>,
    (line, rule, gaps): &(Line, Rule, Vec<Gap>),
    judged: &Judged,
) -> Said {
    let name = |key: &String| names.get(key).cloned().unwrap_or_else(|| key.clone());
    let uses: Vec<String> = line.purposes.iter().chain(&line.activities).map(name).collect();
    Said {
        uses: explain::list_of(p.lang, &uses),
        categories: words::categories(p, &rule.allowed),
        gaps: gaps
            .iter()
            .map(|gap| p.t1(gap.key(), "name", name(&gap.about().to_owned())))
            .collect(),
        absent: judged.judgement.absent.contains(&line.holder),
        line: line.clone(),
    }
}

fn groups(p: &Page, judged: &Judged, findings: &[&Finding]) -> Vec<Group> {
    let account = judged.look.as_ref().map(|look| look.account.as_str()).unwrap_or_default();
    let mut groups: Vec<Group> = Vec::new();
    let mut last: Option<&str> = None;
    for finding in findings {
        if last != Some(&finding.holder) {
            last = Some(&finding.holder);
            let user = finding.holder.rsplit_once('@').map_or(&*finding.holder, |(user, _)| user);
            let lacks = matches!(finding.kind, Kind::Unbound | Kind::Superuser);
            groups.push(Group {
                holder: words::holder(p, &finding.holder),
                ours: !account.is_empty() && (finding.holder == account || user == account),
                add: if lacks { web::encode(&finding.holder) } else { String::new() },
                rows: Vec::new(),
            });
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(words::row(p, finding));
        }
    }
    groups
}

/// The findings that the filters ask for, by role and gravity.
fn filtered<'a>(findings: &'a [Finding], l: &ListQuery) -> Vec<&'a Finding> {
    let q = l.q.to_lowercase();
    let fits = |one: &&Finding| {
        let kind = l.get("kind");
        let role = l.get("role");
        let category = l.get("category");
        let holds =
            |held: &crate::model::Held| held.categories.iter().any(|key| within(category, key));
        let text = || format!("{} {}.{}", one.holder, one.schema, one.store).to_lowercase();
        (kind.is_empty() || one.kind.as_str() == kind)
            && (role.is_empty() || one.holder == role || role == "PUBLIC" && one.holder.is_empty())
            && (category.is_empty() || one.columns.iter().any(holds))
            && (q.is_empty()
                || text().contains(&q)
                || one.columns.iter().any(|held| held.column.to_lowercase().contains(&q)))
    };
    let mut wanted: Vec<&Finding> = findings.iter().filter(fits).collect();
    let rank = |kind: Kind| Kind::ALL.iter().position(|one| *one == kind);
    wanted.sort_by_key(|one| {
        (one.holder.clone(), rank(one.kind), one.schema.clone(), one.store.clone())
    });
    wanted
}

fn roles(p: &Page, findings: &[Finding]) -> Vec<Choice> {
    let names: BTreeSet<&str> = findings.iter().map(|one| one.holder.as_str()).collect();
    let value = |name: &str| if name.is_empty() { "PUBLIC".to_owned() } else { name.to_owned() };
    names.into_iter().map(|name| Choice::new(value(name), words::holder(p, name))).collect()
}

fn categories(p: &Page, findings: &[Finding]) -> Vec<Choice> {
    let held = findings.iter().flat_map(|one| &one.columns);
    let keys: BTreeSet<&String> = held.flat_map(|held| &held.categories).collect();
    keys.into_iter().map(|key| Choice::new(key, explain::category_name(p.lang, key))).collect()
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn check(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    if !p.can(Permission::ManageSources) {
        p.require(Permission::EditRecords)?;
    }
    room.grants.start_check(p.actor(), &id).await?;
    Ok(web::redirect_with_toast(&format!("/console/grants/{id}"), "grants-toast-checking"))
}

pub(super) async fn csv_file(
    State(room): State<Room>,
    p: Page,
    l: ListQuery,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    p.require(Permission::Export)?;
    let judged = room.grants.judged(&id).await?;
    let head = ["kind", "role", "schema", "table", "column", "categories", "right", "by"];
    let mut rows = Vec::new();
    for finding in filtered(&judged.judgement.findings, &l) {
        let by = words::by(&p, &finding.by).join(" ");
        let row = |column: String, categories: String| {
            vec![
                p.t(&words::kind_key(finding.kind)),
                words::holder(&p, &finding.holder),
                finding.schema.clone(),
                finding.store.clone(),
                column,
                categories,
                words::right(&p, finding.right),
                by.clone(),
            ]
        };
        if finding.columns.is_empty() {
            rows.push(row(String::new(), String::new()));
        }
        rows.extend(
            finding
                .columns
                .iter()
                .map(|held| row(held.column.clone(), words::categories(&p, &held.categories))),
        );
    }
    let head = head.iter().map(|one| p.t(&format!("grants-csv-{one}"))).collect();
    Ok(web::csv("access-standard", head, rows))
}

#[derive(Template)]
#[template(path = "grants/script.html")]
struct ScriptPage {
    p: Page,
    id: String,
    name: String,
    text: String,
    nothing: bool,
    postgres: bool,
    may_export: bool,
}

pub(super) async fn script(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    let source = room.grants.source(&id).await?;
    let (text, nothing) = written(&room, &p, &id, &source.name).await?;
    let (postgres, may_export) = (source.kind == "postgres", p.can(Permission::Export));
    web::render(&ScriptPage { p, id, name: source.name, text, nothing, postgres, may_export })
}

pub(super) async fn script_file(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    p.require(Permission::Export)?;
    let source = room.grants.source(&id).await?;
    let (text, _) = written(&room, &p, &id, &source.name).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/sql; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"access-standard.sql\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

/// The script in the reader's language, and whether it does nothing.
async fn written(room: &Room, p: &Page, id: &str, name: &str) -> Result<(String, bool), WebError> {
    let judged = room.grants.judged(id).await?;
    let Some(look) = &judged.look else { return Err(WebError::NotFound) };
    // A large database takes seconds; other readers are answered meanwhile.
    let planned = judged.clone();
    let steps = tokio::task::spawn_blocking(move || planned.plan()).await;
    let steps = steps.map_err(WebError::internal)?;
    let head = [
        p.t2("grants-script-head", "source", name, "when", p.when(judged.check.looked_at)),
        p.t("grants-script-read"),
    ];
    let say = |key: &str, args: &[(&str, String)]| {
        let args: Vec<_> = args.iter().map(|(name, text)| (*name, text.clone().into())).collect();
        web::translate(p.lang, key, &args)
    };
    Ok((script::render(&steps, look.access.dialect, &head, &say), steps.is_empty()))
}
