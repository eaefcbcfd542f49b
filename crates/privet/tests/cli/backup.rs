//! Backups through the binary: made while a server runs, put back elsewhere, tried beforehand.

use std::path::{Path, PathBuf};

use ::store::{Actor, Store, StoreConfig};
use consent::{Consent, SubjectId};

use crate::{
    privet::{Said, command, finish},
    server::Server,
};

const CODE: &str = "privet: 1
purposes:
  news:
    name: {en: News by e-mail, zh-CN: 邮件资讯}
notices:
  join:
    title: {en: Join, zh-CN: 加入}
    purposes: [news]
    publish: none
";
const PHRASE: &str = "six words that nobody guesses easily";

/// A company with two customers, in a directory and perhaps a PostgreSQL database.
struct Company {
    dir: tempfile::TempDir,
    database: Option<String>,
}

impl Company {
    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, args: &[&str]) -> Said {
        let mut all = args.to_vec();
        let data = self.path("data");
        all.extend(["--data", &data]);
        if let Some(database) = &self.database {
            all.extend(["--database", database]);
        }
        run(&all)
    }

    fn well(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?}: {}{}", said.out, said.err);
        said.out
    }

    /// A server that made the state, stopped again; two customers recorded.
    fn open(database: Option<String>) -> Self {
        let company = Self { dir: tempfile::tempdir().unwrap(), database };
        std::fs::create_dir(company.path("code")).unwrap();
        std::fs::write(company.path("code/consent.yaml"), CODE).unwrap();
        std::fs::write(
            company.path("in.csv"),
            "email,news,given_at\na@example.com,yes,2026-01-01\nb@example.com,no,2026-01-01\n",
        )
        .unwrap();
        let data = company.path("data");
        match &company.database {
            None => drop(Server::start("serve", data.as_ref(), 1)),
            Some(database) => {
                // Every command of the binary makes the tables it needs; a server makes all.
                let mut child = command(&["serve", "--data", &data, "--database", database])
                    .args(["--listen", "127.0.0.1:0"])
                    .stdout(std::process::Stdio::piped())
                    .spawn()
                    .unwrap();
                let mut line = String::new();
                let out = child.stdout.take().unwrap();
                std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
                assert!(line.contains("Privet is at"), "{line}");
                child.kill().unwrap();
                child.wait().unwrap();
            }
        }
        company.well(&["apply", &company.path("code")]);
        company.well(&["consents", "import", &company.path("in.csv"), "--notice", "join"]);
        company
    }

    async fn consent(&self) -> Consent {
        let config =
            StoreConfig { data_dir: self.path("data").into(), database: self.database.clone() };
        let store = Store::open(config).await.unwrap();
        Consent::open(store, consent::Settings::default()).await.unwrap()
    }
}

fn run(args: &[&str]) -> Said {
    finish(command(args).env("PRIVET_BACKUP_PASSPHRASE", PHRASE).output().unwrap())
}

#[track_caller]
fn refused(said: &Said, code: i32, why: &str) {
    assert!(said.code == code && said.err.contains(why), "{}: {}{}", said.code, said.out, said.err);
}

async fn customers(consent: &Consent) -> Vec<(String, String)> {
    ::store::sqlx::query_as("SELECT id, wrapped_key FROM subject ORDER BY id")
        .fetch_all(consent.store().reader())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_backed_up_beside_a_server_and_comes_back_without_the_erased() {
    let company = Company::open(None);
    let data = company.path("data");
    let server = Server::start("serve", data.as_ref(), 1);
    let file = company.path("monday.backup");

    let said = company.well(&["backup", &file]);
    assert!(said.contains("read again and whole") && said.contains("privet.key"), "{said}");
    refused(&company.run(&["backup", &file]), 2, "never overwrites");
    let bytes = std::fs::read(&file).unwrap();
    for clear in ["example.com", "SQLite format", "privet.db", "news"] {
        let found = bytes.windows(clear.len()).any(|window| window == clear.as_bytes());
        assert!(!found, "“{clear}” can be read in the backup");
    }
    assert!(leftovers(Path::new(&data)).is_empty(), "{:?}", leftovers(Path::new(&data)));
    drop(server);

    // One customer is erased after the backup was made; then the server is lost, not its shred list.
    let consent = company.consent().await;
    let before = customers(&consent).await;
    consent.erase(&Actor::System("test"), &SubjectId(before[0].0.clone())).await.unwrap();
    consent.store().close().await;
    drop(consent);
    for name in ["privet.db", "privet.db-wal", "privet.db-shm"] {
        let _ = std::fs::remove_file(Path::new(&data).join(name));
    }

    let said = company.well(&["restore", &file, "--reason", "the disk was lost"]);
    assert!(said.contains("1 customers who were erased since then"), "{said}");
    let consent = company.consent().await;
    let after = customers(&consent).await;
    assert_eq!((after[0].1.as_str(), &after[1]), ("", &before[1]), "one erased, one as before");
    consent.store().close().await;
    drop(consent);
    company.well(&["ledger", "check"]);
    drop(Server::start("serve", data.as_ref(), 1));
    refused(&company.run(&["restore", &file, "--reason", "again"]), 3, "exists");
}

/// What a backup or a restore must not leave behind.
fn leftovers(data: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(data).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.contains("backup") || name.contains("restoring") || name.starts_with('.')
        })
        .collect()
}

