//! Corrections over the three real engines: only the person's own rows are shown, a change is tried
//! before it is written, what was changed meanwhile is left alone, and what was written can be undone.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "erase/house.rs"]
mod house;
#[path = "correction/steps.rs"]
mod steps;
#[path = "../../retain/tests/support/mod.rs"]
mod support;

use std::time::Duration;

use house::House;
use purge::Engine;
use retain::{NewHold, Scope};
use rights::{
    Kind, Level, Request, RightsError,
    correction::{Correction, Look, Proposal, Stage, State},
};
use steps::{looked, still};
use support::{Db, li};
use web::testing::reader::Reader;

const LEI: &str = "li.lei@example.com";

/// People with addresses; tickets that hang on them; recommendations, which are two people's.
async fn company(db: &Db) {
    let day = if db.engine == Engine::Sqlite { "TEXT" } else { "DATE" };
    // MariaDB hears foreign keys only when they stand apart.
    let (foreign, campaign) = match db.engine {
        Engine::Mysql => (
            ", FOREIGN KEY (customer_id) REFERENCES customers (id)",
            ", FOREIGN KEY (campaign_id) REFERENCES campaigns (id)",
        ),
        _ => ("", ""),
    };
    db.run(&format!(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL, full_name VARCHAR(40), phone VARCHAR(30), birth_date {day}, password VARCHAR(40), cvv VARCHAR(4));
         CREATE TABLE tickets (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), contact_email VARCHAR(100), full_name VARCHAR(12){foreign});
         CREATE TABLE campaigns (id INTEGER PRIMARY KEY, title VARCHAR(20));
         CREATE TABLE referrals (id INTEGER PRIMARY KEY, from_email VARCHAR(100), to_email VARCHAR(100), campaign_id INTEGER REFERENCES campaigns (id){campaign});
         INSERT INTO campaigns VALUES (1, 'spring');
         INSERT INTO customers VALUES
           (1, '{LEI}', 'Li Leii', '+8613800138000', '1990-02-03', 'hunter2-secret', '731'),
           (2, 'han@example.com', 'Li Leii', '+8613900139000', '1991-03-04', 'qwerty', '904');
         INSERT INTO tickets VALUES (1, 1, '{LEI}', 'Li Leii'), (2, 2, 'han@example.com', 'Li Leii');
         INSERT INTO referrals VALUES (1, '{LEI}', 'han@example.com', 1);"
    ))
    .await;
}

fn find(look: &Look, table: &str, column: &str) -> (usize, usize, usize) {
    for (t, one) in look.held.tables.iter().enumerate() {
        for (r, row) in one.rows.iter().enumerate() {
            for (c, cell) in row.cells.iter().enumerate() {
                if one.table == table && cell.column == column {
                    return (t, r, c);
                }
            }
        }
    }
    panic!("{table}.{column} is not shown");
}

fn change(look: &Look, table: &str, column: &str, new: &str) -> Proposal {
    Proposal {
        at: find(look, table, column),
        looked_at: look.looked_at,
        new: Some(new.into()),
        everywhere: true,
    }
}

