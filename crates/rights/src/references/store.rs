//! Keeping references.

use ::store::{Actor, Entry, Store, new_id, now};
use sqlx::Row as _;
use trace::{Link, Side};

use crate::{Result, Rights, RightsError};

/// A column of a table of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct End {
    /// The source's id.
    pub source: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

/// A declared reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its id.
    pub id: String,
    /// Declared (µs).
    pub at: i64,
    /// By whom, as the ledger names them.
    pub actor: String,
    /// The column that refers.
    pub from: End,
    /// The column referred to.
    pub to: End,
}

/// All of them.
async fn all(store: &Store) -> Result<Vec<Reference>> {
    let rows = sqlx::query(
        "SELECT id, at, actor, from_source, from_table, from_column, to_source, to_table, to_column
         FROM rights_reference ORDER BY from_source, from_table, from_column, id",
    )
    .fetch_all(store.reader())
    .await?;
    let end = |row: &sqlx::any::AnyRow, at: usize| {
        Ok::<_, sqlx::Error>(End {
            source: row.try_get(at)?,
            table: row.try_get(at + 1)?,
            column: row.try_get(at + 2)?,
        })
    };
    let reference = |row: &sqlx::any::AnyRow| {
        Ok(Reference {
            id: row.try_get(0)?,
            at: row.try_get(1)?,
            actor: row.try_get(2)?,
            from: end(row, 3)?,
            to: end(row, 6)?,
        })
    };
    rows.iter().map(reference).collect()
}

/// All of them as a search takes them.
pub(crate) async fn links(store: &Store) -> Result<Vec<Link>> {
    let side = |end: End| Side { source: end.source, table: end.table, columns: vec![end.column] };
    let all = all(store).await?;
    Ok(all.into_iter().map(|one| Link { from: side(one.from), to: side(one.to) }).collect())
}

impl Rights {
    /// References that were declared.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn references(&self) -> Result<Vec<Reference>> {
        all(self.store()).await
    }

    /// Declares a reference.
    ///
    /// # Errors
    /// [`RightsError::Asked`] where a column is not in the data map, or both ends are the same;
    /// [`RightsError::Conflict`] if it is declared already.
    pub async fn declare(&self, actor: &Actor, from: &End, to: &End) -> Result<()> {
        if from == to {
            return Err(RightsError::Asked("rights-error-reference-same"));
        }
        for end in [from, to] {
            if !self.knows(end).await? {
                return Err(RightsError::Asked("rights-error-reference-column"));
            }
        }
        let id = new_id();
        let entry = Entry::new(actor.clone(), "rights.reference_declared", "rights_reference", &id);
        let mut tx = self.store().begin(entry).await?;
        let ends = [&from.source, &from.table, &from.column, &to.source, &to.table, &to.column];
        tx.states(None, Some(self.store().digest(&ends)));
        let mut query = sqlx::query(
            "INSERT INTO rights_reference (id, at, actor, from_source, from_table, from_column,
               to_source, to_table, to_column)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(now())
        .bind(actor.to_text());
        for end in ends {
            query = query.bind(end);
        }
        if query.execute(tx.conn()).await?.rows_affected() == 0 {
            return Err(RightsError::Conflict("rights-error-reference-known"));
        }
        tx.commit().await?;
        Ok(())
    }

    async fn knows(&self, end: &End) -> Result<bool> {
        let map = self.regimes().map();
        let database = |kind: &str| kind != "declared";
        let sources = map.sources().await?;
        if !sources.iter().any(|one| one.id == end.source && database(&one.kind)) {
            return Ok(false);
        }
        let tables = map.tables_and_files_of(&end.source).await?.tables;
        let table = tables.iter().find(|one| one.name == end.table);
        Ok(table.is_some_and(|one| one.fields.iter().any(|field| field.name == end.column)))
    }

    /// Takes a reference back.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn undeclare(&self, actor: &Actor, id: &str) -> Result<()> {
        let entry = Entry::new(actor.clone(), "rights.reference_removed", "rights_reference", id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query("DELETE FROM rights_reference WHERE id = $1")
            .bind(id)
            .execute(tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::NotFound("reference"));
        }
        tx.commit().await?;
        Ok(())
    }
}
