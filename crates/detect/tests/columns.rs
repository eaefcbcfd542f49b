//! Columns of companies in both languages, judged from names, comments, types and values.

use detect::{Column, Sensitivity, Verdict, classify, classify_table, mask, taxonomy};
use proptest::prelude::*;

fn look(store: &str, name: &str, values: &[&str]) -> Verdict {
    look_among(store, name, values, &[])
}

fn look_among(store: &str, name: &str, values: &[&str], siblings: &[&str]) -> Verdict {
    classify(&Column {
        store,
        store_comment: "",
        name,
        comment: "",
        data_type: "",
        primary_key: false,
        references: None,
        siblings,
        values,
    })
}

fn category(verdict: &Verdict) -> &str {
    verdict.category.as_ref().map_or("", |c| c.as_str())
}

/// Categories of the columns of a table, judged together.
fn table(store: &str, columns: &[(&str, Vec<String>)]) -> Vec<Verdict> {
    let names: Vec<&str> = columns.iter().map(|c| c.0).collect();
    let values: Vec<Vec<&str>> =
        columns.iter().map(|c| c.1.iter().map(String::as_str).collect()).collect();
    let columns: Vec<Column<'_>> = names
        .iter()
        .zip(&values)
        .map(|(name, values)| Column {
            store,
            store_comment: "",
            name,
            comment: "",
            data_type: "",
            primary_key: false,
            references: None,
            siblings: &names,
            values,
        })
        .collect();
    classify_table(&columns)
}

fn repeated(words: &[&str], count: usize) -> Vec<String> {
    words.iter().cycle().take(count).map(|w| (*w).to_owned()).collect()
}

fn made(count: usize, value: impl Fn(usize) -> String) -> Vec<String> {
    (0..count).map(value).collect()
}

const NAMES_CN: &[&str] =
    &["王芳", "李小明", "张伟", "刘洋", "陈静", "杨丽", "赵子涵", "黄志强", "周杰", "吴敏"];
const MOBILES: &[&str] =
    &["13812345678", "15987654321", "18600001111", "17712349876", "13900002222"];
const ADDRESSES_CN: &[&str] = &[
    "广东省深圳市南山区科技园路12号",
    "上海市浦东新区张江路88弄3号502室",
    "浙江省杭州市西湖区文三路138号",
    "北京市朝阳区建国路93号院8号楼1201",
];

#[test]
fn values_alone_decide_when_the_name_says_nothing() {
    for (values, expected) in [
        (&["a@b.com", "li.lei@example.com", "x.y@example.org"][..], "contact.email"),
        (MOBILES, "contact.phone"),
        (
            &["11010519491231002X", "11010519491231002X", "110105194912310097"],
            "identity.national_id",
        ),
        (&["4111111111111111", "5555555555554444", "378282246310005"], "finance.bank_card"),
        (
            &["DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606"],
            "finance.iban",
        ),
        (&["京A12345", "粤B·D12345", "沪AD12345"], "vehicle.plate"),
        (&["10.1.2.3", "192.168.0.7", "2001:db8::1"], "device.ip_address"),
        (&["66:54:18:6C:90:F7", "A2:AF:F4:E9:03:73", "15:37:D3:A9:B8:09"], "device.mac"),
        (NAMES_CN, "identity.name"),
        (ADDRESSES_CN, "location.address"),
        (
            &[
                "Jane Smith",
                "John Brown",
                "Mary Johnson",
                "Robert Miller",
                "Laura Davis",
                "Peter Clark",
            ],
            "identity.name",
        ),
        (&["12 Hill Street", "45 North Avenue", "7 Oak Road", "19 Elm Drive"], "location.address"),
        (
            &[
                "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
                "$2b$12$abcdefghijklmnopqrstuuwxn96p36WQoeG6Lruj3vjPGga31lW00",
                "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lX",
            ],
            "credential.password_hash",
        ),
        (&["1", "2", "3", "4"], ""),
        (&["12.50", "3.99", "100.00"], ""),
        (&["茉莉花茶", "铁观音", "龙井茶", "普洱茶", "大红袍", "碧螺春"], ""),
        (&["red", "green", "blue", "black"], ""),
        (&["2024-01-01", "2024-05-06", "2024-07-08"], ""),
        (&["20240131001", "20240131002", "20240131003"], ""),
        (&["bxb.org.cn", "example.com", "wb.va"], ""),
        (&["true", "false", "true"], ""),
        (&["310000", "510000", "100000"], ""),
    ] {
        let verdict = look("t1", "c1", values);
        assert_eq!(category(&verdict), expected, "{values:?} {verdict:?}");
        assert!((0.0..=1.0).contains(&verdict.confidence));
    }
}

