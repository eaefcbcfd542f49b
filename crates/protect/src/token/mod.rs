//! Tokens: texts that stand for a value in the company's own systems. A token says nothing by itself;
//! what it stands for is sealed here with the customer's key. All of them hang from a secret of the
//! customer's own, so that a customer's tokens cannot be computed, or guessed at, once the key is
//! destroyed – and the same value of two customers has two tokens.

mod ff1;
mod resident;
mod service;
mod shape;
mod store;

pub use service::{COLUMNS, Found, ToToken, ToValue};
pub use shape::Unfit;

use aws_lc_rs::{hmac, rand};
use serde::{Deserialize, Serialize};

/// How a token without a shape begins.
const MARK: &str = "tok_";

/// What kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Another one each time: equal values cannot be told from their tokens.
    Random,
    /// The same for the same value of the same customer.
    Deterministic,
    /// The same for the same value of the same customer, and of the value's shape (FF1).
    Preserving,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Random, Self::Deterministic, Self::Preserving];

    /// The name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Deterministic => "deterministic",
            Self::Preserving => "preserving",
        }
    }
}

/// What a format-preserving token looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A telephone number: written the same way, with the same country code.
    Phone,
    /// A card number: as many digits.
    Card,
    /// A card number whose check digit (ISO/IEC 7812-1, Luhn) is right.
    CardLuhn,
    /// A resident identity number of China (GB 11643): a province, a date and the right check digit.
    ResidentId,
    /// Any number: as many digits.
    Digits,
}

impl Shape {
    /// All shapes.
    pub const ALL: [Self; 5] =
        [Self::Phone, Self::Card, Self::CardLuhn, Self::ResidentId, Self::Digits];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Card => "card",
            Self::CardLuhn => "card_luhn",
            Self::ResidentId => "resident_id",
            Self::Digits => "digits",
        }
    }

    /// The shape of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.as_str() == text)
    }
}

/// Makes the tokens of one customer.
pub(crate) struct Maker {
    digits: ff1::Cipher,
    mac: hmac::Key,
}

impl Maker {
    /// From the customer's secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let derived = |usage: &[u8]| {
            let mut key = [0_u8; 32];
            key.copy_from_slice(hmac::sign(&root, usage).as_ref());
            key
        };
        Self {
            digits: ff1::Cipher::new(&derived(b"privet/protect/ff1")),
            mac: hmac::Key::new(hmac::HMAC_SHA256, &derived(b"privet/protect/deterministic")),
        }
    }

    /// The token of a value in its one form.
    pub fn deterministic(&self, category: &str, normal: &str) -> String {
        let tag = hmac::sign(&self.mac, format!("{category}\u{1f}{normal}").as_bytes());
        named(&tag.as_ref()[..16])
    }

    /// The token that looks like the value. Another attempt gives another one, for when the first is
    /// taken by another customer.
    pub fn preserving(
        &self,
        category: &str,
        shape: Shape,
        value: &str,
        attempt: u32,
    ) -> Result<String, Unfit> {
        let tweak = format!("{category}\u{1f}{}\u{1f}{attempt}", shape.as_str());
        shape::Form::read(shape, value)?.encipher(&self.digits, tweak.as_bytes())
    }
}

/// A token that says nothing.
pub(crate) fn random() -> String {
    named(&secret::<16>())
}

pub(crate) fn secret<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    assert!(rand::fill(&mut bytes).is_ok(), "the system has no random numbers");
    bytes
}

fn named(bytes: &[u8]) -> String {
    format!("{MARK}{}", hex(bytes))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of a hexadecimal text.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut out = [0_u8; 32];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(out)
}
