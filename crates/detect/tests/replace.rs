//! Inventions: the same form, right check digits, the same for the same value and key.

#![allow(clippy::unwrap_used)]

use detect::{
    Birth, FakeRules, Key, Operator, Region, Replacer, anonymize, find_in_text, find_with,
};
use proptest::prelude::*;

fn faker(seed: u8) -> Replacer {
    Replacer::new(Operator::Fake).with_key(Key::new(&[seed; 16]).unwrap())
}

fn fake(category: &str, value: &str) -> String {
    faker(1).value(category, value).unwrap()
}

/// Digits, small and capital letters and Chinese each as one sign; everything else as it is.
fn shape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0'..='9' => '9',
            '０'..='９' => '９',
            'a'..='z' => 'a',
            'A'..='Z' => 'A',
            c if ('\u{4e00}'..='\u{9fff}').contains(&c) => '字',
            c => c,
        })
        .collect()
}

/// What detection makes of a whole value.
fn kind(value: &str) -> Option<String> {
    let spans = find_with(value, &detect::Options { patterns_only: true, ..Default::default() });
    match spans.as_slice() {
        [span] if span.end - span.start == value.len() => Some(span.entity().to_owned()),
        _ => None,
    }
}

/// Invented values of every kind with a form.
const FORMS: [(&str, &str); 31] = [
    ("contact.phone", "13800001234"),
    ("contact.phone", "+86 138 0000 1234"),
    ("contact.phone", "0086-138-0000-1234"),
    ("contact.phone", "010-65551234"),
    ("contact.phone", "(0571) 8765 4321 转 802"),
    ("contact.phone", "400-820-8820"),
    ("contact.phone", "(415) 736-2911"),
    ("contact.phone", "+1-415-736-2911 x12"),
    ("contact.phone", "+44 20 7946 0958"),
    ("contact.phone", "+49 (30) 901820"),
    ("contact.phone", "１３８００００１２３４"),
    ("identity.national_id", "11010519491231002X"),
    ("identity.national_id", "536-22-7781"),
    ("finance.bank_card", "4111 1111 1111 1111"),
    ("finance.bank_card", "3782-822463-10005"),
    ("finance.bank_card", "6222021234567890128"),
    ("finance.iban", "DE89 3704 0044 0532 0130 00"),
    ("finance.iban", "gb82west12345698765432"),
    ("device.imei", "490154203237518"),
    ("vehicle.vin", "1M8GDM9AXKP042788"),
    ("device.mac", "00:1A:2B:3C:4D:5E"),
    ("device.mac", "001a.2b3c.4d5e"),
    ("identity.social_credit_code", "91350100M000100Y43"),
    ("identity.customer_id", "C-2049/AB"),
    ("identity.username", "li_lei88"),
    ("location.postal_code", "SW1A 1AA"),
    ("location.postal_code", "310000"),
    ("vehicle.plate", "京A·12345"),
    ("identity.name", "王小明"),
    ("identity.age", "34岁"),
    ("identity.birth_date", "1990年05月03日"),
];

#[test]
fn forms_are_kept_and_the_value_is_not() {
    for (category, value) in FORMS {
        let fake = fake(category, value);

        // A check character may be a letter or a digit.
        let same = |text: &str| shape(text).replace('A', "9").to_lowercase().replace('a', "9");
        let (mut had, mut has) = (same(value), same(&fake));
        if value.contains('年') {
            (had, has) = (shape(value), shape(&fake));
        }
        assert_eq!(has, had, "{category} {value} → {fake}");
        assert_ne!(fake, value, "{category}");
    }
}

#[test]
fn checked_numbers_are_still_known_by_detection() {
    for (category, value, entity) in [
        ("contact.email", "li.lei@corp.cn", "EMAIL_ADDRESS"),
        ("contact.phone", "13800001234", "PHONE_NUMBER"),
        ("finance.bank_card", "4111111111111111", "CREDIT_CARD"),
        ("finance.bank_card", "5105105105105100", "CREDIT_CARD"),
        ("finance.bank_card", "378282246310005", "CREDIT_CARD"),
        ("finance.bank_card", "6222021234567890128", "CREDIT_CARD"),
        ("finance.iban", "DE89370400440532013000", "IBAN_CODE"),
        ("vehicle.vin", "1M8GDM9AXKP042788", "VIN"),
    ] {
        assert_eq!(kind(value).as_deref(), Some(entity), "the sample {value}");
        for seed in 1..20 {
            let fake = faker(seed).value(category, value).unwrap();
            assert_eq!(kind(&fake).as_deref(), Some(entity), "{value} → {fake}");
        }
    }
}

