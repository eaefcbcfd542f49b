//! Phone numbers: international ones by their plan, national ones by a form that only phone numbers
//! have, everything else only where words say that it is one.

mod china;
mod plans;
mod written;

use std::ops::Range;

use rlibphonenumber::Region;
use written::{Group, Lead, Written};

use super::context::{ContextWords, distance};

/// Words beside a phone number.
static PHONE: ContextWords = ContextWords::new(
    &[
        "phone",
        "telephone",
        "tel",
        "mobile",
        "cell",
        "cellphone",
        "fax",
        "call",
        "called",
        "calling",
        "dial",
        "ring",
        "hotline",
        "landline",
        "whatsapp",
        "sms",
        "text",
        "texts",
        "message",
        "messages",
        "voicemail",
        "answering",
        "reach",
        "contact",
        "desk",
        "msisdn",
        "ph",
        "telefon",
        "handy",
        "portable",
        "my number",
    ],
    &[
        "电话",
        "手机",
        "号码",
        "致电",
        "拨打",
        "来电",
        "座机",
        "热线",
        "传真",
        "联系方式",
        "联系",
        "短信",
        "手机号",
        "固话",
        "总机",
        "微信同号",
        "电联",
        "咨询",
    ],
);
/// Words that plainly name the number a phone number.
static NAMED: ContextWords = ContextWords::new(
    &[
        "phone",
        "telephone",
        "tel",
        "mobile",
        "cell",
        "cellphone",
        "fax",
        "call",
        "dial",
        "whatsapp",
        "msisdn",
        "desk",
        "hotline",
        "my number",
        "answering",
        "call me",
    ],
    &["电话", "手机", "手机号", "致电", "拨打", "座机", "热线", "传真", "固话", "联系方式"],
);
/// Words beside other numbers.
static OTHER: ContextWords = ContextWords::new(
    &[
        "order",
        "invoice",
        "account",
        "acct",
        "id",
        "ref",
        "reference",
        "ticket",
        "tracking",
        "serial",
        "isbn",
        "issn",
        "ean",
        "sku",
        "zip",
        "postcode",
        "card",
        "passport",
        "licence",
        "license",
        "ssn",
        "iban",
        "transaction",
        "payment",
        "amount",
        "total",
        "price",
        "model",
        "part",
        "batch",
        "po box",
        "policy",
        "claim",
        "case",
        "patent",
        "timestamp",
        "routing",
        "version",
        "build",
        "code",
    ],
    &[
        "订单",
        "单号",
        "编号",
        "账号",
        "账户",
        "卡号",
        "金额",
        "流水",
        "身份证",
        "证号",
        "票号",
        "邮编",
        "序列号",
        "条码",
        "批号",
        "型号",
        "版本",
        "学号",
        "工号",
        "代码",
        "快递",
        "运单",
        "合同",
        "元",
    ],
);

/// A phone number in a text.
#[derive(Debug, PartialEq)]
pub struct Phone {
    /// Where it stands, with its extension.
    pub range: Range<usize>,
    /// How sure, 0..=1.
    pub score: f64,
    /// Which rule says so.
    pub rule: &'static str,
}

