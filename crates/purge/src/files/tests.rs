use std::{fs::File, path::Path, time::Duration};

use tokio::sync::mpsc;

use super::{place::lock, *};
use crate::{
    Alike, Only,
    amend::{Amended, Amendment, Edit},
    error::PurgeError,
    request::Literal,
    value::Value,
};

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

const PEOPLE: &str = "email;name;note\r\nli@example.com;\"Li \"\"Lei\"\"\";a\r\nli@example.com;Li;b\r\nli@example.com;Li;b\r\nanna@example.com;Anna;\"x;\r\ny\"\r\n";

/// Asks for one cell of the row that stands at a place among those of somebody.
async fn edit(
    shelf: &Shelf,
    name: &str,
    (who, at): (&str, usize),
    (column, old, new): (&str, Option<&str>, Option<&str>),
) -> (Table, Amendment) {
    let own = asked(shelf, name, "email", who).await.own;
    let mut keys = own.into_iter().map(|key| match key.into_iter().next() {
        Some(Literal::Text(key)) => key,
        other => panic!("{other:?}"),
    });
    let key = keys.nth(at).unwrap();
    let edit = Edit {
        column: column.to_owned(),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
    };
    let schema = shelf.schema(&BTreeMap::new()).await.unwrap();
    let amendment = Amendment {
        table: name.to_owned(),
        key: vec![Literal::Text(key)],
        edits: vec![edit],
        except: Vec::new(),
        triggers: false,
    };
    (schema.table(name).unwrap().clone(), amendment)
}

async fn mended(shelf: &Shelf, asked: &(Table, Amendment)) -> Moves {
    mended_exactly(shelf, asked, None).await.0
}

/// How rows are called, and what stood there.
async fn mended_exactly(
    shelf: &Shelf,
    (table, amendment): &(Table, Amendment),
    exact: Option<Vec<u8>>,
) -> (Moves, Vec<u8>) {
    match shelf.amend(table, amendment, exact).await.unwrap() {
        Mending::Ready(mended) => {
            let Mended { draft, moves, stood } = *mended;
            assert!(!shelf.has_moved(table, &moves).await.unwrap());
            draft.publish().await.unwrap();
            assert!(shelf.has_moved(table, &moves).await.unwrap());
            (moves, stood)
        }
        Mending::Not(why) => panic!("{why:?}"),
    }
}

/// The same row, by its new name.
fn renamed((table, amendment): &(Table, Amendment), moves: &Moves) -> (Table, Amendment) {
    let mut amendment = amendment.clone();
    let Literal::Text(key) = &amendment.key[0] else { panic!() };
    let (_, is) = moves.keys.iter().find(|(was, _)| was == key).unwrap();
    amendment.key = vec![Literal::Text(is.clone())];
    (table.clone(), amendment)
}

/// The row as it was before, byte by byte.
async fn undone(shelf: &Shelf, asked: &(Table, Amendment), (moves, stood): (Moves, Vec<u8>)) {
    let mut back = renamed(asked, &moves);
    let edit = &mut back.1.edits[0];
    std::mem::swap(&mut edit.old, &mut edit.new);
    mended_exactly(shelf, &back, Some(stood)).await;
}

async fn not(shelf: &Shelf, (table, amendment): &(Table, Amendment)) -> Amended {
    match shelf.amend(table, amendment, None).await.unwrap() {
        Mending::Not(why) => why,
        Mending::Ready(_) => panic!("it would be written"),
    }
}

#[tokio::test]
async fn one_cell_of_one_row_is_corrected_and_every_other_byte_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, PEOPLE).unwrap();
    let shelf = shelf(dir.path());

    // The second of two rows with the same bytes; quotes come where they are needed.
    let asked =
        edit(&shelf, "a.csv", ("li@example.com", 2), ("name", Some("Li"), Some("Li; L"))).await;
    drop(shelf.amend(&asked.0, &asked.1, None).await.unwrap());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), PEOPLE, "a trial leaves it");
    assert_eq!(left(dir.path()), ["a.csv"], "and nothing beside it");
    let (moves, stood) = mended_exactly(&shelf, &asked, None).await;
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        PEOPLE.replacen("Li;b\r\nanna", "\"Li; L\";b\r\nanna", 1)
    );
    // It is called otherwise, and by that name it is found; its old name is nobody's.
    assert_eq!((moves.keys.len(), stood.as_slice()), (1, &b"Li"[..]));
    assert_eq!(not(&shelf, &asked).await, Amended::Gone);
    assert_eq!(not(&shelf, &renamed(&asked, &moves)).await, Amended::AlreadyDone);
    undone(&shelf, &asked, (moves, stood)).await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), PEOPLE, "not even quotes are left");
}

