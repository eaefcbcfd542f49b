//! Counting choices: complete at any time, each choice once, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;

use consent::{
    Choice, Consent,
    record::Origin,
    statistics::{By, DAY, Period, Tally},
};
use support::{choosing, mail, me};

on_both_engines!(
    counts_are_complete_before_and_after_they_are_kept,
    two_counters_count_once,
    a_withdrawal_is_measured_until_it_holds,
    counting_goes_on_beside_other_work_and_ends_when_told,
);

fn ever() -> Period {
    Period { from: 0, to: 100_000, property: String::new() }
}

/// Thirty people over thirty days: two in three agree, and some of those change their mind.
async fn some_history(room: &Consent) {
    let now = store::now();
    for n in 0..30_i64 {
        let person = mail(&format!("p{n}@example.com"));
        let choice = if n % 3 == 0 { Choice::Denied } else { Choice::Granted };
        let mut first = choosing(&person, &[("email_marketing", choice), ("analytics", choice)]);
        first.given_at = Some(now - (n + 1) * DAY);
        first.channel = if n % 2 == 0 { "web" } else { "shop" }.into();
        room.record(&me(), &first).await.unwrap();
        if n % 5 == 1 {
            let mut no = choosing(&person, &[("email_marketing", Choice::Withdrawn)]);
            no.origin = Origin::Unsubscribe;
            no.channel = "email".into();
            room.record(&me(), &no).await.unwrap();
        }
    }
}

async fn all_ways(room: &Consent, period: &Period) -> Vec<BTreeMap<String, Tally>> {
    let ways = [By::Day, By::Purpose, By::Notice, By::Channel, By::Origin];
    room.counts(period, &ways).await.unwrap().by
}

async fn counts_are_complete_before_and_after_they_are_kept(room: Consent) {
    some_history(&room).await;
    let before = all_ways(&room, &ever()).await;

    room.count_all().await.unwrap();
    let after = all_ways(&room, &ever()).await;

    assert_eq!(before, after);
    let email = after[1]["email_marketing"];
    assert_eq!((email.granted, email.denied, email.withdrawn), (20, 10, 6));
    assert_eq!(after[2].keys().collect::<Vec<_>>(), ["newsletter@1"]);
    assert_eq!(after[3]["shop"].total(), 30);
    assert_eq!(after[4]["unsubscribe"].withdrawn, 6);
    let today = store::now().div_euclid(DAY);
    let week = Period { from: today - 7, to: today, property: "default".into() };
    let counts = room.counts(&week, &[By::Day]).await.unwrap();
    assert_eq!((counts.all.total(), counts.behind), (7 * 2 + 6, 0));
    let none = Period { property: "elsewhere".into(), ..week };
    assert_eq!(room.counts(&none, &[By::Day]).await.unwrap().all, Tally::default());
    let cells = room.cells(&ever()).await.unwrap();
    assert_eq!(cells.values().sum::<i64>(), 66);
    room.store().ledger().verify().await.unwrap();
}

async fn two_counters_count_once(room: Consent) {
    some_history(&room).await;
    let before = all_ways(&room, &ever()).await;

    let (one, two) = (room.clone(), room.clone());
    let (one, two) = tokio::join!(one.count_all(), two.count_all());
    one.unwrap();
    two.unwrap();
    room.count_all().await.unwrap();

    assert_eq!(all_ways(&room, &ever()).await, before);
}

async fn a_withdrawal_is_measured_until_it_holds(room: Consent) {
    some_history(&room).await;
    let mut old = choosing(&mail("p1@example.com"), &[("analytics", Choice::Withdrawn)]);
    old.given_at = Some(store::now() - 3 * DAY);
    room.record(&me(), &old).await.unwrap();

    for _ in 0..2 {
        let effect = room.counts(&ever(), &[By::Day]).await.unwrap().effect;
        assert_eq!((effect.told, effect.late), (6, 1));
        assert!(effect.median_seconds < 5.0 && effect.median_seconds > 0.0, "{effect:?}");
        room.count_all().await.unwrap();
    }
}

async fn counting_goes_on_beside_other_work_and_ends_when_told(room: Consent) {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let counting = tokio::spawn(room.clone().keep_counts(stopped));
    some_history(&room).await;

    stop.send(true).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(10), counting).await.unwrap().unwrap();

    assert_eq!(all_ways(&room, &ever()).await[1]["analytics"].total(), 30);
}
