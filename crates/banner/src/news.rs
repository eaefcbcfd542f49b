//! What a site tells visitors who come back: that the privacy policy changed. Who keeps policies says so
//! ([`Banner::tell_news`]); this room only passes it on, for as long as the site wants it told.

use std::sync::Arc;

use serde::Serialize;
use web::Lang;

use crate::{Banner, assets};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// A changed policy, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The policy's version: what was seen is kept on the device as this number.
    pub version: i64,
    /// Visitors who chose before this (µs) are told.
    pub published_at: i64,
    /// From when it applies (µs).
    pub effective_at: i64,
    /// “Our privacy policy changes on 3 May 2027”.
    pub title: String,
    /// What it is about, in a sentence or two; may be empty.
    pub text: String,
    /// Words and address of the page that shows the changes.
    pub link: (String, String),
    /// The button that ends the message.
    pub close: String,
}

/// Who knows the news of a property, in a language.
pub type Teller = Arc<dyn Fn(&str, Lang) -> Option<News> + Send + Sync>;

/// For `news.js`: its `News`.
#[derive(Debug, Serialize)]
pub(crate) struct NewsAnswer {
    module: String,
    version: i64,
    /// Milliseconds since 1970, as the script keeps times.
    since: i64,
    title: String,
    text: String,
    link: String,
    href: String,
    close: String,
}

impl Banner {
    /// Says who knows when a property's privacy policy changed. The first one stays.
    pub fn tell_news(&self, teller: Teller) {
        let _ = self.news.set(teller);
    }

    /// What visitors of a property are told now, until so many days after it applies; 0 tells nothing.
    pub(crate) fn news(&self, property: &str, lang: Lang, days: u32) -> Option<NewsAnswer> {
        if days == 0 {
            return None;
        }
        let news = self.news.get()?(property, lang)?;
        if store::now() > news.effective_at + i64::from(days) * DAY {
            return None;
        }
        Some(NewsAnswer {
            module: assets::address("news.js"),
            version: news.version,
            since: news.published_at / 1000,
            title: news.title,
            text: news.text,
            link: news.link.0,
            href: news.link.1,
            close: news.close,
        })
    }
}
