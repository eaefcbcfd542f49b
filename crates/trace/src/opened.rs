//! Connections that were opened to read catalogues, for the walk that comes next.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use purge::Reader;

/// Reading connections by source. The walk over a ground that has some takes them instead of opening
/// its own: its rows are then of the moment at which the catalogue was read, which is not read again.
/// Copies share them; whoever walks first has them.
#[derive(Clone, Default)]
pub struct Opened(Arc<Mutex<BTreeMap<String, Reader>>>);

impl Opened {
    /// Keeps the connection over which a source's catalogue was read.
    pub fn keep(&self, source: &str, reader: Reader) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(source.to_owned(), reader);
    }

    /// All there are; none is left.
    pub(crate) fn take(&self) -> BTreeMap<String, Reader> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(…)")
    }
}
