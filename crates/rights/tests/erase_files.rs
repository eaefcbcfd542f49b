//! Requests reach files beside databases: a person's rows are found in them, handed out, and taken out,
//! and every other byte of the files stays as it was.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "erase/house.rs"]
mod house;
#[path = "files/shelf.rs"]
mod shelf;
#[path = "../../retain/tests/support/mod.rs"]
mod support;

use house::{House, address, fill, tables};
use purge::Engine;
use rights::{
    Kind, Level,
    erase::{Act, Erasure, Looked, Stage, Step},
    references::End,
};
use shelf::Folder;
use support::{Db, li};

/// Customer 2 stands in these rows of [`NEWS`].
const MINE: [&str; 2] = [
    "\"Müller; Jörg\";LI.LEI2@example.com;\"says \"\"hi\"\",\r\ntwice\"\r\n",
    "李雷; li.lei2@example.com ;\"谢谢\"\r\n",
];
const NEWS: [&str; 4] = [
    "\u{feff}name;email;note\r\n",
    "Anna;anna@example.com;\"a \"\"quoted\"\" word\"\r\n",
    "韩梅梅;han@example.com;\"two\r\nlines\"\r\n\r\n",
    "Zoë;zoe@example.com;last",
];

fn news() -> (String, String) {
    let all = [NEWS[0], NEWS[1], MINE[0], NEWS[2], MINE[1], NEWS[3]].concat();
    (all, NEWS.concat())
}

fn step<'a>(erasure: &'a Erasure, table: &str) -> &'a Step {
    erasure.steps.iter().find(|step| step.table == table).unwrap_or_else(|| {
        panic!(
            "{table} is not among {:?}",
            erasure.steps.iter().map(|one| &one.table).collect::<Vec<_>>()
        )
    })
}

/// A shop's database, and a folder of what was exported from it and elsewhere.
async fn world(engine: Engine) -> (Db, Folder) {
    let db = Db::make(engine).await;
    tables(&db).await;
    fill(&db, 4, 2).await;
    let folder = Folder::new();
    folder.write("news.csv", news().0.as_bytes());
    folder.write(
        "old/visits.jsonl",
        b"{\"customer_ref\": 1, \"page\": \"/a\"}\n{\"page\": \"/b\", \"customer_ref\": 2}\n{\"customer_ref\": 20, \"page\": \"/c\"}\r\n{\"customer_ref\": 2, \"page\": \"/d\"}",
    );
    folder.write(
        "people.json",
        "[\n  {\"email\": \"li.lei2@example.com\", \"n\": 1.50},\n  {\"email\": \"anna@example.com\", \"n\": 2.50},\n  {\"email\": \"li.lei2@example.com\", \"n\": 3}\n]\n".as_bytes(),
    );
    folder.write(
        "gifts.tsv",
        b"from_email\tto_email\tgift\nanna@example.com\tli.lei2@example.com\ttea\nanna@example.com\thelen@example.com\tcup\nli.lei2@example.com\tli.lei2@example.com\tpot\n",
    );
    (db, folder)
}

async fn house_of(
    db: &Db,
    folder: &Folder,
    postgres: bool,
) -> (House, store::testing::TestGuard, [String; 2]) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let house = House::open(store).await;
    let shop = house.source(db).await;
    let files = folder.source(&house).await;
    let from = End {
        source: files.clone(),
        table: "old/visits.jsonl".into(),
        column: "customer_ref".into(),
    };
    let to = End { source: shop.clone(), table: "customers".into(), column: "id".into() };
    house.rights.declare(&li(), &from, &to).await.unwrap();
    (house, guard, [shop, files])
}

