//! From a visitor's country to the way the banner asks. The law's defaults are data
//! (`data/regimes.toml`); a property's own rules come before them.

use std::{str::FromStr, sync::LazyLock};

use serde::{Deserialize, Serialize};

/// How the banner asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// Nothing runs before the visitor agrees.
    OptIn,
    /// What is not sensitive runs until the visitor objects; a notice says so.
    OptOut,
    /// No banner; the settings stay reachable.
    None,
}

impl Asks {
    /// All, most careful first.
    pub const ALL: [Self; 3] = [Self::OptIn, Self::OptOut, Self::None];

    /// The name in forms and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OptIn => "opt-in",
            Self::OptOut => "opt-out",
            Self::None => "none",
        }
    }
}

impl FromStr for Asks {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|asks| asks.as_str() == text).ok_or(())
    }
}

#[derive(Deserialize)]
struct File {
    regime: Vec<Law>,
}

/// One entry of the law's defaults.
#[derive(Debug, Deserialize)]
pub struct Law {
    /// Regime, as purposes name their legal bases: `gdpr`.
    pub key: String,
    /// How it asks.
    pub asks: Asks,
    /// ISO 3166-1 codes.
    pub places: Vec<String>,
    /// Where it says so.
    pub source: String,
}

/// The law's defaults.
pub static LAWS: LazyLock<Vec<Law>> = LazyLock::new(|| {
    // The file is part of the binary; a test reads it.
    toml::from_str::<File>(include_str!("../data/regimes.toml"))
        .map(|file| file.regime)
        .unwrap_or_default()
});

/// A property's own rule: these places are asked so. `*` is everywhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// ISO 3166-1 codes in capitals, or `*`.
    pub places: Vec<String>,
    /// How.
    pub asks: Asks,
}

/// What holds for a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// How the banner asks.
    pub asks: Asks,
    /// The regime whose legal bases count; the GDPR's where no law of ours applies.
    pub regime: &'static str,
}

/// The way to ask in a country; "" is unknown.
pub fn here(country: &str, rules: &[Rule]) -> Here {
    let law = LAWS.iter().find(|law| law.places.iter().any(|place| place == country));
    let own = |name: &str| {
        rules.iter().find(|rule| rule.places.iter().any(|place| place == name)).map(|r| r.asks)
    };
    let asks = own(country)
        .or_else(|| own("*"))
        .or_else(|| law.map(|law| law.asks))
        .unwrap_or(Asks::OptIn);
    Here { asks, regime: law.map_or("gdpr", |law| law.key.as_str()) }
}

/// A country code as a proxy's header gives it; anything else ("XX", "T1") is unknown.
pub fn country(header: &str) -> Option<String> {
    let code = header.trim().split('-').next()?.to_ascii_uppercase();
    let fits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    (fits && code != "XX").then_some(code)
}

/// Reads rules written one a line: `US, CA = opt-out`. The error is the line that does not fit.
pub fn parse_rules(text: &str) -> Result<Vec<Rule>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (places, asks) = line.split_once('=').ok_or(line)?;
            let asks = asks.trim().parse().map_err(|()| line)?;
            let places = places
                .split([',', ' ', '，'])
                .filter(|place| !place.is_empty())
                .map(|place| if place == "*" { Some("*".into()) } else { country(place) })
                .collect::<Option<Vec<_>>>()
                .filter(|places| !places.is_empty())
                .ok_or(line)?;
            Ok(Rule { places, asks })
        })
        .collect::<Result<_, &str>>()
        .map_err(str::to_owned)
}

/// Rules as people write them.
pub fn write_rules(rules: &[Rule]) -> String {
    let lines = rules.iter().map(|r| format!("{} = {}", r.places.join(", "), r.asks.as_str()));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_decides_where_the_property_says_nothing() {
        assert_eq!(LAWS.len(), 3, "the data file parses");
        assert_eq!(here("DE", &[]), Here { asks: Asks::OptIn, regime: "gdpr" });
        assert_eq!(here("CN", &[]), Here { asks: Asks::OptIn, regime: "pipl" });
        assert_eq!(here("US", &[]), Here { asks: Asks::OptOut, regime: "ccpa" });
        assert_eq!(here("JP", &[]), Here { asks: Asks::OptIn, regime: "gdpr" });
        assert_eq!(here("", &[]).asks, Asks::OptIn);
    }

    #[test]
    fn a_propertys_rules_come_first_and_a_star_is_everywhere_else() {
        let rules = parse_rules("us, CA = opt-in\n\n* = none").unwrap();

        assert_eq!(here("US", &rules).asks, Asks::OptIn);
        assert_eq!(here("CA", &rules).asks, Asks::OptIn);
        assert_eq!(here("DE", &rules).asks, Asks::None);
        assert_eq!(parse_rules(&write_rules(&rules)).unwrap(), rules);
    }

    #[test]
    fn a_line_that_fits_no_rule_is_named() {
        for line in ["US", "US = maybe", "USA = opt-in", "= none"] {
            assert_eq!(parse_rules(&format!("DE = opt-in\n{line}")), Err(line.to_owned()));
        }
    }

    #[test]
    fn headers_of_proxies_are_read_and_their_riddles_are_unknown() {
        assert_eq!(country("de").as_deref(), Some("DE"));
        assert_eq!(country("US-CA").as_deref(), Some("US"));
        for odd in ["XX", "T1", "", "Germany", "D"] {
            assert_eq!(country(odd), None);
        }
    }
}
