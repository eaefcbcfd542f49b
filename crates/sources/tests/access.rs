//! Grants through the face, on real servers; the servers themselves are asked what is right.
#![allow(clippy::unwrap_used)] // a test stops where it fails

mod common;

use common::{MyDb, PgDb, open, run_my, server, unique};
use sources::{Access, Right};
use sqlx::{AssertSqlSafe, Connection, Row};

#[tokio::test]
async fn postgres_agrees_on_every_role_and_column() {
    let db = PgDb::create().await;
    let role = |name: &str| unique(&format!("privet_{name}"));
    let (team, analyst, owner, reader, outside) =
        (role("team"), role("analyst"), role("owner"), role("all"), role("outside"));
    db.run(&format!(
        r#"CREATE ROLE {team}; CREATE ROLE {analyst} LOGIN; CREATE ROLE {owner}; CREATE ROLE {reader};
           CREATE ROLE {outside} LOGIN;
           GRANT {team} TO {analyst}; GRANT pg_read_all_data TO {reader};
           CREATE SCHEMA crm; CREATE SCHEMA shut;
           CREATE TABLE customers (id int, email text, "生日" date);
           CREATE TABLE crm.leads (a int, phone text);
           CREATE TABLE shut.hidden (secret text);
           CREATE VIEW crm.v AS SELECT * FROM customers;
           ALTER TABLE crm.leads OWNER TO {owner};
           GRANT SELECT ON customers TO {team};
           GRANT SELECT (id, "生日"), UPDATE (id) ON customers TO {outside};
           GRANT USAGE ON SCHEMA crm TO {analyst}, {owner};
           GRANT SELECT ON crm.v TO PUBLIC;
           GRANT SELECT, DELETE ON shut.hidden TO {analyst};"#
    ))
    .await;

    let access = open(&db.url).await.unwrap().access().await.unwrap().unwrap();

    let mut conn = sqlx::PgConnection::connect(&db.url).await.unwrap();
    let asked = "SELECT r.rolname, n.nspname, c.relname, a.attname, \
         has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT'), \
         has_schema_privilege(r.oid, n.oid, 'USAGE') AND (has_column_privilege(r.oid, c.oid, a.attnum, 'INSERT') \
           OR has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE') OR has_table_privilege(r.oid, c.oid, 'DELETE')) \
         FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE a.attnum > 0 AND n.nspname IN ('public', 'crm', 'shut') AND r.rolname NOT LIKE 'pg\\_%'";
    let rows = sqlx::query(asked).fetch_all(&mut conn).await.unwrap();
    assert!(rows.len() > 40);
    let (mut read, mut written) = (0, 0);
    for row in &rows {
        let name = |i| row.get::<String, _>(i);
        let (role, schema, store, column) = (name(0), name(1), name(2), name(3));
        let place = (schema.as_str(), store.as_str(), column.as_str());
        let (reads, writes) = (row.get::<bool, _>(4), row.get::<bool, _>(5));
        assert_eq!(access.may(&role, place, Right::Read), reads, "{role} reads {place:?}");
        assert_eq!(access.may(&role, place, Right::Write), writes, "{role} writes {place:?}");
        read += u32::from(reads);
        written += u32::from(writes);
    }
    assert!(read > 8 && written > 2, "{read} {written}");
    let by = access.by_what(&analyst, ("public", "customers", "email"), Right::Read);
    assert_eq!(by.iter().map(|grant| grant.holder.as_str()).collect::<Vec<_>>(), [team.as_str()]);
    assert!(!access.may(&analyst, ("shut", "hidden", "secret"), Right::Read));
    assert!(!access.partial);

    conn.close().await.unwrap();
    let url = db.url.clone();
    let roles = [&team, &analyst, &owner, &reader, &outside];
    for role in roles {
        common::run_pg(&url, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    }
    db.drop().await;
}

async fn reads(url: &str, table: &str, column: &str) -> bool {
    let mut conn = sqlx::MySqlConnection::connect(url).await.unwrap();
    // A role counts only once it is set; an account may set every role it has.
    let roles = "SELECT role_name FROM information_schema.applicable_roles";
    let roles = sqlx::raw_sql(roles).fetch_all(&mut conn).await.unwrap();
    let mut may = sqlx::raw_sql(AssertSqlSafe(format!("SELECT {column} FROM {table}")))
        .fetch_all(&mut conn)
        .await
        .is_ok();
    for row in roles {
        let role: String = row.get(0);
        let set = AssertSqlSafe(format!("SET ROLE {role}"));
        sqlx::raw_sql(set).execute(&mut conn).await.unwrap();
        let read = AssertSqlSafe(format!("SELECT {column} FROM {table}"));
        may |= sqlx::raw_sql(read).fetch_all(&mut conn).await.is_ok();
    }
    may
}

#[tokio::test]
async fn mariadb_agrees_on_every_account_and_column() {
    let db = MyDb::create().await;
    let base = server("PRIVET_TEST_MARIADB");
    let short = |name: &str| format!("{name}{}", std::process::id());
    let (role, by_role, by_table, by_column, by_schema) =
        (short("pr_role"), short("pr_a"), short("pr_t"), short("pr_c"), short("pr_s"));
    let accounts = [&by_role, &by_table, &by_column, &by_schema];
    db.run("CREATE TABLE customers (id int, email text); CREATE TABLE leads (phone text);").await;
    for account in accounts {
        run_my(&base, &format!("CREATE USER {account}@'%' IDENTIFIED BY 'pw-{account}'")).await;
    }
    let escaped = db.name.replace('_', "\\_");
    for sql in [
        format!("CREATE ROLE {role}"),
        format!("GRANT {role} TO {by_role}@'%'"),
        format!("GRANT SELECT ON {}.customers TO {role}", db.name),
        format!("GRANT SELECT, DELETE ON {}.leads TO {by_table}@'%'", db.name),
        format!("GRANT SELECT (id) ON {}.customers TO {by_column}@'%'", db.name),
        format!("GRANT SELECT ON `{escaped}`.* TO {by_schema}@'%'"),
    ] {
        run_my(&base, &sql).await;
    }

    let access: Access = open(&db.url).await.unwrap().access().await.unwrap().unwrap();

    let host = base.rsplit_once('@').unwrap().1.trim_end_matches('/').to_owned();
    let mut allowed = 0;
    for account in accounts {
        let url = format!("mysql://{account}:pw-{account}@{host}/");
        for (table, column) in [("customers", "id"), ("customers", "email"), ("leads", "phone")] {
            let really = reads(&url, &format!("{}.{table}", db.name), column).await;
            let place = (db.name.as_str(), table, column);
            let said = access.may(&format!("{account}@%"), place, Right::Read);
            assert_eq!(said, really, "{account} reads {table}.{column}");
            allowed += u32::from(really);
        }
    }
    assert_eq!(allowed, 2 + 1 + 1 + 3);
    let writes = |account: &str, table| {
        access.may(&format!("{account}@%"), (&db.name, table, "phone"), Right::Write)
    };
    assert!(writes(&by_table, "leads") && !writes(&by_schema, "leads"));
    assert!(!access.partial);
    // An account without a look into the server's own tables is told that it does not see all.
    let url = format!("mysql://{by_schema}:pw-{by_schema}@{host}/{}", db.name);
    assert!(open(&url).await.unwrap().access().await.unwrap().unwrap().partial);

    for account in accounts {
        run_my(&base, &format!("DROP USER {account}@'%'")).await;
    }
    run_my(&base, &format!("DROP ROLE {role}")).await;
    db.drop().await;
}
