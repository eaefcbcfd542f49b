//! Customers' databases and files, read only: [`connect`] to one, [`Source::introspect`] it,
//! [`Source::sample`] its stores. This room never writes to a source and never lets a value reach a
//! log or an error.

mod access;
mod address;
mod error;
mod files;
mod filter;
mod guard;
mod lease;
mod model;
mod mysql;
mod postgres;
#[cfg(test)]
mod read_only_tests;
mod rows;
mod sqlite;
mod usage;
mod viewtext;

pub use access::{Access, Dialect, Granted, Holder, Right};
pub use address::NetParts;
pub use error::SourceError;
pub use files::{FileCell, Fixed, Folder, Look, Part, Piece, Records, Row, Stamp, Written};
pub use guard::resolve_allowed;
pub use model::{
    Address, Catalog, Cell, ColumnInfo, FileGuard, ForeignKey, Limits, NetworkGuard, Options,
    Sample, Secret, ServerInfo, SourceKind, StoreFilter, StoreInfo, StoreKind, StoreProblem,
    TlsMode,
};
pub use usage::Usage;

/// One open source. Cheap to share behind an `Arc`; several samples may run at once.
#[async_trait::async_trait]
pub trait Source: Send + Sync {
    /// Proves that the source can be reached and read, and says what it is.
    async fn test(&self) -> Result<ServerInfo, SourceError>;

    /// Lists stores, columns, keys and row estimates from the source's catalogue, reading no data.
    /// What cannot be read is in [`Catalog::problems`]; the rest is still there.
    async fn introspect(&self, filter: &StoreFilter) -> Result<Catalog, SourceError>;

    /// Reads a bounded number of rows spread over the store, in a read-only transaction with a
    /// statement time-out.
    async fn sample(&self, store: &StoreInfo, limits: &Limits) -> Result<Sample, SourceError>;

    /// Who may read and write what, by the grants that are there. `None` where a source has no accounts
    /// of its own (SQLite, files).
    async fn access(&self) -> Result<Option<Access>, SourceError> {
        Ok(None)
    }

    /// How often tables were read, by the server's own statistics. `None` where it keeps none, or shows
    /// them to nobody like us.
    async fn usage(&self) -> Result<Option<Usage>, SourceError> {
        Ok(None)
    }

    /// The SELECT that [`Source::sample`] issues for the store in the usual case, so that a bare
    /// client can be measured beside it. `None` where there is none (files).
    fn statement(&self, _store: &StoreInfo, _limits: &Limits) -> Option<String> {
        None
    }
}

/// Opens a source. The network guard is checked on every resolved address before any byte is sent.
///
/// # Errors
/// Whatever keeps the source from being reached, as a [`SourceError`] that says what to do.
pub async fn connect(
    address: &Address,
    password: Option<&Secret>,
    options: &Options,
) -> Result<Box<dyn Source>, SourceError> {
    if address.is_local() {
        options.files.check(address.path())?;
    }
    // The drivers would report an unreadable CA file as if the host were missing.
    if let Some(ca) = options.tls_ca.as_ref().filter(|_| !address.is_local()) {
        let name = ca.display().to_string();
        std::fs::File::open(ca).map_err(|e| error::map_io(&e, &name))?;
    }
    Ok(match address.kind {
        SourceKind::Sqlite => Box::new(sqlite::Sqlite::connect(address, options).await?),
        SourceKind::Postgres => {
            Box::new(postgres::Postgres::connect(address, password, options).await?)
        }
        SourceKind::Mysql => Box::new(mysql::MySql::connect(address, password, options).await?),
        SourceKind::Files => Box::new(files::Files::connect(address, options).await?),
    })
}