#[tokio::test]
async fn a_twin_moves_up_when_the_first_of_two_is_corrected() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.csv"), PEOPLE).unwrap();
    let shelf = shelf(dir.path());
    let asked =
        edit(&shelf, "a.csv", ("li@example.com", 1), ("name", Some("Li"), Some("Lei"))).await;
    let second = edit(&shelf, "a.csv", ("li@example.com", 2), ("note", Some("b"), None)).await;
    let moves = mended(&shelf, &asked).await;
    assert_eq!(moves.keys.len(), 2, "both are called otherwise");
    let moved = renamed(&second, &moves);
    let ends = |of: &(Table, Amendment), with: &str| match &of.1.key[0] {
        Literal::Text(key) => key.ends_with(with),
        _ => false,
    };
    assert!(ends(&second, "-2") && ends(&moved, "-1"));
    mended(&shelf, &moved).await;
    let text = std::fs::read_to_string(dir.path().join("a.csv")).unwrap();
    assert!(text.contains("li@example.com;Lei;b\r\nli@example.com;Li;\r\n"), "{text}");
}

#[tokio::test]
async fn json_keeps_its_kinds_of_values() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[\n  {\"email\": \"li@example.com\", \"age\": 1.50, \"vip\": true, \"name\": null, \"tags\": [\"a\", \"b\"]},\n  {\"email\": \"anna@example.com\", \"age\": 7}\n]\n";
    std::fs::write(dir.path().join("a.json"), text).unwrap();
    let shelf = shelf(dir.path());
    let row = ("li@example.com", 0);
    let words = edit(&shelf, "a.json", row, ("age", Some("1.50"), Some("young"))).await;
    let refused = shelf.amend(&words.0, &words.1, None).await;
    assert!(matches!(refused, Err(PurgeError::Unfit { .. })), "a number stays one");
    for (column, old, new) in [
        ("age", Some("1.50"), Some("2")),
        ("vip", Some("true"), Some("false")),
        ("name", None, Some("李 \"雷\"")),
    ] {
        let asked = edit(&shelf, "a.json", row, (column, old, new)).await;
        mended(&shelf, &asked).await;
    }
    let wanted =
        text.replace("1.50", "2").replace("true", "false").replace("null", "\"李 \\\"雷\\\"\"");
    assert_eq!(std::fs::read_to_string(dir.path().join("a.json")).unwrap(), wanted);
    // A number that was emptied is a number again; a word does not go among numbers.
    let emptied = edit(&shelf, "a.json", row, ("age", Some("2"), None)).await;
    let done = mended_exactly(&shelf, &emptied, None).await;
    let word = edit(&shelf, "a.json", row, ("age", None, Some("two"))).await;
    let refused = shelf.amend(&word.0, &word.1, None).await;
    assert!(matches!(refused, Err(PurgeError::Unfit { .. })));
    undone(&shelf, &emptied, done).await;
    assert_eq!(std::fs::read_to_string(dir.path().join("a.json")).unwrap(), wanted);
    let list = edit(&shelf, "a.json", row, ("tags[]", Some("a"), Some("c"))).await;
    let refused = shelf.amend(&list.0, &list.1, None).await;
    assert!(matches!(refused, Err(PurgeError::Unfit { .. })), "two values are not one");
    let absent = edit(&shelf, "a.json", ("anna@example.com", 0), ("vip", None, Some("true"))).await;
    let refused = shelf.amend(&absent.0, &absent.1, None).await;
    assert!(matches!(refused, Err(PurgeError::Unfit { .. })), "a row may lack a name");
    let late = edit(&shelf, "a.json", row, ("age", Some("1.50"), Some("3"))).await;
    assert_eq!(not(&shelf, &late).await, Amended::Changed, "somebody was there before");
    let mut held = edit(&shelf, "a.json", row, ("age", Some("2"), Some("3"))).await;
    held.1.except = vec![crate::Condition::Equals {
        column: "email".into(),
        value: Literal::Text("li@example.com".into()),
    }];
    assert_eq!(not(&shelf, &held).await, Amended::Excepted);
    assert_eq!(left(dir.path()), ["a.json"]);
}

#[tokio::test]
async fn a_value_that_would_change_how_the_file_is_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    // Latin-1: no Chinese fits. No header: the first row is data.
    let latin = b"email,name\nli@example.com,J\xf6rg\nanna@example.com,Zo\xeb\n";
    std::fs::write(dir.path().join("latin.csv"), latin).unwrap();
    let shelf = shelf(dir.path());
    let chinese =
        edit(&shelf, "latin.csv", ("li@example.com", 0), ("name", Some("Jörg"), Some("李"))).await;
    let refused = shelf.amend(&chinese.0, &chinese.1, None).await;
    assert!(matches!(refused, Err(PurgeError::Unfit { .. })));
    let fits =
        edit(&shelf, "latin.csv", ("li@example.com", 0), ("name", Some("Jörg"), Some("Jürg")))
            .await;
    mended(&shelf, &fits).await;
    assert_eq!(
        std::fs::read(dir.path().join("latin.csv")).unwrap(),
        b"email,name\nli@example.com,J\xfcrg\nanna@example.com,Zo\xeb\n"
    );
    // The only byte that says it is Latin-1 would go: the file would be another.
    let one = b"email,name\nli@example.com,J\xf6rg\n";
    std::fs::write(dir.path().join("one.csv"), one).unwrap();
    let last =
        edit(&shelf, "one.csv", ("li@example.com", 0), ("name", Some("Jörg"), Some("Joerg"))).await;
    let refused = shelf.amend(&last.0, &last.1, None).await;
    let Err(PurgeError::Unfit { why, .. }) = refused else { panic!("it would be written") };
    assert!(why.contains("otherwise"), "{why}");
    assert_eq!(std::fs::read(dir.path().join("one.csv")).unwrap(), one);
    // Plain at its beginning, and not where nobody looked before.
    let mut mixed = b"email,name\n".to_vec();
    for n in 0..30_000 {
        mixed.extend(format!("someone{n}@example.com,Anna\n").bytes());
    }
    mixed.extend(b"zoe@example.com,Zo\xeb\n");
    std::fs::write(dir.path().join("mixed.csv"), &mixed).unwrap();
    let row = ("someone7@example.com", 0);
    let foreign = edit(&shelf, "mixed.csv", row, ("name", Some("Anna"), Some("Ännchen"))).await;
    let refused = shelf.amend(&foreign.0, &foreign.1, None).await;
    assert!(matches!(refused, Err(PurgeError::Unfit { .. })));
    let plain = edit(&shelf, "mixed.csv", row, ("name", Some("Anna"), Some("Anne"))).await;
    mended(&shelf, &plain).await;
    assert_eq!(left(dir.path()), ["latin.csv", "mixed.csv", "one.csv"]);
}

#[tokio::test]
async fn a_twin_is_no_proof_that_a_file_took_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    let text = "email,name\nli@example.com,Li\nli@example.com,Lei\n";
    std::fs::write(&path, text).unwrap();
    let shelf = shelf(dir.path());
    let asked =
        edit(&shelf, "a.csv", ("li@example.com", 0), ("name", Some("Li"), Some("Lei"))).await;
    let Mending::Ready(mended) = shelf.amend(&asked.0, &asked.1, None).await.unwrap() else {
        panic!("it can be written")
    };
    let Mended { draft, moves, .. } = *mended;
    // Somebody wrote to the file before, so that it keeps its place.
    std::fs::write(&path, format!("{text}anna@example.com,Anna\n")).unwrap();
    assert!(draft.publish().await.is_err());
    assert!(!shelf.has_moved(&asked.0, &moves).await.unwrap());
}
