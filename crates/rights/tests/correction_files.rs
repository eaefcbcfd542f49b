//! Corrections reach files beside databases: one cell of one row, and every other byte stays.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "erase/house.rs"]
mod house;
#[path = "files/shelf.rs"]
mod shelf;
#[path = "correction/steps.rs"]
mod steps;
#[path = "../../retain/tests/support/mod.rs"]
mod support;

use std::time::Duration;

use house::House;
use rights::{
    Kind, Level, Request,
    correction::{Correction, Look, Proposal, State},
};
use shelf::Folder;
use steps::{looked, still};
use support::li;
use web::testing::reader::Reader;

const LEI: &str = "li.lei@example.com";
const NEWS: &str = "email;full_name;phone\r\nli.lei@example.com;\"Li Leii\";+8613800138000\r\nhan@example.com;\"Li Leii\";+8613900139000\r\n";
const VISITS: &str = "{\"email\": \"li.lei@example.com\", \"full_name\": \"Li Leii\", \"n\": 1.50}\n{\"email\": \"han@example.com\", \"full_name\": \"Li Leii\"}\n{\"email\": \"li.lei@example.com\", \"full_name\": \"Li Leii\", \"n\": 1.50}\n";

async fn world(postgres: bool) -> (House, Folder, String, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let folder = Folder::new();
    folder.write("news.csv", NEWS.as_bytes());
    folder.write("visits.jsonl", VISITS.as_bytes());
    let house = House::open(store).await;
    let files = folder.source(&house).await;
    (house, folder, files, guard)
}

/// Files that may be written anew, and what they hold of somebody who wants it corrected.
struct World {
    house: House,
    folder: Folder,
    request: Request,
    look: Look,
    guard: store::testing::TestGuard,
}

async fn permitted() -> World {
    let (house, folder, files, guard) = world(false).await;
    folder.permit(&house, &files).await;
    let work = house.work();
    let request = house.asked_for(Kind::Correction, Level::Checked, LEI).await;
    let look = looked(&house, &request).await;
    work.stop().await;
    World { house, folder, request, look, guard }
}

/// The first cell of that file and column, in all places with the same value.
fn everywhere(look: &Look, table: &str, column: &str, new: &str) -> Proposal {
    for (t, one) in look.held.tables.iter().enumerate() {
        for (r, row) in one.rows.iter().enumerate() {
            for (c, cell) in row.cells.iter().enumerate() {
                if one.table == table && cell.column == column {
                    let (at, looked_at) = ((t, r, c), look.looked_at);
                    return Proposal { at, looked_at, new: Some(new.into()), everywhere: true };
                }
            }
        }
    }
    panic!("{table}.{column} is not shown");
}

