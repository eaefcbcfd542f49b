//! What customers are shown: languages, versions, fair words, whom to ask again, evidence.

use std::{collections::BTreeSet, sync::Arc};

use consent::NoticeVersion;
use plain::{Button, ChoiceDesign, Language, Severity, Tickbox, check_choice, check_text};

use super::{Code, purposes::speaks};
use crate::{
    model::{Hit, Value},
    snapshot::{DAY, Snapshot},
};

pub(super) const CODE: &[Code] = &[
    ("notice-languages", |s| {
        lacking(s, |_, one| {
            let body = &one.published.body;
            !speaks(&body.title) || (!body.text.is_empty() && !speaks(&body.text))
        })
    }),
    ("notice-unpublished", unpublished),
    ("notice-bundles", bundles),
    ("notice-contact", |s| lacking(s, |_, one| one.published.controller.contact.is_empty())),
    ("notice-refuse", |s| {
        lacking(s, |_, one| {
            !one.published.body.accept.is_empty() && one.published.body.refuse.is_empty()
        })
    }),
    ("notice-choice-unfair", unfair),
    ("notice-hard", hard),
    ("notice-outdated", outdated),
    ("notice-retention", retention),
    ("campaign-unstarted", unstarted),
    ("campaign-overdue", overdue),
    ("evidence-imported", imported),
    ("guardians-unverified", guardians),
];

/// Days that a draft may wait.
const DRAFT: i64 = 30;
/// Days in which people should have been asked again.
const ASKED: i64 = 30;
/// Share of imported choices, in per cent, above which they are much of the evidence.
const IMPORTED: i64 = 50;

/// The newest version of every notice that is still shown.
fn shown(s: &Snapshot) -> impl Iterator<Item = &Arc<NoticeVersion>> {
    let retired: BTreeSet<&str> = s
        .parts
        .consent
        .notices
        .iter()
        .filter(|one| one.retired_at.is_some())
        .map(|one| one.key.as_str())
        .collect();
    let newest = s.parts.consent.catalogue.newest();
    newest.filter(move |one| !retired.contains(one.notice.as_str()))
}

fn hit(key: &str, title: &consent::purpose::Texts) -> Hit {
    let name = consent::purpose::text_in(title, "en");
    Hit::new("notice", key, name, format!("/console/notices/{key}/draft"))
}

fn of(version: &NoticeVersion) -> Hit {
    hit(&version.notice, &version.published.body.title).with("version", version.version)
}

fn lacking(s: &Snapshot, lacks: impl Fn(&Snapshot, &NoticeVersion) -> bool) -> Vec<Hit> {
    shown(s).filter(|one| lacks(s, one)).map(|one| of(one)).collect()
}

fn unpublished(s: &Snapshot) -> Vec<Hit> {
    let never = s.parts.consent.notices.iter().filter(|one| {
        one.version == 0 && one.retired_at.is_none() && s.older(one.created_at, DRAFT)
    });
    never.filter_map(|one| one.draft.as_ref().map(|draft| hit(&one.key, &draft.title))).collect()
}

/// A purpose that needs a consent of its own stands in one notice with others (PIPL Art 29; GDPR
/// Recital 43).
fn bundles(s: &Snapshot) -> Vec<Hit> {
    lacking(s, |_, one| {
        let asked = &one.published.purposes;
        asked.len() > 1 && asked.values().any(|body| body.separate_consent)
    })
}

/// Languages of the house that a version speaks.
fn languages(version: &NoticeVersion) -> impl Iterator<Item = (&String, Language)> {
    let tags = version.published.body.title.keys();
    tags.filter_map(|tag| Language::of_tag(tag).map(|language| (tag, language)))
}

