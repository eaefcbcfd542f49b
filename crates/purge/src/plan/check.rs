//! What a request must be like before anything is planned.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fate, PlannedLink, treatment_of};
use crate::{
    error::{PurgeError, Result},
    request::{Aggregate, Condition, Neutral, Request, Treatment},
    schema::{Class, Column, Link, RowKey, Schema, Table},
    sql,
};

/// Shortest random text that does not repeat by chance: 16 hexadecimal digits.
pub(crate) const RANDOM_LEAST: u32 = 16;

fn told<T>(text: impl Into<String>) -> Result<T> {
    Err(PurgeError::Request(text.into()))
}

fn unfit<T>(table: &Table, column: &str, why: &str) -> Result<T> {
    Err(PurgeError::Unfit {
        table: table.name.clone(),
        column: column.to_owned(),
        why: why.to_owned(),
    })
}

/// Tables whose rows are changed in any way.
fn changed(request: &Request) -> BTreeSet<&str> {
    let children = request.children.iter().map(|child| child.table.as_str());
    children.chain([request.root.as_str()]).collect()
}

/// Tables, keys, conditions and declared joins name what there is.
pub(super) fn names(schema: &Schema, request: &Request) -> Result<()> {
    if schema.blind {
        return Err(PurgeError::Unsafe {
            table: request.root.clone(),
            why: "tables that this account cannot see may refer to it; grant the account SELECT on the whole database, or PROCESS".to_owned(),
        });
    }
    for name in changed(request) {
        let table = schema.table(name)?;
        if !table.unsafe_because.is_empty() {
            return Err(PurgeError::Unsafe {
                table: table.name.clone(),
                why: table.unsafe_because.clone(),
            });
        }
        if let RowKey::None(why) = &table.key {
            return Err(PurgeError::NoKey { table: table.name.clone(), why: why.clone() });
        }
    }
    let root = schema.table(&request.root)?;
    let deleted = matches!(request.treatment, Treatment::Delete | Treatment::Aggregate(_));
    if matches!(&root.key, RowKey::Hidden(name) if name == "ctid") && !deleted {
        return Err(PurgeError::NoKey {
            table: root.name.clone(),
            why: "a row without a key moves when it is written".to_owned(),
        });
    }
    let selection = &request.selection;
    for condition in std::iter::once(&selection.covered).chain(&selection.except) {
        sql::check(schema, root, condition)?;
    }
    for child in &request.children {
        for hold in &child.except {
            sql::check(schema, schema.table(&child.table)?, hold)?;
        }
    }
    for join in &request.joins {
        let (from, to) = (schema.table(&join.from)?, schema.table(&join.to)?);
        if join.on.is_empty() {
            return told(format!("the join of {} to {} names no columns", join.from, join.to));
        }
        for (left, right) in &join.on {
            from.column(left)?;
            to.column(right)?;
        }
    }
    Ok(())
}

/// Every reference to a treated table, with what becomes of the rows behind it.
pub(super) fn links(schema: &Schema, request: &Request) -> Result<Vec<PlannedLink>> {
    let mut all: Vec<Link> = schema.links.clone();
    all.extend(request.joins.iter().map(|join| Link {
        from: join.from.clone(),
        from_columns: join.on.iter().map(|(from, _)| from.clone()).collect(),
        to: join.to.clone(),
        to_columns: join.on.iter().map(|(_, to)| to.clone()).collect(),
        on_delete: "NO ACTION".to_owned(),
        enforced: false,
    }));
    all.retain(|link| treatment_of(request, &link.to).is_some());
    all.dedup_by(|a, b| (&a.from, &a.from_columns, &a.to) == (&b.from, &b.from_columns, &b.to));
    let mut links: Vec<PlannedLink> = Vec::new();
    for link in all {
        let cut = cut_columns(schema.table(&link.from)?, &link, &schema.links);
        links.push(PlannedLink { link, fate: Fate::Keep, cut });
    }
    for child in &request.children {
        let mine: Vec<usize> = links
            .iter()
            .enumerate()
            .filter(|(_, l)| l.link.from == child.table)
            .filter(|(_, l)| child.columns.is_empty() || l.link.from_columns == child.columns)
            .map(|(i, _)| i)
            .collect();
        let [only] = mine.as_slice() else {
            return Err(PurgeError::Link { table: child.table.clone(), found: mine.len() });
        };
        if links[*only].fate != Fate::Keep {
            return told(format!("{} is listed twice", links[*only].link.label()));
        }
        links[*only].fate =
            if child.treatment == Treatment::Unlink { Fate::Unlink } else { Fate::Follow };
    }
    connected(request, &links)?;
    Ok(links)
}

