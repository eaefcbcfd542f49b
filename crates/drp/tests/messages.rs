//! What is opened, and what is refused and with which word.
#![allow(clippy::unwrap_used)]

mod common;

use common::{AGENT, agent, exercise, key, now, other_key, seal, sealed, us, with, without};
use drp::{
    Action, Agent, BODY_MAX, Fault, Refusal, Regime, Right, Token, bearer, is_own, open,
    open_revoke, open_setup,
};
use ed25519_dalek::{Signature, VerifyingKey};
use proptest::prelude::*;
use serde_json::{Value, json};

fn refused(message: &Value) -> Refusal {
    open(&sealed(message), &agent(), &us(), now()).unwrap_err()
}

fn field(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Fault(Fault::Field { field, .. } | Fault::Missing(field)) => field,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_as_in_the_specification_is_read_whole() {
    let opened = open(&sealed(&exercise()), &agent(), &us(), now()).unwrap();
    assert_eq!(opened.version.as_deref(), Some("0.9.4"));
    assert_eq!(opened.until, "2026-11-30T09:14:59.5Z".parse().unwrap());
    let request = opened.message;
    assert_eq!((request.agent_id.as_str(), request.action), (AGENT, Action::SaleOptOut));
    assert_eq!((request.action.right(), request.regime), (Right::OptOut, Regime::Ccpa));
    assert_eq!(request.agent_request_id.as_deref(), Some("foo"));
    assert_eq!(request.relationships, ["customer", "marketing"]);
    assert_eq!(request.status_callback.unwrap().path(), "/update_status");
    let person = request.identity;
    assert_eq!(person.name.as_deref(), Some("Berg, Ada"));
    let email = person.email.clone().unwrap();
    assert_eq!((email.value.as_str(), email.verified), ("ada@example.com", true));
    assert!(!person.phone_number.clone().unwrap().verified);
    assert_eq!(person.address.clone().unwrap().value.locality.as_deref(), Some("Oakland"));
    assert_eq!(person.other.get("loyalty_number"), Some(&json!("77")));
    assert_eq!(person.other.len(), 1);
    let shown = format!("{person:?} {:?}", person.address);
    for secret in ["Ada", "ada@", "415555", "Main", "77"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn what_may_be_left_out_may_be_null_and_lines_may_be_broken() {
    let mut message = exercise();
    let optional = ["regime", "relationships", "status_callback", "agent-request-id", "address"];
    for name in optional {
        message[name] = Value::Null;
    }
    let mut body = sealed(&message);
    for at in (76..body.len()).step_by(77) {
        body.insert(at, b'\n');
    }
    body.extend_from_slice(b"\r\n");
    let request = open(&body, &agent(), &us(), now()).unwrap().message;
    assert_eq!((request.regime, request.agent_request_id), (Regime::Voluntary, None));
    assert!(request.relationships.is_empty() && request.identity.address.is_none());
    let text = with("address", json!("1 Main St\nOakland"));
    let request = open(&sealed(&text), &agent(), &us(), now()).unwrap().message;
    assert_eq!(request.identity.address.unwrap().value.formatted.unwrap(), "1 Main St\nOakland");
    // Without padding, too.
    let body: Vec<u8> = sealed(&exercise()).into_iter().filter(|byte| *byte != b'=').collect();
    assert!(open(&body, &agent(), &us(), now()).is_ok());
}

#[test]
fn every_action_has_one_word_and_the_hyphen_is_understood() {
    for action in Action::ALL {
        assert_eq!(Action::read(action.as_str()), Some(action));
        let message = with("exercise", json!(action.as_str()));
        let opened = open(&sealed(&message), &agent(), &us(), now()).unwrap();
        assert_eq!(opened.message.action, action);
        assert_eq!(serde_json::to_value(action).unwrap(), json!(action.as_str()));
    }
    assert_eq!(Action::read("sale:opt-in"), Some(Action::SaleOptIn));
    assert_eq!(refused(&with("exercise", json!("portability"))), Refusal::Action);
    let mut us = us();
    us.actions = vec![Action::Deletion];
    let refusal = open(&sealed(&exercise()), &agent(), &us, now()).unwrap_err();
    // The example of 3.06, word for word.
    assert_eq!(refusal.render().unwrap()["code"], json!("400"));
    assert_eq!(
        refusal.render().unwrap()["message"],
        json!("Unsupported rights actions submitted.")
    );
}

#[test]
fn a_signature_of_rfc_8032_is_taken() {
    // Section 7.1, TEST 3: key, message and signature.
    let public = hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    let signature = hex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
         18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    let agent = Agent { verify_key: drp::VerifyKey(public.try_into().unwrap()), ..agent() };
    let mut body = signature;
    body.extend_from_slice(&hex("af82"));
    let body = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, body);
    // Signed well; that it is not JSON is found only then.
    let refusal = open(body.as_bytes(), &agent, &us(), now()).unwrap_err();
    assert_eq!(refusal, Refusal::Fault(Fault::Json));
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let one = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(one).collect()
}

#[test]
fn a_message_that_was_changed_cut_or_signed_by_another_is_refused() {
    let good = sealed(&exercise());
    let decode = |body: &[u8]| base64::Engine::decode(&base64::prelude::BASE64_STANDARD, body);
    let encode = |body: &[u8]| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, body);
    let bytes = decode(&good).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let refusal = open(encode(&changed).as_bytes(), &agent(), &us(), now()).unwrap_err();
        assert_eq!(refusal, Refusal::Signature, "byte {at}");
    }
    for length in [0, 1, 63, 64, 65, bytes.len() - 1] {
        let refusal =
            open(encode(&bytes[..length]).as_bytes(), &agent(), &us(), now()).unwrap_err();
        let expected = if length <= 64 { Refusal::Encoding } else { Refusal::Signature };
        assert_eq!(refusal, expected, "{length} bytes");
    }
    let open_one = |body: &[u8]| open(body, &agent(), &us(), now()).unwrap_err();
    assert_eq!(open_one(&seal(exercise().to_string().as_bytes(), &key(2))), Refusal::Signature);
    assert_eq!(open_one(b"{\"agent-id\":\"not signed at all\"}"), Refusal::Encoding);
    assert_eq!(open_one("茶".as_bytes()), Refusal::Encoding);
    assert_eq!(open_one(b""), Refusal::Encoding);
    let agent = Agent { verify_key: other_key(), ..agent() };
    assert_eq!(open(&good, &agent, &us(), now()).unwrap_err(), Refusal::Signature);
    // S + L is the same signature to a careless reader (RFC 8032 §5.1.7).
    let mut malleable = bytes.clone();
    add_order(&mut malleable[32..64]);
    assert_eq!(open_one(encode(&malleable).as_bytes()), Refusal::Signature);
}

