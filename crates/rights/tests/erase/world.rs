//! Small databases at random, and a naive oracle that says what of them is left after an erasure. The
//! oracle knows the rules of `trace` and of erasures as they are written, and none of their code: it
//! looks at every row again and again until nothing changes.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use std::{collections::BTreeSet, fmt::Write as _};

use datamap::map::Tables;
use purge::Engine;

/// Whom the request is of.
pub const PERSON: &str = "li.lei@example.com";
/// Spellings of theirs, and other people.
const THEIRS: [&str; 3] = [PERSON, "Li.Lei@Example.com", "LI.LEI@EXAMPLE.COM"];
const OTHERS: [&str; 3] =
    ["han.meimei@example.com", "wang.wei@example.org", "zhao.min@example.net"];
const NAMES: [&str; 4] = ["Li Lei", "Han Meimei", "Wang Wei", "Zhao Min"];

/// Splitmix64 (Steele, Lea, Flood 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        (self.next() % sides.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Int,
    Text,
    /// None at all; nothing refers to it.
    Bare,
}

#[derive(Debug)]
struct Ref {
    to: usize,
    nullable: bool,
    rule: &'static str,
}

/// Columns: `id`, the addresses, `full_name`, the references, `note`.
#[derive(Debug)]
struct Table {
    key: Key,
    /// May be NULL.
    addresses: Vec<bool>,
    name: Option<bool>,
    refs: Vec<Ref>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    addresses: Vec<Option<String>>,
    name: Option<String>,
    refs: Vec<Option<usize>>,
}

/// One database.
#[derive(Debug)]
pub struct World {
    engine: Engine,
    tables: Vec<Table>,
}

/// What an erasure leaves.
pub struct Told {
    /// Rows by table, each as text, sorted.
    pub left: Vec<Vec<Vec<Option<String>>>>,
    pub deleted: u64,
    pub emptied: u64,
    /// Rows whose keys are listed, and rows that are somebody else's, too.
    pub own: u64,
    pub shared: u64,
}

type At = (usize, usize);

impl World {
    pub fn new(engine: Engine, dice: &mut Dice) -> Self {
        let count = 2 + dice.roll(5);
        let mut tables: Vec<Table> = (0..count).map(|n| table(n, dice)).collect();
        for n in 0..count {
            for _ in 0..if n == 0 { usize::from(dice.chance(15)) } else { dice.roll(3) } {
                let to = if dice.chance(70) && n > 0 { dice.roll(n) } else { dice.roll(count) };
                if tables[to].key == Key::Bare {
                    continue;
                }
                // Every circle has a reference that can be cut.
                let nullable = to >= n || dice.chance(50);
                let rules: &[&str] = if nullable {
                    &["NO ACTION", "CASCADE", "SET NULL"]
                } else {
                    &["NO ACTION", "CASCADE"]
                };
                let rule = rules[dice.roll(rules.len())];
                tables[n].refs.push(Ref { to, nullable, rule });
            }
        }
        let sizes: Vec<usize> = (0..count).map(|n| dice.roll(7) + usize::from(n == 0)).collect();
        for n in 0..count {
            let rows = (0..sizes[n]).filter_map(|_| row(&tables[n], &sizes, dice)).collect();
            tables[n].rows = rows;
        }
        let mut world = Self { engine, tables };
        world.mend();
        world
    }

    /// References to rows that were not made after all.
    fn mend(&mut self) {
        let sizes: Vec<usize> = self.tables.iter().map(|table| table.rows.len()).collect();
        for n in 0..self.tables.len() {
            let to: Vec<usize> = self.tables[n].refs.iter().map(|one| one.to).collect();
            for row in &mut self.tables[n].rows {
                for (value, to) in row.refs.iter_mut().zip(&to) {
                    *value = value.filter(|at| *at < sizes[*to]);
                }
            }
        }
        // A row without what it needs is not there; what referred to it follows.
        loop {
            let broken = self.tables.iter().enumerate().find_map(|(n, table)| {
                let lacks = |row: &Row| {
                    let mut all = table.refs.iter().zip(&row.refs);
                    all.any(|(one, value)| !one.nullable && value.is_none())
                };
                table.rows.iter().position(lacks).map(|at| (n, at))
            });
            let Some((gone, at)) = broken else { return };
            self.tables[gone].rows.remove(at);
            for n in 0..self.tables.len() {
                let to: Vec<usize> = self.tables[n].refs.iter().map(|one| one.to).collect();
                for row in &mut self.tables[n].rows {
                    for (value, to) in row.refs.iter_mut().zip(&to) {
                        *value = match *value {
                            Some(one) if *to == gone && one == at => None,
                            Some(one) if *to == gone && one > at => Some(one - 1),
                            same => same,
                        };
                    }
                }
            }
        }
    }

