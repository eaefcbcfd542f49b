//! Identifiers of people, in the one form in which equal ones are equal.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use unicode_normalization::UnicodeNormalization as _;

/// Characters of an identifier at most; RFC 5321 §4.5.3.1 allows an address 254.
pub const LONGEST: usize = 254;

/// What kind of identifier it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IdentifierKind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// The company's own number for a customer.
    CustomerId,
    /// A device or browser, chosen at random by the banner.
    DeviceId,
    /// WeChat's number for a person across one company's apps.
    WechatUnionid,
    /// WeChat's number for a person in one app.
    WechatOpenid,
    /// An advertising identifier (IDFA, AAID, OAID).
    AdvertisingId,
}

impl IdentifierKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Email,
        Self::Phone,
        Self::CustomerId,
        Self::DeviceId,
        Self::WechatUnionid,
        Self::WechatOpenid,
        Self::AdvertisingId,
    ];

    /// The name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::CustomerId => "customer_id",
            Self::DeviceId => "device_id",
            Self::WechatUnionid => "wechat_unionid",
            Self::WechatOpenid => "wechat_openid",
            Self::AdvertisingId => "advertising_id",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether one person has at most one of it: two different ones are two people.
    pub fn is_one_per_person(self) -> bool {
        matches!(self, Self::CustomerId | Self::WechatUnionid)
    }
}

/// Why a text is no identifier of its kind. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Nothing, or only white space.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// Too long.
    #[error("{0} is longer than {LONGEST} characters")]
    Long(&'static str),
    /// Not an address.
    #[error("email is not an address; it looks like name@example.com")]
    Email,
    /// Not a number that can be dialled.
    #[error("phone is not a telephone number; write it with its country code, like +8613812345678")]
    Phone,
    /// White space or control characters inside.
    #[error("{0} holds spaces or control characters")]
    Characters(&'static str),
    /// An unknown kind.
    #[error(
        "there is no such kind of identifier; there are email, phone, customer_id, device_id, wechat_unionid, wechat_openid and advertising_id"
    )]
    Kind,
    /// No identifier at all.
    #[error("subject has no identifier; give at least one, like {{\"email\": \"…\"}}")]
    None,
    /// Too many.
    #[error("subject has more than {MOST} identifiers", MOST = super::MOST)]
    Many,
}

/// An identifier of a person. `Debug` prints its kind only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    kind: IdentifierKind,
    normalised: String,
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({}, …)", self.kind.as_str())
    }
}

impl Identifier {
    /// Reads an identifier. `region` (ISO 3166-1 alpha-2) is where a phone number without a country
    /// code is dialled.
    pub fn parse(kind: IdentifierKind, text: &str, region: &str) -> Result<Self, IdentifierError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(IdentifierError::Empty(kind.as_str()));
        }
        // Bytes first: counting a megabyte's characters is work for nothing.
        if text.len() > LONGEST * 4 || text.chars().count() > LONGEST {
            return Err(IdentifierError::Long(kind.as_str()));
        }
        let normalised = match kind {
            IdentifierKind::Email => email(text)?,
            IdentifierKind::Phone => phone(text, region)?,
            IdentifierKind::AdvertisingId => opaque(kind, text)?.to_ascii_lowercase(),
            _ => opaque(kind, text)?,
        };
        Ok(Self { kind, normalised })
    }

    /// Its kind.
    pub fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// The normalised value: personal data, only for sealing, indexing and showing to the person.
    pub fn expose(&self) -> &str {
        &self.normalised
    }

    /// Shown to staff: enough to recognise, not enough to use.
    pub fn masked(&self) -> String {
        let keep = |text: &str, first: usize, last: usize| {
            let chars: Vec<char> = text.chars().collect();
            if chars.len() <= first + last {
                return "•".repeat(chars.len());
            }
            let head: String = chars[..first].iter().collect();
            let tail: String = chars[chars.len() - last..].iter().collect();
            format!("{head}{}{tail}", "•".repeat((chars.len() - first - last).min(8)))
        };
        match (self.kind, self.normalised.split_once('@')) {
            (IdentifierKind::Email, Some((local, domain))) => {
                format!("{}@{domain}", keep(local, 1, 0))
            }
            (IdentifierKind::Phone, _) => keep(&self.normalised, 4, 2),
            _ => keep(&self.normalised, 2, 2),
        }
    }
}

/// NFKC and lower case on both sides; the domain in its ASCII form (UTS #46), so that 例子.中国 and
/// xn--fsqu00a.xn--fiqs8s are one.
fn email(text: &str) -> Result<String, IdentifierError> {
    // Nearly all addresses are plain ASCII; NFKC changes nothing about those.
    let text = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfkc().collect::<String>().to_lowercase()
    };
    let (local, domain) = text.rsplit_once('@').ok_or(IdentifierError::Email)?;
    let stray = |c: char| c.is_whitespace() || c.is_control();
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    let bad_local = local.is_empty()
        || local.len() > 64 * 4
        || local.contains(stray)
        || (!quoted && local.contains(['@', '<', '>', ',', ';', '(', ')', '[', ']', '"', '\\']));
    if bad_local || domain.contains(stray) {
        return Err(IdentifierError::Email);
    }
    let plain = domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    let domain = if plain && !domain.contains("xn--") {
        domain.to_owned()
    } else {
        idna::domain_to_ascii(domain).map_err(|_| IdentifierError::Email)?
    };
    let labels = domain.split('.').all(|label| {
        (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    });
    if !labels || !domain.contains('.') || domain.len() > 253 {
        return Err(IdentifierError::Email);
    }
    Ok(format!("{local}@{domain}"))
}

/// E.164, by the numbering plans of libphonenumber.
fn phone(text: &str, region: &str) -> Result<String, IdentifierError> {
    if let Some(number) = chinese_mobile(text) {
        return Ok(number);
    }
    let folded: String = text.nfkc().collect();
    let region = region.parse::<Region>().ok();
    let number = PHONE_NUMBER_UTIL.parse(&folded, region);
    let number = number.map_err(|_| IdentifierError::Phone)?;
    if !PHONE_NUMBER_UTIL.is_possible_number(&number) {
        return Err(IdentifierError::Phone);
    }
    Ok(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
}

/// +86 and eleven digits that begin with 13–19, already in the stored form: the library would take
/// microseconds to say the same.
fn chinese_mobile(text: &str) -> Option<String> {
    let digits = text.strip_prefix("+86")?;
    let bytes = digits.as_bytes();
    let mobile = bytes.len() == 11
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes[0] == b'1'
        && (b'3'..=b'9').contains(&bytes[1]);
    mobile.then(|| text.to_owned())
}

fn opaque(kind: IdentifierKind, text: &str) -> Result<String, IdentifierError> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(IdentifierError::Characters(kind.as_str()));
    }
    Ok(text.to_owned())
}