async fn corrected(postgres: bool) {
    let (house, folder, files, _guard) = world(postgres).await;
    let work = house.work();
    let rights = &house.rights;
    let request = house.asked_for(Kind::Correction, Level::Checked, LEI).await;
    let look = looked(&house, &request).await;
    let rows: Vec<(&str, usize)> =
        look.held.tables.iter().map(|one| (one.table.as_str(), one.rows.len())).collect();
    assert_eq!(rows, [("news.csv", 1), ("visits.jsonl", 2)], "this person's alone");

    // Nobody allowed the files to be written anew.
    let proposal = everywhere(&look, "news.csv", "full_name", "李; \"雷\"");
    assert_eq!(rights.propose_correction(&li(), &request, &proposal).await.unwrap(), 3);
    let refused = still(&house, &request).await;
    let no_account = |one: &Correction| (one.state, &*one.error) == (State::Refused, "no-account");
    assert!(refused.iter().all(no_account), "{refused:?}");
    folder.permit(&house, &files).await;
    for one in &refused {
        rights.retry_correction(&li(), &request, &one.id).await.unwrap();
    }
    let tried = still(&house, &request).await;
    assert!(tried.iter().all(|one| one.state == State::Proposed), "{tried:?}");
    assert_eq!(folder.text("news.csv") + &folder.text("visits.jsonl"), [NEWS, VISITS].concat());

    // Two cells of one row, and two rows with the same bytes.
    let phone = everywhere(&look, "news.csv", "phone", "+8613700137000");
    rights.propose_correction(&li(), &request, &phone).await.unwrap();
    assert_eq!(still(&house, &request).await.len(), 4);
    rights.write_corrections(&li(), &request).await.unwrap();
    let written = still(&house, &request).await;
    assert!(written.iter().all(|one| one.state == State::Written), "{written:?}");
    let news = NEWS.replacen("\"Li Leii\";+8613800138000", "\"李; \"\"雷\"\"\";+8613700137000", 1);
    assert_eq!(folder.text("news.csv"), news);
    let mine =
        "{\"email\": \"li.lei@example.com\", \"full_name\": \"李; \\\"雷\\\"\", \"n\": 1.50}\n";
    let hers = VISITS.lines().nth(1).unwrap();
    assert_eq!(folder.text("visits.jsonl"), format!("{mine}{hers}\n{mine}"));
    assert_eq!(folder.leftovers(), 0);

    // Undone, and then somebody else was there.
    for one in written.iter().filter(|one| one.column == "full_name") {
        rights.undo_correction(&li(), &request.id, &one.id).await.unwrap();
    }
    let undone = still(&house, &request).await;
    let states: Vec<State> = undone.iter().map(|one| one.state).collect();
    assert_eq!(states.iter().filter(|one| **one == State::Undone).count(), 3, "{undone:?}");
    assert_eq!(folder.text("visits.jsonl"), VISITS);
    folder.write("news.csv", news.replace("13700137000", "13600136000").as_bytes());
    let phone = undone.iter().find(|one| one.column == "phone").unwrap();
    rights.undo_correction(&li(), &request.id, &phone.id).await.unwrap();
    let left = still(&house, &request).await;
    let phone = left.iter().find(|one| one.column == "phone").unwrap();
    assert_eq!((phone.state, &*phone.error), (State::Failed, "gone"), "another row by now");
    work.stop().await;
    house.base.web.store().ledger().verify().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_corrected_and_every_other_byte_stays() {
    corrected(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_corrected_with_our_own_rows_in_postgres() {
    corrected(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_took_its_place_before_the_server_died_is_not_written_twice() {
    let World { house, folder, request, look, guard: _guard } = permitted().await;
    let (work, rights) = (house.work(), &house.rights);
    // One of two rows with the same bytes: the other would be taken for it.
    let mut proposal = everywhere(&look, "visits.jsonl", "full_name", "Lei Li");
    proposal.everywhere = false;
    rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    still(&house, &request).await;
    // The file is there, and nothing more can be written down.
    let (face, sql) = (
        house.base.web.clone(),
        "CREATE TRIGGER die BEFORE UPDATE OF drafted ON rights_correction
         WHEN OLD.drafted <> '' AND NEW.drafted = '' BEGIN SELECT RAISE(ABORT, 'died'); END",
    );
    web::testing::reader::set(&face, sql).await;
    rights.write_corrections(&li(), &request).await.unwrap();
    let changed = |folder: &Folder| folder.text("visits.jsonl").contains("Lei Li");
    for _ in 0..1_500 {
        if changed(&folder) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(changed(&folder), "the first file took its place");
    tokio::time::sleep(Duration::from_millis(300)).await;
    web::testing::reader::set(&face, "DROP TRIGGER die").await;
    let written = still(&house, &request).await;
    assert!(written.iter().all(|one| one.state == State::Written), "{written:?}");
    assert_eq!(folder.text("visits.jsonl").matches("Lei Li").count(), 1);
    // The other one is still called by its name, and this one, too.
    rights.undo_correction(&li(), &request.id, &written[0].id).await.unwrap();
    let undone = still(&house, &request).await;
    assert_eq!(undone[0].state, State::Undone, "{undone:?}");
    assert_eq!(folder.text("visits.jsonl"), VISITS);
    assert_eq!(folder.leftovers(), 0);
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_jobs_at_once_write_each_place_once() {
    let World { house, folder, request, look, guard: _guard } = permitted().await;
    let (work, rights) = (house.work(), &house.rights);
    let proposal = everywhere(&look, "news.csv", "full_name", "Lei Li");
    assert_eq!(rights.propose_correction(&li(), &request, &proposal).await.unwrap(), 3);
    still(&house, &request).await;
    rights.write_corrections(&li(), &request).await.unwrap();
    let written = still(&house, &request).await;
    assert!(written.iter().all(|one| one.state == State::Written), "{written:?}");
    assert_eq!(folder.text("visits.jsonl").matches("Lei Li").count(), 2);
    // A job for each that is undone; of the twins only one is.
    let (twins, others): (Vec<_>, Vec<_>) =
        written.iter().partition(|one| one.table == "visits.jsonl");
    for one in [others[0], twins[0]] {
        rights.undo_correction(&li(), &request.id, &one.id).await.unwrap();
    }
    let undone = still(&house, &request).await;
    let count = |state| undone.iter().filter(|one| one.state == state).count();
    assert_eq!((count(State::Undone), count(State::Written)), (2, 1), "{undone:?}");
    assert_eq!(folder.text("visits.jsonl").matches("Lei Li").count(), 1);
    assert_eq!(folder.text("news.csv"), NEWS);
    rights.undo_correction(&li(), &request.id, &twins[1].id).await.unwrap();
    still(&house, &request).await;
    assert_eq!(folder.text("visits.jsonl"), VISITS);
    work.stop().await;
}

/// The page names the file, and says in words why a place cannot be written.
async fn page(lang: &str, [not_allowed, busy]: [&str; 2]) {
    let (house, folder, files, _guard) = world(false).await;
    let work = house.work();
    let rights = &house.rights;
    let request = house.asked_for(Kind::Correction, Level::Checked, LEI).await;
    let look = looked(&house, &request).await;
    let proposal = everywhere(&look, "news.csv", "full_name", "Lei Li");
    rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    let refused = still(&house, &request).await;
    let face = house.base.web.clone();
    let rooms = rights::router(face.clone(), rights.clone());
    let mut reader = Reader::open(face, rooms, "/console/requests", lang, "owner").await;
    let page = format!("/console/requests/{}/correction", request.id);
    let asked = reader.get(&page).await;
    let chosen = [("back", page.as_str()), ("purpose", "customer_support")];
    reader.post(&asked.location, "/console/access/purpose", &chosen).await;
    let text = reader.page(&page).await;
    for shown in ["news.csv", "visits.jsonl", not_allowed] {
        assert!(text.contains(shown), "{shown} is not on the page");
    }

    // Another program has the file to itself for longer than anybody waits.
    folder.permit(&house, &files).await;
    let held = std::fs::File::open(folder.path("news.csv")).unwrap();
    held.lock().unwrap();
    let mine = refused.iter().find(|one| one.table == "news.csv").unwrap();
    rights.retry_correction(&li(), &request, &mine.id).await.unwrap();
    still(&house, &request).await;
    assert!(reader.page(&page).await.contains(busy));
    held.unlock().unwrap();
    rights.retry_correction(&li(), &request, &mine.id).await.unwrap();
    let tried = still(&house, &request).await;
    let mine = tried.iter().find(|one| one.id == mine.id).unwrap();
    assert_eq!((mine.state, &*mine.error), (State::Proposed, ""));
    assert_eq!(folder.text("news.csv"), NEWS);
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_why_in_english() {
    page("en", ["There is no account that may write", "Another program wrote to the file"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_why_in_chinese() {
    page("zh-CN", ["没有可以写入的账号", "另一个程序同时写入了此文件"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_that_somebody_else_writes_to_is_corrected_in_the_end_and_nothing_twice() {
    let World { house, folder, request, look, guard: _guard } = permitted().await;
    let (work, rights) = (house.work(), &house.rights);
    let mut proposal = everywhere(&look, "visits.jsonl", "full_name", "Lei Li");
    proposal.everywhere = false;
    rights.propose_correction(&li(), &request, &proposal).await.unwrap();
    still(&house, &request).await;
    // New files are drafted whose place somebody else has written to: what is noted of them is not so.
    let path = folder.path("visits.jsonl");
    let writer = std::thread::spawn(move || {
        use std::io::Write as _;
        for n in 0..150 {
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            writeln!(file, "{{\"email\": \"someone{n}@example.com\"}}").unwrap();
            drop(file);
            std::thread::sleep(Duration::from_millis(7));
        }
    });
    rights.write_corrections(&li(), &request).await.unwrap();
    for _ in 0..20 {
        let all = still(&house, &request).await;
        let one = &all[0];
        assert!(one.state == State::Written || one.error == "file-busy", "{all:?}");
        if one.state == State::Written && writer.is_finished() {
            break;
        }
        if one.state == State::Failed {
            // Two jobs for it, at times: none takes the other twin.
            rights.retry_correction(&li(), &request, &one.id).await.ok();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    writer.join().unwrap();
    let mut written = still(&house, &request).await;
    if written[0].state == State::Failed {
        rights.retry_correction(&li(), &request, &written[0].id).await.unwrap();
        written = still(&house, &request).await;
    }
    assert_eq!(written[0].state, State::Written, "{written:?}");
    let own = |text: String, name: &str| {
        text.lines().filter(|line| line.contains(LEI) && line.contains(name)).count()
    };
    assert_eq!(own(folder.text("visits.jsonl"), "Lei Li"), 1);
    assert_eq!(own(folder.text("visits.jsonl"), "Li Leii"), 1, "the other twin stays");
    rights.undo_correction(&li(), &request.id, &written[0].id).await.unwrap();
    assert_eq!(still(&house, &request).await[0].state, State::Undone);
    assert_eq!(own(folder.text("visits.jsonl"), "Li Leii"), 2);
    assert!(
        folder.text("visits.jsonl").contains("\"han@example.com\", \"full_name\": \"Li Leii\"")
    );
    assert_eq!(folder.leftovers(), 0);
    work.stop().await;
}
