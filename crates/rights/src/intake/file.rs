//! Requests in a CSV file: one line each, checked all at once before any is taken in. Pure.

use std::collections::HashMap;

use consent::{Identifier, IdentifierKind, Subject};
use serde::{Deserialize, Serialize};
use web::Lang;

use crate::{By, Kind, Private, tongue};

/// A request that came in before that is a slip of the pen (µs): five years.
const OLDEST: i64 = 5 * 366 * 24 * 3600 * 1_000_000;
/// Lines of a file at most; each may send a letter.
pub const MOST: usize = 2_000;
/// Bytes of a file at most.
pub(super) const LARGEST: usize = 4 * 1024 * 1024;

/// The columns, each with its names: ours first, then as people head a table in Chinese.
pub(super) const COLUMNS: [(&str, &[&str]); 11] = [
    ("kind", &["kind", "请求内容", "请求类型"]),
    ("email", &["email", "e-mail", "邮箱", "电子邮箱"]),
    ("phone", &["phone", "telephone", "电话", "手机"]),
    ("customer_id", &["customer_id", "customer number", "客户编号", "会员号"]),
    ("name", &["name", "姓名"]),
    ("words", &["words", "text", "内容", "请求说明"]),
    ("by", &["by", "提出人"]),
    ("authority", &["authority", "授权依据"]),
    ("property", &["property", "应用"]),
    ("language", &["language", "语言"]),
    ("received", &["received", "收到日期"]),
];

/// One request of a file. No `Debug`: it names a person.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// What is asked.
    pub kind: Kind,
    /// Who asks.
    pub by: By,
    /// The person's identifiers and words.
    pub private: Private,
    /// The property, by key.
    pub property: String,
    /// The language they read: `en` or `zh-CN`.
    pub lang: String,
    /// Received (µs).
    pub received_at: i64,
}

/// What is wrong with a file. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1 with the heading, or 0 for the file.
    pub line: u64,
    /// The column, or "".
    pub column: &'static str,
    /// A text key.
    pub key: &'static str,
}

/// What the lines are read by.
pub(super) struct Ground<'a> {
    /// Countries of properties, by key: numbers without a country code are of there.
    pub properties: &'a HashMap<String, String>,
    /// The language of lines that name none.
    pub lang: Lang,
    /// Now (µs).
    pub now: i64,
}

