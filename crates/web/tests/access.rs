//! Purposes, approvals, emergency access, reviews and own policies, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::http::StatusCode;
use common::{House, Visitor, between};
use store::Store;
use store::sqlx::{self, Row as _};
use web::access::{Action, ApprovalState};

macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (store, _guard) = store::testing::temp_sqlite().await;
                super::$name(store).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (store, _guard) = store::testing::temp_postgres().await;
                super::$name(store).await;
            })*
        }
    };
}

on_both_engines!(
    what_one_asks_another_approves_and_it_counts_once,
    of_many_who_decide_or_use_at_once_one_succeeds,
    the_glass_breaks_with_a_reason_and_ends_by_itself,
    purposes_are_given_by_few_and_recorded,
    own_policies_are_checked_tried_approved_and_rolled_back,
    a_review_lists_unused_rights_and_takes_them_away,
    strangers_to_a_thing_cannot_touch_it,
    an_installation_from_before_keeps_its_people_at_work,
);

const APPROVALS: &str = "/console/access/approvals";
const GLASS: &str = "/console/access/emergency";
const POLICIES: &str = "/console/access/policies";
const REVIEWS: &str = "/console/access/reviews";

async fn count(store: &Store, action: &str) -> i64 {
    sqlx::query("SELECT COUNT(*) FROM ledger_entry WHERE action = $1")
        .bind(action)
        .fetch_one(store.reader())
        .await
        .unwrap()
        .get(0)
}

async fn id_of(store: &Store, role: &str) -> String {
    sqlx::query("SELECT id FROM web_user WHERE role = $1")
        .bind(role)
        .fetch_one(store.reader())
        .await
        .unwrap()
        .get(0)
}

async fn set(store: &Store, sql: &'static str) {
    let entry = store::Entry::new(store::Actor::System("test"), "test.changed", "test", "test");
    let mut tx = store.begin(entry).await.unwrap();
    sqlx::query(sql).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn what_one_asks_another_approves_and_it_counts_once(store: Store) {
    let house = House::open(store.clone()).await;
    house.owner().await;
    let approvals = house.web.approvals();
    let ask = || approvals.ask("li", Action::BulkExport, "campaign", "tea@2", "yearly letter");

    let id = ask().await.unwrap().0;
    assert_eq!(ask().await.unwrap().0, id, "asking again gives the same question");
    assert!(approvals.used_once("li", &id).await.is_err(), "not decided yet");
    assert!(approvals.approve("li", &id).await.is_err(), "never the asker");
    approvals.approve("han", &id).await.unwrap();
    assert!(approvals.refuse("wu", &id).await.is_err(), "decided is decided");
    assert!(approvals.used_once("han", &id).await.is_err(), "for the asker only");
    approvals.used_once("li", &id).await.unwrap();
    assert!(approvals.used_once("li", &id).await.is_err(), "once");

    let kept = approvals.find(&id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.decided_by.as_str()), (ApprovalState::Used, "han"));
    assert_eq!(kept.reason, "yearly letter");
    let sealed: String = sqlx::query("SELECT reason_sealed FROM access_approval")
        .fetch_one(store.reader())
        .await
        .unwrap()
        .get(0);
    assert!(!sealed.contains("yearly"), "reasons are sealed");
    let late = ask().await.unwrap().0;
    set(&store, "UPDATE access_approval SET expires_at = 1 WHERE state = 'open'").await;
    assert!(approvals.approve("han", &late).await.is_err(), "it ran out");
    let late = approvals.find(&late).await.unwrap().unwrap();
    assert_eq!(late.state, ApprovalState::Expired);
    for action in ["approval.asked", "approval.approved", "approval.used"] {
        assert!(count(&store, action).await >= 1, "{action}");
    }
    store.ledger().verify().await.unwrap();
}