    pub fn names(&self) -> Vec<String> {
        (0..self.tables.len()).map(|n| format!("t{n}")).collect()
    }

    pub fn columns(&self, n: usize) -> Vec<String> {
        let table = &self.tables[n];
        let mut all = Vec::new();
        if table.key != Key::Bare {
            all.push("id".to_owned());
        }
        all.extend((0..table.addresses.len()).map(address));
        all.extend(table.name.map(|_| "full_name".to_owned()));
        all.extend((0..table.refs.len()).map(|at| format!("ref{at}")));
        all.push("note".to_owned());
        all
    }

    fn id(&self, (n, at): At) -> Option<String> {
        match self.tables[n].key {
            Key::Int => Some((at + 1).to_string()),
            Key::Text => Some(format!("k-{at}")),
            Key::Bare => None,
        }
    }

    /// The row as a database shows it.
    fn shown(&self, (n, at): At) -> Vec<Option<String>> {
        let row = &self.tables[n].rows[at];
        let mut all: Vec<Option<String>> = self.id((n, at)).into_iter().map(Some).collect();
        all.extend(row.addresses.iter().cloned());
        if self.tables[n].name.is_some() {
            all.push(row.name.clone());
        }
        for (one, value) in self.tables[n].refs.iter().zip(&row.refs) {
            all.push(value.and_then(|value| self.id((one.to, value))));
        }
        all.push(Some("x".to_owned()));
        all
    }

    /// Tables first without references ahead, which are added when all rows are there.
    pub fn ddl(&self) -> String {
        let mut sql = String::new();
        let lite = self.engine == Engine::Sqlite;
        let null = |may: bool| if may { "" } else { " NOT NULL" };
        for (n, table) in self.tables.iter().enumerate() {
            let mut parts = Vec::new();
            match table.key {
                Key::Int => parts.push("id INTEGER PRIMARY KEY".to_owned()),
                Key::Text => parts.push("id VARCHAR(20) NOT NULL PRIMARY KEY".to_owned()),
                Key::Bare => {}
            }
            for (at, may) in table.addresses.iter().enumerate() {
                parts.push(format!("{} VARCHAR(100){}", address(at), null(*may)));
            }
            if let Some(may) = table.name {
                parts.push(format!("full_name VARCHAR(100){}", null(may)));
            }
            for (at, one) in table.refs.iter().enumerate() {
                let int = self.tables[one.to].key == Key::Int;
                let kind = if int { "INTEGER" } else { "VARCHAR(20)" };
                parts.push(format!("ref{at} {kind}{}", null(one.nullable)));
            }
            parts.push("note VARCHAR(10)".to_owned());
            if lite {
                for (at, one) in table.refs.iter().enumerate() {
                    parts.push(foreign(at, one));
                }
            }
            writeln!(sql, "CREATE TABLE t{n} ({});", parts.join(", ")).unwrap();
        }
        for (n, table) in self.tables.iter().enumerate() {
            for at in 0..table.rows.len() {
                let value = |one: Option<String>| match one {
                    Some(text) => format!("'{text}'"),
                    None => "NULL".to_owned(),
                };
                let values: Vec<String> = self.shown((n, at)).into_iter().map(value).collect();
                writeln!(sql, "INSERT INTO t{n} VALUES ({});", values.join(", ")).unwrap();
            }
        }
        if lite {
            return format!("PRAGMA foreign_keys = OFF;\n{sql}");
        }
        for (n, table) in self.tables.iter().enumerate() {
            for (at, one) in table.refs.iter().enumerate() {
                writeln!(sql, "ALTER TABLE t{n} ADD {};", foreign(at, one)).unwrap();
            }
        }
        sql
    }

