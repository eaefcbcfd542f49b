"""Makes labelled tables to measure and to calibrate the judging of columns.

    python3 -m venv env && env/bin/pip install faker mimesis
    env/bin/python bench/columns/tables.py OUT
    cargo run --release -p privet-detect --example columns -- OUT

Values come from Faker (MIT) and Mimesis (MIT) in 27 locales, names of columns from the lists below.
Every table is drawn anew: a kind of store, a way of naming (English, abbreviated, camelCase, Chinese,
pinyin, legacy), eight to twenty columns, personal and not. Two halves share no locale, no style of
value and few names: `fit` (Faker) fits the calibration, `held` (Mimesis, other Faker locales) tells
how well it holds. OUT/labels.jsonl has one line per table; nothing of this is shipped.
"""

import csv
import datetime as dt
import json
import pathlib
import random
import sys
import uuid

from faker import Faker
from mimesis import Address, Code, Datetime, Finance, Food, Hardware, Internet, Path, Payment, Person, Text, Transport
from mimesis.enums import Gender
from mimesis.locales import Locale

FIT = ["en_US", "en_US", "en_US", "en_GB", "en_AU", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "sv_SE", "pt_BR", "tr_TR",
       "zh_CN", "zh_CN", "zh_CN", "zh_CN", "zh_CN"]
HELD_FAKER = ["en_CA", "en_IN", "en_IE", "en_NZ", "nl_NL", "da_DK", "no_NO", "fi_FI", "cs_CZ", "ro_RO", "es_MX", "zh_TW", "hu_HU", "de_AT", "zh_CN", "zh_CN"]
HELD_MIMESIS = ["en", "en", "en", "en", "en-gb", "en-ca", "en-au", "de", "fr", "es", "it", "nl", "pt", "sv", "zh", "zh", "zh", "zh"]

