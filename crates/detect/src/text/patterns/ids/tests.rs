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

/// Entities with a rule here, apart from those that a label alone gives away.
fn claims(text: &str) -> Vec<(String, String)> {
    const OTHERS: [&str; 12] = [
        "PHONE_NUMBER",
        "DATE_TIME",
        "DATE_OF_BIRTH",
        "URL",
        "IP_ADDRESS",
        "PERSON",
        "ORGANIZATION",
        "LOCATION",
        "ZIP_CODE",
        "STREET_ADDRESS",
        "AGE",
        "MAC_ADDRESS",
    ];
    found(text).into_iter().filter(|(_, entity)| !OTHERS.contains(&entity.as_str())).collect()
}

#[test]
fn numbers_of_things_are_not_claimed() {
    for text in [
        "Order 4000001234567899 shipped",
        "order no. 111222333 of 12 items",
        "Tracking 9434765919 via UPS 1Z999AA10123456784",
        "订单号4111111111111111已发货",
        "快递单号773012345678901，运单SF1234567890123",
        "ISBN 978-3-16-148410-0, EAN 4006381333931",
        "书号9787111128069",
        "timestamp 1700000000000 and 1699999999",
        "时间戳1700000000123",
        "uuid 550e8400-e29b-41d4-a716-446655440000",
        "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "md5校验d41d8cd98f00b204e9800998ecf8427e",
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "pi is 3.14159265358979323846",
        "version 2024.01.15.1234, build 20240115123456",
        "增长率12.3456789012345%",
        "10.0.0.1 to 111.222.333.44",
        "金额¥123456782，数量111222333",
        "price $111222333.00",
        "In 2019-2020 there were 123456 cases; see pages 1234-5678.",
        "2024年1月15日共计1234567890元",
        "model AB1234563, part E12345678X",
        "型号G12345678出厂",
        "snowflake 1234567890123456789",
        "https://example.com/items/111222333/picture",
        "the password is required; token expired; secret santa",
        "密码不能为空，请输入密码",
        "My passport photo and driver license renewal",
        "护照办理须知，驾照考试",
        "swift response expected",
        "微信支付，QQ群聊",
        "employee number of the month",
    ] {
        assert_eq!(claims(text), [], "{text}");
    }
}

#[test]
fn a_weak_number_needs_its_word() {
    for (text, number, entity) in [
        ("NHS number 9434765919", "9434765919", "UK_NHS"),
        ("Mijn BSN is 111222333.", "111222333", "NL_BSN"),
        ("荷兰BSN：111222333", "111222333", "NL_BSN"),
        ("routing 111000025", "111000025", "ABA_ROUTING_NUMBER"),
        ("my ssn is 536904399", "536904399", "US_SSN"),
        ("PESEL: 44051401359", "44051401359", "PL_PESEL"),
        ("台湾身份证A123456789", "A123456789", "TW_ID"),
        ("organisation code D2143569-X", "D2143569-X", "CN_ORGANIZATION_CODE"),
    ] {
        assert!(found(text).contains(&(number.into(), entity.into())), "{text}: {:?}", found(text));
        assert!(
            !claims(&format!("see {number} there")).iter().any(|(_, e)| e == entity),
            "{number} without a word"
        );
    }
}

#[test]
fn the_nearer_word_decides() {
    let text = "routing 111000025, SIN 130692544, BSN 111222333";
    let all = found(text);
    for (number, entity) in
        [("111000025", "ABA_ROUTING_NUMBER"), ("130692544", "CA_SIN"), ("111222333", "NL_BSN")]
    {
        assert!(all.contains(&(number.into(), entity.into())), "{all:?}");
    }
    assert_eq!(claims("card on file; order 4111111111111111"), []);
}

