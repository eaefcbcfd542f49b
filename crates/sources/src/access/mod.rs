//! Who may read and write which columns of a database: its roles, their memberships and the grants that
//! are really there. Names of accounts and tables only; no data is read.

mod mysql;
mod postgres;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What a grant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// SELECT.
    Read,
    /// INSERT, UPDATE, DELETE or TRUNCATE.
    Write,
}

/// A role or an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its name; in MySQL and MariaDB an account is `user@host` and a role only a name.
    pub name: String,
    /// It can sign in.
    pub login: bool,
    /// No grant binds it: a superuser.
    pub all: bool,
}

/// One grant as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Granted {
    /// Who has it; "" is everybody (PUBLIC).
    pub holder: String,
    /// Schema, or in MySQL database; "" is all of them. In MySQL it may have wildcards.
    pub schema: String,
    /// Table or view; "" is all of the schema.
    pub store: String,
    /// Column; "" is all of the table.
    pub column: String,
    /// The database's word: SELECT, UPDATE …
    pub privilege: String,
    /// The holder owns the table: the grant cannot be revoked, only the ownership given away.
    pub owner: bool,
}

/// Which server it was read from: statements differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
}

/// Roles, memberships and grants of one database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Whose statements it understands.
    pub dialect: Dialect,
    /// Roles and accounts, by name.
    pub holders: Vec<Holder>,
    /// Grants on tables, views and columns.
    pub grants: Vec<Granted>,
    /// The account we read with does not see everybody's grants; what is missing here may be there.
    pub partial: bool,
    /// Member → the roles it may act as.
    pub members: BTreeMap<String, BTreeSet<String>>,
    /// Who may look into a schema, as (holder, schema) with "" for everybody; `None` where schemas
    /// have no lock of their own.
    pub usage: Option<BTreeSet<(String, String)>>,
}

/// Members of these read or write every table (PostgreSQL 14 and later).
const READS_ALL: &str = "pg_read_all_data";
const WRITES_ALL: &str = "pg_write_all_data";

impl Access {
    /// The roles among these that no grant binds for this right: superusers, and the roles that
    /// PostgreSQL itself keeps for reading or writing everything.
    pub fn unlimited<'a>(&self, roles: &'a [String], right: Right) -> Vec<&'a str> {
        let whole = if right == Right::Read { READS_ALL } else { WRITES_ALL };
        let is_super = |role: &str| self.holders.iter().any(|one| one.all && one.name == role);
        let roles = roles.iter().map(String::as_str);
        roles.filter(|role| *role == whole || is_super(role)).collect()
    }

    /// The roles that a holder may act as, itself first, then nearest first.
    pub fn acts_as(&self, holder: &str) -> Vec<String> {
        let mut roles = vec![holder.to_owned()];
        let mut next = 0;
        while next < roles.len() {
            for role in self.members.get(&roles[next]).into_iter().flatten() {
                if !roles.contains(role) {
                    roles.push(role.clone());
                }
            }
            next += 1;
        }
        roles
    }

    /// The grants by which a holder may use a column, itself, by membership or as everybody. A superuser
    /// has none and needs none: ask [`Holder::all`].
    pub fn by_what(&self, holder: &str, place: (&str, &str, &str), right: Right) -> Vec<&Granted> {
        let roles = self.acts_as(holder);
        if !self.enters(&roles, place.0, right) {
            return Vec::new();
        }
        let theirs = |grant: &&Granted| grant.holder.is_empty() || roles.contains(&grant.holder);
        let fits = |grant: &&Granted| grant.right() == right && grant.covers(self.dialect, place);
        self.grants.iter().filter(theirs).filter(fits).collect()
    }

    /// Whether a holder may use a column at all.
    pub fn may(&self, holder: &str, place: (&str, &str, &str), right: Right) -> bool {
        !self.unlimited(&self.acts_as(holder), right).is_empty()
            || !self.by_what(holder, place, right).is_empty()
    }

    /// Whether one of these roles may look into a schema at all (USAGE, in PostgreSQL).
    pub fn enters(&self, roles: &[String], schema: &str, right: Right) -> bool {
        let Some(usage) = &self.usage else { return true };
        let whole = if right == Right::Read { READS_ALL } else { WRITES_ALL };
        let inside = |role: &str| usage.contains(&(role.to_owned(), schema.to_owned()));
        inside("") || roles.iter().any(|role| role == whole || inside(role))
    }
}

impl Granted {
    /// What it allows.
    pub fn right(&self) -> Right {
        if self.privilege == "SELECT" { Right::Read } else { Right::Write }
    }

    /// Whether it is about this (schema, table, column).
    pub fn covers(&self, dialect: Dialect, (schema, store, column): (&str, &str, &str)) -> bool {
        let any = |granted: &str, asked: &str| granted.is_empty() || granted == asked;
        let schema_fits = match dialect {
            Dialect::Postgres => any(&self.schema, schema),
            Dialect::Mysql => self.schema.is_empty() || like(&self.schema, schema),
        };
        schema_fits && any(&self.store, store) && any(&self.column, column)
    }
}

/// MySQL's pattern of a database name: `%` any text, `_` any character, `\` takes the meaning away.
fn like(pattern: &str, text: &str) -> bool {
    let of = |text: &str| text.chars().collect::<Vec<_>>();
    fits(&of(pattern), &of(text))
}

fn fits(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], rest) => rest.is_empty(),
        (['%', more @ ..], rest) => (0..=rest.len()).any(|skip| fits(more, &rest[skip..])),
        (['_', more @ ..], [_, rest @ ..]) => fits(more, rest),
        (['\\', literal, more @ ..] | [literal, more @ ..], [first, rest @ ..]) => {
            first == literal && fits(more, rest)
        }
        (_, []) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_database_names() {
        assert!(like("shop", "shop") && like("shop\\_eu", "shop_eu") && like("shop_eu", "shopXeu"));
        assert!(like("shop%", "shop_eu") && like("%", "") && like("a%c", "abbc"));
        assert!(!like("shop\\_eu", "shopXeu") && !like("shop", "shops") && !like("a%c", "abb"));
    }
}
