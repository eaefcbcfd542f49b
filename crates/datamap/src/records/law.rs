//! What a record must say, read once from `data/records.toml`: facts of law are data, not code.

use std::sync::LazyLock;

use serde::Deserialize;

/// How strictly a field is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// The law's text asks for it.
    Required,
    /// The text says "where possible" or "where applicable".
    WherePossible,
    /// Good practice; a gap is shown but not counted.
    Recommended,
}

impl Duty {
    /// Stable name, for message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::WherePossible => "where_possible",
            Self::Recommended => "recommended",
        }
    }
}

/// Which fact of the map a column shows. Each is computed in `compute.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Name and contact of the controller.
    Controller,
    /// Name and contact of the processor (us).
    Processor,
    /// Joint controllers.
    JointControllers,
    /// The controllers a processor works for.
    OnBehalfOf,
    /// Representative.
    Representative,
    /// DPO, 个人信息保护负责人.
    Officer,
    /// Our role.
    Role,
    /// Purpose.
    Purpose,
    /// Categories of processing carried out for a controller.
    Processing,
    /// Whose data.
    People,
    /// Categories of personal data.
    Categories,
    /// How much: records by the sources' estimates.
    Amount,
    /// Sensitive data and children's data.
    Sensitive,
    /// Where the data came from.
    Origin,
    /// Who receives it.
    Recipients,
    /// Transfers out of the territory and their safeguards.
    Transfers,
    /// Time limits for erasure.
    Retention,
    /// Security measures.
    Security,
    /// Legal basis under the view's regime.
    LegalBasis,
    /// Systems involved.
    Systems,
    /// Who answers for it.
    Owner,
    /// Impact assessment.
    Assessment,
}

impl Fact {
    /// Stable name, for message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::Processor => "processor",
            Self::JointControllers => "joint_controllers",
            Self::OnBehalfOf => "on_behalf_of",
            Self::Representative => "representative",
            Self::Officer => "officer",
            Self::Role => "role",
            Self::Purpose => "purpose",
            Self::Processing => "processing",
            Self::People => "people",
            Self::Categories => "categories",
            Self::Amount => "amount",
            Self::Sensitive => "sensitive",
            Self::Origin => "origin",
            Self::Recipients => "recipients",
            Self::Transfers => "transfers",
            Self::Retention => "retention",
            Self::Security => "security",
            Self::LegalBasis => "legal_basis",
            Self::Systems => "systems",
            Self::Owner => "owner",
            Self::Assessment => "assessment",
        }
    }
}

/// One column of a view.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Which fact.
    pub key: Fact,
    /// Where the law asks for it; "" when it does not.
    pub article: String,
    /// The same in Chinese.
    #[serde(default)]
    pub article_zh: String,
    /// How strictly.
    pub duty: Duty,
}

/// One view of the records.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// `controller` | `processor` | `pipl`.
    pub key: String,
    /// `gdpr` | `pipl`.
    pub regime: String,
    /// The article that asks for the record.
    pub article: String,
    /// The same in Chinese.
    pub article_zh: String,
    /// Activities of these roles are listed.
    pub roles: Vec<String>,
    /// How long the record must be kept, if the law says so.
    #[serde(default)]
    pub keep_years: Option<u32>,
    /// Inside the regime's territory.
    pub home: Vec<String>,
    /// Countries that an adequacy decision covers as a whole.
    pub adequate: Vec<String>,
    /// Safeguards the regime knows.
    pub mechanisms: Vec<String>,
    /// Columns in order.
    pub fields: Vec<Field>,
}

/// Legal bases of one regime.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bases {
    /// `gdpr` | `pipl`.
    pub regime: String,
    /// Where they are listed.
    pub article: String,
    /// Their keys, in the law's order.
    pub keys: Vec<String>,
}

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// State of the law.
    pub version: String,
    /// Legal bases by regime.
    #[serde(rename = "basis")]
    pub bases: Vec<Bases>,
    /// Views in order.
    #[serde(rename = "view")]
    pub views: Vec<View>,
}

impl Field {
    /// The article as the reader's language cites it.
    pub fn cite(&self, chinese: bool) -> &str {
        if chinese { &self.article_zh } else { &self.article }
    }
}

impl View {
    /// The article as the reader's language cites it.
    pub fn cite(&self, chinese: bool) -> &str {
        if chinese { &self.article_zh } else { &self.article }
    }
}

impl Law {
    /// A view by key.
    pub fn view(&self, key: &str) -> Option<&View> {
        self.views.iter().find(|view| view.key == key)
    }
    /// The bases of a regime.
    pub fn bases(&self, regime: &str) -> Option<&Bases> {
        self.bases.iter().find(|bases| bases.regime == regime)
    }
}

/// The facts of law, parsed once.
pub fn law() -> &'static Law {
    static LAW: LazyLock<Law> = LazyLock::new(|| {
        toml::from_str(include_str!("../../data/records.toml")).unwrap_or(Law {
            version: String::new(),
            bases: Vec::new(),
            views: Vec::new(),
        })
    });
    &LAW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_parses_and_holds_three_views() {
        let parsed: Law = toml::from_str(include_str!("../../data/records.toml")).unwrap();
        let keys: Vec<_> = parsed.views.iter().map(|view| view.key.as_str()).collect();
        assert_eq!(keys, ["controller", "processor", "pipl"]);
    }

    #[test]
    fn article_30_1_asks_for_all_its_letters() {
        let view = law().view("controller").unwrap();
        for letter in ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)"] {
            let article = format!("Art 30(1){letter}");
            assert!(view.fields.iter().any(|field| field.article == article), "{article}");
        }
    }

    #[test]
    fn pipl_knows_no_legitimate_interests() {
        let keys = &law().bases("pipl").unwrap().keys;
        assert!(!keys.iter().any(|key| key.contains("legitimate")));
    }
}
