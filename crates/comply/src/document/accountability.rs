//! The accountability file: what shows that the GDPR is kept (Art 5(2), 24, 30), from the live state.

use std::collections::BTreeSet;

use transfer::Verdict;

use super::{Kind, points::points, security, writer::Writer};

pub(super) fn write(w: &mut Writer<'_>) {
    controller(w);
    laws(w);
    records(w);
    bases(w);
    notices(w);
    retention(w);
    recipients(w);
    transfers(w);
    security::measures(w);
    assessments(w);
    by_hand(w);
    security::findings(w, "");
    security::ledger(w);
}

/// Who answers for it, and what it said of itself.
pub(super) fn controller(w: &mut Writer<'_>) {
    w.section("controller", &["eu.ropa.controller.parties", "eu.notice13.controller_identity"]);
    who(w);
}

pub(super) fn who(w: &mut Writer<'_>) {
    let page = "/console/organisation";
    let s = w.s;
    let organisation = &s.parts.map.facts.organisation;
    w.told("org-name", &organisation.name, page);
    w.told("org-contact", &organisation.contact, page);
    w.told("org-officer", &organisation.officer, page);
    w.told("org-representative", &organisation.representative, page);
    let places: Vec<String> = w
        .seen
        .profile
        .places
        .keys()
        .filter(|place| !place.is_empty())
        .map(|code| w.country(code.split('-').next().unwrap_or(code)))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if places.is_empty() {
        w.unknown(w.p.t("document-no-profile"), "/console/laws/profile");
    } else {
        w.say(w.p.t1("document-places", "places", w.list(&places)), "/console/laws/profile");
    }
    let people = w.p.number(s.parts.consent.people);
    w.say(w.p.t1("document-people", "n", people), "/console/consents");
}

/// Which laws apply, by which conditions, and the duties that follow.
fn laws(w: &mut Writer<'_>) {
    w.section("laws", &["eu.principle.accountability"]);
    let s = w.s;
    if s.regimes.is_empty() {
        w.unknown(w.p.t("document-no-laws"), "/console/laws/profile");
        return;
    }
    let rows = s
        .regimes
        .iter()
        .map(|key| {
            let by_profile = s.parts.applying.iter().find(|one| one.regime == *key);
            let why = by_profile.map_or_else(
                || w.p.t("document-by-property"),
                |one| regime::because(w.p, &one.because),
            );
            let cite = s.law.regime(key).map_or("", |one| one.cite.get(w.p.zh()));
            (vec![w.law(key), cite.to_owned(), why], format!("/console/laws/{key}"))
        })
        .collect();
    let head = ["comply-law", "document-col-cite", "document-col-why"];
    w.table("document-in-laws", &head, rows, "/console/laws");
    let due = |standing| w.seen.duties.iter().filter(|one| one.standing == standing).count();
    let late = due(regime::Standing::Overdue);
    let open = late + due(regime::Standing::Soon) + due(regime::Standing::Open);
    w.say(w.p.t2("document-duties", "open", open, "late", late), "/console/duties");
}

/// Article 30: the records in short; the whole of them has its own print.
fn records(w: &mut Writer<'_>) {
    w.section("records", &["eu.duty.records", "eu.ropa.form"]);
    let s = w.s;
    if s.activities().is_empty() {
        w.unknown(w.p.t("document-no-records"), "/console/records");
        return;
    }
    let rows = s
        .activities()
        .iter()
        .map(|one| {
            let categories: Vec<String> = s
                .categories(one)
                .into_keys()
                .map(|key| explain::category_name(w.p.lang, key))
                .collect();
            let kept = s.parts.map.facts.enforced.get(&one.id).and_then(|all| all.first());
            let kept = kept.map_or(&one.retention, |(en, zh)| if w.p.zh() { zh } else { en });
            let cells = [
                &one.name,
                &one.purpose,
                &w.list(&categories),
                kept,
                &one.owner,
                &w.p.day(one.updated_at),
            ];
            let href = format!("/console/records/activities/{}", one.id);
            (cells.map(|text| dash(text)).to_vec(), href)
        })
        .collect();
    let head = [
        "document-col-activity",
        "document-col-purpose",
        "document-col-data",
        "document-col-kept",
        "document-col-owner",
        "document-col-changed",
    ];
    w.table("document-in-records", &head, rows, "/console/records");
    w.say(w.p.t("document-records-print"), "/console/records/print?view=controller");
}

pub(super) fn dash(text: &str) -> String {
    if text.trim().is_empty() { "–".into() } else { text.to_owned() }
}

