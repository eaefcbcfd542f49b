//! Customers: one or more identifiers of one person, linked explicitly, stored sealed.

mod identifier;
mod lookup;
mod pending;
pub(crate) mod store;

pub use identifier::{Identifier, IdentifierError, IdentifierKind};
pub(crate) use lookup::Lookups;
pub(crate) use pending::Pending;
pub use store::{Known, Linked};
pub(crate) use store::{NewSubject, places};

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use vault::{BlindIndex, Vault};

/// Identifiers of one subject in one request at most.
pub const MOST: usize = 16;

/// One or more identifiers of one person; at least one, each kind and value once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(Vec<Identifier>);

impl Subject {
    /// From the JSON object of a request: `{"email": "…", "device_id": ["…", "…"]}`. `region` is
    /// where phone numbers without a country code are dialled.
    pub fn parse(
        members: &BTreeMap<String, OneOrMany>,
        region: &str,
    ) -> Result<Self, IdentifierError> {
        let mut all = Vec::with_capacity(members.len());
        for (name, values) in members {
            let kind = IdentifierKind::parse(name).ok_or(IdentifierError::Kind)?;
            for text in values.all() {
                all.push(Identifier::parse(kind, text, region)?);
                if all.len() > MOST {
                    return Err(IdentifierError::Many);
                }
            }
        }
        Self::new(all)
    }

    /// Of identifiers already read.
    pub fn new(mut all: Vec<Identifier>) -> Result<Self, IdentifierError> {
        all.sort();
        all.dedup();
        if all.is_empty() {
            return Err(IdentifierError::None);
        }
        if all.len() > MOST {
            return Err(IdentifierError::Many);
        }
        Ok(Self(all))
    }

    /// The identifiers, sorted.
    pub fn identifiers(&self) -> &[Identifier] {
        &self.0
    }

    /// The same person, as far as identifiers of one kind say; `None` where there is none.
    #[must_use]
    pub fn only(&self, kind: IdentifierKind) -> Option<Self> {
        let some: Vec<Identifier> =
            self.0.iter().filter(|one| one.kind() == kind).cloned().collect();
        (!some.is_empty()).then_some(Self(some))
    }

    /// Their blind indexes, in the same order.
    pub fn blind(&self, vault: &Vault) -> Vec<BlindIndex> {
        self.0.iter().map(|one| vault.blind(one.kind().as_str(), one.expose())).collect()
    }
}

/// A text or a list of texts.
#[derive(Clone)]
pub enum OneOrMany {
    /// `"a"`
    One(String),
    /// `["a", "b"]`
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Texts)
    }
}

/// Reads one or many in one go, where trying the forms in turn would copy everything first.
struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = OneOrMany;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany::One(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<OneOrMany, A::Error> {
        let mut all = Vec::new();
        while let Some(text) = texts.next_element()? {
            all.push(text);
        }
        Ok(OneOrMany::Many(all))
    }
}

impl std::fmt::Debug for OneOrMany {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl OneOrMany {
    fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// A customer's number in Privet (UUID v7): opaque, says nothing about the person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct SubjectId(pub String);

impl std::fmt::Display for SubjectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an identifier's sealed value may be opened.
pub(crate) fn sealing(kind: IdentifierKind) -> String {
    format!("identifier:{}", kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(kind: &str, text: &str) -> Result<String, IdentifierError> {
        let kind = IdentifierKind::parse(kind).unwrap();
        Identifier::parse(kind, text, "CN").map(|one| one.expose().to_owned())
    }

    #[test]
    fn equal_addresses_are_equal_however_they_are_typed() {
        for text in ["Li.Lei@Example.COM", " li.lei@example.com ", "ｌｉ.ｌｅｉ＠example.com"]
        {
            assert_eq!(one("email", text).as_deref(), Ok("li.lei@example.com"), "{text}");
        }
        assert_eq!(one("email", "李雷@例子.中国"), one("email", "李雷@xn--fsqu00a.xn--fiqs8s"));
        assert_eq!(one("email", "a+b@x.example").as_deref(), Ok("a+b@x.example"));
    }

    #[test]
    fn what_is_no_address_is_told() {
        for text in [
            "li",
            "@example.com",
            "li@",
            "li@example",
            "a b@example.com",
            "a@b@c.example",
            "a@-x.com",
            "a@x..com",
            "<a>@example.com",
        ] {
            assert_eq!(one("email", text), Err(IdentifierError::Email), "{text}");
        }
    }

    #[test]
    fn phones_become_e164_with_the_region_where_they_are_dialled() {
        for text in [
            "13812345678",
            "138 1234 5678",
            "+86 138-1234-5678",
            "008613812345678",
            "１３８１２３４５６７８",
            "+8613812345678",
        ] {
            assert_eq!(one("phone", text).as_deref(), Ok("+8613812345678"), "{text}");
        }
        let us = Identifier::parse(IdentifierKind::Phone, "(202) 555-0143", "US").unwrap();
        assert_eq!(us.expose(), "+12025550143");
        for text in ["12", "phone", "+999 1234", ""] {
            assert!(one("phone", text).is_err(), "{text}");
        }
    }

    #[test]
    fn other_identifiers_stand_as_they_are() {
        assert_eq!(one("customer_id", " C-0042 ").as_deref(), Ok("C-0042"));
        assert_eq!(
            one("advertising_id", "AEBE52E7-03EE-455A-B3C4-E57283966239").as_deref(),
            Ok("aebe52e7-03ee-455a-b3c4-e57283966239")
        );
        assert_eq!(one("device_id", "a b"), Err(IdentifierError::Characters("device_id")));
        assert_eq!(one("customer_id", "   "), Err(IdentifierError::Empty("customer_id")));
        assert_eq!(one("customer_id", &"x".repeat(300)), Err(IdentifierError::Long("customer_id")));
    }

    #[test]
    fn nothing_prints_a_value_and_masks_hide_most_of_it() {
        let one = Identifier::parse(IdentifierKind::Email, "li.lei@example.com", "CN").unwrap();
        assert_eq!(format!("{one:?}"), "Identifier(email, …)");
        assert_eq!(one.masked(), "l•••••@example.com");
        let one = Identifier::parse(IdentifierKind::Phone, "13812345678", "CN").unwrap();
        assert_eq!(one.masked(), "+861••••••••78");
    }

    #[test]
    fn a_subject_has_each_identifier_once_and_at_least_one() {
        let read = |json: &str| Subject::parse(&serde_json::from_str(json).unwrap(), "CN");
        assert_eq!(read("{}"), Err(IdentifierError::None));
        assert_eq!(read(r#"{"fax": "1"}"#), Err(IdentifierError::Kind));
        let both =
            read(r#"{"email": ["A@x.example", "a@X.example"], "customer_id": "7"}"#).unwrap();
        assert_eq!(both.identifiers().len(), 2);
        let many: Vec<String> = (0..20).map(|n| format!("\"{n}\"")).collect();
        assert_eq!(
            read(&format!("{{\"device_id\": [{}]}}", many.join(","))),
            Err(IdentifierError::Many)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_reading_twice_changes_nothing(text in "\\PC{0,40}|.{0,40}") {
            for kind in IdentifierKind::ALL {
                if let Ok(first) = Identifier::parse(kind, &text, "CN") {
                    let again = Identifier::parse(kind, first.expose(), "US").unwrap();
                    prop_assert_eq!(again.expose(), first.expose());
                }
            }
        }
    }
}
