//! What a browser and an authenticator hand over, read and judged as Web Authentication Level 3
//! §7.1 (registering) and §7.2 (signing in) say. No I/O.

use super::cose::Key;
use super::{PasskeyFault, Site};
use aws_lc_rs::digest;
use ciborium::Value;
use serde::Deserialize;

/// Flags of the authenticator's data (§6.1).
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_POSSIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_KEY: u8 = 0x40;
/// §5.8.3: a credential id is no longer than this.
const LONGEST_ID: usize = 1023;

/// Which of the two ceremonies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Register,
    SignIn,
}

/// The browser's part: what it was asked, on whose page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// Checks the browser's part (§7.1 steps 5–12, §7.2 steps 9–14).
pub(super) fn check_client(
    bytes: &[u8],
    kind: Kind,
    challenge: &str,
    site: &Site,
) -> Result<(), PasskeyFault> {
    let data: ClientData = serde_json::from_slice(bytes).map_err(|_| PasskeyFault::Unreadable)?;
    let wanted = match kind {
        Kind::Register => "webauthn.create",
        Kind::SignIn => "webauthn.get",
    };
    if data.kind != wanted {
        return Err(PasskeyFault::Unreadable);
    }
    if !crate::secret::same(&data.challenge, challenge) {
        return Err(PasskeyFault::Stale);
    }
    if data.origin != site.origin || data.cross_origin {
        return Err(PasskeyFault::Elsewhere);
    }
    Ok(())
}

/// The authenticator's part.
pub(super) struct Authenticator<'a> {
    /// How often the key was used; 0 for ever where the device does not count.
    pub counter: u32,
    /// The key may be copied to the person's other devices by its maker's service.
    pub synced: bool,
    /// What follows the fixed part.
    rest: &'a [u8],
    has_key: bool,
}

/// Reads the authenticator's data and checks for whom it is, and that its holder was recognised.
pub(super) fn authenticator<'a>(
    bytes: &'a [u8],
    site: &Site,
) -> Result<Authenticator<'a>, PasskeyFault> {
    let (hash, rest) = bytes.split_at_checked(32).ok_or(PasskeyFault::Unreadable)?;
    let (&flags, rest) = rest.split_first().ok_or(PasskeyFault::Unreadable)?;
    let (counter, rest) = rest.split_first_chunk::<4>().ok_or(PasskeyFault::Unreadable)?;
    if hash != digest::digest(&digest::SHA256, site.rp_id.as_bytes()).as_ref() {
        return Err(PasskeyFault::Elsewhere);
    }
    if flags & USER_PRESENT == 0 || flags & USER_VERIFIED == 0 {
        return Err(PasskeyFault::Unverified);
    }
    // §6.1.3: nothing is backed up that cannot be.
    if flags & BACKED_UP != 0 && flags & BACKUP_POSSIBLE == 0 {
        return Err(PasskeyFault::Unreadable);
    }
    Ok(Authenticator {
        counter: u32::from_be_bytes(*counter),
        synced: flags & BACKED_UP != 0,
        rest,
        has_key: flags & HAS_KEY != 0,
    })
}

/// A new key, as it will be stored.
pub(super) struct NewKey {
    pub credential: Vec<u8>,
    /// The COSE_Key, as it came.
    pub cose: Vec<u8>,
    pub counter: u32,
    pub synced: bool,
}

/// Reads an attestation object. We ask for no attestation and believe none: who is signed in names
/// their own device, and a statement about its make would change nothing. A key that is not theirs
/// is of no use to them, as each sign-in must also name the account (`userHandle`).
pub(super) fn new_key(object: &[u8], site: &Site) -> Result<NewKey, PasskeyFault> {
    let read = || {
        let object = cbor(&mut &*object)?;
        let field = |name: &str| {
            object.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, v)| v)
        };
        field("fmt")?.as_text()?;
        field("authData")?.as_bytes().cloned()
    };
    let data = read().ok_or(PasskeyFault::Unreadable)?;
    let device = authenticator(&data, site)?;
    let parts = || {
        // §6.5.1: the maker's id, the length of the credential's id, the id, the key.
        let (_, rest) = device.rest.split_at_checked(16).filter(|_| device.has_key)?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, rest) = rest.split_at_checked(length)?;
        let mut after = rest;
        cbor(&mut after)?;
        let cose = &rest[..rest.len() - after.len()];
        Key::parse(cose)?;
        (1..=LONGEST_ID).contains(&length).then(|| (id.to_vec(), cose.to_vec()))
    };
    let (credential, cose) = parts().ok_or(PasskeyFault::Unreadable)?;
    Ok(NewKey { credential, cose, counter: device.counter, synced: device.synced })
}

/// Whether the stored key signed both parts of a sign-in (§7.2 steps 19 and 20).
pub(super) fn signed(cose: &[u8], device: &[u8], client: &[u8], signature: &[u8]) -> bool {
    let hash = digest::digest(&digest::SHA256, client);
    let message = [device, hash.as_ref()].concat();
    Key::parse(cose).is_some_and(|key| key.signed(&message, signature))
}

