//! What we write as SARIF is SARIF: judged by the schema of OASIS and a validator that is not ours, the
//! Python package `jsonschema` (`cargo xtask test` installs it).

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::process::Command;

use comply::{Filter, Reason, sarif};
use serde_json::Value;
use support::{guarded, me, open, set, world};

const JUDGE: &str = "
import json, sys, jsonschema
schema, log = (json.load(open(path, encoding='utf-8')) for path in sys.argv[1:])
faults = list(jsonschema.Draft7Validator(schema).iter_errors(log))
for fault in faults[:20]:
    print(list(fault.absolute_path), fault.message[:300])
sys.exit(1 if faults else 0)
";

/// Faults by the schema, as the validator tells them; none where it is good.
fn faults(log: &Value) -> String {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sarif-schema-2.1.0.json");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("log.sarif");
    std::fs::write(&file, log.to_string()).unwrap();
    let python = std::env::var("PRIVET_TEST_PYTHON").expect("run `cargo xtask test`");
    let told = Command::new(python).args(["-c", JUDGE, schema]).arg(&file).output().unwrap();
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    match told.status.code() {
        Some(0) => String::new(),
        Some(1) if !text.is_empty() => text,
        _ => panic!("no judgement: {}", String::from_utf8_lossy(&told.stderr)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn findings_are_sarif_by_the_schema_of_oasis() {
    let (store, _guard) = guarded(false).await;
    let comply = open(store.clone(), "https://privet.example").await;
    let rooms = comply.rooms();
    world::fill(&store, &rooms.consent, &rooms.warn, "CN").await;
    // Findings of many kinds: things with and without a name, people, times, lists; one accepted.
    set(&store, "UPDATE organisation SET contact = '', officer = ''; UPDATE web_user SET totp_sealed = ''; UPDATE recipient SET country = 'US', safeguard = '', contract = ''; UPDATE activity SET legal_basis = '{}', assessment = ''; UPDATE source SET cron = ''; UPDATE system SET owner = ''; UPDATE ledger_checkpoint SET cosignatures = ''")
        .await;
    comply.run(me(), Reason::Asked).await.unwrap();
    let standing = Filter::default();
    let (found, total) = comply.findings(&standing, 1_000, 0).await.unwrap();
    assert!(total > 8, "{total}");
    comply.accept(me(), &found[0].id, "Being signed", 30).await.unwrap();
    let (found, _) = comply.findings(&standing, 1_000, 0).await.unwrap();

    let log = sarif::render(&found, store::now());

    assert_eq!(faults(&log), "");
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), found.len());
    assert!(log.to_string().contains("suppressions"));
    assert_eq!(faults(&sarif::render(&[], store::now())), "", "no findings are SARIF, too");
    // The judge is awake.
    let mut wrong = log;
    wrong["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(faults(&wrong).contains("grave"));
}
