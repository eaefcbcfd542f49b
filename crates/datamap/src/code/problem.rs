//! What can be wrong with files, told with file, line and what to do.

use std::fmt;

use serde::Serialize;

use crate::DataMapError;

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// Not YAML, or not of the expected shape.
    #[error("{0}")]
    Yaml(String),
    /// A key nobody knows.
    #[error("unknown key `{key}`{}", hint(.nearest))]
    UnknownKey {
        /// The key.
        key: String,
        /// The one that was probably meant, or "".
        nearest: String,
    },
    /// A value that is none of the allowed ones.
    #[error("`{value}` is no {what}{}", hint(.nearest))]
    UnknownValue {
        /// What it should be, e.g. `category`.
        what: &'static str,
        /// The value.
        value: String,
        /// The one that was probably meant, or "".
        nearest: String,
    },
    /// Names something that is neither in the files nor in the map.
    #[error("there is no {what} `{key}`{}", hint(.nearest))]
    UnknownReference {
        /// Kind of object.
        what: &'static str,
        /// Its key.
        key: String,
        /// The one that was probably meant, or "".
        nearest: String,
    },
    /// Twice.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// Empty, too long, or with control characters.
    #[error("{0} must not be empty or longer than 4,000 characters")]
    Text(&'static str),
    /// Not between its bounds.
    #[error("{0} is out of bounds")]
    Bounds(&'static str),
    /// The address is wrong.
    #[error("{0}")]
    Address(String),
    /// A password stands in the address.
    #[error(
        "the address holds a password; take it out and use password_from: env:NAME or file:PATH"
    )]
    PasswordInAddress,
    /// A password may not be read here.
    #[error(
        "passwords are read only by `privet apply` on the server's machine; leave password_from out"
    )]
    PasswordHere,
    /// It could not be read.
    #[error("the password could not be read from {0}")]
    PasswordFrom(String),
    /// Wrong cron expression or zone.
    #[error("`{0}` is no cron expression with five fields, or its zone is unknown")]
    Cron(String),
    /// Deleting would leave a reference to nothing.
    #[error("deleting {what} `{key}` would leave {user} without it")]
    StillUsed {
        /// Kind of object.
        what: &'static str,
        /// Its key.
        key: String,
        /// Who uses it.
        user: String,
    },
    /// A source takes exactly one dataset.
    #[error("a source can take one dataset at a time; there are {0} in what was given")]
    OneDataset(usize),
    /// The header is missing.
    #[error("the file must begin with the header `privet: 1`")]
    NoHeader,
    /// Another version of the format.
    #[error("this version of Privet reads files with `privet: 1`")]
    Version,
    /// Not UTF-8.
    #[error("the file is not UTF-8 text")]
    Encoding,
}

fn hint(nearest: &str) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean `{nearest}`?") }
}

/// A problem and its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// File name.
    pub file: String,
    /// 1-based; 0 when it has no line.
    pub line: usize,
    /// 1-based; 0 when it has no column.
    pub column: usize,
    /// What is wrong.
    pub wrong: Wrong,
}

impl Problem {
    /// A problem at a place.
    pub fn at(file: &str, line: usize, column: usize, wrong: Wrong) -> Self {
        Self { file: file.to_owned(), line, column, wrong }
    }

    /// `systems.yaml:3:5`, as far as known.
    pub fn place(&self) -> String {
        match (self.line, self.column) {
            (0, _) => self.file.clone(),
            (line, 0) => format!("{}:{line}", self.file),
            (line, column) => format!("{}:{line}:{column}", self.file),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.wrong)
    }
}

/// What can go wrong with privacy as code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// A file could not be read or written.
    #[error("{path}: {why}")]
    Io {
        /// Where.
        path: String,
        /// What the system said.
        why: String,
    },
    /// No YAML file there.
    #[error("{path} holds no .yaml file; `privet export {path}` writes some")]
    Empty {
        /// The directory.
        path: String,
    },
    /// A file is too large.
    #[error("{file} is too large")]
    TooLarge {
        /// Its name.
        file: String,
    },
    /// The files have problems; nothing was changed.
    #[error("{}", list(.0))]
    Problems(Vec<Problem>),
    /// The map changed since the plan was made; nothing was changed.
    #[error("the map changed since the plan was made; nothing was applied: make the plan again")]
    Stale,
    /// The files could not be made.
    #[error("the files could not be made: {why}")]
    Write {
        /// What serde said.
        why: String,
    },
    /// The map itself.
    #[error(transparent)]
    Map(#[from] DataMapError),
}

impl From<sqlx::Error> for CodeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Map(error.into())
    }
}

impl From<store::StoreError> for CodeError {
    fn from(error: store::StoreError) -> Self {
        Self::Map(error.into())
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

/// The known word that was probably meant: at most a third of its letters differ.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|other| (distance(word, other), other))
        .filter(|(far, other)| *far * 3 <= other.chars().count().max(3))
        .min_by_key(|(far, _)| *far)
        .map(|(_, other)| other.to_owned())
        .unwrap_or_default()
}

/// Letters to insert, delete, change or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(80).collect(), b.chars().take(80).collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

/// The line of an object, found by its path of keys: each key deeper than the one before. A help for
/// readers of errors; block style only, 1-based.
pub fn line_of(text: &str, path: &[&str]) -> Option<usize> {
    let mut lines = text.lines().enumerate();
    let mut depth: Option<usize> = None;
    let mut found = None;
    for key in path {
        let mut hit = false;
        for (number, line) in lines.by_ref() {
            let indent = line.len() - line.trim_start().len();
            let content = line.trim_start().trim_start_matches("- ");
            let is_key = key_of(content).is_some_and(|name| name == *key);
            if is_key
                && depth.is_none_or(|outer| indent > outer || line.trim_start().starts_with('-'))
            {
                depth = Some(indent);
                found = Some(number + 1);
                hit = true;
                break;
            }
        }
        if !hit {
            return found;
        }
    }
    found
}

pub(super) fn key_of(content: &str) -> Option<String> {
    for quote in ['\'', '"'] {
        if let Some(rest) = content.strip_prefix(quote) {
            return rest.split_once(&format!("{quote}:")).map(|(key, _)| key.replace("''", "'"));
        }
    }
    content.split_once(':').map(|(key, _)| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_word() {
        assert_eq!(nearest("nmae", ["name", "owner"].into_iter()), "name");
        assert_eq!(
            nearest("contct.email", ["contact.email", "contact.phone"].into_iter()),
            "contact.email"
        );
        assert_eq!(nearest("colour", ["name", "owner"].into_iter()), "");
    }

    #[test]
    fn lines_are_found_by_their_path() {
        let text =
            "# head\nprivet: 1\nsystems:\n  shop:\n    name: x\n  'a: b':\n    country: ZZ\n";
        assert_eq!(line_of(text, &["systems", "a: b", "country"]), Some(7));
        assert_eq!(line_of(text, &["systems", "shop", "name"]), Some(5));
        assert_eq!(line_of(text, &["systems", "none"]), Some(3));
    }
}
