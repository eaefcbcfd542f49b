//! Random schemas, data and requests. Every value's meaning is written down by hand, so that the
//! oracle needs no SQL and no clock.

use std::fmt::Write as _;

use purge::{
    Alike, Allow, Child, Condition, Engine, Hop, Literal, MaskKind, Neutral, Request, Selection,
    TimeEncoding, Treatment,
};

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

/// The instant of every rule.
pub const THAN: &str = "2024-03-01T12:00:00Z";

/// How a time column is declared, and its values: SQL literal and whether it is older than [`THAN`].
pub struct Clock {
    pub data_type: &'static str,
    pub encoding: TimeEncoding,
    pub values: &'static [(&'static str, Option<bool>)],
}

const OLD: Option<bool> = Some(true);
const NEW: Option<bool> = Some(false);

#[allow(clippy::too_many_lines)] // a table
pub fn clocks(engine: Engine) -> Vec<Clock> {
    let utc = || "UTC".to_owned();
    let shanghai = || "Asia/Shanghai".to_owned();
    let texts: &[(&str, Option<bool>)] = &[
        ("'2024-02-29'", OLD),
        ("'2024-03-01'", NEW),
        ("'2024-02-28T23:59:59Z'", OLD),
        // With a time of the day behind it, of an offset that is not read: one day of grace.
        ("'2024-02-29T01:00:00+08:00'", NEW),
        ("'2024-02-28 05:00:00'", OLD),
        ("'2031-01-01'", NEW),
        ("'0000-00-00'", None),
        ("'2024-13-01'", None),
        ("'1999-00-10'", None),
        ("'yesterday'", None),
        ("''", None),
        ("NULL", None),
    ];
    let seconds: &[(&str, Option<bool>)] = &[
        ("1709294399", OLD),
        ("1709294400", NEW),
        ("1709294401", NEW),
        ("86400", OLD),
        ("0", None),
        ("-5", None),
        ("NULL", None),
    ];
    let millis: &[(&str, Option<bool>)] =
        &[("1709294399999", OLD), ("1709294400000", NEW), ("1", OLD), ("0", None), ("NULL", None)];
    let number = if engine == Engine::Sqlite { "INTEGER" } else { "BIGINT" };
    let text = if engine == Engine::Mysql { "VARCHAR(40)" } else { "TEXT" };
    let mut all = vec![
        Clock { data_type: text, encoding: TimeEncoding::Text { zone: utc() }, values: texts },
        Clock { data_type: number, encoding: TimeEncoding::EpochSeconds, values: seconds },
        Clock { data_type: number, encoding: TimeEncoding::EpochMillis, values: millis },
    ];
    match engine {
        Engine::Sqlite => {}
        Engine::Postgres => all.extend([
            Clock {
                data_type: "timestamptz(3)",
                encoding: TimeEncoding::Timestamp,
                values: &[
                    ("'2024-03-01 11:59:59.999+00'", OLD),
                    ("'2024-03-01 20:00:00+08'", NEW),
                    ("'2024-03-01 12:00:01+00'", NEW),
                    ("'-infinity'", None),
                    ("'infinity'", NEW),
                    ("NULL", None),
                ],
            },
            Clock {
                data_type: "timestamp",
                encoding: TimeEncoding::Local { zone: shanghai() },
                values: &[
                    ("'2024-03-01 19:59:59'", OLD),
                    ("'2024-03-01 20:00:00'", NEW),
                    ("'-infinity'", None),
                    ("NULL", None),
                ],
            },
            Clock {
                data_type: "date",
                encoding: TimeEncoding::Date { zone: shanghai() },
                values: &[
                    ("'2024-02-29'", OLD),
                    ("'2024-03-01'", NEW),
                    ("'-infinity'", None),
                    ("NULL", None),
                ],
            },
        ]),
        Engine::Mysql => all.extend([
            Clock {
                data_type: "DATETIME(3)",
                encoding: TimeEncoding::Local { zone: shanghai() },
                values: &[
                    ("'2024-03-01 19:59:59.999'", OLD),
                    ("'2024-03-01 20:00:00'", NEW),
                    ("'0000-00-00 00:00:00'", None),
                    ("NULL", None),
                ],
            },
            Clock {
                data_type: "TIMESTAMP NULL",
                encoding: TimeEncoding::Timestamp,
                values: &[
                    ("'2024-03-01 11:59:59'", OLD),
                    ("'2024-03-01 12:00:00'", NEW),
                    ("NULL", None),
                ],
            },
            Clock {
                data_type: "DATE",
                encoding: TimeEncoding::Date { zone: shanghai() },
                values: &[
                    ("'2024-02-29'", OLD),
                    ("'2024-03-01'", NEW),
                    ("'0000-00-00'", None),
                    ("NULL", None),
                ],
            },
        ]),
    }
    all
}

