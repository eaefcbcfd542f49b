//! How one table's rows are read and judged: a plan and a ground made ready for one person.

use std::collections::{BTreeMap, HashSet};

use purge::{Engine, Table};

use crate::{
    ground::{About, Ground, Holds, Spelling, Start},
    judge::{Cells, Looked, Placed},
    plan::{How, Plan, refs, refs::Reference},
};

/// One table of the plan.
pub(crate) struct Reading {
    pub source: usize,
    pub table: Table,
    pub about: About,
    /// The columns that are read; the first `shown` of them go out.
    pub columns: Vec<String>,
    pub shown: usize,
    /// Places of the key's columns.
    pub key: Vec<usize>,
    pub looked: Vec<Looked>,
    pub cells: Cells,
    /// References to people's rows: whoever is named there is whom the row is about, too.
    pub naming: Vec<Naming>,
    /// Columns (their places) whose values later steps look for.
    pub facets: Vec<Vec<usize>>,
    /// References (their columns' places) that exclusive steps follow, by the reference's number.
    pub ups: Vec<(usize, Vec<usize>)>,
    /// References into this table, if exclusive steps lead to it: number, places of the columns
    /// referred to.
    pub referred: Vec<(usize, Vec<usize>)>,
    /// A row may come by more than one way.
    pub several: bool,
    /// References from and to it, as the catalogue had them.
    pub links: Vec<purge::Link>,
}

/// A reference to a table of people.
pub(crate) struct Naming {
    pub places: Vec<usize>,
    /// The node and facet where the person's own rows are remembered; `None`: no row is theirs.
    pub person: Option<(usize, usize)>,
}

/// A step made ready.
pub(crate) enum Go {
    /// Look for these values in this column.
    Identifier { column: String, spelling: Spelling, values: Vec<String> },
    /// Look for rows that refer to values of a facet.
    Refers { from: usize, facet: usize, columns: Vec<String>, declared: Option<Vec<usize>> },
    /// Look for rows that this reference of `from` leads to.
    Exclusive { from: usize, reference: usize, to_columns: Vec<String> },
}

pub(crate) struct Ready {
    pub readings: Vec<Reading>,
    pub go: Vec<Go>,
    pub references: Vec<Reference>,
    /// Tables that refer to something.
    pub tables: BTreeMap<refs::At, Table>,
    /// Node of a table.
    pub places: BTreeMap<refs::At, usize>,
}

/// `None`: the plan is of another ground.
pub(crate) fn ready(ground: &Ground, plan: &Plan, start: &Start, values: bool) -> Option<Ready> {
    let references = refs::all(ground).0;
    let mut places = BTreeMap::new();
    for (n, node) in plan.nodes.iter().enumerate() {
        let s = ground.sources.iter().position(|source| source.id == node.source)?;
        let schema = ground.sources[s].schema()?;
        let t = schema.tables.iter().position(|table| table.name == node.table)?;
        places.insert((s, t), n);
    }
    let mut readings = Vec::with_capacity(plan.nodes.len());
    for (at, n) in &places {
        if *n != readings.len() {
            return None; // nodes are in the ground's order
        }
        readings.push(base(ground, *at, start, values)?);
    }
    if readings.len() != plan.nodes.len() {
        return None;
    }
    let mut go = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        if step.to >= readings.len() || step.how.from().is_some_and(|from| from >= readings.len()) {
            return None;
        }
        go.push(one(&mut readings, step.to, &step.how, start, &references, &places)?);
    }
    for (at, n) in &places {
        naming(&mut readings, *n, *at, &references, &places, ground, &go, plan);
        readings[*n].several = several(&readings[*n], *n, plan, ground);
    }
    let referring = |r: &Reference| Some((r.from, refs::table(ground, r.from)?.clone()));
    let tables = references.iter().filter_map(referring).collect();
    Some(Ready { readings, go, references, tables, places })
}

fn base(ground: &Ground, at: refs::At, start: &Start, values: bool) -> Option<Reading> {
    let source = &ground.sources[at.0];
    let table = refs::table(ground, at)?.clone();
    let nothing = Holds::default();
    let holds = refs::holds(ground, at).unwrap_or(&nothing);
    let mut columns: Vec<String> = Vec::new();
    if values {
        let names = table.columns.iter().map(|column| column.name.clone());
        columns.extend(names.filter(|name| !holds.hidden.contains(name)));
    }
    let shown = columns.len();
    let mut reading = Reading {
        source: at.0,
        about: holds.about,
        columns,
        shown,
        key: Vec::new(),
        looked: Vec::new(),
        cells: Cells::default(),
        naming: Vec::new(),
        facets: Vec::new(),
        ups: Vec::new(),
        referred: Vec::new(),
        several: false,
        links: Vec::new(),
        table,
    };
    let key: Vec<String> = reading.table.key_names().into_iter().map(str::to_owned).collect();
    reading.key = reading.places(&key);
    for one in &holds.identifiers {
        if reading.table.column(&one.column).is_err() {
            continue;
        }
        let at = reading.place(&one.column);
        let fold = |values: &Vec<String>| {
            let folded = values.iter().map(|value| one.spelling.fold(value));
            folded.filter(|value| !value.trim().is_empty()).collect::<HashSet<String>>()
        };
        reading.looked.push(Looked {
            at,
            kind: one.kind.clone(),
            shareable: ground.shareable.contains(&one.kind),
            spelling: one.spelling,
            wanted: start.0.get(&one.kind).filter(|values| !values.is_empty()).map(fold),
        });
    }
    reading.cells(holds);
    let schema = source.schema()?;
    let name = reading.table.name.clone();
    let touching = schema.links.iter().filter(|link| link.from == name || link.to == name);
    reading.links = touching.cloned().collect();
    Some(reading)
}

