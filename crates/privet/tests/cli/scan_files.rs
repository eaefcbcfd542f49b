//! `privet scan` on SQLite files and folders.

use crate::privet::{category, command, company, database, finish, run, sqlite};

#[tokio::test]
async fn the_shop_is_understood_and_its_goods_are_nobodys_data() {
    let (_dir, files) = company().await;

    let said = run(&["scan", &sqlite(&files.shop), "--format", "json"]);

    assert_eq!(said.code, 0, "{}", said.err);
    let answer = said.json();
    for (store, field, expected) in [
        ("customers", "email", "contact.email"),
        ("customers", "phone", "contact.phone"),
        ("customers", "first_name", "identity.given_name"),
        ("customers", "last_name", "identity.family_name"),
        ("customers", "birth_date", "identity.birth_date"),
        ("addresses", "street", "location.address"),
        ("addresses", "postal_code", "location.postal_code"),
        ("orders", "ip_address", "device.ip_address"),
        ("payments", "card_number", "finance.bank_card"),
        ("products", "price", ""),
        ("products", "title", ""),
        ("products", "title_zh", ""),
        ("products", "sku", ""),
        ("order_items", "quantity", ""),
        ("shop_settings", "value", ""),
        ("stock_movements", "reason", ""),
    ] {
        assert_eq!(category(&answer, store, field), expected, "{store}.{field}");
    }
}

#[tokio::test]
async fn chinese_and_pinyin_columns_are_understood() {
    let (_dir, files) = company().await;

    let answer = run(&["scan", &sqlite(&files.crm), "--format", "json"]).json();

    for (store, field, expected) in [
        ("contacts", "xingming", "identity.name"),
        ("contacts", "shouji", "contact.phone"),
        ("contacts", "sfz_no", "identity.national_id"),
        ("contacts", "dizhi", "location.address"),
        ("employees", "银行卡号", "finance.bank_card"),
        ("客户回访", "联系电话", "contact.phone"),
        ("sys_dict", "label", ""),
        ("tea_classes", "price", ""),
    ] {
        assert_eq!(category(&answer, store, field), expected, "{store}.{field}");
    }
    let children = answer["stores"]
        .as_array()
        .unwrap()
        .iter()
        .find(|store| store["name"] == "kids_class_registrations")
        .unwrap();
    assert!(children["fields"].as_array().unwrap().iter().any(|field| field["minor"] == true));
}

#[tokio::test]
async fn a_folder_of_exports_is_read_whatever_its_formats_and_encodings() {
    let (_dir, files) = company().await;

    let said = run(&["scan", files.exports.to_str().unwrap(), "--format", "json"]);

    assert_eq!(said.code, 0, "{}", said.err);
    let answer = said.json();
    for (store, field, expected) in [
        ("delivery/签收记录_2026-10.csv", "收件人", "identity.name"),
        ("delivery/签收记录_2026-10.csv", "手机号", "contact.phone"),
        ("newsletter/subscribers_2026-10.tsv", "email", "contact.email"),
        ("support/tickets.jsonl", "customer.email", "contact.email"),
        ("analytics/web_events_2026-10.parquet", "client_ip", "device.ip_address"),
        ("catalogue/price_list.csv", "title", ""),
    ] {
        assert_eq!(category(&answer, store, field), expected, "{store} {field}");
    }
}

/// The one thing that must never happen.
#[tokio::test]
async fn no_sampled_value_reaches_any_output() {
    let (_dir, files) = company().await;
    let shop = sqlx::SqlitePool::connect(&sqlite(&files.shop)).await.unwrap();
    let values: Vec<(String, String, String)> =
        sqlx::query_as("SELECT email, phone, last_name FROM customers")
            .fetch_all(&shop)
            .await
            .unwrap();

    for format in ["table", "json", "csv", "sarif"] {
        for masked in [&[][..], &["--show-masked"][..]] {
            let address = sqlite(&files.shop);
            let args = [&["scan", &address, "--format", format][..], masked].concat();
            let said = run(&args);
            assert_eq!(said.code, 0, "{}", said.err);
            for (email, phone, _) in &values {
                assert!(!said.out.contains(email.as_str()), "an e-mail address in {format}");
                assert!(!said.out.contains(phone.as_str()), "a phone number in {format}");
                assert!(!said.err.contains(email.as_str()));
            }
        }
    }
}

#[tokio::test]
async fn json_holds_what_the_contract_says() {
    let dir = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE customers (Id INTEGER PRIMARY KEY, Email NVARCHAR(60));
               INSERT INTO customers VALUES (1, 'a.b@example.com'), (2, 'c.d@example.org');";
    let path = database(dir.path(), "one.db", sql).await;

    let answer = run(&["scan", &sqlite(&path), "--format", "json"]).json();

    assert_eq!(answer["source"], sqlite(&path));
    assert_eq!(answer["privet"], env!("CARGO_PKG_VERSION"));
    assert!(answer["scanned_at"].as_str().unwrap().ends_with('Z'));
    let store = &answer["stores"][0];
    assert_eq!((&store["name"], &store["rows_sampled"]), (&"customers".into(), &2.into()));
    let email = &store["fields"][1];
    assert_eq!(email["data_type"], "NVARCHAR(60)");
    assert_eq!(email["category"], "contact.email");
    assert!(email["confidence"].as_f64().unwrap() > 0.5);
    assert_eq!(email["evidence"]["values_checked"], 2);
    assert_eq!(email["evidence"]["name_hint"], true);
    let id = &store["fields"][0];
    assert!(id["category"].is_null());
    assert_eq!(id["sensitivity"], "none");
}

