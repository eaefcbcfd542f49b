//! Several requests at once: what will be done is shown first, then done to each, and told in the ledger.

use axum::http::StatusCode;
use rights::{Kind, Level, Request, State};
use web::{
    Permission,
    testing::reader::{Answer, Reader, set},
};

use crate::{house::House, support::li, tasks::shot};

const QUEUE: &str = "/console/requests";
const BULK: &str = "/console/requests/bulk";

async fn open(postgres: bool) -> (House, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    (House::open(store).await, guard)
}

async fn reader(house: &House, lang: &str, role: &str) -> Reader {
    let web = house.base.web.clone();
    let rooms = rights::router(web.clone(), house.rights.clone());
    Reader::open(web, rooms, QUEUE, lang, role).await
}

async fn again(house: &House, request: &Request) -> Request {
    house.rights.request(&request.id).await.unwrap()
}

async fn actions(house: &House, action: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM ledger_entry WHERE action = $1";
    let query = store::sqlx::query_scalar(sql).bind(action);
    query.fetch_one(house.rights.store().reader()).await.unwrap()
}

/// The first click; its page.
async fn asked(reader: &mut Reader, act: &str, ids: &[&str]) -> Answer {
    let mut fields = vec![("act", act)];
    fields.extend(ids.iter().map(|id| ("id", *id)));
    let answer = reader.post(QUEUE, BULK, &fields).await;
    assert!(!answer.text.contains('⟦'), "{}", answer.text);
    answer
}

