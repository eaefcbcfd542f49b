//! Webhooks: signed, in order, at least once, and only where they may go.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use deliver::{Deliver, DeliveryFilter, DeliveryState, EventKind, Kind, State};
use support::{Pump, Receiver, Shop, actions, draft, me, until, until_async};

async fn listed(room: &Deliver, state: DeliveryState) -> Vec<deliver::Delivery> {
    let filter = DeliveryFilter { state: state.as_str().into(), ..DeliveryFilter::default() };
    room.deliveries(&filter, 100, 0).await.unwrap().0
}

async fn until_listed(room: &Deliver, state: DeliveryState, count: usize) {
    until_async(&format!("{count} {}", state.as_str()), || async {
        listed(room, state).await.len() == count
    })
    .await;
}

async fn every_event_arrives_signed_with_the_receivers_secret(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    let to = room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    let pump = Pump::start(&room);
    shop.person("a").await;

    shop.choose("a", "email_marketing", "granted").await;
    shop.choose("a", "email_marketing", "withdrawn").await;

    let got = receiver.wait(2).await;
    let types: Vec<_> = got.iter().map(|got| got.body["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["consent.recorded", "consent.withdrawn"]);
    let secret = room.reveal_secret(me(), &to.id).await.unwrap();
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    for one in &got {
        let text = [one.id.as_bytes(), b".", one.timestamp.as_bytes(), b".", &one.raw].concat();
        let tag = BASE64.decode(one.signature.strip_prefix("v1,").unwrap()).unwrap();
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), &text, &tag).unwrap();
        assert_eq!(one.body["id"], one.id.as_str());
        let age = store::now() / 1_000_000 - one.timestamp.parse::<i64>().unwrap();
        assert!((0..10).contains(&age));
    }
    let data = &got[0].body["data"];
    assert_eq!(data["subject"], "a");
    assert_eq!(data["purposes"]["email_marketing"], "granted");
    assert!(data.get("identifiers").is_none(), "not configured: {data}");
    assert!(data["sequence"].as_i64() < got[1].body["data"]["sequence"].as_i64());
    until_listed(&room, DeliveryState::Sent, 2).await;
    let did = actions(&room, &to.id).await;
    for action in ["destination.created", "delivery.sent", "destination.secret_shown"] {
        assert!(did.iter().any(|did| did == action), "{action}: {did:?}");
    }
    pump.stop().await;
}

async fn identifiers_go_only_where_they_are_configured(room: Deliver, shop: Shop) {
    let (plain, named) = (Receiver::start().await, Receiver::start().await);
    room.create_destination(me(), &draft(Kind::Webhook, &plain.url)).await.unwrap();
    let mut wanted = draft(Kind::Webhook, &named.url);
    wanted.identifiers = vec!["email".into()];
    wanted.events = vec![EventKind::ConsentWithdrawn];
    room.create_destination(me(), &wanted).await.unwrap();
    let pump = Pump::start(&room);
    shop.person("li").await;

    shop.choose("li", "analytics", "granted").await;
    shop.choose("li", "analytics", "withdrawn").await;

    plain.wait(2).await;
    let got = named.wait(1).await;
    assert_eq!(got.len(), 1, "only withdrawals were asked for");
    assert_eq!(
        got[0].body["data"]["identifiers"],
        serde_json::json!({"email": ["li@example.com"]})
    );
    assert!(plain.all().iter().all(|got| !String::from_utf8_lossy(&got.raw).contains("li@")));
    let (rows, _) = room.deliveries(&DeliveryFilter::default(), 100, 0).await.unwrap();
    assert!(!format!("{rows:?}").contains("li@"), "what was sent is not kept");
    pump.stop().await;
}

async fn a_persons_events_keep_their_order_while_others_go_on(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    receiver.answer("slow", 503);
    room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    for id in ["slow", "fast"] {
        shop.person(id).await;
    }
    for state in ["granted", "denied", "granted", "withdrawn"] {
        shop.choose("slow", "p", state).await;
        shop.choose("fast", "p", state).await;
    }

    let pump = Pump::start(&room);

    let of = |who: &str| -> Vec<String> {
        let all = receiver.all();
        let mine = all.iter().filter(|got| got.body["data"]["subject"] == who);
        mine.map(|got| got.body["data"]["purposes"]["p"].as_str().unwrap().to_owned()).collect()
    };
    until("the fast one's four", || of("fast").len() == 4).await;
    assert_eq!(of("fast"), ["granted", "denied", "granted", "withdrawn"]);
    assert!(of("slow").iter().all(|state| state == "granted"), "nothing overtakes");
    receiver.forgive();
    until("the slow one's four", || of("slow").last().is_some_and(|s| s == "withdrawn")).await;
    let mut slow = of("slow");
    slow.dedup();
    assert_eq!(slow, ["granted", "denied", "granted", "withdrawn"]);
    until_listed(&room, DeliveryState::Sent, 8).await;
    pump.stop().await;
}

