//! The short message on sites: that the policy changed, for whoever chose before. Served with every
//! page view of a site, so it comes from memory.

use web::{Lang, translate};

use crate::{
    Audience, Policy, PolicyVersion,
    public::{address, look},
    version,
};
use law::Text;

/// Characters of a reason that a small message holds; a longer one is told on the page of changes.
const REASON: usize = 240;

/// A changed policy, in both languages.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    version: i64,
    published_at: i64,
    effective_at: i64,
    reason: Text,
    /// Headings of the sections that changed.
    parts: Vec<Text>,
    address: String,
}

/// The message, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The version that it tells of.
    pub version: i64,
    /// When that was published (µs).
    pub published_at: i64,
    /// From when it applies (µs).
    pub effective_at: i64,
    /// “Our privacy policy changes on 3 May 2027”.
    pub title: String,
    /// Why, or what it is about.
    pub text: String,
    /// Words of the link.
    pub link: String,
    /// Where the changes are shown, as an address for browsers.
    pub href: String,
    /// The button that ends it.
    pub close: String,
}

/// What the newest of a policy's versions has to tell; nothing where it is the first or says the same.
pub(crate) fn change(versions: &[PolicyVersion]) -> Option<Change> {
    let [.., before, after] = versions else { return None };
    let changed = version::told(before, after);
    if changed.is_empty() {
        return None;
    }
    Some(Change {
        version: after.version,
        published_at: after.published_at,
        effective_at: after.effective_at,
        reason: after.body.reason.clone(),
        parts: changed.into_iter().map(|section| section.title).collect(),
        address: address(after),
    })
}

impl Policy {
    /// What visitors of a property's sites are told of its policy: that for customers, or for users of
    /// its app where there is no other.
    pub fn news(&self, property: &str, lang: Lang) -> Option<Message> {
        let shelf = self.shelf();
        let change = [Audience::Customers, Audience::App]
            .into_iter()
            .find_map(|audience| shelf.change(&format!("{}-{property}", audience.as_str())))?;
        let zh = lang == Lang::ZhCn;
        let day = look(lang, String::new()).day(change.effective_at);
        let title =
            if change.effective_at > store::now() { "policy-news-will" } else { "policy-news-did" };
        let reason = change.reason.get(zh).trim();
        let text = if reason.is_empty() || reason.chars().count() > REASON {
            let join = if zh { "、" } else { "; " };
            let parts: Vec<&str> = change.parts.iter().map(|part| part.get(zh)).collect();
            translate(lang, "policy-news-parts", &[("parts", parts.join(join).into())])
        } else {
            reason.to_owned()
        };
        Some(Message {
            version: change.version,
            published_at: change.published_at,
            effective_at: change.effective_at,
            title: translate(lang, title, &[("day", day.into())]),
            text,
            link: translate(lang, "policy-news-link", &[]),
            href: format!(
                "{}{}/v/{}/changes?lang={}",
                self.web().base_url(),
                change.address,
                change.version,
                lang.tag()
            ),
            close: translate(lang, "policy-news-close", &[]),
        })
    }
}
