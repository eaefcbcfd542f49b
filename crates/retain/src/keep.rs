//! What must stay in a source whatever anybody asks for: rows within a duty to keep, and rows under a
//! legal hold. Whoever removes rows for another reason than a rule of this room (an erasure that a
//! person asked for) has to leave these alone.

use datamap::map::Tables;
use jiff::Timestamp;
use purge::{Condition, Shelf, Target};

use crate::{
    Result, Retain, RetainError, RuleBody,
    hold::Hold,
    rule::compile::{Ground, exceptions},
};

/// The duties and holds of a source at a moment.
pub struct Keeps {
    tables: Tables,
    duties: Vec<(String, RuleBody)>,
    holds: Vec<Hold>,
    at: Timestamp,
}

/// Conditions that keep rows of one table: a row stays unless each is false of it.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// A duty to keep (tax law, a contract).
    pub duties: Vec<Condition>,
    /// A legal hold.
    pub holds: Vec<Condition>,
}

impl Kept {
    /// All of them, as a selection of `purge` excepts them.
    pub fn all(&self) -> Vec<Condition> {
        self.duties.iter().chain(&self.holds).cloned().collect()
    }
}

/// A duty to keep, as it is told to somebody whose data stays because of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The rule's name.
    pub name: String,
    /// Id of a fact of the law, or "".
    pub fact: String,
}

impl Retain {
    /// What must stay in a source at a moment (µs).
    pub async fn keeps(&self, source: &str, at: i64) -> Result<Keeps> {
        let moment = Timestamp::from_microsecond(at)
            .map_err(|_| RetainError::Rule("retain-error-period"))?;
        let tables = self.map().tables_and_files_of(source).await?;
        let holds = self.holds_on(source, at).await?;
        let duties = self
            .rules()
            .await?
            .into_iter()
            .filter(|rule| rule.is_on() && rule.body.source == source)
            .filter(|rule| rule.body.kind == crate::rule::Kind::Duty)
            .map(|rule| (rule.id, rule.body))
            .collect();
        Ok(Keeps { tables, duties, holds, at: moment })
    }

    /// The files of a source whose files may be written anew.
    ///
    /// # Errors
    /// As [`Retain::writer`].
    pub async fn shelf(&self, source: &str) -> Result<Shelf> {
        let found = self.map().source(source).await?;
        self.shelf_of(&found).await
    }

    /// The database of a source, with the account that may change rows.
    ///
    /// # Errors
    /// [`RetainError::Conflict`] where no account was given, or the source was moved since.
    pub async fn writer(&self, source: &str) -> Result<Target> {
        let found = self.map().source(source).await?;
        self.target_of(&found).await
    }
}

impl Keeps {
    /// What keeps rows of a table.
    ///
    /// # Errors
    /// [`RetainError::Rule`] for a duty whose period cannot be counted.
    pub fn of(&self, table: &str) -> Result<Kept> {
        let mut ids = Vec::new();
        let mut only = |duties: &[(String, RuleBody)], holds: &[Hold]| {
            let ground = Ground { tables: &self.tables, duties, holds, withdrawn: &[] };
            exceptions(table, &[table], self.at, &ground, &mut ids)
        };
        Ok(Kept { duties: only(&self.duties, &[])?, holds: only(&[], &self.holds)? })
    }

    /// The duties on a table.
    pub fn duties(&self, table: &str) -> Vec<Duty> {
        let mine = self.duties.iter().filter(|(_, duty)| duty.table == table);
        mine.map(|(_, duty)| Duty { name: duty.name.clone(), fact: duty.ground.fact.clone() })
            .collect()
    }
}