# category: names by style: en (spelled out), short (abbreviated, legacy), zh, py. Two halves each: fit | held.
NAMES = {
    "contact.email": ("email;email_address;e_mail;mail_addr|customer_email;contact_email;emailAddress;primary_email", "eml;EMAIL_ADDR|E_MAIL1;usr_email", "邮箱;电子邮箱|邮件地址;联系邮箱", "youxiang;dzyx|yx;lxyx"),
    "contact.phone": ("phone;phone_number;mobile;telephone|cellPhone;contact_number;home_phone;PhoneNo", "tel;mob_no|ph_no;TEL1;phn", "手机号;联系电话|手机号码;电话;移动电话", "sjh;shoujihao|lxdh;dianhua"),
    "identity.name": ("full_name;name;customer_name|contact_name;FullName;client_name;employee_name", "cust_nm;nm|full_nm;CONTACT_NM", "姓名;客户姓名|真实姓名;联系人;用户姓名", "xingming;xm|khxm;lxr"),
    "identity.given_name": ("first_name;firstName|given_name;GivenName;forename", "fname;frst_nm|f_name;FNAME", "", ""),
    "identity.family_name": ("last_name;lastName;surname|family_name;LastName", "lname;lst_nm|l_name;LNAME", "", ""),
    "location.address": ("address;street_address;home_address|billing_address;addressLine1;street;ResidentialAddress", "addr;addr1|ADDR_LN_1;street_addr", "地址;收货地址|家庭住址;详细地址;联系地址", "dizhi;dz|lxdz;jtzz"),
    "location.city": ("city;home_city|town;City;address_city", "cty;city_nm|CITY_NAME;city1", "城市|所在城市", "chengshi|szcs"),
    "location.region": ("state;province|region;county;State", "st;prov|ST_CD;prov_nm", "省份|所在省份", "shengfen|shengfen"),
    "location.country": ("country;country_name|Country;country_of_residence", "ctry;cntry|CTRY_NM;cntry_nm", "国家|国家", "guojia|guojia"),
    "location.postal_code": ("postcode;zip;postal_code|zip_code;PostalCode;zipcode", "pcode;zip_cd|POST_CD;zip5", "邮编|邮政编码", "youbian|yzbm"),
    "identity.birth_date": ("date_of_birth;birth_date|birthday;BirthDate;dateOfBirth", "dob;brth_dt|DOB;bdate", "出生日期;生日|出生年月", "csrq|shengri"),
    "identity.age": ("age;customer_age|Age;patient_age", "age;age_yr|AGE;age_yrs", "年龄|年龄", "nianling|nl"),
    "identity.gender": ("gender;sex|Gender;gender_code", "gndr;sex_cd|GENDER;sex", "性别|性别", "xb|xingbie"),
    "identity.national_id": ("national_id;ssn;id_number|social_security_number;nationalId;identity_number", "id_no;SSN|idcard;ssn_nbr", "身份证号;身份证|身份证号码;证件号码", "sfzh|shenfenzheng"),
    "identity.tax_id": ("tax_id;tax_number|tin;taxpayer_id", "tax_no;TAXID|TAX_NBR", "税号|纳税人识别号", "shuihao|nsrsbh"),
    "identity.social_insurance": ("social_insurance_number;insurance_number|national_insurance_number;pension_number", "si_no|ni_number", "社保号|社保账号", "sbh|shebaohao"),
    "finance.bank_card": ("credit_card;card_number|credit_card_number;cardNumber;payment_card", "cc_no;card_no|CC_NUM;ccn", "银行卡号|信用卡号;卡号", "yhkh|yinhangka"),
    "finance.iban": ("iban|bank_iban;IBAN", "iban|IBAN_NO", "", ""),
    "device.ip_address": ("ip_address;ip|client_ip;last_login_ip;ipAddress", "ip;ip_addr|IP_ADDR;src_ip", "IP地址|登录IP", "ip|dengluip"),
    "device.mac": ("mac_address|device_mac;macAddress", "mac_addr|MAC", "MAC地址|MAC地址", "mac|mac"),
    "device.user_agent": ("user_agent|browser;userAgent", "ua|usr_agent", "浏览器|用户代理", "ua|ua"),
    "identity.username": ("username;login|user_name;loginName;account_name", "usr_nm;uname|USERNAME;login_id", "用户名|登录账号", "yhm|yonghuming"),
    "work.job_title": ("job_title;job|position;JobTitle;occupation", "job_ttl;occp|JOB;title_cd", "职位;职务|岗位;职业", "zhiwei|zhiye"),
    "work.employer": ("company;employer|company_name;Employer;organisation", "empl;cmpny|EMPLOYER;org", "工作单位;所属公司|单位名称;就职公司", "gzdw|gongzuodanwei"),
    "location.coordinates": ("latitude;longitude|lat;lng;geo_lat", "lat;lon|LAT;LONG", "纬度;经度|经度;纬度", "weidu;jingdu|wd;jd"),
    "vehicle.plate": ("license_plate|plate_number;licencePlate", "plate|PLATE_NO", "车牌号|车牌号码", "cph|chepaihao"),
    "credential.password_hash": ("password_hash;password|hashed_password;passwordHash", "pwd;pw_hash|PASSWD", "密码|登录密码", "mima|mima"),
    "finance.salary": ("salary;annual_income|monthly_salary;income", "sal;incm|SALARY", "工资;月薪|年收入;薪资", "gongzi|nianshouru"),
    "device.imei": ("imei|device_imei", "imei|IMEI_NO", "IMEI|设备串号", "imei|imei"),
    "identity.social_credit_code": ("uscc|social_credit_code", "uscc|credit_code", "统一社会信用代码|社会信用代码", "tyshxydm|xydm"),
    "identity.passport": ("passport|passport_number;passportNo", "psprt;passport_no|PASSPORT", "护照号|护照号码", "huzhao|hzh"),
    "contact.website": ("website;homepage|personal_url;blog", "web;url|WEB;hp", "个人主页|个人网站", "|"),
    "identity.marital_status": ("marital_status|MaritalStatus", "mrtl|marital", "婚姻状况|婚姻状态", "hyzk|hunyin"),
    "identity.ethnicity": ("ethnicity|ethnic_group", "ethn|ethnic", "民族|民族", "mz|minzu"),
    "identity.nationality": ("nationality|citizenship", "natl|ntnlty", "国籍|国籍", "guoji|guoji"),
    "health.blood_type": ("blood_type|bloodGroup", "bld_typ|blood_grp", "血型|血型", "xuexing|xuexing"),
    "free_text": ("notes;comments|remarks;customer_notes;memo", "cmnt;note|REMARK;memo1", "备注|备注;说明", "beizhu|bz"),
}

