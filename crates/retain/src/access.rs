//! Accounts that may change rows of a source. Sources are scanned with an account that only reads; a
//! rule needs one of its own, with the least rights that do, sealed like every secret.

use std::{collections::BTreeMap, fmt::Write as _};

use datamap::model::Source;
use purge::{Shelf, Target};
use sources::{Address, Secret};
use sqlx::FromRow;
use store::{Actor, Entry, now};

use crate::{
    Result, Retain, RetainError,
    rule::{Act, RuleBody},
};

/// The account for one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The source.
    pub source: String,
    /// The address with the account's name, without its password.
    pub address: String,
    /// It was reached and its catalogue read.
    pub ready: bool,
    /// Why not: a code.
    pub error: String,
    /// When it was tried (µs).
    pub tested_at: i64,
}

#[derive(FromRow)]
struct Line {
    source_id: String,
    address: String,
    password_sealed: String,
    state: String,
    error: String,
    tested_at: i64,
}

fn context(source: &str) -> String {
    format!("retention:{source}:password")
}

impl Retain {
    /// The account for a source, if one was given.
    pub async fn access_to(&self, source: &str) -> Result<Option<Access>> {
        Ok(self.access_line(source).await?.map(|line| Access {
            source: line.source_id,
            address: line.address,
            ready: line.state == "ready",
            error: line.error,
            tested_at: line.tested_at,
        }))
    }

    async fn access_line(&self, source: &str) -> Result<Option<Line>> {
        Ok(sqlx::query_as(
            "SELECT source_id, address, password_sealed, state, error, tested_at
             FROM retention_access WHERE source_id = $1",
        )
        .bind(source)
        .fetch_optional(self.store().reader())
        .await?)
    }

    /// Gives a source an account that may change rows, tries it, and keeps it with what was found.
    /// The place is the source's own: an account is never sent to another server. An empty password
    /// keeps the one there is, for the very same account.
    pub async fn give_access(
        &self,
        by: &Actor,
        source: &str,
        user: &str,
        password: &str,
    ) -> Result<Access> {
        let found = self.map().source(source).await?;
        let address = address_for(&found, user)?;
        let old = self.access_line(source).await?.filter(|line| line.address == address);
        let secret = match (password, &old) {
            ("", Some(line)) if !line.password_sealed.is_empty() => {
                self.store().unseal(&context(source), &line.password_sealed)?
            }
            (text, _) => text.to_owned(),
        };
        let tried = if found.kind == "files" {
            self.shelf_at(&found, &address)?.schema(&BTreeMap::new()).await
        } else {
            self.target(&found, &address, &secret)?.schema().await
        };
        let error = match &tried {
            Ok(schema) if schema.blind => "blind".to_owned(),
            Ok(_) => String::new(),
            Err(purge::PurgeError::Source(error)) => error.code().to_owned(),
            Err(error) => error.code().to_owned(),
        };
        let state = if error.is_empty() { "ready" } else { "failed" };
        let sealed = if secret.is_empty() {
            String::new()
        } else {
            self.store().seal(&context(source), &secret)
        };
        let entry = Entry::new(by.clone(), "retention.access_given", "source", source);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&(&address, state))));
        sqlx::query(
            "INSERT INTO retention_access (source_id, address, password_sealed, state, error,
               tested_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)
             ON CONFLICT (source_id) DO UPDATE SET address = excluded.address,
               password_sealed = excluded.password_sealed, state = excluded.state,
               error = excluded.error, tested_at = excluded.tested_at,
               updated_at = excluded.updated_at",
        )
        .bind(source)
        .bind(&address)
        .bind(sealed)
        .bind(state)
        .bind(&error)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.access_to(source).await?.ok_or(RetainError::NotFound("account"))
    }

    /// Takes the account away: no rule of the source can run until there is one again.
    pub async fn take_access(&self, by: &Actor, source: &str) -> Result<()> {
        let entry = Entry::new(by.clone(), "retention.access_taken", "source", source);
        let mut tx = self.store().begin(entry).await?;
        let gone = sqlx::query("DELETE FROM retention_access WHERE source_id = $1")
            .bind(source)
            .execute(tx.conn())
            .await?;
        if gone.rows_affected() > 0 {
            tx.commit().await?;
        }
        Ok(())
    }

    /// The database of a source, with the account that may change rows.
    pub(crate) async fn target_of(&self, source: &Source) -> Result<Target> {
        let line = self.access_line(&source.id).await?;
        let line = line.ok_or(RetainError::Conflict("retain-error-access"))?;
        // The source was moved since: an account is never sent to a place it was not given for.
        if !same_place(&line.address, &source.address) {
            return Err(RetainError::Conflict("retain-error-moved"));
        }
        let secret = match line.password_sealed.as_str() {
            "" => String::new(),
            sealed => self.store().unseal(&context(&source.id), sealed)?,
        };
        self.target(source, &line.address, &secret)
    }

    /// The files of a source, where they may be written anew.
    pub(crate) async fn shelf_of(&self, source: &Source) -> Result<Shelf> {
        let line = self.access_line(&source.id).await?;
        let line = line.ok_or(RetainError::Conflict("retain-error-access"))?;
        if !same_place(&line.address, &source.address) {
            return Err(RetainError::Conflict("retain-error-moved"));
        }
        self.shelf_at(source, &line.address)
    }

    fn shelf_at(&self, source: &Source, address: &str) -> Result<Shelf> {
        let (address, _) = Address::parse(address).map_err(purge::PurgeError::from)?;
        Ok(Shelf::new(address, self.map().source_options(source)))
    }

    fn target(&self, source: &Source, address: &str, secret: &str) -> Result<Target> {
        let (address, _) = Address::parse(address).map_err(purge::PurgeError::from)?;
        let secret = (!secret.is_empty()).then(|| Secret(secret.to_owned()));
        let target = Target::new(address, secret, self.map().source_options(source))?;
        Ok(target.with_pool(self.pool()))
    }
}

