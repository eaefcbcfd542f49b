//! What the laws call a category.

use web::Look;

/// What one regime makes of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Law {
    /// The law or standard.
    pub regime: String,
    /// What it calls the data.
    pub says: String,
    /// Where it says so.
    pub article: String,
    /// It asks for more than for other personal data.
    pub special: bool,
}

/// The category in every regime that detection knows, from its data files; empty for an unknown
/// category. `minor`: the person is a child.
pub fn laws(look: &Look, category: &str, minor: bool) -> Vec<Law> {
    if detect::taxonomy().get(category).is_none() {
        return Vec::new();
    }
    let text = |en: &str, zh: &str| if look.zh() { zh } else { en }.to_owned();
    let verdicts = detect::regimes().judge(category, minor).into_iter();
    verdicts
        .map(|verdict| Law {
            regime: text(verdict.name_en, verdict.name_zh),
            says: text(verdict.note_en, verdict.note_zh),
            article: text(verdict.article, verdict.article_zh),
            special: verdict.sensitive,
        })
        .collect()
}
