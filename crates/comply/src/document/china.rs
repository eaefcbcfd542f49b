//! 个人信息保护合规审计报告 (PIPL Art 54; Compliance Audit Measures, with the annex of points to audit):
//! each point with what was looked at, what was found, and what only a person can say.

use super::{
    Kind, accountability as shared,
    points::{Point, points},
    security,
    writer::Writer,
};
use crate::pages::words;

/// What the laws of China say about the audit itself.
const AUDIT: [&str; 8] = [
    "cn.audit.duty",
    "cn.audit_10m",
    "cn.audit.others",
    "cn.audit.officer",
    "cn.audit.ordered",
    "cn.audit.rectify_report",
    "cn.audit.rotation",
    "cn.audit_minor",
];

pub(super) fn write(w: &mut Writer<'_>) {
    w.section("basics", &["cn.audit.duty"]);
    shared::who(w);
    w.section("grounds", &["cn.audit.duty"]);
    grounds(w);
    w.section("scope", &["cn.audit.duty"]);
    scope(w);
    for point in points(Kind::ChinaAudit) {
        audited(w, point);
    }
    w.section("transfers", &["cn.transfer.always", "cn.transfer.count"]);
    shared::crossings(w);
    w.section("recipients", &["cn.contract.subject", "cn.contract.supervision"]);
    shared::receivers(w);
    w.section("retention", &["cn.retention.shortest"]);
    shared::kept(w);
    w.section("assessments", &["cn.duty.pia", "cn.pia.content"]);
    shared::assessed(w);
    security::measures(w);
    security::findings(w, "cn-");
    security::ledger(w);
    w.section("signed", &["cn.audit.officer", "cn.audit.rotation"]);
    w.say(w.p.t("document-sign-auditor"), "");
    w.say(w.p.t("document-sign-officer"), "");
}

/// On which rules the audit stands, each with how well it was checked.
fn grounds(w: &mut Writer<'_>) {
    let s = w.s;
    if !s.under(&["cn-pipl"]) {
        w.unknown(w.p.t("document-not-under-pipl"), "/console/laws/profile");
    }
    for fact in AUDIT.iter().filter_map(|id| s.law.fact(id, s.day)) {
        let said = words::Said::of(w.p, &s.law, fact);
        let cite = w.p.t2("document-cite", "cite", said.cite, "mark", said.meaning);
        let text = format!("{} {cite}", said.text);
        w.say(text, "/console/laws/cn-pipl");
    }
}

/// What was looked at: the live state, not samples of papers.
fn scope(w: &mut Writer<'_>) {
    let s = w.s;
    let facts = &s.parts.map;
    let (systems, fields) = (w.p.number(facts.systems.len()), w.p.number(facts.fields.len()));
    w.say(w.p.t2("document-scope-map", "systems", systems, "fields", fields), "/console/map");
    let (activities, purposes) =
        (s.activities().len(), s.parts.consent.catalogue.purposes().count());
    let text = w.p.t2("document-scope-records", "activities", activities, "purposes", purposes);
    w.say(text, "/console/records");
    let asked = crate::check::checks().iter().filter(|one| of_china(w, one)).count();
    w.say(w.p.t1("document-scope-checks", "n", asked), "/console/findings/checks");
}

fn of_china(w: &Writer<'_>, whole: &crate::check::Whole) -> bool {
    whole.standing(w.s).is_some_and(|one| one.regimes.iter().any(|key| key.starts_with("cn-")))
}

/// One point of the annex.
fn audited(w: &mut Writer<'_>, point: &Point) {
    let zh = w.p.zh();
    let facts: Vec<&str> = point.facts.iter().map(String::as_str).collect();
    w.section("point", &facts);
    w.rename(&point.id, point.title.get(zh).to_owned());
    w.say(w.p.t1("document-looked-at", "what", point.look.get(zh)), point.href.as_str());
    if point.checks.is_empty() {
        w.say(w.p.t("document-not-seen"), "");
        w.answer(point);
        return;
    }
    let (mut ran, mut failing) = (0_usize, 0_usize);
    let mut rows = Vec::new();
    for whole in point.checks.iter().filter_map(|id| crate::check::check(id)) {
        if whole.standing(w.s).is_none() {
            continue;
        }
        ran += 1;
        let found: Vec<_> =
            w.seen.findings.iter().filter(|one| one.check.check.id == whole.check.id).collect();
        let open = found.iter().filter(|one| one.stands()).count();
        failing += usize::from(open > 0);
        let result = match (open, found.len() - open) {
            (0, 0) => w.p.t("comply-passes"),
            (0, accepted) => w.p.tn("document-accepted", accepted),
            (open, _) => w.p.tn("comply-n", open),
        };
        let href = format!("/console/findings?check={}&state=all", whole.check.id);
        let title = whole.check.title.get(zh).to_owned();
        rows.push((vec![title, whole.check.evidence.get(zh).to_owned(), result], href));
    }
    if w.seen.run.is_none() {
        w.unknown(w.p.t("document-no-run"), "/console/findings");
    } else if ran == 0 {
        w.say(w.p.t("document-point-idle"), "/console/findings/checks");
    } else {
        let text = w.p.t2("document-point-result", "ran", ran, "failing", failing);
        w.say(text, "/console/findings/checks");
    }
    let head = ["document-col-looked-for", "comply-evidence", "comply-result"];
    w.table("document-point-checks", &head, rows, "/console/findings/checks");
    w.answer(point);
}