/// The second, with what the first page offers.
async fn sure(reader: &mut Reader, page: &str, act: &str, more: &[(&str, &str)]) -> Answer {
    let ids: Vec<&str> = page
        .split("name=\"id\" value=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|id| id.contains(':'))
        .collect();
    let mut fields = vec![("act", act), ("sure", "yes")];
    fields.extend(ids.iter().map(|id| ("id", *id)));
    fields.extend(more);
    reader.post(QUEUE, BULK, &fields).await
}

async fn several(postgres: bool) {
    let (house, _guard) = open(postgres).await;
    let one = house.asked_for(Kind::Access, Level::Checked, "li.lei@example.com").await;
    let two = house.asked_for(Kind::Access, Level::Checked, "li.lei@example.com").await;
    let other = house.asked_for(Kind::Access, Level::Checked, "han@example.com").await;
    let closed = house.asked_for(Kind::Erasure, Level::Checked, "wang@example.com").await;
    house.rights.answer(&li(), closed.clone(), "Done.").await.unwrap();
    let mut reader = reader(&house, "en", "owner").await;
    let me: String = store::sqlx::query_scalar("SELECT id FROM web_user")
        .fetch_one(house.rights.store().reader())
        .await
        .unwrap();

    // Nothing is picked; the page of several without a click leads back.
    let none = asked(&mut reader, "assign", &[]).await;
    assert_eq!((none.status, none.location.as_str()), (StatusCode::SEE_OTHER, QUEUE));
    assert_eq!(reader.get(BULK).await.location, QUEUE);

    // Assigning: what cannot be done is told with its reason, and the first click changes nothing.
    let page = asked(&mut reader, "assign", &[&one.id, &two.id, &closed.id]).await.text;
    assert!(page.contains("Will be done") && page.contains("The request is closed."), "{page}");
    shot("bulk", "en", &page);
    shot("queue", "en", &reader.page(&format!("{QUEUE}?state=all")).await);
    assert_eq!(again(&house, &one).await.version, one.version);
    // Somebody else is quicker with one of them: it is left alone.
    house.rights.note(&li(), again(&house, &two).await, "Looked.").await.unwrap();
    let answer = sure(&mut reader, &page, "assign", &[("to", &me)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("Not everything could be done"), "{}", answer.text);
    shot("bulk-partly", "en", &answer.text);
    assert!(answer.text.contains("One request was done"), "{}", answer.text);
    assert!(answer.text.contains("Somebody else changed the request"), "{}", answer.text);
    assert_eq!(again(&house, &one).await.assignee, me);
    assert_eq!(again(&house, &two).await.assignee, "");
    assert_eq!(actions(&house, "rights.assigned").await, 1);
    let page = asked(&mut reader, "assign", &[&two.id]).await.text;
    let nobody = sure(&mut reader, &page, "assign", &[("to", "nobody")]).await;
    assert_eq!(nobody.status, StatusCode::BAD_REQUEST);

    // Without letters no deadline is made longer.
    let page = asked(&mut reader, "extend", &[&one.id]).await.text;
    assert!(
        page.contains("Cannot be done") && page.contains("It cannot be done for any"),
        "{page}"
    );

    // Duplicates go to the earlier one of the same person.
    let page = asked(&mut reader, "duplicate", &[&one.id, &two.id, &other.id]).await.text;
    assert!(page.contains(&format!("duplicate of {}", one.name())), "{page}");
    assert!(page.contains("No earlier open request"), "{page}");
    let answer = sure(&mut reader, &page, "duplicate", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(again(&house, &two).await.state, State::Refused);
    assert_eq!(again(&house, &one).await.state, State::Open);
    let words = house.rights.messages(&two.id, true).await.unwrap();
    assert!(words.last().unwrap().text.contains(&one.name()), "the usual words name the other");
    // The same form again, as a reload sends it: nothing is done twice.
    let answer = sure(&mut reader, &page, "duplicate", &[]).await;
    assert!(answer.text.contains("Nothing was done"), "{}", answer.text);
    assert_eq!(actions(&house, "rights.duplicate_closed").await, 1);

    // The file holds numbers and states of all, closed ones too, and no person.
    let page = asked(&mut reader, "csv", &[&one.id, &closed.id]).await.text;
    let file = sure(&mut reader, &page, "csv", &[]).await;
    assert_eq!(file.status, StatusCode::OK);
    let lines: Vec<&str> = file.text.trim().lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.text);
    assert!(lines[1].contains(&one.name()) && lines[2].contains(&closed.name()));
    assert!(!file.text.contains("example.com") && !file.text.contains("Please see to it"));
    assert_eq!(actions(&house, "rights.exported").await, 2);

    // Too many, and something that is no act.
    let many = vec![one.id.as_str(); 201];
    assert_eq!(asked(&mut reader, "assign", &many).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(asked(&mut reader, "burn", &[&one.id]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_requests_are_shown_then_done_one_by_one() {
    several(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_requests_are_shown_then_done_one_by_one_on_postgresql() {
    several(true).await;
}

/// Who may look, but change nothing, gets no boxes but for the file.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_act_is_offered_nothing_and_refused() {
    let (house, _guard) = open(false).await;
    let one = house.asked_for(Kind::Access, Level::Checked, "li.lei@example.com").await;
    let mut reader = reader(&house, "zh-CN", "owner").await;
    let page = reader.page(QUEUE).await;
    assert!(page.contains("value=\"assign\""));
    shot("queue", "zh-CN", &page);
    for act in ["assign", "extend", "remind", "duplicate", "csv"] {
        let page = asked(&mut reader, act, &[&one.id]).await.text;
        assert!(page.contains("lang=\"zh-CN\""), "{act}");
        shot(&format!("bulk-{act}"), "zh-CN", &page);
    }
    let roles = ["privacy_officer", "engineer", "marketer", "auditor", "employee"];
    for role in roles {
        set(&house.base.web, &format!("UPDATE web_user SET role = '{role}'")).await;
        let role = web::Role::parse(role).unwrap();
        let page = reader.get(QUEUE).await;
        let sees = role.can(Permission::LookUpPeople);
        assert_eq!(page.status == StatusCode::OK, sees, "{}", role.as_str());
        let acts = sees && role.can(Permission::EditRecords);
        assert_eq!(page.text.contains("value=\"assign\""), acts, "{}", role.as_str());
        if sees && !acts {
            let answer = asked(&mut reader, "assign", &[&one.id]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", role.as_str());
        }
    }
}
