use crate::find_in_text;

fn found(text: &str) -> Vec<(String, String)> {
    find_in_text(text)
        .iter()
        .map(|span| (text[span.start..span.end].to_owned(), span.entity().to_owned()))
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
        assert!(all.contains(&(number.to_owned(), entity.to_owned())), "{text}: {all:?}");
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
