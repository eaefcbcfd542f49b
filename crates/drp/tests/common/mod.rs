//! An agent with a key of its own, made by a library that is not ours.
#![allow(dead_code)] // each test file is a crate of its own

use base64::{Engine as _, prelude::BASE64_STANDARD};
use drp::{Agent, Us, VerifyKey};
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::Timestamp;
use serde_json::{Value, json};

pub const AGENT: &str = "CR_AA_DEMO_ID_001";
pub const BUSINESS: &str = "ACME_TEA";

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn agent() -> Agent {
    let verify = BASE64_STANDARD.encode(key(1).verifying_key().as_bytes());
    let entry = json!([{ "id": AGENT, "name": "Demo", "verify_key": verify }]);
    drp::agents(&entry.to_string()).unwrap().remove(0)
}

pub fn other_key() -> VerifyKey {
    VerifyKey(*key(2).verifying_key().as_bytes())
}

pub fn us() -> Us {
    Us::new(BUSINESS)
}

pub fn now() -> Timestamp {
    "2026-11-30T09:00:00Z".parse().unwrap()
}

/// libsodium's combined mode, in base64.
pub fn seal(message: &[u8], key: &SigningKey) -> Vec<u8> {
    let mut signed = key.sign(message).to_bytes().to_vec();
    signed.extend_from_slice(message);
    BASE64_STANDARD.encode(signed).into_bytes()
}

pub fn sealed(message: &Value) -> Vec<u8> {
    seal(message.to_string().as_bytes(), &key(1))
}

/// As the example of 2.01, with the time as Python writes it.
pub fn exercise() -> Value {
    json!({
        "agent-id": AGENT,
        "business-id": BUSINESS,
        "issued-at": "2026-11-30T08:59:59.500+00:00",
        "expires-at": "2026-11-30T09:14:59.500+00:00",
        "agent-request-id": "foo",
        "drp.version": "0.9.4",
        "exercise": "sale:opt-out",
        "regime": "ccpa",
        "relationships": ["customer", "marketing"],
        "status_callback": "https://dsr-agent.example.com/update_status",
        "name": "Berg, Ada",
        "email": "ada@example.com",
        "email_verified": true,
        "phone_number": "+14155550123",
        "phone_number_verified": false,
        "address": {
            "street_address": "1 Main St", "locality": "Oakland", "region": "CA",
            "postal_code": "94601", "country": "US"
        },
        "address_verified": false,
        "power_of_attorney": "https://dsr-agent.example.com/poa/1",
        "loyalty_number": "77"
    })
}

pub fn with(name: &str, value: Value) -> Value {
    let mut message = exercise();
    message[name] = value;
    message
}

pub fn without(name: &str) -> Value {
    let mut message = exercise();
    message.as_object_mut().unwrap().shift_remove(name);
    message
}