impl Reading {
    /// The place of a column, which is read from now on.
    fn place(&mut self, name: &str) -> usize {
        if let Some(at) = self.columns.iter().position(|column| column == name) {
            return at;
        }
        self.columns.push(name.to_owned());
        self.columns.len() - 1
    }

    fn places(&mut self, names: &[String]) -> Vec<usize> {
        names.iter().map(|name| self.place(name)).collect()
    }

    fn cells(&mut self, holds: &Holds) {
        let looked = &self.looked;
        let identifier = |columns: &[String], name: &str| {
            looked.iter().find(|one| columns[one.at] == name).map(|one| one.at)
        };
        let mut cells = Vec::new();
        for (at, name) in self.columns.iter().enumerate().take(self.shown) {
            let field = holds.fields.iter().find(|field| field.column == *name);
            let placed = match field {
                Some(field) => {
                    Placed::new(&field.whose, |column| identifier(&self.columns, column))
                }
                None if looked.iter().any(|one| one.at == at) => Placed::Unsaid,
                None => continue,
            };
            cells.push((at, placed));
        }
        self.cells = Cells(cells);
    }

    fn facet(&mut self, columns: &[String]) -> usize {
        let places = self.places(columns);
        if let Some(at) = self.facets.iter().position(|facet| *facet == places) {
            return at;
        }
        self.facets.push(places);
        self.facets.len() - 1
    }
}

fn one(
    readings: &mut [Reading],
    to: usize,
    how: &How,
    start: &Start,
    references: &[Reference],
    places: &BTreeMap<refs::At, usize>,
) -> Option<Go> {
    Some(match how {
        How::Identifier { column, kind } => {
            let reading = &readings[to];
            let looked = reading
                .looked
                .iter()
                .find(|one| reading.columns[one.at] == *column && one.kind == *kind)?;
            let values = start.0.get(kind).cloned().unwrap_or_default();
            Go::Identifier { column: column.clone(), spelling: looked.spelling, values }
        }
        How::Refers { from, columns, to_columns, declared } => {
            let facet = readings[*from].facet(to_columns);
            let places = declared.then(|| readings[to].places(columns));
            Go::Refers { from: *from, facet, columns: columns.clone(), declared: places }
        }
        How::Exclusive { from, columns, to_columns, declared } => {
            let at = |node: usize| places.iter().find(|(_, n)| **n == node).map(|(at, _)| *at);
            let (child, parent) = (at(*from)?, at(to)?);
            let reference = references.iter().position(|r| {
                r.from == child
                    && r.to == parent
                    && r.from_columns == *columns
                    && r.to_columns == *to_columns
                    && r.declared == *declared
            })?;
            let places = readings[*from].places(columns);
            readings[*from].ups.push((reference, places));
            for (n, r) in references.iter().enumerate().filter(|(_, r)| r.to == parent) {
                if readings[to].referred.iter().all(|(known, _)| *known != n) {
                    let places = readings[to].places(&r.to_columns);
                    readings[to].referred.push((n, places));
                }
                // Its own references, to see when it refers to itself.
                if r.from == parent {
                    readings[to].places(&r.from_columns);
                }
            }
            Go::Exclusive { from: *from, reference, to_columns: to_columns.clone() }
        }
    })
}

/// References of a table of things to tables of people.
#[allow(clippy::too_many_arguments)] // one caller
fn naming(
    readings: &mut [Reading],
    n: usize,
    at: refs::At,
    references: &[Reference],
    places: &BTreeMap<refs::At, usize>,
    ground: &Ground,
    go: &[Go],
    plan: &Plan,
) {
    if readings[n].about == About::Person {
        return;
    }
    for reference in references.iter().filter(|r| r.from == at && !r.mention && r.fits) {
        let people = refs::holds(ground, reference.to).is_some_and(|h| h.about == About::Person);
        if !people {
            continue;
        }
        let person = places.get(&reference.to).and_then(|person| {
            go.iter().zip(&plan.steps).find_map(|(go, step)| match go {
                Go::Refers { from, facet, columns, .. }
                    if from == person
                        && step.to == n
                        && *columns == reference.from_columns
                        && readings[*from].facets[*facet]
                            .iter()
                            .map(|at| &readings[*from].columns[*at])
                            .eq(&reference.to_columns) =>
                {
                    Some((*from, *facet))
                }
                _ => None,
            })
        });
        let places = readings[n].places(&reference.from_columns);
        readings[n].naming.push(Naming { places, person });
    }
}

/// Rows must be remembered unless one statement alone finds each once: by one identifier, or by one
/// reference to the other table's key, whose values the database compares as we do.
fn several(reading: &Reading, n: usize, plan: &Plan, ground: &Ground) -> bool {
    let mut steps = plan.steps.iter().filter(|step| step.to == n);
    let (Some(step), None) = (steps.next(), steps.next()) else { return true };
    match &step.how {
        How::Identifier { .. } => false,
        How::Exclusive { .. } => true,
        How::Refers { from, columns, to_columns, declared } => {
            let engine = ground.sources[reading.source].schema().map(|schema| schema.engine);
            let exact = columns.iter().all(|name| {
                engine == Some(Engine::Postgres)
                    || reading
                        .table
                        .column(name)
                        .is_ok_and(|column| column.data_type.to_ascii_lowercase().contains("int"))
            });
            let parent = ground
                .source(&plan.nodes[*from].source)
                .and_then(|source| source.schema()?.table(&plan.nodes[*from].table).ok());
            let whole_key = parent.is_some_and(|table| table.key_names() == *to_columns);
            *declared || *from == n || !exact || !whole_key
        }
    }
}
