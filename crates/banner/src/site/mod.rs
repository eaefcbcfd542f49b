//! A property's banner: where it may run, how it asks and looks. Its words and purposes are those of a
//! published notice, so what visitors read and what is recorded are one thing.

mod answer;
mod form;
mod pages;
mod preview;
mod store;

pub(crate) use answer::{Asked, config, languages};
pub(crate) use pages::router;
pub(crate) use store::{Cache, Loaded};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::geo;

/// Colours a property may set, as custom properties of the stylesheet.
pub const COLORS: [&str; 5] = ["accent", "on-accent", "background", "text", "line"];

/// How the banner looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Theme {
    /// `auto` | `light` | `dark`.
    pub scheme: String,
    /// `bar` along the bottom, or a card in the `corner`.
    pub position: String,
    /// One of [`COLORS`] → `#rrggbb`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub colors: BTreeMap<String, String>,
}

impl Default for Theme {
    fn default() -> Self {
        Self { scheme: "auto".into(), position: "bar".into(), colors: BTreeMap::new() }
    }
}

/// The IAB's Transparency and Consent Framework on this property.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tcf {
    /// The number the IAB gave the operator's CMP registration.
    pub cmp_id: u16,
    /// Where the publisher is established.
    pub publisher_country: String,
}

/// The IAB's Global Privacy Platform on this property.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpp {
    /// Sections, as the module names them: `usnat`, `usca`.
    pub sections: Vec<String>,
}

/// What a property's banner is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Body {
    /// Origins that may load its configuration and send choices: `https://shop.example`.
    pub origins: Vec<String>,
    /// The notice it shows.
    pub notice: String,
    /// The country of visitors whose country nobody tells; "" is unknown.
    pub country: String,
    /// Own rules by country, before the law's.
    pub geo: Vec<geo::Rule>,
    /// Automatic mode: host (and those below it) → purpose.
    pub hosts: Vec<(String, String)>,
    /// Purpose → cookies and storage keys to delete at refusal; a trailing `*` is any ending.
    pub clear: BTreeMap<String, Vec<String>>,
    /// How it looks.
    pub theme: Theme,
    /// Days a choice is kept before it is asked again.
    pub days: u32,
    /// Days after a changed privacy policy applies on which visitors are still told; 0 never tells.
    pub news_days: u32,
    /// A small button that opens the settings after the choice.
    pub button: bool,
    /// Reload the page when something that ran is withdrawn.
    pub reload: bool,
    /// TCF, if it speaks it.
    pub tcf: Option<Tcf>,
    /// GPP, if it speaks it.
    pub gpp: Option<Gpp>,
}

impl Default for Body {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            notice: String::new(),
            country: String::new(),
            geo: Vec::new(),
            hosts: Vec::new(),
            clear: BTreeMap::new(),
            theme: Theme::default(),
            // CNIL recommends about six months for a refusal as for a consent.
            days: 180,
            news_days: 30,
            button: true,
            reload: true,
            tcf: None,
            gpp: None,
        }
    }
}

/// A property's banner as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The property of consents it belongs to.
    pub property: String,
    /// What it is told.
    pub body: Body,
    /// Changed (µs).
    pub updated_at: i64,
}

impl Site {
    /// Whether a page of this origin may use it.
    pub fn lets_in(&self, origin: &str) -> bool {
        self.body.origins.iter().any(|own| own == origin)
    }
}

/// The origin in what a person wrote: `https://Shop.example/` → `https://shop.example`. Only a whole
/// origin: no path, no wildcard, and plain HTTP only on this machine.
pub fn origin(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    let host = url.host_str()?;
    let local = host == "localhost" || host == "127.0.0.1" || host.ends_with(".localhost");
    let scheme = match url.scheme() {
        "https" => true,
        "http" => local,
        _ => false,
    };
    let bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    (scheme && bare && !host.contains('*')).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_whole_and_safe() {
        assert_eq!(origin(" https://Shop.Example/ ").as_deref(), Some("https://shop.example"));
        assert_eq!(
            origin("https://shop.example:8443").as_deref(),
            Some("https://shop.example:8443")
        );
        assert_eq!(origin("http://localhost:3000").as_deref(), Some("http://localhost:3000"));
        for bad in [
            "http://shop.example",
            "https://shop.example/a",
            "shop.example",
            "*",
            "null",
            "https://*.shop.example",
            "https://me@shop.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