#[test]
fn reserved_ranges_are_used_where_there_are_any() {
    let starts = |category: &str, value: &str, with: &[&str]| {
        let fake = fake(category, value);
        assert!(with.iter().any(|start| fake.starts_with(start)), "{value} → {fake}");
    };

    starts("finance.bank_card", "4929123412341234", &["424242"]);
    starts("finance.bank_card", "6212 2612 3456 7890 123", &["6200 00"]);
    starts("identity.national_id", "11010519491231002X", &["110000194"]);
    starts("identity.national_id", "536-22-7781", &["9"]);
    starts("device.ip_address", "8.8.8.8", &["198.18.", "198.19."]);
    starts("device.ip_address", "192.168.1.7", &["192.168."]);
    starts("device.ip_address", "2a00:1450::8a", &["2001:db8:"]);
    starts("device.imei", "490154203237518", &["001"]);
    let mail = fake("contact.email", "li.lei@corp.cn");
    let host = mail.split('@').nth(1).unwrap();
    assert!(
        ["example.com", "example.net", "example.org"].iter().any(|end| host.ends_with(end)),
        "{mail}"
    );
    let url = fake("contact.website", "https://www.weibo.example/u/12345?from=home");
    assert!(url.starts_with("https://www.") && url.contains(".example."), "{url}");
}

#[test]
fn resident_numbers_keep_what_the_rules_say_and_their_check_character() {
    let number = "11010519491231002X";
    for (rules, start) in [
        (FakeRules::default(), "110000194"),
        (FakeRules { region: Region::Whole, birth: Birth::Year, days: 1 }, "1101051949"),
        (FakeRules { region: Region::Whole, birth: Birth::Decade, days: 1 }, "110105194"),
        (FakeRules { birth: Birth::Nothing, ..FakeRules::default() }, "110000"),
    ] {
        for seed in 1..30 {
            let fake = faker(seed).with_rules(rules).value("identity.national_id", number).unwrap();
            assert!(fake.starts_with(start) && fake.len() == 18, "{fake}");
            let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
            let sum: u32 =
                fake.bytes().zip(weights).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
            assert_eq!(fake.as_bytes()[17], b"10X98765432"[(sum % 11) as usize], "{fake}");
        }
    }
}

#[test]
fn the_same_value_written_otherwise_is_the_same_invention_otherwise_written() {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    for (category, one, two) in [
        ("contact.phone", "13800001234", "138-0000-1234"),
        ("finance.bank_card", "4111111111111111", "4111 1111 1111 1111"),
    ] {
        assert_eq!(digits(&fake(category, one)), digits(&fake(category, two)), "{one}");
    }
    assert_eq!(
        fake("contact.email", "Li@Corp.cn").to_lowercase(),
        fake("contact.email", "li@corp.cn")
    );
    assert_eq!(
        fake("identity.name", " Anna Smith "),
        format!(" {} ", fake("identity.name", "Anna Smith"))
    );
}

#[test]
fn names_keep_script_parts_and_case_and_families_stay_families() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (anna, ben) = (fake("identity.name", "Anna Smith"), fake("identity.name", "Ben Smith"));
    assert_eq!(words(&anna)[1], words(&ben)[1], "one family, one family");
    assert_ne!(words(&anna)[0], words(&ben)[0]);
    assert_eq!(fake("identity.name", "ANNA SMITH"), anna.to_uppercase());
    assert_eq!(
        fake("identity.family_name", "Smith").len(),
        fake("identity.family_name", "Smith").len()
    );
    let of = |name: &str| fake("identity.name", name);
    assert!(
        of("Dr. Ludwig van Beek").starts_with("Dr. ")
            && of("Dr. Ludwig van Beek").contains(" van ")
    );
    assert!(of("SMITH, John").contains(", "));
    assert_eq!(of("王小明").chars().next(), of("王芳").chars().next());
    assert!(of("王先生").ends_with("先生") && !of("王先生").starts_with('王'));
    assert_eq!(of("欧阳娜娜").chars().count(), 4);
    let russian = of("Иван Петров");
    assert!(russian.chars().all(|c| c == ' ' || ('\u{400}'..='\u{4ff}').contains(&c)), "{russian}");
}

#[test]
fn addresses_keep_their_language_and_their_parts() {
    let zh = fake("location.address", "浙江省杭州市西湖区文三路478号3单元1201室");
    for mark in ["省", "市", "区", "路", "号", "单元", "室"] {
        assert!(zh.contains(mark), "{zh}");
    }
    assert!(!zh.contains("文三") && !zh.contains("478"), "{zh}");
    let en = fake("location.address", "221 Baker St, Apt 4B, Springfield, IL 62704");
    assert!(en.contains(" St, Apt ") && en.contains(", IL ") && !en.contains("Baker"), "{en}");
    let de = fake("location.address", "Hauptstraße 5, 10115 Berlin");
    assert!(de.contains("straße ") && !de.contains("Haupt") && !de.contains("Berlin"), "{de}");
}

