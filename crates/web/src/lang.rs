//! The two languages, and every text of every room by key.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    ZhCn,
}

impl Lang {
    /// Both, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    /// The BCP 47 tag: for `<html lang>`, cookies and storage.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// The language's name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhCn => "简体中文",
        }
    }

    /// Parses a stored tag; `None` for anything else.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        if tag == "zh" || tag.starts_with("zh-") {
            Some(Self::ZhCn)
        } else if tag == "en" || tag.starts_with("en-") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The first language of an `Accept-Language` header we speak, by weight (RFC 9110 §12.5.4).
    pub fn from_accept(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, Self)> = header
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.split(';');
                let lang = Self::from_tag(pieces.next()?)?;
                let weight = pieces
                    .find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok())
                    .unwrap_or(1.0);
                (weight > 0.0).then_some((weight, lang))
            })
            .collect();
        // Stable: among equal weights the first named wins.
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.first().map(|(_, lang)| *lang)
    }
}

#[derive(RustEmbed)]
#[folder = "../../locales"]
struct Locales;

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en"));
static CHINESE: LazyLock<Bundle> = LazyLock::new(|| bundle("zh-CN"));

fn bundle(folder: &str) -> Bundle {
    // An empty identifier would only lose plural rules.
    let id: LanguageIdentifier = folder.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Isolation marks would show up in attributes, CSV files and tests.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => {
            Some(grouped(number.value as i64))
        }
        _ => None,
    }));
    for (name, text) in sources(folder) {
        let resource = match FluentResource::try_new(text) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::warn!(file = %name, ?errors, "a text file has faulty entries");
                resource
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::warn!(file = %name, ?errors, "a text key is defined twice");
        }
    }
    bundle
}

/// The embedded text files of one language: file name and content.
pub(crate) fn sources(folder: &str) -> Vec<(String, String)> {
    Locales::iter()
        .filter(|path| path.starts_with(&format!("{folder}/")))
        .filter_map(|path| {
            let file = Locales::get(&path)?;
            let text = String::from_utf8(file.data.into_owned()).ok()?;
            Some((path.rsplit('/').next().unwrap_or(&path).to_owned(), text))
        })
        .collect()
}

/// The text of `key` in `lang`. A missing key shows as `⟦key⟧`, so that it is seen and reported.
pub fn translate(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    let bundle = match lang {
        Lang::En => &*ENGLISH,
        Lang::ZhCn => &*CHINESE,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        tracing::warn!(key, lang = lang.tag(), "a text is missing");
        return format!("⟦{key}⟧");
    };
    let mut named = FluentArgs::with_capacity(args.len());
    for (name, value) in args {
        named.set(*name, value.clone());
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&named), &mut errors);
    if !errors.is_empty() {
        tracing::warn!(key, lang = lang.tag(), ?errors, "a text lacks its variables");
    }
    text.into_owned()
}

/// Whether `key` exists in `lang`.
pub fn has_key(lang: Lang, key: &str) -> bool {
    match lang {
        Lang::En => ENGLISH.has_message(key),
        Lang::ZhCn => CHINESE.has_message(key),
    }
}

/// `12345` as `12,345`; both languages group by thousands.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A date and time in UTC, as the language writes it.
pub fn date_time(lang: Lang, micros: i64) -> String {
    format_time(lang, micros, "%-d %b %Y, %H:%M UTC", "%Y年%-m月%-d日 %H:%M UTC")
}

/// A date (UTC), as the language writes it.
pub fn date(lang: Lang, micros: i64) -> String {
    format_time(lang, micros, "%-d %b %Y", "%Y年%-m月%-d日")
}

/// RFC 3339 in UTC, for `<time datetime>` and files.
pub fn rfc3339(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map(|time| time.to_string()).unwrap_or_default()
}

fn format_time(lang: Lang, micros: i64, en: &str, zh: &str) -> String {
    let Ok(time) = jiff::Timestamp::from_microsecond(micros) else { return String::new() };
    let pattern = match lang {
        Lang::En => en,
        Lang::ZhCn => zh,
    };
    time.strftime(pattern).to_string()
}

/// How long ago (or until), in words: "3 minutes ago".
pub fn ago(lang: Lang, micros: i64, now: i64) -> String {
    let seconds = (now - micros) / 1_000_000;
    let (unit, n) = match seconds.abs() {
        0..60 => return translate(lang, "web-ago-now", &[]),
        60..3_600 => ("minutes", seconds / 60),
        3_600..86_400 => ("hours", seconds / 3_600),
        86_400..2_592_000 => ("days", seconds / 86_400),
        _ => return date(lang, micros),
    };
    let key = match (unit, n >= 0) {
        ("minutes", true) => "web-ago-minutes",
        ("minutes", false) => "web-in-minutes",
        ("hours", true) => "web-ago-hours",
        ("hours", false) => "web-in-hours",
        (_, true) => "web-ago-days",
        (_, false) => "web-in-days",
    };
    translate(lang, key, &[("n", FluentValue::from(n.abs()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_language_picks_by_weight_then_order() {
        assert_eq!(Lang::from_accept("fr, zh-TW;q=0.8, en;q=0.9"), Some(Lang::En));
        assert_eq!(Lang::from_accept("zh-Hans-CN,en"), Some(Lang::ZhCn));
        assert_eq!(Lang::from_accept("de, fr;q=0.5"), None);
        assert_eq!(Lang::from_accept("en;q=0, zh"), Some(Lang::ZhCn));
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(12_345), "12,345");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
    }

    #[test]
    fn a_missing_key_is_visible() {
        assert_eq!(translate(Lang::En, "web-no-such-text", &[]), "⟦web-no-such-text⟧");
    }

    #[test]
    fn times_read_naturally_in_both_languages() {
        let at = 1_764_000_000_000_000;
        assert_eq!(date_time(Lang::En, at), "24 Nov 2025, 16:00 UTC");
        assert_eq!(date_time(Lang::ZhCn, at), "2025年11月24日 16:00 UTC");
        assert_eq!(ago(Lang::En, at, at + 180_000_000), "3 minutes ago");
        assert_eq!(ago(Lang::ZhCn, at, at + 7_200_000_000), "2 小时前");
    }
}