#[test]
fn a_drill_tells_whether_the_way_back_works() {
    let company = Company::open(None);
    let file = company.path("monday.backup");
    company.well(&["backup", &file, "--with-key"]);

    let report = company.path("report.json");
    let said = company.well(&["drill", &file, "--report", &report]);
    for held in ["ledger holds", "shred list", "sealed values open: 2 identifiers"] {
        assert!(said.contains(held), "{said}");
    }
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    assert!(report["checks"].as_array().unwrap().iter().all(|check| check["holds"] == true));

    // With the key inside, an empty directory is enough.
    let elsewhere = company.path("elsewhere");
    let restored = run(&["restore", &file, "--reason", "a new machine", "--data", &elsewhere]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    assert_eq!(run(&["ledger", "check", "--data", &elsewhere]).code, 0);
}

#[tokio::test]
async fn a_damaged_ledger_is_backed_up_as_it_is() {
    let company = Company::open(None);
    let address = format!("sqlite:{}", company.path("data/privet.db"));
    let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
    let changed = "UPDATE ledger_entry SET at = at + 1 WHERE seq = 2";
    sqlx::query(changed).execute(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(company.run(&["ledger", "check"]).code, 1);

    let file = company.path("evidence.backup");
    let said = company.well(&["backup", &file, "--with-key"]);

    assert!(said.contains("no entry says so"), "{said}");
    let drill = company.run(&["drill", &file]);
    assert!(drill.code == 1 && drill.out.contains("FAIL the ledger"), "{}", drill.out);
}

#[test]
fn a_backup_that_is_not_whole_restores_nothing() {
    let company = Company::open(None);
    let file = company.path("monday.backup");
    company.well(&["backup", &file, "--with-key"]);
    let whole = std::fs::read(&file).unwrap();
    let restore = |bytes: &[u8]| {
        let (broken, empty) = (company.path("broken"), company.path("empty"));
        std::fs::write(&broken, bytes).unwrap();
        let said = run(&["restore", &broken, "--reason", "a try", "--data", &empty]);
        assert!(!Path::new(&empty).join("privet.db").exists());
        said
    };

    refused(&restore(&whole[..whole.len() / 2]), 3, "ends too early");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    refused(&restore(&flipped), 3, "was changed");
    refused(&restore(b"a letter"), 3, "not a whole backup");
    let wrong = command(&["drill", &file])
        .env("PRIVET_BACKUP_PASSPHRASE", "six other words that nobody guesses")
        .output()
        .unwrap();
    refused(&finish(wrong), 3, "passphrase is another one");
    refused(&finish(command(&["drill", &file]).output().unwrap()), 2, "--passphrase");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_backed_up_and_put_into_an_empty_database_only() {
    let (own, other, scratch) = (
        ::store::testing::temp_postgres_guard().await,
        ::store::testing::temp_postgres_guard().await,
        ::store::testing::temp_postgres_guard().await,
    );
    let company = Company::open(own.config().database);
    let file = company.path("monday.backup");
    company.well(&["backup", &file]);
    refused(&company.run(&["drill", &file]), 2, "--scratch");
    let scratch = scratch.config().database.unwrap();
    let said = company.well(&["drill", &file, "--scratch", &scratch]);
    assert!(said.contains("sealed values open: 2 identifiers"), "{said}");
    refused(&company.run(&["drill", &file, "--scratch", &scratch]), 3, "not empty");

    let target = other.config().database.unwrap();
    let (key, data) = (company.path("data/privet.key"), company.path("new"));
    let restored = run(&[
        "restore",
        &file,
        "--reason",
        "moved",
        "--key-file",
        &key,
        "--data",
        &data,
        "--database",
        &target,
    ]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    let moved = Company { dir: tempfile::tempdir().unwrap(), database: Some(target) };
    std::fs::rename(&data, moved.path("data")).unwrap();
    moved.well(&["ledger", "check"]);
    let (before, after) = (company.consent().await, moved.consent().await);
    assert_eq!(customers(&before).await, customers(&after).await);
    before.store().close().await;
    after.store().close().await;
}
