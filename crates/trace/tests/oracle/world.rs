//! Random databases with random rows. What every value means is written down by hand, so that the
//! oracle needs no SQL and no folding.

use std::{collections::BTreeMap, fmt::Write as _};

use purge::{Alike, Engine};
use trace::{
    About, Field, Ground, Holds, Identifier, Kind, Link, Opened, Side, Source, Spelling, Start,
    State, Whose,
};

use crate::common::Db;

/// A small generator: the same seed makes the same world on every machine (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }
}

/// Whom a text names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    Us,
    Them,
    Nobody,
}

pub struct KindOf {
    pub name: &'static str,
    pub shareable: bool,
    pub spelling: Spelling,
    /// What is verified of the person.
    pub verified: &'static [&'static str],
    /// What may stand in a cell.
    pub texts: &'static [(Option<&'static str>, Who)],
}

pub const KINDS: [KindOf; 3] = [
    KindOf {
        name: "email",
        shareable: false,
        spelling: Spelling::Alike(Alike::Address),
        verified: &["anna@shop.example", "ANNA.LI@mail.example"],
        texts: &[
            (Some("anna@shop.example"), Who::Us),
            (Some("  Anna@Shop.EXAMPLE"), Who::Us),
            (Some("anna.li@mail.example"), Who::Us),
            (Some("bo@shop.example"), Who::Them),
            (Some("änna@shop.example"), Who::Them),
            (Some("joanna@shop.example"), Who::Them),
            (Some("  "), Who::Nobody),
            (Some(""), Who::Nobody),
            (None, Who::Nobody),
            (None, Who::Nobody),
        ],
    },
    KindOf {
        name: "phone",
        shareable: true,
        spelling: Spelling::Alike(Alike::Phone),
        verified: &["+86 138 0013 8000"],
        texts: &[
            (Some("+8613800138000"), Who::Us),
            (Some("0086 138-0013-8000"), Who::Us),
            (Some("+86 (138) 0013.8000"), Who::Us),
            (Some("13800138000"), Who::Them),
            (Some("+8613800138001"), Who::Them),
            (Some("-"), Who::Nobody),
            (None, Who::Nobody),
        ],
    },
    KindOf {
        name: "code",
        shareable: false,
        spelling: Spelling::Exact,
        verified: &["C-42"],
        texts: &[
            (Some("C-42"), Who::Us),
            // MariaDB takes them for equal; we do not.
            (Some("c-42"), Who::Them),
            (Some("C-42 "), Who::Them),
            (Some("C-43"), Who::Them),
            (Some(""), Who::Nobody),
            (None, Who::Nobody),
        ],
    },
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    Int,
    Text,
    Pair,
    /// No primary key at all.
    Bare,
}

/// A row of `from` refers to a row of `to`.
pub struct Ref {
    pub from: usize,
    pub columns: Vec<String>,
    pub to: usize,
    pub to_columns: Vec<String>,
    pub declared: bool,
    pub mention: bool,
    /// Declared: the column is a number.
    pub number: bool,
}

pub struct Table {
    pub source: usize,
    pub name: String,
    pub key: KeyKind,
    pub key_names: Vec<String>,
    pub about: About,
    /// Columns with the number of their kind.
    pub identifiers: Vec<(String, usize)>,
    pub fields: Vec<(String, Whose)>,
    pub excluded: bool,
    pub rows: Vec<Row>,
}

/// A row's cells by column, as texts.
pub type Row = BTreeMap<String, Option<String>>;

pub struct World {
    pub engines: Vec<Engine>,
    /// PostgreSQL: the schema the tables are in.
    pub schema: String,
    pub tables: Vec<Table>,
    pub refs: Vec<Ref>,
    pub kinds: Vec<usize>,
}

impl World {
    pub fn new(engines: &[Engine], schema: &str, dice: &mut Dice) -> Self {
        let mut world = Self {
            engines: engines.to_vec(),
            schema: schema.to_owned(),
            tables: Vec::new(),
            refs: Vec::new(),
            kinds: (0..KINDS.len()).filter(|_| dice.chance(65)).collect(),
        };
        if world.kinds.is_empty() {
            world.kinds.push(dice.roll(KINDS.len()));
        }
        for source in 0..engines.len() {
            for _ in 0..2 + dice.roll(4) {
                let table = world.table(source, dice);
                world.tables.push(table);
            }
        }
        world.references(dice);
        world.fill(dice);
        world
    }