PLAIN = {
    "id": "id;row_id|record_id;seq", "created": "created_at;updated_at;last_modified|createdOn;order_date;signup_ts",
    "price": "price;amount;total|unit_price;cost;subtotal", "quantity": "quantity;qty|count;items;stock",
    "status": "status;state_code|order_status;stage", "sku": "sku;product_code|item_code;part_no",
    "product": "product_name;item|product;itemName", "category": "category;genre|product_category;type",
    "colour": "color|colour", "flag": "is_active;active|enabled;deleted", "score": "rating;score|stars;nps",
    "currency": "currency|currency_code", "percent": "discount;tax_rate|pct;rate", "uuid": "order_uuid;request_id|trace_id;batch_uuid",
    "hash": "checksum;md5|file_hash;etag", "version": "version|app_version", "weekday": "weekday|day_of_week", "month": "month|period",
    "isbn": "isbn;ean|barcode;gtin", "file": "file_name;path|attachment;filename",
    "year": "year;model_year|fiscal_year;release_year", "sentence": "description;product_description|summary;details",
    "duration": "duration;minutes|elapsed_ms;length", "channel": "channel;source|medium;campaign", "order_no": "order_no;invoice_number|order_number;reference",
    "size": "size|dimension", "latency": "response_time;load_ms|temperature;ratio", "level": "level;priority|tier;grade_code",
    "plain_domain": "domain;host|site;hostname", "time": "time;start_time|opening_time;slot",
}
PLAIN_ZH = {
    "id": "编号;序号|记录编号", "created": "创建时间;更新时间|下单时间;修改日期", "price": "价格;金额|单价;总价", "quantity": "数量|库存;件数",
    "status": "状态|订单状态", "sku": "商品编码|货号", "product": "商品名称;产品|产品名称", "category": "类别;分类|产品类别", "colour": "颜色|颜色",
    "flag": "是否有效|是否启用", "score": "评分|星级", "currency": "币种|币种", "percent": "折扣|税率", "uuid": "流水号|请求编号", "version": "版本|版本号",
    "order_no": "订单号|发票号", "sentence": "商品描述|产品介绍", "duration": "时长|耗时", "channel": "渠道|来源", "year": "年份|年度",
    "size": "规格|尺寸", "level": "等级|优先级",
}

STORES = {
    "en": "customers;users;employees;patients;crm_contacts;members;staff;students;subscribers;accounts|clients;people;applicants;guests;persons;hr_staff;leads;donors",
    "short": "cust_mst;T_USR;emp_tbl;CUSTINFO;tbl_mbr|CLNT_DATA;usr_prof;PERS01;empmaster",
    "zh": "客户信息表;员工;会员表;患者信息|用户;学生信息;客户档案;职工表", "py": "t_kehu;yonghu_xinxi;huiyuan|t_yuangong;kehu_xx;hy_info",
    "dealing": "orders;bookings;payments;support_tickets|shipments;reservations;invoices;claims",
}


def half(text, held):
    parts = text.split("|")
    return [n for n in parts[1 if held else 0].split(";") if n]


NATIONAL = "zh_CN en_US pl_PL sv_SE tr_TR nl_NL fi_FI no_NO ro_RO cs_CZ da_DK".split()


