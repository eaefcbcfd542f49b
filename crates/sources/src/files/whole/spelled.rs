//! A value as its file writes it.

use super::{Cell, Records, Shape};

impl Records {
    /// A text as it is written in the place of `was`, the bytes of a cell; `None` for nothing. `alone`: the
    /// row has no other cell.
    ///
    /// # Errors
    /// Why it cannot stand there: a word of a number, a character that the encoding does not have.
    pub fn spelled(
        &self,
        was: &[u8],
        alone: bool,
        new: Option<&str>,
    ) -> Result<Vec<u8>, &'static str> {
        let bytes = match (self.shape, new) {
            // A line of nothing would be no row.
            (Shape::Table, None) if alone => b"\"\"".to_vec(),
            (Shape::Table, None) => Vec::new(),
            (Shape::Table, Some(text)) => self.field(was, text)?,
            (Shape::Lines | Shape::Array, None) => b"null".to_vec(),
            (Shape::Lines | Shape::Array, Some(text)) => self.json_value(was, text)?,
        };
        if self.reads(&bytes).as_deref() != new {
            return Err("the file would hold another value");
        }
        Ok(bytes)
    }

    /// What these bytes mean as a cell.
    pub fn reads(&self, bytes: &[u8]) -> Option<String> {
        let cell = Cell { column: None, range: 0..bytes.len(), path: String::new() };
        self.text(bytes, &cell)
    }

    fn field(&self, was: &[u8], text: &str) -> Result<Vec<u8>, &'static str> {
        let (delimiter, quotes) =
            self.dialect.as_ref().map_or((b',', true), |one| (one.delimiter, one.quotes));
        let cuts = text.contains([char::from(delimiter), '\n', '\r']);
        let quoted = if quotes {
            let blank = text.trim().len() != text.len();
            cuts || blank || text.contains('"') || was.first() == Some(&b'"')
        } else if cuts {
            return Err("the new value needs quotes, which the file does not know");
        } else {
            false
        };
        let text =
            if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() };
        self.encoded(&text)
    }

    fn json_value(&self, was: &[u8], text: &str) -> Result<Vec<u8>, &'static str> {
        match was.first() {
            Some(b'-' | b'0'..=b'9') => {
                let number = serde_json::from_str::<serde_json::Number>(text);
                number.map_err(|_| "the new value is not a number")?;
                Ok(text.as_bytes().to_vec())
            }
            Some(b't' | b'f') if !matches!(text, "true" | "false") => {
                Err("the new value is neither true nor false")
            }
            Some(b't' | b'f') => Ok(text.as_bytes().to_vec()),
            Some(b'{' | b'[') => Err("it holds more than one value"),
            _ => self.encoded(&serde_json::Value::from(text).to_string()),
        }
    }

    fn encoded(&self, text: &str) -> Result<Vec<u8>, &'static str> {
        let (bytes, _, lost) = self.encoding.encode(text);
        if lost {
            return Err("the file's encoding does not have all characters of the new value");
        }
        Ok(bytes.into_owned())
    }
}
