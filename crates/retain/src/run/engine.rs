//! From a rule to a plan over the database as it is now.

use std::collections::BTreeMap;

use purge::{DryOptions, DryRun, Plan, Target};

use crate::{
    Result, Retain, RetainError, RuleBody,
    rule::compile::{Ground, Held, compile},
};

/// A plan with where it is carried out.
pub(super) struct Ready {
    pub target: Target,
    pub plan: Plan,
    pub held: Vec<Held>,
    masks: BTreeMap<(String, String), String>,
}

impl Retain {
    /// Compiles a rule against duties, holds and withdrawals, and plans it over the database's schema
    /// of now. `now` (µs) is the moment from which periods are counted back.
    pub(super) async fn ready(&self, body: &RuleBody, now: i64) -> Result<Ready> {
        let source = self.map().source(&body.source).await?;
        let target = self.target_of(&source).await?;
        let tables = self.map().tables_of(&body.source).await?;
        let at = jiff::Timestamp::from_microsecond(now)
            .map_err(|_| RetainError::Rule("retain-error-period"))?;
        let cutoff = body.period.before(at, &body.zone());
        let cutoff = cutoff.ok_or(RetainError::Rule("retain-error-period"))?;
        let withdrawn = self.withdrawn(&body.event, cutoff.as_microsecond()).await?;
        let holds = self.holds_on(&body.source, store::now()).await?;
        let duties: Vec<(String, RuleBody)> = self
            .rules()
            .await?
            .into_iter()
            .filter(|rule| rule.is_on() && crate::rule::obliges(&rule.body, body))
            .map(|rule| (rule.id, rule.body))
            .collect();
        let ground =
            Ground { tables: &tables, duties: &duties, holds: &holds, withdrawn: &withdrawn };
        let compiled = compile(body, at, &ground)?;
        let schema = target.schema().await?;
        let plan = purge::plan(&schema, compiled.request)?;
        let masks = tables
            .tables
            .iter()
            .flat_map(|table| {
                table
                    .fields
                    .iter()
                    .map(|field| ((table.name.clone(), field.name.clone()), field.category.clone()))
            })
            .collect();
        Ok(Ready { target, plan, held: compiled.held, masks })
    }
}

impl Ready {
    /// Counts what would be done now, with masked examples.
    pub async fn count(&self, examples: usize) -> Result<DryRun> {
        let mask = |table: &str, column: &str, value: &str| {
            let category = self.masks.get(&(table.to_owned(), column.to_owned()));
            detect::mask(category.map(String::as_str).filter(|one| !one.is_empty()), value)
        };
        let options = DryOptions { examples, mask: &mask, ..DryOptions::default() };
        Ok(purge::dry_run(&self.target, &self.plan, &options).await?)
    }

    /// Ids of what wins over the rule, for the plan's page.
    pub fn held_ids(&self) -> Vec<String> {
        let id = |held: &Held| match held {
            Held::Duty(id) => format!("duty:{id}"),
            Held::Hold(id) => format!("hold:{id}"),
        };
        let mut ids: Vec<String> = self.held.iter().map(id).collect();
        ids.sort();
        ids.dedup();
        ids
    }
}
