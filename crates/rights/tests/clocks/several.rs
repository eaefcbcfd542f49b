//! Several requests at once, where letters go out: deadlines that become longer, people who are asked who
//! they are.

use axum::http::StatusCode;
use consent::property::DEFAULT;
use rights::{By, Channel, Kind, Level, New, Private, Request};
use store::now;
use web::{Lang, testing::reader::Reader};

use crate::house::{DAY, House, house, me, person};

const QUEUE: &str = "/console/requests";
const BULK: &str = "/console/requests/bulk";

async fn claimed(house: &House, address: &str, lang: Lang) -> Request {
    let new = New {
        kind: Kind::Access,
        by: By::Person,
        channel: Channel::Staff,
        person: person(address),
        private: Private::default(),
        property: DEFAULT.into(),
        lang,
        level: Level::Claimed,
        received_at: now(),
        about: String::new(),
    };
    let made = house.rights.receive(me(), new).await.unwrap();
    house.rights.request(&made.id).await.unwrap()
}

/// Both clicks.
async fn done(reader: &mut Reader, act: &str, requests: &[&Request], text: &str) -> String {
    let mut fields = vec![("act", act)];
    fields.extend(requests.iter().map(|one| ("id", one.id.as_str())));
    let page = reader.post(QUEUE, BULK, &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(!page.text.contains('⟦'), "{}", page.text);
    let shown = page.text.split("name=\"id\" value=\"").skip(1);
    let shown: Vec<&str> = shown.filter_map(|rest| rest.split('"').next()).collect();
    let mut fields = vec![("act", act), ("sure", "yes"), ("text", text)];
    fields.extend(shown.iter().map(|id| ("id", *id)));
    let answer = reader.post(QUEUE, BULK, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    page.text
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlines_become_longer_and_every_person_is_told_why() {
    let house = house(false).await;
    let one = house.asked(Kind::Access, "li@example.com").await;
    let two = house.asked(Kind::Erasure, "han@example.com").await;
    let short = house.asked(Kind::Access, "wang@example.com").await;
    let (due, longer) = (now() + 20 * DAY, now() + 60 * DAY);
    for one in [&one, &two] {
        let id = &one.id;
        let sql = format!(
            "UPDATE rights_request SET due_at = {due}, notice_by = 0, extendable_to = {longer}
             WHERE id = '{id}'"
        );
        house.set(&sql).await;
    }
    house
        .set(&format!("UPDATE rights_request SET extendable_to = 0 WHERE id = '{}'", short.id))
        .await;
    let mut reader = house.reader("en", "owner").await;
    // Without a reason nothing happens.
    let picked = [("act", "extend"), ("sure", "yes"), ("id", one.id.as_str()), ("text", " ")];
    let refused = reader.post(QUEUE, BULK, &picked).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);

    let page =
        done(&mut reader, "extend", &[&one, &two, &short], "Many systems to look through.").await;
    assert!(page.contains("No law allows this deadline"), "{page}");
    for one in [&one, &two] {
        let now = house.rights.request(&one.id).await.unwrap();
        assert!(now.extended_at > 0);
        let said = house.rights.messages(&one.id, false).await.unwrap();
        assert_eq!(said.last().unwrap().text, "Many systems to look through.");
    }
    assert_eq!(house.rights.request(&short.id).await.unwrap().extended_at, 0);
    assert_eq!(house.letters("rights-extended-letter").await, 2);
    assert_eq!(house.actions("rights.extended").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_asked_who_they_are_by_a_fresh_link() {
    let house = house(false).await;
    let en = claimed(&house, "li@example.com", Lang::En).await;
    let zh = claimed(&house, "han@example.com", Lang::ZhCn).await;
    let known = house.asked(Kind::Access, "wang@example.com").await;
    let links = "SELECT COUNT(*) FROM rights_link";
    let (before, letters) =
        (house.number(links).await, house.letters("rights-confirm-letter").await);
    let mut reader = house.reader("zh-CN", "owner").await;
    let page = done(&mut reader, "remind", &[&en, &zh, &known], "").await;
    assert!(page.contains("请求人的身份已核验。"), "{page}");
    assert_eq!(house.number(links).await, before + 2);
    assert_eq!(house.letters("rights-confirm-letter").await, letters + 2);
    for one in [&en, &zh, &known] {
        assert!(house.rights.messages(&one.id, false).await.unwrap().is_empty());
    }
    // Words of ours wait on the page that the link opens.
    done(&mut reader, "remind", &[&en], "We need it by Friday.").await;
    let said = house.rights.messages(&en.id, false).await.unwrap();
    assert_eq!(said.last().unwrap().text, "We need it by Friday.");
    assert_eq!(house.number(links).await, before + 3);
}