    fn all(&self) -> impl Iterator<Item = At> + '_ {
        let of = |(n, table): (usize, &Table)| (0..table.rows.len()).map(move |at| (n, at));
        self.tables.iter().enumerate().flat_map(of)
    }

    fn refers(&self, (n, at): At) -> Vec<At> {
        let row = &self.tables[n].rows[at];
        let each = self.tables[n].refs.iter().zip(&row.refs);
        each.filter_map(|(one, value)| value.map(|value| (one.to, value))).collect()
    }

    /// Cannot be read at all: MariaDB has nothing to tell such rows apart.
    fn barred(&self, n: usize) -> bool {
        self.tables[n].key == Key::Bare && self.engine == Engine::Mysql
    }

    /// Its rows can be deleted; PostgreSQL's `ctid` is no key to write down.
    fn keyed(&self, n: usize) -> bool {
        self.tables[n].key != Key::Bare || self.engine == Engine::Sqlite
    }
}

fn address(at: usize) -> String {
    if at == 0 { "email".to_owned() } else { "to_email".to_owned() }
}

fn foreign(at: usize, one: &Ref) -> String {
    let Ref { to, rule, .. } = one;
    format!("FOREIGN KEY (ref{at}) REFERENCES t{to} (id) ON DELETE {rule}")
}

/// The first is always of people.
fn table(n: usize, dice: &mut Dice) -> Table {
    let key = match dice.roll(10) {
        0..5 => Key::Int,
        5..9 => Key::Text,
        _ if n == 0 => Key::Int,
        _ => Key::Bare,
    };
    let addresses = match dice.roll(10) {
        _ if n == 0 => 1,
        0..6 => 0,
        6..8 => 1,
        _ => 2,
    };
    let addresses = (0..addresses).map(|_| dice.chance(50)).collect();
    let name = dice.chance(45).then(|| dice.chance(50));
    Table { key, addresses, name, refs: Vec::new(), rows: Vec::new() }
}

fn row(table: &Table, sizes: &[usize], dice: &mut Dice) -> Option<Row> {
    let mut addresses = Vec::new();
    for nullable in &table.addresses {
        addresses.push(match dice.roll(10) {
            0 if *nullable => None,
            0..5 => Some(THEIRS[dice.roll(3)].to_owned()),
            _ => Some(OTHERS[dice.roll(3)].to_owned()),
        });
    }
    let name = table.name.map(|_| NAMES[dice.roll(4)].to_owned());
    let mut refs = Vec::new();
    for one in &table.refs {
        if sizes[one.to] == 0 || one.nullable && dice.chance(25) {
            if !one.nullable {
                return None;
            }
            refs.push(None);
            continue;
        }
        refs.push(Some(dice.roll(sizes[one.to])));
    }
    Some(Row { addresses, name, refs })
}

/// What the map says of the tables.
struct Map {
    person: bool,
    /// Columns that hold addresses, as far as it knows.
    identifiers: BTreeSet<String>,
    personal: BTreeSet<String>,
}

fn map(tables: &Tables, names: &[String]) -> Vec<Map> {
    let of = |name: &String| {
        let fields = tables.table(name).map_or(&[][..], |table| &table.fields);
        let some = |wanted: &dyn Fn(&datamap::map::TableField) -> bool| -> BTreeSet<String> {
            fields.iter().filter(|field| wanted(field)).map(|field| field.name.clone()).collect()
        };
        let identifiers = some(&|field| field.category == "contact.email");
        let other = some(&|field| {
            matches!(field.category.as_str(), "contact.phone" | "identity.customer_id")
        });
        assert!(other.is_empty(), "{name}: {other:?} are taken for other identifiers");
        let mut personal = some(&|field| field.level > 0);
        personal.extend(identifiers.iter().cloned());
        let person = !identifiers.is_empty() && tables.parents(name).next().is_none();
        Map { person, identifiers, personal }
    };
    names.iter().map(of).collect()
}

/// The oracle.
pub fn told(world: &World, tables: &Tables) -> Told {
    let map = map(tables, &world.names());
    let (own, shared) = found(world, &map);
    // What goes: a row that nothing refers to but what goes, too.
    let mut gone: BTreeSet<At> = own.iter().filter(|at| world.keyed(at.0)).copied().collect();
    loop {
        let stays = world.all().filter(|at| !gone.contains(at));
        let kept: BTreeSet<At> = stays.flat_map(|at| world.refers(at)).collect();
        let before = gone.len();
        gone.retain(|at| !kept.contains(at));
        if gone.len() == before {
            break;
        }
    }
    let mut left: Vec<Vec<Vec<Option<String>>>> = vec![Vec::new(); world.tables.len()];
    let mut emptied = 0;
    for at in world.all().filter(|at| !gone.contains(at)) {
        let mut row = world.shown(at);
        if own.contains(&at) && world.keyed(at.0) {
            emptied += u64::from(empty(world, at, &mut row, &map[at.0].personal, false));
        } else if shared.contains(&at) && world.keyed(at.0) {
            empty(world, at, &mut row, &map[at.0].identifiers, true);
        }
        left[at.0].push(row);
    }
    for rows in &mut left {
        rows.sort();
    }
    let keyed = |rows: &BTreeSet<At>| rows.iter().filter(|at| world.keyed(at.0)).count() as u64;
    Told { left, deleted: gone.len() as u64, emptied, own: keyed(&own), shared: keyed(&shared) }
}

