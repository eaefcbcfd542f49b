//! Telling customers of a version: how far it is, beginning it, and its proof as a file.

use ::store::Entry;
use axum::{
    extract::{Path, State},
    response::Response,
};
use futures::{StreamExt as _, TryStreamExt as _};
use law::Kind;
use web::{CsrfForm, Lang, Page, Permission, WebError, translate};

use super::Nothing;
use crate::{
    Policy, PolicyError, PolicyVersion, Result, Room,
    proof::Proof,
    tell::{Fates, Telling},
};

/// How far telling is, and what is offered.
pub(super) struct View {
    pub run: Option<(Telling, Fates)>,
    /// Customers still to go through.
    pub left: i64,
    pub rests: bool,
    pub has_mail: bool,
    /// Where the laws that it answers to ask for the notice.
    pub cites: Vec<String>,
    pub may_export: bool,
}

pub(super) async fn view(room: &Room, p: &Page, one: &PolicyVersion) -> Result<View> {
    let run = match room.policy.telling(&one.policy, one.version).await? {
        Some(run) => {
            let fates = room.policy.fates(&run).await?;
            Some((run, fates))
        }
        None => None,
    };
    let unfinished = run.as_ref().filter(|(run, _)| run.finished_at.is_none());
    let rests = unfinished.is_some() && room.policy.mail_is_full().await?;
    Ok(View {
        left: unfinished.map_or(0, |(run, _)| (run.total - run.done).max(0)),
        rests,
        has_mail: room.web.has_mail(),
        cites: cites(&room.policy, &one.body.document.regimes, p.zh()),
        may_export: p.can(Permission::LookUpPeople),
        run,
    })
}

/// Where the laws that a policy answers to say that people are told of changes and of new purposes.
fn cites(policy: &Policy, regimes: &[String], zh: bool) -> Vec<String> {
    let (law, day) = (policy.regimes().law(), regime::today());
    let rules = regimes.iter().flat_map(|regime| law.about(regime, Kind::NoticeRule, day));
    let owed = rules.filter(|fact| ["changes", "new_purpose"].contains(&fact.code.as_str()));
    owed.map(|fact| fact.cite.get(zh).to_owned()).collect()
}

pub(super) async fn start(
    State(room): State<Room>,
    p: Page,
    Path((id, number)): Path<(String, i64)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.policy.start_telling(p.actor(), &id, number).await?;
    let back = format!("/console/policies/{id}/versions/{number}");
    Ok(web::redirect_with_toast(&back, "policy-toast-telling"))
}

/// The proof as CSV; by POST, because the ledger notes who took it.
pub(super) async fn proof(
    State(room): State<Room>,
    p: Page,
    Path((id, number)): Path<(String, i64)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let run = room.policy.telling(&id, number).await?.ok_or(PolicyError::NotFound)?;
    let entry = Entry::new(p.actor(), "privacy_policy.proof_exported", "privacy_policy", &*id);
    let tx = room.policy.store().begin(entry).await.map_err(PolicyError::from)?;
    tx.commit().await.map_err(PolicyError::from)?;
    let heads =
        ["customer", "address", "letter", "language", "written", "state", "ended", "answer"];
    let header = heads.map(|head| p.t(&format!("policy-proof-{head}"))).into();
    let (lang, policy) = (p.lang, room.policy.clone());
    let batches = futures::stream::try_unfold(Some(String::new()), move |after| {
        let (policy, run) = (policy.clone(), run.clone());
        async move {
            let Some(after) = after else { return Ok::<_, PolicyError>(None) };
            let lines = policy.proof_after(&run, &after).await?;
            let next = lines.last().map(|line| line.subject.clone());
            let lines = lines.into_iter().map(move |line| Ok::<_, PolicyError>(cells(lang, line)));
            Ok(next.map(|next| (futures::stream::iter(lines), Some(next))))
        }
    });
    let name = format!("policy-{id}-v{number}-proof");
    Ok(web::csv_stream(&name, header, batches.try_flatten().boxed()))
}

fn cells(lang: Lang, line: Proof) -> Vec<String> {
    let gone = || translate(lang, "policy-proof-gone", &[]);
    let time = |at: i64| if at == 0 { String::new() } else { web::rfc3339(at) };
    let address = if line.address.is_empty() { gone() } else { line.address };
    let Some(end) = line.end else {
        let none = String::new;
        return vec![line.subject, address, line.letter, none(), none(), gone(), none(), none()];
    };
    let state = match end.state {
        web::mail::MailState::Queued => "policy-telling-waiting",
        web::mail::MailState::Sent => "policy-telling-sent",
        web::mail::MailState::Failed => "policy-telling-failed",
    };
    vec![
        line.subject,
        address,
        line.letter,
        end.lang,
        time(end.written_at),
        translate(lang, state, &[]),
        time(end.ended_at),
        end.code,
    ]
}
