//! The detection API over HTTP: Privet's own call, and Presidio's with Presidio's shapes, status codes
//! and messages (asked of presidio-analyzer and presidio-anonymizer 2.2.366).
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

mod support;

use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use inspect::{Inspect, Settings};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use web::{Web, WebConfig};

/// A program with a token, or without.
struct Program {
    app: Router,
    token: Option<String>,
    _guard: store::testing::TestGuard,
}

impl Program {
    async fn with(scopes: &[&str], settings: Settings) -> Self {
        Self::from(scopes, settings, [127, 0, 0, 1]).await
    }

    async fn from(scopes: &[&str], settings: Settings, peer: [u8; 4]) -> Self {
        let (store, guard) = store::testing::temp_sqlite().await;
        let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
        let inspect = Inspect::open(store, settings).await.unwrap();
        inspect.create_detector(support::me(), support::LOYALTY).await.unwrap();
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let token = match scopes.as_slice() {
            [] => None,
            scopes => Some(web.create_token(support::me(), "test", scopes).await.unwrap().1),
        };
        let rooms = inspect::router(web.clone(), inspect);
        let peer = SocketAddr::from((peer, 40_000));
        let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
        Self { app, token, _guard: guard }
    }

    async fn allowed() -> Self {
        Self::with(&["detect"], Settings::default()).await
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> (StatusCode, Value) {
        let request = match &self.token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let response = self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header(header::HOST, "localhost:8440")
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(body.to_string())).await
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Request::get(path).header(header::HOST, "localhost:8440"), Body::empty()).await
    }
}

fn error(message: &str) -> Value {
    json!({ "error": message })
}

#[tokio::test]
async fn one_text_and_many_are_answered_by_code_points() {
    let program = Program::allowed().await;

    let one = program.post("/v1/detect", &json!({"text": "😀 mail li.lei@example.cn"})).await;
    let many = program
        .post("/v1/detect", &json!({"texts": ["nothing", "请打13800001234"], "explain": true}))
        .await;

    assert_eq!(one.0, StatusCode::OK);
    let span = &one.1["spans"][0];
    assert_eq!(
        (&span["type"], &span["start"], &span["end"]),
        (&json!("EMAIL_ADDRESS"), &json!(7), &json!(24))
    );
    assert_eq!(many.1["results"][0]["spans"], json!([]));
    let span = &many.1["results"][1]["spans"][0];
    assert_eq!((&span["category"], &span["start"]), (&json!("contact.phone"), &json!(2)));
    assert!(span["rule"].is_string() && span["layer"].is_string());
}

#[tokio::test]
async fn own_detectors_entities_and_operators_work_together() {
    let program = Program::allowed().await;
    let text = "card LT-12345674 and LT-12345674, mail a.b@corp.cn";

    let question = json!({"text": text, "entities": ["LOYALTY_CARD"],
        "operators": {"DEFAULT": {"type": "mask", "masking_char": "*", "chars_to_mask": 4, "from_end": true}}});
    let masked = program.post("/v1/detect", &question).await.1;
    let question = json!({"text": text, "operators": {"DEFAULT": {"type": "fake"}, "EMAIL_ADDRESS": {"type": "replace"}}});
    let fake = program.post("/v1/detect", &question).await.1;
    let again = program.post("/v1/detect", &question).await.1;

    assert_eq!(masked["anonymized"]["text"], "card LT-1234**** and LT-1234****, mail a.b@corp.cn");
    assert_eq!(
        masked["anonymized"]["items"][1],
        json!({"start": 21, "end": 32, "type": "LOYALTY_CARD", "operator": "mask"})
    );
    assert_eq!(fake, again, "the same value and key, the same invention");
    let text = fake["anonymized"]["text"].as_str().unwrap();
    let cards: Vec<&str> = text.split([' ', ',']).filter(|word| word.contains('-')).collect();
    assert!(cards.len() == 2 && cards[0] == cards[1] && cards[0] != "LT-12345674", "{text}");
    assert!(text.ends_with("mail <EMAIL_ADDRESS>"), "{text}");
}

