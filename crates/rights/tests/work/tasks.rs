//! A source that is down: one task, however often it is tried; it closes by itself.

use std::time::Duration;

use axum::http::StatusCode;
use datamap::systems::SystemDraft;
use purge::Engine;
use rights::{
    Kind, Level, Request, RightsError, bundle,
    correction::Stage as LookStage,
    erase::Stage,
    find,
    task::{Filter, Stand, Step, Task, Why},
};
use store::{Actor, now};
use web::testing::reader::{Reader, set};

use crate::{
    gate::Gate,
    house::{House, address, fill, tables},
    support::{Db, li},
};

const DAY: i64 = 24 * 3600 * 1_000_000;

/// A shop behind a gate, whose system belongs to Erin.
struct Shop {
    house: House,
    db: Db,
    gate: Gate,
    _guard: store::testing::TestGuard,
}

async fn shop(engine: Engine, postgres: bool) -> Shop {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let mut db = Db::make(engine).await;
    tables(&db).await;
    fill(&db, 2, 1).await;
    let gate = Gate::before(&db.url).await;
    db.url = gate.address(&db.url);
    let house = House::open(store).await;
    let source = house.source(&db).await;
    let draft = SystemDraft { name: "Shop".into(), owner: "Erin".into(), ..SystemDraft::default() };
    let system = house.base.map.create_system(li(), &draft).await.unwrap();
    let sql = format!("UPDATE source SET system_id = '{system}' WHERE id = '{source}'");
    set(&house.base.web, &sql).await;
    colleague(&house, "erin", "Erin", "engineer").await;
    Shop { house, db, gate, _guard: guard }
}

async fn colleague(house: &House, id: &str, name: &str, role: &str) {
    let store = house.rights.store();
    let login = store.seal(&format!("user:{id}:login"), &format!("{id}@lantern.example"));
    let name = store.seal(&format!("user:{id}:name"), name);
    let sql = format!(
        "INSERT INTO web_user (id, name_sealed, login_sealed, login_index, role, password_hash,
           totp_sealed, totp_step, lang, theme, disabled_at, created_at)
         VALUES ('{id}', '{name}', '{login}', '{id}', '{role}', '', '', 0, 'en', 'auto', 0, 0)"
    );
    set(&house.base.web, &sql).await;
}

impl Shop {
    async fn actions(&self, action: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM ledger_entry WHERE action = $1";
        let query = store::sqlx::query_scalar(sql).bind(action);
        query.fetch_one(self.house.rights.store().reader()).await.unwrap()
    }

    async fn searched(&self, request: &Request) {
        self.house.rights.search(&li(), request).await.unwrap();
        self.search_ended(request).await;
    }

