//! US Privacy strings (CCPA, since 2020; superseded by GPP but still sent): `1` and three letters.

use std::{fmt, str::FromStr};

use crate::{Result, SignalError, gpp::Value};

/// One of the three letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// `Y`
    Yes,
    /// `N`
    No,
    /// `-`: CCPA does not apply.
    NotApplicable,
}

impl Answer {
    const fn letter(self) -> char {
        match self {
            Self::Yes => 'Y',
            Self::No => 'N',
            Self::NotApplicable => '-',
        }
    }

    fn from_letter(letter: char) -> Result<Self> {
        match letter {
            'Y' => Ok(Self::Yes),
            'N' => Ok(Self::No),
            '-' => Ok(Self::NotApplicable),
            _ => Err(SignalError::UsPrivacy),
        }
    }
}

/// A US Privacy string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsPrivacy {
    /// Whether notice was given with the opportunity to opt out.
    pub notice: Answer,
    /// Whether the person opted out of the sale.
    pub opt_out_sale: Answer,
    /// Whether the publisher signed the Limited Service Provider Agreement.
    pub lspa_covered: Answer,
}

impl UsPrivacy {
    /// As fields of a GPP section.
    pub(crate) fn values(self) -> Vec<Value> {
        let letters = [self.notice, self.opt_out_sale, self.lspa_covered];
        let letters = letters.into_iter().map(|answer| Value::Letter(answer.letter()));
        std::iter::once(Value::Int(1)).chain(letters).collect()
    }

    /// The text of a GPP section's fields.
    pub(crate) fn text(values: &[Value]) -> Result<String> {
        values
            .iter()
            .map(|value| match value {
                Value::Int(1) => Ok('1'),
                Value::Letter(letter) => Ok(*letter),
                _ => Err(SignalError::UsPrivacy),
            })
            .collect()
    }
}

impl FromStr for UsPrivacy {
    type Err = SignalError;

    fn from_str(text: &str) -> Result<Self> {
        let mut letters = text.strip_prefix('1').ok_or(SignalError::UsPrivacy)?.chars();
        let mut next = || Answer::from_letter(letters.next().ok_or(SignalError::UsPrivacy)?);
        let read = Self { notice: next()?, opt_out_sale: next()?, lspa_covered: next()? };
        if letters.next().is_some() { Err(SignalError::UsPrivacy) } else { Ok(read) }
    }
}

impl fmt::Display for UsPrivacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = [self.notice, self.opt_out_sale, self.lspa_covered].map(Answer::letter);
        write!(f, "1{}{}{}", letters[0], letters[1], letters[2])
    }
}