    fn table(&self, source: usize, dice: &mut Dice) -> Table {
        let n = self.tables.len();
        let key = dice.pick(&[
            KeyKind::Int,
            KeyKind::Int,
            KeyKind::Int,
            KeyKind::Text,
            KeyKind::Pair,
            KeyKind::Bare,
        ]);
        let key_names = match key {
            KeyKind::Int | KeyKind::Text => vec!["id".to_owned()],
            KeyKind::Pair => vec!["Part A".to_owned(), "part_b".to_owned()],
            KeyKind::Bare => vec![],
        };
        let about = if dice.chance(30) { About::Person } else { About::Things };
        let most = if about == About::Person || dice.chance(30) { 3 } else { 1 };
        let identifiers: Vec<(String, usize)> =
            (0..dice.roll(most + 1)).map(|i| (format!("who{i}"), dice.roll(KINDS.len()))).collect();
        let mut fields = Vec::new();
        for i in 0..dice.roll(4) {
            let mut whose = dice.pick(&[Whose::Unsaid, Whose::Owner]);
            if let Some((column, _)) = identifiers.first().filter(|_| dice.chance(40)) {
                whose = Whose::With(column.clone());
            }
            fields.push((format!("field \"{i}\""), whose));
        }
        Table {
            source,
            name: if dice.chance(20) { format!("odd \"{n}`") } else { format!("t{n}") },
            key,
            key_names,
            about,
            identifiers,
            fields,
            excluded: dice.chance(6),
            rows: Vec::new(),
        }
    }

    fn references(&mut self, dice: &mut Dice) {
        for from in 0..self.tables.len() {
            for _ in 0..dice.roll(4) {
                let beside: Vec<usize> = (0..self.tables.len())
                    .filter(|to| self.tables[*to].source == self.tables[from].source)
                    .filter(|to| self.tables[*to].key != KeyKind::Bare)
                    .collect();
                if beside.is_empty() {
                    continue;
                }
                let to = dice.pick(&beside);
                let n = self.refs.len();
                let to_columns = self.tables[to].key_names.clone();
                let columns = (0..to_columns.len()).map(|c| format!("ref{n}_{c}")).collect();
                let mention = dice.chance(12);
                let number = false;
                self.refs.push(Ref {
                    from,
                    columns,
                    to,
                    to_columns,
                    declared: false,
                    mention,
                    number,
                });
            }
        }
        for _ in 0..dice.roll(5) {
            let (from, to) = (dice.roll(self.tables.len()), dice.roll(self.tables.len()));
            let n = self.refs.len();
            let by_key = self.tables[to].key_names.len() == 1 && dice.chance(70);
            let column = if by_key { "id" } else { "tag" };
            self.refs.push(Ref {
                from,
                columns: vec![format!("link{n}")],
                to,
                to_columns: vec![column.to_owned()],
                declared: true,
                mention: dice.chance(12),
                number: by_key && self.tables[to].key == KeyKind::Int && dice.chance(50),
            });
        }
    }

    fn fill(&mut self, dice: &mut Dice) {
        let sizes: Vec<usize> = self.tables.iter().map(|_| 1 + dice.roll(8)).collect();
        for (t, size) in sizes.iter().enumerate() {
            for uid in 0..*size {
                let mut row = Row::new();
                for (name, value) in self.tables[t].key_names.iter().zip(self.key_of(t, uid)) {
                    row.insert(name.clone(), Some(value));
                }
                row.insert("uid".to_owned(), Some(uid.to_string()));
                row.insert(
                    "tag".to_owned(),
                    (!dice.chance(25)).then(|| format!("g{}", dice.roll(3))),
                );
                for (column, kind) in &self.tables[t].identifiers {
                    let (text, _) = dice.pick(KINDS[*kind].texts);
                    row.insert(column.clone(), text.map(str::to_owned));
                }
                for (column, _) in &self.tables[t].fields {
                    row.insert(column.clone(), dice.chance(80).then(|| format!("f{uid}")));
                }
                for link in self.refs.iter().filter(|link| link.from == t) {
                    let to = (!dice.chance(30)).then(|| dice.roll(sizes[link.to]));
                    for (column, value) in link.columns.iter().zip(self.target(link, to, dice)) {
                        row.insert(column.clone(), value);
                    }
                }
                self.tables[t].rows.push(row);
            }
        }
    }

