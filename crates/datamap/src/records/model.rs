//! Processing activities and the organisation: types and rules, no SQL.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::law::law;
use crate::{DataMapError, Result};

/// Our part in an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityRole {
    /// We decide why and how.
    #[default]
    Controller,
    /// We decide together with others.
    JointController,
    /// We work on a controller's behalf.
    Processor,
}

impl ActivityRole {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Controller, Self::JointController, Self::Processor];
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::JointController => "joint_controller",
            Self::Processor => "processor",
        }
    }
}

impl std::str::FromStr for ActivityRole {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

/// A set of processing with one purpose: a line of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Id.
    pub id: String,
    /// Stable name for privacy as code.
    pub key: String,
    /// Name.
    pub name: String,
    /// Our part.
    pub role: ActivityRole,
    /// Processor: the controllers served; joint controller: the others.
    pub on_behalf_of: String,
    /// Why.
    pub purpose: String,
    /// Regime → legal basis.
    pub legal_basis: BTreeMap<String, String>,
    /// Whose data; empty: as found in its systems.
    pub people: Vec<String>,
    /// Ids of systems.
    pub systems: Vec<String>,
    /// Category keys; empty: all found in its systems.
    pub categories: Vec<String>,
    /// Ids of recipients declared beside those found by flows.
    pub recipients: Vec<String>,
    /// How long data is kept.
    pub retention: String,
    /// Security measures in general terms.
    pub security: String,
    /// Team or function that answers for it.
    pub owner: String,
    /// Where the impact assessment is kept.
    pub assessment: String,
    /// Created (µs).
    pub created_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

impl Activity {
    /// Trims texts, drops empty and double list items, sorts lists.
    pub fn tidy(&mut self) {
        for text in [
            &mut self.name,
            &mut self.on_behalf_of,
            &mut self.purpose,
            &mut self.retention,
            &mut self.security,
            &mut self.owner,
            &mut self.assessment,
        ] {
            *text = text.trim().replace("\r\n", "\n");
        }
        for list in
            [&mut self.people, &mut self.systems, &mut self.categories, &mut self.recipients]
        {
            for item in &mut *list {
                *item = item.trim().to_owned();
            }
            list.retain(|item| !item.is_empty());
            list.sort();
            list.dedup();
        }
        self.legal_basis.retain(|_, basis| !basis.is_empty());
    }

    /// Says, as a message key, what is wrong with it.
    pub fn check(&self) -> Result<()> {
        if self.name.is_empty() {
            return Err(DataMapError::Invalid("activity-error-name"));
        }
        let long = [&self.on_behalf_of, &self.purpose, &self.retention, &self.security]
            .into_iter()
            .any(|text| text.chars().count() > 4000);
        if self.name.chars().count() > 200 || self.owner.chars().count() > 200 || long {
            return Err(DataMapError::Invalid("activity-error-long"));
        }
        for (regime, basis) in &self.legal_basis {
            if !law().bases(regime).is_some_and(|bases| bases.keys.contains(basis)) {
                return Err(DataMapError::Invalid("activity-error-basis"));
            }
        }
        if self.categories.iter().any(|key| detect::taxonomy().get(key).is_none()) {
            return Err(DataMapError::Invalid("activity-error-category"));
        }
        Ok(())
    }
}

/// Who we are, for the head of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Organisation {
    /// Legal name.
    pub name: String,
    /// Address, e-mail, telephone.
    pub contact: String,
    /// Representative in the territory, with contact.
    pub representative: String,
    /// DPO, 个人信息保护负责人, with contact.
    pub officer: String,
}

impl Organisation {
    /// Trims, and says as a message key what is wrong.
    pub fn tidy(&mut self) -> Result<()> {
        for text in [&mut self.name, &mut self.contact, &mut self.representative, &mut self.officer]
        {
            *text = text.trim().replace("\r\n", "\n");
            if text.chars().count() > 2000 {
                return Err(DataMapError::Invalid("org-error-long"));
            }
        }
        Ok(())
    }
}

/// The slug of a name, numbered until `taken` says it is free.
pub(crate) fn free_key(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let base = crate::model::slug(name);
    if !taken(&base) {
        return base;
    }
    (2..=100_000)
        .map(|n| format!("{base}-{n}"))
        .find(|key| !taken(key))
        .unwrap_or_else(::store::new_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_readable_and_free() {
        assert_eq!(free_key("CRM", |key| key == "crm" || key == "crm-2"), "crm-3");
    }

    #[test]
    fn an_activity_without_a_name_is_refused() {
        let mut activity = Activity { name: "  ".into(), ..Activity::default() };
        activity.tidy();
        assert!(matches!(activity.check(), Err(DataMapError::Invalid("activity-error-name"))));
    }

    #[test]
    fn legitimate_interests_are_refused_under_pipl() {
        let mut activity = Activity { name: "Marketing".into(), ..Activity::default() };
        activity.legal_basis.insert("gdpr".into(), "legitimate_interests".into());
        assert!(activity.check().is_ok());
        activity.legal_basis.insert("pipl".into(), "legitimate_interests".into());
        assert!(matches!(activity.check(), Err(DataMapError::Invalid("activity-error-basis"))));
    }
}
