//! The common case of `Identifier::parse`, without an allocation: plain ASCII that needs at most lower
//! case. What it says is exactly what the full reading would say; whatever it is not sure of it leaves
//! to that (a test holds the two against each other).

use crate::subject::IdentifierKind;

/// Longest text taken here.
const LONGEST: usize = 128;

/// A normalised value on the stack.
#[derive(Clone, Copy)]
pub(super) struct Short {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Short {
    pub(super) fn new() -> Self {
        Self { bytes: [0; LONGEST], length: 0 }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn copy(&mut self, text: &[u8]) -> bool {
        self.length = text.len();
        match self.bytes.get_mut(..text.len()) {
            Some(room) => {
                room.copy_from_slice(text);
                true
            }
            None => false,
        }
    }
}

/// Normalises `text` (already trimmed) into `out`; false: not sure, read it in full.
pub(super) fn fast(kind: IdentifierKind, text: &[u8], region: &str, out: &mut Short) -> bool {
    if text.is_empty() || text.len() > LONGEST {
        return false;
    }
    match kind {
        IdentifierKind::Email => email(text, out),
        IdentifierKind::Phone => phone(text, region, out),
        IdentifierKind::CustomerId | IdentifierKind::DeviceId | IdentifierKind::WechatUnionid => {
            text.iter().all(u8::is_ascii_graphic) && out.copy(text)
        }
        _ => false,
    }
}

/// Bytes of a local part that stand for themselves, whatever the case of letters.
const LOCAL: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = matches!(byte as u8, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.'
            | b'_' | b'+' | b'\'' | b'!' | b'#' | b'$' | b'%' | b'&' | b'*' | b'/' | b'=' | b'?'
            | b'^' | b'`' | b'{' | b'|' | b'}' | b'~');
        byte += 1;
    }
    plain
};

fn email(text: &[u8], out: &mut Short) -> bool {
    let Some(at) = memchr::memchr(b'@', text) else { return false };
    let (local, domain) = (&text[..at], &text[at + 1..]);
    let plain = local.iter().fold(true, |plain, byte| plain & LOCAL[usize::from(*byte)]);
    if !plain || local.is_empty() || local.len() > 64 || !is_plain_domain(domain) {
        return false;
    }
    out.length = text.len();
    // Loops without a branch, which the compiler turns into vector code.
    for (from, to) in text.iter().zip(&mut out.bytes) {
        *to = from.to_ascii_lowercase();
    }
    true
}

/// Labels of letters, digits and inner hyphens, at least two of them, none in punycode.
fn is_plain_domain(domain: &[u8]) -> bool {
    let (mut label, mut dots, mut last) = (0, 0, b'.');
    for byte in domain {
        match byte {
            // Labels neither begin nor end with a hyphen; two hyphens may begin punycode.
            b'.' | b'-' if last == b'.' || last == b'-' => return false,
            b'.' => (label, dots) = (0, dots + 1),
            b'-' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => label += 1,
            _ => return false,
        }
        if label > 63 {
            return false;
        }
        last = *byte;
    }
    dots > 0 && last != b'.' && last != b'-'
}

/// Mobile numbers of China as they are mostly written; 179 was a prefix for calls by another carrier,
/// which the full reading knows to tell apart.
fn phone(text: &[u8], region: &str, out: &mut Short) -> bool {
    let national = match text {
        [b'+', b'8', b'6', rest @ ..] => rest,
        _ if region == "CN" => text,
        _ => return false,
    };
    let mobile = national.len() == 11
        && national.iter().all(u8::is_ascii_digit)
        && national[0] == b'1'
        && (b'3'..=b'9').contains(&national[1])
        && !national.starts_with(b"179");
    if !mobile {
        return false;
    }
    out.length = 14;
    out.bytes[..3].copy_from_slice(b"+86");
    out.bytes[3..14].copy_from_slice(national);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Identifier;
    use proptest::prelude::*;

    fn same(kind: IdentifierKind, text: &str, region: &str) -> Result<bool, TestCaseError> {
        let mut out = Short::new();
        if text.trim() != text || !fast(kind, text.as_bytes(), region, &mut out) {
            return Ok(false);
        }
        let full = Identifier::parse(kind, text, region);
        let full = full.as_ref().map(Identifier::expose);
        prop_assert_eq!(full.ok(), std::str::from_utf8(out.bytes()).ok(), "{}", text);
        Ok(true)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_is_sure_is_what_the_full_reading_says(
            text in "[a-zA-Z0-9._+'@-]{1,20}@[a-zA-Z0-9.@-]{1,20}|[xXnN.-]{0,6}@[xnXN.a-]{1,9}|.{0,20}|[ -~]{0,140}",
            phone in "\\+86[0-9]{10,12}|1[0-9]{10}|[+0-9 -]{3,16}",
        ) {
            for kind in IdentifierKind::ALL {
                same(kind, &text, "CN")?;
                same(kind, &phone, "CN")?;
                same(kind, &phone, "US")?;
            }
        }
    }

    #[test]
    fn common_forms_are_sure() {
        for text in ["li.lei@example.com", "Maria_L+news@mail.example.co.uk", "a@b.c"] {
            assert!(same(IdentifierKind::Email, text, "CN").unwrap(), "{text}");
        }
        for text in ["+8613812345678", "13812345678"] {
            assert!(same(IdentifierKind::Phone, text, "CN").unwrap(), "{text}");
        }
        assert!(same(IdentifierKind::CustomerId, "C-0042", "CN").unwrap());
    }

    #[test]
    fn every_prefix_of_mobile_numbers_is_read_as_the_numbering_plan_does() {
        for prefix in 130..200 {
            for rest in ["00000000", "12345678", "99999999"] {
                same(IdentifierKind::Phone, &format!("{prefix}{rest}"), "CN").unwrap();
                same(IdentifierKind::Phone, &format!("+86{prefix}{rest}"), "US").unwrap();
            }
        }
    }
}