#[tokio::test]
async fn what_is_wrong_is_a_problem_and_quotes_nothing() {
    let program = Program::allowed().await;
    for (body, says) in [
        (json!({}), "either `text` or `texts`"),
        (json!({"text": "secret 13800001234", "texts": []}), "either"),
        (json!({"text": 13_800_001_234_u64}), "wrong type"),
        (json!({"text": "secret 13800001234", "colour": "red"}), "unknown"),
        (json!({"text": "x", "entities": ["NO_SUCH"]}), "NO_SUCH"),
        (json!({"text": "a@example.com", "operators": {"DEFAULT": {"type": "shred"}}}), "shred"),
        (json!({"text": "a@example.com", "operators": {"DEFAULT": {"type": "custom"}}}), "custom"),
        (
            json!({"text": "a@example.com", "operators": {"DEFAULT": {"type": "fake", "key": "short"}}}),
            "16 bytes",
        ),
    ] {
        let (status, answer) = program.post("/v1/detect", &body).await;
        assert!(status.is_client_error(), "{body}");
        assert!(answer["detail"].as_str().unwrap().contains(says), "{answer}");
        assert!(answer["type"].as_str().unwrap().starts_with("urn:privet:problem:"));
        assert!(!answer.to_string().contains("13800001234"));
    }
}

