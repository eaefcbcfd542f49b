//! The console's page of agents, in both languages, and what is kept in clear.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "agents/network.rs"]
mod network;

use axum::http::StatusCode;
use network::{Agent, House, all_good, house};
use serde_json::Value;
use web::testing::reader::Reader;

const HERE: &str = "/console/requests/agents";
const FIELDS: [(&str, &str); 6] = [
    ("business_id", "LANTERN_TEA"),
    ("directory", "https://directory.example/agents.json"),
    ("web_url", "https://lantern.example/"),
    ("policy_url", ""),
    ("technical_contact", "tech@lantern.example"),
    ("business_contact", "privacy@lantern.example"),
];

async fn reader(house: &House, lang: &str, role: &str) -> Reader {
    let rooms = rights::router(house.web.clone(), house.rights.clone());
    Reader::open(house.web.clone(), rooms, "/console/requests", lang, role).await
}

/// Our entry as the page shows it.
fn entry(page: &str) -> Value {
    let (_, text) = page.split_once("<pre").unwrap();
    let text = text.split_once('>').unwrap().1.split_once("</pre>").unwrap().0;
    let text = text.replace("&#34;", "\"").replace("&quot;", "\"");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_take_part_block_an_agent_and_stop() {
    for (lang, off, on) in [
        ("en", "You do not take part", "Your entry for the directory"),
        ("zh-CN", "尚未加入", "您的目录条目"),
    ] {
        let house = house(false).await;
        let mut reader = reader(&house, lang, "owner").await;
        assert!(reader.page("/console/requests").await.contains(HERE), "a way leads there");
        assert!(reader.page(HERE).await.contains(off));

        // What agents would refuse is refused here, field by field.
        for (field, wrong) in [
            ("business_id", "lantern-tea"),
            ("directory", "directory"),
            ("web_url", "http://lantern.example/"),
            ("policy_url", "javascript:alert(1)"),
            ("technical_contact", "nobody"),
            ("business_contact", ""),
        ] {
            let fields = FIELDS.map(|one| if one.0 == field { (field, wrong) } else { one });
            let refused = reader.post(HERE, HERE, &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(refused.text.contains(&format!("href=\"#f-{field}\"")), "{field}");
        }
        assert!(reader.page(HERE).await.contains(off), "nothing of it was kept");

        let agent = Agent::new("CR_AA_ONE", 1);
        house.outside.list(&[&agent]);
        let saved = reader.post(HERE, HERE, &FIELDS).await;
        assert_eq!(saved.location, HERE, "{}", saved.text);
        house.agents_are(1).await;
        let page = reader.page(HERE).await;
        assert!(page.contains(on) && page.contains("Agent CR_AA_ONE"), "{page}");
        let entry = entry(&page);
        assert_eq!(entry["api_base"], network::BASE);
        all_good(&[("business", entry)]);

        let block = format!("{HERE}/CR_AA_ONE/block");
        assert_eq!(reader.post(HERE, &block, &[]).await.location, HERE);
        assert_eq!(house.set_up(&agent).await.status, 403);
        let again = reader.post(HERE, &block, &[]).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND, "it is blocked already");
        let unblock = format!("{HERE}/CR_AA_ONE/unblock");
        assert_eq!(reader.post(HERE, &unblock, &[]).await.location, HERE);
        assert_eq!(house.set_up(&agent).await.status, 200);
        let refresh = reader.post(HERE, &format!("{HERE}/refresh"), &[]).await;
        assert_eq!(refresh.location, HERE);
        assert_eq!(reader.post(HERE, &format!("{HERE}/stop"), &[]).await.location, HERE);
        assert_eq!(house.set_up(&agent).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_lists_what_agents_sent_and_names_no_person() {
    for (postgres, lang) in [(false, "en"), (true, "zh-CN")] {
        let mut one = Agent::new("CR_AA_ONE", 1);
        let house = House::with(postgres, &mut [&mut one]).await;
        let (request, _) = house.asked(&one, "access:categories", "zhang.wei@example.com").await;
        let page = reader(&house, lang, "owner").await.page(HERE).await;
        let (_, list) = page.split_once("id=\"requests\"").unwrap();
        assert!(list.contains(&format!("/console/requests/{}", request.id)), "{list}");
        assert!(list.contains("Agent CR_AA_ONE") && list.contains("access:categories"), "{list}");
        assert!(!page.contains("zhang.wei") && !page.contains("Berg"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_answer_requests_sees_no_agents() {
    let house = house(false).await;
    for role in ["marketer", "engineer", "auditor", "employee"] {
        let mut reader = reader(&house, "en", role).await;
        assert_eq!(reader.get(HERE).await.status, StatusCode::FORBIDDEN, "{role}");
        let refused = reader.post("/console/account", HERE, &FIELDS).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_person_no_token_and_no_callback_stands_in_clear() {
    let mut one = Agent::new("CR_AA_ONE", 1);
    let house = House::with(false, &mut [&mut one]).await;
    let (request, _) = house.asked(&one, "access", "zhang.wei@example.com").await;
    let shown: Vec<String> = house
        .rights
        .messages(&request.id, true)
        .await
        .unwrap()
        .into_iter()
        .map(|note| note.text)
        .collect();
    let shown = shown.join("\n");
    assert!(shown.contains("1 Main St") && shown.contains("LT-4711"), "staff read what was said");
    assert!(house.rights.messages(&request.id, false).await.unwrap().is_empty(), "staff alone");
    house.rights.store().close().await;
    let folder = house.rights.store().data_dir().to_owned();
    let needles = ["zhang.wei", "Berg", "LT-4711", "update_status", "own-access", &one.token];
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        for needle in needles {
            let found = bytes.windows(needle.len()).any(|part| part == needle.as_bytes());
            assert!(!found, "{needle} stands in {}", file.path().display());
        }
    }
}