/// Legal bases, and how many choices prove consent.
fn bases(w: &mut Writer<'_>) {
    w.section("bases", &["eu.basis.consent", "eu.consent.proof"]);
    let s = w.s;
    let rows = s
        .activities()
        .iter()
        .map(|one| {
            let href = format!("/console/records/activities/{}", one.id);
            (vec![one.name.clone(), w.bases(&one.legal_basis)], href)
        })
        .collect();
    w.table(
        "document-bases-activities",
        &["document-col-activity", "document-col-bases"],
        rows,
        "/console/records",
    );
    let purposes = s.parts.consent.catalogue.purposes().filter(|one| one.retired_at.is_none());
    let rows: Vec<_> = purposes
        .map(|one| {
            let bases = one
                .body
                .basis
                .iter()
                .map(|(law, basis)| (law.as_str().to_owned(), basis.as_str().to_owned()))
                .collect();
            let name = one.body.name.get(w.p.lang.tag()).or_else(|| one.body.name.get("en"));
            let choices = s.parts.consent.chosen.get(&one.key).copied().unwrap_or(0);
            let cells = vec![
                name.cloned().unwrap_or_else(|| one.key.clone()),
                w.bases(&bases),
                w.p.number(choices),
            ];
            (cells, format!("/console/purposes/{}", one.key))
        })
        .collect();
    if rows.is_empty() {
        w.unknown(w.p.t("document-no-purposes"), "/console/purposes/new");
        return;
    }
    let head = ["comply-kind-purpose", "document-col-bases", "document-col-choices"];
    w.table("document-bases-purposes", &head, rows, "/console/purposes");
    w.say(w.p.t("document-consent-proof"), "/console/consents");
}

/// What people are told now: notices and policies in force.
pub(super) fn notices(w: &mut Writer<'_>) {
    w.section("notices", &["eu.duty.notice", "eu.notice.form"]);
    told_to_people(w);
}

pub(super) fn told_to_people(w: &mut Writer<'_>) {
    let s = w.s;
    let rows: Vec<_> = s
        .parts
        .consent
        .notices
        .iter()
        .filter(|one| one.version > 0 && one.retired_at.is_none())
        .map(|one| {
            let cells = vec![one.key.clone(), one.version.to_string(), w.p.day(one.updated_at)];
            (cells, format!("/console/notices/{}", one.key))
        })
        .collect();
    if rows.is_empty() {
        w.unknown(w.p.t("document-no-notices"), "/console/notices/new");
    }
    let head = ["comply-kind-notice", "document-col-version", "document-col-changed"];
    w.table("document-notices", &head, rows, "/console/notices");
    let rows: Vec<_> = s
        .parts
        .policies
        .iter()
        .map(|one| {
            let audience = w.word("policy-audience-", one.audience.as_str());
            let cells = vec![
                one.property.clone(),
                audience,
                one.version.to_string(),
                w.p.day(one.effective_at),
                w.p.number(one.lacks.len()),
                w.p.number(one.stale),
            ];
            (cells, format!("/console/policies/{}", one.policy))
        })
        .collect();
    if rows.is_empty() {
        w.unknown(w.p.t("document-no-policies"), "/console/policies");
    }
    let head = [
        "comply-kind-property",
        "policy-audience",
        "document-col-version",
        "document-col-since",
        "document-col-lacks",
        "document-col-stale",
    ];
    w.table("document-policies", &head, rows, "/console/policies");
}

/// Rules of retention, with their last runs and what proves them.
pub(super) fn retention(w: &mut Writer<'_>) {
    w.section("retention", &["eu.retention.storage_limitation", "eu.right.erasure"]);
    kept(w);
}

pub(super) fn kept(w: &mut Writer<'_>) {
    let retention = &w.s.parts.retention;
    let rows: Vec<_> = retention
        .rules
        .iter()
        .map(|rule| {
            let sentence = retention.enforced.iter().find(|one| one.rule == rule.id);
            let sentence = sentence.map_or_else(
                || w.p.t("document-rule-off"),
                |one| {
                    if w.p.zh() { one.zh.clone() } else { one.en.clone() }
                },
            );
            let last =
                retention.runs.iter().find(|one| one.rule == rule.id && one.has_certificate());
            let (when, proof) = match last {
                Some(run) => {
                    let word = w.word("retain-run-", run.state.as_str());
                    let done =
                        w.p.t2("document-told", "what", w.p.day(run.ended_at), "value", word);
                    (done, format!("/console/retention/runs/{}", run.id))
                }
                None => {
                    (w.p.t("document-never-run"), format!("/console/retention/rules/{}", rule.id))
                }
            };
            (vec![rule.body.name.clone(), sentence, when], proof)
        })
        .collect();
    if rows.is_empty() {
        w.unknown(w.p.t("document-no-rules"), "/console/retention");
    }
    let head = ["document-col-rule", "document-col-says", "document-col-run"];
    w.table("document-rules", &head, rows, "/console/retention");
    let holds = retention.holds.len();
    w.say(w.p.tn("document-holds", holds), "/console/retention/holds");
}

/// Who receives data, by which contract.
pub(super) fn recipients(w: &mut Writer<'_>) {
    w.section("recipients", &["eu.duty.processor_contract", "eu.contract.written"]);
    receivers(w);
}