#[tokio::test]
async fn every_call_needs_the_scope() {
    let calls = [
        ("/v1/detect", Some(json!({"text": "x"}))),
        ("/analyze", Some(json!({"text": "x", "language": "en"}))),
        ("/anonymize", Some(json!({"text": "x", "analyzer_results": []}))),
        ("/deanonymize", Some(json!({"text": "x"}))),
        ("/anonymizers", None),
        ("/deanonymizers", None),
        ("/recognizers", None),
        ("/supportedentities", None),
    ];
    for (scopes, status) in [(&[][..], 401), (&["map:read"], 403), (&["detect"], 200)] {
        let program = Program::with(scopes, Settings::default()).await;
        for (path, body) in &calls {
            let answer = match body {
                Some(body) => program.post(path, body).await,
                None => program.get(path).await,
            };
            // Nothing to decrypt is no error; an operator for it is not needed either.
            assert_eq!(answer.0.as_u16(), status, "{path} {}", answer.1);
            if status != 200 {
                let key = if path.starts_with("/v1") { "detail" } else { "error" };
                assert!(answer.1[key].is_string(), "{path} {}", answer.1);
            }
        }
        assert_eq!(program.get("/health").await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn programs_of_this_machine_are_let_in_only_when_the_configuration_says_so() {
    let open = Program::with(&[], Settings { open_on_loopback: true }).await;
    let question = json!({"text": "a@example.com", "language": "en"});

    assert_eq!(open.post("/analyze", &question).await.0, StatusCode::OK);
    assert_eq!(open.post("/v1/detect", &json!({"text": "x"})).await.0, StatusCode::UNAUTHORIZED);
    for (name, value) in [("origin", "https://evil.example"), ("x-forwarded-for", "8.8.8.8")] {
        let request = Request::post("/analyze")
            .header(header::HOST, "localhost:8440")
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, value);
        let answer = open.send(request, Body::from(question.to_string())).await;
        assert_eq!(answer.0, StatusCode::UNAUTHORIZED, "{name}");
    }
    let far = Program::from(&[], Settings { open_on_loopback: true }, [10, 0, 0, 9]).await;
    assert_eq!(far.post("/analyze", &question).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn texts_are_analyzed_in_presidios_shape() {
    let program = Program::allowed().await;

    let question = json!({"text": "mail li.lei@example.com", "language": "en"});
    let one = program.post("/analyze", &question).await;
    let question = json!({"text": ["nothing", "call 212-555-0147 now"], "language": "en",
        "correlation_id": "7", "return_decision_process": true});
    let many = program.post("/analyze", &question).await;

    assert_eq!(one.0, StatusCode::OK);
    let score = one.1[0]["score"].clone();
    assert!(score.as_f64().unwrap() > 0.8);
    assert_eq!(
        one.1,
        json!([{"analysis_explanation": null, "end": 23, "entity_type": "EMAIL_ADDRESS", "score": score, "start": 5}])
    );
    assert_eq!(many.1[0], json!([]));
    let phone = &many.1[1][0];
    assert_eq!(
        (&phone["entity_type"], &phone["start"], &phone["end"]),
        (&json!("PHONE_NUMBER"), &json!(5), &json!(17))
    );
    let keys: Vec<&String> = phone["analysis_explanation"].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "original_score",
            "pattern",
            "pattern_name",
            "recognizer",
            "regex_flags",
            "score",
            "score_context_improvement",
            "supportive_context_word",
            "textual_explanation",
            "validation_result"
        ]
    );
}

#[tokio::test]
async fn entities_thresholds_allow_lists_and_context_are_heeded() {
    let program = Program::allowed().await;
    let ask = async |extra: Value| {
        let mut question =
            json!({"text": "mail a@example.com, loyalty LT-12345674", "language": "en"});
        question.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        program.post("/analyze", &question).await.1
    };
    let kinds = |answer: &Value| -> Vec<String> {
        answer
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["entity_type"].as_str().unwrap().to_owned())
            .collect()
    };

    assert_eq!(kinds(&ask(json!({})).await), ["EMAIL_ADDRESS", "LOYALTY_CARD"]);
    assert_eq!(kinds(&ask(json!({"entities": ["LOYALTY_CARD"]})).await), ["LOYALTY_CARD"]);
    assert_eq!(kinds(&ask(json!({"score_threshold": 1.1})).await), [""; 0]);
    assert_eq!(kinds(&ask(json!({"allow_list": ["a@example.com"]})).await), ["LOYALTY_CARD"]);
    let allowed = json!({"allow_list": ["^lt-"], "allow_list_match": "regex"});
    assert_eq!(kinds(&ask(allowed).await), ["EMAIL_ADDRESS"]);
    let plain = ask(json!({"entities": ["LOYALTY_CARD"]})).await[0]["score"].as_f64().unwrap();
    let raised = ask(json!({"entities": ["LOYALTY_CARD"], "context": ["Loyalty"]})).await;
    assert!(raised[0]["score"].as_f64().unwrap() > plain, "{raised} {plain}");
}

#[tokio::test]
async fn recognizers_sent_along_are_used_once() {
    let program = Program::allowed().await;
    let question = json!({"text": "Mr. Plum sent zip 90210 in the kitchen", "language": "en",
        "entities": ["ZIP", "ROOM"],
        "ad_hoc_recognizers": [
            {"name": "Zip code Recognizer", "supported_language": "en", "supported_entity": "ZIP",
             "patterns": [{"name": "zip code (weak)", "regex": "(\\b\\d{5}(?:\\-\\d{4})?\\b)", "score": 0.01}],
             "context": ["zip", "code"]},
            {"name": "Rooms", "supported_language": "en", "supported_entity": "ROOM",
             "deny_list": ["kitchen", "library"]}]});

    let (status, answer) = program.post("/analyze", &question).await;
    let again = program.post("/analyze", &json!({"text": "the kitchen", "language": "en"})).await.1;

    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!((&answer[0]["entity_type"], &answer[0]["start"]), (&json!("ZIP"), &json!(18)));
    assert_eq!((&answer[1]["entity_type"], &answer[1]["start"]), (&json!("ROOM"), &json!(31)));
    assert!(!again.to_string().contains("ROOM"), "{again}");
}

#[tokio::test]
async fn the_analyzer_refuses_as_presidio_refuses() {
    let program = Program::allowed().await;
    let none = "No matching recognizers were found to serve the request.";
    for (body, status, message) in [
        (json!({"language": "en"}), 500, "No text provided"),
        (json!({"text": "", "language": "en"}), 500, "No text provided"),
        (json!({"text": "x"}), 500, "No language provided"),
        (json!({"text": "x", "language": "xx"}), 500, none),
        (json!({"text": "x", "language": "en", "entities": ["NOPE"]}), 500, none),
    ] {
        let answer = program.post("/analyze", &body).await;
        assert_eq!((answer.0.as_u16(), answer.1), (status, error(message)), "{body}");
    }
    let pattern = json!({"text": "x", "language": "en", "ad_hoc_recognizers": [
        {"supported_entity": "A", "patterns": [{"name": "a", "regex": "(?<=a)b", "score": 0.5}]}]});
    let refused = program.post("/analyze", &pattern).await;
    assert_eq!(refused.0.as_u16(), 500);
    assert!(
        refused.1["error"].as_str().unwrap().contains("Invalid regex pattern"),
        "{}",
        refused.1
    );
    let untyped = program.send(Request::post("/analyze"), Body::from("{}")).await;
    assert_eq!(untyped.0.as_u16(), 415);
    let json = Request::post("/analyze").header(header::CONTENT_TYPE, "application/json");
    let broken = program.send(json, Body::from("{\"text\": \"13800001234")).await;
    assert_eq!(broken.0.as_u16(), 400);
    assert!(!broken.1.to_string().contains("13800001234"));
    let long = "x".repeat(11 << 20);
    assert_eq!(
        program.post("/analyze", &json!({"text": long, "language": "en"})).await.0.as_u16(),
        413
    );
}

#[tokio::test]
async fn lists_hold_our_entities_and_own_detectors() {
    let program = Program::allowed().await;

    let entities = program.get("/supportedentities?language=en").await.1;
    let recognizers = program.get("/recognizers?language=zh").await.1;

    let holds = |list: &Value, name: &str| list.as_array().unwrap().contains(&json!(name));
    assert!(holds(&entities, "CREDIT_CARD") && holds(&entities, "CN_ID_CARD"));
    assert!(holds(&entities, "LOYALTY_CARD") && holds(&recognizers, "EmailAddressRecognizer"));
    assert_eq!(program.get("/supportedentities?language=xx").await.0.as_u16(), 500);
    assert!(holds(&program.get("/anonymizers").await.1, "mask"));
    assert_eq!(program.get("/deanonymizers").await.1, json!(["decrypt", "deanonymize_keep"]));
}

#[tokio::test]
async fn texts_are_anonymized_in_presidios_shape() {
    let program = Program::allowed().await;
    let question = json!({
        "text": "hello world, my name is Jane Doe. My number is: 034453334",
        "anonymizers": {
            "DEFAULT": {"type": "replace", "new_value": "ANONYMIZED"},
            "PHONE_NUMBER": {"type": "mask", "masking_char": "*", "chars_to_mask": 4, "from_end": true}},
        "analyzer_results": [
            {"start": 24, "end": 32, "score": 0.8, "entity_type": "NAME"},
            {"start": 24, "end": 28, "score": 0.8, "entity_type": "FIRST_NAME"},
            {"start": 29, "end": 32, "score": 0.6, "entity_type": "LAST_NAME"},
            {"start": 48, "end": 57, "score": 0.95, "entity_type": "PHONE_NUMBER"}]});

    let (status, answer) = program.post("/anonymize", &question).await;

    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        answer,
        json!({"text": "hello world, my name is ANONYMIZED. My number is: 03445****",
            "items": [
                {"start": 50, "end": 59, "entity_type": "PHONE_NUMBER", "text": "03445****", "operator": "mask", "score": 0.95},
                {"start": 24, "end": 34, "entity_type": "NAME", "text": "ANONYMIZED", "operator": "replace", "score": 0.8}]})
    );
}

