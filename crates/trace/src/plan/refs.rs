//! Every reference there is between tables that can be read, declared or enforced.

use purge::{Class, Column, Engine, Table};

use crate::ground::{Ground, Holds, Side};

/// Source and table, by their places in the ground and in the source's catalogue.
pub(crate) type At = (usize, usize);

/// A row of `from` refers to a row of `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub from: At,
    pub from_columns: Vec<String>,
    pub to: At,
    pub to_columns: Vec<String>,
    /// By a link of the ground, not by the database.
    pub declared: bool,
    /// It only mentions a person.
    pub mention: bool,
    /// Values of one side could be values of the other.
    pub fits: bool,
}

/// All references, in the ground's order; and links of which a side is not there.
pub(crate) fn all(ground: &Ground) -> (Vec<Reference>, Vec<(usize, &Side)>) {
    let mut found: Vec<Reference> = Vec::new();
    for (s, source) in ground.sources.iter().enumerate() {
        let Some(schema) = source.schema() else { continue };
        let place = |name: &str| schema.tables.iter().position(|table| table.name == name);
        for link in &schema.links {
            let (Some(from), Some(to)) = (place(&link.from), place(&link.to)) else { continue };
            let reference = Reference {
                from: (s, from),
                from_columns: link.from_columns.clone(),
                to: (s, to),
                to_columns: link.to_columns.clone(),
                declared: false,
                mention: holds(ground, (s, from))
                    .is_some_and(|holds| holds.only_mentions(&link.from_columns)),
                fits: true,
            };
            if !found.contains(&reference) {
                found.push(reference);
            }
        }
    }
    let mut lost = Vec::new();
    for (n, link) in ground.links.iter().enumerate() {
        let (from, to) = (side(ground, &link.from), side(ground, &link.to));
        let (Some((from, from_table, engine)), Some((to, to_table, to_engine))) = (from, to) else {
            lost.push((n, if from.is_none() { &link.from } else { &link.to }));
            continue;
        };
        let columns = |table: &Table, names: &[String]| -> Vec<Column> {
            names.iter().filter_map(|name| table.column(name).ok().cloned()).collect()
        };
        let left = columns(from_table, &link.from.columns);
        let right = columns(to_table, &link.to.columns);
        let mention =
            holds(ground, from).is_some_and(|holds| holds.only_mentions(&link.from.columns));
        found.push(Reference {
            from,
            from_columns: link.from.columns.clone(),
            to,
            to_columns: link.to.columns.clone(),
            declared: true,
            mention,
            fits: left.len() == right.len()
                && left.iter().zip(&right).all(|(a, b)| fits((engine, a), (to_engine, b))),
        });
    }
    (found, lost)
}

/// A side of a link, if its table and columns are there.
fn side<'a>(ground: &'a Ground, columns: &Side) -> Option<(At, &'a Table, Engine)> {
    let s = ground.sources.iter().position(|source| source.id == columns.source)?;
    let schema = ground.sources[s].schema()?;
    let t = schema.tables.iter().position(|table| table.name == columns.table)?;
    let table = &schema.tables[t];
    let known = columns.columns.iter().all(|name| table.column(name).is_ok());
    (known && !columns.columns.is_empty()).then_some(((s, t), table, schema.engine))
}

/// Types whose text form is the same in every engine.
pub(crate) fn is_plain(column: &Column) -> bool {
    matches!(column.class, Class::Integer | Class::Unsigned | Class::Text | Class::Any)
        || column.data_type.eq_ignore_ascii_case("uuid")
}

fn fits((engine, a): (Engine, &Column), (other, b): (Engine, &Column)) -> bool {
    is_plain(a) && is_plain(b) || engine == other && a.data_type == b.data_type
}

/// What a table holds.
pub(crate) fn holds(ground: &Ground, at: At) -> Option<&Holds> {
    let source = &ground.sources[at.0];
    source.tables.get(&source.schema()?.tables[at.1].name)
}

/// The table of that place.
pub(crate) fn table(ground: &Ground, at: At) -> Option<&Table> {
    ground.sources.get(at.0)?.schema()?.tables.get(at.1)
}
