//! Taking fields out of a message one by one; what is left are claims of the agent's own.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::Fault;

/// Characters of a text at most.
pub(crate) const LONGEST: usize = 2_000;

/// A message being read. Null counts as not there.
pub(crate) struct Fields(pub Map<String, Value>);

impl Fields {
    pub fn take(&mut self, name: &'static str) -> Option<Value> {
        self.0.shift_remove(name).filter(|value| !value.is_null())
    }

    /// A text, not empty, without control characters (an address may have lines).
    pub fn text(&mut self, name: &'static str) -> Result<Option<String>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => {
                let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
                if text.chars().count() > LONGEST || !text.chars().all(plain) {
                    return Err(Fault::Field {
                        field: name,
                        must: "a text without control characters, of 2,000 characters at most",
                    });
                }
                Ok(Some(text).filter(|text| !text.trim().is_empty()))
            }
            Some(_) => Err(Fault::Field { field: name, must: "a text" }),
        }
    }

    /// A name that somebody may have to write into an address or a log: printable, one line, short.
    pub fn id(&mut self, name: &'static str) -> Result<Option<String>, Fault> {
        let text = self.text(name)?;
        if text.as_deref().is_some_and(|text| !is_id(text)) {
            return Err(Fault::Field { field: name, must: "200 characters of one line at most" });
        }
        Ok(text)
    }

    pub fn needed(&mut self, name: &'static str) -> Result<String, Fault> {
        self.id(name)?.ok_or(Fault::Missing(name))
    }

    pub fn flag(&mut self, name: &'static str) -> Result<bool, Fault> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Fault::Field { field: name, must: "true or false" }),
        }
    }

    /// ISO 8601 with an offset: without one it would be a time of an unknown place.
    pub fn time(&mut self, name: &'static str) -> Result<Timestamp, Fault> {
        let text = self.needed(name)?;
        let must = "an ISO 8601 timestamp with an offset, as 2026-11-30T09:00:00Z";
        text.parse().map_err(|_| Fault::Field { field: name, must })
    }

    pub fn texts(&mut self, name: &'static str) -> Result<Vec<String>, Fault> {
        let wrong = Fault::Field { field: name, must: "a list of 50 short texts at most" };
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) if items.len() <= 50 => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) if is_id(&text) => Ok(text),
                    _ => Err(wrong.clone()),
                })
                .collect(),
            Some(_) => Err(wrong),
        }
    }
}

/// One printable line of 200 characters at most.
pub(crate) fn is_id(text: &str) -> bool {
    text.chars().count() <= 200 && !text.chars().any(char::is_control)
}
