//! Retention rules as a file, through the binary: applied beside the map, exported, refused by name.

use crate::{privet::run, reference::ask, server::Server};

const SOURCES: &str = "privet: 1
sources:
  desk:
    name: Help desk
    kind: sqlite
    address: sqlite:PATH
";

const RULES: &str = "privet: 1
rules:
  tickets-two-years:
    name: Tickets, two years
    source: desk
    table: tickets
    event: {by: column, column: opened_at}
    period: {amount: 24, unit: months}
    act: delete
    time: {text: {zone: UTC}}
";

#[tokio::test(flavor = "multi_thread")]
async fn retention_rules_are_applied_from_a_file_once_their_source_was_scanned() {
    use sqlx::Connection as _;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (data, code, shop) = (path("data"), path("code"), path("desk.db"));
    let address = format!("sqlite:{shop}?mode=rwc");
    let mut db = sqlx::SqliteConnection::connect(&address).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE tickets (id INTEGER PRIMARY KEY, email TEXT, opened_at TEXT);
         INSERT INTO tickets VALUES (1, 'anna@example.com', '2022-03-04');",
    )
    .execute(&mut db)
    .await
    .unwrap();
    db.close().await.unwrap();
    std::fs::create_dir(&code).unwrap();
    std::fs::write(path("code/sources.yaml"), SOURCES.replace("PATH", &shop)).unwrap();
    std::fs::write(path("code/retention.yaml"), RULES).unwrap();
    drop(Server::start("serve", data.as_ref(), 1));
    let apply = || run(&["apply", &code, "--data", &data]);

    let first = apply();
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.out.contains("tickets-two-years waits: scan the source ‘desk’"), "{}", first.out);

    scanned(&data, || run(&["apply", &code, "--dry-run", "--data", &data]).out.contains("waits"));
    let second = apply();
    assert_eq!(second.code, 0, "{}", second.err);
    assert!(second.out.contains("+ retention rule tickets-two-years"), "{}", second.out);
    let again = apply();
    assert!(!again.out.contains("tickets"), "{}", again.out);
    let exported = run(&["export", &path("out"), "--data", &data]);
    assert!(exported.out.contains("retention.yaml"), "{}", exported.out);
    let text = std::fs::read_to_string(path("out/retention.yaml")).unwrap();
    assert!(text.contains("source: desk") && text.contains("opened_at"), "{text}");

    std::fs::write(path("code/retention.yaml"), RULES.replace("opened_at", "closed_at")).unwrap();
    let refused = apply();
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("tickets-two-years") && refused.err.contains("closed_at"),
        "{}",
        refused.err
    );
}

/// Has a server scan every source and waits until nothing waits for it any more.
fn scanned(data: &str, waits: impl Fn() -> bool) {
    let made = ["token", "create", "--scope", "map:read,map:scan", "--data", data];
    let bearer = format!("Bearer {}", run(&made).out.trim());
    let server = Server::start("serve", data.as_ref(), 1);
    let headers = [("Authorization", bearer.as_str())];
    let (status, text) = ask(&server, "GET", "/v1/datamap/sources", &headers, "");
    assert_eq!(status, 200, "{text}");
    let sources: serde_json::Value = serde_json::from_str(&text).unwrap();
    let id = sources["sources"][0]["id"].as_str().unwrap();
    let scan = format!("/v1/datamap/sources/{id}/scans");
    assert_eq!(ask(&server, "POST", &scan, &headers, "").0, 202);
    for _ in 0..100 {
        if !waits() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    panic!("the scan did not finish");
}
