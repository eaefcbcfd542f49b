//! Who the person is, as the agent says (3.04).

use std::fmt;

use serde_json::{Map, Value};

use crate::{Fault, fields::Fields};

/// Claims of the agent's own, at most.
const CLAIMS: usize = 50;

/// A claim about a person, and whether the agent has verified it as the network's rules demand.
#[derive(Clone, PartialEq, Eq)]
pub struct Proven<T> {
    /// What is claimed.
    pub value: T,
    /// The agent verified it.
    pub verified: bool,
}

/// An address (OpenID Connect Core 1.0 §5.1.1).
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_field_names)] // the claim's names
pub struct Address {
    /// All of it, with lines; some agents send a text alone.
    pub formatted: Option<String>,
    /// Street, house, flat.
    pub street_address: Option<String>,
    /// City.
    pub locality: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<String>,
}

/// Who the person is, as the agent says. `Debug` shows which claims there are, not what they say.
#[derive(Clone, Default, PartialEq)]
pub struct Identity {
    /// Full name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<Proven<String>>,
    /// Telephone number, E.164.
    pub phone_number: Option<Proven<String>>,
    /// Postal address.
    pub address: Option<Proven<Address>>,
    /// Where a document that gives the agent authority can be found.
    pub power_of_attorney: Option<String>,
    /// Other claims, as they were sent.
    pub other: Map<String, Value>,
}

impl Identity {
    /// Takes what is left of a message.
    pub(crate) fn read(mut fields: Fields) -> Result<Self, Fault> {
        let mut proven = |value: &'static str, flag: &'static str| {
            let (text, verified) = (fields.text(value)?, fields.flag(flag)?);
            Ok::<_, Fault>(text.map(|value| Proven { value, verified }))
        };
        let email = proven("email", "email_verified")?;
        let phone_number = proven("phone_number", "phone_number_verified")?;
        if email.as_ref().is_some_and(|email| !is_email(&email.value)) {
            return Err(Fault::Field { field: "email", must: "an e-mail address" });
        }
        if phone_number.as_ref().is_some_and(|phone| !is_phone(&phone.value)) {
            return Err(Fault::Field {
                field: "phone_number",
                must: "a number in E.164, as +14155550123",
            });
        }
        let address = address(&mut fields)?;
        let verified = fields.flag("address_verified")?;
        let name = fields.text("name")?;
        let power_of_attorney = fields.text("power_of_attorney")?;
        if fields.0.len() > CLAIMS {
            return Err(Fault::TooMuch);
        }
        Ok(Self {
            name,
            email,
            phone_number,
            address: address.map(|value| Proven { value, verified }),
            power_of_attorney,
            other: fields.0,
        })
    }

    /// Nothing tells who the person is.
    pub fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.email.is_none()
            && self.phone_number.is_none()
            && self.address.is_none()
    }
}

fn address(fields: &mut Fields) -> Result<Option<Address>, Fault> {
    let wrong = Fault::Field { field: "address", must: "an object as OpenID Connect writes it" };
    let map = match fields.take("address") {
        None => return Ok(None),
        Some(Value::String(text)) => Map::from_iter([("formatted".to_owned(), text.into())]),
        Some(Value::Object(map)) => map,
        Some(_) => return Err(wrong),
    };
    let mut parts = Fields(map);
    let mut part = |name| parts.text(name).map_err(|_| wrong.clone());
    let address = Address {
        formatted: part("formatted")?,
        street_address: part("street_address")?,
        locality: part("locality")?,
        region: part("region")?,
        postal_code: part("postal_code")?,
        country: part("country")?,
    };
    Ok(Some(address).filter(|address| *address != Address::default()))
}

/// Roughly: what it really is, sending to it tells.
fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// E.164: a plus sign and at most fifteen digits.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (4..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl<T> fmt::Debug for Proven<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.verified { "verified" } else { "claimed" })
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("name", &self.name.is_some())
            .field("email", &self.email)
            .field("phone_number", &self.phone_number)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
