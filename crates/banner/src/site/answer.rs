//! What the script is told: put together from the property's banner, its notice as published, and the
//! visitor's language and country. The names in JSON are those of `sdk/web/privet.d.ts`.

use std::collections::BTreeMap;

use consent::{LegalBasis, NoticeVersion, PurposeBody, Regime, purpose::text_in};
use serde::Serialize;
use signals::Meaning;
use web::{Lang, translate};

use super::{Loaded, Theme};
use crate::{
    Banner, Result, assets,
    experiment::{Texts, VARIED, Variant},
    geo::{self, Asks, Here},
    news::NewsAnswer,
};

/// Texts of the script's own, by message key; those of the opt-out notice follow the first six.
const TEXTS: [(&str, &str); 12] = [
    ("title", "banner-sdk-title"),
    ("body", "banner-sdk-body"),
    ("accept", "banner-sdk-accept"),
    ("refuse", "banner-sdk-refuse"),
    ("settings", "banner-sdk-settings"),
    ("save", "banner-sdk-save"),
    ("close", "banner-sdk-close"),
    ("always", "banner-sdk-always"),
    ("gpc", "banner-sdk-gpc"),
    ("blocked", "banner-sdk-blocked"),
    ("once", "banner-sdk-once"),
    ("allow", "banner-sdk-allow"),
];

/// A purpose as the script shows it.
#[derive(Debug, Serialize)]
pub(crate) struct PurposeAnswer {
    key: String,
    name: String,
    text: String,
    /// The oldest version of the notice whose consents still hold.
    since: i64,
    #[serde(skip_serializing_if = "is_false")]
    always: bool,
    #[serde(skip_serializing_if = "is_false")]
    ask: bool,
    #[serde(skip_serializing_if = "is_false")]
    gpc: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vendors: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clear: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signals: Vec<String>,
}

/// The experiment a visitor takes part in.
#[derive(Debug, Serialize)]
pub(crate) struct ExperimentAnswer {
    pub id: String,
    pub variant: String,
}

