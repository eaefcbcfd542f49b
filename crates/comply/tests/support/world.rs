//! An honest company: every check passes. It lives in one place, `DE` or `CN`, under that place's laws.

use comply::Comply;
use consent::{
    Consent, LegalBasis, NoticeBody, PurposeBody, Reconsent, Regime, notice::Touchpoint,
    property::PropertyBody,
};
use store::Store;

use super::{at, me, set};

const SCRIPT: &str = "
INSERT INTO organisation (id, name, contact, representative, officer, updated_at)
  VALUES ('self', 'Lantern Tea', 'Tea Street 1', 'Tea Europe', 'Anna', {d0});
INSERT INTO system (id, key, name, description, owner, purpose, country, created_at, updated_at)
  VALUES ('sys-1', 'shop', 'Web shop', '', 'Sales', 'Sells tea', '{place}', {d0}, {d0}),
         ('sys-2', 'stock', 'Stock', '', '', '', '', {d0}, {d0});
INSERT INTO source (id, key, system_id, name, kind, address, cron, created_at, updated_at)
  VALUES ('src-1', 'shop', 'sys-1', 'Shop', 'postgres', 'postgres://localhost/shop', '0 3 * * *', {d0}, {d0}),
         ('src-2', 'stock', 'sys-2', 'Stock', 'sqlite', 'sqlite:stock.db', '0 3 * * *', {d0}, {d0});
INSERT INTO origin (id, source_id, kind, touchpoint) VALUES ('or-1', 'src-1', 'direct', 'web shop');
INSERT INTO scan (id, source_id, state, started_by, finished_at, created_at)
  VALUES ('scan-1', 'src-1', 'finished', 'schedule', {d0}, {d0}),
         ('scan-2', 'src-2', 'finished', 'schedule', {d0}, {d0});
INSERT INTO data_store (id, source_id, name, kind, rows_estimate, people, seen_scan_id, first_seen_at)
  VALUES ('st-1', 'src-1', 'customers', 'table', 500, 'customers', 'scan-1', {d0}),
         ('st-2', 'src-2', 'boxes', 'table', 500, '', 'scan-2', {d0});
INSERT INTO field (id, store_id, source_id, name, position, data_type, found_confidence, decision,
    category, sensitivity, level, seen_scan_id, first_seen_at)
  VALUES ('f-1', 'st-1', 'src-1', 'email', 1, 'TEXT', 0.99, 'confirmed', 'contact.email', 'personal',
    1, 'scan-1', {d0});
INSERT INTO recipient (id, key, name, kind, country, safeguard, contract, created_at, updated_at)
  VALUES ('rec-1', 'mailer', 'Mailer', 'processor', 'DE', 'pipl_standard_contract', 'C-17', {d0}, {d0});
INSERT INTO flow (id, key, from_end, to_end, found, categories, created_at, updated_at)
  VALUES ('fl-1', 'fl-1', 'system:sys-1', 'recipient:rec-1', 'declared', '[\"contact.email\"]', {d0}, {d0}),
         ('fl-2', 'fl-2', 'system:sys-1', 'system:sys-2', 'declared', '[]', {d0}, {d0});
INSERT INTO activity (id, key, name, role, on_behalf_of, purpose, legal_basis, people, retention,
    security, owner, assessment, created_at, updated_at)
  VALUES ('act-1', 'news', 'News', 'controller', 'Tea Union', 'Sends news',
    '{\"gdpr\":\"consent\",\"pipl\":\"consent\"}', '[\"customers\"]', '36 months after the last order',
    'TLS, roles', 'Marketing', 'DMS-17', {d0}, {d0});
INSERT INTO activity_system (activity_id, system_id) VALUES ('act-1', 'sys-1');
INSERT INTO activity_category (activity_id, category) VALUES ('act-1', 'contact.email');
INSERT INTO web_user (id, name_sealed, login_sealed, login_index, role, password_hash, totp_sealed,
    totp_step, lang, theme, disabled_at, created_at)
  VALUES ('u-1', '', '', 'u-1', 'owner', '', 'x', 0, 'en', 'auto', 0, {d0}),
         ('u-2', '', '', 'u-2', 'owner', '', 'x', 0, 'en', 'auto', 0, {d0}),
         ('u-3', '', '', 'u-3', 'privacy_officer', '', 'x', 0, 'en', 'auto', 0, {d0});
INSERT INTO api_token (id, name, scopes, hash, created_at, used_at, revoked_at, expires_at, created_by,
    certificate, purposes, limited, export_by)
  VALUES ('t-1', 'Mailer', 'decide', 'h', {d0}, {d0}, 0, {d-90}, 'u-1', '', 'marketing', 1, 'u-2');
INSERT INTO retention_rule (id, key, name, source_id, table_name, kind, version, state, body,
    agreed_version, created_at, updated_at)
  VALUES ('ru-1', 'news', 'News', 'src-1', 'customers', 'limit', 1, 'on',
    '{\"name\":\"News\",\"source\":\"src-1\",\"table\":\"customers\",\"event\":{\"by\":\"column\",\"column\":\"ordered_at\"},\"period\":{\"amount\":36,\"unit\":\"months\"},\"act\":\"delete\",\"activities\":[\"act-1\"]}',
    1, {d60}, {d60});
INSERT INTO retention_run (id, rule_id, version, source_id, started_by, by_schedule, state, created_at,
    planned_at, begun_at, ended_at)
  VALUES ('run-1', 'ru-1', 1, 'src-1', 'person:u-1', 0, 'finished', {d2}, {d2}, {d2}, {d2});