class Fake:
    """Values by Faker."""

    def __init__(self, locale):
        self.f, self.locale, self.zh = Faker(locale), locale, locale == "zh_CN"
        self.f.seed_instance(random.randrange(1 << 30))
        self.rows = []

    def row(self):
        f = self.f
        female = random.random() < .5
        first = f.first_name_female() if female else f.first_name_male()
        last = f.last_name()
        han = self.locale.startswith("zh")
        self.first, self.last, self.female = first, last, female
        self.full = last + first if han else (f"{last}, {first}" if self.comma else f"{first} {last}")

    def value(self, category):
        f = self.f
        return {
            "contact.email": lambda: f.email() if self.zh else random.choice([f.email(), f.free_email(), f.company_email()]),
            "contact.phone": f.phone_number, "identity.name": lambda: self.full, "identity.given_name": lambda: self.first,
            "identity.family_name": lambda: self.last,
            "location.address": lambda: f.address().split(" ")[0] if self.locale.startswith("zh") else (f.address().replace("\n", ", ") if self.whole else f.street_address()),
            "location.city": f.city, "location.country": f.country,
            "location.region": lambda: next((getattr(f, n)() for n in ["state", "province", "administrative_unit", "region", "county"] if hasattr(f, n)), ""),
            "location.postal_code": f.postcode, "device.user_agent": f.user_agent, "identity.username": f.user_name,
            "work.job_title": f.job, "work.employer": f.company,
            "finance.bank_card": lambda: f.credit_card_number(), "finance.iban": f.iban,
            "device.ip_address": lambda: f.ipv6() if random.random() < .1 else f.ipv4_public(), "device.mac": f.mac_address,
            "contact.website": f.url, "identity.national_id": f.ssn if self.locale in NATIONAL else lambda: None,
            "identity.tax_id": {"pt_BR": getattr(f, "cpf", None), "it_IT": f.ssn, "es_ES": getattr(f, "cif", None)}.get(self.locale) or (lambda: None),
            "identity.social_insurance": f.ssn if self.locale in ("en_GB", "en_CA", "fr_FR", "de_DE", "de_AT") else lambda: None,
            "vehicle.plate": (lambda: random.choice("京沪粤苏浙川鲁") + random.choice("ABCDEF") + "".join(random.choices("0123456789ABCDEFGH", k=4)) + random.choice("0123456789")) if self.zh else f.license_plate,
        }.get(category)


class Mime:
    """Values by Mimesis."""

    def __init__(self, locale):
        self.locale, self.zh = locale, locale == "zh"
        loc, seed = Locale(locale), random.randrange(1 << 30)
        self.p, self.a, self.t = Person(loc, seed=seed), Address(loc, seed=seed), Text(loc, seed=seed)
        self.fin, self.pay, self.net = Finance(loc, seed=seed), Payment(seed=seed), Internet(seed=seed)

    def row(self):
        self.female = random.random() < .5
        gender = Gender.FEMALE if self.female else Gender.MALE
        self.first, self.last = self.p.first_name(gender=gender), self.p.last_name(gender=gender)
        self.full = self.last + self.first if self.zh else (f"{self.last}, {self.first}" if self.comma else f"{self.first} {self.last}")

    def value(self, category):
        p, a = self.p, self.a
        return {
            "contact.email": p.email, "contact.phone": lambda: "1" + random.choice("3578") + f"{random.randrange(10**9):09d}" if self.zh else p.phone_number(), "identity.name": lambda: self.full, "identity.given_name": lambda: self.first,
            "identity.family_name": lambda: self.last,
            "location.address": (lambda: a.province() + a.city() + a.street_name() + f"{random.randrange(1, 300)}号{random.randrange(1, 30)}栋{random.randrange(101, 2800)}室") if self.zh else a.address,
            "location.city": a.city, "location.country": a.country, "location.region": a.province, "location.postal_code": a.postal_code,
            "device.user_agent": self.net.user_agent, "identity.username": p.username, "work.job_title": p.occupation,
            "work.employer": self.fin.company, "finance.bank_card": lambda: self.pay.credit_card_number(),
            "finance.iban": lambda: None, "device.ip_address": self.net.ip_v4, "device.mac": self.net.mac_address,
            "contact.website": lambda: self.net.url(), "identity.national_id": lambda: cn_id() if self.zh else f"{random.randrange(1, 665):03d}-{random.randrange(1, 99):02d}-{random.randrange(1, 9999):04d}" if self.locale == "en" else None,
            "identity.tax_id": lambda: None, "identity.social_insurance": lambda: None,
            "vehicle.plate": lambda: None, "identity.nationality": p.nationality,
        }.get(category)


