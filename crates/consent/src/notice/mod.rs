//! Notices: what customers are shown before they choose. A draft is edited; publishing it makes a
//! version that never changes, with the exact texts, the purposes as they were, and pictures.

mod picture;
mod store;

pub use picture::{NewPicture, Picture};
pub(crate) use store::read_published;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::purpose::{PurposeBody, Texts};

/// Where a notice is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Touchpoint {
    /// Opening an account.
    Registration,
    /// Before or at the first start of an app.
    AppDownload,
    /// A marketing campaign or competition.
    Campaign,
    /// At the moment data is needed.
    JustInTime,
    /// The banner of a site.
    Banner,
    /// The preference centre.
    PreferenceCentre,
    /// A counter, a call, a paper form.
    InPerson,
    /// Anything else.
    #[default]
    Other,
}

impl Touchpoint {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Registration,
        Self::AppDownload,
        Self::Campaign,
        Self::JustInTime,
        Self::Banner,
        Self::PreferenceCentre,
        Self::InPerson,
        Self::Other,
    ];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::AppDownload => "app_download",
            Self::Campaign => "campaign",
            Self::JustInTime => "just_in_time",
            Self::Banner => "banner",
            Self::PreferenceCentre => "preference_centre",
            Self::InPerson => "in_person",
            Self::Other => "other",
        }
    }

    /// The touchpoint of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// Which consents given under earlier versions hold no longer once a version is published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reconsent {
    /// The change is one of words: earlier consents cover it.
    #[default]
    None,
    /// Everybody is asked again, for every purpose.
    All,
    /// Only for these purposes.
    Purposes(BTreeSet<String>),
}

impl Reconsent {
    fn asks_again(&self, purpose: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Purposes(keys) => keys.contains(purpose),
        }
    }
}

/// What a notice says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    /// Where it is shown.
    #[serde(default)]
    pub touchpoint: Touchpoint,
    /// Its heading.
    pub title: Texts,
    /// Its text: Markdown without raw HTML.
    #[serde(default)]
    pub text: Texts,
    /// The words on the button that agrees.
    #[serde(default)]
    pub accept: Texts,
    /// The words on the button that refuses.
    #[serde(default)]
    pub refuse: Texts,
    /// The purposes it asks for or tells about, in their order.
    #[serde(default)]
    pub purposes: Vec<String>,
}

impl NoticeBody {
    /// The languages it can be shown in: those of both title and, where there is one, text.
    pub fn languages(&self) -> Vec<String> {
        let all_texts = self.text.is_empty();
        self.title.keys().filter(|tag| all_texts || self.text.contains_key(*tag)).cloned().collect()
    }

    /// What is wrong with it, in words; empty when it can be kept as a draft.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.title.values().all(|title| title.trim().is_empty()) {
            faults.push("title is missing; give it in at least one language".to_owned());
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.purposes.iter().find(|key| !seen.insert(key.as_str())) {
            faults.push(format!("the purpose “{twice}” is named twice"));
        }
        if self.text.values().any(|text| text.len() > 200_000) {
            faults.push("the text is longer than 200 000 bytes".to_owned());
        }
        faults
    }
}

/// Who is responsible, as it was when the version was published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Controller {
    /// Name of the company.
    pub name: String,
    /// How customers reach its privacy team: an address or a page.
    #[serde(default)]
    pub contact: String,
}

/// Everything a version holds. Receipts are computed from it, whatever changes later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// What it says.
    pub body: NoticeBody,
    /// Its purposes as they were.
    pub purposes: BTreeMap<String, PurposeBody>,
    /// Whom to ask again.
    #[serde(default)]
    pub reconsent: Reconsent,
    /// Who was responsible.
    #[serde(default)]
    pub controller: Controller,
    /// SHA-256 of the pictures, by language.
    #[serde(default)]
    pub pictures: Vec<(String, String)>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeVersion {
    /// The notice's key.
    pub notice: String,
    /// 1, 2, 3 …
    pub version: i64,
    /// Its number in memory, over all notices.
    pub slot: u16,
    /// What it holds.
    pub published: Published,
    /// SHA-256 of the canonical JSON of what it holds.
    pub digest: String,
    /// When (µs).
    pub published_at: i64,
}

impl NoticeVersion {
    /// `newsletter@3`
    pub fn name(&self) -> String {
        format!("{}@{}", self.notice, self.version)
    }
}

/// A notice with its draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its key, for ever: `newsletter`.
    pub key: String,
    /// Its newest version; 0 before the first.
    pub version: i64,
    /// What is being written, if anything.
    pub draft: Option<NoticeBody>,
    /// No longer shown since (µs); consents given under it hold.
    pub retired_at: Option<i64>,
    /// Created (µs).
    pub created_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

/// For each purpose of a notice the oldest version whose consents still hold, walking the versions
/// from the oldest: a version that asks again starts anew.
pub(crate) fn oldest_that_holds(versions: &[&NoticeVersion]) -> BTreeMap<String, i64> {
    let mut oldest = BTreeMap::new();
    for version in versions {
        for purpose in version.published.purposes.keys() {
            let first = oldest.entry(purpose.clone()).or_insert(version.version);
            if version.published.reconsent.asks_again(purpose) {
                *first = version.version;
            }
        }
    }
    oldest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: i64, purposes: &[&str], reconsent: Reconsent) -> NoticeVersion {
        let purposes =
            purposes.iter().map(|key| ((*key).to_owned(), PurposeBody::default())).collect();
        let published = Published {
            body: NoticeBody::default(),
            purposes,
            reconsent,
            controller: Controller::default(),
            pictures: Vec::new(),
        };
        NoticeVersion {
            notice: "n".into(),
            version: number,
            slot: 0,
            published,
            digest: String::new(),
            published_at: 0,
        }
    }

    #[test]
    fn a_change_of_words_keeps_consents_and_a_change_of_purpose_asks_again() {
        let one = version(1, &["mail"], Reconsent::None);
        let two = version(2, &["mail", "sms"], Reconsent::None);
        let three =
            version(3, &["mail", "sms"], Reconsent::Purposes(BTreeSet::from(["mail".into()])));

        let oldest = oldest_that_holds(&[&one, &two, &three]);

        assert_eq!(oldest, BTreeMap::from([("mail".to_owned(), 3), ("sms".to_owned(), 2)]));
        let four = version(4, &["mail", "sms"], Reconsent::All);
        let oldest = oldest_that_holds(&[&one, &two, &three, &four]);
        assert!(oldest.values().all(|version| *version == 4));
    }

    #[test]
    fn a_notice_speaks_the_languages_of_title_and_text() {
        let mut body = NoticeBody::default();
        assert_eq!(body.faults().len(), 1);
        body.title = Texts::from([("en".into(), "News".into()), ("zh-CN".into(), "资讯".into())]);
        assert_eq!(body.languages(), ["en", "zh-CN"]);
        body.text = Texts::from([("en".into(), "We send news.".into())]);
        assert_eq!(body.languages(), ["en"]);
        body.purposes = vec!["a".into(), "a".into()];
        assert_eq!(body.faults().len(), 1);
    }
}