/// What is looked for among spellings.
pub fn looked_for(how: Alike) -> &'static str {
    match how {
        Alike::Address | Alike::WideAddress => "anna@shop.example",
        Alike::Phone | Alike::WidePhone => "+8613800138000",
        Alike::WideCode => "C-0042",
    }
}

/// What may stand in a column, and under which comparisons it is what is looked for.
pub const SPELLINGS: [(Option<&str>, &[Alike]); 20] = [
    (Some("anna@shop.example"), &[Alike::Address, Alike::WideAddress]),
    (Some("  Anna@Shop.EXAMPLE"), &[Alike::Address, Alike::WideAddress]),
    (Some("anna@shop\u{200B}.example\t"), &[Alike::Address, Alike::WideAddress]),
    (Some("ＡｎｎＡ＠shop．example\u{3000}"), &[Alike::WideAddress]),
    (Some("joanna@shop.example"), &[]),
    (Some("+8613800138000"), &[Alike::Phone, Alike::WidePhone]),
    (Some("0086 (138) 0013-8000"), &[Alike::Phone, Alike::WidePhone]),
    (Some("+86\u{A0}138–0013.8000"), &[Alike::Phone, Alike::WidePhone]),
    (Some("13800138000"), &[Alike::WidePhone]),
    (Some("tel １３８－００１３－８０００"), &[Alike::WidePhone]),
    (Some("0138000"), &[Alike::WidePhone]),
    (Some("138000"), &[]),
    (Some("13800138001"), &[]),
    (Some("C-0042"), &[Alike::WideCode]),
    (Some("c 00.42"), &[Alike::WideCode]),
    (Some("Ｃ－００４２"), &[Alike::WideCode]),
    (Some("00c0042"), &[Alike::WideCode]),
    (Some("C-42"), &[]),
    (Some(""), &[]),
    (None, &[]),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    Int,
    Text,
    Pair,
    /// No primary key at all.
    Bare,
}

pub struct Link {
    pub to: usize,
    pub nullable: bool,
    pub on_delete: &'static str,
    pub columns: Vec<String>,
}

pub struct Table {
    pub name: String,
    pub key: KeyKind,
    /// Names of the key's columns.
    pub key_names: Vec<String>,
    pub note: String,
    pub clock: usize,
    pub links: Vec<Link>,
    pub rows: Vec<Row>,
}

#[derive(Clone)]
pub struct Row {
    pub uid: usize,
    /// Which of the clock's values.
    pub time: usize,
    pub status: Option<&'static str>,
    pub note: Option<String>,
    /// Which of the spellings.
    pub who: usize,
    /// Row of the table referred to.
    pub refs: Vec<Option<usize>>,
    /// The SQL literals of the referring columns.
    pub ref_literals: Vec<Vec<String>>,
    pub alive: bool,
}

pub struct World {
    pub engine: Engine,
    pub schema: String,
    pub clocks: Vec<Clock>,
    pub tables: Vec<Table>,
}

const NAMES: [&str; 7] = ["orders", "select", "we\"ird ta`ble", "客户", "a.b", "Ünïque", "x'y--"];
const NOTES: [&str; 4] = ["note", "from", "备\"注`", "e-mail; x"];

impl World {
    pub fn new(engine: Engine, schema: &str, dice: &mut Dice) -> Self {
        let clocks = clocks(engine);
        let count = 2 + dice.roll(4);
        let mut tables: Vec<Table> = (0..count)
            .map(|i| {
                let bare = engine != Engine::Mysql && dice.chance(8);
                let key = match dice.roll(4) {
                    _ if bare => KeyKind::Bare,
                    0 => KeyKind::Text,
                    1 => KeyKind::Pair,
                    _ => KeyKind::Int,
                };
                Table {
                    name: format!("{}{i}", dice.pick(&NAMES)),
                    key,
                    key_names: match key {
                        KeyKind::Pair => vec!["left\"".into(), "键".into()],
                        KeyKind::Bare => vec![],
                        _ => vec!["id".into()],
                    },
                    note: dice.pick(&NOTES).to_owned(),
                    clock: dice.roll(clocks.len()),
                    links: Vec::new(),
                    rows: Vec::new(),
                }
            })
            .collect();
        for from in 0..count {
            for n in 0..dice.roll(3) {
                let to = dice.roll(count);
                if tables[to].key == KeyKind::Bare {
                    continue;
                }
                // Only towards earlier tables may a reference be required: else no first row.
                let nullable = to >= from || dice.chance(60);
                let on_delete = match dice.roll(5) {
                    0 => "CASCADE",
                    1 if nullable => "SET NULL",
                    2 => "RESTRICT",
                    _ => "NO ACTION",
                };
                let columns =
                    (0..tables[to].key_names.len()).map(|c| format!("ref{n}_{c}")).collect();
                tables[from].links.push(Link { to, nullable, on_delete, columns });
            }
        }
        let mut world = Self { engine, schema: schema.to_owned(), clocks, tables };
        world.fill(dice);
        world
    }

