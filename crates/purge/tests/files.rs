//! Rows of files are found and taken out as a naive oracle would do it, and every other byte stays.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

use std::{
    collections::BTreeMap,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    time::Duration,
};

use proptest::prelude::*;
use purge::{Alike, Condition, Literal, Naming, Only, PurgeError, Shelf, Sweep, Swept, Value};
use tokio::sync::mpsc;

const LI: &str = "li@example.com";

fn shelf(folder: &Path) -> Shelf {
    let (address, _) = sources::Address::parse(folder.to_str().unwrap()).unwrap();
    Shelf::new(address, sources::Options::default())
}

async fn table(shelf: &Shelf, name: &str) -> purge::Table {
    shelf.schema(&BTreeMap::new()).await.unwrap().table(name).unwrap().clone()
}

/// Keys of the rows whose column names Li.
async fn keys(shelf: &Shelf, name: &str, column: &str) -> Vec<Vec<Literal>> {
    let table = table(shelf, name).await;
    let values = [LI.to_owned()];
    let only = Only::Alike { column, values: &values, how: Alike::Address };
    let (send, mut pieces) = mpsc::channel(4);
    let columns = ["(row)".to_owned()];
    let mut reader = shelf.reader(Duration::from_mins(1));
    let read = async {
        reader.rows(&table, &columns, &only, 2, &send).await.unwrap();
        drop(send);
    };
    let take = async {
        let mut all = Vec::new();
        while let Some(rows) = pieces.recv().await {
            all.extend(rows);
        }
        all
    };
    let ((), rows) = tokio::join!(read, take);
    let key =
        |row: Vec<Value>| row.into_iter().map(|one| Literal::Text(one.text().unwrap())).collect();
    rows.into_iter().map(key).collect()
}

async fn sweep(shelf: &Shelf, name: &str, column: &str) -> Sweep {
    Sweep {
        table: table(shelf, name).await,
        own: keys(shelf, name, column).await,
        delete: true,
        columns: vec![column.to_owned()],
        shared: Vec::new(),
        naming: Vec::new(),
        duties: Vec::new(),
        holds: Vec::new(),
    }
}

fn left(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|one| one.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn a_file_keeps_its_rights_and_is_replaced_in_one_step() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, "email,n\nli@example.com,1\nanna@example.com,2\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let shelf = shelf(dir.path());

    let draft = shelf.draft(sweep(&shelf, "a.csv", "email").await).await.unwrap();
    let inode = std::fs::metadata(&path).unwrap().ino();
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3, "not yet");
    let stamp = draft.stamp;
    let swept = draft.publish().await.unwrap();

    let meta = std::fs::metadata(&path).unwrap();
    assert_eq!(swept, Swept { deleted: 1, ..Swept::default() });
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "email,n\nanna@example.com,2\n");
    assert_eq!(meta.permissions().mode() & 0o777, 0o640);
    assert_ne!(meta.ino(), inode);
    assert_eq!(shelf.stamp("a.csv").await.unwrap(), stamp);
    assert_eq!(left(dir.path()), ["a.csv"]);
}

#[tokio::test]
async fn a_file_that_is_written_to_meanwhile_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, "email,n\nli@example.com,1\nanna@example.com,2\n").unwrap();
    let shelf = shelf(dir.path());

    let draft = shelf.draft(sweep(&shelf, "a.csv", "email").await).await.unwrap();
    let more = "email,n\nli@example.com,1\nanna@example.com,2\nzoe@example.com,3\n";
    std::fs::write(&path, more).unwrap();
    let refused = draft.publish().await.unwrap_err();

    assert_eq!(refused.code(), "file-busy");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), more);
    assert_eq!(left(dir.path()), ["a.csv"], "the draft is gone");
}