#[tokio::test]
async fn what_was_encrypted_comes_back() {
    let program = Program::allowed().await;
    let text = "我叫王小明，电话13800001234";
    let question = json!({"text": text,
        "anonymizers": {"DEFAULT": {"type": "encrypt", "key": "WmZq4t7w!z%C&F)J"}},
        "analyzer_results": [{"start": 2, "end": 5, "score": 1, "entity_type": "PERSON"}]});

    let sealed = program.post("/anonymize", &question).await.1;
    let item = sealed["items"][0].clone();
    let open = async |key: &str| {
        let question = json!({"text": sealed["text"], "anonymizer_results": [item],
            "deanonymizers": {"PERSON": {"type": "decrypt", "key": key}}});
        program.post("/deanonymize", &question).await
    };

    assert!(!sealed["text"].as_str().unwrap().contains("王小明"));
    let opened = open("WmZq4t7w!z%C&F)J").await;
    assert_eq!((opened.0.as_u16(), &opened.1["text"]), (200, &json!(text)));
    assert_eq!(opened.1["items"][0]["operator"], "decrypt");
    let wrong = open("0123456789abcdef").await;
    assert_eq!(wrong.0.as_u16(), 500, "{}", wrong.1);
    assert_eq!(
        open("short").await.1,
        error("Invalid input, key must be of length 128, 192 or 256 bits")
    );
}

