//! The vault as programs of the company use it, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use axum::http::StatusCode;
use consent::SubjectId;
use protect::Protect;
use serde_json::{Value, json};
use store::sqlx;
use support::{Program, entries, me};

on_both_engines!(
    a_value_comes_back_as_its_policy_says_and_every_opening_is_recorded,
    a_moved_or_changed_value_does_not_open,
    tokens_stand_for_values_until_the_customer_is_erased,
    tokens_keep_the_shape_of_cards_phones_and_resident_numbers,
    values_are_found_however_they_are_typed,
    bad_requests_are_told_with_places_and_nothing_is_half_done,
    a_program_does_only_what_its_scopes_say,
    a_minute_of_openings_has_an_end,
    an_old_program_names_only_the_purposes_it_was_limited_to,
    many_at_once_get_the_same_token_and_lose_none,
    new_versions_of_keys_open_what_programs_hold_and_make_the_same_tokens,
);

const PHONE: &str = "+8613812345678";

fn li() -> Value {
    json!({ "customer_id": "C-0042" })
}

fn sealing(value: &str) -> Value {
    json!({ "category": "contact.phone", "subject": li(), "context": "crm.phone", "value": value })
}

async fn seal(program: &Program, value: &str) -> String {
    let (status, answer) = program.post("/v1/vault/seal", &sealing(value)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["sealed"].as_str().unwrap().to_owned()
}

async fn erase(room: &Protect) -> String {
    let blind = support::customer("C-0042").blind(room.consent().vault());
    let id = room.consent().find(&blind).await.unwrap().people[0].0.clone();
    room.consent().erase(&me(), &SubjectId(id.clone())).await.unwrap();
    id
}

async fn a_value_comes_back_as_its_policy_says_and_every_opening_is_recorded(room: Protect) {
    let program = Program::new(&room).await;
    let sealed = seal(&program, PHONE).await;
    assert!(sealed.starts_with("pv1:contact.phone:") && !sealed.contains("138123"), "{sealed}");
    assert_ne!(sealed, seal(&program, PHONE).await, "sealing twice gives two texts");
    let open =
        |purpose: &str| json!({"purpose": purpose, "context": "crm.phone", "sealed": sealed});

    let (_, masked) = program.post("/v1/vault/open", &open("customer_support")).await;
    let (_, clear) = program.post("/v1/vault/open", &open("service_delivery")).await;
    let (refused, why) = program.post("/v1/vault/open", &open("quality")).await;
    let (unknown, _) = program.post("/v1/vault/open", &open("call 13812345678")).await;

    assert_eq!(masked, json!({ "value": "+86•••••••••78", "shown": "masked" }));
    assert_eq!(clear, json!({ "value": PHONE, "shown": "clear" }));
    assert_eq!((refused, unknown), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    assert_eq!(why["errors"][0]["type"], "urn:privet:problem:vault:refused");
    let id = sealed.split(':').nth(2).unwrap().to_owned();
    let read = |purpose: &str| (purpose.to_owned(), id.clone());
    let reads = entries(&room, "personal_data.read").await;
    assert_eq!(reads, [read("customer_support"), read("service_delivery")]);
    let refusals = entries(&room, "vault.refused").await;
    assert_eq!(refusals, [("quality".into(), String::new())]);
    // Nor is a purpose that the token does not hold; whatever it says stays out of the ledger.
    assert_eq!(entries(&room, "token.refused").await, [(String::new(), String::new())]);
    let used = room.last_openings("contact.phone", 10).await.unwrap();
    let acts: Vec<(&str, &str)> = used.iter().map(|u| (&*u.act, &*u.reveal)).collect();
    assert_eq!(acts, [("refused", ""), ("open", "clear"), ("open", "masked")]);
    let counts = room.counts().await.unwrap()["contact.phone"];
    assert_eq!((counts.sealed, counts.opened, counts.refused), (2, 2, 1));
    assert!(used.iter().all(|used| used.actor == program.actor));
    room.store().ledger().verify().await.unwrap();
}

async fn a_moved_or_changed_value_does_not_open(room: Protect) {
    let program = Program::new(&room).await;
    let good = seal(&program, PHONE).await;
    let parts: Vec<&str> = good.splitn(4, ':').collect();
    let name =
        json!({"category": "identity.name", "subject": {"customer_id": "C-7"}, "value": "Han"});
    let (_, other) = program.post("/v1/vault/seal", &name).await;
    let other = other["sealed"].as_str().unwrap().split(':').nth(2).unwrap().to_owned();

    let to_customer = format!("pv1:contact.phone:{other}:{}", parts[3]);
    let to_category = format!("pv1:identity.name:{}:{}", parts[2], parts[3]);
    let changed = format!("{}AA", &good[..good.len() - 2]);
    let nobody = format!("pv1:contact.phone:0:{}", parts[3]);
    for moved in [&to_customer, &to_category, &changed, &nobody] {
        let body = json!({ "purpose": "service_delivery", "items": [
            {"sealed": good, "context": "crm.phone"}, {"sealed": moved, "context": "crm.phone"} ]});
        let (status, answer) = program.post("/v1/vault/open", &body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{moved}");
        assert_eq!(answer["errors"][0]["at"], 1);
        assert_eq!(answer["errors"][0]["type"], "urn:privet:problem:vault:does-not-open");
    }
    let elsewhere = json!({ "purpose": "service_delivery", "context": "crm.fax", "sealed": good });
    let (status, _) = program.post("/v1/vault/open", &elsewhere).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(entries(&room, "personal_data.read").await.is_empty(), "nothing was told");
}

async fn tokens_stand_for_values_until_the_customer_is_erased(room: Protect) {
    let program = Program::new(&room).await;
    let sealed = seal(&program, PHONE).await;
    let asked = |format: &str, subject: &str, value: &str| {
        json!({"category": "contact.phone", "subject": {"customer_id": subject}, "format": format,
               "value": value})
    };
    let mut made = Vec::new();
    for (format, subject) in [
        ("random", "C-0042"),
        ("random", "C-0042"),
        ("deterministic", "C-0042"),
        ("deterministic", "C-0042"),
        ("preserving", "C-0042"),
        ("preserving", "C-0042"),
        ("deterministic", "C-0043"),
        ("preserving", "C-0043"),
    ] {
        let (status, answer) =
            program.post("/v1/vault/tokens", &asked(format, subject, PHONE)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        made.push(answer["token"].as_str().unwrap().to_owned());
    }
    assert_ne!(made[0], made[1]);
    assert_eq!((&made[2], &made[4]), (&made[3], &made[5]));
    assert!(made[2] != made[6] && made[4] != made[7], "another customer's tokens are others");
    // However it is typed: the same deterministic token.
    let (_, again) =
        program.post("/v1/vault/tokens", &asked("deterministic", "C-0042", "138 1234 5678")).await;
    assert_eq!(again["token"], *made[2]);
    let items: Vec<Value> = made.iter().map(|token| json!({ "token": token })).collect();
    let question =
        json!({ "purpose": "service_delivery", "category": "contact.phone", "items": items });

    let (_, before) = program.post("/v1/vault/detokenize", &question).await;
    let id = erase(&room).await;
    let (status, after) = program.post("/v1/vault/detokenize", &question).await;

    assert!(before["items"].as_array().unwrap().iter().all(|one| one["value"] == PHONE));
    assert_eq!(status, StatusCode::OK);
    for (at, one) in after["items"].as_array().unwrap().iter().enumerate() {
        let expected = if at < 6 { (Value::Null, "erased") } else { (PHONE.into(), "clear") };
        assert_eq!((&one["value"], one["shown"].as_str().unwrap()), (&expected.0, expected.1));
    }
    let open = json!({"purpose": "service_delivery", "context": "crm.phone", "sealed": sealed});
    let (_, lost) = program.post("/v1/vault/open", &open).await;
    assert_eq!(lost, json!({ "value": null, "shown": "erased" }));
    let (status, answer) = program.post("/v1/vault/seal", &sealing(PHONE)).await;
    assert_eq!(status, StatusCode::GONE, "{answer}");
    // Rows that are left say nothing without the key: not even with Privet's other keys.
    let rows: Vec<(String,)> =
        store::sqlx::query_as("SELECT sealed FROM protect_token WHERE subject = $1")
            .bind(&id)
            .fetch_all(room.store().reader())
            .await
            .unwrap();
    assert_eq!(rows.len(), 4);
}

/// ISO/IEC 7064, MOD 11-2, as GB 11643 uses it.
fn check_digit(digits: &str) -> Option<char> {
    let sum =
        digits.chars().try_fold(0, |sum, digit| Some((sum + digit.to_digit(10)?) * 2 % 11))?;
    "0123456789X".chars().nth(((12 - sum) % 11) as usize)
}

async fn tokens_keep_the_shape_of_cards_phones_and_resident_numbers(room: Protect) {
    let program = Program::new(&room).await;
    for (category, value) in [
        ("contact.phone", "+86 138-1234-5678"),
        ("finance.bank_card", "4111 1111 1111 1111"),
        ("identity.national_id", "11010519491231002X"),
    ] {
        let ask =
            json!({"category": category, "subject": li(), "format": "preserving", "value": value});
        let (_, answer) = program.post("/v1/vault/tokens", &ask).await;
        let token = answer["token"].as_str().unwrap().to_owned();
        assert!(token != value && token.len() == value.len(), "{token}");
        // What begins a card is not kept, nor the place in a resident number, and the detector asks
        // for known ones.
        match category {
            "contact.phone" => {
                let found = detect::find_long(&token, &detect::Options::default());
                assert!(found.iter().any(|span| span.category() == category), "{token}");
            }
            "identity.national_id" => {
                assert!(token[6..10] >= *"1900" && token[6..10] <= *"2099", "{token}");
                assert_eq!(check_digit(&token[..17]), token.chars().last(), "{token}");
            }
            _ => {}
        }
        let back = json!({"purpose": "service_delivery", "category": category, "token": token});
        let (_, opened) = program.post("/v1/vault/detokenize", &back).await;
        assert_eq!(opened["value"], value);
    }
}

async fn values_are_found_however_they_are_typed(room: Protect) {
    let program = Program::new(&room).await;
    let (_, sealed) = program.post("/v1/vault/seal", &sealing(PHONE)).await;
    let ask =
        json!({"category": "contact.phone", "subject": li(), "format": "random", "value": PHONE});
    let (_, token) = program.post("/v1/vault/tokens", &ask).await;
    let search = json!({"purpose": "customer_support", "category": "contact.phone",
                        "values": ["138 1234 5678", "13900000000"]});

    let (status, found) = program.post("/v1/vault/search", &search).await;

    assert_eq!(status, StatusCode::OK, "{found}");
    assert_eq!(found["items"][0]["index"], sealed["index"]);
    assert_eq!(found["items"][0]["tokens"][0]["token"], token["token"]);
    assert_eq!(found["items"][1]["tokens"], json!([]));
    assert_eq!(entries(&room, "personal_data.read").await.len(), 1, "of whom it was found");
    let name = json!({"purpose": "customer_support", "category": "identity.name", "value": "Li"});
    let (status, _) = program.post("/v1/vault/search", &name).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "no index of names");
    let quality = json!({"purpose": "quality", "category": "contact.phone", "value": PHONE});
    assert_eq!(program.post("/v1/vault/search", &quality).await.0, StatusCode::FORBIDDEN);
    erase(&room).await;
    let (_, found) = program.post("/v1/vault/search", &search).await;
    assert_eq!(found["items"][0]["tokens"], json!([]), "an erased customer is not found");
    assert_eq!(room.forget_erased().await.unwrap(), 1, "and the index is deleted");
    assert_eq!(room.forget_erased().await.unwrap(), 0);
    let left: i64 = store::sqlx::query_scalar("SELECT COUNT(blind) FROM protect_token")
        .fetch_one(room.store().reader())
        .await
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(entries(&room, "vault.index_forgotten").await.len(), 1);
}

async fn bad_requests_are_told_with_places_and_nothing_is_half_done(room: Protect) {
    let program = Program::new(&room).await;
    let items = json!({ "subject": li(), "format": "preserving", "items": [
        {"category": "contact.phone", "value": "13812345678"},
        {"category": "contact.phone", "value": "77123"},
        {"category": "contact.pigeon", "value": "77124"},
        {"category": "finance.bank_card", "value": "4111111111111112"},
        {"category": "identity.name", "value": "77125"},
        {"category": "contact.phone", "value": ""},
    ]});
    let (status, text) = program.post_text("/v1/vault/tokens", items.to_string()).await;

    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer: Value = serde_json::from_str(&text).unwrap();
    let told: Vec<(u64, &str)> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            (e["at"].as_u64().unwrap(), e["type"].as_str().unwrap().rsplit(':').next().unwrap())
        })
        .collect();
    let expected = [
        (1, "too-short"),
        (2, "unknown-category"),
        (3, "wrong-shape"),
        (4, "format"),
        (5, "empty"),
    ];
    assert_eq!(told, expected);
    assert!(!text.contains("7712") && !text.contains("4111"), "no value is quoted: {text}");
    for action in ["vault.tokenized", "subject.linked"] {
        assert!(entries(&room, action).await.is_empty(), "nothing was done");
    }

    let many: Vec<Value> = (0..1001).map(|n| json!({ "value": format!("{n}") })).collect();
    let huge = json!({"category": "identity.name", "subject": li(), "items": many});
    let long = json!({"category": "identity.name", "subject": li(), "value": "x".repeat(17_000)});
    let nobody = json!({"category": "identity.name", "subject": "0197", "value": "77126"});
    let no_subject = json!({"category": "identity.name", "items": [{ "value": "77126" }]});
    let no_address =
        json!({"category": "identity.name", "subject": {"email": "77126"}, "value": "x"});
    let both = json!({"category": "identity.name", "subject": li(), "value": "x", "items": []});
    for bad in [&huge, &long, &nobody, &no_subject, &no_address, &both] {
        let (status, text) = program.post_text("/v1/vault/seal", bad.to_string()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(!text.contains("77126"), "{text}");
    }
    let (status, text) = program.post_text("/v1/vault/seal", "{\"value\": 77127}".into()).await;
    assert!(status.is_client_error() && !text.contains("77127"), "{text}");
    let (status, _) = program.post_text("/v1/vault/seal", "x".repeat(5 << 20)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let unknown = json!({"purpose": "service_delivery", "category": "contact.phone", "items": [
        {"token": "tok_77128"}]});
    let (status, text) = program.post_text("/v1/vault/detokenize", unknown.to_string()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!text.contains("77128") && text.contains("unknown-token"), "{text}");
    let plain = json!({"purpose": "service_delivery", "sealed": "77129"});
    let (status, text) = program.post_text("/v1/vault/open", plain.to_string()).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && !text.contains("77129"), "{text}");
}

async fn a_program_does_only_what_its_scopes_say(room: Protect) {
    let writer = Program::with(&room, &["vault:seal"]).await;
    let sealed = seal(&writer, PHONE).await;
    let open = json!({"purpose": "service_delivery", "context": "crm.phone", "sealed": sealed});
    let search =
        json!({"purpose": "service_delivery", "category": "contact.phone", "value": PHONE});
    for (path, body) in [
        ("/v1/vault/open", &open),
        ("/v1/vault/detokenize", &json!({"purpose": "x"})),
        ("/v1/vault/search", &search),
    ] {
        assert_eq!(writer.post(path, body).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    let reader = Program::with(&room, &["vault:open"]).await;
    assert_eq!(reader.post("/v1/vault/open", &open).await.0, StatusCode::OK);
    assert_eq!(reader.post("/v1/vault/seal", &sealing(PHONE)).await.0, StatusCode::FORBIDDEN);
}

async fn an_old_program_names_only_the_purposes_it_was_limited_to(room: Protect) {
    let program = Program::old(&room).await;
    let sealed = seal(&program, PHONE).await;
    let id = program.actor.strip_prefix("token:").unwrap();
    let desk = std::collections::BTreeSet::from(["customer_support".to_owned()]);
    room.limit_program(&me(), id, &desk).await.unwrap();
    let open =
        |purpose: &str| json!({"purpose": purpose, "context": "crm.phone", "sealed": sealed});

    let (may, _) = program.post("/v1/vault/open", &open("customer_support")).await;
    let (may_not, why) = program.post("/v1/vault/open", &open("service_delivery")).await;

    assert_eq!((may, may_not), (StatusCode::OK, StatusCode::FORBIDDEN), "{why}");
    assert!(why["errors"][0]["detail"].as_str().unwrap().contains("this token"), "{why}");
    let other = Program::old(&room).await;
    assert_eq!(other.post("/v1/vault/open", &open("service_delivery")).await.0, StatusCode::OK);
    assert_eq!(entries(&room, "vault.refused").await.len(), 1);
    room.limit_program(&me(), id, &std::collections::BTreeSet::new()).await.unwrap();
    let (again, _) = program.post("/v1/vault/open", &open("service_delivery")).await;
    assert_eq!(again, StatusCode::OK);
    assert_eq!(entries(&room, "vault.program_limited").await.len(), 2);
    let nonsense = std::collections::BTreeSet::from(["nonsense".to_owned()]);
    assert!(room.limit_program(&me(), id, &nonsense).await.is_err());
}

async fn a_minute_of_openings_has_an_end(room: Protect) {
    let mut kept = room.policy("contact.phone").await.unwrap().unwrap();
    kept.policy.per_minute = 3;
    room.save_policy(&me(), "contact.phone", kept.version, &kept.policy).await.unwrap();
    let program = Program::new(&room).await;
    let sealed = seal(&program, PHONE).await;
    let item = json!({ "sealed": sealed, "context": "crm.phone" });
    let two = json!({ "purpose": "service_delivery", "items": [item, item] });

    assert_eq!(program.post("/v1/vault/open", &two).await.0, StatusCode::OK);
    let (status, answer) = program.post("/v1/vault/open", &two).await;

    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{answer}");
    let other = Program::new(&room).await;
    assert_eq!(other.post("/v1/vault/open", &two).await.0, StatusCode::OK);
    let four = json!({ "purpose": "service_delivery", "items": [item, item, item, item] });
    let (status, _) = other.post("/v1/vault/open", &four).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "waiting would not help");
}

async fn many_at_once_get_the_same_token_and_lose_none(room: Protect) {
    let program = Program::new(&room).await;
    // A new customer, without a secret yet: everybody wants to be the first.
    let ask = json!({ "category": "contact.phone", "subject": li(), "format": "preserving",
                      "items": [{ "value": PHONE }, { "value": "13900001111" }, { "value": PHONE }] });
    let calls = (0..12).map(|_| program.post("/v1/vault/tokens", &ask));
    let answers = futures::future::join_all(calls).await;

    for (status, answer) in &answers {
        assert_eq!(*status, StatusCode::OK, "{answer}");
        assert_eq!(answer["items"], answers[0].1["items"]);
    }
    assert_eq!(answers[0].1["items"][0], answers[0].1["items"][2]);
    let kept: i64 = store::sqlx::query_scalar("SELECT COUNT(*) FROM protect_token")
        .fetch_one(room.store().reader())
        .await
        .unwrap();
    assert_eq!(kept, 2);
}

async fn new_versions_of_keys_open_what_programs_hold_and_make_the_same_tokens(room: Protect) {
    let program = Program::new(&room).await;
    let columns = [consent::renewal::COLUMNS, protect::COLUMNS].concat();
    let held = seal(&program, PHONE).await;
    let asked = |format: &str| json!({"category": "contact.phone", "subject": li(), "format": format, "value": PHONE});
    let mut made = Vec::new();
    for format in ["random", "deterministic", "preserving"] {
        let (_, answer) = program.post("/v1/vault/tokens", &asked(format)).await;
        made.push(answer["token"].clone());
    }
    room.consent().start_renewal(&me()).await.unwrap();
    let renewing = async {
        for _ in 0..3 {
            room.consent().renew_keys(&columns, |_| {}).await.unwrap();
            room.consent().start_renewal(&me()).await.unwrap();
        }
        room.consent().renew_keys(&columns, |_| {}).await.unwrap();
    };
    let making = async {
        for _ in 0..20 {
            let (status, answer) = program.post("/v1/vault/tokens", &asked("deterministic")).await;
            assert_eq!((status, &answer["token"]), (StatusCode::OK, &made[1]), "{answer}");
        }
    };
    tokio::join!(renewing, making);

    for table in ["protect_token", "protect_key"] {
        let sql = format!("SELECT sealed FROM {table}");
        let sealed: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(room.store().reader())
            .await
            .unwrap();
        assert!(sealed.iter().all(|one| one.starts_with("s2/5:")), "{table}: {sealed:?}");
    }
    let new = seal(&program, PHONE).await;
    assert!(new.contains(":s2/5:") && held.contains(":s2:"), "{new}");
    for sealed in [held, new] {
        let open = json!({"purpose": "service_delivery", "context": "crm.phone", "sealed": sealed});
        let (_, clear) = program.post("/v1/vault/open", &open).await;
        assert_eq!(clear["value"], PHONE, "{clear}");
    }
    for (format, token) in [("deterministic", &made[1]), ("preserving", &made[2])] {
        let (_, again) = program.post("/v1/vault/tokens", &asked(format)).await;
        assert_eq!(again["token"], *token, "{format}");
    }
    let items: Vec<Value> = made.iter().map(|token| json!({ "token": token })).collect();
    let question =
        json!({ "purpose": "service_delivery", "category": "contact.phone", "items": items });
    let (_, known) = program.post("/v1/vault/detokenize", &question).await;
    assert!(known["items"].as_array().unwrap().iter().all(|one| one["value"] == PHONE), "{known}");
    let run = room.consent().newest_renewal().await.unwrap().unwrap();
    assert!(run.finished_at.is_some() && run.left == 0);
    assert!(run.resealed >= 5, "an identifier, a secret, three tokens: {run:?}");
}