/// The choice as `plain` looks at it.
fn design(version: &NoticeVersion, tag: &str, language: Language) -> ChoiceDesign {
    let body = &version.published.body;
    let get = |texts: &consent::purpose::Texts| texts.get(tag).cloned().unwrap_or_default();
    let boxes = version.published.purposes.iter().map(|(key, purpose)| Tickbox {
        label: consent::purpose::text_in(&purpose.name, tag).to_owned(),
        purposes: vec![key.clone()],
        sensitive: purpose.sensitive,
        ..Tickbox::default()
    });
    ChoiceDesign {
        language,
        text: [get(&body.title), get(&body.text)].join("\n"),
        controller: version.published.controller.name.clone(),
        purposes: body.purposes.clone(),
        has_settings: true,
        boxes: boxes.collect(),
        accept: Button::new(&get(&body.accept)),
        refuse: Some(get(&body.refuse)).filter(|one| !one.is_empty()).map(|one| Button::new(&one)),
        inaction_is_consent: false,
        withdrawal_clicks: None,
        asks_again_after_days: None,
    }
}

/// Rules of fair choice that a version breaks seriously.
fn unfair(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for version in shown(s).filter(|one| !one.published.body.accept.is_empty()) {
        let mut codes = BTreeSet::new();
        for (tag, language) in languages(version) {
            let found = check_choice(&design(version, tag, language));
            // Who is responsible, and the button that refuses, have checks of their own.
            let steers = found.iter().filter(|one| {
                one.severity == Severity::Serious && !matches!(one.place, plain::Place::Design)
            });
            codes.extend(steers.map(|one| one.code));
        }
        if !codes.is_empty() {
            let names = codes.into_iter().collect::<Vec<_>>().join(", ");
            hits.push(of(version).with("rules", names));
        }
    }
    hits
}

/// Texts with words that say nothing, or sentences that nobody reads to their end.
fn hard(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for version in shown(s) {
        let body = &version.published.body;
        let texts = body.text.iter().filter_map(|(tag, text)| {
            Language::of_tag(tag).map(|language| check_text(text, language))
        });
        let grave: usize = texts
            .map(|report| {
                report.findings.iter().filter(|one| one.severity != Severity::Info).count()
            })
            .sum();
        if grave > 0 {
            hits.push(of(version).with("places", grave));
        }
    }
    hits
}

/// A purpose was changed after the notice that tells of it was published.
fn outdated(s: &Snapshot) -> Vec<Hit> {
    lacking(s, |s, one| {
        one.published.purposes.iter().any(|(key, told)| {
            s.parts
                .consent
                .catalogue
                .purpose(key)
                .is_ok_and(|now| now.retired_at.is_some() || now.body != *told)
        })
    })
}

/// A version whose purposes say nothing of how long data is kept (GDPR Art 13(2)(a), PIPL Art 17).
fn retention(s: &Snapshot) -> Vec<Hit> {
    lacking(s, |_, one| {
        let purposes = &one.published.purposes;
        purposes.values().any(|body| body.retention_days.is_none())
    })
}

fn campaign(name: &str, version: &NoticeVersion) -> Hit {
    let title = consent::purpose::text_in(&version.published.body.title, "en");
    Hit::new("campaign", name, title, "/console/consents/campaigns")
}

fn unstarted(s: &Snapshot) -> Vec<Hit> {
    let idle = s.parts.consent.campaigns.iter().filter(|one| one.started.is_none());
    idle.map(|one| campaign(&one.name(), &one.version)).collect()
}

fn overdue(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for one in s.parts.consent.campaigns.iter().filter(|one| one.is_running()) {
        let since = one.started.as_ref().map_or(s.now, |(at, _)| *at);
        if s.now - since > ASKED * DAY {
            hits.push(campaign(&one.name(), &one.version).with("since", Value::Time(since)));
        }
    }
    hits
}

/// Choices taken over from elsewhere prove no more than what was taken over.
fn imported(s: &Snapshot) -> Vec<Hit> {
    let origins = &s.parts.consent.origins;
    let all: i64 = origins.values().sum();
    let taken = origins.get("import").copied().unwrap_or(0);
    if all == 0 || taken * 100 < all * IMPORTED {
        return Vec::new();
    }
    let hit = Hit::new("evidence", "imported", "", "/console/consents");
    vec![hit.with("choices", taken).with("of", all)]
}

fn guardians(s: &Snapshot) -> Vec<Hit> {
    match s.parts.consent.unverified_guardians {
        0 => Vec::new(),
        n => {
            let hit = Hit::new("evidence", "guardians", "", "/console/consents");
            vec![hit.with("records", n)]
        }
    }
}