/// Adds the order of the group to a scalar, little end first.
fn add_order(scalar: &mut [u8]) {
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut carry = 0_u16;
    for (byte, add) in scalar.iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
}

#[test]
fn what_is_too_long_is_not_even_decoded() {
    let long = with("name", json!("x".repeat(BODY_MAX)));
    assert_eq!(refused(&long), Refusal::TooLarge);
    assert_eq!(Refusal::TooLarge.http(), 413);
    assert_eq!(field(refused(&with("name", json!("x".repeat(3_000))))), "name");
    let many: serde_json::Map<String, Value> =
        (0..60).map(|n| (format!("claim-{n}"), json!(n))).collect();
    let mut message = exercise();
    message.as_object_mut().unwrap().extend(many);
    assert_eq!(refused(&message), Refusal::Fault(Fault::TooMuch));
}

#[test]
fn what_is_not_plain_json_is_refused() {
    let text = exercise().to_string();
    let twice = text.replacen('{', r#"{"exercise":"deletion","#, 1);
    let inner = text.replace(r#""region":"CA""#, r#""region":"CA","region":"NV""#);
    let deep = text.replace(r#""77""#, &format!("{}{}", "[".repeat(40), "]".repeat(40)));
    let mut latin = text.clone().into_bytes();
    let at = text.find("Ada").unwrap();
    latin[at] = 0xc4;
    let cases: Vec<Vec<u8>> = vec![
        twice.into_bytes(),
        inner.into_bytes(),
        deep.into_bytes(),
        latin,
        format!("{text} {{}}").into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        b"[]".to_vec(),
        b"null".to_vec(),
        b"{".to_vec(),
    ];
    for (n, case) in cases.iter().enumerate() {
        let refusal = open(&seal(case, &key(1)), &agent(), &us(), now()).unwrap_err();
        assert_eq!(refusal, Refusal::Fault(Fault::Json), "case {n}");
    }
}

#[test]
fn another_s_message_is_refused_in_the_order_of_the_specification() {
    assert_eq!(refused(&with("agent-id", json!("OTHER"))), Refusal::Agent);
    assert_eq!(refused(&with("business-id", json!("OTHER"))), Refusal::Business);
    let future = "2026-11-30T09:00:01Z";
    assert_eq!(refused(&with("issued-at", json!(future))), Refusal::Early);
    let mut us_ = us();
    us_.skew = jiff::SignedDuration::from_secs(2);
    assert!(open(&sealed(&with("issued-at", json!(future))), &agent(), &us_, now()).is_ok());
    assert_eq!(refused(&with("expires-at", json!("2026-11-30T09:00:00Z"))), Refusal::Expired);
    assert!(Refusal::Expired.is_fatal() && !Refusal::Early.is_fatal());
    assert_eq!(refused(&with("expires-at", json!("2027-11-30T09:00:00Z"))), Refusal::Window);
    // The first that fails is told: agent before business before time.
    let mut message = exercise();
    message["agent-id"] = json!("OTHER");
    message["business-id"] = json!("OTHER");
    message["expires-at"] = json!("2020-01-01T00:00:00Z");
    assert_eq!(refused(&message), Refusal::Agent);
    message["agent-id"] = json!(AGENT);
    assert_eq!(refused(&message), Refusal::Business);
}

#[test]
fn fields_that_lack_or_are_wrong_are_named() {
    let needed = ["agent-id", "business-id", "issued-at", "expires-at", "drp.version", "exercise"];
    for name in needed {
        assert_eq!(field(refused(&without(name))), name);
        assert_eq!(field(refused(&with(name, json!(7)))), name);
    }
    let wrong = [
        ("issued-at", json!("2026-11-30T09:00:00")), // of which place?
        ("issued-at", json!("yesterday")),
        ("email", json!("ada at example.com")),
        ("email", json!("ada@example.com\r\nBcc: all@example.com")),
        ("email_verified", json!("true")),
        ("phone_number", json!("0415 555 0123")),
        ("address", json!({ "locality": ["Oakland"] })),
        ("address", json!(7)),
        ("relationships", json!("customer")),
        ("relationships", json!(vec!["customer"; 51])),
        ("status_callback", json!("http://dsr-agent.example.com/")),
        ("status_callback", json!("https://u:p@dsr-agent.example.com/")),
        ("status_callback", json!("file:///etc/passwd")),
        ("agent-request-id", json!("a\nb")),
        ("name", json!("Ada\u{0}")),
    ];
    for (name, value) in wrong {
        assert_eq!(field(refused(&with(name, value.clone()))), name, "{value}");
        assert!(!refused(&with(name, value)).to_string().contains("ada"));
    }
    assert_eq!(refused(&with("regime", json!("gdpr"))), Refusal::Regime);
    assert_eq!(refused(&with("drp.version", json!("0.5"))), Refusal::Version);
    let mut nobody = exercise();
    for name in ["name", "email", "phone_number", "address"] {
        nobody.as_object_mut().unwrap().shift_remove(name);
    }
    assert!(matches!(refused(&nobody), Refusal::Fault(Fault::Missing(_))));
}

#[test]
fn a_message_is_known_again_however_it_is_written() {
    let first = open(&sealed(&exercise()), &agent(), &us(), now()).unwrap();
    let mut body = sealed(&exercise());
    body.insert(10, b'\n');
    let again = open(&body, &agent(), &us(), now()).unwrap();
    assert_eq!(first.digest, again.digest);
    let other = open(&sealed(&with("agent-request-id", json!("bar"))), &agent(), &us(), now());
    assert_ne!(first.digest, other.unwrap().digest);
    assert_eq!(Refusal::Replayed.http(), 409);
}

#[test]
fn an_agent_is_set_up_by_its_key_alone() {
    let mut message = exercise();
    let claims = message.as_object_mut().unwrap();
    claims.retain(|name, _| {
        ["agent-id", "business-id", "issued-at", "expires-at"].contains(&name.as_str())
    });
    let opened = open_setup(&sealed(&message), Some(&agent()), &us(), now()).unwrap();
    assert_eq!((opened.message.agent_id.as_str(), opened.version), (AGENT, None));
    let strangers = [
        open_setup(&sealed(&message), None, &us(), now()),
        open_setup(&seal(message.to_string().as_bytes(), &key(2)), Some(&agent()), &us(), now()),
        open_setup(&sealed(&message), Some(&Agent { id: "OTHER".into(), ..agent() }), &us(), now()),
    ];
    for refusal in strangers.map(Result::unwrap_err) {
        assert_eq!((refusal.http(), refusal.render()), (403, None));
    }
    let token = Token::random().unwrap();
    assert_ne!(token, Token::random().unwrap());
    assert_eq!(drp::setup_answer(&agent(), &token)["agent-id"], json!(AGENT));
    let header = format!("Bearer {}", token.expose());
    let came = bearer(Some(&header)).unwrap();
    assert!(came.is(&token.digest()) && came.digest() == token.digest());
    assert!(!Token::random().unwrap().is(&token.digest()));
    assert!(!format!("{token:?}").contains(token.expose()));
    for header in
        [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Basic abc"), Some("Bearer a b")]
    {
        assert_eq!(bearer(header).unwrap_err(), Refusal::Token, "{header:?}");
    }
    assert_eq!(is_own(&agent(), AGENT), Ok(()));
    assert_eq!(is_own(&agent(), "OTHER").unwrap_err().http(), 403);
}

#[test]
fn a_request_is_taken_back_with_a_reason_or_without() {
    let body = sealed(&json!({ "reason": "I don't want my account deleted" }));
    let revoke = open_revoke(&body, &agent()).unwrap();
    assert_eq!(revoke.reason.as_deref(), Some("I don't want my account deleted"));
    assert_eq!(open_revoke(&sealed(&json!({})), &agent()).unwrap().reason, None);
    assert_eq!(open_revoke(&seal(b"{}", &key(2)), &agent()).unwrap_err(), Refusal::Signature);
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_a_fall(body in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(open(&body, &agent(), &us(), now()).is_err());
        // And signed well.
        let refusal = open(&seal(&body, &key(1)), &agent(), &us(), now()).unwrap_err();
        prop_assert_ne!(refusal, Refusal::Signature);
    }

    /// Two libraries agree about what is signed well.
    #[test]
    fn another_reader_agrees(
        message in prop::collection::vec(any::<u8>(), 1..100), flip in 0_usize..64, really in any::<bool>(),
    ) {
        let mut signed = base64::Engine::decode(
            &base64::prelude::BASE64_STANDARD, seal(&message, &key(1)),
        ).unwrap();
        signed[flip] ^= u8::from(really);
        let signature = Signature::from_slice(&signed[..64]).unwrap();
        let public = VerifyingKey::from_bytes(&agent().verify_key.0).unwrap();
        let theirs = public.verify_strict(&message, &signature).is_ok();
        let body = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &signed);
        let ours = open_revoke(body.as_bytes(), &agent());
        prop_assert_eq!(theirs, ours != Err(Refusal::Signature));
    }
}