#[test]
fn dates_under_one_key_keep_their_distance() {
    let days = |text: &str| {
        let part = |at: std::ops::Range<usize>| text[at].parse::<i64>().unwrap();
        part(0..4) * 372 + part(5..7) * 31 + part(8..10)
    };
    let (one, two) =
        (fake("identity.birth_date", "1990-05-03"), fake("identity.birth_date", "1990-05-13"));

    assert_eq!(days(&two) - days(&one), days("1990-05-13") - days("1990-05-03"), "{one} {two}");
    assert!(one < two && one != "1990-05-03");
}

#[test]
fn values_of_closed_lists_and_words_stay_sensible() {
    assert_eq!(fake("identity.gender", "男"), "女");
    assert_eq!(fake("identity.gender", "female"), "male");
    assert_eq!(fake("health.condition", "diabetes"), "<health.condition>");
    assert_eq!(fake("identity.name", ""), "");
    assert_eq!(fake("identity.name", "  "), "  ");
    assert_eq!(fake("identity.name", "—"), "—");
    let org = fake("work.employer", "Acme Trading Ltd");
    assert!(org.ends_with(" Ltd") && !org.contains("Acme"), "{org}");
    let org = fake("work.employer", "杭州灯下科技有限公司");
    assert!(org.ends_with("科技有限公司") && !org.contains("灯下"), "{org}");
}

#[test]
fn a_text_keeps_nothing_of_what_was_found() {
    let text = "Anna wrote from anna@corp.cn; card 4111 1111 1111 1111, 手机13800001234, 身份证11010519491231002X.";
    let spans = find_in_text(text);

    let done = anonymize(text, &spans, &faker(3)).unwrap();

    assert_eq!(done.items.len(), spans.len());
    for (item, span) in done.items.iter().zip(&spans) {
        let (new, old) = (&done.text[item.start..item.end], &text[span.start..span.end]);
        assert!(new != old && !done.text.contains(old), "{old} in {}", done.text);
    }
}

const CATEGORIES: [&str; 26] = [
    "identity.name",
    "contact.email",
    "contact.phone",
    "contact.website",
    "location.address",
    "location.city",
    "location.country",
    "location.region",
    "finance.bank_card",
    "finance.iban",
    "identity.national_id",
    "identity.birth_date",
    "identity.age",
    "identity.gender",
    "device.imei",
    "device.ip_address",
    "device.mac",
    "vehicle.vin",
    "vehicle.plate",
    "work.employer",
    "health",
    "identity.username",
    "credential.password",
    "identity.ethnicity",
    "social.wechat_id",
    "nothing.known",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Any text in any category: no panic, the same answer twice, other keys other answers.
    #[test]
    fn anything_can_be_replaced(value in "\\PC{0,40}", at in 0_usize..26) {
        let category = CATEGORIES[at];
        let one = faker(1).value(category, &value).unwrap();
        prop_assert_eq!(&one, &faker(1).value(category, &value).unwrap());
        faker(2).value(category, &value).unwrap();
        for operator in ["mask", "hash", "redact", "replace", "keep"] {
            let replacer = Replacer::new(operator.parse().unwrap()).with_key(Key::new(&[1; 16]).unwrap());
            replacer.value(category, &value).unwrap();
        }
    }

    /// Numbers keep their form, cards their check digit.
    #[test]
    fn numbers_keep_their_form(digits in "[0-9]{6,20}", category in prop::sample::select(vec!["contact.phone", "finance.bank_card", "identity.customer_id"])) {
        let fake = fake(category, &digits);
        prop_assert_eq!(fake.len(), digits.len());
        prop_assert!(fake.bytes().all(|b| b.is_ascii_digit()));
        if category == "finance.bank_card" && digits.len() >= 8 {
            let sum: u32 = fake.bytes().rev().enumerate().map(|(at, b)| {
                let d = u32::from(b - b'0') * if at % 2 == 0 { 1 } else { 2 };
                d / 10 + d % 10
            }).sum();
            prop_assert_eq!(sum % 10, 0);
        }
    }

    /// E-mail addresses: one `@`, an example domain, a local part as long.
    #[test]
    fn addresses_of_mail_keep_their_shape(local in "[a-z0-9._-]{1,20}", host in "[a-z]{2,10}\\.(com|cn|de)") {
        let value = format!("{local}@{host}");
        let fake = fake("contact.email", &value);
        let (new, domain) = fake.split_once('@').unwrap();
        prop_assert_eq!(new.len(), local.len());
        prop_assert!(domain.contains("example."));
    }

    /// Few of many different numbers meet: the odds the documentation gives.
    #[test]
    fn different_mobiles_seldom_meet(seed in 1_u8..250) {
        let fakes: std::collections::HashSet<String> = (0..300)
            .map(|n| faker(seed).value("contact.phone", &format!("1380000{n:04}")).unwrap())
            .collect();
        prop_assert!(fakes.len() >= 299);
    }
}