    fn fill(&mut self, dice: &mut Dice) {
        let sizes: Vec<usize> = self.tables.iter().map(|_| 1 + dice.roll(9)).collect();
        for t in 0..self.tables.len() {
            for uid in 0..sizes[t] {
                let mut refs = Vec::new();
                let mut ref_literals = Vec::new();
                for link in &self.tables[t].links {
                    let null = link.nullable && dice.chance(40);
                    let to = (!null).then(|| dice.roll(sizes[link.to]));
                    let mut literals = match to {
                        Some(to) => self.tables[link.to].key_of(to),
                        None => vec!["NULL".to_owned(); link.columns.len()],
                    };
                    // Half a reference is none (MATCH SIMPLE).
                    if null && literals.len() == 2 && dice.chance(50) {
                        "1".clone_into(&mut literals[1]);
                    }
                    refs.push(to);
                    ref_literals.push(literals);
                }
                let values = self.clocks[self.tables[t].clock].values.len();
                let note = (!dice.chance(20)).then(|| format!("n{}", dice.roll(3)));
                let row = Row {
                    uid,
                    // Old times are of more interest than all others.
                    time: if dice.chance(45) { 0 } else { dice.roll(values) },
                    status: dice.pick(&[Some("open"), Some("shut"), None]),
                    note,
                    who: dice.roll(SPELLINGS.len()),
                    refs,
                    ref_literals,
                    alive: true,
                };
                self.tables[t].rows.push(row);
            }
        }
    }