async fn of_many_who_decide_or_use_at_once_one_succeeds(store: Store) {
    let house = House::open(store.clone()).await;
    let approvals = house.web.approvals();
    let id =
        approvals.ask("li", Action::DestroyKeys, "key", "k1", "customer left").await.unwrap().0;

    let deciders = (0..8).map(|n| {
        let (approvals, id) = (approvals.clone(), id.clone());
        tokio::spawn(async move {
            let by = format!("p{n}");
            if n % 2 == 0 {
                approvals.approve(&by, &id).await.is_ok()
            } else {
                approvals.refuse(&by, &id).await.is_ok()
            }
        })
    });
    assert_eq!(successes(deciders.collect()).await, 1);

    let id = approvals.ask("li", Action::DestroyKeys, "key", "k2", "again").await.unwrap().0;
    approvals.approve("han", &id).await.unwrap();
    let users = (0..8).map(|_| {
        let (approvals, id) = (approvals.clone(), id.clone());
        tokio::spawn(async move { approvals.used_once("li", &id).await.is_ok() })
    });
    assert_eq!(successes(users.collect()).await, 1);
    assert_eq!(count(&store, "approval.used").await, 1);
}

async fn successes(tasks: Vec<tokio::task::JoinHandle<bool>>) -> usize {
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap());
    }
    won
}

