//! Values that only the label in front gives away (`工号：E20391`, `MRN 00482913`, `password = …`), found
//! in one pass for all labels and marks at once.

use std::{collections::HashSet, sync::OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::{
    super::super::{Layer, Span},
    marks::{self, Mark},
    values::{self, Value},
};
use crate::Entity;

/// What stands between a label and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Joint {
    /// Spaces, punctuation, “number”, “is”, 号码, 是 …
    Loose,
    /// `:`, `=`, “is” or 是 must be there.
    Assigned,
}

/// Labels of one entity.
struct Label {
    entity: Entity,
    key: &'static str,
    joint: Joint,
    value: Value,
    words: &'static [&'static str],
}

const fn label(
    entity: Entity,
    key: &'static str,
    value: Value,
    words: &'static [&'static str],
) -> Label {
    Label { entity, key, joint: Joint::Loose, value, words }
}

static LABELS: [Label; 23] = [
    label(
        Entity::Bic,
        "bic",
        values::bic,
        &["bic", "swift", "bic/swift", "swift/bic", "swift代码", "swift-bic"],
    ),
    label(
        Entity::UsBank,
        "us_bank",
        values::us_bank,
        &[
            "account number",
            "account no",
            "acct no",
            "acct number",
            "acct #",
            "account #",
            "bank account",
            "checking account",
            "savings account",
            "acct",
            "a/c no",
            "bank account number",
        ],
    ),
    label(
        Entity::BankAccount,
        "bank_account",
        values::bank_account,
        &[
            "银行账号",
            "银行帐号",
            "银行账户",
            "开户账号",
            "收款账号",
            "收款账户",
            "对公账号",
            "付款账号",
            "存折账号",
            "结算账户",
            "kontonummer",
            "numéro de compte",
            "número de cuenta",
            "konto-nr",
        ],
    ),
    label(
        Entity::Crypto,
        "solana",
        values::solana,
        &["solana", "sol address", "sol wallet", "sol地址"],
    ),
    label(
        Entity::Alipay,
        "alipay",
        values::alipay,
        &["alipay", "支付宝", "alipay_user_id", "buyer_id"],
    ),
    label(
        Entity::UsDriverLicence,
        "driver_licence",
        values::driver_licence,
        &[
            "driver's license",
            "drivers license",
            "driver license",
            "driver’s license",
            "driver's licence",
            "drivers licence",
            "driving license",
            "driver's lic",
            "dl number",
            "dl no",
            "dl #",
            "driver lic",
            "license number",
            "licence number",
            "driver_license",
            "driverslicense",
            "dln",
            "驾照号码",
            "驾照号",
            "驾照",
            "驾驶执照",
            "驾驶证号",
            "驾驶证",
        ],
    ),
    label(
        Entity::UsPassport,
        "us_passport",
        values::us_passport,
        &["us passport", "u.s. passport", "american passport", "us passport number", "美国护照"],
    ),
    label(
        Entity::Passport,
        "passport",
        values::passport,
        &["passport", "护照", "reisepass", "passeport", "pasaporte", "passaporto", "护照号码"],
    ),
    label(
        Entity::SocialInsurance,
        "social_insurance",
        values::long_person_code,
        &[
            "社保号",
            "社保卡号",
            "社会保障号",
            "社会保险号",
            "社保账号",
            "社保电脑号",
            "个人社保编号",
            "social insurance no",
            "social insurance number",
        ],
    ),
    label(
        Entity::EmployeeId,
        "employee_id",
        values::person_code,
        &[
            "employee id",
            "employee number",
            "employee no",
            "staff id",
            "staff number",
            "staff no",
            "personnel number",
            "emp id",
            "employee_id",
            "emp_no",
            "badge number",
            "payroll number",
            "工号",
            "员工号",
            "员工编号",
            "职工号",
            "职工编号",
            "人员编号",
            "警号",
        ],
    ),
    label(
        Entity::StudentId,
        "student_id",
        values::person_code,
        &[
            "student id",
            "student number",
            "student no",
            "matriculation number",
            "student_id",
            "学号",
            "学籍号",
            "考生号",
            "准考证号",
            "学生证号",
            "学生编号",
        ],
    ),
    label(
        Entity::UserId,
        "user_id",
        values::user_code,
        &[
            "customer id",
            "customer number",
            "customer no",
            "client id",
            "client number",
            "user id",
            "user_id",
            "userid",
            "customer_id",
            "member id",
            "member number",
            "membership number",
            "membership no",
            "account id",
            "patient id",
            "loyalty number",
            "frequent flyer number",
            "subscriber id",
            "用户id",
            "用户编号",
            "用户号",
            "客户编号",
            "客户号",
            "客户id",
            "会员号",
            "会员编号",
            "会员卡号",
            "会员id",
        ],
    ),
    label(
        Entity::MedicalRecord,
        "medical_record",
        values::person_code,
        &[
            "medical record",
            "medical record number",
            "medical record no",
            "mrn",
            "patient number",
            "patient no",
            "chart number",
            "hospital number",
            "case number",
            "病历号",
            "病案号",
            "住院号",
            "门诊号",
            "就诊号",
            "就诊卡号",
            "诊疗卡号",
            "患者编号",
            "患者id",
            "检查号",
            "病历编号",
        ],
    ),
    label(
        Entity::HealthInsurance,
        "health_insurance",
        values::long_person_code,
        &[
            "insurance policy",
            "insurance number",
            "insurance id",
            "policy number",
            "policy no",
            "health insurance",
            "health plan",
            "health plan number",
            "group number",
            "hicn",
            "krankenversichertennummer",
            "medicaid",
            "medicaid id",
            "医保号",
            "医保卡号",
            "医保编号",
            "医保卡",
            "医疗保险号",
            "保单号",
            "保险单号",
            "参保号",
        ],
    ),
    label(
        Entity::ZipCode,
        "cn_postcode",
        values::cn_postcode,
        &["邮编", "邮编号", "邮政编码", "邮政编号", "邮递编码", "通讯邮编", "郵編", "郵政編碼"],
    ),
    label(
        Entity::WechatId,
        "wechat",
        values::wechat,
        &["wechat", "weixin", "微信", "openid", "unionid", "wx_openid", "wechat id"],
    ),
    label(Entity::Qq, "qq", values::qq, &["qq"]),
    label(
        Entity::Plate,
        "plate",
        values::plate,
        &[
            "license plate",
            "licence plate",
            "number plate",
            "plate number",
            "plate no",
            "registration plate",
            "vehicle registration",
            "car registration",
            "kennzeichen",
            "immatriculation",
            "matrícula",
            "targa",
            "license tag",
            "外国车牌",
            "车牌号码",
            "车牌号",
            "车牌",
        ],
    ),
    label(
        Entity::AdId,
        "advertising_id",
        values::advertising_id,
        &[
            "idfa",
            "aaid",
            "gaid",
            "adid",
            "oaid",
            "advertising id",
            "advertisingid",
            "advertising_id",
            "google_ad_id",
            "ifa",
            "广告标识",
            "广告id",
            "广告标识符",
        ],
    ),
    label(
        Entity::CookieId,
        "cookie",
        values::cookie,
        &[
            "cookie",
            "cookie id",
            "cookie_id",
            "cookieid",
            "session id",
            "sessionid",
            "session_id",
            "jsessionid",
            "phpsessid",
            "asp.net_sessionid",
            "visitor id",
            "visitor_id",
            "_ga",
            "_fbp",
            "_gid",
            "client_id",
            "cid",
            "会话id",
            "会话标识",
        ],
    ),
    label(
        Entity::DeviceId,
        "device_id",
        values::device_id,
        &[
            "device id",
            "device_id",
            "deviceid",
            "android id",
            "android_id",
            "androidid",
            "udid",
            "serial number",
            "serial no",
            "device serial",
            "设备id",
            "设备号",
            "设备编号",
            "设备序列号",
            "序列号",
            "idfv",
        ],
    ),
    Label {
        entity: Entity::Password,
        key: "password",
        joint: Joint::Assigned,
        value: values::password,
        words: &[
            "password",
            "passwd",
            "pwd",
            "passphrase",
            "pass",
            "passcode",
            "passwort",
            "mot de passe",
            "contraseña",
            "senha",
            "db_password",
            "user_password",
            "密码",
            "口令",
            "登录密码",
            "初始密码",
        ],
    },
    Label {
        entity: Entity::ApiKey,
        key: "secret",
        joint: Joint::Assigned,
        value: values::secret,
        words: &[
            "api key",
            "api_key",
            "apikey",
            "api-key",
            "secret",
            "secret key",
            "secret_key",
            "secretkey",
            "client_secret",
            "client secret",
            "access token",
            "access_token",
            "accesstoken",
            "auth token",
            "auth_token",
            "token",
            "refresh_token",
            "aws_secret_access_key",
            "secret access key",
            "accountkey",
            "sharedaccesskey",
            "private_key",
            "access key",
            "access_key",
            "accesskeysecret",
            "access_key_secret",
            "appsecret",
            "app_secret",
            "app_key",
            "x-api-key",
            "bearer",
            "密钥",
            "秘钥",
            "令牌",
            "访问密钥",
            "私钥",
        ],
    },
];

