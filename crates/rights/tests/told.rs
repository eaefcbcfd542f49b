//! Who received data hears what became of it (GDPR Art 19): the recipients of the systems in which
//! something was corrected, erased or restricted, not those of others; told, confirmed, chased while silent, and told
//! again after another change.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "erase/house.rs"]
mod house;
#[path = "../../retain/tests/support/mod.rs"]
mod support;

use std::time::Duration;

use datamap::{
    flows::FlowDraft,
    systems::{RecipientDraft, SystemDraft},
};
use house::House;
use purge::Engine;
use rights::{
    Kind, Level, Request, RightsError,
    correction::{Proposal, Stage, State},
    erase,
};
use store::now;
use support::{Db, li};
use web::testing::reader::Reader;

const LEI: &str = "li.lei@example.com";

async fn company(house: &House) -> Db {
    let db = Db::make(Engine::Sqlite).await;
    db.run(&format!(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, full_name TEXT);
         INSERT INTO customers VALUES (1, '{LEI}', 'Li Leii'), (2, 'han@example.com', 'Han Mei');"
    ))
    .await;
    house.source(&db).await;
    let map = &house.base.map;
    let shop = map.systems_by_name().await.unwrap()[0].id.clone();
    let other = SystemDraft { name: "Warehouse".into(), ..SystemDraft::default() };
    let other = map.create_system(li(), &other).await.unwrap();
    let flows = [
        (&shop, "Mailer", "processor"),
        (&shop, "Tax office", "authority"),
        (&other, "Carrier", "processor"),
    ];
    for (system, name, kind) in flows {
        let draft =
            RecipientDraft { name: name.into(), kind: kind.into(), ..RecipientDraft::default() };
        let recipient = map.create_recipient(li(), &draft).await.unwrap();
        let flow = FlowDraft {
            from_end: format!("system:{system}"),
            to_end: format!("recipient:{recipient}"),
            ..FlowDraft::default()
        };
        map.declare_flow(li(), &flow).await.unwrap();
    }
    db
}

async fn names(house: &House, request: &Request) -> Vec<(String, bool, bool)> {
    let all = house.rights.told(&request.id).await.unwrap();
    all.into_iter().map(|one| (one.name, one.at > 0, one.confirmed_at > 0)).collect()
}

async fn searched(house: &House, request: &Request) -> bool {
    house.rights.found(&request.id).await.unwrap().is_some_and(|one| one.ended_at > 0)
}

