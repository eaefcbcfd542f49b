//! Owners are told of their tasks, in the same letter as everything else, and officers of late ones; and
//! deadlines of several requests are made longer at once.

use std::time::Duration;

use rights::{Kind, Request};
use store::now;

use crate::house::{DAY, House, house};

/// Noon of a day so many days from now, in UTC: letters go by days.
fn noon(days: i64) -> i64 {
    let now = now();
    now - now % DAY + DAY / 2 + days * DAY
}

/// A task of a request, due so many days from today's noon.
async fn task(house: &House, request: &Request, owner: &str, days: i64) {
    let (due, margin) = (noon(days) + 5 * DAY, 5 * DAY);
    house
        .set(&format!(
            "UPDATE rights_request SET due_at = {due}, received_at = {}, confirm_by = 0, notice_by = 0,
               extendable_to = 0, assignee = 'ann' WHERE id = '{}'",
            due - 60 * DAY,
            request.id
        ))
        .await;
    house
        .set(&format!(
            "INSERT INTO rights_task (id, request, source, name, step, why, detail, owner, stand, margin,
               made_at, seen_at)
             VALUES ('t-{0}', '{0}', 's', 'Shop', 'search', 'down', '', '{owner}', 'open', {margin}, 1, 1)",
            request.id
        ))
        .await;
}

async fn text_of(house: &House, to: &str, n: usize) -> String {
    for _ in 0..400 {
        let letters = house.smtp.letters();
        let mut mine =
            letters.iter().filter(|one| one.to.contains(to) && one.text().contains("Shop"));
        if let Some(letter) = mine.nth(n) {
            return letter.text();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{to} got no letter {n}");
}

async fn owners_are_told(postgres: bool) {
    let house = house(postgres).await;
    house.colleague("ann", "owner", "en", "ann@lantern.example").await;
    house.colleague("dpo", "privacy_officer", "en", "dpo@lantern.example").await;
    house.colleague("erin", "engineer", "en", "erin@lantern.example").await;
    let request = house.asked(Kind::Access, "li@example.com").await;
    task(&house, &request, "erin", 20).await;

    // A new one is told to its owner, once; no letter names the person.
    house.rights.watch(noon(0)).await.unwrap();
    let erin = text_of(&house, "erin@lantern.example", 0).await;
    assert!(erin.contains("a task for you until") && erin.contains(&request.name()), "{erin}");
    assert!(erin.contains("/console/requests/tasks") && !erin.contains("li@"), "{erin}");
    assert_eq!(house.actions("rights.task_reminded").await, 1);
    house.rights.watch(noon(1)).await.unwrap();
    assert_eq!(house.actions("rights.task_reminded").await, 1, "it was told");

    // A day before, and when it is late: then the officer hears of it, too.
    house.rights.watch(noon(19)).await.unwrap();
    assert_eq!(house.actions("rights.task_reminded").await, 2);
    house.rights.watch(noon(21)).await.unwrap();
    assert_eq!(house.actions("rights.task_escalated").await, 1);
    let dpo = text_of(&house, "dpo@lantern.example", 0).await;
    assert!(dpo.contains("LATE") && dpo.contains("the task was due on"), "{dpo}");
    house.rights.watch(noon(22)).await.unwrap();
    assert_eq!(house.actions("rights.task_escalated").await, 1);
    house.rights.watch(noon(29)).await.unwrap();
    assert_eq!(house.actions("rights.task_escalated").await, 2, "again every week");

    // A clock that stands still tells nothing, nor does a task that ended.
    house.set("UPDATE rights_request SET paused = 1").await;
    house.rights.watch(noon(40)).await.unwrap();
    house.set("UPDATE rights_request SET paused = 0").await;
    house.set("UPDATE rights_task SET stand = 'done'").await;
    house.rights.watch(noon(41)).await.unwrap();
    assert_eq!(house.actions("rights.task_escalated").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_are_told_of_tasks_and_officers_of_late_ones() {
    owners_are_told(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_are_told_of_tasks_and_officers_of_late_ones_on_postgresql() {
    owners_are_told(true).await;
}