/// What a word of the automaton stands for.
#[derive(Clone, Copy)]
enum Sign {
    Label(&'static Label),
    Mark(Mark),
}

struct Signs {
    automaton: AhoCorasick,
    meanings: Vec<Sign>,
    /// The words themselves, to look at their borders.
    words: Vec<String>,
}

/// `None` only if the automaton cannot be built, which a test excludes.
fn signs() -> Option<&'static Signs> {
    static SIGNS: OnceLock<Option<Signs>> = OnceLock::new();
    SIGNS.get_or_init(build).as_ref()
}

fn build() -> Option<Signs> {
    let mut signs = Vec::new();
    let mut words = Vec::new();
    let mut known = HashSet::new();
    for label in &LABELS {
        for word in label.words.iter().flat_map(|word| spellings(word)) {
            if known.insert(word.clone()) {
                signs.push(Sign::Label(label));
                words.push(word);
            }
        }
    }
    for (word, mark) in marks::all() {
        signs.push(Sign::Mark(mark));
        words.push(word.to_owned());
    }
    let automaton = AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(aho_corasick::AhoCorasickKind::DFA))
        .build(&words)
        .ok()?;
    Some(Signs { automaton, meanings: signs, words })
}

/// `employee id` is written `employee_id`, `employee-id` and `employeeId` as well.
fn spellings(word: &str) -> Vec<String> {
    if !word.contains(' ') {
        return vec![word.to_owned()];
    }
    [" ", "_", "-", ""].iter().map(|joint| word.replace(' ', joint)).collect()
}