/// The whole answer.
#[derive(Debug, Serialize)]
pub(crate) struct Config {
    property: String,
    lang: String,
    regime: Asks,
    country: String,
    notice: String,
    days: u32,
    purposes: Vec<PurposeAnswer>,
    rules: Vec<(String, String)>,
    texts: BTreeMap<&'static str, String>,
    links: Vec<(String, String)>,
    theme: Theme,
    button: bool,
    reload: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    experiment: Option<ExperimentAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tcf: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpp: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    news: Option<NewsAnswer>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_false(value: &bool) -> bool {
    !value
}

impl Config {
    /// The texts an experiment may vary.
    pub fn texts(&self) -> Texts {
        let varied = |name: &&str| VARIED.contains(name);
        let texts = self.texts.iter().filter(|(name, _)| varied(name));
        texts.map(|(name, text)| ((*name).to_owned(), text.clone())).collect()
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'a> {
    /// Language tags, most wanted first.
    pub lang: &'a str,
    /// ISO 3166-1, or "".
    pub country: &'a str,
    /// The visitor's variant, if an experiment runs.
    pub variant: Option<&'a Variant>,
}

/// Puts the answer together.
pub(crate) fn config(banner: &Banner, loaded: &Loaded, asked: &Asked<'_>) -> Result<Config> {
    let body = &loaded.site.body;
    let catalogue = banner.consent().catalogue();
    let notice = catalogue.notice(&body.notice)?;
    let lang = language(notice, asked.lang);
    let here = geo::here(asked.country, &body.geo);
    let (mut texts, links) = texts(notice, &lang, here.asks);
    if let Some(own) = asked.variant.and_then(|variant| variant.texts.get(&lang)) {
        for name in VARIED {
            if let Some(text) = own.get(name) {
                texts.insert(name, text.clone());
            }
        }
    }
    let since = |purpose: &str| {
        let versions = catalogue.versions(&notice.notice).iter().map(|one| one.version);
        versions
            .into_iter()
            .find(|v| catalogue.holds(&notice.notice, *v, purpose))
            .unwrap_or(notice.version)
    };
    let purposes = notice.published.body.purposes.iter().filter_map(|key| {
        let purpose = notice.published.purposes.get(key)?;
        // Retired since it was published: nothing may be done for it, so nothing is asked.
        let retired = catalogue.purpose(key).is_ok_and(|now| now.retired_at.is_some());
        let clear = body.clear.get(key).cloned().unwrap_or_default();
        (!retired).then(|| answer(key, purpose, &lang, &here, since(key), clear))
    });
    Ok(Config {
        property: loaded.site.property.clone(),
        regime: here.asks,
        country: asked.country.to_owned(),
        notice: notice.name(),
        days: body.days,
        purposes: purposes.collect(),
        rules: body.hosts.clone(),
        texts,
        links,
        theme: body.theme.clone(),
        button: body.button,
        reload: body.reload,
        experiment: loaded.experiment.as_ref().zip(asked.variant).map(|(experiment, variant)| {
            ExperimentAnswer { id: experiment.id.clone(), variant: variant.key.clone() }
        }),
        tcf: tcf(loaded, notice, &lang, &here),
        gpp: gpp(loaded, notice, &here),
        news: banner.news(
            &loaded.site.property,
            Lang::from_tag(&lang).unwrap_or(Lang::En),
            body.news_days,
        ),
        lang,
    })
}

fn answer(
    key: &str,
    purpose: &PurposeBody,
    lang: &str,
    here: &Here,
    since: i64,
    clear: Vec<String>,
) -> PurposeAnswer {
    let basis = purpose.basis(Regime::parse(here.regime).unwrap_or(Regime::Gdpr));
    let gcm = purpose.signals.iter().filter_map(|signal| signal.strip_prefix("gcm."));
    PurposeAnswer {
        key: key.to_owned(),
        name: text_in(&purpose.name, lang).to_owned(),
        text: text_in(&purpose.description, lang).to_owned(),
        since,
        always: !basis.heeds_choices(),
        // What rests on consent waits for it wherever the visitor is.
        ask: purpose.sensitive || purpose.separate_consent || basis == LegalBasis::Consent,
        gpc: ["gpp.sale", "gpp.sharing", "gpp.targeted_advertising"]
            .iter()
            .any(|signal| purpose.signals.contains(*signal)),
        vendors: purpose.vendors.clone(),
        clear,
        signals: gcm.map(str::to_owned).collect(),
    }
}

/// The languages a notice can be shown in.
pub(crate) fn languages(banner: &Banner, notice: &str) -> Vec<String> {
    banner
        .consent()
        .catalogue()
        .notice(notice)
        .map(|notice| notice.published.body.languages())
        .unwrap_or_default()
}

/// The notice's language closest to the wanted one: the same, one of the same tongue, English, any.
fn language(notice: &NoticeVersion, wanted: &str) -> String {
    let all = notice.published.body.languages();
    let tongue = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let find = |fits: &dyn Fn(&str) -> bool| all.iter().find(|tag| fits(tag)).cloned();
    find(&|tag| tag.eq_ignore_ascii_case(wanted))
        .or_else(|| find(&|tag| tongue(tag) == tongue(wanted)))
        .or_else(|| find(&|tag| tongue(tag) == "en"))
        .or_else(|| all.first().cloned())
        .unwrap_or_else(|| "en".to_owned())
}

type Words = (BTreeMap<&'static str, String>, Vec<(String, String)>);

fn texts(notice: &NoticeVersion, lang: &str, asks: Asks) -> Words {
    let ui = Lang::from_tag(lang).unwrap_or(Lang::En);
    let mut texts: BTreeMap<&'static str, String> =
        TEXTS.iter().map(|(name, key)| (*name, translate(ui, key, &[]))).collect();
    if asks == Asks::OptOut {
        texts.insert("accept", translate(ui, "banner-sdk-optout-accept", &[]));
        texts.insert("refuse", translate(ui, "banner-sdk-optout-refuse", &[]));
    }
    let body = &notice.published.body;
    let (text, links) = plain(text_in(&body.text, lang));
    let own = [("title", text_in(&body.title, lang).to_owned()), ("body", text)];
    let labels = [("accept", &body.accept), ("refuse", &body.refuse)];
    // The labels of a notice speak of consent; an opt-out notice has its own.
    let labels = labels.into_iter().filter(|_| asks != Asks::OptOut);
    let labels = labels.map(|(name, texts)| (name, text_in(texts, lang).to_owned()));
    for (name, text) in own.into_iter().chain(labels).filter(|(_, text)| !text.is_empty()) {
        texts.insert(name, text);
    }
    (texts, links)
}

/// A notice's Markdown as plain text, its links apart: the script sets text, never markup.
fn plain(markdown: &str) -> (String, Vec<(String, String)>) {
    let (mut text, mut links) = (String::new(), Vec::new());
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(words, after)| {
            let (address, after) = after.split_once(')')?;
            (address.starts_with("https://") || address.starts_with('/'))
                .then(|| (words.to_owned(), address.to_owned(), after))
        });
        text.push_str(before);
        rest = if let Some((words, address, after)) = link {
            links.push((words, address));
            after
        } else {
            text.push('[');
            after
        };
    }
    text.push_str(rest);
    let marks = |c: char| matches!(c, '*' | '`' | '#' | '>');
    let lines = text.lines().map(|line| line.replace(marks, ""));
    let words: Vec<String> = lines
        .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    (words.join(" "), links)
}

/// What the notice's purposes mean in the signals of others; names that mean nothing are left out.
fn meanings(notice: &NoticeVersion) -> BTreeMap<&str, Meaning> {
    let all = notice.published.purposes.iter().map(|(key, purpose)| {
        let (meaning, _) = Meaning::from_names(purpose.signals.iter().map(String::as_str));
        (key.as_str(), meaning)
    });
    all.collect()
}

/// One part of each meaning, where there is any.
fn part<'a, T>(
    meanings: &'a BTreeMap<&str, Meaning>,
    of: impl Fn(&'a Meaning) -> &'a Vec<T>,
) -> BTreeMap<&'a str, &'a Vec<T>> {
    let all = meanings.iter().map(|(key, meaning)| (*key, of(meaning)));
    all.filter(|(_, own)| !own.is_empty()).collect()
}

/// For `tcf.js`: its `Settings`.
fn tcf(
    loaded: &Loaded,
    notice: &NoticeVersion,
    lang: &str,
    here: &Here,
) -> Option<serde_json::Value> {
    let settings = loaded.site.body.tcf.as_ref()?;
    // Without a vendor list there is nothing to say about vendors.
    let digest = loaded.vendor_list.as_ref()?;
    let meanings = meanings(notice);
    Some(serde_json::json!({
        "module": assets::address("tcf.js"),
        "cmpId": settings.cmp_id,
        "cmpVersion": 1,
        "publisherCountryCode": settings.publisher_country,
        "language": lang,
        "vendorList": format!("/sdk/v1/vendor-list/{}?v={digest}", loaded.site.property),
        "fullList": format!("/sdk/v1/vendor-list/{}?v={digest}&full=1", loaded.site.property),
        "gdprApplies": here.regime == "gdpr" && here.asks == Asks::OptIn,
        "purposes": part(&meanings, |meaning| &meaning.tcf),
        "specialFeatures": part(&meanings, |meaning| &meaning.special_features),
    }))
}

/// For `gpp.js`: its `Settings`.
fn gpp(loaded: &Loaded, notice: &NoticeVersion, here: &Here) -> Option<serde_json::Value> {
    let settings = loaded.site.body.gpp.as_ref()?;
    Some(serde_json::json!({
        "module": assets::address("gpp.js"),
        "sections": settings.sections,
        "purposes": part(&meanings(notice), |meaning| &meaning.us),
        "applies": here.regime == "ccpa",
    }))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn markdown_becomes_words_and_links() {
        let (text, links) = plain(
            "## We use **cookies**.\n\nRead our [privacy policy](https://x.example/p) [here] please.",
        );
        assert_eq!(text, "We use cookies. Read our [here] please.");
        assert_eq!(links, [("privacy policy".to_owned(), "https://x.example/p".to_owned())]);
        assert_eq!(plain("[x](javascript:alert(1))").1, []);
    }
}