async fn after_so_many_tries_it_is_a_dead_letter_that_can_be_replayed(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    receiver.answer("a", 500);
    let to = room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    let pump = Pump::start(&room);
    for id in ["a", "b"] {
        shop.person(id).await;
    }
    shop.choose("a", "p", "granted").await;
    shop.choose("b", "p", "granted").await;

    until_listed(&room, DeliveryState::Dead, 1).await;

    let dead = listed(&room, DeliveryState::Dead).await.remove(0);
    assert_eq!((dead.attempts, dead.status, dead.fault.as_str()), (3, 500, "status"));
    let ids: Vec<_> = receiver.ids().into_iter().filter(|id| *id == dead.event_id).collect();
    assert_eq!(ids.len(), 3, "every try carries the same id");
    receiver.forgive();
    let letters = room.dead_letters(&to.id).await.unwrap();
    assert_eq!(room.replay(me(), &letters).await.unwrap(), 1);
    until_listed(&room, DeliveryState::Sent, 2).await;
    assert_eq!(receiver.ids().iter().filter(|id| **id == dead.event_id).count(), 4);

    receiver.answer("a", 500);
    shop.choose("a", "p", "withdrawn").await;
    until_listed(&room, DeliveryState::Dead, 1).await;
    let letters = room.dead_letters("").await.unwrap();
    assert_eq!(room.discard(me(), &letters).await.unwrap(), 1);
    assert_eq!(listed(&room, DeliveryState::Discarded).await.len(), 1);
    let did = actions(&room, &to.id).await;
    for action in ["delivery.given_up", "delivery.replayed", "delivery.discarded"] {
        assert!(did.iter().any(|did| did == action), "{action}: {did:?}");
    }
    pump.stop().await;
}

async fn gone_stops_the_destination_and_loses_nothing(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    receiver.answer("", 410);
    let to = room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    let pump = Pump::start(&room);
    shop.person("a").await;
    shop.choose("a", "p", "granted").await;

    until_async("it is gone", || async {
        room.destination(&to.id).await.unwrap().state == State::Gone
    })
    .await;

    shop.choose("a", "p", "withdrawn").await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(receiver.all().len(), 1, "nothing more is sent");
    receiver.forgive();
    room.set_state(me(), &to.id, true).await.unwrap();
    let got = receiver.wait(3).await;
    assert_eq!(got[0].id, got[1].id);
    assert_eq!(got[2].body["type"], "consent.withdrawn");
    pump.stop().await;
}

async fn redirects_are_not_followed(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    receiver.answer("", 302);
    room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    let pump = Pump::start(&room);
    shop.person("a").await;
    shop.choose("a", "p", "granted").await;

    until_listed(&room, DeliveryState::Dead, 1).await;

    assert_eq!(receiver.all().len(), 3, "three tries, none at the other address");
    assert_eq!(listed(&room, DeliveryState::Dead).await[0].fault, "redirect");
    pump.stop().await;
}

async fn an_address_inside_is_never_dialled(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    let strict = deliver::Settings { reach: deliver::Reach::default(), ..support::settings() };
    let room = Deliver::open(room.store().clone(), std::sync::Arc::new(shop.clone()), strict)
        .await
        .unwrap();
    let port = receiver.url.rsplit_once(':').unwrap().1.to_owned();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"] {
        let url = format!("https://{host}:{port}");
        let to = room.create_destination(me(), &draft(Kind::Webhook, &url)).await.unwrap();

        let refused = room.test(me(), &to.id).await.unwrap_err().to_string();

        assert!(refused.contains("blocked"), "{host}: {refused}");
    }
    let meta = draft(Kind::Webhook, "https://169.254.169.254/latest/meta-data/");
    let to = room.create_destination(me(), &meta).await.unwrap();
    assert!(room.test(me(), &to.id).await.unwrap_err().to_string().contains("blocked"));
    assert!(receiver.all().is_empty());
}

async fn a_rotated_secret_signs_beside_the_old_one(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    let to = room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    let old = room.reveal_secret(me(), &to.id).await.unwrap();
    room.rotate_secret(me(), &to.id).await.unwrap();
    let new = room.reveal_secret(me(), &to.id).await.unwrap();
    let pump = Pump::start(&room);
    shop.person("a").await;

    shop.choose("a", "p", "granted").await;

    let got = receiver.wait(1).await.remove(0);
    let both =
        deliver::webhook::sign(&[new, old], &got.id, got.timestamp.parse().unwrap(), &got.raw);
    assert_eq!(Some(got.signature), both);
    pump.stop().await;
}

async fn a_paused_destination_gets_later_what_it_missed(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    let to = room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    room.set_state(me(), &to.id, false).await.unwrap();
    let pump = Pump::start(&room);
    shop.person("a").await;
    for _ in 0..100 {
        shop.choose("a", "p", "granted").await;
    }
    shop.erase("a").await;
    shop.person("b").await;
    shop.choose("b", "p", "granted").await;

    let before = room.overview(room.destination(&to.id).await.unwrap()).await.unwrap();
    assert!(before.behind >= 100 && before.oldest_at > 0);
    room.set_state(me(), &to.id, true).await.unwrap();

    // What was said of the erased person can no longer be told; that they were erased can.
    let got = receiver.wait(2).await;
    let mut types: Vec<_> = got.iter().map(|got| got.body["type"].as_str().unwrap()).collect();
    // Only one person's events have an order.
    types.sort_unstable();
    assert_eq!(types, ["consent.recorded", "subject.erased"]);
    until_async("all is well", || async {
        let now = room.overview(room.destination(&to.id).await.unwrap()).await.unwrap();
        now.oldest_at == 0 && now.waiting == 0
    })
    .await;
    pump.stop().await;
}

on_both_engines!(
    every_event_arrives_signed_with_the_receivers_secret,
    identifiers_go_only_where_they_are_configured,
    a_persons_events_keep_their_order_while_others_go_on,
    after_so_many_tries_it_is_a_dead_letter_that_can_be_replayed,
    gone_stops_the_destination_and_loses_nothing,
    redirects_are_not_followed,
    an_address_inside_is_never_dialled,
    a_rotated_secret_signs_beside_the_old_one,
    a_paused_destination_gets_later_what_it_missed,
);
