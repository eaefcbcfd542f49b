//! Shapes: which digits of a value are enciphered, so that the token passes for a value of the kind.

use rlibphonenumber::PHONE_NUMBER_UTIL;

use super::{
    Shape,
    ff1::{Cipher, DOMAIN_LEAST, WIDTH_MOST, digits},
    resident,
};

/// Characters of a value with a shape at most.
const LONGEST: usize = 64;
/// Chinese mobile numbers: 1, then 3 to 9, then nine digits.
const MOBILES: u128 = 7_000_000_000;

/// Why a value has no token of its shape. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Fewer values than FF1 may encipher.
    #[error(
        "the value is too short: a format-preserving token needs at least 6 digits besides a \
         country code or check digit (SP 800-38G rev. 1: a domain of 1,000,000)"
    )]
    Short,
    /// More digits than are taken.
    #[error("the value is too long for a format-preserving token: 36 digits at most")]
    Long,
    /// Not a number.
    #[error("the value is not a number: digits, with spaces, dashes or dots between them")]
    Digits,
    /// Not a telephone number.
    #[error("the value is not a telephone number, such as +8613812345678 or 138 1234 5678")]
    Phone,
    /// Not a card number.
    #[error("the value is not a card number: 12 to 19 digits")]
    Card,
    /// The last digit does not fit.
    #[error("the value is not a card number: its check digit is wrong")]
    Luhn,
    /// Not a resident identity number.
    #[error(
        "the value is not a resident identity number: 18 characters with a province, a date and the \
         right check digit (GB 11643)"
    )]
    Resident,
}

impl Unfit {
    /// Stable word.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Short => "too-short",
            Self::Long => "too-long",
            Self::Digits | Self::Phone | Self::Card | Self::Luhn | Self::Resident => "wrong-shape",
        }
    }
}

/// How the enciphered number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Plain,
    Mobile,
    Luhn,
    Resident,
}

/// A value as a number among others of its kind.
pub(crate) struct Form<'a> {
    text: &'a str,
    /// Digits at the front that stay.
    keep: usize,
    /// Digits after them.
    width: usize,
    number: u128,
    size: u128,
    ending: Ending,
}

impl<'a> Form<'a> {
    /// Reads a value of a shape.
    pub fn read(shape: Shape, value: &'a str) -> Result<Self, Unfit> {
        if value.len() > LONGEST {
            return Err(Unfit::Long);
        }
        match shape {
            Shape::Digits => Self::plain(value, digits_of(value, " -.").ok_or(Unfit::Digits)?, 0),
            Shape::Phone => phone(value),
            Shape::Card => Self::plain(value, card(value)?, 0),
            Shape::CardLuhn => luhn_form(value, card(value)?),
            Shape::ResidentId => {
                let number = resident::rank(value).ok_or(Unfit::Resident)?;
                let (size, ending) = (resident::SIZE, Ending::Resident);
                Ok(Self { text: value, keep: 0, width: 0, number, size, ending })
            }
        }
    }

    fn plain(text: &'a str, all: Vec<u8>, keep: usize) -> Result<Self, Unfit> {
        let rest = all.get(keep..).unwrap_or_default();
        if rest.len() > WIDTH_MOST {
            return Err(Unfit::Long);
        }
        let size = 10_u128.pow(rest.len() as u32);
        if size < DOMAIN_LEAST {
            return Err(Unfit::Short);
        }
        let (number, width) = (number(rest), rest.len());
        Ok(Self { text, keep, width, number, size, ending: Ending::Plain })
    }

    /// The token.
    pub fn encipher(&self, cipher: &Cipher, tweak: &[u8]) -> Result<String, Unfit> {
        let number = cipher.encipher(tweak, self.number, self.size).ok_or(Unfit::Short)?;
        Ok(self.write(number))
    }

    fn write(&self, number: u128) -> String {
        let new: Vec<u8> = match self.ending {
            Ending::Resident => return resident::written(number),
            Ending::Plain => digits(number, self.width).collect(),
            Ending::Mobile => {
                let (second, rest) = (number / 1_000_000_000 + 3, number % 1_000_000_000);
                [1, second as u8].into_iter().chain(digits(rest, 9)).collect()
            }
            Ending::Luhn => {
                let mut new: Vec<u8> = digits(number, self.width).collect();
                new.push(luhn(&new));
                new
            }
        };
        let mut new = new.into_iter();
        let mut seen = 0;
        let put = |c: char| {
            if !c.is_ascii_digit() {
                return c;
            }
            seen += 1;
            if seen <= self.keep {
                return c;
            }
            new.next().map_or(c, |digit| char::from(b'0' + digit))
        };
        self.text.chars().map(put).collect()
    }
}

/// The digits of a text that has nothing else but some separators.
fn digits_of(text: &str, between: &str) -> Option<Vec<u8>> {
    let mut all = Vec::with_capacity(text.len());
    for c in text.chars() {
        match c.to_digit(10) {
            Some(digit) => all.push(digit as u8),
            None if between.contains(c) => {}
            None => return None,
        }
    }
    (!all.is_empty()).then_some(all)
}

fn number(digits: &[u8]) -> u128 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u128::from(*digit))
}

fn card(value: &str) -> Result<Vec<u8>, Unfit> {
    let all = digits_of(value, " -").ok_or(Unfit::Card)?;
    if (12..=19).contains(&all.len()) { Ok(all) } else { Err(Unfit::Card) }
}

fn luhn_form(text: &str, mut all: Vec<u8>) -> Result<Form<'_>, Unfit> {
    let check = all.pop().ok_or(Unfit::Card)?;
    if luhn(&all) != check {
        return Err(Unfit::Luhn);
    }
    Ok(Form { ending: Ending::Luhn, ..Form::plain(text, all, 0)? })
}

