//! The desk over real rooms, on both engines, and its page in both languages.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use audit::Audit;
use axum::http::StatusCode;
use banner::Banner;
use comply::{Comply, Reason};
use consent::Consent;
use datamap::{DataMap, systems::SystemDraft};
use deliver::{Batch, Deliver, EventSource, Known, Person, SourceFault};
use desk::{ClockKind, Desk, Rooms};
use grants::Grants;
use law::{Metric, Value};
use policy::Policy;
use preference::Preferences;
use regime::{Profile, Regimes};
use retain::{NewHold, Retain, Scope};
use rights::{By, Channel, Kind, Level, New, Private, Rights};
use store::{Actor, now};
use transfer::Transfers;
use warn::Warn;
use web::{
    Permission, Web, WebConfig,
    access::Action,
    testing::reader::{Reader, set},
};

const PAGE: &str = "/console/desk";
const DAY: i64 = 24 * 3600 * 1_000_000;

/// Nothing leaves in these tests.
struct Silent;

#[async_trait::async_trait]
impl EventSource for Silent {
    async fn events_after(&self, after: i64, _: usize) -> Result<Batch, SourceFault> {
        Err(SourceFault(format!("nothing comes after {after}")))
    }
    async fn identifiers(&self, _: &str, _: &[String]) -> Result<Vec<Known>, SourceFault> {
        Ok(Vec::new())
    }
    async fn people(&self, _: &[String]) -> Result<Vec<Person>, SourceFault> {
        Ok(Vec::new())
    }
    async fn people_after(&self, _: &str, _: usize) -> Result<Vec<Person>, SourceFault> {
        Ok(Vec::new())
    }
}

fn colleague() -> Actor {
    Actor::Person("colleague".into())
}

async fn open(postgres: bool) -> (Desk, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let audit = Audit::open(store.clone(), consent.clone()).await.unwrap();
    let warn = Warn::open(web.clone(), consent.clone()).await.unwrap();
    let regimes = Regimes::open(store.clone(), consent.clone(), map.clone()).await.unwrap();
    let banner = Banner::open(consent.clone(), map.clone(), banner::Settings::default());
    let retain = Retain::open(web.clone(), map.clone(), consent.clone()).await.unwrap();
    let policy = Policy::open(web.clone(), consent.clone(), map.clone(), regimes.clone());
    let policy = policy.await.unwrap();
    let transfers = Transfers::open(store.clone(), map.clone(), regimes.clone());
    let comply = comply::Rooms {
        policy: policy.clone(),
        retain: retain.clone(),
        grants: Grants::open(map.clone(), consent.clone()).await.unwrap(),
        transfers: transfers.await.unwrap(),
        web: web.clone(),
        map: map.clone(),
        consent: consent.clone(),
        warn: warn.clone(),
        deliver: Deliver::open(store, Arc::new(Silent), deliver::Settings::default())
            .await
            .unwrap(),
        banner: banner.await.unwrap(),
        regimes: regimes.clone(),
    };
    let comply = Comply::open(comply).await.unwrap();
    let preferences = Preferences::open(web.clone(), consent, None).await.unwrap();
    let rights = Rights::open(web.clone(), preferences, regimes.clone(), retain.clone());
    let rights = rights.await.unwrap();
    let rooms = Rooms { web, map, audit, warn, regimes, comply, policy, retain, rights };
    (Desk::open(rooms).await.unwrap(), guard)
}

/// Somebody with a session at this desk.
async fn reader(desk: &Desk, lang: &str, role: &str) -> Reader {
    let web = desk.rooms().web.clone().with_nav(desk::nav());
    let rooms = desk::router(web.clone(), desk.clone());
    Reader::open(web, rooms, PAGE, lang, role).await
}

async fn add_system(desk: &Desk, name: &str) {
    let draft = SystemDraft { name: name.into(), ..SystemDraft::default() };
    desk.rooms().map.create_system(colleague(), &draft).await.unwrap();
}