/// Reads a file: its lines, or everything that is wrong with it.
pub(super) fn read(bytes: &[u8], ground: &Ground<'_>) -> Result<Vec<Line>, Vec<Fault>> {
    let whole = |key| vec![Fault { line: 0, column: "", key }];
    if bytes.len() > LARGEST {
        return Err(whole("rights-import-large"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| whole("rights-import-utf8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let semicolons =
        text.lines().next().is_some_and(|head| head.contains(';') && !head.contains(','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let heads = reader.headers().map_err(|_| whole("rights-import-csv"))?.clone();
    let columns = columns(&heads).map_err(whole)?;
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let Ok(record) = record else {
            faults.push(Fault { line: 0, column: "", key: "rights-import-csv" });
            break;
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        if lines.len() == MOST {
            return Err(whole("rights-import-many"));
        }
        let at = record.position().map_or(0, csv::Position::line);
        let of = |key: &str| columns.get(key).and_then(|n| record.get(*n)).unwrap_or_default();
        match line(&of, ground) {
            Ok(line) => lines.push(line),
            Err(wrong) => {
                faults.extend(wrong.into_iter().map(|(column, key)| Fault {
                    line: at,
                    column,
                    key,
                }));
            }
        }
    }
    match (faults.is_empty(), lines.is_empty()) {
        (true, false) => Ok(lines),
        (true, true) => Err(whole("rights-import-empty")),
        _ => Err(faults),
    }
}

fn columns(heads: &csv::StringRecord) -> Result<HashMap<&'static str, usize>, &'static str> {
    let mut found = HashMap::new();
    for (at, head) in heads.iter().enumerate() {
        let head = head.trim().to_lowercase();
        let known = COLUMNS.iter().find(|(_, names)| names.contains(&head.as_str()));
        let Some((key, _)) = known else { return Err("rights-import-column") };
        if found.insert(*key, at).is_some() {
            return Err("rights-import-column");
        }
    }
    if found.contains_key("kind") { Ok(found) } else { Err("rights-import-kind") }
}

type Wrong = Vec<(&'static str, &'static str)>;

fn line<'r>(of: &impl Fn(&str) -> &'r str, ground: &Ground<'_>) -> Result<Line, Wrong> {
    let mut wrong = Wrong::new();
    let kind = kind(of("kind"));
    if kind.is_none() {
        wrong.push(("kind", "rights-error-kind"));
    }
    let property = match of("property") {
        "" => consent::property::DEFAULT,
        named => named,
    };
    let region = ground.properties.get(property);
    if region.is_none() {
        wrong.push(("property", "rights-import-property"));
    }
    let person = person(of, region.map_or("", String::as_str), &mut wrong);
    let by = match of("by") {
        "" => Some(By::Person),
        named => By::parse(named),
    };
    if by.is_none() {
        wrong.push(("by", "rights-import-by"));
    }
    if by.is_some_and(|by| by != By::Person) && of("authority").is_empty() {
        wrong.push(("authority", "rights-error-authority"));
    }
    let (lang, language) = languages(of("language"), of("words"), ground.lang);
    if lang.is_none() {
        wrong.push(("language", "rights-import-language"));
    }
    let received = received(of("received"), ground.now);
    match received {
        None => wrong.push(("received", "rights-error-future")),
        Some(at) if at < ground.now - OLDEST => wrong.push(("received", "rights-error-past")),
        Some(_) => {}
    }
    let says =
        kind.is_some_and(|kind| matches!(kind, Kind::Correction | Kind::Complaint | Kind::Appeal));
    if says && of("words").is_empty() {
        wrong.push(("words", "rights-error-words"));
    }
    let long = |key: &str, most: usize| of(key).chars().count() > most;
    if long("words", Private::LONGEST) || long("authority", Private::LONGEST) || long("name", 200) {
        wrong.push(("words", "rights-error-long"));
    }
    let (Some(kind), Some(person), Some(by), Some(lang), Some(received_at), true) =
        (kind, person, by, lang, received, wrong.is_empty())
    else {
        return Err(wrong);
    };
    Ok(Line {
        kind,
        by,
        private: Private {
            name: of("name").to_owned(),
            words: of("words").to_owned(),
            authority: of("authority").to_owned(),
            language,
            ..Private::about(&person)
        },
        property: property.to_owned(),
        lang: lang.tag().to_owned(),
        received_at,
    })
}

/// The language in which somebody reads our pages and letters, and the one they write, where it is none of
/// those: they get English, which more of them read than the language of whoever brings the file.
fn languages(named: &str, words: &str, ours: Lang) -> (Option<Lang>, String) {
    match (named, Lang::from_tag(named)) {
        ("", _) if !matches!(tongue::guess(words), "" | "en" | "zh") => {
            (Some(Lang::En), String::new())
        }
        ("", _) => (Some(ours), String::new()),
        (_, Some(lang)) => (Some(lang), String::new()),
        (_, None) => match tongue::primary(named) {
            Some(tag) => (Some(Lang::En), tag),
            None => (None, String::new()),
        },
    }
}

/// A kind by its name in the API, or by what it is called in either language.
fn kind(text: &str) -> Option<Kind> {
    let named = |kind: &Kind| {
        let titles = [Lang::En, Lang::ZhCn].map(|lang| web::translate(lang, &kind.key(), &[]));
        titles.iter().any(|title| title.to_lowercase() == text.to_lowercase())
    };
    Kind::parse(&text.to_lowercase()).or_else(|| Kind::ALL.into_iter().find(named))
}

fn person<'r>(of: &impl Fn(&str) -> &'r str, region: &str, wrong: &mut Wrong) -> Option<Subject> {
    let kinds = [
        (IdentifierKind::Email, "email", "rights-error-email"),
        (IdentifierKind::Phone, "phone", "rights-error-phone"),
        (IdentifierKind::CustomerId, "customer_id", "rights-error-customer-id"),
    ];
    let mut all = Vec::new();
    for (kind, column, key) in kinds {
        match (of(column), Identifier::parse(kind, of(column), region)) {
            ("", _) => {}
            (_, Ok(one)) => all.push(one),
            (_, Err(_)) => wrong.push((column, key)),
        }
    }
    if all.is_empty() && !wrong.iter().any(|(column, _)| kinds.iter().any(|one| one.1 == *column)) {
        wrong.push(("email", "rights-error-nobody"));
    }
    Subject::new(all).ok()
}

fn received(text: &str, now: i64) -> Option<i64> {
    if text.is_empty() {
        return Some(now);
    }
    let day: jiff::civil::Date = text.parse().ok()?;
    let noon = day.at(12, 0, 0, 0).to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
    let at = noon.timestamp().as_microsecond();
    // Today's noon may still come.
    (at < now + 24 * 3600 * 1_000_000).then(|| at.min(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_read(text: &str) -> Result<Vec<Line>, Vec<Fault>> {
        let properties = HashMap::from([(consent::property::DEFAULT.to_owned(), "CN".to_owned())]);
        let now = 1_800_000_000_000_000;
        read(text.as_bytes(), &Ground { properties: &properties, lang: Lang::En, now })
    }

    fn faults(text: &str) -> Vec<Fault> {
        try_read(text).err().expect("faults")
    }

    #[test]
    fn lines_are_read_in_both_languages() {
        let lines = try_read(
            "\u{feff}kind,email,received\nerasure,li@example.com,2026-11-02\n\nCorrect my data,,\n",
        );
        assert!(lines.is_err(), "the second names nobody and says nothing");
        let title = web::translate(Lang::ZhCn, "rights-kind-erasure", &[]);
        let named = format!("请求类型;手机\n{title};13800138000\naccess;13900139000\n");
        assert_eq!(try_read(&named).map(|lines| lines.len()), Ok(2));
        let lines = try_read("kind,手机,语言\nerasure,13800138000,zh-CN\naccess,13900139000,\n");
        let lines = lines.unwrap_or_default();
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].kind, lines[0].lang.as_str()), (Kind::Erasure, "zh-CN"));
        assert_eq!(lines[0].private.subject["phone"], ["+8613800138000"]);
    }

    #[test]
    fn every_fault_is_told_with_its_line_and_nothing_of_what_stands_there() {
        let all = faults(
            "kind,email,received\nerasure,li@,2026-11-02\nnothing,han@example.com,2099-01-01\naccess,,\naccess,li@example.com,0026-11-02\n",
        );
        let told: Vec<(u64, &str)> = all.iter().map(|one| (one.line, one.column)).collect();
        assert_eq!(
            told,
            [(2, "email"), (3, "kind"), (3, "received"), (4, "email"), (5, "received")]
        );
        assert_eq!(faults("email\nli@example.com\n")[0].key, "rights-import-kind");
        assert_eq!(faults("kind,e\naccess,x\n")[0].key, "rights-import-column");
        assert_eq!(faults("kind,email\n")[0].key, "rights-import-empty");
        let many = "kind,email\n".to_owned() + &"access,li@example.com\n".repeat(MOST + 1);
        assert_eq!(faults(&many)[0].key, "rights-import-many");
    }
}
