//! The vault for programs through the real binary: the examples that the documentation shows, and a
//! column of a real table sealed in place while the command is killed again and again.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{
    PURPOSES,
    privet::{Said, command, finish, run},
    server::Server,
};

const ROWS: i64 = 6_000;
const KILLS: usize = 4;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn policy(data: &str) {
    let file = root().join("examples/vault-policy.json");
    let file = file.to_str().unwrap();
    let set = run(&["vault", "policy", "contact.phone", "--file", file, "--data", data]);
    assert_eq!(set.code, 0, "{}", set.err);
}

fn token(data: &str) -> String {
    let scopes = "vault:seal,vault:open,vault:search";
    let made = run(&["token", "create", "--scope", scopes, "--purpose", PURPOSES, "--data", data]);
    assert_eq!(made.code, 0, "{}", made.err);
    made.out.split_whitespace().find(|word| word.starts_with("pvt_")).unwrap().to_owned()
}

#[test]
fn the_examples_do_what_they_say() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let server = Server::start("serve", dir.path(), 1);
    policy(data);
    let token = token(data);
    let python = std::env::var("PRIVET_TEST_PYTHON").unwrap();
    // Beside the binary that is tested stand the examples that were built with it.
    let rust = Path::new(env!("CARGO_BIN_EXE_privet")).with_file_name("examples").join("vault");
    assert!(rust.exists(), "build the examples too: `cargo test -p privet` does");
    let mut programs = [Command::new(python), Command::new(rust)];
    programs[0].arg(root().join("examples/vault.py"));

    for program in &mut programs {
        program.env("PRIVET_URL", &server.address).env("PRIVET_TOKEN", &token);
        let said = finish(program.output().unwrap());

        let lines: Vec<&str> = said.out.lines().collect();
        let expected = [
            "sealed: 2",
            "found: C-1",
            "customer_support: +86•••••••••78 (masked)",
            "service_delivery: +8613812345678 (clear)",
        ];
        assert_eq!(lines[..4], expected, "{}", said.err);
        assert!(lines[4].to_lowercase().ends_with("true"), "{}", lines[4]);
        assert!(lines[4].to_lowercase().starts_with("token fits: true"), "{}", lines[4]);
    }
    // What stands in Privet's own files says nothing of the numbers.
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("13812345678") && !text.contains("13900001111"), "{path:?}");
    }
}

/// A shop's database of its own; gone when dropped.
struct Shop {
    server: String,
    name: String,
    address: String,
}

impl Shop {
    async fn new() -> (Self, PgConnection) {
        let server = std::env::var("PRIVET_TEST_POSTGRES").unwrap();
        let name = format!("shop_{}", uuid::Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(&server).await.unwrap();
        let make = format!("CREATE DATABASE {name}");
        sqlx::query(AssertSqlSafe(make)).execute(&mut admin).await.unwrap();
        let address = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        let mut shop = PgConnection::connect(&address).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!(
            "CREATE TABLE customers (id bigint PRIMARY KEY, \"Mail\" text NOT NULL,
                 phone varchar(20), phone_index text, note text);
             INSERT INTO customers SELECT n, 'c' || n || '@example.com',
                 CASE WHEN n % 50 = 0 THEN NULL
                      ELSE '+86138' || lpad(n::text, 8, '0') END, NULL, 'n' || n
             FROM generate_series(1, {ROWS}) n"
        )))
        .execute(&mut shop)
        .await
        .unwrap();
        (Self { server, name, address }, shop)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut admin = PgConnection::connect(&server).await.unwrap();
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                let _ = sqlx::query(AssertSqlSafe(drop)).execute(&mut admin).await;
            });
        })
        .join();
    }
}

async fn rows(shop: &mut PgConnection) -> BTreeMap<i64, Option<String>> {
    // The column changes its type between the calls: a kept plan would not do.
    let rows: Vec<(i64, Option<String>)> = sqlx::query_as("SELECT id, phone FROM customers")
        .persistent(false)
        .fetch_all(shop)
        .await
        .unwrap();
    rows.into_iter().collect()
}

async fn sealed(shop: &mut PgConnection) -> i64 {
    let count = "SELECT COUNT(*) FROM customers WHERE phone LIKE 'pv1:contact.phone:%'";
    sqlx::query_scalar(count).fetch_one(shop).await.unwrap()
}

async fn type_of_phone(shop: &mut PgConnection) -> String {
    sqlx::query_scalar(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute
         WHERE attrelid = 'customers'::regclass AND attname = 'phone'",
    )
    .fetch_one(shop)
    .await
    .unwrap()
}

fn words<'a>(act: &'a str, shop: &'a Shop, data: &'a str) -> Vec<&'a str> {
    let mut words = vec![
        "vault",
        act,
        "--source",
        &shop.address,
        "--table",
        "customers",
        "--column",
        "phone",
        "--key",
        "id",
        "--subject",
        "customer_id=id",
        "--subject",
        "email=Mail",
        "--category",
        "contact.phone",
        "--index-column",
        "phone_index",
        "--batch",
        "40",
        "--data",
        data,
    ];
    if act == "unseal-column" {
        words.extend(["--purpose", "service_delivery"]);
    }
    words
}