/// The source's address with another account; files have none.
fn address_for(source: &Source, user: &str) -> Result<String> {
    let (address, _) = Address::parse(&source.address).map_err(purge::PurgeError::from)?;
    if address.is_local() {
        return Ok(address.text);
    }
    let user = user.trim();
    if user.is_empty() {
        return Err(RetainError::Rule("retain-error-user"));
    }
    let (scheme, rest) = address.text.split_once("://").unwrap_or(("", &address.text));
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    Ok(format!("{scheme}://{}@{place}", web::encode(user).replace('+', "%20")))
}

/// The same server and database, whatever the account.
fn same_place(one: &str, other: &str) -> bool {
    place(one) == place(other)
}

fn place(address: &str) -> (&str, &str) {
    match address.split_once("://") {
        Some((scheme, rest)) => (scheme, rest.rsplit_once('@').map_or(rest, |(_, place)| place)),
        None => ("", address),
    }
}

/// A script that makes an account with the least rights the rules of a source need. The password is
/// the reader's to choose.
pub fn grants(source: &Source, user: &str, rules: &[&RuleBody]) -> String {
    let user = if user.is_empty() { "privet_retention" } else { user };
    match source.kind.as_str() {
        "postgres" => postgres(source, user, rules),
        "mysql" => mysql(source, user, rules),
        _ => String::new(),
    }
}

/// What a rule does to each table: delete, and the columns it writes.
fn rights(rules: &[&RuleBody]) -> std::collections::BTreeMap<String, (bool, Vec<String>)> {
    let mut all: std::collections::BTreeMap<String, (bool, Vec<String>)> =
        std::collections::BTreeMap::default();
    for rule in rules {
        let own = (rule.table.as_str(), rule.act, &rule.changes, [].as_slice());
        let related = rule
            .related
            .iter()
            .map(|one| (one.table.as_str(), one.act, &one.changes, &*one.columns));
        for (table, act, changes, columns) in std::iter::once(own).chain(related) {
            let entry = all.entry(table.to_owned()).or_default();
            entry.0 |= act.removes();
            entry.1.extend(changes.iter().map(|one| one.column.clone()));
            if act == Act::Unlink {
                entry.1.extend(columns.iter().cloned());
            }
        }
    }
    for (_, columns) in all.values_mut() {
        columns.sort();
        columns.dedup();
    }
    all
}

