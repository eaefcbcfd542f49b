//! Labelled tables made from small lists: tables about people in English and Chinese, with telling names and
//! with `c1…cn`, and tables about things that look alike (airports, experiments, prices, series).

/// A column with its label: `""` is no personal data.
pub struct Made {
    pub name: &'static str,
    pub category: &'static str,
    pub values: Vec<String>,
}

/// A table.
pub struct Table {
    pub store: &'static str,
    pub columns: Vec<Made>,
}

/// A small generator of random numbers (Knuth's MMIX), so that every run makes the same tables.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493))
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn pick(&mut self, words: &[&str]) -> String {
        words[self.below(words.len())].to_owned()
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

type Maker = fn(&mut Dice) -> String;

const GIVEN: &[&str] = &[
    "Anna", "Peter", "Maria", "John", "Laura", "Thomas", "Emily", "Daniel", "Sarah", "Robert",
    "Helen", "Oliver", "Alice", "George", "Nina", "Victor", "Julia", "Martin", "Diana", "Henry",
];
const FAMILY: &[&str] = &[
    "Miller", "Schmidt", "Novak", "Rossi", "Jensen", "Kowalski", "Garcia", "Brown", "Larsen",
    "Fischer", "Moreau", "Wilson", "Clarke", "Hughes", "Lindberg", "Weber", "Costa", "Murphy",
];
const FAMILY_ZH: &[&str] =
    &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "欧阳"];
const GIVEN_ZH: &[&str] = &[
    "伟", "芳", "秀英", "子涵", "浩然", "敏", "静怡", "志强", "丽华", "俊杰", "雨欣", "明", "建国",
];
const CITIES: &[&str] =
    &["Berlin", "Hamburg", "Lyon", "Porto", "Leeds", "Chicago", "Boston", "Oslo", "Gdansk"];
const CITIES_ZH: &[&str] = &["深圳市", "杭州市", "成都市", "武汉市", "南京市", "青岛市"];
const COUNTRIES: &[&str] = &["Germany", "France", "Portugal", "Norway", "Poland", "Canada"];
const STREETS: &[&str] = &["Hill Street", "Oak Road", "North Avenue", "Mill Lane", "Park Drive"];
const JOBS: &[&str] =
    &["Accountant", "Software engineer", "Nurse", "Sales manager", "Teacher", "Data analyst"];
const JOBS_ZH: &[&str] = &["软件工程师", "销售经理", "会计", "护士", "产品经理", "客服专员"];
const GOODS: &[&str] =
    &["Green Tea", "Oolong", "Espresso Beans", "Honey Jar", "Rye Bread", "Oat Milk", "Desk Lamp"];
const GOODS_ZH: &[&str] = &["茉莉花茶", "不锈钢水杯", "纯棉毛巾", "无线鼠标", "有机大米", "折叠椅"];

fn full(dice: &mut Dice) -> String {
    format!("{} {}", dice.pick(GIVEN), dice.pick(FAMILY))
}

fn full_zh(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(FAMILY_ZH), dice.pick(GIVEN_ZH))
}

fn email(dice: &mut Dice) -> String {
    let name = dice.pick(GIVEN).to_lowercase();
    format!("{name}{}@{}", dice.below(900), dice.pick(&["example.com", "example.org"]))
}

fn mobile(dice: &mut Dice) -> String {
    format!("1{}{}", dice.pick(&["38", "59", "86", "77"]), dice.digits(8))
}

fn phone(dice: &mut Dice) -> String {
    format!("({}) 555-{}", 200 + dice.below(700), dice.digits(4))
}

fn birth(dice: &mut Dice) -> String {
    let (y, m, d) = (1945 + dice.below(60), 1 + dice.below(12), 1 + dice.below(28));
    format!("{y}-{m:02}-{d:02}")
}

fn recent(dice: &mut Dice) -> String {
    format!("2024-{:02}-{:02} {:02}:15:00", 1 + dice.below(12), 1 + dice.below(28), dice.below(24))
}

fn age(dice: &mut Dice) -> String {
    (18 + dice.below(30) + dice.below(30)).to_string()
}

fn street(dice: &mut Dice) -> String {
    format!("{} {}", 1 + dice.below(300), dice.pick(STREETS))
}

fn street_zh(dice: &mut Dice) -> String {
    let city = dice.pick(CITIES_ZH);
    format!(
        "{city}南山区科技园路{}号{}栋{}室",
        1 + dice.below(200),
        1 + dice.below(20),
        101 + dice.below(900)
    )
}

fn zip(dice: &mut Dice) -> String {
    format!("{}{}", 1 + dice.below(9), dice.digits(4))
}

fn ip(dice: &mut Dice) -> String {
    format!("{}.{}.{}.{}", 11 + dice.below(200), dice.below(256), dice.below(256), dice.below(256))
}

fn resident_id(dice: &mut Dice) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let head = format!(
        "440305{}{:02}{:02}{}",
        1950 + dice.below(50),
        1 + dice.below(12),
        1 + dice.below(28),
        dice.digits(3)
    );
    let sum: u32 = WEIGHTS.iter().zip(head.bytes()).map(|(w, c)| w * u32::from(c - b'0')).sum();
    format!("{head}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

fn card(dice: &mut Dice) -> String {
    let head = format!("4{}", dice.digits(14));
    let sum: u32 = head
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, c)| {
            let d = u32::from(c - b'0') * if at % 2 == 0 { 2 } else { 1 };
            if d > 9 { d - 9 } else { d }
        })
        .sum();
    format!("{head}{}", (10 - sum % 10) % 10)
}