INSERT INTO grant_check (source_id, state, looked_at, tried_at, judged)
  VALUES ('src-1', 'done', {d1}, {d1}, 2);
INSERT INTO banner (property, body, created_at, updated_at) VALUES ('shop',
  '{\"origins\":[\"https://shop.example\"],\"notice\":\"news\",\"gpp\":{\"sections\":[\"usca\"]}}', {d0}, {d0})
";

/// The purpose that customers are asked for.
fn purpose() -> PurposeBody {
    let both = |en: &str, zh: &str| {
        [("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())].into()
    };
    PurposeBody {
        name: both("News by e-mail", "邮件资讯"),
        description: both("We send you news about tea.", "我们向您发送茶叶资讯。"),
        if_refused: both("You get no news.", "您不会收到资讯。"),
        basis: [(Regime::Gdpr, LegalBasis::Consent), (Regime::Pipl, LegalBasis::Consent)].into(),
        data: ["contact.email".to_owned()].into(),
        systems: ["shop".to_owned()].into(),
        vendors: vec!["Mailer".to_owned()],
        retention_days: Some(365),
        separate_consent: true,
        expires_months: Some(12),
        ..PurposeBody::default()
    }
}

fn notice() -> NoticeBody {
    let both = |en: &str, zh: &str| {
        [("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())].into()
    };
    NoticeBody {
        touchpoint: Touchpoint::Banner,
        title: both("News from Lantern Tea", "Lantern Tea 的资讯"),
        text: both(
            "Lantern Tea would like to send you news by e-mail. You can withdraw at any time under “Settings”.",
            "Lantern Tea 希望通过邮件向您发送资讯。您可以随时在“设置”中撤回同意。",
        ),
        accept: both("Accept", "同意"),
        refuse: both("Refuse", "拒绝"),
        purposes: vec!["news".to_owned()],
    }
}

/// Fills the store of these rooms.
pub async fn fill(store: &Store, consent: &Consent, warn: &warn::Warn, place: &str) {
    set(store, &at(SCRIPT).replace("{place}", place)).await;
    let regime = if place == "CN" { Regime::Pipl } else { Regime::Gdpr };
    for key in ["default", "shop"] {
        let body = PropertyBody {
            name: "Shop".into(),
            country: place.into(),
            regimes: vec![regime],
            ..PropertyBody::default()
        };
        consent.save_property(&me(), key, &body).await.unwrap();
    }
    consent.save_purpose(&me(), "news", &purpose()).await.unwrap();
    consent.save_draft(&me(), "news", &notice()).await.unwrap();
    consent.publish(&me(), "news", Reconsent::None).await.unwrap();
    let id = warn.make_canary(&me(), "tea.example").await.unwrap();
    warn.planted(me(), &id, "CRM").await.unwrap();
    store.ledger().publish().await.unwrap();
    set(store, "UPDATE ledger_checkpoint SET cosignatures = 'witness'").await;
}

/// What is written by hand beside the map: policies that say all, and a hold with an end.
pub async fn furnish(comply: &Comply) {
    let rooms = comply.rooms();
    let policy = &rooms.policy;
    let both = |en: &str, zh: &str| law::Text { en: en.into(), zh: zh.into() };
    let phrases = ["Sends news", "Sells tea", "36 months after the last order", "TLS, roles"];
    let phrases = phrases.iter().map(|one| ((*one).to_owned(), both(one, "茶"))).collect();
    policy.save_phrases(me(), &phrases).await.unwrap();
    for property in ["default", "shop"] {
        let id = policy.begin(me(), property, policy::Audience::Customers).await.unwrap();
        let standing = policy.standing(&id).await.unwrap();
        let mut draft = standing.row.draft;
        draft.answers.at_end = "delete".into();
        draft.answers.automated = "no".into();
        draft.answers.sells = "no".into();
        draft.own.push(policy::draft::Own {
            key: "own:all".into(),
            section: standing.computed.sections[0].key.clone(),
            title: both("All the rest", "其他"),
            text: both("We say it all here.", "我们在此说明一切。"),
            tells: policy::check::all_elements(&standing.known).into_iter().collect(),
        });
        policy.save_draft(me(), &id, &draft).await.unwrap();
        let standing = policy.standing(&id).await.unwrap();
        assert_eq!(standing.lacks(), Vec::<String>::new(), "{:?}", standing.composed.gaps);
        policy.ask(me(), &id, &both("First", "首次"), 0).await.unwrap();
        policy.approve(store::Actor::CommandLine, &id, None, false).await.unwrap();
    }
    let hold = retain::NewHold {
        name: "Case 1".into(),
        reason: "A case at court".into(),
        source: "src-1".into(),
        scope: retain::Scope::Source,
        from: store::now() - 86_400_000_000,
        until: store::now() + 40 * 86_400_000_000,
    };
    rooms.retain.make_hold(&me(), &hold).await.unwrap();
}

/// Ids of checks that do not pass, and of what.
pub async fn failing(comply: &Comply) -> Vec<(String, String)> {
    let snapshot = comply.snapshot().await.unwrap();
    let mut failing = Vec::new();
    for whole in comply::check::checks() {
        if whole.standing(&snapshot).is_some() {
            let hits = whole.run(&snapshot);
            failing.extend(hits.into_iter().map(|hit| (whole.check.id.clone(), hit.id)));
        }
    }
    failing
}
