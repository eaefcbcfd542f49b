//! What we write, and what we take, is what the protocol says: judged by schemas after its sections and
//! a validator that is not ours, the Python package `jsonschema` (`cargo xtask test` installs it).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{path::Path, process::Command};

use common::{agent, exercise, now, sealed, us, with, without};
use drp::{
    Action, Business, Denial, DirectoryError, Fault, Refusal, State, Status, StatusError, Token,
    Underway, Verification, agents, open,
};
use serde_json::{Value, json};
use url::Url;

const JUDGE: &str = "
import json, sys, jsonschema
for case in json.load(open(sys.argv[2], encoding='utf-8')):
    schema = json.load(open(f'{sys.argv[1]}/{case[0]}.schema.json', encoding='utf-8'))
    jsonschema.Draft7Validator.check_schema(schema)
    faults = [fault.message[:200] for fault in jsonschema.Draft7Validator(schema).iter_errors(case[1])]
    print(json.dumps(faults))
";

/// The faults of each message by the schema of that name.
fn faults(cases: &[(&str, Value)]) -> Vec<Vec<String>> {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cases.json");
    std::fs::write(&file, json!(cases).to_string()).unwrap();
    let python = std::env::var("PRIVET_TEST_PYTHON").expect("run `cargo xtask test`");
    let told = Command::new(python).args(["-c", JUDGE]).arg(&schemas).arg(&file).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told: Vec<Vec<String>> = String::from_utf8(told.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(told.len(), cases.len());
    told
}

fn all_good(cases: &[(&str, Value)]) {
    for ((name, case), faults) in cases.iter().zip(faults(cases)) {
        assert!(faults.is_empty(), "{name} {case}: {faults:?}");
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn status(state: State) -> Status {
    let other = state == State::Denied(Denial::Other);
    Status {
        request_id: "c789ff35-7644-4ceb-9981-4b35c264aac3".to_owned(),
        agent_request_id: Some("foo".to_owned()),
        received_at: now(),
        state,
        processing_details: other.then(|| "this user has many records".to_owned()),
    }
}

fn states() -> Vec<State> {
    let open = Underway { expected_by: "2027-01-14T09:00:00Z".parse().unwrap() };
    let mut states = vec![
        State::Open,
        State::InProgress(open),
        State::NeedUserVerification {
            open,
            url: url("https://shop.example/verify/c789ff35"),
            expires_at: Some(now()),
        },
        State::Fulfilled {
            results_url: Some(url("https://shop.example/r/1")),
            expires_at: Some(now()),
        },
        State::Fulfilled { results_url: None, expires_at: None },
        State::Revoked,
        State::Expired,
    ];
    states.extend(Denial::ALL.map(State::Denied));
    states
}

fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::Token,
        Refusal::TooLarge,
        Refusal::Encoding,
        Refusal::Signature,
        Refusal::Agent,
        Refusal::Business,
        Refusal::Early,
        Refusal::Expired,
        Refusal::Window,
        Refusal::Version,
        Refusal::Action,
        Refusal::Regime,
        Refusal::Replayed,
        Refusal::NotOwn,
        Refusal::Final,
        Fault::Json.into(),
        Fault::Missing("exercise").into(),
        Fault::Field { field: "email", must: "an e-mail address" }.into(),
        Fault::TooMuch.into(),
    ]
}

#[test]
fn what_is_written_is_what_the_protocol_says() {
    let mut cases = Vec::new();
    for state in states() {
        cases.push(("status", status(state).render().unwrap()));
    }
    for refusal in refusals() {
        let body = refusal.render().unwrap();
        assert_eq!(body["code"], json!(refusal.http().to_string()));
        cases.push(("error", body));
    }
    cases.push(("setup-answer", drp::setup_answer(&agent(), &Token::random().unwrap())));
    cases.push(("info-answer", drp::info_answer()));
    cases.push(("business", business().render().unwrap()));
    all_good(&cases);
}

#[test]
fn what_is_taken_is_what_the_protocol_says() {
    let mut cases = vec![
        ("exercise", exercise()),
        ("revoke", json!({ "reason": "I don't want my account deleted" })),
        ("revoke", json!({})),
    ];
    for action in Action::ALL {
        cases.push(("exercise", with("exercise", json!(action.as_str()))));
    }
    for version in ["0.9", "0.9.1", "0.9.2", "0.9.3", "0.9.4"] {
        cases.push(("exercise", with("drp.version", json!(version))));
    }
    for name in ["regime", "relationships", "status_callback", "agent-request-id", "email"] {
        cases.push(("exercise", without(name)));
    }
    all_good(&cases);
    for (name, case) in cases.iter().filter(|(name, _)| *name == "exercise") {
        assert!(open(&sealed(case), &agent(), &us(), now()).is_ok(), "{name} {case}");
    }
    // And what the schema refuses, we refuse.
    let bad = [
        without("exercise"),
        without("agent-id"),
        without("expires-at"),
        with("exercise", json!(["access", "deletion"])),
        with("exercise", json!("rectification")),
        with("issued-at", json!("30.11.2026")),
        with("email_verified", json!("yes")),
        with("relationships", json!([1])),
        with("status_callback", json!("http://agent.example/")),
        with("phone_number", json!("555 0123")),
        with("regime", json!("gdpr")),
        with("drp.version", json!("1.0")),
    ];
    let cases: Vec<(&str, Value)> = bad.into_iter().map(|case| ("exercise", case)).collect();
    for ((_, case), faults) in cases.iter().zip(faults(&cases)) {
        assert!(!faults.is_empty(), "{case}");
        assert!(open(&sealed(case), &agent(), &us(), now()).is_err(), "{case}");
    }
}

#[test]
fn states_follow_one_another_as_the_table_has_it() {
    let all = states();
    for before in &all {
        for after in &all {
            if before.is_final() || *after == State::Open {
                assert!(!before.may_become(after), "{before:?} → {after:?}");
            }
        }
    }
    let (open, progress, fulfilled) = (&all[0], &all[1], &all[3]);
    assert!(open.may_become(progress) && progress.may_become(fulfilled));
    assert!(progress.may_become(&all[2]) && all[2].may_become(progress));
    assert!(!open.may_become(fulfilled) && open.may_become(&State::Revoked));
}

#[test]
fn what_the_protocol_forbids_is_not_written() {
    let insecure =
        State::Fulfilled { results_url: Some(url("http://shop.example/")), expires_at: None };
    assert_eq!(status(insecure).render(), Err(StatusError::Insecure("results_url")));
    let mut unexplained = status(State::Denied(Denial::Other));
    unexplained.processing_details = None;
    assert_eq!(unexplained.render(), Err(StatusError::Unexplained));
    for (field, change) in [
        ("id", (|b| b.id = "acme".into()) as fn(&mut Business)),
        ("supported_actions", |b| b.actions.clear()),
        ("api_base", |b| b.api_base = "http://shop.example/".into()),
        ("logo", |b| b.logo = Some("logo.svg".into())),
    ] {
        let mut business = business();
        change(&mut business);
        assert!(
            matches!(business.render(), Err(DirectoryError::Own { field: f, .. }) if f == field),
            "{field}"
        );
    }
}

fn business() -> Business {
    Business {
        id: common::BUSINESS.into(),
        name: "Acme Tea".into(),
        logo: None,
        api_base: "https://shop.example/drp".into(),
        actions: Action::ALL.to_vec(),
        verifications: vec![Verification::Email, Verification::PhoneNumber, Verification::Address],
        web_url: "https://shop.example/".into(),
        privacy_policy_url: Some("https://shop.example/privacy".into()),
        technical_contact: "tech@shop.example".into(),
        business_contact: "privacy@shop.example".into(),
    }
}

#[test]
fn a_directory_is_read_whole_or_not() {
    let key = "A".repeat(43) + "=";
    let entry = json!({
        "id": "CR_AA", "name": "Agent", "verify_key": key, "web_url": "https://agent.example",
        "identity_assurance_url": "https://agent.example/how", "technical_contact": "t@agent.example",
        "business_contact": "b@agent.example"
    });
    all_good(&[("agent", entry.clone())]);
    let read = agents(&json!([entry]).to_string()).unwrap();
    assert_eq!((read[0].id.as_str(), read[0].verify_key.0), ("CR_AA", [0; 32]));
    assert_eq!(agents(&entry.to_string()).unwrap(), read);
    let change = |name: &str, value: Value| {
        let mut entry = entry.clone();
        entry[name] = value;
        agents(&json!([entry]).to_string()).unwrap_err()
    };
    assert_eq!(change("id", json!("../admin")), DirectoryError::Id(1));
    assert_eq!(change("verify_key", json!("AAAA")), DirectoryError::Key("CR_AA".into()));
    // Hexadecimal was the way before 0.9.1.
    assert_eq!(change("verify_key", json!("00".repeat(32))), DirectoryError::Key("CR_AA".into()));
    assert!(matches!(change("verify_key", json!(null)), DirectoryError::Json(_)));
    assert_eq!(
        agents(&json!([entry, entry]).to_string()).unwrap_err(),
        DirectoryError::Twice("CR_AA".into())
    );
    assert!(matches!(agents("[{]").unwrap_err(), DirectoryError::Json(_)));
}
