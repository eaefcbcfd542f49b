//! Letters through a real SMTP server: how they leave, what is kept of them, what a refusal tells.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::http::StatusCode;
use common::House;
use std::time::{Duration, Instant};
use store::sqlx::{self, Row as _};
use store::testing::{temp_postgres, temp_sqlite};
use store::{Actor, Entry, Runner, Store};
use tokio::sync::watch;
use web::mail::{Letter, MailConfig, MailSecret, MailSecurity, Recipient};
use web::testing::SmtpServer;
use web::{Lang, Web, WebConfig};

/// A house that sends its letters, until it is dropped.
struct Post {
    house: House,
    _stop: watch::Sender<bool>,
}

async fn post(store: Store, config: MailConfig) -> Post {
    let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
    let web = web.with_mail(config).unwrap();
    let app = web::finish(web.clone(), web::router(web.clone()));
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(web::mail::add_handlers(Runner::new(store, 2), &web).run(stopped));
    Post { house: House { web, app }, _stop: stop }
}

async fn queue(web: &Web, to: &str, lang: Lang) -> String {
    let letter = Letter::new(
        "web-mail-hello",
        lang,
        Recipient::parse(to).unwrap(),
        &[("organisation", "Lantern Tea")],
    )
    .with_action("https://privacy.example.com/privacy/open/abc")
    .with_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    let entry = Entry::new(Actor::System("test"), "test.done", "test", "1");
    let mut tx = web.store().begin(entry).await.unwrap();
    let id = web.queue_mail(&mut tx, &letter).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// State, fault, code and whether anything sealed is left.
async fn row(web: &Web, id: &str) -> (String, String, String, bool) {
    let row = sqlx::query("SELECT state, fault, code, letter_sealed FROM web_mail WHERE id = $1")
        .bind(id)
        .fetch_one(web.store().reader())
        .await
        .unwrap();
    let sealed: String = row.get(3);
    (row.get(0), row.get(1), row.get(2), !sealed.is_empty())
}

async fn until(web: &Web, id: &str, wanted: impl Fn(&(String, String, String, bool)) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let row = row(web, id).await;
        if wanted(&row) {
            return;
        }
        assert!(Instant::now() < deadline, "still {row:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Everything that the database holds about jobs, letters and the ledger, as text.
async fn everything(store: &Store) -> String {
    let mut out = String::new();
    for sql in [
        "SELECT payload || note || error FROM job",
        "SELECT kind || state || letter_sealed || fault || code FROM web_mail",
        "SELECT actor || action || object_kind || object_id FROM ledger_entry",
    ] {
        for row in sqlx::query(sql).fetch_all(store.reader()).await.unwrap() {
            out.push_str(&row.get::<String, _>(0));
            out.push('\n');
        }
    }
    out
}

async fn a_letter_goes_out(store: Store) {
    let server = SmtpServer::start(MailSecurity::StartTls, "");
    let post = post(store, server.config(MailSecurity::StartTls)).await;
    let web = &post.house.web;

    let id = queue(web, "li@example.com", Lang::ZhCn).await;
    let letter = server.wait_for(1).await;
    until(web, &id, |row| row.0 == "sent").await;

    assert!(letter.tls, "STARTTLS is required");
    assert_eq!(letter.to, "li@example.com");
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    assert_eq!(letter.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(letter.header("Message-ID"), format!("<{id}@lantern.example>"));
    assert!(letter.text().contains("测试邮件"), "{}", letter.text());
    assert!(letter.text().contains("https://privacy.example.com/privacy/open/abc"));
    assert!(!row(web, &id).await.3, "nothing of the letter is kept");
    let kept = everything(web.store()).await;
    assert!(!kept.contains("example.com"), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_out_and_nothing_of_it_is_kept_on_sqlite() {
    let (store, _guard) = temp_sqlite().await;
    a_letter_goes_out(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_out_and_nothing_of_it_is_kept_on_postgres() {
    let (store, _guard) = temp_postgres().await;
    a_letter_goes_out(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_protection_works_with_and_without_an_account() {
    for security in MailSecurity::ALL {
        for account in ["", "privet:four brown herons"] {
            // Nobody signs in over an unprotected line.
            if security == MailSecurity::None && !account.is_empty() {
                continue;
            }
            let (store, _guard) = temp_sqlite().await;
            let server = SmtpServer::start(security, account);
            let mut config = server.config(security);
            if let Some((user, password)) = account.split_once(':') {
                config.user = user.to_owned();
                config.password = Some(MailSecret::new(password));
            }
            let post = post(store, config).await;

            let id = queue(&post.house.web, "li@example.com", Lang::En).await;
            let letter = server.wait_for(1).await;

            until(&post.house.web, &id, |row| row.0 == "sent").await;
            assert_eq!(letter.tls, security != MailSecurity::None, "{security:?}");
            assert_eq!(letter.user, account.split(':').next().unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_gets_no_letter() {
    let (store, _guard) = temp_sqlite().await;
    let server = SmtpServer::start(MailSecurity::Tls, "");
    let mut config = server.config(MailSecurity::Tls);
    config.ca_file = None;
    let post = post(store, config).await;

    let id = queue(&post.house.web, "li@example.com", Lang::En).await;

    until(&post.house.web, &id, |row| row.1 == "tls").await;
    assert!(server.letters().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_good_is_told_on_the_page_and_in_no_word_of_the_server() {
    let (store, _guard) = temp_sqlite().await;
    let server = SmtpServer::start(MailSecurity::None, "");
    let post = post(store, server.config(MailSecurity::None)).await;
    let mut owner = post.house.owner().await;

    let id = queue(&post.house.web, "wang@refused.example", Lang::En).await;
    until(&post.house.web, &id, |row| row.0 == "failed").await;

    let (_, fault, code, sealed) = row(&post.house.web, &id).await;
    assert_eq!((fault.as_str(), code.as_str(), sealed), ("recipient", "550 5.1.1", false));
    let page = owner.get("/console/mail").await;
    assert!(page.body.contains("1 letter was refused for good"), "{}", page.body);
    assert!(page.body.contains("550 5.1.1"));
    let jobs = owner.get("/console/jobs").await;
    assert!(!page.body.contains("refused.example") && !jobs.body.contains("refused.example"));
    assert!(!everything(post.house.web.store()).await.contains("refused.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_now_is_tried_again_until_somebody_stops_it() {
    let (store, _guard) = temp_sqlite().await;
    let server = SmtpServer::start(MailSecurity::None, "");
    let post = post(store.clone(), server.config(MailSecurity::None)).await;

    let id = queue(&post.house.web, "wang@later.example", Lang::En).await;
    until(&post.house.web, &id, |row| row.1 == "policy" || row.1 == "later").await;
    let (state, _, code, sealed) = row(&post.house.web, &id).await;
    assert_eq!((state.as_str(), code.as_str(), sealed), ("queued", "451 4.7.1", true));

    let job = store.list_jobs(&store::JobFilter::default(), None, 1).await.unwrap().remove(0);
    store.cancel_job(&job.id, Actor::CommandLine).await.unwrap();

    until(&post.house.web, &id, |row| row.0 == "failed" && !row.3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_waits_while_the_server_is_away_and_goes_when_it_is_back() {
    let (store, _guard) = temp_sqlite().await;
    let mut gone = SmtpServer::start(MailSecurity::None, "").config(MailSecurity::None);
    gone.ca_file = None;
    let post = post(store, gone).await;

    let id = queue(&post.house.web, "li@example.com", Lang::En).await;

    until(&post.house.web, &id, |row| row.1 == "unreachable").await;
    assert_eq!(row(&post.house.web, &id).await.0, "queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_sends_a_test_and_says_what_the_server_answered() {
    let (store, _guard) = temp_sqlite().await;
    let server = SmtpServer::start(MailSecurity::StartTls, "privet:four brown herons");
    let mut config = server.config(MailSecurity::StartTls);
    config.user = "privet".into();
    let post = post(store, config).await;
    let mut owner = post.house.owner().await;
    let send = |to: &'static str| [("to", to)];

    let missing = owner.post("/console/mail", "/console/mail/test", &send("a@example.com")).await;
    assert!(missing.body.contains("settings are missing or incomplete"), "{}", missing.body);
    let wrong = [("password", "not the password")];
    owner.post("/console/mail", "/console/mail/password", &wrong).await;
    let refused = owner.post("/console/mail", "/console/mail/test", &send("a@example.com")).await;
    assert!(refused.body.contains("did not accept the account"), "{}", refused.body);
    let right = [("password", "four brown herons")];
    let saved = owner.post("/console/mail", "/console/mail/password", &right).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let sent = owner.post("/console/mail", "/console/mail/test", &send("a@example.com")).await;
    assert!(sent.body.contains("took the test letter"), "{}", sent.body);
    assert_eq!(server.wait_for(1).await.to, "a@example.com");
    let none = owner.post("/console/mail", "/console/mail/test", &send("nobody")).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);

    let page = owner.get("/console/mail").await;
    assert!(!page.body.contains("a@example.com") && !page.body.contains("four brown herons"));
    let kept: String =
        sqlx::query_scalar("SELECT value FROM web_setting WHERE key = 'mail.password'")
            .fetch_one(post.house.web.store().reader())
            .await
            .unwrap();
    assert!(kept.starts_with("v1:"), "the password is sealed");
}

#[tokio::test]
async fn the_page_says_how_to_set_mail_up_and_only_to_those_who_may() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut owner = house.owner().await;
    let mut employee = house.person(&mut owner, "employee", "zhao@example.com").await;

    let page = owner.get("/console/mail").await;

    assert!(page.body.contains("No mail server") && page.body.contains("[mail]"));
    assert_eq!(employee.get("/console/mail").await.status, StatusCode::FORBIDDEN);
}