#[tokio::test]
async fn csv_has_a_line_a_field_and_disarms_formulas() {
    let dir = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE t (\"=cmd()\" TEXT, email TEXT); INSERT INTO t VALUES ('x', 'a@example.com');";
    let path = database(dir.path(), "f.db", sql).await;

    let said = run(&["scan", &sqlite(&path), "--format", "csv"]);

    let mut reader = csv::Reader::from_reader(said.out.as_bytes());
    let names: Vec<String> = reader.records().map(|record| record.unwrap()[6].to_owned()).collect();
    assert_eq!(names, ["'=cmd()", "email"]);
}

#[tokio::test]
async fn sarif_has_rules_results_and_places() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("客户.csv"), "email\na@example.com\nb@example.com\n").unwrap();

    let said = run(&["scan", dir.path().to_str().unwrap(), "--format", "sarif"]);

    let log = said.json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "contact.email");
    let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], "contact.email");
    assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
    let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "%E5%AE%A2%E6%88%B7.csv");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[tokio::test]
async fn a_table_for_reading_names_category_and_reason() {
    let (_dir, files) = company().await;

    let said = run(&["scan", &sqlite(&files.shop), "--tables", "customers"]);

    assert!(said.out.contains("E-mail address"), "{}", said.out);
    assert!(said.out.contains("values"), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "colours outside a terminal");
    assert!(!said.out.contains("products"), "the glob was not honoured");
}

#[tokio::test]
async fn one_source_that_fails_does_not_hide_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let good = database(
        dir.path(),
        "good.db",
        "CREATE TABLE people (email TEXT); INSERT INTO people VALUES ('a@example.com');",
    )
    .await;

    let said = run(&["scan", "sqlite:/nowhere/at/all.db", &sqlite(&good), "--format", "json"]);

    assert_eq!(said.code, 3);
    let answer = said.json();
    assert_eq!(answer[0]["error"]["code"], "missing");
    assert_eq!(category(&answer[1], "people", "email"), "contact.email");
    assert!(said.err.contains("/nowhere/at/all.db"), "{}", said.err);
}

#[test]
fn a_file_that_is_no_database_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("letter.db");
    std::fs::write(
        &path,
        "Dear Sir or Madam, this is a letter and no database at all. ".repeat(40),
    )
    .unwrap();

    let said = run(&["scan", &sqlite(&path)]);

    assert_eq!(said.code, 3);
    assert!(said.out.contains("not a database"), "{} {}", said.out, said.err);
}

#[tokio::test]
async fn an_empty_database_is_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), "empty.db", "CREATE TABLE t (a); DROP TABLE t;").await;

    let said = run(&["scan", &sqlite(&path)]);

    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    assert!(said.out.contains("no tables"), "{}", said.out);
}

#[tokio::test]
async fn a_glob_that_matches_nothing_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), "one.db", "CREATE TABLE people (email TEXT);").await;

    let said = run(&["scan", &sqlite(&path), "--tables", "nothing*"]);

    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    assert!(said.out.contains("--tables 'nothing*'"), "{}", said.out);
}

#[tokio::test]
async fn names_with_quotes_and_escape_sequences_are_harmless() {
    let dir = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE \"od\"\"d 'n\u{1b}[31m\" (\"e\"\"mail\" TEXT);
               INSERT INTO \"od\"\"d 'n\u{1b}[31m\" VALUES ('a@example.com'), ('b@example.com');";
    let path = database(dir.path(), "odd.db", sql).await;

    let said = run(&["scan", &sqlite(&path)]);

    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("E-mail address"), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'));
}

#[tokio::test]
async fn the_answer_can_go_into_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), "x.db", "CREATE TABLE t (a TEXT);").await;
    let output = dir.path().join("answer.json");

    let args = ["scan", &sqlite(&path), "--format", "json", "--output", output.to_str().unwrap()];
    let said = run(&args);

    assert_eq!((said.code, said.out.as_str()), (0, ""));
    let answer: serde_json::Value =
        serde_json::from_slice(&std::fs::read(output).unwrap()).unwrap();
    assert_eq!(answer["stores"][0]["name"], "t");
}

#[test]
fn wrong_usage_is_exit_code_two() {
    for args in [
        &["scan"][..],
        &["scan", "ftp://host/x"],
        &["scan", "sqlite:x.db", "--rows", "0"],
        &["scan", "sqlite:x.db", "--format", "xml"],
        &["frobnicate"],
    ] {
        let said = run(args);
        assert_eq!(said.code, 2, "{args:?}: {}", said.err);
        assert!(!said.err.is_empty());
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let said = finish(
        std::process::Command::new("sh")
            .arg("-c")
            .arg(format!("'{}' --help | head -1", env!("CARGO_BIN_EXE_privet")))
            .output()
            .unwrap(),
    );

    assert_eq!(said.err, "");
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_reports_what_was_found_so_far() {
    use std::{process::Stdio, time::Duration};
    let dir = tempfile::tempdir().unwrap();
    let mut sql = String::from("BEGIN;");
    for table in 0..3_000 {
        sql.extend([format!("CREATE TABLE t{table} (email TEXT, a, b, c, d, e);")]);
        sql.extend([format!("INSERT INTO t{table} (email) VALUES ('a@example.com');")]);
    }
    sql.push_str("COMMIT;");
    let path = database(dir.path(), "many.db", &sql).await;
    let child = command(&["scan", &sqlite(&path), "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    tokio::time::sleep(Duration::from_millis(350)).await;

    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let said = finish(child.wait_with_output().unwrap());

    // A fast machine may be done before: then it is a whole answer.
    if said.code == 3 {
        assert_eq!(said.json()["interrupted"], true);
    } else {
        assert_eq!((said.code, said.json()["stores"].as_array().unwrap().len()), (0, 3_000));
    }
}