#[tokio::test]
async fn rows_that_are_not_what_they_were_are_missing_and_what_a_killed_server_left_goes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, "email,n\nli@example.com,1\nli@example.com,1\nli@example.com,2\n")
        .unwrap();
    let shelf = shelf(dir.path());
    let asked = sweep(&shelf, "a.csv", "email").await;
    assert_eq!(asked.own.len(), 3, "twins are two rows");
    std::fs::write(dir.path().join(".a.csv.privet-new"), "half a dra").unwrap();

    std::fs::write(&path, "email,n\nanna@example.com,7\nli@example.com,1\nli@example.com,5\n")
        .unwrap();
    let draft = shelf.draft(asked).await.unwrap();

    assert_eq!(draft.swept, Swept { deleted: 1, missing: 2, ..Swept::default() });
    drop(draft);
    assert_eq!(left(dir.path()), ["a.csv"]);
}

#[tokio::test]
async fn what_cannot_be_written_anew_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let text = "email,n\nli@example.com,1\nanna@example.com,2\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(dir.path().join("wide.csv"), wide).unwrap();
    std::fs::write(dir.path().join("linked.csv"), text).unwrap();
    std::fs::hard_link(dir.path().join("linked.csv"), dir.path().join("other.bak")).unwrap();
    std::fs::write(dir.path().join("fixed.csv"), text).unwrap();
    let readable = std::fs::Permissions::from_mode(0o444);
    std::fs::set_permissions(dir.path().join("fixed.csv"), readable).unwrap();
    std::fs::write(dir.path().join("one.json"), "{\n \"email\": \"li@example.com\"\n}").unwrap();
    let shelf = shelf(dir.path());

    for (name, code) in [
        ("wide.csv", "file-encoding"),
        ("linked.csv", "file-linked"),
        ("fixed.csv", "file-read-only"),
    ] {
        assert_eq!(shelf.fixed(name).await.unwrap(), Some(code), "{name}");
        let asked = sweep(&shelf, name, "email").await;
        assert_eq!(asked.own.len(), 1, "{name} is searched all the same");
        assert_eq!(shelf.draft(asked).await.err().map(|one| one.code()), Some(code), "{name}");
    }
    let gone = [("gone.csv".to_owned(), vec!["email".to_owned()])].into();
    let schema = shelf.schema(&gone).await.unwrap();
    let why = |name: &str| schema.table(name).unwrap().unsafe_because.as_str();
    assert_eq!((why("one.json"), why("gone.csv"), why("wide.csv")), ("object", "gone", ""));
}

#[tokio::test]
async fn holds_and_duties_keep_rows_and_what_a_file_cannot_say_keeps_them_too() {
    let dir = tempfile::tempdir().unwrap();
    let text = "email,case\nli@example.com,7\nli@example.com,8\nli@example.com,\n";
    std::fs::write(dir.path().join("a.csv"), text).unwrap();
    let shelf = shelf(dir.path());
    let one = Condition::OneOf { column: "case".into(), values: vec![Literal::Int(7)] };
    let mut asked = sweep(&shelf, "a.csv", "email").await;
    asked.holds = vec![one];

    let (swept, _) = shelf.preview(asked.clone()).await.unwrap();
    // The empty case may be the held one.
    assert_eq!(swept, Swept { deleted: 1, hold: 2, ..Swept::default() });
    asked.duties = vec![Condition::Not(Box::new(Condition::OlderThan {
        column: "case".into(),
        than: "2020-01-01T00:00:00Z".parse().unwrap(),
        time: None,
    }))];
    let (swept, _) = shelf.preview(asked).await.unwrap();
    assert_eq!(swept, Swept { duty: 3, ..Swept::default() });
}

#[tokio::test]
async fn cells_are_emptied_and_nothing_else_of_the_row() {
    let dir = tempfile::tempdir().unwrap();
    let csv = "email;note\r\n\" LI@example.com\";\"a;\"\"b\"\"\"\r\n";
    std::fs::write(dir.path().join("a.csv"), csv).unwrap();
    let lines = "{\"to\": [\"li@example.com\", \"x@example.com\"], \"n\":1.50}\n";
    std::fs::write(dir.path().join("b.jsonl"), lines).unwrap();
    let shelf = shelf(dir.path());
    let mut own = sweep(&shelf, "a.csv", "email").await;
    own.delete = false;
    let mut shared = sweep(&shelf, "b.jsonl", "to[]").await;
    shared.shared = std::mem::take(&mut shared.own);
    shared.naming =
        vec![Naming { column: "to[]".into(), values: vec![LI.into()], how: Alike::Address }];

    shelf.draft(own).await.unwrap().publish().await.unwrap();
    let swept = shelf.draft(shared).await.unwrap().publish().await.unwrap();

    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(read("a.csv"), "email;note\r\n;\"a;\"\"b\"\"\"\r\n");
    assert_eq!(read("b.jsonl"), "{\"to\": [null, \"x@example.com\"], \"n\":1.50}\n");
    assert_eq!(swept, Swept { cells: 1, ..Swept::default() });
}