#[test]
fn any_spacing_and_neighbours_are_understood() {
    for (text, number, entity) in [
        ("4111 1111 1111 1111 12/29 123", "4111 1111 1111 1111", "CREDIT_CARD"),
        ("card 41 11 11 11 11 11 11 11", "41 11 11 11 11 11 11 11", "CREDIT_CARD"),
        ("Amex 3782-822463-10005", "3782-822463-10005", "CREDIT_CARD"),
        ("5555 5555 5555 4444 4111 1111 1111 1111", "4111 1111 1111 1111", "CREDIT_CARD"),
        ("银行卡6222 0212 3456 7890 128", "6222 0212 3456 7890 128", "CREDIT_CARD"),
        ("de89 3704 0044 0532 0130 00", "de89 3704 0044 0532 0130 00", "IBAN_CODE"),
        ("IBAN: GB82-WEST-1234-5698-7654-32", "GB82-WEST-1234-5698-7654-32", "IBAN_CODE"),
        ("SSN 536 90 4399", "536 90 4399", "US_SSN"),
        ("身份证号110105 19491231 002X", "110105 19491231 002X", "CN_ID_CARD"),
        ("身份证ID11010519491231002X", "11010519491231002X", "CN_ID_CARD"),
        ("巴西CNPJ16.727.230/0001-97", "16.727.230/0001-97", "BR_CNPJ"),
        ("623701025406135895", "623701025406135895", "CREDIT_CARD"),
        ("苏E·D12345和使224001", "苏E·D12345", "CN_LICENSE_PLATE"),
        ("苏ED12345，使224001", "使224001", "CN_LICENSE_PLATE"),
        ("港车粤Z1234港入境", "粤Z1234港", "CN_LICENSE_PLATE"),
    ] {
        assert!(found(text).contains(&(number.into(), entity.into())), "{text}: {:?}", found(text));
    }
}

#[test]
fn labels_give_values_away() {
    for (text, value, entity) in [
        ("\"password\": \"S3cure!pass\",", "S3cure!pass", "PASSWORD"),
        ("password=hunter2 in the file", "hunter2", "PASSWORD"),
        ("密码是Abc123456。", "Abc123456", "PASSWORD"),
        ("API_KEY=9f86d081884c7d659a2feaa0c55ad015", "9f86d081884c7d659a2feaa0c55ad015", "API_KEY"),
        ("密钥：wJalrXUtnFEMIK7MDENGbPxRfiCY", "wJalrXUtnFEMIK7MDENGbPxRfiCY", "API_KEY"),
        (
            "token ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "API_KEY",
        ),
        ("Driver's license (CA): D1234567", "D1234567", "US_DRIVER_LICENSE"),
        ("驾照号码D1234567", "D1234567", "US_DRIVER_LICENSE"),
        ("MRN 00482913", "00482913", "MEDICAL_RECORD_NUMBER"),
        ("住院号：202400123", "202400123", "MEDICAL_RECORD_NUMBER"),
        ("工号E20391的同事", "E20391", "EMPLOYEE_ID"),
        ("employeeId: 20391", "20391", "EMPLOYEE_ID"),
        ("学号是20210314", "20210314", "STUDENT_ID"),
        ("加我微信lily_2019", "lily_2019", "WECHAT_ID"),
        ("QQ823910472", "823910472", "QQ_NUMBER"),
        (
            "用户ID: 550e8400-e29b-41d4-a716-446655440000",
            "550e8400-e29b-41d4-a716-446655440000",
            "USER_ID",
        ),
        ("_fbp=fb.1.1554763741205.1098115397", "fb.1.1554763741205.1098115397", "COOKIE_ID"),
        (
            "GAID=cdda802e-fb9c-47ad-9866-0794d394c912",
            "cdda802e-fb9c-47ad-9866-0794d394c912",
            "ADVERTISING_ID",
        ),
        ("护照号码C01X00T47", "C01X00T47", "PASSPORT"),
        ("number plate AB12 CDE was seen", "AB12 CDE", "LICENSE_PLATE"),
        ("BIC COBADEFFXXX", "COBADEFFXXX", "BIC_SWIFT"),
    ] {
        assert!(found(text).contains(&(value.into(), entity.into())), "{text}: {:?}", found(text));
    }
}

#[test]
fn zones_and_blocks_are_found_whole() {
    let zone = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    assert_eq!(found(zone), [(zone.to_owned(), "MRZ".to_owned())]);
    let wrong = zone.replace("7408122", "7408123");
    assert!(found(&wrong).iter().all(|(_, entity)| entity != "MRZ"));
    let open = "-----BEGIN RSA PRIVATE KEY-----";
    assert!(found(open).contains(&(open.to_owned(), "PRIVATE_KEY".to_owned())));
    assert_eq!(claims("-----BEGIN CERTIFICATE-----\nMIIB"), []);
}

#[test]
fn long_and_odd_texts_are_read_to_their_end() {
    // Each piece invites work that would grow with the square of the length.
    for piece in
        ["<", "$", "1", "1 ", "1-", "A1", "eyJ", "-----BEGIN ", "password=", "京A", "(", "qq", "é1"]
    {
        let text = piece.repeat(300_000 / piece.len()) + " 身份证11010519491231002X";
        let options = crate::Options { patterns_only: true, ..Default::default() };
        let spans = crate::find_with(&text, &options);
        assert!(spans.iter().any(|span| span.entity() == "CN_ID_CARD"), "{piece}");
    }
}
