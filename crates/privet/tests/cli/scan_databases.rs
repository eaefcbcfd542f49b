//! `privet scan` on real PostgreSQL and MariaDB servers.

use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};

use crate::privet::{category, command, finish, run};

const PEOPLE: &str = "CREATE TABLE customers (id INT PRIMARY KEY, full_name VARCHAR(80), email VARCHAR(80), phone VARCHAR(24), price DECIMAL(8,2))";
const ROWS: &str = "INSERT INTO customers VALUES (1, 'Emma Clarke', 'emma.clarke@example.com', '+44 7700 900123', 9.5), (2, '王芳', 'wang.fang@example.cn', '13800001234', 12)";

fn server(name: &str) -> url::Url {
    let text =
        std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`"));
    text.parse().unwrap()
}

fn unique(prefix: &str) -> String {
    format!("{prefix}_{}", store::new_id().replace('-', ""))
}

/// The server's address with another database.
fn on(server: &url::Url, database: &str) -> url::Url {
    let mut url = server.clone();
    url.set_path(database);
    url
}

fn without_password(url: &url::Url) -> String {
    let mut url = url.clone();
    url.set_password(None).unwrap();
    url.to_string()
}

#[tokio::test]
async fn postgres_is_scanned_with_the_password_from_the_environment() {
    let server = server("PRIVET_TEST_POSTGRES");
    let name = unique("cli");
    let mut admin = PgConnection::connect(server.as_str()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .unwrap();
    let url = on(&server, &name);
    let mut db = PgConnection::connect(url.as_str()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("{PEOPLE}; {ROWS}"))).execute(&mut db).await.unwrap();
    db.close().await.unwrap();

    let password = server.password().unwrap();
    let good = finish(
        command(&["scan", &without_password(&url), "--format", "json"])
            .env("PRIVET_SOURCE_PASSWORD", password)
            .output()
            .unwrap(),
    );
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    std::fs::write(&file, format!("{password}\n")).unwrap();
    let from_file = run(&[
        "scan",
        &without_password(&url),
        "--password-file",
        file.to_str().unwrap(),
        "--format",
        "json",
    ]);
    let in_address = run(&["scan", url.as_str(), "--format", "json"]);
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut admin).await.unwrap();

    for said in [&good, &from_file, &in_address] {
        assert_eq!(said.code, 0, "{}", said.err);
        let answer = said.json();
        assert_eq!(category(&answer, "customers", "email"), "contact.email");
        assert_eq!(category(&answer, "customers", "phone"), "contact.phone");
        assert_eq!(category(&answer, "customers", "price"), "");
        assert!(!said.out.contains(&format!(":{password}@")), "the password is in the answer");
    }
}

#[tokio::test]
async fn mariadb_is_scanned() {
    let server = server("PRIVET_TEST_MARIADB");
    let name = unique("cli");
    let mut admin = MySqlConnection::connect(server.as_str()).await.unwrap();
    for sql in [format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"), format!("USE {name}")] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    }
    for sql in [PEOPLE, ROWS] {
        sqlx::raw_sql(sql).execute(&mut admin).await.unwrap();
    }

    let said = run(&["scan", on(&server, &name).as_str(), "--format", "json"]);
    let drop = format!("DROP DATABASE {name}");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut admin).await.unwrap();

    assert_eq!(said.code, 0, "{}", said.err);
    let answer = said.json();
    assert_eq!(category(&answer, "customers", "email"), "contact.email");
    assert_eq!(category(&answer, "customers", "full_name"), "identity.name");
    assert_eq!(category(&answer, "customers", "price"), "");
}

#[test]
fn a_wrong_password_says_what_to_do_and_is_never_echoed() {
    for name in ["PRIVET_TEST_POSTGRES", "PRIVET_TEST_MARIADB"] {
        let url = without_password(&server(name));

        let said = finish(
            command(&["scan", &url, "--format", "json"])
                .env("PRIVET_SOURCE_PASSWORD", "hunter2-wrong")
                .output()
                .unwrap(),
        );

        // A server that trusts local connections has no wrong password.
        if said.code != 0 {
            assert_eq!(said.code, 3, "{}", said.err);
            assert!(said.err.contains("password"), "{}", said.err);
        }
        assert!(!said.err.contains("hunter2") && !said.out.contains("hunter2"));
    }
}

#[test]
fn a_port_where_nothing_listens_says_so() {
    // Bound and let go: free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for scheme in ["postgres", "mysql"] {
        let said = run(&["scan", &format!("{scheme}://reader@127.0.0.1:{port}/shop")]);

        assert_eq!(said.code, 3);
        assert!(said.out.contains("refused the connection"), "{} {}", said.out, said.err);
        assert!(said.out.contains(&port.to_string()));
    }
}

#[test]
fn the_guard_of_the_configuration_is_honoured() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("privet.toml");
    std::fs::write(&config, "[network]\nallow_loopback = false\n").unwrap();

    let said =
        run(&["scan", "postgres://reader@127.0.0.1:5/shop", "--config", config.to_str().unwrap()]);

    assert_eq!(said.code, 3);
    assert!(said.out.contains("under [network]"), "{} {}", said.out, said.err);
}
