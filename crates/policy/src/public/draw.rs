//! The public pages as text.

use askama::Template;
use web::{Lang, Look, Theme};

use super::view::{BlockView, ChangesView, SectionView, changed, sections};
use crate::{Audience, PolicyVersion, Result, version};

/// A look without a reader: pages that are the same for everybody.
pub(crate) fn look(lang: Lang, path: String) -> Look {
    Look {
        lang,
        theme: Theme::Auto,
        csrf: String::new(),
        path,
        query: String::new(),
        htmx: false,
        toast: None,
    }
}

/// The address of a policy, without its version.
pub(crate) fn address(version: &PolicyVersion) -> String {
    let document = &version.body.document;
    match document.audience {
        Audience::Customers => format!("/privacy/policy/{}", document.property),
        other => format!("/privacy/policy/{}/for/{}", document.property, other.as_str()),
    }
}

/// What all public pages show at their head.
struct Head {
    organisation: String,
    place: String,
    title: String,
    audience: String,
    base: String,
    lang: &'static str,
}

fn head(p: &Look, version: &PolicyVersion) -> Head {
    let (zh, document) = (p.zh(), &version.body.document);
    Head {
        organisation: document.controller.get(zh).to_owned(),
        place: document.place.get(zh).to_owned(),
        title: document.title.get(zh).to_owned(),
        audience: p.t(document.audience.key()),
        base: address(version),
        lang: p.lang.tag(),
    }
}

#[derive(Template)]
#[template(path = "policy/public.html")]
struct PolicyPage<'a> {
    p: Look,
    head: Head,
    version: &'a PolicyVersion,
    /// A later version and when it applies.
    next: Option<(i64, i64)>,
    is_old: bool,
    summary: Vec<BlockView>,
    sections: Vec<SectionView>,
    joint: &'static str,
}

/// The policy of a version.
pub(crate) fn policy(versions: &[PolicyVersion], at: usize, lang: Lang) -> Result<String> {
    let version = &versions[at];
    let p = look(lang, address(version));
    let zh = p.zh();
    let now = store::now();
    let document = &version.body.document;
    let next = versions[at + 1..].iter().find(|one| one.effective_at > now);
    let page = PolicyPage {
        head: head(&p, version),
        next: next.map(|one| (one.version, one.effective_at)),
        is_old: versions[at + 1..].iter().any(|one| one.effective_at <= now),
        summary: document.summary.iter().map(|block| BlockView::of(block, zh)).collect(),
        sections: sections(document, zh),
        joint: if zh { "" } else { " " },
        version,
        p,
    };
    Ok(page.render()?)
}

#[derive(Template)]
#[template(path = "policy/file.html")]
struct FilePage<'a> {
    p: Look,
    head: Head,
    version: &'a PolicyVersion,
    sections: Vec<SectionView>,
    joint: &'static str,
}

/// The text alone, as a file to keep.
pub(crate) fn file(version: &PolicyVersion, lang: Lang) -> Result<String> {
    let p = look(lang, address(version));
    let zh = p.zh();
    let sections = sections(&version.body.document, zh);
    let joint = if zh { "" } else { " " };
    Ok(FilePage { head: head(&p, version), sections, joint, version, p }.render()?)
}

struct Line {
    version: i64,
    effective_at: i64,
    reason: String,
    changes: usize,
}

#[derive(Template)]
#[template(path = "policy/history.html")]
struct HistoryPage {
    p: Look,
    head: Head,
    lines: Vec<Line>,
}

/// All versions, newest first.
pub(crate) fn history(versions: &[PolicyVersion], lang: Lang) -> Result<String> {
    let Some(newest) = versions.last() else { return Err(crate::PolicyError::NotFound) };
    let p = look(lang, format!("{}/history", address(newest)));
    let zh = p.zh();
    let line = |at: usize| Line {
        version: versions[at].version,
        effective_at: versions[at].effective_at,
        reason: versions[at].body.reason.get(zh).to_owned(),
        changes: at.checked_sub(1).map_or(0, |before| {
            let all = version::told(&versions[before], &versions[at]);
            changed(&all, zh).iter().map(|section| section.changes.len()).sum()
        }),
    };
    let lines = (0..versions.len()).rev().map(line).collect();
    Ok(HistoryPage { head: head(&p, newest), lines, p }.render()?)
}

#[derive(Template)]
#[template(path = "policy/changes.html")]
struct ChangesPage<'a> {
    p: Look,
    head: Head,
    version: &'a PolicyVersion,
    reason: String,
    sections: Vec<ChangesView>,
    added: usize,
    removed: usize,
    altered: usize,
    /// What people are asked anew for.
    asks: Vec<String>,
}

/// What a version changed and why.
pub(crate) fn changes(versions: &[PolicyVersion], at: usize, lang: Lang) -> Result<String> {
    let (before, version) = (&versions[at - 1], &versions[at]);
    let p = look(lang, format!("{}/v/{}/changes", address(version), version.version));
    let zh = p.zh();
    let sections = changed(&version::told(before, version), zh);
    let count = |turn: &str| -> usize {
        let all = sections.iter().flat_map(|section| &section.changes);
        all.filter(|change| change.turn == turn).count()
    };
    let asks = version::asks(before, version);
    let page = ChangesPage {
        head: head(&p, version),
        reason: version.body.reason.get(zh).to_owned(),
        added: count("added"),
        removed: count("removed"),
        altered: count("changed"),
        asks: asks.iter().map(|one| one.name.get(zh).to_owned()).collect(),
        sections,
        version,
        p,
    };
    Ok(page.render()?)
}