#[test]
fn chinese_tables_are_understood() {
    let siblings = [
        "客户编号",
        "姓名",
        "手机号",
        "性别",
        "出生日期",
        "身份证号",
        "收货地址",
        "城市",
        "邮编",
        "会员等级",
        "余额",
        "备注",
    ];
    for (name, values, expected) in [
        ("姓名", NAMES_CN, "identity.name"),
        ("手机号", MOBILES, "contact.phone"),
        ("性别", &["男", "女", "女"], "identity.gender"),
        ("出生日期", &["1985-03-07", "1990年1月2日", "1999/12/31"], "identity.birth_date"),
        (
            "身份证号",
            &["11010519491231002X", "110105194912310097", "11010519491231002X"],
            "identity.national_id",
        ),
        ("收货地址", ADDRESSES_CN, "location.address"),
        ("城市", &["深圳", "上海", "杭州"], "location.city"),
        ("邮编", &["518000", "200120", "310000"], "location.postal_code"),
        ("会员等级", &["金卡", "银卡", "普通"], ""),
        ("客户编号", &["1", "2", "3"], ""),
        ("商品名称", &["茉莉花茶", "铁观音", "龙井"], ""),
        ("订单号", &["20240131001", "20240131002", "20240131003"], ""),
        ("单价", &["12.50", "88.00"], ""),
        ("创建时间", &["2024-01-01 10:00:00"], ""),
    ] {
        for values in [values, &[]] {
            let verdict = look_among("客户信息表", name, values, &siblings);
            assert_eq!(category(&verdict), expected, "{name} {values:?} {verdict:?}");
        }
    }
}

#[test]
fn pinyin_and_abbreviations_are_understood() {
    for (store, name, expected) in [
        ("t_kehu", "xingming", "identity.name"),
        ("t_kehu", "sjh", "contact.phone"),
        ("t_kehu", "sfzh", "identity.national_id"),
        ("t_kehu", "csrq", "identity.birth_date"),
        ("t_kehu", "xb", "identity.gender"),
        ("t_kehu", "dz", "location.address"),
        ("t_kehu", "cjsj", ""),
        ("cust_mst", "cust_nm", "identity.name"),
        ("cust_mst", "mob_no", "contact.phone"),
        ("cust_mst", "dob", "identity.birth_date"),
        ("cust_mst", "addr1", "location.address"),
    ] {
        let verdict = look_among(store, name, &[], &["xingming", "sjh", "dob", "mob_no"]);
        assert_eq!(category(&verdict), expected, "{store}.{name} {verdict:?}");
    }
}

#[test]
fn comments_explain_cryptic_names() {
    let column = |name, comment, data_type| {
        classify(&Column {
            store: "t_001",
            store_comment: "客户主表",
            name,
            comment,
            data_type,
            primary_key: false,
            references: None,
            siblings: &[],
            values: &[],
        })
    };
    let verdict = column("fld_a", "客户手机号（登录用）", "varchar(20)");
    assert_eq!(category(&verdict), "contact.phone");
    assert!(verdict.evidence.comment_hint && !verdict.evidence.name_hint);
    assert_eq!(category(&column("fld_b", "Date of birth", "date")), "identity.birth_date");
    assert_eq!(category(&column("fld_c", "商品名称", "varchar(50)")), "");
    assert_eq!(category(&column("fld_d", "姓名", "int")), "");
}

#[test]
fn values_overrule_a_name_that_promises_too_much() {
    assert_eq!(category(&look("t", "phone", &["iPhone 12", "Pixel 7", "Galaxy S23"])), "");
    assert_eq!(category(&look("customers", "email", &["0", "1", "1", "0"])), "");
    assert_eq!(
        category(&look(
            "customers",
            "address",
            &["a@example.com", "b@example.com", "c@example.com"]
        )),
        "contact.email"
    );
    assert_eq!(
        category(&look("users", "login", &["a@example.com", "b@example.com", "c@example.com"])),
        "contact.email"
    );
    assert_eq!(category(&look("t", "birth_date", &["yes", "no", "maybe"])), "");
    assert_eq!(category(&look("t", "card_no", &["7", "8", "9"])), "");
}