/// Waits for what happens in the background.
async fn soon(is: impl AsyncFn() -> bool) {
    for _ in 0..3_000 {
        if is().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not happen within a minute");
}

/// Changes the name, and waits until it is written.
async fn corrected(house: &House, request: &Request, new: &str) {
    let rights = &house.rights;
    rights.look_at_held(&li(), request).await.unwrap();
    let look = loop {
        let look = rights.held(&request.id).await.unwrap().unwrap();
        if look.stage == Stage::Ready {
            break look;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let cells = &look.held.tables[0].rows[0].cells;
    let at = cells.iter().position(|cell| cell.column == "full_name").unwrap();
    let looked_at = look.looked_at;
    let proposal = Proposal { at: (0, 0, at), looked_at, new: Some(new.into()), everywhere: true };
    rights.propose_correction(&li(), request, &proposal).await.unwrap();
    moved(house, request).await;
    assert_eq!(names(house, request).await.iter().filter(|one| !one.1).count(), 0, "not yet");
    rights.write_corrections(&li(), request).await.unwrap();
    moved(house, request).await;
}

async fn moved(house: &House, request: &Request) {
    while house.rights.corrections(&request.id).await.unwrap().iter().any(|one| one.state.moves()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// On the page of the correction, or of the request itself, somebody notes that the recipient was told.
async fn the_desk_tells(house: &House, request: &Request, lang: &str, words: &str) {
    let face = house.base.web.clone();
    let rooms = rights::router(face.clone(), house.rights.clone());
    let page = match request.kind {
        Kind::Restriction => format!("/console/requests/{}", request.id),
        _ => format!("/console/requests/{}/correction", request.id),
    };
    let mut reader = Reader::open(face, rooms, "/console/requests", lang, "owner").await;
    let asked = reader.get(&page).await;
    let chosen = [("back", page.as_str()), ("purpose", "customer_support")];
    reader.post(&asked.location, "/console/access/purpose", &chosen).await;
    let text = reader.page(&page).await;
    assert!(text.contains(words) && text.contains("Mailer"), "{text}");
    let id = house.rights.told(&request.id).await.unwrap()[0].recipient.clone();
    for act in ["told", "confirmed"] {
        let path = format!("{page}/{act}");
        let done = reader.post(&page, &path, &[("recipient", &id)]).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text);
    }
    assert_eq!(names(house, request).await, [("Mailer".to_owned(), true, true)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recipients_hear_of_a_correction_and_again_of_the_next() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let db = company(&house).await;
    let work = house.work();
    let rights = &house.rights;
    let request = house.asked_for(Kind::Correction, Level::Checked, LEI).await;
    corrected(&house, &request, "Li Lei").await;
    let mailer = |told, confirmed| vec![("Mailer".to_owned(), told, confirmed)];
    assert_eq!(names(&house, &request).await, mailer(false, false));

    let id = rights.told(&request.id).await.unwrap()[0].recipient.clone();
    let unknown = rights.recipient_told(&li(), &request.id, "nobody").await;
    assert!(matches!(unknown, Err(RightsError::NotFound(_))), "{unknown:?}");
    rights.recipient_told(&li(), &request.id, &id).await.unwrap();
    assert_eq!(names(&house, &request).await, mailer(true, false));
    assert_eq!(rights.chase_recipients().await.unwrap(), 0, "it has a week");
    let week = now() - 8 * 24 * 3_600_000_000;
    let mut tx = house.base.web.store().begin_upkeep().await.unwrap();
    let old = sqlx::query("UPDATE rights_told SET told_at = $1").bind(week);
    old.execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(rights.chase_recipients().await.unwrap(), 1);
    assert_eq!(rights.chase_recipients().await.unwrap(), 0, "once a week");
    rights.recipient_confirmed(&li(), &request.id, &id).await.unwrap();
    assert_eq!(names(&house, &request).await, mailer(true, true));

    corrected(&house, &request, "Li Lei 李雷").await;
    assert_eq!(names(&house, &request).await, mailer(false, false), "another change");
    rights.recipient_told(&li(), &request.id, &id).await.unwrap();
    let last = rights.corrections(&request.id).await.unwrap();
    let last = last.into_iter().rev().find(|one| one.state == State::Written).unwrap();
    rights.undo_correction(&li(), &request.id, &last.id).await.unwrap();
    moved(&house, &request).await;
    assert_eq!(names(&house, &request).await, mailer(false, false), "and what was undone");

    the_desk_tells(&house, &request, "en", "Who was told before has to be told again").await;
    the_desk_tells(&house, &request, "zh-CN", "须再次告知").await;
    work.stop().await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recipients_hear_of_an_erasure() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let db = company(&house).await;
    let work = house.work();
    let request = house.asked(LEI).await;
    house.planned(&request).await;
    assert_eq!(names(&house, &request).await, [], "nothing is erased yet");
    house.begun(&request).await;
    assert_eq!(house.still(&request.id).await.stage, erase::Stage::Done);
    assert_eq!(names(&house, &request).await, [("Mailer".to_owned(), false, false)]);
    work.stop().await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recipients_hear_of_a_restriction_and_of_its_end() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let db = company(&house).await;
    let work = house.work();
    let rights = &house.rights;
    let request = house.asked_for(Kind::Restriction, Level::Checked, LEI).await;
    soon(async || !names(&house, &request).await.is_empty()).await;
    let mailer = |told, confirmed| vec![("Mailer".to_owned(), told, confirmed)];
    assert_eq!(names(&house, &request).await, mailer(false, false));
    the_desk_tells(&house, &request, "en", "told that it is restricted").await;

    // Looking again asks nobody to be told twice; its end does.
    rights.search(&li(), &rights.request(&request.id).await.unwrap()).await.unwrap();
    soon(async || searched(&house, &request).await).await;
    assert_eq!(names(&house, &request).await, mailer(true, true));
    let now = rights.request(&request.id).await.unwrap();
    rights.lift(&li(), now, "It is clear whose address it is.").await.unwrap();
    assert_eq!(names(&house, &request).await, mailer(false, false));
    the_desk_tells(&house, &request, "zh-CN", "解除限制时须再次告知").await;

    // Somebody of whom nothing is there was told to nobody.
    let nobody = house.asked_for(Kind::Restriction, Level::Checked, "nobody@example.com").await;
    soon(async || searched(&house, &nobody).await).await;
    assert_eq!(names(&house, &nobody).await, []);
    work.stop().await;
    db.drop().await;
}
