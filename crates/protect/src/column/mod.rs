//! One column of a table that the company has, sealed in place: row by row its values become what
//! [`Protect::seal`] gives, and back again. PostgreSQL. Each batch is one transaction there, so that a
//! run can be killed at any point and begun again: a row is sealed or it is not, and says itself which.
//! What the column was before stands in a small table beside it, from which the way back is known.

mod table;

use std::collections::BTreeMap;

use ::store::Actor;
use consent::{Identifier, IdentifierKind, Subject};
use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::{Clear, Fault, Opened, Protect, ProtectError, Result, Reveal, ToOpen, ToSeal, Whose};
use table::{Read, Table};

/// Rows of one transaction unless told otherwise: locks are held for a fraction of a second.
pub const BATCH: u32 = 200;

/// A column to seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// `schema.table`; without a schema it is `public`.
    pub table: String,
    /// The column.
    pub name: String,
    /// A column that is the table's key: unique and never null.
    pub key: String,
    /// Which columns say whose a row is, by kind of identifier.
    pub subject: Vec<(IdentifierKind, String)>,
    /// What the values are.
    pub category: String,
    /// A column for the blind index, or "".
    pub index: String,
    /// Rows of one transaction.
    pub batch: u32,
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Run {
    /// Rows changed.
    pub done: u64,
    /// Rows left as they were: no customer in them, an erased one, or no value that can be taken.
    pub left: u64,
    /// Rows whose customer was erased: opening them is not possible any more.
    pub lost: u64,
}

/// Why the company's database could not be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// The database answered with an error; it never quotes a row.
    #[error("the database refused: {0}")]
    Database(String),
    /// The table is not as it was told.
    #[error("{0}")]
    Table(String),
    /// The vault.
    #[error(transparent)]
    Protect(#[from] ProtectError),
}

impl From<sqlx::Error> for ColumnError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(match &error {
            // The detail of a violated constraint quotes the row; the message names the constraint.
            sqlx::Error::Database(inner) => {
                format!("{} ({})", inner.message(), inner.code().unwrap_or_default())
            }
            sqlx::Error::Io(inner) => inner.to_string(),
            sqlx::Error::PoolTimedOut => "it cannot be reached".to_owned(),
            _ => "the connection or the answer was not as expected".to_owned(),
        })
    }
}

/// The company's database. `Debug` shows no address.
#[derive(Clone)]
pub struct Company(PgPool);

impl std::fmt::Debug for Company {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Company(…)")
    }
}

impl Company {
    /// Connects; `password`, if any, stands above the one in the address.
    pub async fn connect(address: &str, password: Option<&str>) -> Result<Self, ColumnError> {
        let options = address.parse::<sqlx::postgres::PgConnectOptions>().map_err(|_| {
            let told = "the address is not one of PostgreSQL; write postgres://user@host/database";
            ColumnError::Table(told.to_owned())
        })?;
        let options = match password {
            Some(password) => options.password(password),
            None => options,
        };
        Ok(Self(PgPoolOptions::new().max_connections(2).connect_with(options).await?))
    }
}

impl Protect {
    /// Seals what is in clear in the column; `told` hears how many rows are done. Rows that come in
    /// clear meanwhile are sealed too.
    pub async fn seal_column(
        &self,
        by: &Actor,
        company: &Company,
        column: &Column,
        mut told: impl FnMut(u64),
    ) -> Result<Run, ColumnError> {
        let policy = self.policy(&column.category).await?.ok_or(ProtectError::NoPolicy)?.policy;
        if policy.purposes.values().all(|reveal| *reveal != Reveal::Clear) {
            let told = "no purpose opens this category in clear, so there would be no way back; add \
                        one to its policy first";
            return Err(ColumnError::Table(told.to_owned()));
        }
        if !column.index.is_empty() && !policy.searchable {
            let told = "the policy of the category makes no index; leave --index-column out";
            return Err(ColumnError::Table(told.to_owned()));
        }
        let table = Table::look(&company.0, column).await?;
        table.prepare().await?;
        let mut run = Run::default();
        loop {
            let before = run.done;
            let mut after = None::<String>;
            run.left = 0;
            loop {
                let mut tx = table.begin().await?;
                let rows = table.plain(&mut tx, after.as_deref()).await?;
                let Some(last) = rows.last() else { break };
                after = Some(last.key.clone());
                let (sealed, left) = self.seal_rows(by, column, &table.place(), rows).await?;
                run.left += left;
                run.done += table.write(&mut tx, &sealed).await?;
                tx.commit().await?;
                told(run.done);
            }
            // Rows may have come behind the position: once more, until a pass finds nothing to do.
            if run.done == before {
                return Ok(run);
            }
        }
    }