#[test]
fn keys_are_pointers_and_natural_keys_are_data() {
    let key = |name, data_type, values: &[&str]| {
        let verdict = classify(&Column {
            store: "customers",
            store_comment: "",
            name,
            comment: "",
            data_type,
            primary_key: true,
            references: None,
            siblings: &[],
            values,
        });
        category(&verdict).to_owned()
    };
    assert_eq!(key("customer_id", "INTEGER", &["1", "2", "3"]), "");
    assert_eq!(key("customer_id", "TEXT", &["C000123", "C000124", "C000125"]), "");
    assert_eq!(
        key("email", "TEXT", &["a@example.com", "b@example.com", "c@example.com"]),
        "contact.email"
    );
    assert_eq!(key("id", "uuid", &[]), "");
    // Not a key: a number that the company gave the person.
    assert_eq!(
        category(&look("crm_contacts", "customer_no", &["C000123", "C000124", "C000125"])),
        "identity.customer_id"
    );
    assert_eq!(category(&look("crm_contacts", "customer_no", &["123", "124", "125"])), "");
}

#[test]
fn personal_data_inside_notes_is_found() {
    let notes = [
        "客户王芳来电，手机13812345678，要求改地址",
        "Asked for a refund, write to jane@example.com",
        "顾客对坚果过敏，请注意",
        "nothing special",
    ];
    let verdict = look("support_tickets", "note", &notes);
    assert_eq!(category(&verdict), "free_text");
    assert_eq!(verdict.sensitivity, Sensitivity::Sensitive);
    let inside: Vec<(&str, u32)> =
        verdict.evidence.inside.iter().map(|f| (f.category.as_str(), f.rows)).collect();
    for expected in
        [("contact.phone", 1), ("contact.email", 1), ("identity.name", 1), ("health", 1)]
    {
        assert!(inside.contains(&expected), "{expected:?} {inside:?}");
    }
    let plain = [
        "Soft drinks, coffees, teas, beers, and ales",
        "A long description of a nice green tea from the hills",
    ];
    assert_eq!(category(&look("products", "description", &plain)), "");
}

