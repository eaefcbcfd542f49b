//! A draft: the document with where each sentence comes from, and the checklist beside it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use plain::{Language, check_text};
use web::{Page, Permission, WebError};

use super::words::{self, ListView, Trace};
use crate::{Room, changes, draft::Mode, public::Pieces, store::Standing};

struct BlockView {
    key: String,
    anchor: String,
    title: String,
    is_list: bool,
    sentences: Vec<Pieces>,
    traces: Vec<Trace>,
    /// `""`, `add`, `replace` or `own`.
    written: &'static str,
}

struct SectionView {
    key: String,
    icon: String,
    title: String,
    blocks: Vec<BlockView>,
}

/// How plain the text is in a language.
struct Plain {
    language: &'static str,
    reading: String,
    serious: usize,
    warnings: usize,
}

#[derive(Template)]
#[template(path = "policy/draft.html")]
struct DraftPage {
    p: Page,
    id: String,
    title: String,
    place: String,
    audience: String,
    version: i64,
    address: String,
    waits: bool,
    stale: usize,
    sections: Vec<SectionView>,
    joint: &'static str,
    lists: Vec<ListView>,
    missing: usize,
    plain: Vec<Plain>,
    may_edit: bool,
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let standing = room.policy.standing(&id).await?;
    let document = &standing.composed.document;
    let zh = p.zh();
    web::render(&DraftPage {
        title: document.title.get(zh).to_owned(),
        place: document.place.get(zh).to_owned(),
        audience: p.t(document.audience.key()),
        version: standing.row.version,
        address: standing.newest.as_ref().map(crate::public::address).unwrap_or_default(),
        waits: standing.row.candidate.is_some(),
        stale: changes::count(&standing.changes),
        sections: sections(&p, &standing),
        joint: if zh { "" } else { " " },
        lists: words::lists(&p, &id, document, &standing.checklists),
        missing: standing.composed.phrases.iter().filter(|one| !one.lacks.is_empty()).count(),
        plain: plain(&p, &standing),
        may_edit: p.can(Permission::EditConsents),
        id,
        p,
    })
}

fn sections(p: &Page, standing: &Standing) -> Vec<SectionView> {
    let (zh, law, day) = (p.zh(), &standing.known.law, standing.known.day);
    let view = |block: &crate::document::Block| BlockView {
        anchor: words::anchor(&block.key),
        title: block.title.get(zh).to_owned(),
        is_list: block.setting == crate::document::Setting::List,
        sentences: block
            .sentences
            .iter()
            .map(|one| one.text.get(zh))
            .filter(|text| !text.is_empty())
            .map(crate::public::pieces)
            .collect(),
        traces: block.sentences.iter().map(|one| words::trace(p, law, day, one)).collect(),
        written: match standing.row.draft.edits.get(&block.key).map(|edit| edit.mode) {
            Some(Mode::Add) => "add",
            Some(Mode::Replace) => "replace",
            None if block.key.starts_with("own:") => "own",
            None => "",
        },
        key: block.key.clone(),
    };
    let sections = standing.composed.document.sections.iter();
    sections
        .map(|section| SectionView {
            key: section.key.clone(),
            icon: section.icon.clone(),
            title: section.title.get(zh).to_owned(),
            blocks: section.blocks.iter().map(view).collect(),
        })
        .collect()
}

fn plain(p: &Page, standing: &Standing) -> Vec<Plain> {
    let languages = [(Language::English, false, "English"), (Language::Chinese, true, "简体中文")];
    languages
        .into_iter()
        .map(|(language, zh, name)| {
            let report = check_text(&standing.composed.document.prose(zh), language);
            let count =
                |severity| report.findings.iter().filter(|f| f.severity == severity).count();
            let mut reading = vec![p.tn("plain-sentences", report.reading.sentences)];
            reading.push(p.t1("plain-mean", "n", format!("{:.0}", report.reading.mean)));
            if let Some(grade) = report.reading.grade {
                reading.push(p.t1("plain-grade", "n", format!("{grade:.1}")));
            }
            Plain {
                language: name,
                reading: reading.join(" · "),
                serious: count(plain::Severity::Serious),
                warnings: count(plain::Severity::Warning),
            }
        })
        .collect()
}
