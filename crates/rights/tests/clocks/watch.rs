//! Who is told of which deadline, and when.

use std::time::Duration;

use rights::Kind;
use store::now;

use crate::house::{DAY, House, house, me};

/// Noon of a day so many days from now, in UTC: letters go by days.
fn noon(days: i64) -> i64 {
    let now = now();
    now - now % DAY + DAY / 2 + days * DAY
}

/// A request with a deadline so many days from today's noon, received as many before.
async fn due_in(house: &House, address: &str, days: i64, assignee: &str) -> String {
    let request = house.asked(Kind::Access, address).await;
    let (from, until) = (noon(-20), noon(days));
    house
        .set(&format!(
            "UPDATE rights_request SET received_at = {from}, due_at = {until}, confirm_by = 0,
               notice_by = 0, extendable_to = 0, assignee = '{assignee}' WHERE id = '{}'",
            request.id
        ))
        .await;
    request.id
}

async fn text_of(house: &House, to: &str) -> String {
    for _ in 0..400 {
        let found = house.smtp.letters().into_iter().rev().find(|one| {
            let text = one.text();
            one.to.contains(to) && text.contains("need you")
        });
        if let Some(letter) = found {
            return letter.text();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{to} got no letter");
}

async fn told(postgres: bool) {
    let house = house(postgres).await;
    house.colleague("ann", "owner", "en", "ann@lantern.example").await;
    house.colleague("dpo", "privacy_officer", "en", "dpo@lantern.example").await;
    house.colleague("mark", "marketer", "en", "mark@lantern.example").await;
    let far = due_in(&house, "far@example.com", 40, "ann").await;
    let five = due_in(&house, "five@example.com", 4, "ann").await;
    let nobodys = due_in(&house, "nobody@example.com", 1, "").await;
    let paused = due_in(&house, "paused@example.com", 1, "ann").await;
    house.set(&format!("UPDATE rights_request SET paused = 1 WHERE id = '{paused}'")).await;
    let late = due_in(&house, "late@example.com", -1, "ann").await;

    assert_eq!(house.rights.watch(noon(0)).await.unwrap(), 2, "ann and the officer, nobody else");

    assert_eq!(house.letters("rights-watch-letter").await, 2);
    let ann = text_of(&house, "ann@lantern.example").await;
    let dpo = text_of(&house, "dpo@lantern.example").await;
    let name = async |id: &str| house.rights.request(id).await.unwrap().name();
    let [far_name, five_name, open_name, paused_name, late_name] = [
        name(&far).await,
        name(&five).await,
        name(&nobodys).await,
        name(&paused).await,
        name(&late).await,
    ];
    assert!(
        ann.contains(&five_name)
            && ann.contains(&open_name)
            && ann.contains(&format!("LATE: {late_name}")),
        "{ann}"
    );
    assert!(!ann.contains(&far_name) && !ann.contains(&paused_name), "{ann}");
    assert!(
        dpo.contains(&late_name) && dpo.contains(&open_name) && !dpo.contains(&five_name),
        "{dpo}"
    );
    assert!(
        !ann.contains("@example.com") && !ann.contains("five@") && !dpo.contains("late@"),
        "{ann}{dpo}"
    );

    // Kept, seen on the request, in the ledger, and not told again: not today and not tomorrow.
    let events = house.rights.events(&late).await.unwrap();
    assert!(events.iter().any(|one| one.what == "escalated"), "{events:?}");
    assert_eq!(house.actions("rights.escalated").await, 1);
    assert_eq!(house.actions("rights.reminded").await, 2);
    assert_eq!(house.actions("rights.watch_told").await, 1);
    assert_eq!(house.rights.watch(noon(0)).await.unwrap(), 0);
    assert_eq!(house.rights.watch(noon(0) + 3_600_000_000).await.unwrap(), 0);
    let again = house.rights.watch(noon(2)).await.unwrap();
    assert_eq!(again, 2, "the unassigned one is late now");
    // Half of the term of the far one, ten days from now.
    assert!(house.rights.watch(noon(10)).await.unwrap() > 0);
    let steps = house
        .number(&format!("SELECT COUNT(*) FROM rights_reminder WHERE request = '{far}'"))
        .await;
    assert_eq!(steps, 1);
    assert_eq!(
        house
            .number(&format!("SELECT COUNT(*) FROM rights_reminder WHERE request = '{paused}'"))
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlines_are_told_once_to_those_who_work_on_them() {
    told(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlines_are_told_once_to_those_who_work_on_them_on_postgresql() {
    told(true).await;
}

async fn two_servers(postgres: bool) {
    let house = house(postgres).await;
    house.colleague("ann", "owner", "zh-CN", "ann@lantern.example").await;
    for n in 0..30 {
        due_in(&house, &format!("p{n}@example.com"), 1, "ann").await;
    }
    let at = noon(0);

    let all = futures_of(&house, at).await;

    assert_eq!(all, 1, "one of them told it");
    assert_eq!(house.letters("rights-watch-letter").await, 1);
    assert_eq!(house.actions("rights.reminded").await, 30);
}

/// Four servers look at the same moment.
async fn futures_of(house: &House, at: i64) -> usize {
    let (a, b, c, d) = tokio::join!(
        house.rights.watch(at),
        house.rights.watch(at),
        house.rights.watch(at),
        house.rights.watch(at)
    );
    [a, b, c, d].into_iter().map(|one| one.unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_look_at_the_same_moment_tell_it_once() {
    two_servers(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_look_at_the_same_moment_tell_it_once_on_postgresql() {
    two_servers(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notice_and_confirmation_have_their_own_reminders() {
    let house = house(false).await;
    house.colleague("ann", "owner", "en", "ann@lantern.example").await;
    // With an address receipt was confirmed by letter; without one only words of staff do.
    let written = due_in(&house, "written@example.com", 40, "ann").await;
    let silent = due_in(&house, "silent@example.com", 40, "ann").await;
    for id in [&written, &silent] {
        house
            .set(&format!("UPDATE rights_request SET confirm_by = {} WHERE id = '{id}'", noon(1)))
            .await;
    }
    let noticed = due_in(&house, "noticed@example.com", 30, "ann").await;
    house
        .set(&format!(
            "UPDATE rights_request SET notice_by = {}, extendable_to = {} WHERE id = '{noticed}'",
            noon(1),
            noon(80)
        ))
        .await;
    let request = house.rights.request(&silent).await.unwrap();
    // The person gave a telephone number only.
    let kept = format!(
        "{{\"subject\":{{\"phone\":[\"+8613800138000\"]}},\"words\":\"{}\"}}",
        request.private.words
    );
    let sealed = house.store().seal(&format!("rights-request:{silent}"), &kept);
    house
        .set(&format!(
            "UPDATE rights_request SET private_sealed = '{sealed}' WHERE id = '{silent}'"
        ))
        .await;

    assert_eq!(house.rights.watch(noon(0)).await.unwrap(), 1);

    let events = async |id: &str| {
        let events = house.rights.events(id).await.unwrap();
        let all =
            events.into_iter().map(|one| one.what).filter(|what| what.starts_with("reminded"));
        all.collect::<Vec<String>>()
    };
    assert_eq!(events(&written).await, Vec::<String>::new());
    assert_eq!(events(&silent).await, ["reminded-confirm"]);
    assert_eq!(events(&noticed).await, ["reminded-notice"]);
    let request = house.rights.request(&noticed).await.unwrap();
    house.rights.extend(&me(), request, "Many systems have to be looked through.").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_moved_is_another_deadline() {
    let house = house(false).await;
    house.colleague("ann", "owner", "en", "ann@lantern.example").await;
    let id = due_in(&house, "li@example.com", 1, "ann").await;
    assert_eq!(house.rights.watch(noon(0)).await.unwrap(), 1);
    house.set(&format!("UPDATE rights_request SET due_at = {} WHERE id = '{id}'", noon(60))).await;
    assert_eq!(house.rights.watch(noon(1)).await.unwrap(), 0, "far away again");
    assert_eq!(house.rights.watch(noon(56)).await.unwrap(), 1);
}