/// One CBOR item, leaving in `bytes` what comes after. Nesting is bounded: what authenticators send
/// is flat, and what others send must not fill the stack.
pub(super) fn cbor(bytes: &mut &[u8]) -> Option<Value> {
    ciborium::de::from_reader_with_recursion_limit(bytes, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
    use proptest::prelude::*;

    fn site() -> Site {
        Site { rp_id: "localhost".into(), origin: "http://localhost:8440".into() }
    }

    fn client(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
        serde_json::json!({"type": kind, "challenge": challenge, "origin": origin})
            .to_string()
            .into_bytes()
    }

    fn device(flags: u8, counter: u32, rp_id: &str) -> Vec<u8> {
        let mut bytes = digest::digest(&digest::SHA256, rp_id.as_bytes()).as_ref().to_vec();
        bytes.push(flags);
        bytes.extend(counter.to_be_bytes());
        bytes
    }

    fn cose_of(pair: &EcdsaKeyPair) -> Vec<u8> {
        let point = pair.public_key().as_ref();
        let number = |n: i64| Value::from(n);
        let map = Value::Map(vec![
            (number(1), number(2)),
            (number(3), number(-7)),
            (number(-1), number(1)),
            (number(-2), Value::Bytes(point[1..33].to_vec())),
            (number(-3), Value::Bytes(point[33..].to_vec())),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&map, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_browser_must_answer_our_challenge_on_our_page() {
        let check = |kind, challenge, origin| {
            let bytes = client(kind, challenge, origin);
            check_client(&bytes, Kind::SignIn, "right", &site())
        };
        let here = "http://localhost:8440";
        assert_eq!(check("webauthn.get", "right", here), Ok(()));
        assert_eq!(check("webauthn.get", "wrong", here), Err(PasskeyFault::Stale));
        assert_eq!(check("webauthn.create", "right", here), Err(PasskeyFault::Unreadable));
        for origin in ["http://localhost:9999", "https://localhost:8440", "http://evil.example"] {
            assert_eq!(check("webauthn.get", "right", origin), Err(PasskeyFault::Elsewhere));
        }
        let framed = br#"{"type":"webauthn.get","challenge":"right",
            "origin":"http://localhost:8440","crossOrigin":true}"#;
        let framed = check_client(framed, Kind::SignIn, "right", &site());
        assert_eq!(framed, Err(PasskeyFault::Elsewhere));
    }

    #[test]
    fn the_device_must_have_recognised_its_holder_for_our_site() {
        let fault = |bytes: &[u8]| authenticator(bytes, &site()).err();
        assert_eq!(fault(&device(0x05, 1, "localhost")), None);
        assert_eq!(fault(&device(0x01, 1, "localhost")), Some(PasskeyFault::Unverified));
        assert_eq!(fault(&device(0x04, 1, "localhost")), Some(PasskeyFault::Unverified));
        assert_eq!(fault(&device(0x15, 1, "localhost")), Some(PasskeyFault::Unreadable));
        assert_eq!(fault(&device(0x05, 1, "example.com")), Some(PasskeyFault::Elsewhere));
        assert_eq!(fault(&[0; 36]), Some(PasskeyFault::Unreadable));
    }

    #[test]
    fn only_the_registered_key_signs_in() {
        let pair = |()| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let (own, other) = (pair(()), pair(()));
        let (device, client) = (device(0x05, 7, "localhost"), client("webauthn.get", "c", "o"));
        let hash = digest::digest(&digest::SHA256, &client);
        let message = [&*device, hash.as_ref()].concat();
        let signature = own.sign(&SystemRandom::new(), &message).unwrap();

        assert!(signed(&cose_of(&own), &device, &client, signature.as_ref()));
        assert!(!signed(&cose_of(&other), &device, &client, signature.as_ref()));
        let mut more = device.clone();
        more[36] += 1;
        assert!(!signed(&cose_of(&own), &more, &client, signature.as_ref()), "another counter");
        assert!(!signed(b"\xa0", &device, &client, signature.as_ref()), "no key");
    }

    #[test]
    fn a_new_key_is_read_with_what_may_follow_it() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let cose = cose_of(&pair);
        let mut data = device(0x05 | HAS_KEY, 0, "localhost");
        data.extend([0; 16]);
        data.extend([0, 3]);
        data.extend(b"abc");
        data.extend(&cose);
        data.extend(b"\xa0"); // extensions
        let object = |fmt: &str| {
            let map = Value::Map(vec![
                (Value::from("fmt"), Value::from(fmt)),
                (Value::from("attStmt"), Value::Map(vec![])),
                (Value::from("authData"), Value::Bytes(data.clone())),
            ]);
            let mut bytes = Vec::new();
            ciborium::into_writer(&map, &mut bytes).unwrap();
            bytes
        };

        let key = new_key(&object("none"), &site()).unwrap();

        assert_eq!((key.credential.as_slice(), key.cose == cose), (b"abc".as_slice(), true));
        assert_eq!((key.counter, key.synced), (0, false));
    }

    proptest! {
        #[test]
        fn no_bytes_upset_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = new_key(&bytes, &site()).is_ok();
            let _ = Key::parse(&bytes);
            let _ = check_client(&bytes, Kind::SignIn, "c", &site());
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_followed() {
        assert!(cbor(&mut &*vec![0x81; 100_000]).is_none());
    }
}
