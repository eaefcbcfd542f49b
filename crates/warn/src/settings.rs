//! The rules' numbers as an operator changed them.

use sqlx::Row as _;
use store::{Actor, Entry};

use crate::{
    Result, Warn, WarnError,
    engine::{Rule, RuleId, Rules, Severity},
};

impl Warn {
    /// All rules, as changed.
    pub async fn rules(&self) -> Result<Rules> {
        let rows = sqlx::query("SELECT rule, watched, severity, floor, k FROM warn_rule")
            .fetch_all(self.store.reader())
            .await?;
        let mut rules = Rules::default();
        for row in &rows {
            // A rule of another version is none of ours.
            let Some(id) = RuleId::parse(row.try_get(0)?) else { continue };
            rules.set(Rule {
                id,
                on: row.try_get::<i64, _>(1)? != 0,
                severity: Severity::parse(row.try_get(2)?).ok_or(WarnError::Damaged("rule"))?,
                floor: u32::try_from(row.try_get::<i64, _>(3)?).unwrap_or(u32::MAX),
                k: row.try_get(4)?,
            });
        }
        Ok(rules)
    }

    /// Changes a rule; every server heeds it within seconds.
    pub async fn set_rule(&self, by: Actor, rule: &Rule) -> Result<()> {
        let digest = |rule: &Rule| {
            let state = (rule.on, rule.severity.as_str(), rule.floor, rule.k.to_string());
            self.store.digest(&state)
        };
        let old = self.rules().await?.get(rule.id);
        if old == *rule {
            return Ok(());
        }
        let entry = Entry::new(by, "alarm.settings", "rule", rule.id.as_str());
        let mut tx = self.store.begin(entry).await?;
        tx.states(Some(digest(&old)), Some(digest(rule)));
        sqlx::query(
            "INSERT INTO warn_rule (rule, watched, severity, floor, k) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (rule) DO UPDATE SET watched = excluded.watched,
                 severity = excluded.severity, floor = excluded.floor, k = excluded.k",
        )
        .bind(rule.id.as_str())
        .bind(i64::from(rule.on))
        .bind(rule.severity.as_str())
        .bind(i64::from(rule.floor))
        .bind(rule.k)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.change();
        Ok(())
    }
}
