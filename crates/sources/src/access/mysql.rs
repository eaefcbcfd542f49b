//! Accounts, roles and grants of MySQL and MariaDB, from information_schema.

use std::collections::{BTreeMap, BTreeSet};

use super::{Access, Dialect, Granted, Holder};
use crate::{SourceError, mysql::MySql};

const RIGHTS: &str = "privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')";

impl MySql {
    pub(crate) async fn read_access(&self) -> Result<Access, SourceError> {
        let users = self
            .words("SELECT grantee, privilege_type FROM information_schema.user_privileges")
            .await?;
        let mut holders: BTreeMap<String, Holder> = BTreeMap::new();
        for row in &users {
            let name = account(&row[0]);
            let login = name.contains('@');
            holders.entry(name.clone()).or_insert(Holder { name, login, all: false });
        }
        let mut grants = self.grants("'', '', ''", "user_privileges").await?;
        grants.extend(self.grants("table_schema, '', ''", "schema_privileges").await?);
        grants.extend(self.grants("table_schema, table_name, ''", "table_privileges").await?);
        let columns = "table_schema, table_name, column_name";
        grants.extend(self.grants(columns, "column_privileges").await?);
        grants.sort();
        let (members, sees_roles) = self.members().await?;
        let sees_users = self.sees("SELECT 1 FROM mysql.user LIMIT 1").await?;
        for role in members.values().flatten() {
            let role = Holder { name: role.clone(), login: false, all: false };
            holders.entry(role.name.clone()).or_insert(role);
        }
        Ok(Access {
            dialect: Dialect::Mysql,
            holders: holders.into_values().collect(),
            grants,
            partial: !(sees_users && sees_roles),
            members,
            usage: None,
        })
    }

    async fn grants(&self, place: &str, table: &str) -> Result<Vec<Granted>, SourceError> {
        let sql = format!(
            "SELECT grantee, {place}, privilege_type FROM information_schema.{table} WHERE {RIGHTS}"
        );
        let rows = self.words(&sql).await?.into_iter().map(|row| Granted {
            holder: account(&row[0]),
            schema: row[1].clone(),
            store: row[2].clone(),
            column: row[3].clone(),
            privilege: row[4].to_uppercase(),
            owner: false,
        });
        Ok(rows.collect())
    }

    /// Who may act as which role; MariaDB and MySQL keep it in different tables. The second: whether
    /// we may look there at all.
    async fn members(&self) -> Result<(BTreeMap<String, BTreeSet<String>>, bool), SourceError> {
        let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mysql' \
                      AND table_name IN ('roles_mapping', 'role_edges')";
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let known = self.words(tables).await?;
        let sql = match known.first().map(|row| row[0].as_str()) {
            Some("roles_mapping") => {
                "SELECT CASE WHEN host = '' THEN user ELSE CONCAT(user, '@', host) END, role \
                 FROM mysql.roles_mapping"
            }
            Some(_) => {
                "SELECT CONCAT(to_user, '@', to_host), CONCAT(from_user, '@', from_host) \
                 FROM mysql.role_edges"
            }
            None => return Ok((members, false)),
        };
        match self.words(sql).await {
            Ok(rows) => {
                for row in rows {
                    members.entry(row[0].clone()).or_default().insert(row[1].clone());
                }
                Ok((members, true))
            }
            Err(SourceError::Denied(_)) => Ok((members, false)),
            Err(error) => Err(error),
        }
    }

    async fn sees(&self, sql: &str) -> Result<bool, SourceError> {
        match self.words(sql).await {
            Ok(_) => Ok(true),
            Err(SourceError::Denied(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// `'user'@'host'` → `user@host`; a role of MariaDB is `'role'@''` and becomes `role`; its PUBLIC
/// (10.11 and later) is everybody and becomes "".
fn account(grantee: &str) -> String {
    let (user, host) = grantee.rsplit_once("'@'").unwrap_or((grantee, ""));
    let user = user.trim_start_matches('\'').trim_end_matches('\'').replace("''", "'");
    match host.trim_end_matches('\'') {
        "" if user == "PUBLIC" => String::new(),
        "" => user,
        host => format!("{user}@{host}"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn accounts_are_read_as_the_servers_write_them() {
        assert_eq!(super::account("'shop'@'%'"), "shop@%");
        assert_eq!(super::account("'marketing'@''"), "marketing");
        assert_eq!(super::account("'marketing'"), "marketing");
        assert_eq!(super::account("'PUBLIC'@''"), "");
        assert_eq!(super::account("'PUBLIC'@'%'"), "PUBLIC@%");
        assert_eq!(super::account("'o''hara'@'10.0.0.%'"), "o'hara@10.0.0.%");
    }
}