/// Adds what labels and marks give away.
pub fn labelled(text: &str, spans: &mut Vec<Span>) {
    let Some(all) = signs() else { return };
    // Zones and blocks are found from their first mark; the marks inside say nothing new.
    let mut done = 0;
    for hit in all.automaton.find_iter(text) {
        if hit.start() < done {
            continue;
        }
        let at = hit.pattern().as_usize();
        match all.meanings[at] {
            Sign::Label(label) if stands_alone(text, hit.start(), hit.end(), &all.words[at]) => {
                spans.extend(value_of(text, hit.end(), label));
            }
            Sign::Label(_) => {}
            Sign::Mark(mark) => {
                let (span, end) = marks::read(text, hit.start(), mark);
                spans.extend(span);
                done = end;
            }
        }
    }
}

/// A Latin label is a word of its own, or a part of `snake_case` or `camelCase`.
fn stands_alone(text: &str, start: usize, end: usize, word: &str) -> bool {
    let bytes = text.as_bytes();
    let (first, last) = (word.as_bytes()[0], word.as_bytes()[word.len() - 1]);
    let left = !first.is_ascii_alphanumeric()
        || start == 0
        || !bytes[start - 1].is_ascii_alphanumeric()
        || bytes[start - 1].is_ascii_lowercase() && bytes[start].is_ascii_uppercase();
    let right = !last.is_ascii_alphabetic()
        || bytes.get(end).is_none_or(|next| {
            !next.is_ascii_alphabetic()
                || *next == b's' && !bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
                || bytes[end - 1].is_ascii_lowercase() && next.is_ascii_uppercase()
        });
    left && right
}

