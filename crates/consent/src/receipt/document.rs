//! A signed document as its text.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A signed document: its canonical JSON text, which most of its readers only pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document(String);

impl Document {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// Its canonical JSON (RFC 8785).
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Its members.
    pub fn value(&self) -> Value {
        // It is our own text, and always JSON.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}
