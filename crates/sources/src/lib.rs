//! Customers' databases and files, read only: [`connect`] to one, [`Source::introspect`] it,
//! [`Source::sample`] its stores. This room never writes to a source and never lets a value reach a
//! log or an error.

mod model;

pub use model::{
    Address, Catalog, Cell, ColumnInfo, ForeignKey, Limits, NetworkGuard, Options, Sample, Secret,
    ServerInfo, SourceError, SourceKind, StoreFilter, StoreInfo, StoreKind, StoreProblem, TlsMode,
};

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
}

/// Opens a source. The network guard is checked on every resolved address before any byte is sent.
pub async fn connect(
    _address: &Address,
    _password: Option<&Secret>,
    _options: &Options,
) -> Result<Box<dyn Source>, SourceError> {
    todo!()
}
