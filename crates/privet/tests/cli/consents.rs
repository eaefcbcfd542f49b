//! Imports, privacy as code for consent, and receipts checked offline, through the binary.

use crate::privet::run;

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

#[test]
fn consents_are_imported_under_notices_kept_as_code() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (data, code) = (path("data"), path("code"));
    std::fs::create_dir(&code).unwrap();
    std::fs::write(path("code/consent.yaml"), CODE).unwrap();
    std::fs::write(
        path("in.csv"),
        "email,news,given_at\na@example.com,yes,2026-01-01\nnobody,yes,2026-01-01\n",
    )
    .unwrap();
    drop(crate::server::Server::start("serve", data.as_ref(), 1));

    let applied = run(&["apply", &code, "--data", &data]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert!(
        applied.out.contains("+ purpose news") && applied.out.contains("notice join: published"),
        "{}",
        applied.out
    );
    let again = run(&["apply", &code, "--data", &data]);
    assert!(again.code == 0 && !again.out.contains("news"), "{}", again.out);
    let exported = run(&["export", &path("out"), "--data", &data]);
    assert!(exported.out.contains("consent.yaml"), "{}", exported.out);

    let dry = run(&[
        "consents",
        "import",
        &path("in.csv"),
        "--notice",
        "join",
        "--dry-run",
        "--data",
        &data,
    ]);
    assert!(dry.out.contains("1 would be recorded"), "{}", dry.out);
    let imported =
        run(&["consents", "import", &path("in.csv"), "--notice", "join", "--data", &data]);
    assert_eq!(imported.code, 1, "one line could not be taken");
    assert!(imported.out.contains("1 recorded"), "{}", imported.out);
    assert!(imported.err.contains("line 3: email is not an address"), "{}", imported.err);
    assert!(!imported.err.contains("nobody"), "{}", imported.err);
    let unknown =
        run(&["consents", "import", &path("in.csv"), "--notice", "nothing", "--data", &data]);
    assert_eq!(unknown.code, 2, "{}", unknown.err);
}

#[test]
fn a_receipt_is_checked_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("receipt.json");
    let mut document = serde_json::Map::new();
    document.insert("schema_version".into(), consent::receipt::SCHEMA.into());
    document.insert("record_id".into(), "r-1".into());
    let signer = ledger::Signer::from_seed(&[7; 32]);
    let signed = signer.sign(document);
    std::fs::write(&file, serde_json::json!({"id": "r-1", "receipt": signed}).to_string()).unwrap();
    let file = file.to_str().unwrap();

    let good = run(&["verify", file, "--log-key", &signer.public().to_string()]);
    assert_eq!(good.code, 0, "{}", good.err);
    assert!(good.out.contains("r-1") && good.out.contains("unchanged"), "{}", good.out);
    let other = ledger::Signer::from_seed(&[8; 32]).public().to_string();
    assert_eq!(run(&["verify", file, "--log-key", &other]).code, 1);
    assert_eq!(run(&["verify", file, "--log-key", "nonsense"]).code, 2);
    assert_eq!(run(&["verify", "/no/such/file"]).code, 3);

    std::fs::write(file, signed.to_string().replace("r-1", "r-2")).unwrap();
    let changed = run(&["verify", file]);
    assert!(changed.code == 1 && changed.err.contains("changed"), "{}", changed.err);
}

/// Gives a command an identifier on its standard input.
fn told(line: &str, args: &[&str]) -> crate::privet::Said {
    let mut child = crate::privet::command(args)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.as_bytes()).unwrap();
    crate::privet::finish(child.wait_with_output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_erased_from_the_command_line_with_somebodys_approval() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (data, code) = (path("data"), path("code"));
    std::fs::create_dir(&code).unwrap();
    std::fs::write(path("code/consent.yaml"), CODE).unwrap();
    std::fs::write(
        path("in.csv"),
        "email,news,given_at\na@example.com,yes,2026-01-01\nb@example.com,yes,2026-01-01\n",
    )
    .unwrap();
    drop(crate::server::Server::start("serve", data.as_ref(), 1));
    assert_eq!(run(&["apply", &code, "--data", &data]).code, 0);
    let imported =
        run(&["consents", "import", &path("in.csv"), "--notice", "join", "--data", &data]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    let erase = ["customers", "erase", "--data", &data];
    let say_why = ["customers", "erase", "--reason", "request 118", "--data", &data];

    let nobody = told("c@example.com\n", &say_why);
    assert!(nobody.code == 1 && !nobody.err.contains("c@example"), "{}", nobody.err);
    assert_eq!(told("a@example.com\n", &erase).code, 2, "no reason");
    let asked = told("a@example.com\n", &say_why);
    assert!(asked.code == 1 && asked.err.contains("Asked."), "{}", asked.err);
    let waits = told("a@example.com\n", &erase);
    assert!(waits.code == 1 && waits.err.contains("Nobody has decided"), "{}", waits.err);
    approve(data.as_ref()).await;
    let unsure = told("a@example.com\n", &erase);
    assert!(unsure.code == 2 && unsure.err.contains("--yes"), "{}", unsure.err);
    let certificate = path("deletion.json");
    let done = told(
        "a@example.com\n",
        &["customers", "erase", "--yes", "--certificate", &certificate, "--data", &data],
    );

    assert_eq!(done.code, 0, "{}", done.err);
    let verified = run(&["verify", &certificate]);
    assert!(
        verified.code == 0 && verified.out.contains("deletion certificate"),
        "{}",
        verified.out
    );
    let decided =
        told("a@example.com\nb@example.com\n", &["decide", "--purpose", "news", "--data", &data]);
    let lines: Vec<&str> = decided.out.lines().collect();
    assert!(lines[0].contains("deny") && lines[1].contains("allow"), "{}", decided.out);
    assert_eq!(told("a@example.com\n", &say_why).code, 2, "erased already");
}

/// As a colleague does in the console.
async fn approve(data: &std::path::Path) {
    let config = store::StoreConfig { data_dir: data.to_owned(), database: None };
    let store = store::Store::open(config).await.unwrap();
    let web = web::Web::open(store.clone(), web::WebConfig::default()).await.unwrap();
    let asked = web.approvals().list(None).await.unwrap().remove(0);
    web.approvals().approve("colleague", &asked.id).await.unwrap();
    store.close().await;
}