async fn an_erasure_beside_a_database(engine: Engine, postgres: bool) {
    let (db, folder) = world(engine).await;
    let (house, _guard, [_, files]) = house_of(&db, &folder, postgres).await;
    folder.permit(&house, &files).await;
    let work = house.work();
    let before = folder.read("news.csv");

    let request = house.asked(&address(2)).await;
    let planned = house.planned(&request).await;

    assert_eq!(folder.read("news.csv"), before, "a plan touches nothing");
    let counts = |table: &str| {
        let step = step(&planned, table);
        (step.own, step.shared, step.expected.deleted, step.expected.cells, step.error.clone())
    };
    assert_eq!(counts("news.csv"), (2, 0, 2, 0, String::new()));
    assert_eq!(counts("old/visits.jsonl"), (2, 0, 2, 0, String::new()));
    assert_eq!(counts("people.json"), (2, 0, 2, 0, String::new()));
    assert_eq!(counts("gifts.tsv"), (1, 1, 1, 1, String::new()));

    house.begun(&request).await;
    let erasure = house.still(&request.id).await;

    assert_eq!((erasure.stage, erasure.error.as_str()), (Stage::Done, ""));
    assert_eq!(folder.text("news.csv"), news().1);
    assert_eq!(
        folder.text("old/visits.jsonl"),
        "{\"customer_ref\": 1, \"page\": \"/a\"}\n{\"customer_ref\": 20, \"page\": \"/c\"}\r\n"
    );
    assert_eq!(
        folder.text("people.json"),
        "[\n  {\"email\": \"anna@example.com\", \"n\": 2.50}\n]\n"
    );
    assert_eq!(
        folder.text("gifts.tsv"),
        "from_email\tto_email\tgift\nanna@example.com\t\ttea\nanna@example.com\thelen@example.com\tcup\n"
    );
    assert_eq!(db.number("SELECT count(*) FROM customers WHERE email LIKE 'li.lei2@%'").await, 0);
    assert_eq!(step(&erasure, "news.csv").done.deleted, 2);
    assert_eq!(step(&erasure, "gifts.tsv").done.cells, 1);
    assert_eq!(folder.leftovers(), 0);

    let certificate = house.rights.erasure_certificate(&request.id).await.unwrap().to_string();
    assert!(certificate.contains("news.csv") && !certificate.contains("li.lei2"), "{certificate}");

    // Nothing is there; then a copy of a file is put back, and its rows go again.
    let looked = house.looks(&request.id, 1).await;
    assert_eq!((looked.looked, looked.back, looked.fresh), (Looked::Clean, 0, 0));
    folder.write("news.csv", &before);
    house.rights.look_after(&li(), &request.id).await.unwrap();
    let looked = house.looks(&request.id, 2).await;
    assert_eq!((looked.looked, looked.back, looked.again, looked.fresh), (Looked::Back, 2, 2, 0));
    assert_eq!(folder.text("news.csv"), news().1);
    // A row that the erasure never saw is for people to judge.
    folder.write("news.csv", format!("{}\r\nLi;li.lei2@example.com;new\r\n", news().1).as_bytes());
    house.rights.look_after(&li(), &request.id).await.unwrap();
    let looked = house.looks(&request.id, 3).await;
    assert_eq!((looked.looked, looked.fresh), (Looked::Fresh, 1));
    work.stop().await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_with_sqlite() {
    an_erasure_beside_a_database(Engine::Sqlite, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_with_postgres_and_our_own_rows_in_postgres() {
    an_erasure_beside_a_database(Engine::Postgres, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_with_mariadb() {
    an_erasure_beside_a_database(Engine::Mysql, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_files_stay_and_rows_that_changed_are_planned_anew() {
    let (db, folder) = world(Engine::Sqlite).await;
    let (house, _guard, [_, files]) = house_of(&db, &folder, false).await;
    let work = house.work();
    let request = house.asked(&address(2)).await;
    house.planned(&request).await;
    house.begun(&request).await;

    // Nobody allowed it: the database is done, the files say why.
    let erasure = house.still(&request.id).await;
    assert_eq!(erasure.stage, Stage::Partial);
    assert_eq!(step(&erasure, "news.csv").error, "no-account");
    assert_eq!(folder.text("news.csv"), news().0);

    // One file has lost a row of the person's to a changed one, one is gone; the others go.
    folder.permit(&house, &files).await;
    let changed = news().0.replace("谢谢", "多谢");
    folder.write("news.csv", changed.as_bytes());
    std::fs::rename(folder.path("people.json"), folder.path("moved.json")).unwrap();
    house.rights.resume_erasure(&li(), &request.id).await.unwrap();
    let erasure = house.still(&request.id).await;
    assert_eq!(erasure.stage, Stage::Partial);
    assert_eq!(step(&erasure, "news.csv").error, "file-changed");
    assert_eq!(step(&erasure, "people.json").error, "file-gone");
    assert!(step(&erasure, "gifts.tsv").is_done && step(&erasure, "old/visits.jsonl").is_done);
    assert_eq!(folder.text("news.csv"), changed, "not a row of it is touched");
    assert_eq!(folder.leftovers(), 0);

    // Scanned and planned anew, the rest goes, too.
    folder.scan(&house, &files).await;
    let planned = house.planned(&request).await;
    assert_eq!((step(&planned, "news.csv").own, step(&planned, "moved.json").own), (2, 2));
    assert!(step(&planned, "gifts.tsv").is_done, "what is done is not planned again");
    house.rights.begin_erasure(&li(), &request).await.unwrap();
    let erasure = house.still(&request.id).await;
    assert_eq!(erasure.stage, Stage::Done, "{:?}", erasure.unreached);
    assert_eq!(folder.text("news.csv"), news().1);
    assert_eq!(
        folder.text("moved.json"),
        "[\n  {\"email\": \"anna@example.com\", \"n\": 2.50}\n]\n"
    );
    work.stop().await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_reached_in_files_says_why() {
    let (db, folder) = world(Engine::Sqlite).await;
    let wide: Vec<u8> = "email,n\nli.lei2@example.com,1\nanna@example.com,2\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    folder.write("wide.csv", &wide);
    folder.write("one.json", b"{\n \"email\": \"li.lei2@example.com\"\n}\n");
    folder.write("gone.csv", b"email\nli.lei2@example.com\nanna@example.com\n");
    let (house, _guard, [_, files]) = house_of(&db, &folder, false).await;
    folder.permit(&house, &files).await;
    std::fs::remove_file(folder.path("gone.csv")).unwrap();
    let work = house.work();

    let request = house.asked(&address(2)).await;
    let planned = house.planned(&request).await;

    let mut left: Vec<(&str, &str)> = planned
        .unreached
        .iter()
        .filter(|one| one.source == files)
        .map(|one| (one.table.as_str(), one.why.as_str()))
        .collect();
    left.sort_unstable();
    assert_eq!(left, [("gone.csv", "file-gone"), ("one.json", "file-object")]);
    let wide_step = step(&planned, "wide.csv");
    assert_eq!(
        (wide_step.own, wide_step.act, wide_step.error.as_str()),
        (1, Act::Keep, "file-encoding")
    );
    house.begun(&request).await;
    let erasure = house.still(&request.id).await;
    assert_eq!(erasure.stage, Stage::Done);
    assert_eq!(folder.read("wide.csv"), wide);
    work.stop().await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_emptied_instead_and_held_ones_stay() {
    let (db, folder) = world(Engine::Sqlite).await;
    folder.write(
        "cases.csv",
        b"email,phone,case\nli.lei2@example.com,+8613800138000,7\nli.lei2@example.com,+8613800138000,8\nanna@example.com,+8613900139000,7\n",
    );
    let (house, _guard, [_, files]) = house_of(&db, &folder, false).await;
    folder.permit(&house, &files).await;
    let hold = retain::NewHold {
        name: "Case 7".into(),
        reason: "court".into(),
        source: files.clone(),
        scope: retain::Scope::Rows {
            table: "cases.csv".into(),
            column: "case".into(),
            values: vec!["7".into()],
        },
        from: store::now() - 1,
        until: 0,
    };
    house.base.retain.make_hold(&li(), &hold).await.unwrap();
    let work = house.work();
    let request = house.asked(&address(2)).await;
    let planned = house.planned(&request).await;
    let (news_at, cases) = (step(&planned, "news.csv").at, step(&planned, "cases.csv"));
    assert_eq!((cases.expected.deleted, cases.expected.hold), (1, 1));
    house.rights.choose(&li(), &request.id, news_at, (Act::Empty, "")).await.unwrap();
    house.rights.choose(&li(), &request.id, cases.at, (Act::Empty, "")).await.unwrap();

    house.begun(&request).await;
    let erasure = house.still(&request.id).await;

    assert_eq!(erasure.stage, Stage::Done);
    assert_eq!(step(&erasure, "news.csv").done.emptied, 2);
    let cases = step(&erasure, "cases.csv").done;
    assert_eq!((cases.emptied, cases.hold), (1, 1));
    assert_eq!(
        folder.text("cases.csv"),
        "email,phone,case\nli.lei2@example.com,+8613800138000,7\n,,8\nanna@example.com,+8613900139000,7\n"
    );
    // Only what the data map calls personal: the note is not.
    let emptied = [";;\"says \"\"hi\"\",\r\ntwice\"\r\n", ";;\"谢谢\"\r\n"];
    let all = [NEWS[0], NEWS[1], emptied[0], NEWS[2], emptied[1], NEWS[3]].concat();
    assert_eq!(folder.text("news.csv"), all);
    // The held row is there and was to stay; nothing else is.
    let looked = house.looks(&request.id, 1).await;
    assert_eq!((looked.looked, looked.back, looked.fresh), (Looked::Clean, 0, 0));
    work.stop().await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_holds_rows_of_files_and_nobody_elses() {
    let (db, folder) = world(Engine::Sqlite).await;
    folder.write("long.csv", b"email,a\nanna@example.com,1\nli.lei2@example.com,2,beside\n");
    let (house, _guard, _) = house_of(&db, &folder, false).await;
    let work = house.work();
    let request = house.asked_for(Kind::Access, Level::Checked, &address(2)).await;

    house.rights.make_bundle(&li(), &request).await.unwrap();
    let bundle = shelf::bundle(&house, &request.id).await;

    let data: serde_json::Value = serde_json::from_str(&bundle["data.json"]).unwrap();
    let rows = |table: &str| {
        let tables = data["tables"].as_array().unwrap();
        let mine = tables.iter().find(|one| one["table"] == table);
        mine.unwrap_or_else(|| panic!("{table} is missing"))["rows"].as_array().unwrap().clone()
    };
    assert_eq!(rows("news.csv").len(), 2);
    assert_eq!(rows("news.csv")[0]["name"], "Müller; Jörg");
    assert_eq!(rows("old/visits.jsonl")[1]["page"], "/d");
    assert_eq!(rows("people.json")[0]["n"], "1.50");
    assert_eq!(rows("customers").len(), 1, "beside the database");
    let gift = rows("gifts.tsv").into_iter().find(|row| row["gift"] == "tea").unwrap();
    assert_eq!(gift["from_email"], "[…]", "who gave it is another person");
    let beside = rows("long.csv")[0].to_string();
    assert!(beside.contains("beside"), "{beside}");
    for (name, text) in &bundle {
        for other in ["anna@", "han@", "zoe@", "helen@"] {
            assert!(!text.contains(other), "{name} holds {other}");
        }
    }
    let csv = bundle.iter().find(|(name, _)| name.contains("news.csv")).unwrap().1;
    assert!(csv.contains("李雷"), "{csv}");
    work.stop().await;
    db.drop().await;
}

#[test]
#[ignore = "started by another test"]
fn the_process_that_is_killed() {
    let Ok(data_dir) = std::env::var("PRIVET_CRASH_DIR") else { return };
    let config = store::StoreConfig { data_dir: data_dir.into(), database: None };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let house = House::open(store::Store::open(config).await.unwrap()).await;
        let _work = house.work();
        std::future::pending::<()>().await;
    });
}

/// Files of the crash test, and lines of others in each.
const SHELVES: usize = 24;
const LINES: usize = 4_000;

fn whole(n: usize, mine: bool) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("email,order,note\n");
    for line in 0..LINES {
        writeln!(text, "c{line}@example.com,{n:02}-{line},\"a, b\"").unwrap();
        if mine && line % 400 == 0 {
            writeln!(text, "li.lei2@example.com,{n:02}-m{line},\"my, own\"").unwrap();
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_survive_a_server_that_is_killed_again_and_again() {
    let guard = store::testing::temp_sqlite_guard();
    let folder = Folder::new();
    for n in 0..SHELVES {
        folder.write(&format!("f{n}.csv"), whole(n, true).as_bytes());
    }
    let open = || async { House::open(store::Store::open(guard.config()).await.unwrap()).await };
    let house = open().await;
    let files = folder.source(&house).await;
    folder.permit(&house, &files).await;
    let work = house.work();
    let request = house.asked(&address(2)).await;
    let planned = house.planned(&request).await;
    assert_eq!(planned.own(), SHELVES as u64 * 10);
    for step in planned.steps.iter().filter(|step| step.at % 2 == 1) {
        house.rights.choose(&li(), &request.id, step.at, (Act::Empty, "")).await.unwrap();
    }
    work.stop().await;
    house.begun(&request).await;
    house.base.web.store().close().await;
    drop(house);

    let length = whole(0, true).len() as u64;
    let (mut moment, mut left, mut between) = (7_u64, 0, 0);
    for _ in 0..7 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["the_process_that_is_killed", "--exact", "--ignored", "--nocapture"])
            .env("PRIVET_CRASH_DIR", &guard.config().data_dir)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let done = folder.shorter(length);
        for _ in 0..2_000 {
            // At work on a file, or just done with one.
            if folder.leftovers() > left || folder.shorter(length) > done {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
        tokio::time::sleep(std::time::Duration::from_millis((moment >> 33) % 12)).await;
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        left = folder.leftovers();
        between += u64::from(left > 0 || (1..SHELVES).contains(&folder.shorter(length)));
        // Whatever moment it was: each file is the old one or the new one.
        for n in 0..SHELVES {
            let text = folder.text(&format!("f{n}.csv"));
            assert!(text == whole(n, true) || !text.contains("li.lei2@"), "f{n}.csv is torn");
        }
    }

    assert!(between > 2, "it was killed at work {between} times only");
    let house = open().await;
    let work = house.work();
    let mut erasure = house.still(&request.id).await;
    if erasure.stage == Stage::Partial {
        // The job was given up after so many kills; a server goes on by itself every hour.
        house.rights.retry_erasures().await.unwrap();
        erasure = house.still(&request.id).await;
    }
    assert_eq!(erasure.stage, Stage::Done, "{}", erasure.error);
    let done = erasure.done();
    assert_eq!((done.deleted, done.emptied), (SHELVES as u64 * 5, SHELVES as u64 * 5));
    for one in &erasure.steps {
        let n: usize = one.table[1..one.table.len() - 4].parse().unwrap();
        let text = folder.text(&one.table);
        if one.act == Act::Delete {
            assert_eq!(text, whole(n, false));
        } else {
            assert_eq!(text.lines().count(), 1 + LINES + 10);
            assert!(!text.contains("li.lei2@"));
        }
    }
    assert_eq!(folder.leftovers(), 0);
    let looked = house.looks(&request.id, 1).await;
    assert_eq!((looked.looked, looked.fresh), (Looked::Clean, 0));
    work.stop().await;
}