/// Names in English, in Chinese, the category and the values of columns about people.
const PERSONAL: &[(&str, &str, &str, Maker, Maker)] = &[
    ("email", "邮箱", "contact.email", email, email),
    ("phone_number", "手机号", "contact.phone", phone, mobile),
    ("full_name", "姓名", "identity.name", full, full_zh),
    ("date_of_birth", "出生日期", "identity.birth_date", birth, birth),
    ("age", "年龄", "identity.age", age, age),
    ("gender", "性别", "identity.gender", |d| d.pick(&["F", "M"]), |d| d.pick(&["女", "男"])),
    ("street_address", "家庭住址", "location.address", street, street_zh),
    ("city", "所在城市", "location.city", |d| d.pick(CITIES), |d| d.pick(CITIES_ZH)),
    (
        "country",
        "国家",
        "location.country",
        |d| d.pick(COUNTRIES),
        |d| d.pick(&["中国", "日本", "德国"]),
    ),
    ("postcode", "邮编", "location.postal_code", zip, |d| format!("5{}", d.digits(5))),
    ("national_id", "身份证号", "identity.national_id", resident_id, resident_id),
    ("card_number", "银行卡号", "finance.bank_card", card, card),
    ("last_login_ip", "登录IP", "device.ip_address", ip, ip),
    ("job_title", "职位", "work.job_title", |d| d.pick(JOBS), |d| d.pick(JOBS_ZH)),
];

/// Columns without personal data that stand in any table.
const PLAIN: &[(&str, &str, Maker, Maker)] = &[
    (
        "unit_price",
        "单价",
        |d| format!("{}.{}", d.below(90), d.digits(2)),
        |d| format!("{}.5", d.below(90)),
    ),
    ("quantity", "数量", |d| (1 + d.below(9)).to_string(), |d| (1 + d.below(9)).to_string()),
    ("created_at", "创建时间", recent, recent),
    ("status", "状态", |d| d.pick(&["open", "paid", "closed"]), |d| d.pick(&["已支付", "待发货"])),
    ("product_name", "商品名称", |d| d.pick(GOODS), |d| d.pick(GOODS_ZH)),
    (
        "order_no",
        "订单号",
        |d| format!("202401{}", d.digits(6)),
        |d| format!("202401{}", d.digits(6)),
    ),
    ("rating", "评分", |d| (1 + d.below(5)).to_string(), |d| (1 + d.below(5)).to_string()),
    ("is_active", "是否有效", |d| d.below(2).to_string(), |d| d.below(2).to_string()),
];

/// Tables about things and measurements, all of it plain.
const THINGS: &[(&str, &[(&str, Maker)])] = &[
    (
        "airports",
        &[
            ("iata", |d| format!("{}{}", d.pick(&["A", "B", "L"]), d.pick(&["HX", "QW", "KP"]))),
            ("city", |d| d.pick(CITIES)),
            ("country", |d| d.pick(COUNTRIES)),
            ("latitude", |d| format!("{}.{}", d.below(60), d.digits(5))),
            ("elevation", |d| d.below(2000).to_string()),
        ],
    ),
    (
        "experiment_3",
        &[
            ("treatment", |d| d.pick(&["placebo", "active"])),
            ("weeks", |d| d.below(12).to_string()),
            ("dose", |d| (d.below(9) * 5).to_string()),
            ("response", |d| format!("{}.{}", d.below(40), d.digits(3))),
        ],
    ),
    (
        "products",
        &[
            ("name", |d| d.pick(GOODS)),
            ("ean", |d| format!("978{}", d.digits(10))),
            ("released", birth),
            ("weight", |d| d.below(900).to_string()),
        ],
    ),
    (
        "unemployment",
        &[
            ("state", |d| d.pick(&["Texas", "Ohio", "Iowa", "Maine", "Utah"])),
            ("median_income", |d| (30_000 + d.below(50_000)).to_string()),
            ("rate", |d| format!("{}.{}", d.below(12), d.digits(1))),
            ("month", |d| d.pick(&["January", "April", "May", "June", "August"])),
        ],
    ),
];

/// The table number `seed`: every fourth is about things; of the others every second is in Chinese.
pub fn table(seed: u64) -> Table {
    let mut dice = Dice::new(seed);
    let rows = 40 + dice.below(80);
    let fill = |dice: &mut Dice, make: Maker| (0..rows).map(|_| make(dice)).collect::<Vec<_>>();
    if seed.is_multiple_of(4) {
        let (store, columns) = THINGS[seed as usize / 4 % THINGS.len()];
        let columns = columns
            .iter()
            .map(|(name, make)| Made { name, category: "", values: fill(&mut dice, *make) })
            .collect();
        return Table { store, columns };
    }
    let zh = seed % 2 == 1;
    let mut columns = Vec::new();
    for (at, &(en, zh_name, category, make, make_zh)) in PERSONAL.iter().enumerate() {
        // Somebody's name or contact is in most tables about people.
        if at < 3 && dice.below(5) > 0 || dice.below(2) == 0 {
            let (name, make) = if zh { (zh_name, make_zh) } else { (en, make) };
            columns.push(Made { name, category, values: fill(&mut dice, make) });
        }
    }
    for (en, zh_name, make, make_zh) in PLAIN {
        if dice.below(2) == 0 {
            let (name, make) = if zh { (*zh_name, *make_zh) } else { (*en, *make) };
            columns.push(Made { name, category: "", values: fill(&mut dice, make) });
        }
    }
    Table { store: if zh { "客户信息表" } else { "customers" }, columns }
}
