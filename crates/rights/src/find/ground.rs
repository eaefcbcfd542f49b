//! From the data map to what a search starts from: which databases there are, which of their columns
//! name a person, which tables are of people.

use std::collections::BTreeMap;

use consent::IdentifierKind;
use datamap::{
    DataMap,
    map::{Table, Tables},
    model::Source,
};
use purge::{Alike, Pool, PurgeError, Reader, Schema, Shelf, Target};
use trace::{
    About, Field, Ground, Holds, Identifier, Kind, Opened, Options, Spelling, Start, State, Whose,
};

use crate::{Result, Rights, RightsError};

/// A household, a shop, a family may share one.
const SHAREABLE: &str = "phone";

/// The kind of identifier that a category of the map is, and how its spellings are compared: narrowly,
/// because a look-alike is another person.
fn kind_of(category: &str) -> Option<(&'static str, Alike)> {
    Some(match category {
        "contact.email" => ("email", Alike::Address),
        "contact.phone" => ("phone", Alike::Phone),
        "identity.customer_id" => ("customer_id", Alike::WideCode),
        _ => return None,
    })
}

/// What is verified about a person, as far as databases can hold it.
pub(crate) fn start(person: &consent::Subject) -> Start {
    let mut start = Start::default();
    for one in person.identifiers() {
        let kind = match one.kind() {
            IdentifierKind::Email | IdentifierKind::Phone | IdentifierKind::CustomerId => {
                one.kind().as_str()
            }
            _ => continue,
        };
        start = start.with(kind, one.expose());
    }
    start
}

impl Rights {
    /// Reads the catalogues of all databases of the map, as far as reading needs them, and keeps the
    /// connections for the walk that follows. One that cannot be reached is in it with the reason.
    pub(crate) async fn ground(&self) -> Result<Ground> {
        ground(self.regimes().map(), self.retain().pool()).await
    }

    /// The source is files.
    pub(crate) async fn is_files(&self, source: &str) -> Result<bool> {
        match self.regimes().map().source(source).await {
            Ok(source) => Ok(source.kind == "files"),
            // Whoever works there says the same in words of his own.
            Err(datamap::DataMapError::NotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

async fn ground(map: &DataMap, pool: &Pool) -> Result<Ground> {
    let all = map.sources().await?;
    let databases = all.iter().filter(|one| one.kind != "declared");
    let opened = Opened::default();
    let sources = databases.map(|one| async {
        let source = map.source(&one.id).await?;
        let tables = map.tables_and_files_of(&source.id).await?;
        if source.kind == "files" {
            return Ok::<_, RightsError>(files(map, source, &tables).await);
        }
        let state = connect(map, pool, &source, &opened).await;
        Ok(trace::Source { state, tables: holds(&tables), id: source.id })
    });
    let sources = futures::future::try_join_all(sources).await?;
    let links = crate::references::links(map.store()).await?;
    let shareable = [Kind::from(SHAREABLE)].into();
    Ok(Ground { sources, links, shareable, opened })
}

async fn connect(map: &DataMap, pool: &Pool, source: &Source, opened: &Opened) -> State {
    let target = match map.reach(source) {
        Ok((address, password, options)) => Target::new(address, password, options),
        Err(error) => return State::Missing(error.to_string()),
    };
    let target = match target {
        Ok(target) => target,
        Err(error) => return State::Missing(error.to_string()),
    };
    let target = target.with_pool(pool);
    match read(&target).await {
        Ok((schema, reader)) => {
            opened.keep(&source.id, reader);
            State::Connected { schema: Box::new(schema), target }
        }
        Err(error) => State::Missing(error.to_string()),
    }
}

/// A file or a folder of files: each of them is a table.
async fn files(map: &DataMap, source: Source, tables: &Tables) -> trace::Source {
    let mut holds = holds(tables);
    for one in holds.values_mut() {
        // Files declare no references: one with two addresses in a row (from, to) is of things.
        let kind = |at: usize| &one.identifiers[at].kind;
        if (1..one.identifiers.len()).any(|at| (0..at).any(|before| kind(before) == kind(at))) {
            one.about = About::Things;
        }
        if one.fields.is_empty() {
            continue;
        }
        // Nobody looked at what stands beside the known columns: in a row that is somebody else's,
        // too, it is not handed out.
        let column = purge::MORE.to_owned();
        one.fields.push(Field { column, category: String::new(), level: 1, whose: Whose::Unsaid });
    }
    // Only files in which something personal was seen: one that is gone is told.
    let personal = tables.tables.iter().filter(|table| holds[&table.name].is_personal());
    let names = |table: &Table| table.fields.iter().map(|field| field.name.clone()).collect();
    let known = personal.map(|table| (table.name.clone(), names(table))).collect();
    let state = match map.reach(&source) {
        Err(error) => State::Missing(error.to_string()),
        Ok((address, _, options)) => {
            let shelf = Shelf::new(address, options);
            match shelf.schema(&known).await {
                Ok(schema) => State::Shelf { schema: Box::new(schema), shelf },
                Err(error) => State::Missing(error.to_string()),
            }
        }
    };
    trace::Source { state, tables: holds, id: source.id }
}

async fn read(target: &Target) -> std::result::Result<(Schema, Reader), PurgeError> {
    let options = Options::default();
    let mut reader = target.reader(options.lock_timeout, options.statement_timeout).await?;
    let schema = reader.schema().await?;
    Ok((schema, reader))
}

/// Whether a source of the map can be connected to (or its files listed) and says what its tables are.
pub(crate) async fn answers(rights: &Rights, id: &str) -> bool {
    let map = rights.regimes().map();
    let Ok(source) = map.source(id).await else { return false };
    if source.kind == "files" {
        let Ok((address, _, options)) = map.reach(&source) else { return false };
        return Shelf::new(address, options).schema(&BTreeMap::new()).await.is_ok();
    }
    let pool = rights.retain().pool();
    matches!(connect(map, pool, &source, &Opened::default()).await, State::Connected { .. })
}

fn holds(tables: &Tables) -> BTreeMap<String, Holds> {
    tables.tables.iter().map(|table| (table.name.clone(), hold(tables, table))).collect()
}

fn hold(tables: &Tables, table: &Table) -> Holds {
    let fields = table.fields.iter().filter(|field| field.level > 0);
    let field = |one: &datamap::map::TableField| Field {
        column: one.name.clone(),
        category: one.category.clone(),
        level: u8::try_from(one.level).unwrap_or(3),
        whose: Whose::Unsaid,
    };
    let identifiers: Vec<Identifier> = table
        .fields
        .iter()
        .filter_map(|one| {
            let (kind, how) = kind_of(&one.category)?;
            Some(Identifier {
                column: one.name.clone(),
                kind: Kind::from(kind),
                spelling: Spelling::Alike(how),
            })
        })
        .collect();
    // A row that names a person and hangs on nothing is a person: to take it for a thing could give
    // away somebody else's, to take a thing for a person only leaves something out that is told.
    let alone = tables.parents(&table.name).next().is_none();
    let about = if !identifiers.is_empty() && alone { About::Person } else { About::Things };
    let secret = |one: &&datamap::map::TableField| one.category.starts_with("credential.");
    let hidden = table.fields.iter().filter(secret).map(|one| one.name.clone()).collect();
    Holds {
        about,
        fields: fields.map(field).collect(),
        identifiers,
        mentions: Vec::new(),
        hidden,
        excluded: None,
    }
}

impl From<trace::TraceError> for RightsError {
    fn from(error: trace::TraceError) -> Self {
        Self::Search(error.to_string())
    }
}