/// Empties cells; says whether there are any. `named`: only those that name the person.
fn empty(
    world: &World,
    (n, at): At,
    row: &mut [Option<String>],
    columns: &BTreeSet<String>,
    named: bool,
) -> bool {
    let table = &world.tables[n];
    let mut any = false;
    for (place, name) in world.columns(n).iter().enumerate().filter(|(_, c)| columns.contains(*c)) {
        let nullable = match name.as_str() {
            "email" => table.addresses[0],
            "to_email" => table.addresses[1],
            "full_name" => table.name == Some(true),
            "note" => true,
            // Keys and references stay as they are.
            _ => continue,
        };
        any = true;
        let theirs = row[place].as_deref().is_some_and(is_theirs);
        if !named || theirs {
            row[place] = if nullable { None } else { Some(String::new()) };
        }
    }
    let _ = at;
    any
}

fn is_theirs(text: &str) -> bool {
    text.trim().to_lowercase() == PERSON
}

/// The person's rows, and those that are somebody else's, too.
fn found(world: &World, map: &[Map]) -> (BTreeSet<At>, BTreeSet<At>) {
    let cells = |(n, at): At| {
        let known = |place: &usize| map[n].identifiers.contains(&address(*place));
        let addresses = &world.tables[n].rows[at].addresses;
        let some = (0..addresses.len()).filter(known).filter_map(|place| addresses[place].clone());
        some.collect::<Vec<String>>()
    };
    let named = |at: At| cells(at).iter().any(|text| is_theirs(text));
    let others = |at: At| cells(at).iter().any(|text| !is_theirs(text));
    let readable = |at: &At| !world.barred(at.0);
    let people: BTreeSet<At> =
        world.all().filter(|at| map[at.0].person).filter(|at| named(*at)).collect();
    // Somebody else is referred to.
    let strange = |at: At| {
        world.refers(at).iter().any(|to| map[to.0].person && !people.contains(to)) || others(at)
    };
    let (mut own, mut shared) = (people.clone(), BTreeSet::new());
    let things: Vec<At> =
        world.all().filter(|at| !map[at.0].person).filter(|at| readable(at)).collect();
    loop {
        let before = own.len();
        for at in &things {
            let reached = named(*at) || world.refers(*at).iter().any(|to| own.contains(to));
            if reached && !strange(*at) {
                own.insert(*at);
            }
        }
        if own.len() == before {
            break;
        }
    }
    loop {
        let before = shared.len();
        for at in things.iter().filter(|at| !own.contains(at)) {
            let hangs = |to: &At| own.contains(to) || shared.contains(to);
            if named(*at) || world.refers(*at).iter().any(hangs) {
                shared.insert(*at);
            }
        }
        if shared.len() == before {
            break;
        }
    }
    upwards(world, map, &mut own);
    (own, shared)
}

/// What the person's own rows alone refer to, in tables that nothing leads down to.
fn upwards(world: &World, map: &[Map], own: &mut BTreeSet<At>) {
    let mut down: BTreeSet<usize> = (0..world.tables.len())
        .filter(|n| !world.barred(*n) && !map[*n].identifiers.is_empty())
        .collect();
    loop {
        let before = down.len();
        for (n, table) in world.tables.iter().enumerate() {
            if !world.barred(n) && table.refs.iter().any(|one| down.contains(&one.to)) {
                down.insert(n);
            }
        }
        if down.len() == before {
            break;
        }
    }
    let may = |n: usize| !down.contains(&n) && !map[n].personal.is_empty() && !world.barred(n);
    loop {
        let before = own.len();
        for at in world.all().filter(|at| may(at.0)).collect::<Vec<_>>() {
            let mut referring =
                world.all().filter(|other| *other != at && world.refers(*other).contains(&at));
            let some = referring.next();
            if some.is_some_and(|one| own.contains(&one)) && referring.all(|one| own.contains(&one))
            {
                own.insert(at);
            }
        }
        if own.len() == before {
            return;
        }
    }
}