pub(super) fn receivers(w: &mut Writer<'_>) {
    let rows: Vec<_> =
        w.s.parts
            .map
            .facts
            .recipients
            .iter()
            .map(|(id, one)| {
                let contract = match (one.kind.as_str(), one.contract.trim()) {
                    ("processor" | "joint_controller", "") => w.p.t("document-contract-missing"),
                    (_, text) => dash(text),
                };
                let cells = vec![
                    one.name.clone(),
                    w.word("recipients-kind-", &one.kind),
                    w.country(&one.country),
                    contract,
                ];
                (cells, format!("/console/recipients/{id}"))
            })
            .collect();
    if rows.is_empty() {
        w.unknown(w.p.t("document-no-recipients"), "/console/recipients");
    }
    let head = [
        "comply-kind-recipient",
        "document-col-role",
        "document-col-country",
        "document-col-contract",
    ];
    w.table("document-recipients", &head, rows, "/console/recipients");
}

/// What leaves which territory, by which tool.
pub(super) fn transfers(w: &mut Writer<'_>) {
    w.section("transfers", &["eu.ropa.controller.transfers", "eu.duty.transfer_tool"]);
    crossings(w);
}

pub(super) fn crossings(w: &mut Writer<'_>) {
    let s = w.s;
    let Some(report) = &s.parts.transfers else { return };
    let rows: Vec<_> = report
        .crossings
        .iter()
        .map(|(one, verdicts)| {
            let by_law: Vec<String> = verdicts
                .iter()
                .map(|(law, verdict)| {
                    w.p.t2("document-told", "what", w.law(law), "value", verdict_text(w, verdict))
                })
                .collect();
            let to = |end: &transfer::End| format!("{} ({})", end.name, w.country(&end.country));
            let cells = vec![to(&one.from), to(&one.to), w.p.number(one.people()), w.list(&by_law)];
            (cells, format!("/console/transfers/{}", encoded(&one.key)))
        })
        .collect();
    if rows.is_empty() {
        w.say(w.p.t("document-no-transfers"), "/console/transfers");
    }
    let head = ["document-col-from", "document-col-to", "document-col-people", "document-col-tool"];
    w.table("document-transfers", &head, rows, "/console/transfers");
    for end in &report.unplaced {
        w.unknown(w.p.t1("document-unplaced", "name", &end.end.name), end.end.href());
    }
    if let Some(route) = &report.route {
        let fact = route.fact.text.get(w.p.zh());
        let cite = route.fact.cite.get(w.p.zh());
        w.say(w.p.t2("document-route", "rule", fact, "cite", cite), "/console/transfers");
    }
}

/// A transfer's key has signs that an address must not.
fn encoded(key: &str) -> String {
    key.replace(':', "%3A").replace('>', "%3E")
}

fn verdict_text(w: &Writer<'_>, verdict: &Verdict) -> String {
    let cite = verdict.facts().first().map_or("", |fact| fact.cite.get(w.p.zh()));
    match verdict {
        Verdict::Adequate(_) => w.p.t1("document-adequate", "cite", cite),
        Verdict::Tool { assessed: true, .. } => w.p.t1("document-tool-assessed", "cite", cite),
        Verdict::Tool { .. } => w.p.t1("document-tool", "cite", cite),
        Verdict::Exempt(_) => w.p.t1("document-exempt", "cite", cite),
        Verdict::Free => w.p.t("document-free"),
        Verdict::Missing(_) => w.p.t("document-tool-missing"),
        Verdict::Advice(_) => w.p.t1("document-advice", "cite", cite),
    }
}

/// Impact assessments, activity by activity.
fn assessments(w: &mut Writer<'_>) {
    w.section("assessments", &["eu.duty.dpia", "eu.dpia.high_risk"]);
    assessed(w);
}

pub(super) fn assessed(w: &mut Writer<'_>) {
    let (with, without): (Vec<_>, Vec<_>) =
        w.s.activities().iter().partition(|one| !one.assessment.trim().is_empty());
    let rows = with
        .iter()
        .map(|one| {
            let href = format!("/console/records/activities/{}", one.id);
            (vec![one.name.clone(), one.assessment.clone()], href)
        })
        .collect();
    w.table(
        "document-in-assessments",
        &["document-col-activity", "document-col-assessment"],
        rows,
        "/console/records",
    );
    if !without.is_empty() {
        let names: Vec<String> = without.iter().map(|one| one.name.clone()).collect();
        let text = w.p.t2("document-unassessed", "n", names.len(), "names", w.list(&names));
        w.unknown(text, "/console/records");
    }
}

/// What no program sees: breaches, training, requests.
fn by_hand(w: &mut Writer<'_>) {
    for point in points(Kind::Accountability) {
        let facts: Vec<&str> = point.facts.iter().map(String::as_str).collect();
        w.section("by-hand", &facts);
        let title = point.title.get(w.p.zh()).to_owned();
        w.rename(&point.id, title);
        w.say(point.look.get(w.p.zh()), point.href.as_str());
        w.answer(point);
    }
}
