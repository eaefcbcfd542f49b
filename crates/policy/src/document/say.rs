//! Sentences from the texts of the locale files, in both languages at once.

use fluent_bundle::FluentValue;
use law::Text;
use web::Lang;

/// A number or a text in both languages, for a sentence's variables.
pub(crate) enum Value<'a> {
    Text(&'a Text),
    Number(i64),
}

impl<'a> From<&'a Text> for Value<'a> {
    fn from(text: &'a Text) -> Self {
        Self::Text(text)
    }
}

/// The text of a key in both languages.
pub(crate) fn both(key: &str, args: &[(&str, Value<'_>)]) -> Text {
    let in_language = |lang: Lang| {
        let zh = lang == Lang::ZhCn;
        let args: Vec<(&str, FluentValue<'_>)> = args
            .iter()
            .map(|(name, value)| match value {
                Value::Text(text) => (*name, FluentValue::from(text.get(zh))),
                Value::Number(n) => (*name, FluentValue::from(*n)),
            })
            .collect();
        web::translate(lang, key, &args)
    };
    Text { en: in_language(Lang::En), zh: in_language(Lang::ZhCn) }
}

/// The text of `key-AUDIENCE` where there is one, else of `key`.
pub(crate) fn key_for(key: &str, audience: super::Audience) -> String {
    let own = format!("{key}-{}", audience.as_str());
    if web::has_key(Lang::En, &own) { own } else { key.to_owned() }
}

/// Several texts as one list, as each language writes lists.
pub(crate) fn list(texts: &[Text]) -> Text {
    let pick = |zh: bool| -> Vec<String> {
        let mut all: Vec<String> = Vec::with_capacity(texts.len());
        for text in texts.iter().map(|text| text.get(zh).to_owned()) {
            if !text.is_empty() && !all.contains(&text) {
                all.push(text);
            }
        }
        all
    };
    Text {
        en: explain::list_of(Lang::En, &pick(false)),
        zh: explain::list_of(Lang::ZhCn, &pick(true)),
    }
}

/// The same text in both languages.
pub(crate) fn same(text: &str) -> Text {
    Text { en: text.to_owned(), zh: text.to_owned() }
}

/// A category's name.
pub(crate) fn category(key: &str) -> Text {
    let name = |lang| explain::category_name(lang, key);
    let en = name(Lang::En);
    Text { en: lower_first(&en), zh: name(Lang::ZhCn) }
}

/// A name as it stands in the middle of a sentence.
pub(crate) fn inside(name: &Text) -> Text {
    Text { en: lower_first(&name.en), zh: name.zh.clone() }
}

/// In the middle of a sentence: small, unless it is an abbreviation (IP address).
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second))
            if first.is_uppercase() && (second.is_lowercase() || second == '-') =>
        {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

/// Countries that English names with an article.
const WITH_ARTICLE: [&str; 9] = ["AE", "BS", "CF", "CG", "DO", "GB", "NL", "PH", "US"];

/// A country's name.
pub(crate) fn country(code: &str) -> Text {
    let name = |zh| datamap::systems::countries::name(code, zh);
    let article = if WITH_ARTICLE.contains(&code) { "the " } else { "" };
    Text { en: format!("{article}{}", name(false)), zh: name(true) }
}

/// An empty one.
pub(crate) fn is_empty(text: &Text) -> bool {
    text.en.trim().is_empty() && text.zh.trim().is_empty()
}
