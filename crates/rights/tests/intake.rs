//! Requests that come by mail and by the file.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use rights::intake::Taken;
use support::*;

fn letter(from: &str, subject: &str, text: &str, more: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: privacy@lantern.example\r\nSubject: {subject}\r\n{more}\r\n{text}\r\n"
    )
    .into_bytes()
}

impl House {
    async fn count(&self) -> i64 {
        let sql = "SELECT COUNT(*) FROM rights_request";
        sqlx::query_scalar(sql).fetch_one(self.rights.store().reader()).await.unwrap()
    }

    async fn taken_in(&self, id: &str) {
        for _ in 0..800 {
            match self.rights.import(id).await.unwrap().stage.as_str() {
                "done" => return,
                "running" => tokio::time::sleep(Duration::from_millis(25)).await,
                other => panic!("{other}"),
            }
        }
        panic!("the file was not taken in");
    }
}

async fn mails(postgres: bool) {
    let house = house(postgres).await;
    let rights = &house.rights;
    let clear = letter(
        "Li Lei <li@example.com>",
        "Please delete my data",
        "Thank you.",
        "Message-ID: <1@x>\r\n",
    );
    let Taken::Made(request) = rights.take_mail(me(), &clear).await.unwrap() else {
        panic!("a request")
    };
    assert_eq!((request.kind, request.channel), (Kind::Erasure, Channel::Mail));
    assert_eq!((request.state, request.level), (State::Unverified, Level::Claimed));
    // The sender is asked at the address the letter names, and nothing happens before.
    let confirmed = rights.confirm(&secret_in(&house.letter(0).await)).await.unwrap();
    assert_eq!(confirmed.id, request.id);
    assert!(matches!(rights.take_mail(me(), &clear).await.unwrap(), Taken::Known));
    assert_eq!(house.count().await, 1);

    // What is unclear waits; what a machine sent does not.
    let unclear = letter(
        "han@example.com",
        "Hello",
        "Where is my parcel, and delete my data, and a copy of my data",
        "",
    );
    assert!(matches!(rights.take_mail(me(), &unclear).await.unwrap(), Taken::Waits));
    let away = letter(
        "li@example.com",
        "Re: delete my data",
        "I am away",
        "Auto-Submitted: auto-replied\r\n",
    );
    assert!(matches!(rights.take_mail(me(), &away).await.unwrap(), Taken::Automatic));
    let stop = letter("li@example.com", "I object", "Stop.", "");
    let Taken::Waits = rights.take_mail(me(), &stop).await.unwrap() else {
        panic!("what counts without proof is read first")
    };
    let stop = rights.inbox(10, 0).await.unwrap().0;
    let stop = stop.iter().find(|one| one.guess == Some(Kind::Objection)).unwrap();
    rights.put_mail_aside(&me(), &stop.id).await.unwrap();
    let two = letter("li@example.com, eve@example.com", "delete my data", "x", "");
    assert!(matches!(rights.take_mail(me(), &two).await.unwrap(), Taken::Waits));
    let (waiting, count) = rights.inbox(10, 0).await.unwrap();
    assert_eq!((waiting.len(), count), (2, 2));
    let one = waiting.iter().find(|one| one.message.from == "han@example.com").unwrap();
    let made = rights.make_from_mail(me(), &one.id, Kind::Access, "A copy.").await.unwrap();
    assert_eq!(made.received_at, one.at, "its clock starts when the letter came");
    let again = rights.make_from_mail(me(), &one.id, Kind::Access, "A copy.").await;
    assert!(matches!(again, Err(RightsError::Conflict("rights-error-mail"))));
    let two = waiting.iter().find(|one| one.message.from.is_empty()).unwrap();
    let nobody = rights.make_from_mail(me(), &two.id, Kind::Access, "x").await;
    assert!(matches!(nobody, Err(RightsError::Asked("rights-error-mail-sender"))));
    rights.put_mail_aside(&me(), &two.id).await.unwrap();
    let left: Vec<String> = sqlx::query_scalar("SELECT sealed FROM rights_mail")
        .fetch_all(rights.store().reader())
        .await
        .unwrap();
    assert_eq!(left, vec![String::new(); 4], "nothing of a letter stays");
    assert!(rights.take_mail(me(), b"").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_becomes_a_request_or_waits_on_sqlite() {
    mails(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_becomes_a_request_or_waits_on_postgres() {
    mails(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_letters_of_one_sender_send_few_letters_and_none_is_lost() {
    let house = house(false).await;
    for n in 0..20 {
        let one = letter("li@example.com", "delete my data", &format!("{n}"), "");
        house.rights.take_mail(me(), &one).await.unwrap();
    }
    let waiting = house.rights.inbox(100, 0).await.unwrap().1;
    assert_eq!(house.count().await + waiting, 20);
    assert!(house.count().await < 10, "{} letters went to one address", house.count().await);
}

async fn a_file(postgres: bool) {
    let house = house(postgres).await;
    let rights = &house.rights;
    let bad = "kind,email\nerasure,li@\n";
    let faults = rights.check_import(&me(), bad.as_bytes(), Lang::En).await.unwrap().unwrap_err();
    assert_eq!((faults[0].line, faults[0].column), (2, "email"));
    let lines = (0..60).map(|n| format!("erasure,p{n}@example.com,2026-11-02"));
    let csv = ["kind,email,received".to_owned()].into_iter().chain(lines).collect::<Vec<_>>();
    let csv = csv.join("\n");
    let id = rights.check_import(&me(), csv.as_bytes(), Lang::ZhCn).await.unwrap().unwrap();
    assert_eq!(house.count().await, 0, "nothing before somebody says so");
    let sealed: String = sqlx::query_scalar("SELECT sealed FROM rights_import")
        .fetch_one(rights.store().reader())
        .await
        .unwrap();
    assert!(!sealed.contains("example.com"));
    rights.begin_import(&me(), &id).await.unwrap();
    assert!(rights.begin_import(&me(), &id).await.is_err(), "once only");
    house.taken_in(&id).await;
    assert_eq!(house.count().await, 60);
    assert!(rights.import_lines(&id).await.unwrap().is_empty(), "the lines are wiped");

    assert_eq!(rights.lapse().await.unwrap(), 0, "their links are three days old at most");

    // As after a crash at the end: the same lines once more make nothing new.
    let mut tx = rights.store().begin_upkeep().await.unwrap();
    sqlx::query("UPDATE rights_import SET stage = 'failed', sealed = $1")
        .bind(&sealed)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    rights.retry_import(&me(), &id).await.unwrap();
    house.taken_in(&id).await;
    assert_eq!(house.count().await, 60);
    let sql = "SELECT id FROM rights_request LIMIT 1";
    let one: String = sqlx::query_scalar(sql).fetch_one(rights.store().reader()).await.unwrap();
    let one = rights.request(&one).await.unwrap();
    assert_eq!(
        (one.channel, one.lang.as_str(), one.level),
        (Channel::File, "zh-CN", Level::Claimed)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_checked_and_taken_in_once_on_sqlite() {
    a_file(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_checked_and_taken_in_once_on_postgres() {
    a_file(true).await;
}