fn value_of(text: &str, end: usize, label: &Label) -> Option<Span> {
    let start = skip(text, end, label.joint)?;
    let length = (label.value)(&text[start..])?;
    let range = start..start + length;
    Some(Span::new(range, label.entity, 0.85, Layer::Checked, label.key))
}

/// Words between a label and its value.
const BETWEEN: [&str; 20] = [
    "number", "numbers", "no", "nr", "num", "id", "is", "was", "are", "code", "of", "the",
    "ending", "account", "to", "s", "und", "est", "es", "ist",
];
/// Characters between a label and its value.
const SIGNS_BETWEEN: &str = " \t:：=＝#\"'`.|>(（[【「*“”‘’-–—/_";
const HAN_BETWEEN: &str = "号號码碼是为為编的账帐户证卡";

/// Where the value starts: after at most 40 bytes of what joins labels and values.
fn skip(text: &str, end: usize, joint: Joint) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = end;
    let mut assigned = false;
    let mut breaks = 0;
    while at < end + 40 {
        let c = text[at..].chars().next()?;
        if c == '\n' || c == '\r' {
            breaks += usize::from(c == '\n');
            if breaks > 1 {
                return None;
            }
            at += 1;
        } else if SIGNS_BETWEEN.contains(c) {
            // A bracket's aside: `driver's license (CA): D1234567`.
            if c == '('
                && let Some(close) = bytes[at..].iter().take(24).position(|b| *b == b')')
                && bytes[at + 1..at + close].iter().all(|b| !b.is_ascii_digit())
            {
                at += close + 1;
                continue;
            }
            assigned |= matches!(c, ':' | '：' | '=' | '＝' | '>');
            at += c.len_utf8();
            // The value of an assignment may start with any sign.
            if joint == Joint::Assigned && assigned {
                return Some(skip_quotes(text, at));
            }
        } else if HAN_BETWEEN.contains(c) {
            assigned |= matches!(c, '是' | '为' | '為');
            at += c.len_utf8();
        } else if let Some(length) = word_between(&bytes[at..]) {
            assigned |= bytes[at..at + length].eq_ignore_ascii_case(b"is");
            at += length;
        } else {
            break;
        }
    }
    let start = text[at..].starts_with(|c: char| c.is_ascii_graphic());
    // Glued to a Latin label, letters go on with the word: `passportless`.
    let glued = at == end && bytes[at - 1].is_ascii_alphabetic() && bytes[at].is_ascii_alphabetic();
    (start && !glued && (joint == Joint::Loose || assigned)).then_some(at)
}

fn skip_quotes(text: &str, mut at: usize) -> usize {
    for _ in 0..4 {
        match text[at..].chars().next() {
            Some(c) if " \t\"'`“‘>=".contains(c) => at += c.len_utf8(),
            _ => break,
        }
    }
    at
}

/// Length of a joining word at the start.
fn word_between(bytes: &[u8]) -> Option<usize> {
    let length = bytes.iter().take(8).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = &bytes[..length];
    let ends = bytes.get(length).is_none_or(|b| !b.is_ascii_alphanumeric());
    (ends && BETWEEN.iter().any(|w| w.as_bytes().eq_ignore_ascii_case(word))).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_automaton_is_built_and_knows_every_spelling() {
        let all = signs().expect("the automaton");
        for word in ["employee id", "employee_id", "employeeid", "工号", "AKIA", "<<"] {
            assert!(all.words.iter().any(|known| known == word), "{word}");
        }
        assert_eq!(all.words.len(), all.meanings.len());
    }
}
