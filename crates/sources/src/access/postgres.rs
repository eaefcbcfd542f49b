//! PostgreSQL's roles and grants, from its catalogue.

use std::collections::{BTreeMap, BTreeSet};

use super::{Access, Dialect, Granted, Holder};
use crate::{SourceError, postgres::Postgres};

const ROLES: &str =
    "SELECT rolname, rolcanlogin::int::text, rolsuper::int::text FROM pg_roles ORDER BY 1";

// Also memberships that are not inherited: whoever has one may SET ROLE.
const MEMBERS: &str = "SELECT m.rolname, g.rolname FROM pg_auth_members a \
     JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid";

const USAGE: &str = "SELECT coalesce(g.rolname, ''), n.nspname FROM pg_namespace n \
     CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a \
     LEFT JOIN pg_roles g ON g.oid = a.grantee \
     WHERE a.privilege_type = 'USAGE' AND (a.grantee = 0 OR g.oid IS NOT NULL)";

const KINDS: &str = "c.relkind IN ('r', 'p', 'v', 'm', 'f') \
     AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp\\_%' \
     AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') \
     AND (a.grantee = 0 OR g.oid IS NOT NULL)";

impl Postgres {
    pub(crate) async fn read_access(&self) -> Result<Access, SourceError> {
        let holders = self.words(ROLES).await?.into_iter().map(|row| Holder {
            name: row[0].clone(),
            login: row[1] == "1",
            all: row[2] == "1",
        });
        let holders = holders.collect();
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in self.words(MEMBERS).await? {
            members.entry(row[0].clone()).or_default().insert(row[1].clone());
        }
        let usage = self.words(USAGE).await?;
        let usage = usage.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
        let mut grants = self.grants(&on_tables()).await?;
        grants.extend(self.grants(&on_columns()).await?);
        grants.sort();
        Ok(Access {
            dialect: Dialect::Postgres,
            holders,
            grants,
            partial: false,
            members,
            usage: Some(usage),
        })
    }

    async fn grants(&self, sql: &str) -> Result<Vec<Granted>, SourceError> {
        let rows = self.words(sql).await?.into_iter().map(|row| Granted {
            holder: row[0].clone(),
            schema: row[1].clone(),
            store: row[2].clone(),
            column: row[3].clone(),
            privilege: row[4].clone(),
            owner: row[5] == "1",
        });
        Ok(rows.collect())
    }
}

fn on_tables() -> String {
    format!(
        "SELECT coalesce(g.rolname, ''), n.nspname, c.relname, '', a.privilege_type, \
         (a.grantee = c.relowner)::int::text FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a \
         LEFT JOIN pg_roles g ON g.oid = a.grantee WHERE {KINDS}"
    )
}

fn on_columns() -> String {
    format!(
        "SELECT coalesce(g.rolname, ''), n.nspname, c.relname, t.attname, a.privilege_type, '0' \
         FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         CROSS JOIN LATERAL aclexplode(t.attacl) a \
         LEFT JOIN pg_roles g ON g.oid = a.grantee \
         WHERE t.attnum > 0 AND NOT t.attisdropped AND t.attacl IS NOT NULL AND {KINDS}"
    )
}