#[test]
fn personal_data_inside_json_is_found() {
    let rows = [
        r#"{"user":{"name":"王芳","phone":"13812345678"},"items":[{"sku":"A1","price":12.5}]}"#,
        r#"{"user":{"name":"李小明","phone":"15987654321"},"items":[{"sku":"B2","price":8}]}"#,
        r#"{"user":{"name":"张伟","phone":"18600001111"},"items":[]}"#,
    ];
    let verdict = look("events", "payload", &rows);
    assert_eq!(category(&verdict), "free_text");
    assert!(verdict.evidence.reasons.iter().any(|r| r == "nested"));
    let inside: Vec<(&str, u32)> =
        verdict.evidence.inside.iter().map(|f| (f.category.as_str(), f.rows)).collect();
    assert!(inside.contains(&("contact.phone", 3)), "{inside:?}");
    let harmless =
        [r#"{"sku":"A1","price":12.5}"#, r#"{"sku":"B2","price":8}"#, r#"{"sku":"C3","price":9}"#];
    assert_eq!(category(&look("events", "payload", &harmless)), "");
}

#[test]
fn children_raise_the_sensitivity() {
    let verdict = look("children", "birth_date", &["2018-01-02", "2019-03-04", "2020-05-06"]);
    assert!(verdict.minor);
    assert_eq!(verdict.sensitivity, Sensitivity::Sensitive);
    assert!(look("members", "宝宝生日", &["2022-01-02"]).minor);
    assert_eq!(category(&look("users", "is_minor", &["0", "1", "0"])), "minor.is_minor");
    assert_eq!(category(&look("users", "guardian_phone", MOBILES)), "minor.guardian");
    let adults = look(
        "customers",
        "birth_date",
        &["1980-01-01", "1975-02-03", "1990-03-04", "1988-08-08", "1969-09-09"],
    );
    assert!(!adults.minor);
    let pupils = look(
        "pupils",
        "dob",
        &["2015-01-01", "2014-02-03", "2016-03-04", "2013-08-08", "2015-09-09"],
    );
    assert!(pupils.minor);
}

#[test]
fn a_bare_name_is_decided_by_its_store() {
    let people = &["Jane Smith", "John Brown", "Mary Johnson"];
    assert_eq!(category(&look("customers", "name", people)), "identity.name");
    assert_eq!(category(&look("客户", "name", NAMES_CN)), "identity.name");
    assert_eq!(category(&look("customers", "name", &[])), "identity.name");
    for store in ["products", "artists", "Track", "campaigns", "categories", "warehouses", "商品"]
    {
        assert_eq!(
            category(&look(store, "name", &["Green Tea", "Black Tea", "Oolong"])),
            "",
            "{store}"
        );
        assert_eq!(category(&look(store, "name", &[])), "", "{store}");
    }
    assert_eq!(category(&look("zzz", "name", &["Alpha", "Beta", "Gamma"])), "");
}

#[test]
fn evidence_says_why() {
    let verdict = look("customers", "Email", &["a@example.com", "b@example.org", "c@example.net"]);
    assert_eq!(verdict.evidence.values_matched, 3);
    assert_eq!(verdict.evidence.values_checked, 3);
    assert!(verdict.evidence.name_hint);
    assert!(verdict.confidence > 0.95);
    let card = look(
        "payments",
        "card_number",
        &["4111111111111111", "5555555555554444", "378282246310005"],
    );
    assert!(card.evidence.checksum && card.evidence.reasons.iter().any(|r| r == "checksum"));
}

#[test]
fn every_category_of_a_verdict_is_in_the_taxonomy() {
    for name in [
        "religion",
        "blood_type",
        "political_party",
        "fingerprint_template",
        "salary",
        "qq",
        "wechat_id",
        "iban",
        "cvv",
        "user_agent",
        "password",
        "api_key",
        "imei",
        "license_plate",
        "vin",
        "diagnosis",
        "criminal_record",
        "sexual_orientation",
        "marketing_consent",
        "nationality",
        "marital_status",
        "emergency_contact",
    ] {
        let verdict = look("users", name, &[]);
        let key = category(&verdict).to_owned();
        assert!(taxonomy().get(&key).is_some(), "{name}: {key:?}");
    }
}

proptest! {
    #[test]
    fn classification_never_panics(store in ".{0,20}", name in ".{0,30}", comment in ".{0,30}", values in prop::collection::vec(".{0,60}", 0..8)) {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let verdict = classify(&Column {
            store: &store, store_comment: &comment, name: &name, comment: &comment, data_type: &name,
            primary_key: false, references: None, siblings: &[&name, &store], values: &values,
        });
        prop_assert!((0.0..=1.0).contains(&verdict.confidence));
    }

    #[test]
    fn digits_and_signs_never_panic(value in "[0-9A-Za-z+()/.: @年月日号路市-]{0,40}") {
        look("t", "c1", &[&value, &value, &value]);
        let spans = detect::find_in_text(&value);
        prop_assert!(spans.iter().all(|s| value.is_char_boundary(s.start) && value.is_char_boundary(s.end) && s.end <= value.len()));
    }

    #[test]
    fn spans_lie_in_the_text(text in ".{0,200}") {
        let spans = detect::find_in_text(&text);
        prop_assert!(spans.iter().all(|s| s.start < s.end && text.get(s.start..s.end).is_some()));
        prop_assert!(spans.windows(2).all(|w| w[0].end <= w[1].start));
    }

    #[test]
    fn a_masked_value_is_short_and_never_the_value(value in ".{4,80}", which in 0usize..150) {
        let category = taxonomy().categories.get(which).map(|c| c.key.as_str());
        let masked = mask(category, &value);
        prop_assert!(masked.chars().count() <= 40);
        prop_assert_ne!(masked, value);
    }

    #[test]
    fn questions_never_panic(question in ".{0,60}") {
        taxonomy().find(&question);
    }
}

#[test]
fn names_of_works_and_stars_are_not_free_text() {
    let artists: Vec<&str> = vec![
        "AC/DC",
        "Accept",
        "Aerosmith",
        "Alanis Morissette",
        "Alice In Chains",
        "Philip Glass Ensemble",
        "James Brown",
        "Frank Sinatra",
        "Berliner Philharmoniker & Herbert Von Karajan, with soloists and choir of the opera",
        "Academy of St. Martin in the Fields, John Birch, Neville Marriner and Sylvia McNair",
    ];
    assert_eq!(category(&look("artist", "name", &artists)), "");
    assert_eq!(category(&look("track", "composer", &artists)), "");
}

#[test]
fn logs_and_versions_are_told_from_people() {
    assert_eq!(category(&look("releases", "build", &["1.2.3.4", "1.2.3.5", "1.2.3.6"])), "");
    assert_eq!(
        category(&look("app_log", "message", &["started", "failed for user a@b.com", "ok"])),
        "free_text"
    );
    assert_eq!(category(&look("tickets", "ticket_no", &["T-1001", "T-1002", "T-1003"])), "");
}

#[test]
fn what_a_text_calls_a_phone_or_a_name_is_one() {
    let kinds = |text: &str| -> Vec<String> {
        detect::find_in_text(text).iter().map(|s| s.category().to_owned()).collect()
    };
    assert_eq!(kinds("Phone: 467 3395"), ["contact.phone"]);
    assert_eq!(kinds("My name is Rubija"), ["identity.name"]);
    assert_eq!(kinds("+1-903-140-4508x769"), ["contact.phone"]);
    assert!(kinds("Will Amazon deliver on May First?").is_empty());
    assert!(kinds("order 467 3395 was shipped").is_empty());
}

#[test]
fn labels_of_parcels_are_about_people() {
    let siblings = ["order_no", "recipient", "street", "city", "phone"];
    for (name, expected) in
        [("street", "location.address"), ("city", "location.city"), ("order_no", "")]
    {
        assert_eq!(category(&look_among("vw_order_labels", name, &[], &siblings)), expected);
    }
}

#[test]
fn nameless_columns_are_judged_by_the_people_beside_them() {
    let emails = made(40, |n| format!("user{n}@example.com"));
    let births = made(40, |n| {
        format!("{}-{:02}-{:02}", 1950 + n * 29 % 50, n * 5 % 12 + 1, n * 11 % 28 + 1)
    });
    let ages = made(40, |n| (18 + n * 37 % 60).to_string());
    let cities = repeated(&["Berlin", "Hamburg", "Leipzig", "Dresden", "Bremen"], 40);
    let jobs = repeated(&["Accountant", "Software engineer", "Nurse", "Sales manager"], 40);
    let zips = made(40, |n| format!("{:05}", 10_117 + n * 37_199 % 89_000));
    let prices = made(40, |n| format!("{}.{:02}", n * 13 % 90, n * 7 % 100));
    let columns = |first: (&'static str, Vec<String>)| {
        vec![
            first,
            ("c2", births.clone()),
            ("c3", ages.clone()),
            ("c4", cities.clone()),
            ("c5", jobs.clone()),
            ("c6", zips.clone()),
            ("c7", prices.clone()),
        ]
    };
    let beside: Vec<String> =
        table("t1", &columns(("c1", emails))).iter().map(|v| category(v).to_owned()).collect();
    assert_eq!(
        beside,
        [
            "contact.email",
            "identity.birth_date",
            "identity.age",
            "location.city",
            "work.job_title",
            "location.postal_code",
            ""
        ]
    );
    // The same columns beside products: only the days could still be anybody's birthdays.
    let goods = repeated(&["Green Tea", "Oolong", "Espresso Beans", "Honey Jar"], 40);
    let alone = table("t1", &columns(("c1", goods)));
    for (at, verdict) in alone.iter().enumerate().filter(|(at, _)| *at != 1) {
        assert_eq!(category(verdict), "", "c{} {verdict:?}", at + 1);
    }
}

#[test]
fn neighbours_that_spoke_are_named_without_their_values() {
    let verdicts = table(
        "t1",
        &[
            ("c1", made(30, |n| format!("user{n}@example.com"))),
            ("c2", repeated(&["Berlin", "Hamburg", "Leipzig", "Dresden"], 30)),
        ],
    );
    let city = &verdicts[1];
    assert_eq!(category(city), "location.city");
    assert_eq!(city.evidence.neighbours, ["c1"]);
    assert_eq!(city.evidence.rule, "values+neighbours");
    assert!(city.evidence.reasons.iter().any(|r| r == "neighbour"));
    assert!(city.evidence.shares.iter().any(|(kind, share)| kind == "city" && *share > 0.9));
    assert_eq!(city.evidence.values_distinct, 4);
    let told = serde_json::to_string(&verdicts).unwrap();
    assert!(!told.contains("example.com") && !told.contains("Berlin"));
}

#[test]
fn a_hotline_is_nobodys_phone() {
    assert_eq!(category(&look("stores", "phone", &["400-820-8820"; 30])), "");
    assert_eq!(category(&look("t1", "电话", &["95588", "95533", "95599", "95566"])), "");
    assert_eq!(category(&look("customers", "phone", &["021-62345678"; 40])), "");
    assert_eq!(category(&look("customers", "phone", MOBILES)), "contact.phone");
    assert_eq!(category(&look("客户", "电话", MOBILES)), "contact.phone");
}

#[test]
fn customers_differ_from_products_companies_and_cities() {
    let products = ["Green Tea", "Oolong", "Espresso Beans", "Honey Jar", "Rye Bread", "Oat Milk"];
    let companies = ["Miller Ltd", "Brown & Sons", "Kowalski GmbH", "Rossi SpA", "Acme Inc."];
    let cities = ["Berlin", "Hamburg", "Leipzig", "Dresden", "Bremen", "Munich"];
    for values in [&products[..], &companies, &cities] {
        assert_ne!(category(&look("t1", "c1", values)), "identity.name", "{values:?}");
        assert_ne!(category(&look("t1", "label", values)), "identity.name", "{values:?}");
    }
    let zh_products = ["茉莉花茶", "不锈钢水杯", "纯棉毛巾", "无线鼠标", "有机大米", "红枣礼盒"];
    let zh_companies = ["深圳市云帆科技有限公司", "上海明德贸易有限公司", "北京天和咨询集团"];
    for values in [&zh_products[..], &zh_companies] {
        assert_ne!(category(&look("t1", "c1", values)), "identity.name", "{values:?}");
    }
    assert_eq!(category(&look("t1", "c1", NAMES_CN)), "identity.name");
}

#[test]
fn shortened_names_are_read_and_statistics_are_not_personal() {
    let siblings = ["cust_nm", "email"];
    for (name, expected) in [
        ("cntry_nm", "location.country"),
        ("brth_dt", "identity.birth_date"),
        ("gndr", "identity.gender"),
        ("psprt_no", "identity.passport"),
        ("eml_addr", "contact.email"),
        ("zip_cd", "location.postal_code"),
        ("f_name", "identity.given_name"),
        ("avg_salary", ""),
        ("median_income", ""),
        ("rownames", ""),
        ("prdct_nm", ""),
    ] {
        let verdict = look_among("cust_mst", name, &[], &siblings);
        assert_eq!(category(&verdict), expected, "{name} {verdict:?}");
    }
}

#[test]
fn a_list_in_one_cell_is_what_its_items_are() {
    let mails = ["a@example.com;b@example.com", "c@example.org; d@example.org", "e@example.net"];
    assert_eq!(category(&look("t1", "c1", &mails)), "contact.email");
    let phones = ["13812345678|15987654321", "18600001111|17712349876", "13900002222"];
    assert_eq!(category(&look("t1", "c1", &phones)), "contact.phone");
    assert_eq!(category(&look("t1", "c1", &["red;green", "blue|navy", "black;white"])), "");
}

#[test]
fn a_file_without_header_is_judged_by_its_values() {
    let verdicts = table(
        "export",
        &[
            ("user0@example.com", made(30, |n| format!("user{n}@example.com"))),
            ("产品", made(30, |n| format!("138{:08}", 12_345_678 + n * 371_931))),
            ("price", repeated(&["12.50", "3.99", "88.00"], 30)),
        ],
    );
    let found: Vec<&str> = verdicts.iter().map(category).collect();
    assert_eq!(found, ["contact.email", "contact.phone", ""]);
}

#[test]
fn a_key_into_a_store_of_people_is_told_as_a_pseudonym() {
    let key = |references| {
        classify(&Column {
            store: "orders",
            store_comment: "",
            name: "customer_id",
            comment: "",
            data_type: "INTEGER",
            primary_key: false,
            references: Some(references),
            siblings: &[],
            values: &["1", "2", "3"],
        })
    };
    let pseudonym = key("customers");
    assert_eq!(category(&pseudonym), "");
    assert_eq!(pseudonym.evidence.reasons, ["foreign_key"]);
    assert!(key("products").evidence.reasons.is_empty());
}

#[test]
fn what_came_second_is_told() {
    let verdict = look(
        "customers",
        "account",
        &["a@example.com", "b@example.com", "c@example.com", "d@example.com"],
    );
    assert_eq!(category(&verdict), "contact.email");
    let refused = classify(&Column {
        store: "customers",
        store_comment: "",
        name: "phone_book",
        comment: "",
        data_type: "TEXT",
        primary_key: true,
        references: None,
        siblings: &[],
        values: &["1", "2", "3"],
    });
    assert!(refused.category.is_none());
    let hashed = look(
        "users",
        "password",
        &["$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"; 4],
    );
    assert_eq!(category(&hashed), "credential.password_hash");
}
