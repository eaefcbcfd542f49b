//! A row as its line of JSON has it: names and values as they stand there, nothing copied that need not
//! be. A copy reads each of its rows a few times, and a tree of each would cost more than all the rest.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// A text, which is only copied where it was written with escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Reading)
    }
}

/// The cells of one row, in the order of the line.
pub(super) struct Cells<'a>(Vec<(Cow<'a, str>, Cell<'a>)>);

/// One cell.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a>(&'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Cells<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Cells<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut cells = Vec::with_capacity(8);
                while let Some((name, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    cells.push((name.0, Cell(value.get())));
                }
                Ok(Cells(cells))
            }
        }
        from.deserialize_map(Reading)
    }
}

impl<'a> Cells<'a> {
    /// Reads a line.
    pub fn read(line: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(line)
    }

    /// The cell of a column that is likely the n-th one; `None` where the row has none.
    pub fn of(&self, n: usize, column: &str) -> Option<Cell<'a>> {
        let mine = |one: &&(Cow<'a, str>, Cell<'a>)| one.0 == column;
        let one = self.0.get(n).filter(mine).or_else(|| self.0.iter().find(mine));
        one.map(|(_, cell)| *cell)
    }

    /// Columns that hold something.
    pub fn filled(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, cell)| cell.0 != "null").map(|(name, _)| &**name)
    }
}

impl<'a> Cell<'a> {
    /// As people read it, and whether it is a text; nothing for NULL.
    pub fn shown(self) -> serde_json::Result<(Cow<'a, str>, bool)> {
        match self.0 {
            "null" => Ok((Cow::Borrowed(""), false)),
            text if text.starts_with('"') => {
                serde_json::from_str::<Text<'a>>(text).map(|text| (text.0, true))
            }
            other => Ok((Cow::Borrowed(other), false)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_their_columns_and_shown_as_people_read_them() {
        let line =
            r#"{"id":7,"na\"me":"李 \"雷\"","gone":null,"raw":{"base64":"AA=="},"all":["a","b"]}"#;
        let cells = Cells::read(line).unwrap();
        let shown = |n: usize, column: &str| {
            cells
                .of(n, column)
                .map(|cell| cell.shown().unwrap())
                .map(|(text, is)| (text.into_owned(), is))
        };
        assert_eq!(shown(0, "id"), Some(("7".into(), false)));
        assert_eq!(shown(4, "na\"me"), Some(("李 \"雷\"".into(), true)));
        assert_eq!(shown(2, "gone"), Some((String::new(), false)));
        assert_eq!(shown(3, "raw"), Some((r#"{"base64":"AA=="}"#.into(), false)));
        assert_eq!(shown(0, "all"), Some((r#"["a","b"]"#.into(), false)));
        assert_eq!(shown(0, "none"), None);
        assert_eq!(cells.filled().collect::<Vec<_>>(), ["id", "na\"me", "raw", "all"]);
        assert!(Cells::read("{\"id\":7").is_err());
        assert!(Cells::read("[7]").is_err());
    }
}