def cn_id():
    born = dt.date(1950, 1, 1) + dt.timedelta(days=random.randrange(20000))
    head = random.choice(["110105", "310115", "440305", "330106", "510104", "420106"]) + born.strftime("%Y%m%d") + f"{random.randrange(1000):03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return head + "10X98765432"[sum(w * int(c) for w, c in zip(weights, head)) % 11]


def luhn(head):
    digits = [int(c) for c in head][::-1]
    total = sum(d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(digits))
    return head + str(-total % 10)


def uscc():
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    head = "91" + random.choice(["110105", "310115", "440305"]) + "MA" + "".join(random.choices(alphabet, k=7))
    total, weight = 0, 1
    for c in head:
        total, weight = total + alphabet.index(c) * weight, weight * 3 % 31
    return head + alphabet[(31 - total % 31) % 31]


def hash_of_password():
    alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "$2b$12$" + "".join(random.choices(alphabet, k=53))


FORMATS = ["%Y-%m-%d", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%Y%m%d", "%d.%m.%Y", "%Y-%m-%d 00:00:00", "%m/%d/%Y"]


def maker(fake, category, style):
    """A function that gives one value; None when the locale has none."""
    zh = style in ("zh", "py") or fake.zh
    fmt = random.choice(FORMATS[:4] + ["%Y年%m月%d日"] if zh else FORMATS)
    adults = random.random() < .85
    genders = random.choice([("女", "男")] * 3 + [("F", "M")] if zh else [("F", "M"), ("Female", "Male"), ("female", "male"), ("f", "m"), ("W", "M")])
    own = {
        "identity.birth_date": lambda: (dt.date(1948 if adults else 2008, 1, 1) + dt.timedelta(days=random.randrange(57 * 365 if adults else 10 * 365))).strftime(fmt),
        "identity.age": lambda: str(min(97, max(18, int(random.gauss(44, 16))))),
        "identity.gender": lambda: genders[0] if fake.female else genders[1],
        "location.coordinates": lambda: f"{random.uniform(-60, 65):.{random.choice([5, 6])}f}",
        "credential.password_hash": hash_of_password,
        "finance.salary": lambda: str(random.randrange(30, 200) * 500),
        "device.imei": lambda: luhn("35" + f"{random.randrange(10**12):012d}"),
        "identity.social_credit_code": uscc,
        "identity.passport": (lambda: "E" + f"{random.randrange(10**8):08d}") if zh else (lambda: random.choice("ABCDEFGH") + f"{random.randrange(10**8):08d}"),
        "identity.marital_status": lambda: random.choice(["已婚", "未婚", "离异", "丧偶"] if zh else ["married", "single", "divorced", "widowed"]),
        "identity.ethnicity": lambda: random.choice(["汉族", "汉族", "回族", "藏族", "满族", "壮族"] if zh else ["White", "Black", "Asian", "Hispanic", "Mixed"]),
        "identity.nationality": lambda: random.choice(["中国", "美国", "日本"] if zh else ["American", "British", "German", "French", "Chinese", "Indian", "Irish"]),
        "health.blood_type": lambda: random.choice(["A型", "B型", "O型", "AB型"] if zh else ["A+", "B+", "O+", "AB-", "O-", "A-"]),
        "free_text": lambda: note(fake, zh),
    }
    make = fake.value(category) or own.get(category)
    if not make:
        return None
    fake.row()
    return make if make() else None


def note(fake, zh):
    if random.random() < .35:
        return random.choice(["客户" + fake.full + "来电咨询，回电" + f"1{random.choice('358')}{random.randrange(10**9):09d}" if zh else f"Spoke with {fake.full}, call back at 555-{random.randrange(100, 999)}-{random.randrange(1000, 9999)} after lunch",
                              "请发送资料到" + f"user{random.randrange(999)}@example.com" + "，谢谢" if zh else f"Wants the invoice sent to user{random.randrange(999)}@example.com instead of by post"])
    return random.choice(["希望尽快处理这个问题，谢谢", "客户对价格有疑问，需要进一步沟通", "已经退款完成，等待确认"] if zh else ["Asked about the delivery time and the return policy", "No answer, try again next week in the morning", "Happy with the service so far, wants to renew the plan"])


WORDS = "Widget Panel Classic Ultra Cable Lamp Garden Chair Steel Cotton Pro Mini Travel Mug Bottle Desk Fresh Roast Coffee Mountain Tea Bread Organic Honey Dark Chocolate Winter Jacket Running Shoe Leather Wallet Smart Watch Wireless Mouse".split()
ZH_WORDS = "茉莉花茶 不锈钢水杯 纯棉毛巾 无线鼠标 蓝牙耳机 儿童书包 有机大米 红枣礼盒 折叠椅 保温壶 羊毛围巾 电动牙刷 机械键盘 山核桃 洗衣液 登山鞋 护手霜 黑巧克力 速溶咖啡 竹纤维纸巾 台灯 多肉植物 手机壳 充电宝".split()


def plain(kind, zh):
    r = random
    counter = iter(range(r.randrange(1, 5000), 10**9))
    fmt = r.choice(["%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%SZ"])
    base = dt.datetime(r.randrange(2012, 2025), 1, 1)
    return {
        "id": lambda: str(next(counter)), "created": lambda: (base + dt.timedelta(seconds=r.randrange(60 * 86400 * 12))).strftime(fmt),
        "price": lambda: f"{r.lognormvariate(3.5, 1):.2f}", "quantity": lambda: str(int(r.expovariate(.2)) + 1),
        "status": lambda: r.choice(["已支付", "待发货", "已完成", "已取消"] if zh else ["open", "closed", "pending", "shipped"]),
        "sku": lambda: f"SKU-{r.randrange(10000, 99999)}", "product": lambda: r.choice(ZH_WORDS) if zh else " ".join(r.sample(WORDS, r.choice([2, 2, 3]))),
        "category": lambda: r.choice(["服装", "食品", "家电", "图书", "饮料"] if zh else ["Apparel", "Grocery", "Electronics", "Books", "Beverages"]),
        "colour": lambda: r.choice(["红色", "蓝色", "黑色", "白色"] if zh else ["red", "navy", "black", "white", "olive"]),
        "flag": lambda: r.choice(["0", "1"]), "score": lambda: str(r.randrange(1, 6)), "currency": lambda: r.choice(["USD", "EUR", "CNY", "GBP"]),
        "percent": lambda: f"{r.random():.2f}", "uuid": lambda: str(uuid.UUID(int=r.getrandbits(128), version=4)), "hash": lambda: f"{r.getrandbits(128):032x}",
        "version": lambda: f"{r.randrange(9)}.{r.randrange(20)}.{r.randrange(30)}", "weekday": lambda: r.choice("Mon Tue Wed Thu Fri Sat Sun".split()),
        "month": lambda: r.choice("January February March April May June July August September October November December".split()),
        "department": lambda: r.choice(["销售部", "技术部", "财务部", "市场部"] if zh else ["Sales", "Engineering", "Finance", "Marketing", "Support"]),
        "isbn": lambda: "978" + f"{r.randrange(10**10):010d}", "file": lambda: f"report_{r.randrange(999)}.{r.choice(['pdf', 'csv', 'xlsx'])}",
        "year": lambda: str(r.randrange(1995, 2025)),
        "sentence": lambda: r.choice(["采用优质材料制作，适合日常使用，欢迎选购", "新款上市，做工精细，舒适耐用", "本产品适合全家人使用，口感醇厚"] if zh else ["Made from soft cotton with a classic fit for every day", "A light and durable frame that folds in seconds", "Rich dark roast with notes of caramel and nuts"]),
        "duration": lambda: str(r.randrange(1, 240)), "channel": lambda: r.choice(["web", "app", "store", "phone", "email"]),
        "order_no": lambda: f"{base:%Y%m}{r.randrange(10**6):06d}", "size": lambda: r.choice(["S", "M", "L", "XL"]), "latency": lambda: f"{r.uniform(0, 100):.3f}",
        "level": lambda: r.choice(["金卡", "银卡", "普通"] if zh else ["gold", "silver", "basic"]),
        "plain_domain": lambda: f"{r.choice(WORDS).lower()}{r.choice(WORDS).lower()}.{r.choice(['com', 'net', 'org'])}",
        "time": lambda: f"{r.randrange(24):02d}:{r.randrange(60):02d}",
    }[kind]


def one_table(number, held, out):
    if held:
        fake = Mime(random.choice(HELD_MIMESIS)) if random.random() < .6 else Fake(random.choice(HELD_FAKER))
    else:
        fake = Fake(random.choice(FIT))
    fake.comma, fake.whole = random.random() < .1, random.random() < .3
    zh = fake.zh or fake.locale == "zh_TW"
    style = random.choice(["zh", "zh", "py", "en", "short"]) if zh else random.choice(["en", "en", "en", "short"])
    index = {"en": 0, "short": 1, "zh": 2, "py": 3}[style]
    camel = style == "en" and random.random() < .25
    dealing = style == "en" and random.random() < .2
    store = random.choice(half(STORES["dealing" if dealing else style], held))
    columns = []
    wanted = random.sample(list(NAMES), random.randrange(4, 13))
    if random.random() < .7 and not any(c in wanted for c in ("identity.name", "identity.given_name")):
        wanted.append("identity.name")
    if dealing:
        wanted = [c for c in wanted if c.split(".")[0] in ("contact", "location", "finance", "device") or c in ("identity.name", "free_text")] or ["contact.email"]
    for category in wanted:
        names = half(NAMES[category][index] or NAMES[category][0], held)
        make = maker(fake, category, style)
        if names and make:
            columns.append((random.choice(names), category, make))
    plains = PLAIN_ZH if style == "zh" else PLAIN
    for kind in random.sample(list(plains), random.randrange(3, 9)):
        columns.append((random.choice(half(plains[kind], held)), "", plain(kind, style in ("zh", "py"))))
    random.shuffle(columns)
    seen, unique = set(), []
    for name, category, make in columns:
        if dealing and name in ("name", "nm"):
            name = "customer_name"
        if camel and "_" in name:
            head, *rest = name.split("_")
            name = head + "".join(w.title() for w in rest)
        if name.lower() not in seen:
            seen.add(name.lower())
            unique.append((name, category, make))
    rows = random.choice([40, 120, 250, 250])
    gaps = [random.choice([0, 0, 0, .1, .3]) for _ in unique]
    file = f"{'held' if held else 'fit'}_{number:04d}.csv"
    with open(out / file, "w", newline="", encoding="utf-8") as to:
        writer = csv.writer(to)
        writer.writerow([name for name, _, _ in unique])
        for _ in range(rows):
            fake.row()
            writer.writerow(["" if random.random() < gap else make() for gap, (_, _, make) in zip(gaps, unique)])
    return {"file": file, "store": store, "half": "held" if held else "fit", "language": style, "locale": fake.locale,
            "columns": [{"name": name, "category": category} for name, category, _ in unique]}


def main():
    out = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    out.mkdir(parents=True, exist_ok=True)
    random.seed(20261125)
    with open(out / "labels.jsonl", "w", encoding="utf-8") as labels:
        for number in range(count):
            for held in (False, True):
                print(json.dumps(one_table(number, held, out), ensure_ascii=False), file=labels)


if __name__ == "__main__":
    main()
