//! Files of rows beside databases: a [`Shelf`] is a file or folder whose rows are looked for as those
//! of tables are, and taken out of it by writing the file anew ([`Sweep`]).
//!
//! A row of a file has no key. What tells it apart is what stands in it: the first half of the SHA-256
//! of its bytes, and which of the rows with the same bytes it is. So a row is known again after other
//! rows came or went, and in a copy of the file that was put back; a row that was changed is another.

mod amend;
mod draft;
mod judge;
mod line;
mod place;
mod scan;
#[cfg(test)]
mod tests;
mod view;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use sources::{Address, Fixed, Folder, Look, Options, Stamp, StoreFilter};

use crate::{
    Engine,
    error::{PurgeError, Result},
    read::Reader,
    schema::{Class, Column, RowKey, Schema, Table},
};

pub use amend::{Mended, Mending, Moves, fixed as fixed_in_file};
pub use draft::{Draft, Naming, Sweep, Swept};
pub(crate) use scan::Reading;
pub use view::LIST;

/// The column that tells rows apart.
pub(crate) const KEY: &str = "(row)";
/// What stands in a row beside the columns that are known: further fields, further paths.
pub const MORE: &str = "(more)";

/// Files whose rows can be read, and where the files allow it taken out. Cheap to clone.
#[derive(Clone)]
pub struct Shelf {
    address: Address,
    options: Options,
    folder: Arc<tokio::sync::OnceCell<Folder>>,
}

impl Shelf {
    /// A shelf; nothing is opened yet. The guard of the options is checked when it is.
    pub fn new(address: Address, options: Options) -> Self {
        Self { address, options, folder: Arc::default() }
    }

    async fn folder(&self) -> Result<&Folder> {
        let open = || async { Folder::open(&self.address, &self.options).await };
        Ok(self.folder.get_or_try_init(open).await?)
    }

    /// What files there are, as tables: each column a text. A file that cannot be read row by row is
    /// there with the reason in [`Table::unsafe_because`]: `object`, `gone`, or words.
    /// `known` are files and columns that somebody saw before.
    ///
    /// # Errors
    /// [`PurgeError::Source`].
    pub async fn schema(&self, known: &BTreeMap<String, Vec<String>>) -> Result<Schema> {
        let source = sources::connect(&self.address, None, &self.options).await?;
        let catalog = source.introspect(&StoreFilter::default()).await?;
        let folder = self.folder().await?.clone();
        let known = known.clone();
        let look = move || {
            let mut tables: Vec<Table> = Vec::new();
            for store in &catalog.stores {
                let mut columns: Vec<String> =
                    store.columns.iter().map(|column| column.name.clone()).collect();
                let (by_path, because) = match looked(&folder, &store.name) {
                    Ok(None) => (false, String::new()),
                    Ok(Some(Look::Rows(shape, fixed))) => {
                        let names_rows = fixed == Some(Fixed::Parquet);
                        (shape != sources::Written::Table && !names_rows, String::new())
                    }
                    Ok(Some(Look::Object)) => (false, "object".to_owned()),
                    Err(error) => (false, error.to_string()),
                };
                // A listing looks at some rows only; a path that a scan saw is there as well.
                for name in known.get(&store.name).filter(|_| by_path).into_iter().flatten() {
                    if !columns.contains(name) {
                        columns.push(name.clone());
                    }
                }
                tables.push(table(&store.name, columns, because));
            }
            for problem in &catalog.problems {
                tables.push(table(&problem.store, Vec::new(), problem.error.to_string()));
            }
            for name in known.keys() {
                if tables.iter().all(|table| table.name != *name) {
                    tables.push(table(name, Vec::new(), "gone".to_owned()));
                }
            }
            // Compared as texts, as SQLite compares columns of texts.
            Schema { engine: Engine::Sqlite, tables, links: Vec::new(), blind: false }
        };
        blocking(look).await
    }

    /// A reader of its rows. A file that is written to between two reads is refused.
    pub fn reader(&self, statement: Duration) -> Reader {
        Reader::of_files(Reading { shelf: self.clone(), stamps: HashMap::new(), statement })
    }

    /// What a file is now.
    ///
    /// # Errors
    /// [`PurgeError::Source`].
    pub async fn stamp(&self, name: &str) -> Result<Stamp> {
        Ok(self.folder().await?.stamp(name)?)
    }

    /// Why a file cannot be written anew, as far as can be seen without writing.
    ///
    /// # Errors
    /// [`PurgeError::Source`].
    pub async fn fixed(&self, name: &str) -> Result<Option<&'static str>> {
        let (folder, name) = (self.folder().await?.clone(), name.to_owned());
        blocking(move || {
            let why = match folder.look(&name)? {
                Look::Rows(_, Some(Fixed::Parquet)) => Some("file-parquet"),
                Look::Object => Some("file-object"),
                Look::Rows(_, Some(Fixed::Encoding)) => Some("file-encoding"),
                Look::Rows(_, None) => None,
            };
            Ok(why.or(place::obstacle(&folder.path(&name)?, &name)?))
        })
        .await?
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shelf({})", self.address)
    }
}

/// What can be done with a file; nothing is read of one whose name says it.
fn looked(folder: &Folder, name: &str) -> std::result::Result<Option<Look>, sources::SourceError> {
    if Folder::is_table(name) { Ok(None) } else { folder.look(name).map(Some) }
}

fn table(name: &str, columns: Vec<String>, unsafe_because: String) -> Table {
    let column = |name: String| Column {
        name,
        data_type: "text".to_owned(),
        class: Class::Text,
        nullable: true,
        generated: false,
        unique: false,
        most_chars: None,
    };
    let more = (!columns.is_empty()).then(|| MORE.to_owned());
    Table {
        name: name.to_owned(),
        schema: String::new(),
        bare: name.to_owned(),
        columns: columns.into_iter().chain(more).map(column).collect(),
        key: RowKey::Hidden(KEY.to_owned()),
        triggers: Vec::new(),
        unsafe_because,
    }
}

/// Work on files, off the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| PurgeError::Request("the file could not be understood".to_owned()))
}
