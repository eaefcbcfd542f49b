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

/// The category in the four regimes the taxonomy knows; empty for an unknown category. A child's data
/// is sensitive by itself under PIPL Art 28 (under 14), and asks for more under GDPR Art 8 and Civil
/// Code §1798.120(c) (under 16).
pub fn laws(look: &Look, category: &str, minor: bool) -> Vec<Law> {
    let Some(found) = detect::taxonomy().get(category) else { return Vec::new() };
    let law = |regime: &str, special: bool| {
        let key = |part: &str| {
            format!("explain-law-{regime}-{part}{}", if special { "-special" } else { "" })
        };
        let mut found = Law {
            regime: look.t(&format!("explain-law-{regime}")),
            says: look.t(&key("says")),
            article: look.t(&key("article")),
            special,
        };
        if minor {
            found.says.push_str(&look.t(&format!("explain-law-{regime}-minor")));
            found.special = true;
        }
        found
    };
    vec![
        law("gdpr", found.gdpr_special),
        law("pipl", found.pipl_sensitive || minor),
        law("cpra", found.cpra_sensitive),
        Law {
            regime: look.t("explain-law-gbt"),
            says: look.tn("explain-law-gbt-says", i64::from(found.gbt_level)),
            article: look.t("explain-law-gbt-article"),
            special: found.gbt_level >= 3,
        },
    ]
}
