//! What each column is in a release: told on the command line, else proposed by detection.

use std::sync::LazyLock;

use anonymity::Shape;
use serde::Deserialize;

use crate::Failure;

/// What a column is in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Names somebody alone: left out.
    Direct,
    /// Helps to tell who somebody is: coarsened.
    Quasi,
    /// What nobody should learn: kept, and must be diverse.
    Sensitive,
    /// Nothing of this: kept as it is, at the operator's word.
    Kept,
}

#[derive(Deserialize)]
struct Table {
    roles: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    fits: String,
    role: Role,
}

static TABLE: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let read: Result<Table, _> = toml::from_str(include_str!("roles.toml"));
    // A broken file would propose nothing; the test below keeps it whole.
    read.map(|table| table.roles).unwrap_or_default()
});

/// One column of the release.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Why: the category that detection saw, or "" where the command line told.
    pub seen: String,
    /// The shape of its values, where told.
    pub shape: Option<Shape>,
}

/// What the command line told.
#[derive(Debug, Default)]
pub struct Told<'a> {
    pub drop: &'a [String],
    pub quasi: &'a [String],
    pub sensitive: &'a [String],
    pub keep: &'a [String],
}

/// Gives every column its role.
///
/// # Errors
/// A column that does not exist, one that is named twice, or one whose role nobody knows.
pub fn assign(
    names: &[String],
    sample: &[Vec<String>],
    told: &Told<'_>,
) -> Result<Vec<Column>, Failure> {
    let mut columns: Vec<Option<Column>> = vec![None; names.len()];
    let lists = [
        (told.drop, Role::Direct),
        (told.quasi, Role::Quasi),
        (told.sensitive, Role::Sensitive),
        (told.keep, Role::Kept),
    ];
    for (list, role) in lists {
        for text in list {
            let (name, shape) = named(text, role)?;
            let at = names.iter().position(|known| known == name).ok_or_else(|| {
                Failure::usage(format!(
                    "there is no column {name}; the file has {}",
                    names.join(", ")
                ))
            })?;
            let column = Column { name: name.to_owned(), role, seen: String::new(), shape };
            if columns[at].replace(column).is_some() {
                return Err(Failure::usage(format!("the column {name} is named twice")));
            }
        }
    }
    propose(names, sample, &mut columns);
    let unknown: Vec<&str> = columns
        .iter()
        .zip(names)
        .filter(|(column, _)| column.is_none())
        .map(|(_, name)| name.as_str())
        .collect();
    if !unknown.is_empty() {
        return Err(Failure::usage(format!(
            "nobody said what these columns are, and nothing personal was seen in them: {}. Name each \
             with --keep (leaves as it is), --quasi (is coarsened), --sensitive or --drop",
            unknown.join(", ")
        )));
    }
    Ok(columns.into_iter().flatten().collect())
}

/// `postcode=code` → the column and the shape of its values.
fn named(text: &str, role: Role) -> Result<(&str, Option<Shape>), Failure> {
    let Some((name, shape)) = text.rsplit_once('=').filter(|_| role == Role::Quasi) else {
        return Ok((text, None));
    };
    let shape = match shape {
        "date" => Shape::Date,
        "number" => Shape::Number,
        "code" => Shape::Code,
        "text" => Shape::Text,
        _ => {
            return Err(Failure::usage(format!(
                "{shape} is no shape of values; write {name}=date, =number, =code or =text"
            )));
        }
    };
    Ok((name, Some(shape)))
}

fn propose(names: &[String], sample: &[Vec<String>], columns: &mut [Option<Column>]) {
    let siblings: Vec<&str> = names.iter().map(String::as_str).collect();
    let values: Vec<Vec<&str>> = (0..names.len())
        .map(|at| {
            let column = sample.iter().filter_map(|row| row.get(at)).map(String::as_str);
            column.filter(|value| !value.is_empty()).collect()
        })
        .collect();
    let asked: Vec<::detect::Column<'_>> = names
        .iter()
        .zip(&values)
        .map(|(name, values)| ::detect::Column {
            store: "",
            store_comment: "",
            name,
            comment: "",
            data_type: "text",
            primary_key: false,
            references: None,
            siblings: &siblings,
            values,
        })
        .collect();
    let verdicts = ::detect::classify_table(&asked);
    for ((column, verdict), name) in columns.iter_mut().zip(verdicts).zip(names) {
        let Some(category) = verdict.category else { continue };
        let seen = category.as_str().to_owned();
        // A person's word counts, but what was seen is told beside it.
        if let Some(told) = column {
            told.seen = seen;
        } else {
            let role = role_of(&seen);
            *column = role.map(|role| Column { name: name.clone(), role, seen, shape: None });
        }
    }
}

fn role_of(category: &str) -> Option<Role> {
    let fits = |line: &&Line| match line.fits.strip_suffix('*') {
        Some(beginning) => category.starts_with(beginning),
        None => category == line.fits,
    };
    TABLE.iter().find(fits).map(|line| line.role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_a_role() {
        for category in &::detect::taxonomy().categories {
            let key = &category.key;
            assert!(role_of(key).is_some(), "{key} has no role in roles.toml");
        }
    }
}