    fn key_of(&self, t: usize, uid: usize) -> Vec<String> {
        match self.tables[t].key {
            KeyKind::Int => vec![uid.to_string()],
            KeyKind::Text => vec![format!("k{uid}")],
            KeyKind::Pair => vec![(uid % 3).to_string(), uid.to_string()],
            KeyKind::Bare => vec![],
        }
    }

    fn target(&self, link: &Ref, to: Option<usize>, dice: &mut Dice) -> Vec<Option<String>> {
        let Some(uid) = to else {
            let mut none = vec![None; link.columns.len()];
            // Half a reference is none (MATCH SIMPLE).
            if none.len() == 2 && dice.chance(50) {
                none[1] = Some("1".to_owned());
            }
            return none;
        };
        if !link.declared {
            return self.key_of(link.to, uid).into_iter().map(Some).collect();
        }
        let text = if link.to_columns[0] == "tag" {
            format!("g{}", dice.roll(4))
        } else {
            self.key_of(link.to, uid).remove(0)
        };
        // Another spelling is another value across databases.
        let text = match dice.roll(10) {
            0 if !link.number => text.to_uppercase(),
            1 if !link.number => format!("0{text}"),
            _ => text,
        };
        vec![Some(text)]
    }

    pub fn is_number(&self, t: usize, column: &str) -> bool {
        let table = &self.tables[t];
        let of_key = |key: KeyKind| matches!(key, KeyKind::Int | KeyKind::Pair);
        column == "uid"
            || table.key_names.iter().any(|name| name == column) && of_key(table.key)
            || self.refs.iter().filter(|link| link.from == t).any(|link| {
                link.columns.iter().any(|name| name == column)
                    && if link.declared { link.number } else { of_key(self.tables[link.to].key) }
            })
    }

    pub fn engine(&self, t: usize) -> Engine {
        self.engines[self.tables[t].source]
    }

    pub fn columns(&self, t: usize) -> Vec<String> {
        let table = &self.tables[t];
        let mut names = table.key_names.clone();
        names.extend(["uid".to_owned(), "tag".to_owned()]);
        names.extend(table.identifiers.iter().map(|(name, _)| name.clone()));
        names.extend(table.fields.iter().map(|(name, _)| name.clone()));
        let links = self.refs.iter().filter(|link| link.from == t);
        names.extend(links.flat_map(|link| link.columns.clone()));
        names
    }

    /// The name a plan uses.
    pub fn shown(&self, t: usize) -> String {
        let name = &self.tables[t].name;
        match self.engine(t) {
            Engine::Postgres => format!("{}.{name}", self.schema),
            _ => name.clone(),
        }
    }

    pub fn find(&self, source: &str, shown: &str) -> usize {
        let is = |t: &usize| self.id(*t) == source && self.shown(*t) == shown;
        (0..self.tables.len()).find(is).unwrap()
    }

    pub fn id(&self, t: usize) -> String {
        format!("s{}", self.tables[t].source)
    }

