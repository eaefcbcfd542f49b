//! Times and two-letter codes as the strings hold them.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use crate::SignalError;

/// A moment in tenths of a second since 1970 (36 bits, until the year 4147).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(u64);

impl Stamp {
    const DAY: u64 = 864_000;

    /// From tenths of a second; what does not fit in 36 bits is cut to the latest moment that does.
    pub const fn from_tenths(tenths: u64) -> Self {
        Self(if tenths >> 36 == 0 { tenths } else { (1 << 36) - 1 })
    }

    /// From milliseconds since 1970, rounded to tenths of a second.
    pub const fn from_millis(millis: u64) -> Self {
        Self::from_tenths(millis.saturating_add(50) / 100)
    }

    /// Tenths of a second since 1970.
    pub const fn tenths(self) -> u64 {
        self.0
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> u64 {
        self.0 * 100
    }

    /// The start of this moment's day (UTC): TC strings must not tell the hour (TCF 2.1 and later).
    #[must_use]
    pub const fn day(self) -> Self {
        Self(self.0 / Self::DAY * Self::DAY)
    }

    /// Whether it is the start of a day (UTC).
    pub const fn is_day(self) -> bool {
        self.0.is_multiple_of(Self::DAY)
    }
}

impl fmt::Display for Stamp {
    /// As `2026-10-25T00:00:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.millis() as i64) {
            Ok(time) => write!(f, "{time:.3}"),
            // 36 bits of tenths end in 4147, which jiff can write.
            Err(_) => f.write_str("?"),
        }
    }
}

/// Two letters of six bits: a language or a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Letters([u8; 2]);

impl Letters {
    /// From the twelve bits of a string. Codes that are no letters are kept; `validate` finds them.
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self([(bits >> 6 & 63) as u8, (bits & 63) as u8])
    }

    pub(crate) const fn bits(self) -> u64 {
        (self.0[0] as u64) << 6 | self.0[1] as u64
    }

    /// Whether both are letters from A to Z.
    pub const fn is_code(self) -> bool {
        self.0[0] < 26 && self.0[1] < 26
    }
}

impl FromStr for Letters {
    type Err = SignalError;

    /// Two letters in either case.
    fn from_str(text: &str) -> Result<Self, SignalError> {
        match text.to_ascii_uppercase().as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok(Self([a - b'A', b - b'A'])),
            _ => Err(SignalError::Value { field: "code", need: "two letters from A to Z" }),
        }
    }
}

impl fmt::Display for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|code| write!(f, "{}", char::from(b'A' + code)))
    }
}

impl Serialize for Letters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Stamp {
    /// As milliseconds since 1970.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.millis())
    }
}