async fn changes_are_told_until_they_are_ticked_off(desk: Desk) {
    add_system(&desk, "Shop").await;
    add_system(&desk, "Till").await;
    let week = desk.since("grace").await.unwrap();
    assert!(!week.ticked, "a week is told to whoever comes first");
    let changes = desk.changes(week).await.unwrap();
    let systems = changes.iter().find(|one| one.action == "system.created").unwrap();
    assert_eq!((systems.count, systems.actor.as_str()), (2, "person:colleague"));

    let newest = desk.rooms().audit.newest().await.unwrap();
    desk.see("grace", newest).await.unwrap();
    let seen = desk.since("grace").await.unwrap();
    assert_eq!((seen.seq, seen.ticked), (newest, true));
    assert!(desk.changes(seen).await.unwrap().is_empty(), "having seen is no change of the map");
    assert!(!desk.since("alan").await.unwrap().ticked, "everybody ticks off for themselves");

    add_system(&desk, "Mailer").await;
    desk.see("grace", newest - 1).await.unwrap();
    let changes = desk.changes(desk.since("grace").await.unwrap()).await.unwrap();
    assert_eq!(changes.len(), 1, "a page that was left open takes nothing back");
    desk.see("grace", i64::MAX).await.unwrap();
    add_system(&desk, "Archive").await;
    let changes = desk.changes(desk.since("grace").await.unwrap()).await.unwrap();
    assert_eq!(changes.len(), 1, "nobody has seen what is not there yet");
}

async fn clocks_of_all_rooms_run_in_the_order_of_their_end(desk: Desk) {
    let rooms = desk.rooms();
    let mut profile = Profile { complete: true, ..Profile::default() };
    profile.tell("DE", Metric::HasPeople, Value::Flag(true));
    profile.tell("CN", Metric::HasPeople, Value::Flag(true));
    profile.tell("CN", Metric::People, Value::Number(2_000_000));
    profile.tell("CN", Metric::Minors, Value::Flag(true));
    rooms.regimes.save_profile(colleague(), &profile).await.unwrap();
    rooms.regimes.notice(regime::today()).await.unwrap();
    for (name, days) in [("Near", 3), ("Far", 400)] {
        let hold = NewHold {
            name: name.into(),
            reason: "a case".into(),
            source: String::new(),
            scope: Scope::Customer {
                kind: "email".into(),
                values: vec![format!("{name}@example.com").to_lowercase()],
            },
            from: now() - DAY,
            until: now() + days * DAY,
        };
        rooms.retain.make_hold(&colleague(), &hold).await.unwrap();
    }
    rooms
        .web
        .approvals()
        .ask("colleague", Action::BulkExport, "audit", "all", "for the auditor")
        .await
        .unwrap();
    rooms.comply.run(colleague(), Reason::Asked).await.unwrap();

    let mut reader = reader(&desk, "en", "owner").await;
    let page = reader.page(PAGE).await;
    assert!(page.contains(">Near<") && !page.contains(">Far<"), "two months are looked ahead");
    assert!(page.contains("Legal hold ends") && page.contains("Approval runs out"));
    assert!(page.contains("question for your approval"), "{page}");
    assert!(page.contains("/console/findings?severity=error"));

    let duties = rooms.regimes.duties(regime::today()).await.unwrap();
    let clocks = desk.clocks(&look(), &duties, true).await.unwrap();
    assert!(clocks.is_sorted_by_key(|clock| clock.at));
    for kind in [ClockKind::Duty, ClockKind::Hold, ClockKind::Approval] {
        assert!(clocks.iter().any(|clock| clock.kind == kind), "{kind:?} in {clocks:#?}");
    }
    let without = desk.clocks(&look(), &duties, false).await.unwrap();
    assert!(without.iter().all(|clock| clock.kind != ClockKind::Approval));
}