#[tokio::test]
async fn the_anonymizer_refuses_as_presidio_refuses() {
    let program = Program::allowed().await;
    let found = json!([{"start": 0, "end": 1, "score": 0.5, "entity_type": "A"}]);
    let with = |anonymizer: Value| json!({"text": "abc", "analyzer_results": found, "anonymizers": {"DEFAULT": anonymizer}});
    let result = |result: Value| json!({"text": "abc", "analyzer_results": [result]});
    for (body, status, message) in [
        (json!({}), 400, "Invalid request json"),
        (json!({"text": "abc"}), 422, "Invalid input, request must contain analyzer results"),
        (with(json!({"type": "custom"})), 400, "Custom type anonymizer is not supported"),
        (with(json!({"type": "none"})), 422, "Invalid operator class 'none'."),
        (
            with(json!({"new_value": "x"})),
            422,
            "Invalid input, operator config must contain operator_name",
        ),
        (with(json!({"type": "mask"})), 422, "Expected parameter masking_char"),
        (
            with(
                json!({"type": "mask", "masking_char": "**", "chars_to_mask": 1, "from_end": true}),
            ),
            422,
            "Invalid input, masking_char must be a character",
        ),
        (
            with(
                json!({"type": "mask", "masking_char": "*", "chars_to_mask": "1", "from_end": true}),
            ),
            422,
            "Invalid parameter value for chars_to_mask. Expecting 'number', but got 'string'.",
        ),
        (
            with(json!({"type": "hash", "hash_type": "md5"})),
            422,
            "Parameter hash_type value md5 is not in range of values ['sha256', 'sha512']",
        ),
        (
            with(json!({"type": "hash", "salt": "short"})),
            422,
            "Salt must be at least 16 bytes (128 bits). Provided salt is 5 bytes.",
        ),
        (with(json!({"type": "encrypt"})), 422, "Expected parameter key"),
        (
            result(json!({"end": 1, "score": 1, "entity_type": "A"})),
            422,
            "Invalid input, result must contain start",
        ),
        (
            result(json!({"start": 0, "end": 1, "score": 1})),
            422,
            "Invalid input, result must contain entity_type",
        ),
        (
            result(json!({"start": 0, "end": 1, "entity_type": "A"})),
            422,
            "Invalid input, analyzer result must contain score",
        ),
        (
            result(json!({"start": 2, "end": 1, "score": 1, "entity_type": "A"})),
            422,
            "Invalid input, start index '2' must be smaller than end index '1'",
        ),
        (
            result(json!({"start": 0, "end": 9, "score": 1, "entity_type": "A"})),
            422,
            "Invalid analyzer result, start: 0 and end: 9, while text length is only 3.",
        ),
        (
            result(json!({"start": -1, "end": 1, "score": 1, "entity_type": "A"})),
            422,
            "Invalid input, result start and end must be positive",
        ),
    ] {
        let answer = program.post("/anonymize", &body).await;
        assert_eq!((answer.0.as_u16(), answer.1), (status, error(message)), "{body}");
    }
}
