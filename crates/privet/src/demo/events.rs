//! The marketing tool's database: newsletter, devices, events with nested payloads.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    people::{Person, moment},
    random::Random,
    shop::at,
    table::{Database, row},
};

const EVENTS: usize = 12_000;

/// Makes `marketing.db`.
pub async fn make(path: &Path, customers: &[Person]) -> Result<()> {
    let mut random = Random::new(0x000a_dbee);
    let mut db = Database::create(path, include_str!("marketing.sql")).await?;
    db.fill("subscribers", &subscriber_rows(&mut random, customers)).await?;
    db.fill("campaigns", &campaign_rows(&mut random)).await?;
    db.fill("sends", &send_rows(&mut random, customers.len() as i64)).await?;
    db.fill("devices", &device_rows(&mut random, customers)).await?;
    db.fill("events", &event_rows(&mut random, customers)).await?;
    db.fill("consents", &consent_rows(&mut random, customers)).await?;
    db.fill("ad_audiences", &audience_rows(&mut random)).await?;
    db.fill("segments", &segment_rows(&mut random)).await?;
    db.fill("ab_tests", &test_rows(&mut random)).await?;
    db.finish().await
}

fn subscriber_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    customers
        .iter()
        .zip(1..)
        .filter_map(|(person, id)| {
            let left =
                if random.chance(14) { Value::from(at(moment(random, 300))) } else { Value::Null };
            let source = *random.pick(&["checkout", "footer", "mini-program", "event"]);
            let locale = if person.chinese { "zh-CN" } else { "en-GB" };
            random.chance(70).then(|| {
                row![id, person.email, person.full, locale, source, at(person.since), left]
            })
        })
        .collect()
}

fn campaign_rows(random: &mut Random) -> Vec<Vec<Value>> {
    const NAMES: [(&str, &str); 6] = [
        ("Spring harvest", "The first Longjing is here"),
        ("双十一预热", "灯下好茶，提前加购"),
        ("Mid-autumn", "Tea for the full moon"),
        ("春茶上新", "明前龙井到店"),
        ("Winter warmers", "Ripe pu'er for cold days"),
        ("会员日", "会员专享八五折"),
    ];
    (1..=36)
        .map(|id| {
            let (name, subject) = *random.pick(&NAMES);
            let channel = *random.pick(&["email", "push", "sms"]);
            row![id, name, subject, channel, random.between(2, 90) * 100, at(moment(random, 700))]
        })
        .collect()
}

fn send_rows(random: &mut Random, people: i64) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for campaign in 1..=36 {
        let first = random.between(1, people - 400);
        for subscriber in first..first + 250 {
            let opened =
                if random.chance(40) { Value::from(at(moment(random, 90))) } else { Value::Null };
            rows.push(row![campaign, subscriber, opened, Value::Null]);
        }
    }
    rows
}

fn device_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    customers
        .iter()
        .filter_map(|person| {
            let (platform, version) =
                *random.pick(&[("ios", "17.5"), ("android", "14"), ("wechat", "8.0.49")]);
            let idfa = if platform == "ios" {
                Value::from(random.uuid().to_uppercase())
            } else {
                Value::Null
            };
            let token = random.hex(64);
            let seen = at(moment(random, 60));
            random
                .chance(60)
                .then(|| row![person.device, person.number, platform, version, idfa, token, seen])
        })
        .collect()
}

fn event_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    (1..=EVENTS)
        .map(|id| {
            let person = random.pick(customers);
            let name = *random.pick(&["page_view", "page_view", "add_to_cart", "search", "login"]);
            let payload = payload(random, person, name);
            row![id, person.device, name, payload.to_string(), at(moment(random, 60))]
        })
        .collect()
}

fn payload(random: &mut Random, person: &Person, name: &str) -> Value {
    let mut payload = json!({
        "page": random.pick(&["/", "/tea/longjing", "/teaware", "/cart", "/journal/how-to-brew"]),
        "ip": person.ip,
        "geo": {"lat": rounded(person.address.lat), "lon": rounded(person.address.lon)},
        "utm": {"source": random.pick(&["newsletter", "search", "wechat", "direct"])},
    });
    if name == "login" {
        payload["user"] = json!({"email": person.email, "phone": person.phone});
    }
    payload
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 10_000.0).round() / 10_000.0
}

fn consent_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    (1..=4_000)
        .map(|id| {
            let person = random.pick(customers);
            let purpose = *random.pick(&["newsletter", "profiling", "ads", "sms"]);
            let channel = *random.pick(&["web", "mini-program", "counter"]);
            let granted = i64::from(random.chance(72));
            row![id, person.email, purpose, granted, channel, at(moment(random, 900))]
        })
        .collect()
}

fn audience_rows(random: &mut Random) -> Vec<Vec<Value>> {
    (0..1_200)
        .map(|_| {
            let audience = *random.pick(&["lapsed buyers", "oolong lovers", "gift season"]);
            row![
                audience,
                random.hex(64),
                format!("Cj0K{}", random.hex(24)),
                at(moment(random, 90))
            ]
        })
        .collect()
}

fn segment_rows(random: &mut Random) -> Vec<Vec<Value>> {
    ["orders >= 3", "last_order > 180d", "category = oolong", "channel = counter"]
        .iter()
        .zip(1..)
        .map(|(rule, id)| row![id, format!("segment {id}"), rule, random.between(50, 2_000)])
        .collect()
}

fn test_rows(random: &mut Random) -> Vec<Vec<Value>> {
    (1..=24)
        .map(|id| {
            let variant = if id % 2 == 0 { "b" } else { "a" };
            row![id, "hero image", variant, random.between(10, 300), random.between(1_000, 9_000)]
        })
        .collect()
}