    async fn search_ended(&self, request: &Request) {
        for _ in 0..3_000 {
            let search = self.house.rights.found(&request.id).await.unwrap().unwrap();
            if search.stage != find::Stage::Running {
                assert_eq!(search.stage, find::Stage::Done, "{}", search.error);
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the search does not end");
    }

    /// The one task of a request's step, once it is what it should be: a job writes down what it did,
    /// and then its tasks.
    async fn task(&self, request: &Request, step: Step, fits: impl Fn(&Task) -> bool) -> Task {
        for _ in 0..1_500 {
            let all = self.house.rights.tasks_of(&request.id).await.unwrap();
            let mut mine: Vec<Task> = all.into_iter().filter(|one| one.step == step).collect();
            assert!(mine.len() <= 1, "one task for each source and step");
            if let Some(task) = mine.pop().filter(|task| fits(task)) {
                return task;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no such task of {}", step.as_str());
    }
}

fn stands(stand: Stand) -> impl Fn(&Task) -> bool {
    move |task| task.stand == stand
}

async fn a_source_that_is_down(engine: Engine, postgres: bool) {
    let mut shop = shop(engine, postgres).await;
    let work = shop.house.work();
    let rights = shop.house.rights.clone();
    let request = shop.house.asked_for(Kind::Access, Level::Checked, &address(1)).await;

    // Three days of trying: one task.
    shop.gate.shut().await;
    for tries in 1..=6 {
        shop.searched(&request).await;
        shop.task(&request, Step::Search, |one| one.tries == tries).await;
        assert_eq!(rights.retry_tasks().await.unwrap(), 0, "nothing is begun while it is down");
    }
    let task = shop.task(&request, Step::Search, stands(Stand::Open)).await;
    assert_eq!((task.why, task.owner.as_str(), task.name.as_str()), (Why::Down, "erin", "Shop"));
    assert!(task.detail.contains("refused"), "{}", task.detail);
    assert_eq!(task.due_at, request.due_at - 5 * DAY, "five days before the answer");
    assert_eq!(shop.actions("rights.task_made").await, 1);
    let mine = Filter { owner: "erin".into(), ..Filter::default() };
    assert_eq!(rights.tasks(&mine, 10, 0).await.unwrap().1, 1);

    // It answers again, and the task closes by itself.
    shop.gate.open().await;
    assert_eq!(rights.retry_tasks().await.unwrap(), 1);
    shop.search_ended(&request).await;
    let reached = shop.task(&request, Step::Search, stands(Stand::Reached)).await;
    assert_eq!(reached.id, task.id);
    assert_eq!(shop.actions("rights.task_reached").await, 1);
    let events = rights.events(&request.id).await.unwrap();
    let told = |what: &str| events.iter().filter(|one| one.what == what).count();
    assert_eq!((told("task-made"), told("task-reached")), (1, 1));
    assert_eq!(rights.retry_tasks().await.unwrap(), 0, "nothing is left to try");

    // Down once more: the same task. What somebody says is done stays done, and is sealed.
    shop.gate.shut().await;
    shop.searched(&request).await;
    let task = shop.task(&request, Step::Search, stands(Stand::Open)).await;
    assert_eq!(task.id, reached.id);
    let erin = Actor::Person("erin".into());
    assert!(matches!(rights.end_task(&erin, &task, true, " ").await, Err(RightsError::Asked(_))));
    rights.end_task(&erin, &task, true, "Li Lei is in none of its tables.").await.unwrap();
    let twice = rights.end_task(&erin, &task, false, "No.").await;
    assert!(matches!(twice, Err(RightsError::Conflict(_))));
    shop.searched(&request).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let task = shop.task(&request, Step::Search, stands(Stand::Done)).await;
    assert_eq!(task.said, "Li Lei is in none of its tables.");
    let kept: String = store::sqlx::query_scalar("SELECT said_sealed FROM rights_task")
        .fetch_one(rights.store().reader())
        .await
        .unwrap();
    assert!(!kept.contains("Li Lei"));

    work.stop().await;
    shop.gate.open().await;
    shop.db.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_is_down_is_one_task_that_closes_by_itself() {
    a_source_that_is_down(Engine::Postgres, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_that_is_down_is_one_task_that_closes_by_itself_on_postgresql() {
    a_source_that_is_down(Engine::Mysql, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_lacks_a_source_is_made_again() {
    let mut shop = shop(Engine::Postgres, false).await;
    let work = shop.house.work();
    let rights = shop.house.rights.clone();
    let request = shop.house.asked_for(Kind::Access, Level::Checked, &address(1)).await;
    shop.gate.shut().await;
    rights.make_bundle(&li(), &request).await.unwrap();
    let task = shop.task(&request, Step::Copy, stands(Stand::Open)).await;
    let made = rights.bundle(&request.id).await.unwrap().unwrap();
    assert_eq!((made.stage, made.missing), (bundle::Stage::Ready, 1));
    let until = made.expires_at;

    // What the person can fetch is not taken from them by itself, and stands no longer for it.
    shop.gate.open().await;
    assert_eq!(rights.retry_tasks().await.unwrap(), 0);
    rights.try_task(&li(), &task).await.unwrap();
    shop.task(&request, Step::Copy, stands(Stand::Reached)).await;
    let made = rights.bundle(&request.id).await.unwrap().unwrap();
    assert_eq!((made.stage, made.missing), (bundle::Stage::Ready, 0));
    assert!(made.rows > 0 && made.expires_at == until);

    work.stop().await;
    shop.db.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_looked_at_again() {
    let mut shop = shop(Engine::Mysql, false).await;
    let work = shop.house.work();
    let rights = shop.house.rights.clone();
    let request = shop.house.asked_for(Kind::Correction, Level::Checked, &address(1)).await;
    shop.gate.shut().await;
    rights.look_at_held(&li(), &request).await.unwrap();
    shop.task(&request, Step::Correction, stands(Stand::Open)).await;
    shop.gate.open().await;
    assert_eq!(rights.retry_tasks().await.unwrap(), 1);
    shop.task(&request, Step::Correction, stands(Stand::Reached)).await;
    let look = rights.held(&request.id).await.unwrap().unwrap();
    assert_eq!(look.stage, LookStage::Ready);
    assert!(look.unreached.is_empty() && !look.held.tables.is_empty());
    work.stop().await;
    shop.db.drop().await;
}

async fn an_erasure(engine: Engine) {
    let mut shop = shop(engine, false).await;
    let work = shop.house.work();
    let (house, rights) = (&shop.house, shop.house.rights.clone());

    // Down when the plan is made: nobody touched the plan, so it is made anew.
    let request = house.asked(&address(1)).await;
    shop.gate.shut().await;
    let planned = shop.house.planned(&request).await;
    assert!(planned.steps.is_empty());
    shop.task(&request, Step::Erasure, stands(Stand::Open)).await;
    shop.gate.open().await;
    assert_eq!(rights.retry_tasks().await.unwrap(), 1);
    shop.task(&request, Step::Erasure, stands(Stand::Reached)).await;
    let planned = shop.house.still(&request.id).await;
    assert_eq!(planned.stage, Stage::Planned);
    assert!(!planned.steps.is_empty());

    // Down when it is carried out: it goes on, and the same task closes again.
    shop.gate.shut().await;
    shop.house.begun(&request).await;
    let task = shop.task(&request, Step::Erasure, stands(Stand::Open)).await;
    assert_eq!(task.why, Why::Down);
    assert_eq!(shop.house.still(&request.id).await.stage, Stage::Partial);
    shop.gate.open().await;
    assert_eq!(rights.retry_tasks().await.unwrap(), 1);
    shop.task(&request, Step::Erasure, stands(Stand::Reached)).await;
    assert_eq!(shop.house.still(&request.id).await.stage, Stage::Done);
    assert_eq!(shop.db.number("SELECT count(*) FROM customers WHERE id = 1").await, 0);

    work.stop().await;
    shop.db.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_goes_on_when_a_postgresql_is_back() {
    an_erasure(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_goes_on_when_a_mariadb_is_back() {
    an_erasure(Engine::Mysql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_needs_hands_and_a_closed_request() {
    let shop = shop(Engine::Postgres, false).await;
    let work = shop.house.work();
    let rights = shop.house.rights.clone();
    let request = shop.house.asked_for(Kind::Access, Level::Checked, &address(1)).await;
    declare(&shop.house, "crm").await;
    shop.searched(&request).await;
    let task = shop.task(&request, Step::Search, stands(Stand::Open)).await;
    assert_eq!((task.why, task.detail.as_str()), (Why::Declared, "contacts"));
    assert_eq!(task.owner, "", "nobody is told to own it, and no privacy officer works here");
    assert_eq!(rights.retry_tasks().await.unwrap(), 0, "trying again helps nobody");

    // Somebody who works here gets it; somebody who does not, does not.
    let nobody = rights.give_task(&li(), &task, "nobody").await;
    assert!(matches!(nobody, Err(RightsError::Asked(_))));
    rights.give_task(&li(), &task, "erin").await.unwrap();
    assert_eq!(rights.task(&task.id).await.unwrap().owner, "erin");
    assert_eq!(shop.actions("rights.task_given").await, 1);

    // The request is answered: its task is over.
    let request = rights.request(&request.id).await.unwrap();
    rights.answer(&li(), request.clone(), "Here it is.").await.unwrap();
    let task = rights.task(&task.id).await.unwrap();
    assert_eq!(task.stand, Stand::Closed);
    assert!(task.ended_at > 0 && task.ended_at <= now());
    assert_eq!(shop.actions("rights.task_closed").await, 1);
    assert!(rights.reopen_task(&li(), &task).await.is_err());

    work.stop().await;
    shop.db.drop().await;
}

/// A system that is only declared, as code does it, with people's addresses in a table.
async fn declare(house: &House, id: &str) {
    for sql in [
        format!(
            "INSERT INTO source (id, key, name, kind, address, created_at, updated_at)
             VALUES ('{id}', '{id}', 'CRM', 'declared', '', 1, 1)"
        ),
        format!(
            "INSERT INTO data_store (id, source_id, name, kind, seen_scan_id, first_seen_at)
             VALUES ('{id}-store', '{id}', 'contacts', 'table', '', 1)"
        ),
        format!(
            "INSERT INTO field (id, source_id, store_id, name, position, data_type, category, level,
               seen_scan_id, first_seen_at)
             VALUES ('{id}-field', '{id}', '{id}-store', 'email', 1, 'text', 'contact.email', 1, '', 1)"
        ),
    ] {
        set(&house.base.web, &sql).await;
    }
}

/// Keeps a page to look at, where a folder is named.
pub fn shot(name: &str, lang: &str, page: &str) {
    if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
        let file = std::path::Path::new(&folder).join(format!("{name}.{lang}.html"));
        std::fs::write(file, page).unwrap();
    }
}

/// Engineers see their own tasks, and no request; whoever works on requests sees all.
#[tokio::test(flavor = "multi_thread")]
async fn owners_see_their_tasks_and_end_them() {
    let mut shop = shop(Engine::Postgres, false).await;
    let work = shop.house.work();
    let (web, rights) = (shop.house.base.web.clone(), shop.house.rights.clone());
    let request = shop.house.asked_for(Kind::Access, Level::Checked, &address(1)).await;
    shop.gate.shut().await;
    shop.searched(&request).await;
    let task = shop.task(&request, Step::Search, stands(Stand::Open)).await;
    let (list, one) = ("/console/requests/tasks", format!("/console/requests/tasks/{}", task.id));
    let rooms = rights::router(web.clone(), rights.clone());
    let mut reader = Reader::open(web.clone(), rooms, list, "en", "engineer").await;

    // The reader is Erin. Somebody else's task is not there for them.
    set(&web, "UPDATE rights_task SET owner = 'somebody'").await;
    assert!(reader.page(list).await.contains("No task here"));
    assert_eq!(reader.get(&one).await.status, StatusCode::NOT_FOUND);
    set(&web, "UPDATE rights_task SET owner = 'erin'").await;
    let page = reader.page(list).await;
    assert!(page.contains("Shop") && page.contains(&request.name()), "{page}");
    let request_page = format!("/console/requests/{}", request.id);
    assert!(!page.contains(&request_page), "no link to what they may not open");
    let page = reader.page(&one).await;
    assert!(page.contains("does not answer") && page.contains("What to do"), "{page}");
    assert!(!page.contains(&request_page) && !page.contains("example.com"), "{page}");
    let done = [("text", "Restarted; the disk was full.")];
    let answer = reader.post(&one, &format!("{one}/done"), &done).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, one.as_str()));
    assert!(reader.page(&one).await.contains("Restarted; the disk was full."));
    let answer = reader.post(&one, &format!("{one}/open"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);

    // Trying at once: while it is down that is told, once it answers it is tried.
    let down = reader.post(&one, &format!("{one}/try"), &[]).await;
    assert_eq!(down.status, StatusCode::CONFLICT);
    assert!(down.text.contains("still does not answer"), "{}", down.text);

    // The request's page tells that it is open, and warns whoever answers.
    let rooms = rights::router(web.clone(), rights.clone());
    let mut reader = Reader::open(web.clone(), rooms, list, "en", "owner").await;
    let may = "INSERT INTO access_purpose (user_id, purpose, given_by, given_at)
               VALUES ('erin', 'customer_support', 'tester', 1)";
    set(&web, may).await;
    let asked = reader.get(&request_page).await.location;
    let chosen = [("back", request_page.as_str()), ("purpose", "customer_support")];
    reader.post(&asked, "/console/access/purpose", &chosen).await;
    let page = reader.page(&request_page).await;
    assert!(page.contains("id=\"tasks\"") && page.contains("One task of an owner is still open"));
    // Every page is whole in both languages.
    for lang in ["en", "zh-CN"] {
        set(&web, &format!("UPDATE web_user SET lang = '{lang}'")).await;
        for (name, path) in [("tasks", list), ("task", &one), ("with-tasks", &request_page)] {
            let page = reader.page(path).await;
            assert!(page.contains(&format!("lang=\"{lang}\"")), "{name}");
            shot(name, lang, &page);
        }
    }
    set(&web, "UPDATE web_user SET lang = 'en'").await;
    let done = [("text", "By hand.")];
    assert_eq!(
        reader.post(&one, &format!("{one}/done"), &done).await.status,
        StatusCode::SEE_OTHER
    );
    let page = reader.page(&request_page).await;
    assert!(page.contains("By hand.") && !page.contains("still open"), "{page}");
    assert_eq!(reader.post(&one, &format!("{one}/open"), &[]).await.status, StatusCode::SEE_OTHER);
    shop.gate.open().await;
    assert_eq!(reader.post(&one, &format!("{one}/try"), &[]).await.status, StatusCode::SEE_OTHER);
    shop.task(&request, Step::Search, stands(Stand::Reached)).await;
    assert_eq!(reader.post(list, &format!("{one}/try"), &[]).await.status, StatusCode::CONFLICT);
    work.stop().await;
    shop.db.drop().await;
}
