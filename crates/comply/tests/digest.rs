//! Once a week people are written to about findings, and never twice about one week.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use comply::{Comply, Reason, Rooms};
use consent::{Regime, property::PropertyBody};
use support::{me, open, reader, set};

async fn week(postgres: bool) {
    let (store, _guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let comply = open(store.clone(), "http://127.0.0.1:8440").await;
    let rooms = comply.rooms().clone();
    let _owner = reader(&comply, &rooms.web, "en", "owner").await;
    let shop = PropertyBody {
        name: "Shop".into(),
        country: "DE".into(),
        regimes: vec![Regime::Gdpr],
        ..PropertyBody::default()
    };
    rooms.consent.save_property(&me(), "shop", &shop).await.unwrap();
    let config = web::mail::MailConfig {
        server: "127.0.0.1".into(),
        port: Some(9),
        security: web::mail::MailSecurity::None,
        user: String::new(),
        password: None,
        from: "Privet <privet@example.com>".into(),
        reply_to: None,
        ca_file: None,
    };
    let web = rooms.web.clone().with_mail(config).unwrap();
    let mailing = Comply::open(Rooms { web, ..rooms }).await.unwrap();

    // Nothing was found yet; then there is something, and no mail server; then nobody with an address;
    // then all of it.
    assert!(!mailing.tell_week().await.unwrap());
    comply.run(me(), Reason::Asked).await.unwrap();
    assert!(!comply.tell_week().await.unwrap());
    assert!(!mailing.tell_week().await.unwrap(), "the week is not marked as told");
    let user: String =
        sqlx::query_scalar("SELECT id FROM web_user").fetch_one(store.reader()).await.unwrap();
    let sealed = store.seal(&format!("user:{user}:login"), "grace@example.com");
    set(&store, &format!("UPDATE web_user SET login_sealed = '{sealed}'")).await;
    assert!(mailing.tell_week().await.unwrap());
    assert!(!mailing.tell_week().await.unwrap());

    let letters: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM web_mail")
        .fetch_one(store.reader())
        .await
        .unwrap();
    assert_eq!(letters, 1);
    let entries: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM ledger_entry WHERE action = $1")
        .bind("finding.digest_sent")
        .fetch_one(store.reader())
        .await
        .unwrap();
    assert_eq!(entries, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_week_is_told_once() {
    week(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_week_is_told_once_on_postgresql() {
    week(true).await;
}
