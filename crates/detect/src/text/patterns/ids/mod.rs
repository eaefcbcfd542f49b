//! Identity papers, cards, accounts, devices and secrets: numbers that an issuer's rule confirms.

use super::{
    super::{Layer, Span},
    candidate::{Candidate, separator},
    context::{ContextWords, near},
};
use crate::{
    Entity,
    values::{contact, device, numbers},
};

static PASSPORT: ContextWords = ContextWords::new(&["passport"], &["护照", "通行证"]);

/// An entity, how sure, by which layer and rule.
type Verdict = (Entity, f64, Layer, &'static str);

/// The finding a candidate stands for, if an issuer's rule confirms it.
pub fn judge(candidate: &Candidate<'_>) -> Option<Span> {
    if candidate.compact.len() < 5 {
        return None;
    }
    if let Some((entity, score, layer, rule)) =
        judge_digits(candidate).or_else(|| judge_mixed(candidate))
    {
        return Some(Span::new(candidate.range.clone(), entity, score, layer, rule));
    }
    judge_card_within(candidate)
        .or_else(|| judge_plate(candidate))
        .or_else(|| judge_secret(candidate))
}

/// A card with other groups beside it, such as its date of expiry: `4111 1111 1111 1111 12/29`.
fn judge_card_within(candidate: &Candidate<'_>) -> Option<Span> {
    if candidate.digits < 16 || candidate.separators & (separator::SPACE | separator::DASH) == 0 {
        return None;
    }
    // Printed cards have three to five groups.
    let groups: Vec<_> = candidate.groups().collect();
    let (from, to) = (0..groups.len())
        .flat_map(|from| (from + 2..from + 5).map(move |to| (from, to)))
        .find(|(from, to)| {
            let Some(last) = groups.get(*to) else { return false };
            numbers::is_card(&candidate.text[groups[*from].start..last.end])
        })?;
    let range = groups[from].start..groups[to].end;
    Some(Span::new(range, Entity::CreditCard, 0.93, Layer::Checked, "luhn"))
}

/// Numbers of digits only.
fn judge_digits(candidate: &Candidate<'_>) -> Option<Verdict> {
    if candidate.letters > 0 {
        return None;
    }
    let number = candidate.compact;
    let joined = candidate.separators != 0;
    match candidate.digits {
        9 if numbers::is_ssn(candidate.written()) => {
            Some((Entity::UsSsn, 0.85, Layer::Pattern, "ssn"))
        }
        15 | 18 if !joined && numbers::is_chinese_id(number) => Some(chinese_id(number)),
        13..=19
            if candidate.separators & !(separator::SPACE | separator::DASH) == 0
                && numbers::is_card(number) =>
        {
            Some((Entity::CreditCard, 0.93, Layer::Checked, "luhn"))
        }
        15 if !joined && numbers::is_imei(number) => {
            Some((Entity::Imei, 0.7, Layer::Pattern, "imei"))
        }
        18 if !joined && numbers::is_uscc(number) => {
            Some((Entity::CnSocialCredit, 0.9, Layer::Checked, "uscc"))
        }
        _ => None,
    }
}

/// Numbers with letters in them.
fn judge_mixed(candidate: &Candidate<'_>) -> Option<Verdict> {
    let number = candidate.compact;
    let joined = candidate.separators != 0;
    if candidate.letters == 0 {
        return None;
    }
    match number.len() {
        18 if !joined && numbers::is_chinese_id(number) => Some(chinese_id(number)),
        18 if !joined && numbers::is_uscc(candidate.written()) => {
            Some((Entity::CnSocialCredit, 0.9, Layer::Checked, "uscc"))
        }
        9 if !joined && numbers::is_chinese_passport(candidate.written()) => {
            let told = near(candidate.text, &candidate.range, &PASSPORT);
            Some((Entity::CnPassport, if told { 0.9 } else { 0.6 }, Layer::Pattern, "passport"))
        }
        17 if !joined && numbers::is_vin(candidate.written()) => {
            Some((Entity::Vin, 0.85, Layer::Checked, "vin"))
        }
        15..=34
            if candidate.separators & !separator::SPACE == 0
                && numbers::is_iban(candidate.written()) =>
        {
            Some((Entity::Iban, 0.97, Layer::Checked, "iban"))
        }
        _ => None,
    }
}

/// Resident identity number; the form of 15 digits, issued until 1999, has no check digit.
fn chinese_id(number: &str) -> Verdict {
    if number.len() == 18 {
        (Entity::CnId, 0.98, Layer::Checked, "resident_id")
    } else {
        (Entity::CnId, 0.7, Layer::Pattern, "resident_id_15")
    }
}

/// A Chinese plate starts with its province: `粤B12345`, `粤B·D12345`, `京A1234警`.
fn judge_plate(candidate: &Candidate<'_>) -> Option<Span> {
    if !(4..=7).contains(&candidate.compact.len()) {
        return None;
    }
    let before = &candidate.text[..candidate.range.start];
    // The letter of the place may stand apart: `粤B·`, `粤B•`.
    let head = before.trim_end_matches(['·', '•', ' ']);
    let (start, _) = head.char_indices().rev().take(2).find(|(_, c)| !c.is_ascii())?;
    let after = &candidate.text[candidate.range.end..];
    let last = after.chars().next().map_or(0, char::len_utf8);
    [candidate.range.end, candidate.range.end + last]
        .into_iter()
        .find(|end| contact::is_chinese_plate(&candidate.text[start..*end]))
        .map(|end| Span::new(start..end, Entity::CnPlate, 0.93, Layer::Checked, "plate"))
}

/// Keys, tokens and password hashes, known by how they start.
fn judge_secret(candidate: &Candidate<'_>) -> Option<Span> {
    /// Longest prefix of a secret before its first digit.
    const BACK: usize = 64;
    /// Longest secret.
    const LONG: usize = 4096;
    if candidate.compact.len() < 8 || candidate.letters == 0 || candidate.separators != 0 {
        return None;
    }
    let bytes = candidate.text.as_bytes();
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.$/=,+".contains(&byte);
    let mut start = candidate.range.start;
    while start > 0 && part(bytes[start - 1]) && candidate.range.start - start < BACK {
        start -= 1;
    }
    let mut end = candidate.range.end;
    while bytes.get(end).is_some_and(|byte| part(*byte)) && end - start < LONG {
        end += 1;
    }
    let whole = candidate.text[start..end].trim_end_matches(['.', ',', '-', '/']);
    let (entity, rule) = if device::is_password_hash(whole) {
        (Entity::PasswordHash, "password_hash")
    } else if device::is_jwt(whole) {
        (Entity::ApiKey, "jwt")
    } else if device::is_api_key(whole) {
        (Entity::ApiKey, "api_key")
    } else {
        return None;
    };
    Some(Span::new(start..start + whole.len(), entity, 0.96, Layer::Checked, rule))
}

#[cfg(test)]
mod tests {
    use crate::find_in_text;

    fn found(text: &str) -> Vec<(&str, String)> {
        find_in_text(text)
            .iter()
            .map(|span| (&text[span.start..span.end], span.entity().to_owned()))
            .collect()
    }

    #[test]
    fn numbers_with_a_check_are_found_in_both_languages() {
        for (text, number, entity) in [
            ("Paid with 4111 1111 1111 1111 12/29.", "4111 1111 1111 1111", "CREDIT_CARD"),
            ("卡号4111111111111111。", "4111111111111111", "CREDIT_CARD"),
            ("IBAN DE89 3704 0044 0532 0130 00 please", "DE89 3704 0044 0532 0130 00", "IBAN_CODE"),
            ("账户GB82WEST12345698765432", "GB82WEST12345698765432", "IBAN_CODE"),
            ("身份证11010519491231002X", "11010519491231002X", "CN_ID_CARD"),
            ("ID 11010519491231002x.", "11010519491231002x", "CN_ID_CARD"),
            ("信用代码91350100M000100Y43", "91350100M000100Y43", "CN_SOCIAL_CREDIT_CODE"),
            ("SSN 536-90-4399", "536-90-4399", "US_SSN"),
            ("护照E12345678", "E12345678", "CN_PASSPORT"),
            ("车牌粤B·D12345停在", "粤B·D12345", "CN_LICENSE_PLATE"),
            ("京A1234警", "京A1234警", "CN_LICENSE_PLATE"),
            ("VIN 1HGCM82633A004352", "1HGCM82633A004352", "VIN"),
            ("车架号1HGCM82633A004352", "1HGCM82633A004352", "VIN"),
            ("key AKIAIOSFODNN7EXAMPLE,", "AKIAIOSFODNN7EXAMPLE", "API_KEY"),
        ] {
            let all = found(text);
            assert!(all.contains(&(number, entity.to_owned())), "{text}: {all:?}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_nothing() {
        for text in [
            "4111 1111 1111 1112",
            "卡号4111111111111112",
            "DE89 3704 0044 0532 0130 01",
            "身份证110105194912310021",
            "信用代码91350100M000100Y44",
            "000-12-3456",
        ] {
            let all = found(text);
            assert!(all.iter().all(|(_, entity)| entity == "PHONE_NUMBER"), "{text}: {all:?}");
        }
    }
}