/// How sure a form is by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// A number of its plan, whatever stands around it.
    Sure(f64, &'static str),
    /// The form of phone numbers; words beside it may say that it is another number.
    Likely(f64, &'static str),
    /// Needs a word that speaks for it.
    Weak(&'static str),
    /// Needs a word that names it.
    Bare(&'static str),
}

/// The phone number whose first digit stands at `start`.
pub fn at(text: &str, start: usize) -> Option<Phone> {
    let bytes = text.as_bytes();
    let written = Written::read(text, start);
    if touches(bytes, &written) {
        return None;
    }
    let groups = written.groups();
    let most = groups.len();
    for count in (1..=most).rev() {
        let end = written.end(bytes, count);
        if count == most && joined_after(bytes, end) || count < most && !ends_group(&written, count)
        {
            continue;
        }
        let Some(form) = form(&written, count) else { continue };
        let range = written.start..end;
        let Some((score, rule)) = weigh(text, &range, form) else { continue };
        let extended = written::extension(text, end);
        if extended == end && bytes.get(end).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        return Some(Phone { range: written.start..extended, score, rule });
    }
    None
}

/// The number goes on before what was read.
fn touches(bytes: &[u8], written: &Written) -> bool {
    let Some(before) = written.start.checked_sub(1).map(|at| bytes[at]) else { return false };
    if before.is_ascii_alphanumeric() || matches!(before, b'_' | b'$' | b'#' | b'=' | b'%') {
        // `tel=467…` and `?phone=…` are values; a bare `#` or `$` is not a phone's.
        return before != b'=';
    }
    let digit_before =
        |back: usize| written.start.checked_sub(back).is_some_and(|at| bytes[at].is_ascii_digit());
    matches!(before, b'.' | b'-' | b'/' | b',' | b':') && digit_before(2)
        || matches!(before, b'.' | b'-') && written.lead == Lead::None && before == b'-' && {
            // `A-4711`, `--5`: part of a code.
            written
                .start
                .checked_sub(2)
                .is_some_and(|at| bytes[at].is_ascii_alphabetic() && bytes[at].is_ascii_uppercase())
        }
}

fn joined_after(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        Some(b'_' | b'%') => true,
        Some(b'.' | b',' | b':' | b'-' | b'/') => {
            bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// A number may end before a further group only over a space.
fn ends_group(written: &Written, count: usize) -> bool {
    written.groups().get(count).is_none_or(|next| next.sign == b' ' || next.paren)
}

/// What the first `count` groups look like.
fn form(written: &Written, count: usize) -> Option<Form> {
    let digits = written.digits(count);
    let groups = &written.groups()[..count];
    if !(7..=17).contains(&digits.len()) {
        return None;
    }
    if written.lead == Lead::Plus {
        return international(digits, groups);
    }
    if let Some(rest) = exit_code(digits)
        && plans::is_international(rest)
    {
        if let [b'8', b'6', mobile @ ..] = rest
            && china::is_mobile(mobile)
        {
            return Some(Form::Sure(0.96, "mobile_cn"));
        }
        let cut = count > 1;
        return Some(if cut { Form::Likely(0.85, "exit_code") } else { Form::Bare("exit_code") });
    }
    chinese(written, count).or_else(|| national(written, count))
}

/// `+` and a country's number.
fn international(digits: &[u8], groups: &[Group]) -> Option<Form> {
    let wide = groups.iter().all(|group| group.sign != b'/');
    (wide && plans::is_international(digits)).then_some(match digits {
        [b'8', b'6', mobile @ ..] if china::is_mobile(mobile) => Form::Sure(0.97, "mobile_cn"),
        _ => Form::Sure(0.95, "e164"),
    })
}

/// Digits after `00` or the North American `011`.
fn exit_code(digits: &[u8]) -> Option<&[u8]> {
    digits
        .strip_prefix(b"011")
        .filter(|rest| rest.len() >= 10)
        .or_else(|| digits.strip_prefix(b"00"))
}

fn chinese(written: &Written, count: usize) -> Option<Form> {
    let digits = written.digits(count);
    let groups = &written.groups()[..count];
    let signs = groups[1..]
        .iter()
        .all(|g| g.sign == groups[1].sign && matches!(g.sign, b' ' | b'-' | b'.'));
    if china::is_mobile(digits) && signs && china::is_mobile_cut(groups) {
        return Some(Form::Likely(0.95, "mobile_cn"));
    }
    // `86 138…`, `(86)138…`, `86-138…`.
    if let [b'8', b'6', mobile @ ..] = digits
        && china::is_mobile(mobile)
        && (groups[0].len() == 2 || count == 1)
    {
        return Some(Form::Likely(0.9, "mobile_cn"));
    }
    if china::is_landline(written, count) {
        return Some(if count > 1 || groups[0].paren {
            Form::Likely(0.9, "landline_cn")
        } else {
            Form::Weak("landline_cn")
        });
    }
    china::is_service(written, count).then_some(Form::Likely(0.85, "service_cn"))
}

/// Forms of other countries.
fn national(written: &Written, count: usize) -> Option<Form> {
    let digits = written.digits(count);
    let groups = &written.groups()[..count];
    let lengths: Vec<usize> = groups.iter().map(Group::len).collect();
    let signs = &groups[1..];
    let one_sign = signs.iter().all(|g| g.sign == signs[0].sign);
    let slash = signs.iter().any(|g| g.sign == b'/');
    if slash && !(count == 2 && digits[0] == b'0' && lengths[0] >= 3) {
        return None;
    }
    if north_american(&lengths, digits, groups) {
        return Some(Form::Likely(if one_sign { 0.85 } else { 0.9 }, "nanp"));
    }
    if lengths[1..].iter().any(|length| *length < 2) || years(digits, &lengths) {
        return None;
    }
    if groups[0].paren && (1..=5).contains(&lengths[0]) && count > 1 && count <= 5 {
        let plausible = (8..=11).contains(&digits.len()) && lengths[1] >= 2;
        return plausible.then_some(Form::Likely(0.8, "area_code"));
    }
    if groups.iter().any(|group| group.paren) {
        return None;
    }
    if digits[0] == b'0' && digits[1] != b'0' && (2..=5).contains(&count) {
        let plausible = (9..=11).contains(&digits.len())
            && ((2..=5).contains(&lengths[0]) || lengths[0] == 1 && lengths[1] == 1)
            && (one_sign || count > 2 && signs[1..].iter().all(|g| g.sign == signs[1].sign))
            && (signs[0].sign != b'.' || lengths.iter().all(|l| *l <= 4) && count >= 3);
        return plausible.then_some(Form::Likely(0.8, "trunk"));
    }
    grouped_or_bare(&lengths, digits, one_sign, signs.first().map_or(0, |g| g.sign))
}

/// Ten digits in groups of 3-3-4, with or without 1 and parentheses.
fn north_american(lengths: &[usize], digits: &[u8], groups: &[Group]) -> bool {
    let national = match lengths {
        [3, 3, 4] => digits,
        [1, 3, 3, 4] if digits[0] == b'1' => &digits[1..],
        [3, 7] if groups[0].paren => digits,
        _ => return false,
    };
    national[0] >= b'2' && groups[1..].iter().all(|group| group.sign != b'/')
}

/// Groups that speak of no country: with a word beside them. Without any sign a word must name them.
fn grouped_or_bare(lengths: &[usize], digits: &[u8], one_sign: bool, sign: u8) -> Option<Form> {
    match lengths {
        [7..=12] => {
            let text = std::str::from_utf8(digits).unwrap_or_default();
            let american = digits.len() == 10
                && digits[0] >= b'2'
                && digits[3] >= b'2'
                && plans::is_assigned(text, Region::US);
            Some(if american { Form::Weak("digits") } else { Form::Bare("digits") })
        }
        [3, 4] if matches!(sign, b' ' | b'-') => Some(Form::Weak("local")),
        _ if one_sign
            && (2..=5).contains(&lengths.len())
            && (7..=11).contains(&digits.len())
            && lengths.iter().all(|length| (2..=6).contains(length))
            && (sign != b'.' || lengths.len() >= 3) =>
        {
            Some(Form::Weak("groups"))
        }
        _ => None,
    }
}

/// `1990-1995`, `2019 2020`: years.
fn years(digits: &[u8], lengths: &[usize]) -> bool {
    let year = |d: &[u8]| matches!(d, [b'1', b'9', ..] | [b'2', b'0', ..]);
    lengths == [4, 4] && year(digits) && year(&digits[4..])
}

/// The score in its place: words beside it speak for it or against it.
fn weigh(text: &str, range: &Range<usize>, form: Form) -> Option<(f64, &'static str)> {
    if let Form::Sure(score, rule) = form {
        return Some((score, rule));
    }
    let against = distance(text, range, &OTHER);
    let words = if matches!(form, Form::Bare(_)) { &NAMED } else { &PHONE };
    let speaks = distance(text, range, words);
    let spoken = labelled(text, range.end)
        || match (speaks, against) {
            (Some(near), Some(other)) => near <= other,
            (Some(_), None) => true,
            (None, _) => false,
        };
    match form {
        Form::Sure(score, rule) => Some((score, rule)),
        Form::Likely(score, rule) if spoken => Some(((score + 0.05f64).min(0.97), rule)),
        Form::Likely(score, rule) => (against.is_none_or(|bytes| bytes > 12)
            && !is_amount(text, range))
        .then_some((score, rule)),
        // A cell that holds nothing else: an area code and a number of its length.
        Form::Weak(rule @ "landline_cn") if text.trim() == &text[range.clone()] => {
            Some((0.7, rule))
        }
        Form::Weak(rule) | Form::Bare(rule) => {
            (spoken && !is_amount(text, range)).then_some((0.75, rule))
        }
    }
}

/// A word right after the number says whose line it is: `781 1704 office`, `(home)`.
fn labelled(text: &str, end: usize) -> bool {
    const LABELS: [&str; 9] =
        ["office", "home", "work", "fax", "mobile", "cell", "desk", "direct", "switchboard"];
    let rest = text[end..].trim_start_matches([' ', '-', '(', ',']);
    let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    text.len() - rest.len() - end <= 2
        && LABELS.iter().any(|label| word.eq_ignore_ascii_case(label))
}

/// A currency or a unit stands beside the number.
fn is_amount(text: &str, range: &Range<usize>) -> bool {
    const BEFORE: [&str; 8] = ["$", "€", "£", "¥", "￥", "USD", "EUR", "RMB"];
    const AFTER: [&str; 14] =
        ["$", "€", "£", "元", "%", "kr", "EUR", "USD", "CNY", "km", "kg", "人", "个", "万"];
    let before = text[..range.start].trim_end_matches(' ');
    let after = text[range.end..].trim_start_matches(' ');
    BEFORE.iter().any(|sign| before.ends_with(sign))
        || AFTER.iter().any(|sign| after.starts_with(sign))
}

#[cfg(test)]
mod tests {
    use crate::find_in_text;

    fn found(text: &str) -> Vec<&str> {
        find_in_text(text)
            .iter()
            .filter(|span| span.entity() == "PHONE_NUMBER")
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn international_numbers_are_found_in_all_forms() {
        for (text, phone) in [
            ("+1-202-555-0190", "+1-202-555-0190"),
            ("call +46 (0)8 928 571 38.", "+46 (0)8 928 571 38"),
            ("(+49) 30 1234567", "(+49) 30 1234567"),
            ("+447700900916,", "+447700900916"),
            ("0044 7700 900 916", "0044 7700 900 916"),
            ("001-202-555-0190x769", "001-202-555-0190x769"),
            ("+1 202 555 0190 ext. 12", "+1 202 555 0190 ext. 12"),
            ("电话+86 10 6234 5678", "+86 10 6234 5678"),
            ("+852 2345 6789", "+852 2345 6789"),
        ] {
            assert_eq!(found(text), [phone], "{text}");
        }
    }

    #[test]
    fn national_numbers_are_found_by_their_form() {
        for (text, phone) in [
            ("202-555-0190 is mine", "202-555-0190"),
            ("(202) 555-0190", "(202) 555-0190"),
            ("(202)555-0190 x0135", "(202)555-0190 x0135"),
            ("202.555.0190", "202.555.0190"),
            ("1-800-555-0190", "1-800-555-0190"),
            ("07700 900 916", "07700 900 916"),
            ("0341 8387176", "0341 8387176"),
            ("03.99.92.16.85", "03.99.92.16.85"),
            ("(08) 8747 6301", "(08) 8747 6301"),
            ("030/1234567", "030/1234567"),
        ] {
            assert_eq!(found(text), [phone], "{text}");
        }
    }

    #[test]
    fn loose_numbers_need_a_word() {
        for (with, without, phone) in [
            ("Phone: 467 3395", "row 467 3395", "467 3395"),
            ("call me at 655 437 108", "65 of 655 437 108", "655 437 108"),
            ("Mobile: 416 60 039", "size 416 60 039", "416 60 039"),
            ("Fax: 2025550190", "size 2025550190", "2025550190"),
            ("电话：62345678", "数量62345678", "62345678"),
            ("致电4008108888", "共4008108888次", "4008108888"),
        ] {
            assert_eq!(found(with), [phone], "{with}");
            assert!(found(without).is_empty(), "{without}");
        }
    }

    #[test]
    fn mainland_numbers_are_found_in_all_forms() {
        for (text, phone) in [
            ("我的手机13812345678。", "13812345678"),
            ("请打138-1234-5678找我", "138-1234-5678"),
            ("192 1234 5678", "192 1234 5678"),
            ("+86 138 1234 5678", "+86 138 1234 5678"),
            ("008613812345678", "008613812345678"),
            ("8613812345678", "8613812345678"),
            ("座机010-62345678转801", "010-62345678转801"),
            ("(0755)83765566", "(0755)83765566"),
            ("客服400-810-8888", "400-810-8888"),
            ("mail 13812345678 me", "13812345678"),
        ] {
            assert_eq!(found(text), [phone], "{text}");
        }
    }

    #[test]
    fn a_bare_landline_stands_alone_in_a_cell() {
        assert_eq!(found("02155550123"), ["02155550123"]);
        assert!(found("编号 02155550123 已归档").is_empty());
    }

    #[test]
    fn other_numbers_are_no_phones() {
        for text in [
            "order number 202-555-0190",
            "订单号13812345678901",
            "订单13812345678",
            "2024-01-31 12:30:00",
            "1990-1995",
            "1706659200",
            "1706659200123",
            "total $1 234 567 890",
            "4111 1111 1111 1111",
            "ISBN 978-3-16-148410-0",
            "192.168.100.200",
            "id=8f13812345678",
            "金额12345678.00元",
            "3.14159265358979",
            "10000000",
            "user_13812345678_x",
            "项目编号010-62345678",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn two_numbers_in_a_row_are_two() {
        assert_eq!(found("13812345678 13987654321"), ["13812345678", "13987654321"]);
        assert_eq!(found("202-555-0190 202-555-0191"), ["202-555-0190", "202-555-0191"]);
    }
}