/// Starts the command and kills it when some rows more are done.
async fn kill_midway(words: &[&str], shop: &mut PgConnection) {
    let before = sealed(shop).await;
    let mut child = command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while (sealed(shop).await - before).abs() < 200 {
        assert!(started.elapsed() < Duration::from_mins(1), "nothing moves");
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn ended(said: &Said) {
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_is_sealed_in_place_and_back_however_often_the_command_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    drop(Server::start("serve", dir.path(), 1));
    let (shop, mut db) = Shop::new().await;
    let before = rows(&mut db).await;
    let no_policy = run(&words("seal-column", &shop, data));
    assert_eq!(no_policy.code, 2, "{}", no_policy.err);
    policy(data);

    let seal = words("seal-column", &shop, data);
    for _ in 0..KILLS {
        kill_midway(&seal, &mut db).await;
    }
    let now = rows(&mut db).await;
    let half = now.values().flatten().filter(|phone| phone.starts_with("pv1:")).count() as i64;
    assert!((200..ROWS).contains(&half), "{half}");
    for (id, phone) in &now {
        let whole =
            phone == &before[id] || phone.as_ref().unwrap().starts_with("pv1:contact.phone:");
        assert!(whole, "row {id} is neither");
    }
    // A row that comes in clear meanwhile is sealed by the next run; one that names nobody is told.
    sqlx::raw_sql("INSERT INTO customers VALUES (0, 'late@example.com', '+8613700000000')")
        .execute(&mut db)
        .await
        .unwrap();
    let done = run(&seal);
    ended(&done);
    assert!(!done.out.contains("138") && !done.err.contains("138"));
    let full = before.values().flatten().count() as i64 + 1;
    assert_eq!(sealed(&mut db).await, full);
    let again = run(&seal);
    ended(&again);
    assert!(again.out.contains("0 rows sealed"), "{}", again.out);
    let indexes: i64 = sqlx::query_scalar("SELECT COUNT(DISTINCT phone_index) FROM customers")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(indexes, full, "an index for every value");

    // A purpose that shows masks must not write masks into the table.
    let mut masked = words("unseal-column", &shop, data);
    *masked.last_mut().unwrap() = "customer_support";
    assert_eq!(run(&masked).code, 2);
    let unseal = words("unseal-column", &shop, data);
    for _ in 0..KILLS {
        kill_midway(&unseal, &mut db).await;
    }
    assert!(sealed(&mut db).await > 0);
    ended(&run(&unseal));
    let mut after = rows(&mut db).await;
    assert_eq!(after.remove(&0), Some(Some("+8613700000000".to_owned())));
    assert!(after == before, "every value is back");
    assert_eq!(type_of_phone(&mut db).await, "character varying(20)");
    let left: (i64, Option<String>) = sqlx::query_as(
        "SELECT COUNT(phone_index), to_regclass('public.privet_sealed_column')::text FROM customers",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!(left, (0, None), "nothing of it stays behind");
    let ledger = run(&["ledger", "check", "--data", data]);
    ended(&ledger);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_table_is_told_before_anything_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    drop(Server::start("serve", dir.path(), 1));
    let (shop, mut db) = Shop::new().await;
    policy(data);
    let good = words("seal-column", &shop, data);
    let with = |word: &str, value: &'static str| {
        let mut words = good.clone();
        let at = words.iter().position(|one| *one == word).unwrap();
        words[at + 1] = value;
        run(&words)
    };

    for (word, value, told) in [
        ("--table", "nowhere", "there is no column"),
        ("--column", "id", "only text can be sealed"),
        ("--key", "Mail", "not unique"),
        ("--column", "Mail", "cannot say whose"),
        ("--index-column", "nothing", "there is no column"),
        ("--category", "contact.pigeon", "no policy"),
        ("--table", "customers; DROP TABLE customers", "there is no column"),
    ] {
        let said = with(word, value);
        assert_eq!(said.code, 2, "{word} {value}: {}", said.err);
        assert!(said.err.contains(told), "{word} {value}: {}", said.err);
    }
    assert_eq!(type_of_phone(&mut db).await, "character varying(20)");
    // Whose it is cannot be told: left in clear, and said so.
    sqlx::raw_sql("UPDATE customers SET \"Mail\" = 'nobody' WHERE id < 4")
        .execute(&mut db)
        .await
        .unwrap();
    let mut by_mail = words("seal-column", &shop, data);
    by_mail.retain(|word| *word != "customer_id=id");
    let at = by_mail.iter().position(|one| *one == "--subject").unwrap();
    by_mail.remove(at);
    let said = run(&by_mail);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("3 rows stay in clear"), "{}", said.err);
}