/// The name as the page shows it; what was written is shown when all of it is.
async fn shown(house: &House, request: &Request, wanted: &str) -> String {
    let mut last = String::new();
    for _ in 0..500 {
        let look = house.rights.held(&request.id).await.unwrap().unwrap();
        let (t, r, c) = find(&look, "customers", "full_name");
        last = look.held.tables[t].rows[r].cells[c].value.clone().unwrap_or_default();
        if last == wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    last
}

fn states(all: &[Correction]) -> Vec<(&str, &str, State, &str)> {
    all.iter().map(|one| (&*one.table, &*one.column, one.state, &*one.error)).collect()
}

async fn names(db: &Db, name: &str) -> i64 {
    let own = format!("SELECT count(*) FROM customers WHERE id = 1 AND full_name = '{name}'");
    let ticket = format!("SELECT count(*) FROM tickets WHERE id = 1 AND full_name = '{name}'");
    db.number(&own).await + db.number(&ticket).await
}

async fn a_correction(engine: Engine, postgres: bool) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let db = Db::make(engine).await;
    company(&db).await;
    let house = House::open(store).await;
    house.source(&db).await;
    let work = house.work();
    let rights = &house.rights;
    let request = house.asked_for(Kind::Correction, Level::Checked, LEI).await;
    let look = looked(&house, &request).await;
    let tables: Vec<&str> = look.held.tables.iter().map(|one| one.table.as_str()).collect();
    assert_eq!(tables, ["customers", "tickets"], "what is somebody else's, too, is not offered");
    assert!(look.held.tables.iter().all(|one| one.rows.len() == 1), "one person's rows");
    let cells = look.held.tables.iter().flat_map(|one| &one.rows).flat_map(|row| &row.cells);
    for cell in cells {
        assert_ne!(cell.column, "password", "secrets are not even read");
        let secret = cell.column == "cvv";
        assert_eq!((cell.hidden, cell.value.is_none()), (secret, secret), "{}", cell.column);
        assert_eq!(cell.fixed, secret || cell.column.ends_with("id"), "{}", cell.column);
    }

    // The same wrong name in two places; nothing is written before it is said.
    let proposal = change(&look, "customers", "full_name", "Li \"Lei\" 李雷");
    assert_eq!(rights.propose_correction(&li(), &request, &proposal).await.unwrap(), 2);
    let tried = still(&house, &request).await;
    assert!(tried.iter().all(|one| one.state == State::Proposed), "{tried:?}");
    assert_eq!(names(&db, "Li Leii").await, 2, "trying writes nothing");

    // A better proposal takes the place of the first.
    let proposal = change(&look, "customers", "full_name", "Li Lei 李雷");
    rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    let tried = still(&house, &request).await;
    assert_eq!(tried.len(), 2, "{tried:?}");

    // A birthday, and an address in both places.
    let wrong = change(&look, "customers", "birth_date", "1990-02-30");
    let wrong = rights.propose_correction(&li(), &request, &wrong).await;
    assert!(matches!(wrong, Err(RightsError::Asked("rights-error-correction-date"))), "{wrong:?}");
    for (column, new) in [("birth_date", "1990-03-02"), ("email", "lei@example.org")] {
        let proposal = change(&look, "customers", column, new);
        rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    }
    assert_eq!(still(&house, &request).await.len(), 5);
    rights.write_corrections(&li(), &request).await.unwrap();
    let written = still(&house, &request).await;
    assert!(written.iter().all(|one| one.state == State::Written), "{written:?}");
    assert_eq!(names(&db, "Li Lei 李雷").await, 2);
    for sql in [
        "SELECT count(*) FROM customers WHERE id = 1 AND email = 'lei@example.org' AND phone = '+8613800138000' AND password = 'hunter2-secret'",
        "SELECT count(*) FROM tickets WHERE id = 1 AND contact_email = 'lei@example.org' AND customer_id = 1",
        "SELECT count(*) FROM customers WHERE id = 2 AND full_name = 'Li Leii' AND email = 'han@example.com'",
        "SELECT count(*) FROM tickets WHERE id = 2 AND full_name = 'Li Leii'",
        "SELECT count(*) FROM referrals WHERE from_email = 'li.lei@example.com'",
        "SELECT count(*) FROM customers WHERE id = 1 AND CAST(birth_date AS CHAR(10)) = '1990-03-02'",
    ] {
        assert_eq!(db.number(sql).await, 1, "{sql}");
    }
    let told = rights.corrected(&request.id).await.unwrap();
    assert_eq!(told, ["contact.email", "identity.birth_date", "identity.name"]);
    assert_eq!(shown(&house, &request, "Li Lei 李雷").await, "Li Lei 李雷");

    // Undone where it still stands; left where somebody has changed it since.
    db.run("UPDATE tickets SET full_name = 'Lei L' WHERE id = 1").await;
    let named: Vec<&Correction> = written.iter().filter(|one| one.column == "full_name").collect();
    for one in &named {
        rights.undo_correction(&li(), &request.id, &one.id).await.unwrap();
    }
    let undone = still(&house, &request).await;
    let of = |table: &str| {
        undone.iter().find(|one| one.table == table && one.column == "full_name").unwrap()
    };
    assert_eq!(of("customers").state, State::Undone);
    assert_eq!((of("tickets").state, &*of("tickets").error), (State::Failed, "changed"));
    assert_eq!(names(&db, "Li Leii").await, 1);
    assert_eq!(db.number("SELECT count(*) FROM tickets WHERE full_name = 'Lei L'").await, 1);

    // Closing removes what was shown.
    let request = rights.request(&request.id).await.unwrap();
    rights.answer(&li(), request.clone(), "We corrected your name.").await.unwrap();
    assert!(rights.held(&request.id).await.unwrap().unwrap().held.tables.is_empty());
    let closed = rights.request(&request.id).await.unwrap();
    let late = rights.look_at_held(&li(), &closed).await;
    assert!(matches!(late, Err(RightsError::Conflict(_))), "{late:?}");
    work.stop().await;
    house.base.web.store().ledger().verify().await.unwrap();
    drop(guard);
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_on_sqlite_changes_those_fields_and_nothing_else() {
    a_correction(Engine::Sqlite, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_on_postgresql_changes_those_fields_and_nothing_else() {
    a_correction(Engine::Postgres, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_on_mariadb_changes_those_fields_and_nothing_else() {
    a_correction(Engine::Mysql, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_written_says_why_and_can_be_tried_again() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let db = Db::make(Engine::Postgres).await;
    company(&db).await;
    let house = House::open(store).await;
    house.source(&db).await;
    let work = house.work();
    let rights = &house.rights;
    let request = house.asked_for(Kind::Correction, Level::Checked, LEI).await;
    let look = looked(&house, &request).await;

    // Too long for one of the two places; the other can be written.
    let proposal = change(&look, "customers", "full_name", "Li Lei with a long name");
    rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    let tried = still(&house, &request).await;
    assert_eq!(
        states(&tried),
        [
            ("customers", "full_name", State::Proposed, ""),
            ("tickets", "full_name", State::Refused, "long")
        ]
    );
    // Somebody changes it between trying and writing: it is theirs.
    db.run("UPDATE customers SET full_name = 'Lei Li' WHERE id = 1").await;
    rights.write_corrections(&li(), &request).await.unwrap();
    let all = still(&house, &request).await;
    assert_eq!((all[0].state, &*all[0].error), (State::Failed, "changed"));
    assert_eq!(db.number("SELECT count(*) FROM customers WHERE full_name = 'Lei Li'").await, 1);
    // What stood there stands there again: another try writes it.
    db.run("UPDATE customers SET full_name = 'Li Leii' WHERE id = 1").await;
    rights.retry_correction(&li(), &request, &all[0].id).await.unwrap();
    let all = still(&house, &request).await;
    assert_eq!(all[0].state, State::Written, "{all:?}");
    rights.drop_correction(&li(), &request.id, &all[1].id).await.unwrap();
    let kept = rights.drop_correction(&li(), &request.id, &all[0].id).await;
    assert!(matches!(kept, Err(RightsError::Conflict(_))), "what was written stays: {kept:?}");
    // A legal hold: what it covers stays as it is until it ends.
    let held = NewHold {
        name: "Case 2026-114".into(),
        reason: "a lawsuit is pending".into(),
        source: String::new(),
        scope: Scope::Customer { kind: "email".into(), values: vec![LEI.into()] },
        from: 0,
        until: 0,
    };
    let hold = house.base.retain.make_hold(&li(), &held).await.unwrap();
    let proposal = change(&look, "customers", "phone", "+86 137 0013 7000");
    rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    let all = still(&house, &request).await;
    let last = all.last().unwrap();
    assert_eq!((last.state, &*last.error), (State::Refused, "hold"));
    house.base.retain.end_hold(&li(), &hold).await.unwrap();
    rights.retry_correction(&li(), &request, &last.id).await.unwrap();
    assert_eq!(still(&house, &request).await.last().unwrap().state, State::Proposed);
    // An old page's numbers count something else.
    let mut old = change(&look, "customers", "full_name", "x");
    old.looked_at -= 1;
    let old = rights.propose_correction(&li(), &request, &old).await;
    assert!(matches!(old, Err(RightsError::Conflict("rights-error-correction-looked"))));
    work.stop().await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_down_is_written_when_it_is_up_again() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let db = Db::make(Engine::Sqlite).await;
    company(&db).await;
    let house = House::open(store).await;
    house.source(&db).await;
    let work = house.work();
    let rights = &house.rights;
    let request = house.asked_for(Kind::Correction, Level::Checked, LEI).await;
    let look = looked(&house, &request).await;
    let proposal = change(&look, "customers", "full_name", "Li Lei");
    rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    assert!(still(&house, &request).await.iter().all(|one| one.state == State::Proposed));
    let path = db.url.trim_start_matches("sqlite:").to_owned();
    let away = format!("{path}.away");
    std::fs::rename(&path, &away).unwrap();
    rights.write_corrections(&li(), &request).await.unwrap();
    let down = still(&house, &request).await;
    assert!(
        down.iter().all(|one| (one.state, &*one.error) == (State::Failed, "source")),
        "{down:?}"
    );
    std::fs::rename(&away, &path).unwrap();
    assert_eq!(names(&db, "Li Leii").await, 2);
    // One of them was written, and the server killed before it could note that.
    db.run("UPDATE customers SET full_name = 'Li Lei' WHERE id = 1").await;
    for one in &down {
        rights.retry_correction(&li(), &request, &one.id).await.unwrap();
    }
    let up = still(&house, &request).await;
    assert!(up.iter().all(|one| one.state == State::Written), "{up:?}");
    assert_eq!(names(&db, "Li Lei").await, 2);
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_known_by_an_address_only_cannot_change_a_way_in() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let db = Db::make(Engine::Sqlite).await;
    company(&db).await;
    let house = House::open(store).await;
    house.source(&db).await;
    let work = house.work();
    let rights = &house.rights;
    let request = house.asked_for(Kind::Correction, Level::Contact, LEI).await;
    let look = looked(&house, &request).await;
    for (column, new) in [("email", "thief@example.org"), ("phone", "+8613700137000")] {
        let proposal = change(&look, "customers", column, new);
        let tried = rights.propose_correction(&li(), &request, &proposal).await;
        let refused = matches!(tried, Err(RightsError::Conflict("rights-error-correction-level")));
        assert!(refused, "{column}: {tried:?}");
    }
    // A name is no way in.
    let proposal = change(&look, "customers", "full_name", "Li Lei");
    assert_eq!(rights.propose_correction(&li(), &request, &proposal).await.unwrap(), 2);
    still(&house, &request).await;
    // Once staff have looked who it is, the address can be changed.
    let request = rights.request(&request.id).await.unwrap();
    rights.verify(&li(), request.clone(), "called back on the number on file").await.unwrap();
    let request = rights.request(&request.id).await.unwrap();
    let proposal = change(&look, "customers", "email", "lei@example.org");
    assert_eq!(rights.propose_correction(&li(), &request, &proposal).await.unwrap(), 2);
    // Nobody we are not sure of, and no other kind of request.
    for (kind, level) in [(Kind::Correction, Level::Claimed), (Kind::Access, Level::Checked)] {
        let other = house.asked_for(kind, level, "han@example.com").await;
        let asked = rights.look_at_held(&li(), &other).await;
        assert!(matches!(asked, Err(RightsError::Conflict(_))), "{kind:?}: {asked:?}");
    }
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_stand_nowhere_in_clear() {
    let (store, guard) = store::testing::temp_sqlite().await;
    let db = Db::make(Engine::Sqlite).await;
    company(&db).await;
    let house = House::open(store).await;
    house.source(&db).await;
    let work = house.work();
    let request = house.asked_for(Kind::Correction, Level::Checked, LEI).await;
    let look = looked(&house, &request).await;
    let proposal = change(&look, "customers", "full_name", "Li Feiyang");
    house.rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    still(&house, &request).await;
    house.rights.write_corrections(&li(), &request).await.unwrap();
    let all = still(&house, &request).await;
    assert!(all.iter().all(|one| one.state == State::Written));
    assert!(!format!("{all:?}{look:?}").contains("Li "));
    work.stop().await;
    house.base.web.store().close().await;
    let mut seen = 0;
    for file in std::fs::read_dir(&guard.config().data_dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            seen += 1;
            let bytes = std::fs::read(&path).unwrap();
            for text in ["li.lei@", "Leii", "Feiyang", "13800138000", "1990-02-03", "hunter2"] {
                let has = bytes.windows(text.len()).any(|part| part == text.as_bytes());
                assert!(!has, "{text} in {}", path.display());
            }
        }
    }
    assert!(seen > 0);
}

/// The pages, in a language: looked at for a purpose only, tried, written, undone.
async fn pages(lang: &str, [look_at, can_be, stands, undone]: [&str; 4]) {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let db = Db::make(Engine::Sqlite).await;
    company(&db).await;
    let house = House::open(store).await;
    house.source(&db).await;
    let work = house.work();
    let request = house.asked_for(Kind::Correction, Level::Contact, LEI).await;
    let (face, rights) = (house.base.web.clone(), &house.rights);
    let rooms = rights::router(face.clone(), rights.clone());
    let mut reader = Reader::open(face.clone(), rooms, "/console/requests", lang, "owner").await;
    let one = format!("/console/requests/{}", request.id);
    let page = format!("{one}/correction");
    let asked = reader.get(&page).await;
    assert!(asked.location.starts_with("/console/access/purpose?back="), "{}", asked.location);
    let chosen = [("back", page.as_str()), ("purpose", "customer_support")];
    reader.post(&asked.location, "/console/access/purpose", &chosen).await;
    assert!(reader.page(&one).await.contains(&page), "the request leads to it");
    let empty = reader.page(&page).await;
    assert!(empty.contains(look_at) && !empty.contains("Li Leii"));

    let done = reader.post(&page, &format!("{page}/look"), &[]).await;
    assert_eq!((done.status.as_u16(), done.location.split('?').next()), (303, Some(&*page)));
    let look = loop {
        let look = rights.held(&request.id).await.unwrap().unwrap();
        if look.stage != Stage::Looking {
            break look;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let shown = reader.page(&page).await;
    assert!(shown.contains("Li Leii") && shown.contains(LEI) && !shown.contains("hunter2"));
    assert!(!shown.contains("han@example.com"), "nobody else");

    let numbers = |column: &str| {
        let (t, r, c) = find(&look, "customers", column);
        format!("{t}-{r}-{c}")
    };
    let (name, email, when) = (numbers("full_name"), numbers("email"), look.looked_at.to_string());
    let propose = format!("{page}/propose");
    let theft = [("at", &*email), ("looked_at", &*when), ("value", "thief@example.org")];
    assert_eq!(reader.post(&page, &propose, &theft).await.status.as_u16(), 409);
    let nothing = [("at", &*name), ("looked_at", &*when), ("value", " ")];
    let nothing = reader.post(&page, &propose, &nothing).await.status.as_u16();
    assert!((400..500).contains(&nothing), "{nothing}");
    let odd = [("at", "9-9-9"), ("looked_at", &*when), ("value", "x")];
    assert_eq!(reader.post(&page, &propose, &odd).await.status.as_u16(), 404);
    let fields = [("at", &*name), ("looked_at", &*when), ("value", "<b>Lei</b> & 雷")];
    let done = reader.post(&page, &propose, &fields).await;
    assert_eq!(done.status.as_u16(), 303);
    assert!(!done.location.contains("Lei"), "no value in an address");
    assert_eq!(still(&house, &request).await.len(), 1, "only in this place");
    let tried = reader.page(&page).await;
    assert!(tried.contains(can_be) && !tried.contains("<b>Lei"), "it is text, not markup");

    reader.post(&page, &format!("{page}/write"), &[]).await;
    let written = still(&house, &request).await;
    assert!(reader.page(&page).await.contains(stands));
    let sql = "SELECT count(*) FROM customers WHERE id = 1 AND full_name = '<b>Lei</b> & 雷'";
    assert_eq!(db.number(sql).await, 1);
    reader.post(&page, &format!("{page}/undo"), &[("id", &written[0].id)]).await;
    still(&house, &request).await;
    assert!(reader.page(&page).await.contains(undone));
    assert_eq!(
        db.number("SELECT count(*) FROM customers WHERE id = 1 AND full_name = 'Li Leii'").await,
        1
    );
    reader.page(&one).await;

    // Who may not change records sees none of it, and another kind of request has no such page.
    let other = house.asked(LEI).await;
    let other = format!("/console/requests/{}/correction", other.id);
    assert_eq!(reader.get(&other).await.status.as_u16(), 404);
    web::testing::reader::set(&face, "UPDATE web_user SET role = 'viewer'").await;
    assert_eq!(reader.get(&page).await.status.as_u16(), 403);
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_stand_in_english() {
    pages("en", ["Look at what is held", "Can be written", "Written", "Undone"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_stand_in_chinese() {
    pages("zh-CN", ["查看所持有的信息", "可以写入", "已写入", "已撤销"]).await;
}