    /// Seals what can be of a batch; what cannot is counted.
    async fn seal_rows(
        &self,
        by: &Actor,
        column: &Column,
        place: &str,
        rows: Vec<Read>,
    ) -> Result<(Vec<table::Sealed>, u64), ColumnError> {
        let region = self.region();
        let mut left = 0;
        let mut items = Vec::with_capacity(rows.len());
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            let all = column.subject.iter().zip(&row.subject);
            let known = all.filter_map(|((kind, _), text)| Some((*kind, text.as_deref()?)));
            let read = known.map(|(kind, text)| Identifier::parse(kind, text, &region));
            let subject = read.collect::<Result<Vec<_>, _>>().and_then(Subject::new);
            let Ok(subject) = subject else {
                left += 1;
                continue;
            };
            keys.push(row.key);
            items.push(ToSeal {
                category: column.category.clone(),
                whose: Whose::Identifiers(subject),
                value: Clear(row.value),
                context: place.to_owned(),
            });
        }
        while !items.is_empty() {
            match self.seal(by, &items).await {
                Ok(sealed) => {
                    let rows = keys.into_iter().zip(sealed).map(|(key, one)| table::Sealed {
                        key,
                        value: one.sealed,
                        index: one.index,
                    });
                    return Ok((rows.collect(), left));
                }
                Err(ProtectError::Items(faults)) => {
                    left += faults.len() as u64;
                    drop_faulty(&faults, &mut items);
                    drop_faulty(&faults, &mut keys);
                }
                Err(other) => return Err(other.into()),
            }
        }
        Ok((Vec::new(), left))
    }

    /// Brings the column back to clear for a purpose that opens it so, then to the type it had. Values
    /// of erased customers stay sealed: nobody can open them.
    pub async fn unseal_column(
        &self,
        by: &Actor,
        company: &Company,
        column: &Column,
        purpose: &str,
        mut told: impl FnMut(u64),
    ) -> Result<Run, ColumnError> {
        let policy = self.policy(&column.category).await?.ok_or(ProtectError::NoPolicy)?.policy;
        if policy.reveal(purpose) != Some(Reveal::Clear) {
            let told = "the policy of the category does not open it in clear for this purpose";
            return Err(ColumnError::Table(told.to_owned()));
        }
        let table = Table::look(&company.0, column).await?;
        let mut run = Run::default();
        let mut after = None::<String>;
        loop {
            let mut tx = table.begin().await?;
            let rows = table.sealed(&mut tx, after.as_deref()).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.key.clone());
            let items: Vec<ToOpen> = rows
                .iter()
                .map(|row| ToOpen { sealed: row.value.clone(), context: table.place() })
                .collect();
            let opened = self.open_values(by, purpose, &items).await?;
            let mut clear = BTreeMap::new();
            for (row, one) in rows.into_iter().zip(opened) {
                match one {
                    Opened::Value { value, .. } => _ = clear.insert(row.key, value.0),
                    Opened::Erased => run.lost += 1,
                }
            }
            run.done += table.restore(&mut tx, &clear).await?;
            tx.commit().await?;
            told(run.done);
        }
        if run.lost == 0 {
            table.finish().await?;
        }
        Ok(run)
    }
}

/// Leaves out the items that faults are about.
fn drop_faulty<T>(faults: &[Fault], items: &mut Vec<T>) {
    let mut at = 0;
    items.retain(|_| {
        at += 1;
        !faults.iter().any(|fault| fault.at == at - 1)
    });
}