#[tokio::test]
async fn a_broken_file_gives_what_it_has_and_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let text = "{\"email\":\"li@example.com\"}\n{\"email\":\"li@example.com\"\n";
    std::fs::write(dir.path().join("a.jsonl"), text).unwrap();
    let shelf = shelf(dir.path());
    let table = table(&shelf, "a.jsonl").await;
    let (send, mut pieces) = mpsc::channel(4);
    let values = [LI.to_owned()];
    let only = Only::Alike { column: "email", values: &values, how: Alike::Address };
    let mut reader = shelf.reader(Duration::from_mins(1));

    let read = reader.rows(&table, &["email".to_owned()], &only, 10, &send).await;

    assert_eq!(pieces.recv().await.unwrap().len(), 1);
    let Err(PurgeError::Source(error)) = read else { panic!("nobody was told") };
    assert!(error.to_string().contains("1 of 2 records"), "{error}");
}

/// A field as somebody may write it, and what it says.
fn field() -> impl Strategy<Value = (String, String)> {
    let plain = "[a-z0-9 灯ü]{0,6}".prop_map(|text| (text.clone(), text));
    let quoted = "[a-z,;\"\n\r灯ü ]{0,8}"
        .prop_map(|text| (format!("\"{}\"", text.replace('"', "\"\"")), text));
    prop_oneof![plain, quoted]
}

fn mail() -> impl Strategy<Value = (String, bool)> {
    prop_oneof![
        Just((LI.to_owned(), true)),
        Just(("\"Li@Example.COM \"".to_owned(), true)),
        "[a-k]{1,3}@example\\.com".prop_map(|text| (text, false)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_tables_lose_the_persons_rows_and_nothing_else(
        rows in prop::collection::vec((mail(), field(), field(), 0..3_usize), 0..25),
        mark: bool,
        last: bool,
    ) {
        // Rows that make the dialect plain, so that the oracle is about rows and not about guesses.
        let mut text = String::from(if mark { "\u{feff}" } else { "" });
        text.push_str("email,first,second\nzz@example.com,\"q,\"\"w\",\"line\nline\"\nzy@example.com,\"q,w\",\"line\n\"\n");
        let mut wanted = text.clone();
        let ends = ["\n", "\r\n", "\r\n\r\n"];
        let count = rows.len();
        for (n, ((mail, mine), (first, _), (second, _), end)) in rows.iter().enumerate() {
            let end = if last && n + 1 == count { "" } else { ends[*end] };
            let line = format!("{mail},{first},{second}");
            text.push_str(&line);
            text.push_str(end);
            if *mine {
                // Empty lines behind a row are nobody's: they stay.
                wanted.push_str(if end.len() == 4 { "\r\n" } else { "" });
            } else {
                wanted.push_str(&line);
                wanted.push_str(end);
            }
        }
        let mine = rows.iter().filter(|row| row.0.1).count() as u64;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        std::fs::write(&path, &text).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let shelf = shelf(dir.path());
            let asked = sweep(&shelf, "a.csv", "email").await;
            prop_assert_eq!(asked.own.len() as u64, mine);
            let swept = shelf.draft(asked).await.unwrap().publish().await.unwrap();
            prop_assert_eq!(swept, Swept { deleted: mine, ..Swept::default() });
            prop_assert_eq!(std::fs::read_to_string(&path).unwrap(), wanted);
            Ok(())
        })?;
    }
}