    fn quote(&self, t: usize, name: &str) -> String {
        match self.engine(t) {
            Engine::Mysql => format!("`{}`", name.replace('`', "``")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    fn table_sql(&self, t: usize) -> String {
        let name = self.quote(t, &self.tables[t].name);
        match self.engine(t) {
            Engine::Postgres => format!("{}.{name}", self.quote(t, &self.schema)),
            _ => name,
        }
    }

    /// Everything that makes one of the databases.
    pub fn ddl(&self, source: usize) -> String {
        let mut sql = match self.engines[source] {
            Engine::Sqlite => "PRAGMA foreign_keys = OFF;".to_owned(),
            Engine::Postgres => format!("CREATE SCHEMA \"{}\";", self.schema.replace('"', "\"\"")),
            Engine::Mysql => "SET foreign_key_checks = 0;".to_owned(),
        };
        let mut foreign = String::new();
        for t in (0..self.tables.len()).filter(|t| self.tables[*t].source == source) {
            let (table, engine) = (&self.tables[t], self.engine(t));
            let text = if engine == Engine::Mysql { "VARCHAR(60)" } else { "TEXT" };
            let names = self.columns(t);
            let quoted = |names: &[String]| {
                names.iter().map(|name| self.quote(t, name)).collect::<Vec<_>>().join(", ")
            };
            let mut parts: Vec<String> = names
                .iter()
                .map(|name| {
                    let kind = if self.is_number(t, name) { "INTEGER" } else { text };
                    let required = if table.key_names.contains(name) { " NOT NULL" } else { "" };
                    format!("{} {kind}{required}", self.quote(t, name))
                })
                .collect();
            if !table.key_names.is_empty() {
                parts.push(format!("PRIMARY KEY ({})", quoted(&table.key_names)));
            }
            for link in self.refs.iter().filter(|link| link.from == t && !link.declared) {
                let clause = format!(
                    "FOREIGN KEY ({}) REFERENCES {} ({})",
                    quoted(&link.columns),
                    self.table_sql(link.to),
                    quoted(&link.to_columns)
                );
                if engine == Engine::Sqlite {
                    parts.push(clause);
                } else {
                    let _ = write!(foreign, "ALTER TABLE {} ADD {clause};", self.table_sql(t));
                }
            }
            let _ = write!(sql, "CREATE TABLE {} ({});", self.table_sql(t), parts.join(", "));
            for row in &table.rows {
                let values: Vec<String> = names
                    .iter()
                    .map(|name| match &row[name] {
                        None => "NULL".to_owned(),
                        Some(value) if self.is_number(t, name) => value.clone(),
                        Some(value) => format!("'{value}'"),
                    })
                    .collect();
                let _ = write!(
                    sql,
                    "INSERT INTO {} VALUES ({});",
                    self.table_sql(t),
                    values.join(", ")
                );
            }
        }
        sql + &foreign
    }

    /// Some databases stay open for the next walk.
    pub async fn ground(&self, databases: &[Db]) -> Ground {
        let opened = Opened::default();
        let mut sources = Vec::new();
        for (source, db) in databases.iter().enumerate() {
            let target = db.target();
            let schema = if (source + self.tables.len()).is_multiple_of(2) {
                let minute = std::time::Duration::from_mins(1);
                let mut reader = target.reader(minute, minute).await.unwrap();
                let schema = reader.schema().await.unwrap();
                opened.keep(&format!("s{source}"), reader);
                Box::new(schema)
            } else {
                Box::new(target.schema().await.unwrap())
            };
            let here = (0..self.tables.len()).filter(|t| self.tables[*t].source == source);
            sources.push(Source {
                id: format!("s{source}"),
                state: State::Connected { schema, target },
                tables: here.map(|t| (self.shown(t), self.holds(t))).collect(),
            });
        }
        let side = |t: usize, columns: &[String]| Side {
            source: self.id(t),
            table: self.shown(t),
            columns: columns.to_vec(),
        };
        let links = self.refs.iter().filter(|link| link.declared).map(|link| Link {
            from: side(link.from, &link.columns),
            to: side(link.to, &link.to_columns),
        });
        let shareable =
            KINDS.iter().filter(|kind| kind.shareable).map(|kind| Kind::from(kind.name));
        Ground { sources, links: links.collect(), shareable: shareable.collect(), opened }
    }

    fn holds(&self, t: usize) -> Holds {
        let table = &self.tables[t];
        let identifier = |(column, kind): &(String, usize)| Identifier {
            column: column.clone(),
            kind: Kind::from(KINDS[*kind].name),
            spelling: KINDS[*kind].spelling,
        };
        let field = |(column, whose): &(String, Whose)| Field {
            column: column.clone(),
            category: "c".into(),
            level: 1,
            whose: whose.clone(),
        };
        let mentions = self.refs.iter().filter(|link| link.from == t && link.mention);
        Holds {
            about: table.about,
            fields: table.fields.iter().map(field).collect(),
            identifiers: table.identifiers.iter().map(identifier).collect(),
            mentions: mentions.map(|link| link.columns.clone()).collect(),
            hidden: vec![],
            excluded: table.excluded.then(|| "by lot".to_owned()),
        }
    }

    pub fn start(&self) -> Start {
        let values = self
            .kinds
            .iter()
            .flat_map(|kind| KINDS[*kind].verified.iter().map(|value| (KINDS[*kind].name, *value)));
        values.fold(Start::default(), |start, (kind, value)| start.with(kind, value))
    }
}