/// Every child hangs on the root.
fn connected(request: &Request, links: &[PlannedLink]) -> Result<()> {
    let mut reached = BTreeSet::from([request.root.as_str()]);
    loop {
        let next = links.iter().find(|l| {
            l.fate == Fate::Follow
                && reached.contains(l.link.to.as_str())
                && !reached.contains(l.link.from.as_str())
        });
        match next {
            Some(l) => reached.insert(&l.link.from),
            None => break,
        };
    }
    match links.iter().find(|l| l.fate != Fate::Keep && !reached.contains(l.link.to.as_str())) {
        Some(l) => told(format!("{} does not hang on {}", l.link.label(), request.root)),
        None => Ok(()),
    }
}

/// Treatments fit their tables and columns.
pub(super) fn treatments(schema: &Schema, request: &Request, links: &[PlannedLink]) -> Result<()> {
    if request.treatment == Treatment::Unlink {
        return told("only rows that refer to others can be unlinked");
    }
    for child in &request.children {
        if matches!(child.treatment, Treatment::Aggregate(_)) {
            return told(format!("{}: only the selected rows can be aggregated", child.table));
        }
        let table = treatment_of(request, &child.table);
        if child.treatment != Treatment::Unlink && table != Some(&child.treatment) {
            return told(format!("{} has two treatments; a table can have one", child.table));
        }
    }
    for name in changed(request) {
        let table = schema.table(name)?;
        match treatment_of(request, name) {
            Some(Treatment::Anonymise(columns)) => {
                written(schema, table, columns.iter().map(|(name, _)| name))?;
                for (name, neutral) in columns {
                    neutral_fits(schema, table, table.column(name)?, neutral)?;
                }
            }
            Some(Treatment::Mask(columns)) => {
                written(schema, table, columns.iter().map(|(name, _)| name))?;
                for (name, _) in columns {
                    let column = table.column(name)?;
                    if !matches!(column.class, Class::Text | Class::Any) {
                        return unfit(table, name, "only text can be masked; anonymise it");
                    }
                    if column.unique {
                        return unfit(table, name, "a mask would repeat, and it is unique");
                    }
                }
            }
            Some(Treatment::Aggregate(aggregate)) => aggregates(request, links, table, aggregate)?,
            _ => {}
        }
    }
    for planned in links {
        let parent_goes = matches!(
            treatment_of(request, &planned.link.to),
            Some(Treatment::Delete | Treatment::Aggregate(_))
        );
        let child_goes = matches!(
            treatment_of(request, &planned.link.from),
            Some(Treatment::Delete | Treatment::Aggregate(_))
        );
        let stays = planned.fate == Fate::Follow && !child_goes && parent_goes;
        if planned.fate == Fate::Unlink || stays {
            let table = schema.table(&planned.link.from)?;
            if planned.cut.is_empty() {
                return unfit(
                    table,
                    &planned.link.from_columns.join(", "),
                    "the reference cannot be taken away: it may not be NULL, or is part of a key or of another reference",
                );
            }
        }
    }
    Ok(())
}

/// The columns of a reference that can become NULL without touching anything else.
fn cut_columns(table: &Table, link: &Link, all: &[Link]) -> Vec<String> {
    let key = table.key_names();
    let elsewhere = |name: &String| {
        all.iter().any(|other| {
            let same = other.from == link.from
                && other.from_columns == link.from_columns
                && other.to == link.to;
            (!same && other.from == link.from && other.from_columns.contains(name))
                || (other.to == link.from && other.to_columns.contains(name))
        })
    };
    link.from_columns
        .iter()
        .filter(|name| !key.contains(&name.as_str()) && !elsewhere(name))
        .filter(|name| {
            let column = table.columns.iter().find(|column| column.name == **name);
            column.is_some_and(|column| column.nullable && !column.generated)
        })
        .cloned()
        .collect()
}

/// Columns that are written are no keys and no references.
fn written<'a>(
    schema: &Schema,
    table: &Table,
    names: impl Iterator<Item = &'a String>,
) -> Result<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        let column = table.column(name)?;
        if !seen.insert(name) {
            return unfit(table, name, "it is listed twice");
        }
        if column.generated {
            return unfit(table, name, "the database computes it");
        }
        if table.key_names().contains(&name.as_str()) {
            return unfit(table, name, "it is part of the key that tells rows apart");
        }
        let bound = schema.links.iter().any(|link| {
            (link.from == table.name && link.from_columns.contains(name))
                || (link.to == table.name && link.to_columns.contains(name))
        });
        if bound {
            return unfit(table, name, "it is part of a reference; unlink that instead");
        }
    }
    if seen.is_empty() {
        return told(format!("{}: no columns are listed", table.name));
    }
    Ok(())
}

