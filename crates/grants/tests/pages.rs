//! From a bound role to the script, over pages and API, on a real PostgreSQL source; our own database
//! on both engines.
#![allow(clippy::unwrap_used)] // a test stops where it fails

mod support;

use axum::http::StatusCode;
use datamap::sources::{SourceDraft, SystemChoice};
use grants::{GrantsError, standard::Line};
use support::{
    Pg,
    console::{House, Reader, me, open},
    unique,
};

/// A shop whose application reads more than its purpose needs.
async fn shop(house: &House, db: &Pg, app: &str, stray: &str) -> String {
    db.run(&format!(
        "CREATE ROLE {app} LOGIN; CREATE ROLE {stray} LOGIN;
         CREATE TABLE customers (id int PRIMARY KEY, email text, phone text, points int);
         INSERT INTO customers SELECT i, 'li.lei' || i || '@example.com',
           '+8613800138' || lpad(i::text, 3, '0'), i FROM generate_series(1, 80) i;
         CREATE TABLE other (a int);
         GRANT SELECT ON customers, other TO {app}; GRANT SELECT ON customers TO {stray};"
    ))
    .await;
    let draft = SourceDraft {
        name: "Shop".into(),
        system: SystemChoice::New("Web shop".into()),
        address: db.url.clone(),
        tls: "prefer".into(),
        ..SourceDraft::default()
    };
    let source = house.map.create_source(me(), &draft).await.unwrap().id;
    let body = serde_json::json!({
        "name": { "en": "News by e-mail", "zh-CN": "邮件资讯" },
        "data": ["contact.email"], "systems": ["web-shop"],
    });
    let body: consent::PurposeBody = serde_json::from_value(body).unwrap();
    house.consent.save_purpose(&me(), "news", &body).await.unwrap();
    let scan = house.scan(&source).await;
    assert_eq!(scan.state, "finished", "{scan:?}");
    source
}

