//! What rules cover: which tables with personal data no rule is about, and what records and policies
//! may say about how long data is kept because a machine sees to it.

use std::collections::{BTreeMap, BTreeSet};

use datamap::map::PersonalTable;
use web::Lang;

use crate::{
    Result, Retain,
    rule::{Kind, sentence},
};

/// A period that is enforced, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enforced {
    /// The rule's id.
    pub rule: String,
    /// Ids of the activities it is about.
    pub activities: Vec<String>,
    /// Limit or duty.
    pub kind: Kind,
    /// The sentence in English.
    pub en: String,
    /// The sentence in Chinese.
    pub zh: String,
}

impl Retain {
    /// Tables and files that hold personal data and that no rule which is switched on is about or takes
    /// along; the most sensitive first.
    pub async fn uncovered(&self) -> Result<Vec<PersonalTable>> {
        let rules = self.rules().await?;
        let covered: BTreeSet<(&str, &str)> = rules
            .iter()
            .filter(|rule| rule.is_on() && rule.is_limit())
            .flat_map(|rule| rule.body.tables().map(|table| (rule.body.source.as_str(), table)))
            .collect();
        let mut tables = self.map().personal_tables().await?;
        tables.retain(|one| !covered.contains(&(one.source_id.as_str(), one.table_name.as_str())));
        Ok(tables)
    }

    /// The sentences of all rules that are switched on.
    pub async fn enforced(&self) -> Result<Vec<Enforced>> {
        let mut all = Vec::new();
        for rule in self.rules().await?.into_iter().filter(crate::Rule::is_on) {
            all.push(Enforced {
                en: sentence(Lang::En, &rule.body, &self.names_of(&rule.body, Lang::En).await?),
                zh: sentence(Lang::ZhCn, &rule.body, &self.names_of(&rule.body, Lang::ZhCn).await?),
                kind: rule.body.kind,
                activities: rule.body.activities.clone(),
                rule: rule.id,
            });
        }
        Ok(all)
    }
}

#[async_trait::async_trait]
impl datamap::EnforcedRetention for Retain {
    async fn sentences(
        &self,
    ) -> Result<BTreeMap<String, Vec<(String, String)>>, store::StoreError> {
        let all = self.enforced().await.map_err(|error| match error {
            crate::RetainError::Store(error) => error,
            other => store::StoreError::Job(other.to_string()),
        })?;
        let mut by_activity: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for one in all {
            for activity in one.activities {
                by_activity.entry(activity).or_default().push((one.en.clone(), one.zh.clone()));
            }
        }
        Ok(by_activity)
    }
}