/// The check digit after these digits (ISO/IEC 7812-1 annex B).
fn luhn(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let doubled = u32::from(*digit) * if at % 2 == 0 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

/// The country code stays; a Chinese mobile number becomes another one.
fn phone(text: &str) -> Result<Form<'_>, Unfit> {
    let (plus, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let all = digits_of(rest, " -.()").ok_or(Unfit::Phone)?;
    let country = if plus { country_code(text)? } else { 0 };
    let keep = country.checked_ilog10().map_or(0, |log| log as usize + 1);
    if country == 86 || !plus {
        let national = all.get(keep..).unwrap_or_default();
        if let [1, second @ 3..=9, nine @ ..] = national
            && nine.len() == 9
        {
            let number = u128::from(*second - 3) * 1_000_000_000 + number(nine);
            let (width, ending) = (11, Ending::Mobile);
            return Ok(Form { text, keep, width, number, size: MOBILES, ending });
        }
    }
    Form::plain(text, all, keep)
}

fn country_code(text: &str) -> Result<u32, Unfit> {
    let parsed = PHONE_NUMBER_UTIL.parse(text, None).map_err(|_| Unfit::Phone)?;
    u32::try_from(parsed.country_code).map_err(|_| Unfit::Phone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Maker;
    use proptest::prelude::*;

    fn token(shape: Shape, value: &str) -> Result<String, Unfit> {
        Maker::new(&[7; 32]).preserving("contact.phone", shape, value, 0)
    }

    fn only_digits(text: &str) -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect()
    }

    #[test]
    fn phones_keep_how_they_are_written_and_their_country() {
        for (value, start, length) in [
            ("+86 138-1234-5678", "+86 1", 17),
            ("+8613812345678", "+861", 14),
            ("13812345678", "1", 11),
            ("138 1234 5678", "1", 13),
            ("+1 (202) 555-0143", "+1 (", 17),
            ("+44 20 7946 0958", "+44 ", 16),
            ("021-5555 1234", "", 13),
        ] {
            let token = token(Shape::Phone, value).unwrap();
            assert!(token.starts_with(start) && token.len() == length, "{value} → {token}");
            assert_ne!(token, value);
            let shape = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
            assert_eq!(shape(&token), shape(value));
        }
        let digits = only_digits(&token(Shape::Phone, "13812345678").unwrap());
        assert!((3..=9).contains(&digits[1]), "a mobile number stays one");
    }

    #[test]
    fn what_does_not_fit_is_told_and_never_quoted() {
        for (shape, value, why) in [
            (Shape::Phone, "12345", Unfit::Short),
            (Shape::Phone, "+86 12345", Unfit::Short),
            (Shape::Phone, "call me", Unfit::Phone),
            (Shape::Phone, "+999 1234567", Unfit::Phone),
            (Shape::Digits, "12345", Unfit::Short),
            (Shape::Digits, "", Unfit::Digits),
            (Shape::Digits, "１２３４５６７", Unfit::Digits),
            (Shape::Digits, "1234567890123456789012345678901234567", Unfit::Long),
            (Shape::Card, "4111", Unfit::Card),
            (Shape::CardLuhn, "4111111111111112", Unfit::Luhn),
            (Shape::ResidentId, "110105194912310021", Unfit::Resident),
            (Shape::ResidentId, "", Unfit::Resident),
        ] {
            assert_eq!(token(shape, value), Err(why), "{value}");
            assert!(value.is_empty() || !why.to_string().contains(value));
        }
    }

    #[test]
    fn a_card_keeps_its_check_digit_right() {
        for value in ["4111111111111111", "6222 0212 3456 7890 128", "5500-0055-5555-5559"] {
            let Ok(token) = token(Shape::CardLuhn, value) else { continue };
            let mut digits = only_digits(&token);
            let check = digits.pop().unwrap();
            assert_eq!(luhn(&digits), check, "{token}");
            assert_eq!(token.len(), value.len());
        }
        assert_eq!(luhn(&only_digits("411111111111111")), 1);
        assert!(token(Shape::CardLuhn, "4111111111111111").is_ok());
        assert!(token(Shape::Card, "4111111111111112").is_ok(), "Luhn is optional");
    }

    #[test]
    fn another_key_category_or_attempt_gives_another_token() {
        let one = Maker::new(&[7; 32]);
        let make = |maker: &Maker, category, attempt| {
            maker.preserving(category, Shape::Phone, "13812345678", attempt).unwrap()
        };
        let first = make(&one, "contact.phone", 0);
        assert_eq!(first, make(&one, "contact.phone", 0));
        assert_ne!(first, make(&one, "contact.phone", 1));
        assert_ne!(first, make(&one, "contact.fax", 0));
        assert_ne!(first, make(&Maker::new(&[8; 32]), "contact.phone", 0));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}|[+0-9 ().-]{0,30}") {
            for shape in Shape::ALL {
                if let Ok(form) = Form::read(shape, &text) {
                    // Written back unchanged, it is the same text: nothing but digits is touched.
                    let same = form.write(form.number);
                    prop_assert!(same.eq_ignore_ascii_case(&text), "{shape:?}");
                }
            }
        }

        #[test]
        fn different_phones_have_different_tokens(a in 0..9_000_000_000_u64, b in 0..9_000_000_000_u64) {
            let phone = |n: u64| format!("1{:010}", 3_000_000_000_u64 + n % 7_000_000_000);
            let (a, b) = (phone(a), phone(b));
            prop_assume!(a != b);
            prop_assert_ne!(token(Shape::Phone, &a).unwrap(), token(Shape::Phone, &b).unwrap());
        }
    }
}