/// A request of long ago that nobody answered.
async fn late_request(desk: &Desk) -> String {
    let one = consent::Identifier::parse(consent::IdentifierKind::Email, "li@example.com", "");
    let new = New {
        kind: Kind::Access,
        by: By::Person,
        channel: Channel::Staff,
        person: consent::Subject::new(vec![one.unwrap()]).unwrap(),
        private: Private::default(),
        property: consent::property::DEFAULT.into(),
        lang: web::Lang::En,
        level: Level::Checked,
        received_at: now() - 400 * DAY,
        about: String::new(),
    };
    desk.rooms().rights.receive(colleague(), new).await.unwrap().id
}

async fn late_requests_and_tasks_of_ones_own_wait(desk: Desk) {
    let id = late_request(&desk).await;
    let mut reader = reader(&desk, "en", "owner").await;
    let page = reader.page(PAGE).await;
    assert!(page.contains("One rights request is late"), "{page}");
    assert!(page.contains("/console/requests?state=late") && !page.contains("is yours"), "{page}");
    let task = format!(
        "INSERT INTO rights_task (id, request, source, name, step, why, detail, owner, stand, margin,
           made_at, seen_at)
         SELECT id, '{id}', id, 'Shop', 'search', 'down', '', id, 'open', 0, 1, 1 FROM web_user"
    );
    set(&desk.rooms().web, &task).await;
    let page = reader.page(PAGE).await;
    assert!(page.contains("One task of a rights request is yours"), "{page}");
    assert!(page.contains("/console/requests/tasks?owner=me"), "{page}");
    // Whoever may not see requests is told of none, but of their own task.
    for role in web::Role::ALL.into_iter().filter(|role| role.can(Permission::ViewRecords)) {
        let sql = format!("UPDATE web_user SET role = '{}'", role.as_str());
        set(&desk.rooms().web, &sql).await;
        let page = reader.page(PAGE).await;
        let sees = role.can(Permission::LookUpPeople);
        assert_eq!(page.contains("request is late"), sees, "{}", role.as_str());
        assert!(page.contains("One task of a rights request is yours"), "{}", role.as_str());
    }
}

fn look() -> web::Look {
    web::Look {
        lang: web::Lang::En,
        theme: web::Theme::default(),
        csrf: String::new(),
        path: PAGE.into(),
        query: String::new(),
        htmx: false,
        toast: None,
    }
}

async fn the_page_stands_in_both_languages_and_ends_where_a_role_does(desk: Desk) {
    for (lang, empty, tell, ticked) in [
        ("en", "Nothing waits", "Tell it", "Since you ticked it off"),
        ("zh-CN", "没有待处理的事项", "去说明", "自您上次标记已阅起"),
    ] {
        let mut reader = reader(&desk, lang, "privacy_officer").await;
        let page = reader.page(PAGE).await;
        assert!(page.contains(empty) && page.contains(tell), "{page}");
        add_system(&desk, lang).await;
        let newest = desk.rooms().audit.newest().await.unwrap().to_string();
        let answer = reader.post(PAGE, "/console/desk/seen", &[("upto", &newest)]).await;
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, PAGE));
        assert!(reader.page(PAGE).await.contains(ticked));
        let wrong = reader.post(PAGE, "/console/desk/seen", &[("upto", "soon")]).await;
        assert!(wrong.status.is_client_error());
    }
    let mut reader = reader(&desk, "en", "employee").await;
    assert_eq!(reader.get(PAGE).await.status, StatusCode::FORBIDDEN);
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
            let (desk, _guard) = super::open(false).await;
            super::$name(desk).await;
        })+ }
        mod postgres { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
            let (desk, _guard) = super::open(true).await;
            super::$name(desk).await;
        })+ }
    };
}

on_both!(
    changes_are_told_until_they_are_ticked_off,
    clocks_of_all_rooms_run_in_the_order_of_their_end,
    late_requests_and_tasks_of_ones_own_wait,
    the_page_stands_in_both_languages_and_ends_where_a_role_does,
);