    pub fn quote(&self, name: &str) -> String {
        match self.engine {
            Engine::Mysql => format!("`{}`", name.replace('`', "``")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    pub fn table_sql(&self, t: usize) -> String {
        let name = self.quote(&self.tables[t].name);
        if self.schema.is_empty() { name } else { format!("{}.{name}", self.quote(&self.schema)) }
    }

    /// The name a request uses.
    pub fn shown(&self, t: usize) -> String {
        let name = &self.tables[t].name;
        if self.schema.is_empty() { name.clone() } else { format!("{}.{name}", self.schema) }
    }

    pub fn is_old(&self, t: usize, row: &Row) -> Option<bool> {
        self.clocks[self.tables[t].clock].values[row.time].1
    }

    /// Everything that makes the database.
    pub fn ddl(&self) -> String {
        let mut sql = String::new();
        let _ = match self.engine {
            Engine::Sqlite => write!(sql, "PRAGMA foreign_keys = OFF;"),
            Engine::Postgres => {
                write!(
                    sql,
                    "CREATE SCHEMA {}; SET session_replication_role = replica;",
                    self.quote(&self.schema)
                )
            }
            Engine::Mysql => write!(sql, "SET foreign_key_checks = 0; SET sql_mode = '';"),
        };
        let mut foreign = String::new();
        for (t, table) in self.tables.iter().enumerate() {
            let kind = |key: KeyKind| match (key, self.engine) {
                (KeyKind::Text, Engine::Mysql) => "VARCHAR(20)",
                (KeyKind::Text, _) => "TEXT",
                (_, Engine::Sqlite) => "INTEGER",
                _ => "INT",
            };
            let mut parts = Vec::new();
            for name in &table.key_names {
                parts.push(format!("{} {} NOT NULL", self.quote(name), kind(table.key)));
            }
            let text = if self.engine == Engine::Mysql { "VARCHAR(60)" } else { "TEXT" };
            parts.push("uid INT NOT NULL".to_owned());
            parts.push(format!("{} {}", self.quote("when"), self.clocks[table.clock].data_type));
            parts.push(format!("status {text}"));
            parts.push(format!("who {text}"));
            parts.push(format!("{} {text}", self.quote(&table.note)));
            for link in &table.links {
                for name in &link.columns {
                    let null = if link.nullable { "" } else { " NOT NULL" };
                    parts.push(format!(
                        "{} {}{null}",
                        self.quote(name),
                        kind(self.tables[link.to].key)
                    ));
                }
            }
            if !table.key_names.is_empty() {
                let names: Vec<String> = table.key_names.iter().map(|n| self.quote(n)).collect();
                parts.push(format!("PRIMARY KEY ({})", names.join(", ")));
            }
            for link in &table.links {
                let own: Vec<String> = link.columns.iter().map(|n| self.quote(n)).collect();
                let other = &self.tables[link.to].key_names;
                let other: Vec<String> = other.iter().map(|n| self.quote(n)).collect();
                let clause = format!(
                    "FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {}",
                    own.join(", "),
                    self.table_sql(link.to),
                    other.join(", "),
                    link.on_delete
                );
                if self.engine == Engine::Sqlite {
                    parts.push(clause);
                } else {
                    let _ = write!(foreign, "ALTER TABLE {} ADD {clause};", self.table_sql(t));
                }
            }
            let _ = write!(sql, "CREATE TABLE {} ({});", self.table_sql(t), parts.join(", "));
            for row in &table.rows {
                let _ = write!(
                    sql,
                    "INSERT INTO {} VALUES ({});",
                    self.table_sql(t),
                    self.values(t, row)
                );
            }
        }
        sql + &foreign
    }

    fn values(&self, t: usize, row: &Row) -> String {
        let table = &self.tables[t];
        let text = |value: &Option<String>| {
            value.as_ref().map_or("NULL".to_owned(), |text| format!("'{text}'"))
        };
        let mut values = table.key_of(row.uid);
        values.push(row.uid.to_string());
        values.push(self.clocks[table.clock].values[row.time].0.to_owned());
        values.push(text(&row.status.map(str::to_owned)));
        values.push(text(&SPELLINGS[row.who].0.map(str::to_owned)));
        values.push(text(&row.note));
        values.extend(row.ref_literals.iter().flatten().cloned());
        values.join(", ")
    }

    /// A query of a table's rows as texts, by uid.
    pub fn select(&self, t: usize) -> String {
        let kind = if self.engine == Engine::Mysql { "CHAR" } else { "TEXT" };
        let table = &self.tables[t];
        let mut names = vec!["uid".to_owned(), "status".to_owned(), table.note.clone()];
        names.extend(table.links.iter().flat_map(|link| link.columns.clone()));
        let read: Vec<String> =
            names.iter().map(|name| format!("CAST({} AS {kind})", self.quote(name))).collect();
        format!("SELECT {} FROM {} ORDER BY uid", read.join(", "), self.table_sql(t))
    }

    /// What that query should say.
    pub fn expected(&self, t: usize) -> Vec<Vec<Option<String>>> {
        let literal = |text: &String| (text != "NULL").then(|| text.trim_matches('\'').to_owned());
        self.tables[t]
            .rows
            .iter()
            .filter(|row| row.alive)
            .map(|row| {
                let mut values = vec![
                    Some(row.uid.to_string()),
                    row.status.map(str::to_owned),
                    row.note.clone(),
                ];
                values.extend(row.ref_literals.iter().flatten().map(literal));
                values
            })
            .collect()
    }

    pub fn request(&self, dice: &mut Dice) -> Request {
        let root = dice.roll(self.tables.len());
        let treatment = self.treatment(dice, root, 75);
        let mut treatments = vec![None; self.tables.len()];
        treatments[root] = Some(treatment.clone());
        let mut children = Vec::new();
        // From treated tables to what refers to them, one after another.
        let mut open = vec![root];
        while let Some(to) = open.pop() {
            for (from, table) in self.tables.iter().enumerate() {
                for link in table.links.iter().filter(|link| link.to == to) {
                    if dice.chance(25) {
                        continue;
                    }
                    let unlink = link.nullable && dice.chance(25);
                    let treatment = if unlink {
                        Treatment::Unlink
                    } else if let Some(known) = &treatments[from] {
                        known.clone()
                    } else {
                        let new = self.treatment(dice, from, 75);
                        treatments[from] = Some(new.clone());
                        open.push(from);
                        new
                    };
                    let except =
                        if dice.chance(15) { vec![self.condition(dice, from, 1)] } else { vec![] };
                    let columns = link.columns.clone();
                    children.push(Child { table: self.shown(from), columns, treatment, except });
                }
            }
        }
        let covered = self.condition(dice, root, 2);
        let except = if dice.chance(20) { vec![self.condition(dice, root, 1)] } else { vec![] };
        Request {
            root: self.shown(root),
            selection: Selection { covered, except },
            treatment,
            children,
            joins: vec![],
            allow: Allow { triggers: false, cut_cycles: dice.chance(60) },
        }
    }

    fn treatment(&self, dice: &mut Dice, t: usize, delete: usize) -> Treatment {
        let note = self.tables[t].note.clone();
        match dice.roll(2) {
            _ if dice.chance(delete) => Treatment::Delete,
            0 => Treatment::Anonymise(vec![(note, dice.pick(&[Neutral::Null, Neutral::Fixed]))]),
            _ => Treatment::Mask(vec![(note, MaskKind::First)]),
        }
    }

    fn condition(&self, dice: &mut Dice, t: usize, depth: usize) -> Condition {
        let than = THAN.parse().unwrap();
        let time = |t: usize| Some(self.clocks[self.tables[t].clock].encoding.clone());
        let text = |text: &str| Literal::Text(text.to_owned());
        let status = || "status".to_owned();
        match dice.roll(if depth > 0 { 15 } else { 9 }) {
            0..=2 => Condition::OlderThan { column: "when".into(), than, time: time(t) },
            3 => Condition::Equals { column: status(), value: text("open") },
            4 => {
                let values = [text("open"), text("shut")];
                let most = dice.roll(3);
                Condition::OneOf { column: status(), values: values[..most].to_vec() }
            }
            5 => Condition::IsNull { column: dice.pick(&["when", "status"]).to_owned() },
            6 => self.related(dice, t).map_or(Condition::always(), |(hop, child)| {
                Condition::RelatedOlder {
                    path: vec![hop],
                    column: "when".into(),
                    than,
                    time: time(child),
                    if_none: dice.chance(50),
                }
            }),
            7 => match self.related(dice, t) {
                Some((hop, _)) => Condition::NoneRelated(vec![hop]),
                None if self.tables[t].key == KeyKind::Int => Condition::Keys(
                    (0..dice.roll(6)).map(|n| vec![Literal::Int(n as i64)]).collect(),
                ),
                None => Condition::always(),
            },
            8 => {
                let how = dice.pick(&Alike::ALL);
                let values = vec!["somebody else 7".to_owned(), looked_for(how).to_owned()];
                let none = dice.chance(15);
                Condition::Alike {
                    column: "who".into(),
                    values: if none { vec![] } else { values },
                    how,
                }
            }
            9 => Condition::Not(Box::new(self.condition(dice, t, depth - 1))),
            10 | 11 => Condition::All(
                (0..dice.roll(3)).map(|_| self.condition(dice, t, depth - 1)).collect(),
            ),
            12 | 13 => match self.related(dice, t) {
                Some((hop, child)) => {
                    let older =
                        Condition::OlderThan { column: "when".into(), than, time: time(child) };
                    let open = Condition::Equals { column: status(), value: text("open") };
                    let is = match dice.roll(3) {
                        0 => older,
                        1 => Condition::Not(Box::new(open)),
                        _ => Condition::Any(vec![older, open]),
                    };
                    Condition::Related { path: vec![hop], is: Box::new(is) }
                }
                None => Condition::always(),
            },
            _ => Condition::Any(
                (0..dice.roll(4)).map(|_| self.condition(dice, t, depth - 1)).collect(),
            ),
        }
    }

    /// A step to a table that refers to this one.
    fn related(&self, dice: &mut Dice, t: usize) -> Option<(Hop, usize)> {
        let all: Vec<(usize, usize)> = (0..self.tables.len())
            .flat_map(|from| (0..self.tables[from].links.len()).map(move |link| (from, link)))
            .filter(|(from, link)| self.tables[*from].links[*link].to == t)
            .collect();
        if all.is_empty() {
            return None;
        }
        let (from, link) = dice.pick(&all);
        let own = self.tables[t].key_names.iter().cloned();
        let on = own.zip(self.tables[from].links[link].columns.iter().cloned()).collect();
        Some((Hop { table: self.shown(from), on }, from))
    }
}

impl Table {
    /// The SQL literals of a row's key.
    pub fn key_of(&self, uid: usize) -> Vec<String> {
        match self.key {
            KeyKind::Int => vec![uid.to_string()],
            KeyKind::Text => vec![format!("'k{uid}'")],
            KeyKind::Pair => vec![(uid % 3).to_string(), uid.to_string()],
            KeyKind::Bare => vec![],
        }
    }
}