fn neutral_fits(schema: &Schema, table: &Table, column: &Column, neutral: &Neutral) -> Result<()> {
    let name = &column.name;
    match neutral {
        Neutral::Null if !column.nullable => unfit(table, name, "it may not be NULL"),
        Neutral::Fixed | Neutral::Value(_) if column.unique => {
            unfit(table, name, "it is unique, so one value for all will not do; use a random one")
        }
        Neutral::Fixed if fixed(schema.engine, column).is_none() => {
            unfit(table, name, "no neutral value of its type is known; give one")
        }
        Neutral::Value(value) => sql::literal(schema.engine, table, column, value).map(drop),
        Neutral::Random if !matches!(column.class, Class::Text | Class::Any) => {
            unfit(table, name, "only text can be random")
        }
        Neutral::Random if column.most_chars.is_some_and(|most| most < RANDOM_LEAST) => {
            unfit(table, name, "it is too short for a random text")
        }
        _ => Ok(()),
    }
}

/// A value of the column's type that says nothing, as text; `None` where none is known.
pub(crate) fn fixed(engine: crate::Engine, column: &Column) -> Option<&'static str> {
    if engine == crate::Engine::Sqlite {
        // SQLite's rules of affinity, https://www.sqlite.org/datatype3.html §3.1.
        let kind = column.data_type.to_uppercase();
        let has = |part: &str| kind.contains(part);
        return Some(match () {
            () if has("INT") => "0",
            () if has("CHAR") || has("CLOB") || has("TEXT") => "",
            () if has("REAL") || has("FLOA") || has("DOUB") || has("NUM") || has("DEC") => "0",
            () if has("BOOL") => "0",
            () if has("DATE") || has("TIME") => "1970-01-01",
            () => "",
        });
    }
    Some(match column.class {
        Class::Integer | Class::Unsigned | Class::Decimal | Class::Real | Class::Bits => "0",
        Class::Boolean => "false",
        Class::Text | Class::Any | Class::Bytes => "",
        Class::Date => "1970-01-01",
        // A second after the epoch: MariaDB's TIMESTAMP has no earlier one.
        Class::Local | Class::Timestamp => "1970-01-01 00:00:01",
        Class::Other => return None,
    })
}

fn aggregates(
    request: &Request,
    links: &[PlannedLink],
    table: &Table,
    aggregate: &Aggregate,
) -> Result<()> {
    if aggregate.minimum < 2 {
        return told("a group of one row is a person: the minimum of a group is at least 2");
    }
    let mut seen = BTreeSet::new();
    for by in &aggregate.by {
        let column = table.column(&by.column)?;
        if column.class == Class::Bytes || !seen.insert(&by.column) {
            return unfit(table, &by.column, "it cannot be grouped by");
        }
        let epoch = matches!(column.class, Class::Integer | Class::Unsigned | Class::Decimal);
        if by.grain.is_some() && epoch {
            return unfit(table, &by.column, "it does not read as a date");
        }
    }
    for name in &aggregate.sums {
        let column = table.column(name)?;
        let number = matches!(
            column.class,
            Class::Integer | Class::Unsigned | Class::Decimal | Class::Real | Class::Any
        );
        if !number || !seen.insert(name) {
            return unfit(table, name, "it cannot be summed");
        }
    }
    let into = &aggregate.into;
    if into.is_empty() || changed(request).contains(into.as_str()) {
        return told("the summary needs a table of its own");
    }
    if links.iter().any(|l| l.link.from == *into) {
        return told(format!("the summary cannot stand in {into}: it refers to the plan's tables"));
    }
    if links.iter().any(|l| l.fate == Fate::Follow && l.link.from == request.root) {
        return told("rows that follow others cannot be aggregated");
    }
    Ok(())
}

