//! Sections that every document has: security measures, findings, and how the ledger is verified.

use super::writer::Writer;
use crate::{model::State, pages::words};

/// Measures as they are, from the live state (GDPR Art 32, PIPL Art 51).
pub(super) fn measures(w: &mut Writer<'_>) {
    w.section("measures", &["eu.ropa.controller.security", "cn.measures.encryption"]);
    told(w);
}

pub(super) fn told(w: &mut Writer<'_>) {
    let s = w.s;
    let parts = &s.parts;
    if let Some(keys) = &parts.keys {
        let newest = keys.keks.last().map_or(0, |kek| kek.created_at);
        let made = w.p.day(newest);
        w.say(w.p.t2("document-keys", "provider", &keys.provider, "day", made), "/console/keys");
    }
    let users = &parts.web.users;
    let strong = users.iter().filter(|one| one.has_second_factor).count();
    w.say(w.p.t2("document-accounts", "strong", strong, "all", users.len()), "/console/people");
    dated(w, "document-reviewed", parts.web.reviewed_at, "/console/access/reviews");
    let backup = parts.store.last.get(crate::check::BACKUP).copied().unwrap_or(0);
    dated(w, "document-backup", backup, "/console/audit?action=backup.made");
    let key = if parts.web.is_https { "document-https" } else { "document-plain" };
    w.say(w.p.t(key), "/console/people");
    let servers = parts.map.sources.iter().filter(|one| matches!(&*one.kind, "postgres" | "mysql"));
    let (safe, open): (Vec<_>, Vec<_>) =
        servers.partition(|one| matches!(&*one.tls, "require" | "verify-full"));
    let all = safe.len() + open.len();
    w.say(w.p.t2("document-sources", "safe", safe.len(), "all", all), "/console/sources");
    let excess: i64 = parts.grants.iter().map(|one| one.check.excess).sum();
    let unbound: i64 = parts.grants.iter().map(|one| one.check.unbound).sum();
    if parts.grants.is_empty() {
        w.unknown(w.p.t("document-no-grants"), "/console/grants");
    } else {
        let text = w.p.t2("document-grants", "excess", excess, "unbound", unbound);
        w.say(text, "/console/grants");
    }
    let off = parts.warn.rules_off.len();
    let text = w.p.t2("document-warning", "open", parts.warn.open.len(), "off", off);
    w.say(text, "/console/alarms");
    let told: Vec<_> = s
        .activities()
        .iter()
        .filter(|one| !one.security.trim().is_empty())
        .map(|one| {
            let href = format!("/console/records/activities/{}", one.id);
            (vec![one.name.clone(), one.security.clone()], href)
        })
        .collect();
    let head = ["document-col-activity", "document-col-measures"];
    w.table("document-measures-told", &head, told, "/console/records");
}

/// When something was last done, or that it never was.
fn dated(w: &mut Writer<'_>, key: &str, at: i64, href: &str) {
    if at == 0 {
        w.unknown(w.p.t(&format!("{key}-never")), href);
    } else {
        w.say(w.p.t1(key, "day", w.p.day(at)), href);
    }
}

/// Open findings and accepted risks; `law` narrows to one family of laws (`cn-`), "" to none.
pub(super) fn findings(w: &mut Writer<'_>, law: &str) {
    w.section("findings", &["eu.principle.accountability", "cn.audit.duty"]);
    match &w.seen.run {
        None => w.unknown(w.p.t("document-no-run"), "/console/findings"),
        Some(run) => {
            let text = w.p.t2("comply-passed", "passed", run.passed, "checks", run.checks);
            let text = w.p.t2("document-told", "what", w.p.when(run.at), "value", text);
            w.say(text, "/console/findings/checks");
        }
    }
    let of_law =
        |regimes: &[String]| law.is_empty() || regimes.iter().any(|one| one.starts_with(law));
    let zh = w.p.zh();
    let (mut open, mut accepted) = (Vec::new(), Vec::new());
    for one in w.seen.findings.iter().filter(|one| of_law(&one.regimes)) {
        let about = w.seen.names.object(w.p, one);
        let title = one.check.check.title.get(zh).to_owned();
        let href = format!("/console/findings/{}", one.id);
        if one.state == State::Accepted {
            let who = w.seen.names.actor(w.p, &one.accepted_by);
            let until = w.p.day(one.accepted_until);
            accepted.push((vec![title, about, one.reason.clone(), who, until], href));
        } else {
            let weight = words::severity(w.p, one.severity);
            open.push((vec![weight, title, about, w.p.day(one.due_at)], href));
        }
    }
    let count = w.p.tn("document-open", open.len());
    w.say(count, "/console/findings");
    let head = ["comply-severity", "comply-title-one", "document-col-about", "comply-due"];
    w.table("document-in-findings", &head, open, "/console/findings");
    let count = w.p.tn("document-accepted", accepted.len());
    w.say(count, "/console/findings?state=accepted");
    let head = [
        "comply-title-one",
        "document-col-about",
        "comply-reason",
        "document-col-by",
        "comply-accepted-until",
    ];
    w.table("document-risks", &head, accepted, "/console/findings?state=accepted");
}

/// Where the ledger stands, and how anybody verifies it without us.
pub(super) fn ledger(w: &mut Writer<'_>) {
    w.section("ledger", &["eu.principle.accountability"]);
    let (seq, hash) = &w.seen.head;
    w.say(w.p.t2("document-head", "n", seq, "hash", hash), "/console/ledger");
    let store = &w.s.parts.store;
    if store.checkpoint_at == 0 {
        w.unknown(w.p.t("document-no-checkpoint"), "/console/ledger");
    } else {
        let at = w.p.when(store.checkpoint_at);
        let text = w.p.t2("document-checkpoint", "n", store.checkpoint_size, "at", at);
        w.say(text, "/console/ledger");
    }
    let key = if store.witnessed { "document-witnessed" } else { "document-unwitnessed" };
    w.say(w.p.t(key), "/console/ledger");
    w.say(w.p.t("document-verify"), "/console/audit?action=document.made");
}
