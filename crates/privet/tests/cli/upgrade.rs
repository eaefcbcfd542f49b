//! A database that an earlier Privet wrote (as of 29 November 2026: before the Merkle log, passkeys
//! and groups) opens in this one and means the same. The files in `upgrade/` are what that server
//! left: its rows, its key, a token of its own. They guard nothing but three made-up customers.

use std::path::Path;

use crate::{privet::run, server::Server, walls::client::Visitor};

fn file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/upgrade");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn looking(customer: &str) -> String {
    format!("{{\"subject\":{{\"email\":\"{customer}@example.com\"}}}}")
}

/// Starts this server on the old state, twice, and looks at everything that was there.
fn opens(args: &[&str], data: &Path, kind: &str) {
    let key = data.join("privet.key");
    std::fs::write(&key, file(&format!("{kind}.key"))).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&key, private).unwrap();
    for round in ["migrating", "migrated"] {
        let server = Server::start_with(&[&["serve"], args].concat(), 1);
        let mut owner = Visitor::new(&server.address);
        assert_eq!(owner.get("/readyz").status, 200, "{round}");
        let fields = [("login", "grace@example.com"), ("password", "correct horse battery staple")];
        let done = owner.send("/signin", "/signin", &fields);
        assert_eq!(done.status, 303, "{round}: the old password: {}", done.body);
        for path in [
            "/console",
            "/console/account",
            "/console/account/passkeys",
            "/console/people",
            "/console/tokens",
            "/console/purposes/letters",
            "/console/consents",
            "/console/audit",
            "/console/access",
        ] {
            let page = owner.get(path);
            assert_eq!(page.status, 200, "{round} {path}: {}", page.body);
        }
        assert!(owner.get("/console/account").body.contains("Grace Hopper"), "names open");

        let token = file(&format!("{kind}.token"));
        for (customer, allow) in [("customer0", true), ("customer1", false), ("customer2", true)] {
            let body = format!(
                "{{\"subject\":{{\"email\":\"{customer}@example.com\"}},\"purpose\":\"letters\"}}"
            );
            let bearer = format!("application/json\r\nAuthorization: Bearer {}", token.trim());
            let said = owner.ask("POST", "/v1/decisions", &bearer, &body);
            let looked = owner.ask("POST", "/v1/preferences/lookup", &bearer, &looking(customer));
            assert_eq!(looked.status, 200, "{round}: a token without purposes: {}", looked.body);
            let wanted = format!("\"allow\":{allow}");
            assert!(said.body.contains(&wanted), "{round} {customer}: {}", said.body);
        }
    }
    // A server seals what the version before kept in clear; so does this command, at once.
    let sealed = run(&[&["keys", "rewrap"], args].concat());
    assert_eq!(sealed.code, 0, "{} {}", sealed.out, sealed.err);
    let checked = run(&[&["ledger", "check"], args].concat());
    assert_eq!(checked.code, 0, "{} {}", checked.out, checked.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_postgres_database_is_brought_up_to_date() {
    let guard = store::testing::temp_postgres_guard().await;
    let database = guard.config().database.unwrap();
    sqlx::any::install_default_drivers();
    let pool = sqlx::PgPool::connect(&database).await.unwrap();
    let old = sqlx::AssertSqlSafe(file("postgres.sql"));
    sqlx::raw_sql(old).execute(&pool).await.unwrap();
    pool.close().await;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap().to_owned();

    opens(&["--data", &data, "--database", &database], dir.path(), "postgres");

    let pool = sqlx::PgPool::connect(&database).await.unwrap();
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT choices FROM consent_record").fetch_all(&pool).await.unwrap();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|text| text.starts_with("d1:")), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_sqlite_database_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("privet.db");
    let address = format!("sqlite:{}?mode=rwc", path.display());
    let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
    let old = sqlx::AssertSqlSafe(file("sqlite.sql"));
    sqlx::raw_sql(old).execute(&pool).await.unwrap();
    pool.close().await;
    let data = dir.path().to_str().unwrap().to_owned();

    opens(&["--data", &data], dir.path(), "sqlite");

    let kept = std::fs::read(&path).unwrap();
    let holds = |text: &[u8]| kept.windows(text.len()).any(|window| window == text);
    assert!(holds(b"d1:"), "choices are sealed");
    assert!(!holds(b"{\"letters\":\""), "and stand in clear no more");
}