fn postgres(source: &Source, user: &str, rules: &[&RuleBody]) -> String {
    let quote = |name: &str| {
        let parts = name.split('.').map(|part| format!("\"{}\"", part.replace('"', "\"\"")));
        parts.collect::<Vec<_>>().join(".")
    };
    let user = quote(user);
    let mut script = format!(
        "CREATE ROLE {user} LOGIN PASSWORD 'CHOOSE-ONE' NOSUPERUSER NOCREATEDB NOCREATEROLE;\n"
    );
    let database = database_of(source);
    let _ = writeln!(script, "GRANT CONNECT ON DATABASE {} TO {user};", quote(&database));
    let mut schemas: Vec<String> = vec!["public".to_owned()];
    let rights = rights(rules);
    for name in rights.keys() {
        if let Some((schema, _)) = name.split_once('.') {
            schemas.push(schema.to_owned());
        }
    }
    schemas.dedup();
    for schema in schemas {
        let schema = quote(&schema);
        let _ = writeln!(script, "GRANT USAGE ON SCHEMA {schema} TO {user};");
        // Rows that refer to others must be seen, or they would be deleted by the database unseen.
        let _ = writeln!(script, "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {user};");
    }
    for (table, (delete, columns)) in rights {
        let table = quote(&table);
        if delete {
            let _ = writeln!(script, "GRANT DELETE ON {table} TO {user};");
        }
        // SELECT … FOR UPDATE, which holds the rows of a batch, asks for UPDATE on a column.
        if columns.is_empty() {
            let _ =
                writeln!(script, "GRANT UPDATE ON {table} TO {user}; -- to lock rows of a batch");
        } else {
            let columns = columns.iter().map(|one| quote(one)).collect::<Vec<_>>().join(", ");
            let _ = writeln!(script, "GRANT UPDATE ({columns}) ON {table} TO {user};");
        }
    }
    script
}

fn mysql(source: &Source, user: &str, rules: &[&RuleBody]) -> String {
    let quote = |name: &str| format!("`{}`", name.replace('`', "``"));
    let database = quote(&database_of(source));
    let account = format!("'{}'@'%'", user.replace('\'', "''"));
    let mut script = format!("CREATE USER {account} IDENTIFIED BY 'CHOOSE-ONE';\n");
    let _ = writeln!(script, "GRANT SELECT, SHOW VIEW, TRIGGER ON {database}.* TO {account};");
    for (table, (delete, columns)) in rights(rules) {
        let place = match table.split_once('.') {
            Some((schema, name)) => format!("{}.{}", quote(schema), quote(name)),
            None => format!("{database}.{}", quote(&table)),
        };
        if delete {
            let _ = writeln!(script, "GRANT DELETE ON {place} TO {account};");
        }
        if !columns.is_empty() {
            let columns = columns.iter().map(|one| quote(one)).collect::<Vec<_>>().join(", ");
            let _ = writeln!(script, "GRANT UPDATE ({columns}) ON {place} TO {account};");
        }
    }
    script
}

fn database_of(source: &Source) -> String {
    let parts = Address::parse(&source.address).ok().and_then(|(one, _)| one.net_parts().ok());
    parts.map_or_else(String::new, |parts| {
        if parts.database.is_empty() { parts.user } else { parts.database }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_only_for_the_place_it_was_given_for() {
        assert!(same_place("postgres://w@db/shop", "postgres://reader@db/shop"));
        assert!(same_place("postgres://w@db/shop", "postgres://db/shop"));
        assert!(!same_place("postgres://w@db/shop", "postgres://reader@other/shop"));
        assert!(same_place("sqlite:/a/b.db", "sqlite:/a/b.db"));
        assert!(!same_place("sqlite:/a/b.db", "sqlite:/a/c.db"));
    }
}