async fn a_role_is_bound_its_excess_shown_and_the_script_mends_it(house: House) {
    let db = Pg::create().await;
    let (app, stray) = (unique("privet_app"), unique("privet_stray"));
    let source = shop(&house, &db, &app, &stray).await;
    let path = format!("/console/grants/{source}");
    let mut reader = Reader::new(&house, "en", "owner").await;

    // Before anything is bound, the accounts that reach the data are listed; the scan has looked.
    let page = reader.page(&path).await;
    assert!(page.contains(&app) && page.contains(&stray) && page.contains("Without a line"));

    // A line without a purpose is refused with words, then it is bound.
    let new = format!("{path}/lines/new");
    let answer = reader.post(&new, &new, &[("holder", &app), ("mode", "judged")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("Choose a purpose or an activity"));
    let fields = [("holder", app.as_str()), ("mode", "judged"), ("purposes", "news")];
    assert_eq!(reader.post(&new, &new, &fields).await.status, StatusCode::SEE_OTHER);
    let page = reader.page(&path).await;
    assert!(page.contains("Too much") && page.contains("News by e-mail"), "{page}");
    let of_app = reader.page(&format!("{path}?role={app}&kind=excess&category=contact")).await;
    let list = of_app.split_once("id=\"list\"").unwrap().1;
    assert!(list.contains("<code>phone</code>") && !list.contains("<code>email</code>"), "{list}");

    // The script says why, takes the table and leaves the rest; run, nothing is too much.
    let script = reader.get(&format!("{path}/script.sql")).await;
    assert!(script.kind.starts_with("application/sql"));
    let wanted = format!(
        "REVOKE SELECT ON \"public\".\"customers\" FROM \"{app}\";\n\n-- What stays allowed of the \
         grant taken above.\nGRANT SELECT (\"email\", \"id\", \"points\")"
    );
    assert!(script.text.contains(&wanted), "{}", script.text);
    let shown = reader.page(&format!("{path}/script")).await;
    assert!(shown.contains("Privet never runs"));
    db.run(&script.text).await;
    reader.post(&path, &format!("{path}/check"), &[]).await;
    let grants = house.grants.clone();
    house.work(async || grants.checks().await.unwrap()[&source].excess == 0).await;
    assert!(db.may(&app, "SELECT email, points FROM customers").await);
    assert!(db.may(&app, "SELECT a FROM other").await);
    assert!(!db.may(&app, "SELECT phone FROM customers").await);
    let last = house.grants.last().await.unwrap();
    assert!(last[0].check.unbound > 0 && last[0].findings.iter().any(|one| one.holder == stray));

    // Programs read the same; other scopes do not.
    let answer = reader.api(&format!("/v1/grants/{source}"), "grants:read").await;
    let told: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(told["counts"]["excess"], 0);
    assert_eq!(told["standard"][0]["categories"][0], "contact.email");
    let refused = reader.api(&format!("/v1/grants/{source}"), "map:read").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let unknown = reader.api("/v1/grants/nothing", "grants:read").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    // Both languages, CSV, the overview; a removed line leaves an account without one.
    let csv = reader.get(&format!("{path}/findings.csv?role={stray}")).await;
    assert!(csv.text.contains(&stray) && csv.text.contains("phone") && !csv.text.contains(&app));
    let line = house.grants.lines(&source).await.unwrap().remove(0);
    let mut chinese = Reader::new(&house, "zh-CN", "owner").await;
    for page in [
        "/console/grants".to_owned(),
        path.clone(),
        new.clone(),
        format!("{path}/script"),
        format!("{path}/lines/{}", line.id),
    ] {
        assert!(chinese.page(&page).await.contains("访问标准"));
    }
    let at = format!("{path}/lines/{}", line.id);
    let answer = chinese.post(&at, &format!("{at}/remove"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(chinese.page(&path).await.contains("还没有登记角色"));

    db.drop_with(&[app, stray]).await;
}

async fn who_may_not_sees_and_changes_nothing(house: House) {
    let db = Pg::create().await;
    let (app, stray) = (unique("privet_app"), unique("privet_stray"));
    let source = shop(&house, &db, &app, &stray).await;
    let path = format!("/console/grants/{source}");

    let mut marketer = Reader::new(&house, "en", "marketer").await;
    assert_eq!(marketer.get("/console/grants").await.status, StatusCode::FORBIDDEN);
    assert_eq!(marketer.get(&format!("{path}/script")).await.status, StatusCode::FORBIDDEN);
    let mut auditor = Reader::new(&house, "en", "auditor").await;
    assert!(auditor.page(&path).await.contains(&app));
    assert_eq!(auditor.get(&format!("{path}/lines/new")).await.status, StatusCode::FORBIDDEN);
    let check = auditor.post("/console/account", &format!("{path}/check"), &[]).await;
    assert_eq!(check.status, StatusCode::FORBIDDEN);

    db.drop_with(&[app, stray]).await;
}

async fn a_line_that_was_changed_meanwhile_is_not_overwritten(house: House) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    std::fs::write(&file, "").unwrap();
    let draft = SourceDraft {
        name: "File".into(),
        address: format!("sqlite:{}", file.display()),
        ..SourceDraft::default()
    };
    let source = house.map.create_source(me(), &draft).await.unwrap().id;
    let reason = |reason: &str, line: Line| Line { reason: reason.into(), ..line };
    let line = Line {
        source_id: source.clone(),
        holder: "backup".into(),
        exempt: true,
        reason: "nightly".into(),
        ..Line::default()
    };
    let id = house.grants.save_line(me(), line.clone()).await.unwrap();
    let read = house.grants.line(&source, &id).await.unwrap();
    house.grants.save_line(me(), reason("every night", read.clone())).await.unwrap();

    let late = house.grants.save_line(me(), reason("late", read)).await;
    let twice = house.grants.save_line(me(), line).await;

    assert!(matches!(late, Err(GrantsError::Changed)));
    assert!(matches!(twice, Err(GrantsError::Line(faults)) if faults[0].1 == "grants-error-taken"));
    assert_eq!(house.grants.line(&source, &id).await.unwrap().reason, "every night");
    // A file has no accounts: that is said, and nothing is queued.
    let asked = house.grants.start_check(me(), &source).await;
    assert!(matches!(asked, Err(GrantsError::NoAccounts)));
    let mut reader = Reader::new(&house, "en", "owner").await;
    assert!(reader.page(&format!("/console/grants/{source}")).await.contains("has no accounts"));
    let page = reader.page("/console/grants").await;
    assert!(page.contains("No database with accounts yet") && page.contains("File"));
}

async fn a_look_that_fails_is_told(house: House) {
    let draft = SourceDraft {
        name: "Gone".into(),
        address: "postgres://nobody@127.0.0.1:1/gone".into(),
        tls: "prefer".into(),
        ..SourceDraft::default()
    };
    let source = house.map.create_source(me(), &draft).await.unwrap().id;

    assert!(house.grants.check(&source).await.is_err());

    let mut reader = Reader::new(&house, "en", "owner").await;
    let page = reader.page(&format!("/console/grants/{source}")).await;
    assert!(page.contains("failed"), "{page}");
    assert!(reader.page("/console/grants").await.contains("Look failed"));
}

macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (house, _guard) = super::open(false).await;
                super::$name(house).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (house, _guard) = super::open(true).await;
                super::$name(house).await;
            })*
        }
    };
}

on_both_engines!(
    a_role_is_bound_its_excess_shown_and_the_script_mends_it,
    who_may_not_sees_and_changes_nothing,
    a_line_that_was_changed_meanwhile_is_not_overwritten,
    a_look_that_fails_is_told,
);
