use std::{fs::File, path::Path, time::Duration};

use tokio::sync::mpsc;

use super::{place::lock, *};
use crate::{Alike, Only, request::Literal, value::Value};

fn shelf(folder: &Path) -> Shelf {
    let (address, _) = Address::parse(folder.to_str().unwrap()).unwrap();
    Shelf::new(address, Options::default())
}

/// The rows of somebody go.
async fn asked(shelf: &Shelf, name: &str, column: &str, who: &str) -> Sweep {
    let table = table(name, vec![column.to_owned()], String::new());
    let values = [who.to_owned()];
    let only = Only::Alike { column, values: &values, how: Alike::Address };
    let (send, mut pieces) = mpsc::channel(100);
    let mut reader = shelf.reader(Duration::from_mins(1));
    // Of a file with broken records it tells so; what it found is there all the same.
    let _ = reader.rows(&table, &[KEY.to_owned()], &only, 10, &send).await;
    drop(send);
    let mut own = Vec::new();
    while let Some(rows) = pieces.recv().await {
        let key = |row: Vec<Value>| {
            row.into_iter().map(|one| Literal::Text(one.text().unwrap())).collect::<Vec<_>>()
        };
        own.extend(rows.into_iter().map(key));
    }
    Sweep {
        table,
        own,
        delete: true,
        columns: vec![column.to_owned()],
        shared: Vec::new(),
        naming: Vec::new(),
        duties: Vec::new(),
        holds: Vec::new(),
    }
}

fn left(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut all: Vec<String> =
        names.map(|one| one.unwrap().file_name().to_string_lossy().into_owned()).collect();
    all.sort();
    all
}

const TEXT: &str = "email,n\nli@example.com,1\nanna@example.com,2\nmei@example.com,3\n";

#[tokio::test]
async fn two_erasures_of_one_file_wait_for_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, TEXT).unwrap();
    let one = shelf(dir.path());
    let li = asked(&one, "a.csv", "email", "li@example.com").await;
    let mei = asked(&one, "a.csv", "email", "mei@example.com").await;

    let first = one.draft(li).await.unwrap();
    let busy = lock(&path, "a.csv", Duration::ZERO).err().map(|error| error.code());
    assert_eq!(busy, Some("file-busy"), "nobody else writes it anew now");
    let second = tokio::spawn({
        let other = shelf(dir.path());
        async move { other.draft(mei).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(left(dir.path()).len(), 2, "the file and one new one");
    first.publish().await.unwrap();
    let swept = second.await.unwrap().unwrap().publish().await.unwrap();

    assert_eq!(swept, Swept { deleted: 1, ..Swept::default() });
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "email,n\nanna@example.com,2\n");
    assert_eq!(left(dir.path()), ["a.csv"]);
}

#[tokio::test]
async fn only_what_was_written_here_takes_the_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, TEXT).unwrap();
    let shelf = shelf(dir.path());
    let draft = shelf.draft(asked(&shelf, "a.csv", "email", "li@example.com").await).await.unwrap();
    let beside = left(dir.path()).into_iter().find(|name| name.contains("privet-new")).unwrap();

    std::fs::remove_file(dir.path().join(&beside)).unwrap();
    std::fs::write(dir.path().join(&beside), "half a dra").unwrap();
    let refused = draft.publish().await.unwrap_err();

    assert_eq!(refused.code(), "file-busy");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
}

#[tokio::test]
async fn leftovers_go_when_nobody_is_at_work() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, TEXT).unwrap();
    let mine = [".a.csv.privet-new", ".a.csv.privet-new-0123456789abcdef"];
    let others = [".a.csv.privet-news", ".b.csv.privet-new-0123456789abcdef"];
    for name in mine.iter().chain(&others) {
        std::fs::write(dir.path().join(name), "half a dra").unwrap();
    }
    let shelf = shelf(dir.path());

    let held = File::open(&path).unwrap();
    held.try_lock().unwrap();
    shelf.tidy("a.csv").await.unwrap();
    assert_eq!(left(dir.path()).len(), 5, "somebody is at work");
    drop(held);
    shelf.tidy("a.csv").await.unwrap();

    assert_eq!(left(dir.path()), [others[0], others[1], "a.csv"]);
}

#[tokio::test]
async fn shared_rows_that_are_not_there_are_missing_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, TEXT).unwrap();
    let shelf = shelf(dir.path());
    let mut asked = asked(&shelf, "a.csv", "email", "li@example.com").await;
    asked.shared = std::mem::take(&mut asked.own);
    let naming = Naming {
        column: "email".to_owned(),
        values: vec!["li@example.com".to_owned()],
        how: Alike::Address,
    };
    asked.naming = vec![naming];
    assert_eq!(shelf.preview(asked.clone()).await.unwrap().0.missing, 0);

    std::fs::write(&path, TEXT.replace("com,1", "com,9")).unwrap();

    let swept = shelf.preview(asked).await.unwrap().0;
    assert_eq!(swept, Swept { missing: 1, ..Swept::default() });
}

#[tokio::test]
async fn what_cannot_be_understood_stays_with_its_commas() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.json");
    let li = r#"{"a":"li@example.com"}"#;
    let other = r#"{"a":"anna@example.com"}"#;
    for (text, wanted) in [
        (format!("[{li}, {{broken}},\n{other}]"), format!("[{{broken}},\n{other}]")),
        (format!("[{{broken}}, {li},\n{other}]\n"), format!("[{{broken}},\n{other}]\n")),
        (format!("[{other} , {{broken}},\n{li} ]"), format!("[{other} , {{broken}} ]")),
        (format!("[{other},,{other},{li},]"), format!("[{other},,{other},]")),
        (format!("[{li},{li}]"), "[]".to_owned()),
    ] {
        std::fs::write(&path, &text).unwrap();
        let shelf = shelf(dir.path());
        let asked = asked(&shelf, "a.json", "a", "li@example.com").await;
        shelf.draft(asked).await.unwrap().publish().await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), wanted, "{text}");
    }
}