/// Which rows are covered must not depend on what the plan itself does to other rows. A condition may
/// look at rows that go with the row itself (and with it only), and at tables that are not changed.
pub(super) fn stability(schema: &Schema, request: &Request, links: &[PlannedLink]) -> Result<()> {
    let selection = &request.selection;
    let own = std::iter::once(&selection.covered).chain(&selection.except);
    let mut conditions: Vec<(&str, &Condition)> =
        own.map(|condition| (request.root.as_str(), condition)).collect();
    for child in &request.children {
        conditions.extend(child.except.iter().map(|hold| (child.table.as_str(), hold)));
    }
    for (table, condition) in conditions {
        let mut paths = Vec::new();
        sql::tables_read(condition, &mut paths);
        for path in paths {
            steady(request, links, table, path)?;
        }
        let mut columns = BTreeSet::new();
        columns_read(condition, &mut columns);
        let table = schema.table(table)?;
        for planned in links.iter().filter(|l| l.link.from == table.name) {
            let cut = &planned.cut;
            if planned.fate == Fate::Unlink
                && cut.iter().any(|name| columns.contains(name.as_str()))
            {
                return Err(PurgeError::Unstable { table: table.name.clone() });
            }
        }
    }
    Ok(())
}

fn steady(
    request: &Request,
    links: &[PlannedLink],
    table: &str,
    path: &[crate::request::Hop],
) -> Result<()> {
    let changed = changed(request);
    let mut before = table;
    let mut with_the_row = true;
    for hop in path {
        let mine: Vec<&PlannedLink> =
            links.iter().filter(|l| l.link.from == hop.table && l.fate != Fate::Keep).collect();
        let same = mine.as_slice().first().is_some_and(|l| {
            let pairs: BTreeMap<&String, &String> =
                l.link.to_columns.iter().zip(&l.link.from_columns).collect();
            let asked: BTreeMap<&String, &String> = hop.on.iter().map(|(a, b)| (a, b)).collect();
            l.fate == Fate::Follow && l.link.to == before && pairs == asked
        });
        with_the_row &= same && mine.len() == 1 && hop.table != request.root;
        if changed.contains(hop.table.as_str()) && !with_the_row {
            return Err(PurgeError::Unstable { table: hop.table.clone() });
        }
        before = &hop.table;
    }
    Ok(())
}

/// The row's own columns that a condition reads.
fn columns_read<'a>(condition: &'a Condition, found: &mut BTreeSet<&'a str>) {
    match condition {
        Condition::All(of) | Condition::Any(of) => {
            for part in of {
                columns_read(part, found);
            }
        }
        Condition::Not(of) => columns_read(of, found),
        Condition::OlderThan { column, .. }
        | Condition::Equals { column, .. }
        | Condition::OneOf { column, .. }
        | Condition::Alike { column, .. }
        | Condition::IsNull { column } => {
            found.insert(column);
        }
        Condition::RelatedOlder { path, .. }
        | Condition::Related { path, .. }
        | Condition::NoneRelated(path) => {
            found.extend(
                path.first().into_iter().flat_map(|hop| &hop.on).map(|(own, _)| own.as_str()),
            );
        }
        Condition::Keys(_) => {}
    }
}

/// Triggers and rules on changed tables, told and refused unless they are allowed.
pub(super) fn triggers(schema: &Schema, request: &Request) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for name in changed(request) {
        let table = schema.table(name)?;
        found.extend(table.triggers.iter().map(|trigger| format!("{trigger} on {name}")));
    }
    if found.is_empty() || request.allow.triggers {
        return Ok(found);
    }
    Err(PurgeError::Triggers(found))
}

/// Circles of references among tables whose rows are deleted, each named once.
pub(super) fn circles(request: &Request, links: &[PlannedLink]) -> Vec<String> {
    let goes = |name: &str| {
        matches!(treatment_of(request, name), Some(Treatment::Delete | Treatment::Aggregate(_)))
    };
    let usable: Vec<&Link> = links
        .iter()
        .map(|l| &l.link)
        .filter(|link| link.enforced && goes(&link.from) && goes(&link.to))
        .collect();
    let mut found: BTreeMap<BTreeSet<&str>, String> = BTreeMap::new();
    for start in &usable {
        let mut open: Vec<Vec<&Link>> = vec![vec![start]];
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(path) = open.pop() {
            let Some(end) = path.last().map(|link| link.to.as_str()) else { continue };
            if end == start.from {
                let tables = path.iter().map(|link| link.from.as_str()).collect();
                let labels: Vec<String> = path.iter().map(|link| link.label()).collect();
                found.entry(tables).or_insert_with(|| labels.join(", "));
                continue;
            }
            if !seen.insert(end) {
                continue;
            }
            for next in usable.iter().filter(|link| link.from == end) {
                let mut longer = path.clone();
                longer.push(next);
                open.push(longer);
            }
        }
    }
    found.into_values().collect()
}