async fn the_glass_breaks_with_a_reason_and_ends_by_itself(store: Store) {
    let house = House::open(store.clone()).await;
    let mut owner = house.owner().await;
    let mut engineer = house.person(&mut owner, "engineer", "wu@example.com").await;
    let choose = "/console/access/purpose";
    assert_eq!(engineer.get(choose).await.status, StatusCode::FORBIDDEN);

    let short = engineer.send(GLASS, &[("reason", "x"), ("minutes", "60")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let why = [("reason", "shop is down, one order stuck"), ("minutes", "60")];
    assert_eq!(engineer.send(GLASS, &why).await.status, StatusCode::SEE_OTHER);
    assert_eq!(engineer.post(GLASS, GLASS, &why).await.status, StatusCode::CONFLICT);

    let banner = "id=\"emergency\"";
    assert!(engineer.get("/console/account").await.body.contains(banner), "on every page");
    assert_eq!(engineer.get(choose).await.status, StatusCode::OK, "customers are open");
    assert_eq!(engineer.get(REVIEWS).await.status, StatusCode::FORBIDDEN, "nothing else is");
    assert!(owner.get("/console/account").await.body.contains("A colleague has emergency access"));
    let seen = owner.get(GLASS).await.body;
    assert!(seen.contains("one order stuck") && !seen.contains("value=\"justified\""), "open yet");
    assert_eq!(count(&store, "access.break_glass").await, 1);

    set(&store, "UPDATE access_glass SET expires_at = started_at + 1").await;
    assert!(!engineer.get("/console/account").await.body.contains(banner), "it ended by itself");
    assert_eq!(engineer.get(choose).await.status, StatusCode::FORBIDDEN);
    let page = owner.get(GLASS).await.body;
    let to = between(&page, "action=\"/console/access/emergency/", "\" class=\"cluster\"").unwrap();
    let to = format!("{GLASS}/{to}");
    let own = engineer.post(GLASS, &to, &[("verdict", "justified")]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "nobody judges themself");
    assert_eq!(owner.post(GLASS, &to, &[("verdict", "justified")]).await.status, 303);
    assert_eq!(owner.post(GLASS, &to, &[("verdict", "misused")]).await.status, 409, "once");
    assert_eq!(count(&store, "access.break_glass_justified").await, 1);
}

async fn purposes_are_given_by_few_and_recorded(store: Store) {
    let house = House::open(store.clone()).await;
    let mut owner = house.owner().await;
    let mut engineer = house.person(&mut owner, "engineer", "wu@example.com").await;
    let mut officer = house.person(&mut owner, "privacy_officer", "han@example.com").await;
    let page = format!("/console/people/{}/purposes", id_of(&store, "privacy_officer").await);

    assert_eq!(engineer.get(&page).await.status, StatusCode::FORBIDDEN);
    let given = owner.send(&page, &[("purpose", "complaints"), ("purpose", "quality")]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER);
    let nonsense = owner.send(&page, &[("purpose", "curiosity")]).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    let choose = officer.get("/console/access/purpose").await.body;
    assert!(choose.contains("value=\"complaints\"") && !choose.contains("customer_support"));
    owner.send(&page, &[("purpose", "quality")]).await;
    let choose = officer.get("/console/access/purpose").await.body;
    assert!(!choose.contains("value=\"complaints\"") && choose.contains("value=\"quality\""));
    assert_eq!(count(&store, "access.purposes_set").await, 2);
    let nobody = owner.post(&page, "/console/people/nobody/purposes", &[]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

async fn save(owner: &mut Visitor, body: &str, cases: &str) -> String {
    let saved = owner.send(POLICIES, &[("body", body), ("cases", cases), ("act", "save")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    saved.location().to_owned()
}

/// Asks, has it approved, switches on.
async fn switch(owner: &mut Visitor, other: &mut Visitor, version: &str) -> StatusCode {
    let why = [("reason", "the works council asked for it")];
    owner.post(version, &format!("{version}/ask"), &why).await;
    let inbox = other.get(APPROVALS).await.body;
    let to = between(&inbox, "action=\"/console/access/approvals/", "\"").unwrap();
    let done = other.post(APPROVALS, &format!("{APPROVALS}/{to}"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = owner.get(version).await.body;
    let approval = between(&page, "name=\"approval\" value=\"", "\"").unwrap();
    owner.post(version, &format!("{version}/switch"), &[("approval", &approval)]).await.status
}

async fn own_policies_are_checked_tried_approved_and_rolled_back(store: Store) {
    let house = House::open(store.clone()).await;
    let mut owner = house.owner().await;
    let mut officer = house.person(&mut owner, "privacy_officer", "han@example.com").await;
    let mut auditor = house.person(&mut owner, "auditor", "wu@example.com").await;
    let people = "/console/people";
    assert_eq!(auditor.get(people).await.status, StatusCode::OK);

    let wrong = [("body", "\npermit (principal, action == Privet::Action::\"fly\", resource);")];
    let wrong = owner.send(POLICIES, &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Line 2:") && wrong.body.contains("fly"), "{}", wrong.body);
    // The worst an owner can write: everything forbidden to everybody.
    let forbid = "forbid (principal, action, resource);";
    let failing = save(&mut owner, forbid, "auditor view_records = allow").await;
    assert!(!owner.get(&failing).await.body.contains("/ask\""), "a failing case stops it");
    let version = save(&mut owner, forbid, "auditor view_records = refuse").await;
    let dry = owner.get(&version).await.body;
    assert!(dry.contains("See records"), "the dry run tells the auditor's look: {dry}");

    assert_eq!(switch(&mut owner, &mut officer, &version).await, StatusCode::SEE_OTHER);
    assert_eq!(auditor.get(people).await.status, StatusCode::FORBIDDEN, "it works at once");
    assert_eq!(officer.get(POLICIES).await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.get(people).await.status, StatusCode::OK, "the owner is not locked out");
    assert_eq!(owner.get(POLICIES).await.status, StatusCode::OK);
    // Another server on the same database follows without being told.
    let other = House::open(store.clone()).await;
    let mut there = other.visitor();
    there.cookies = auditor.cookies.clone();
    assert_eq!(there.get(people).await.status, StatusCode::FORBIDDEN);

    // The officer cannot approve now; the owner makes another owner, who can.
    let mut second = house.person(&mut owner, "owner", "zhao@example.com").await;
    let back = format!("{POLICIES}/shipped");
    assert_eq!(switch(&mut owner, &mut second, &back).await, StatusCode::SEE_OTHER);
    assert_eq!(auditor.get(people).await.status, StatusCode::OK);
    assert_eq!(count(&store, "policy.switched_on").await, 2);
    store.ledger().verify().await.unwrap();
}

async fn a_review_lists_unused_rights_and_takes_them_away(store: Store) {
    let house = House::open(store.clone()).await;
    let mut owner = house.owner().await;
    house.person(&mut owner, "privacy_officer", "han@example.com").await;
    let officer = id_of(&store, "privacy_officer").await;
    let purposes = format!("/console/people/{officer}/purposes");
    owner.send(&purposes, &[("purpose", "complaints")]).await;

    let page = owner.get(REVIEWS).await.body;
    assert!(page.contains("Handle a complaint"), "an unused purpose is told: {page}");
    let started = owner.post(REVIEWS, REVIEWS, &[]).await;
    let review = started.location().to_owned();
    assert_eq!(owner.post(REVIEWS, REVIEWS, &[]).await.status, 409, "one at a time");
    let item: String =
        sqlx::query("SELECT id FROM access_review_item WHERE kind = 'purpose' AND holder = $1")
            .bind(&officer)
            .fetch_one(store.reader())
            .await
            .unwrap()
            .get(0);
    let to = format!("/console/access/rights/{item}");
    assert_eq!(owner.post(&review, &to, &[("verdict", "revoke")]).await.status, 303);
    assert_eq!(owner.post(&review, &to, &[("verdict", "certify")]).await.status, 404, "once");
    let page = owner.get(&purposes).await.body;
    assert!(!page.contains("checked"), "it is gone");
    let own: String =
        sqlx::query("SELECT id FROM access_review_item WHERE kind = 'role' AND what = 'owner'")
            .fetch_one(store.reader())
            .await
            .unwrap()
            .get(0);
    let own = format!("/console/access/rights/{own}");
    assert_eq!(owner.post(&review, &own, &[("verdict", "certify")]).await.status, 409);
    assert_eq!(owner.post(&review, &review, &[]).await.status, 303, "closed");
    assert_eq!(count(&store, "access.right_revoked").await, 1);
    assert_eq!(count(&store, "access.review_closed").await, 1);
}

/// Ids of others' things in one's own requests (IDOR): refused, and nothing happens.
async fn strangers_to_a_thing_cannot_touch_it(store: Store) {
    let house = House::open(store.clone()).await;
    let mut owner = house.owner().await;
    let mut engineer = house.person(&mut owner, "engineer", "wu@example.com").await;
    let me = id_of(&store, "owner").await;
    let reason = "a list of names nobody else may read";
    let approval = house
        .web
        .approvals()
        .ask(&me, Action::ChangePolicies, "policy", "shipped", reason)
        .await
        .unwrap()
        .0;

    let inbox = engineer.get(APPROVALS).await.body;
    assert!(!inbox.contains(&approval) && !inbox.contains(reason), "others' questions are theirs");
    for (verdict, status) in [("approve", 403), ("refuse", 403), ("withdraw", 404), ("fly", 404)] {
        let to = format!("{APPROVALS}/{approval}/{verdict}");
        assert_eq!(engineer.post(APPROVALS, &to, &[]).await.status, status, "{verdict}");
    }
    house.web.approvals().approve("somebody", &approval).await.unwrap();
    let to = format!("{POLICIES}/shipped/switch");
    let stolen = engineer.post(APPROVALS, &to, &[("approval", &approval)]).await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND, "an approval is its asker's");
    let version = save(&mut owner, "", "engineer export = allow").await;
    let other = format!("{version}/switch");
    let moved = owner.post(POLICIES, &other, &[("approval", &approval)]).await;
    assert_eq!(moved.status, StatusCode::NOT_FOUND, "and for its object");
    for path in [REVIEWS, POLICIES, &version] {
        assert_eq!(engineer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let mut nobody = house.visitor();
    assert_eq!(nobody.get(APPROVALS).await.status, StatusCode::SEE_OTHER, "signed out");
    let sent = nobody.post_raw(&to, &[("approval", &approval)]).await;
    assert!(sent.location().starts_with("/signin"), "{}", sent.location());
}

/// A database from before this room existed: its owners and officers can go on answering customers.
async fn an_installation_from_before_keeps_its_people_at_work(store: Store) {
    let house = House::open(store.clone()).await;
    let mut owner = house.owner().await;
    house.person(&mut owner, "privacy_officer", "han@example.com").await;
    house.person(&mut owner, "engineer", "wu@example.com").await;
    for table in [
        "access_purpose",
        "access_approval",
        "access_glass",
        "access_decision",
        "access_policy",
        "access_active",
        "access_review",
        "access_review_item",
    ] {
        let entry = store::Entry::new(store::Actor::System("test"), "test.changed", "test", table);
        let mut tx = store.begin(entry).await.unwrap();
        let sql = format!("DROP TABLE {table}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
    }
    set(&store, "DELETE FROM migration WHERE room = 'access'").await;
    drop(house);

    let house = House::open(store.clone()).await;
    let mut owner = Visitor::clone(&owner).at(&house);
    assert_eq!(owner.get("/console/people").await.status, StatusCode::OK);
    let held: Vec<String> = sqlx::query("SELECT purpose FROM access_purpose")
        .fetch_all(store.reader())
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(held, ["customer_support", "customer_support"], "not the engineer");
}
