//! What is there: everything a plan and a check need to know, read from PostgreSQL's catalogue.

use sqlx::{PgConnection, Row as _};

use super::{Grant, PurposeView, sql};
use crate::table::Place;

/// The present state of a view's surroundings.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools)] // Each is one fact of the catalogue.
pub struct Live {
    /// `server_version_num`.
    pub version: i32,
    /// The base table is there.
    pub base_exists: bool,
    /// Columns of the draft it does not have.
    pub missing_columns: Vec<String>,
    /// The state table is there and is the one its destination made.
    pub state_is_ours: bool,
    /// In which schema.
    pub state_schema: String,
    /// Our owner role is there.
    pub owner_exists: bool,
    /// The account we use may act as it.
    pub owner_member: bool,
    /// The purpose's role is there.
    pub role_exists: bool,
    /// It is a superuser, whom no grant binds.
    pub role_is_super: bool,
    /// Roles it may become that read the base table or the state table.
    pub role_reaches: Vec<String>,
    /// People who have the role and read the base table by another one.
    pub beside: Vec<String>,
    /// The view's schema is there.
    pub schema_exists: bool,
    /// Something of the view's name is there.
    pub view_exists: bool,
    /// It bears our mark.
    pub view_is_ours: bool,
    /// It is as it was applied: definition, barrier, owner.
    pub view_is_right: bool,
    /// Its definition now.
    pub definition: String,
    /// `security_barrier` is on and `security_invoker` off.
    pub barrier: bool,
    /// Our owner role owns it.
    pub owned: bool,
    /// The purpose's role may read it.
    pub role_reads_view: bool,
    /// Everybody may read it.
    pub others_read: bool,
    /// What everybody and the purpose's role may do with the base table by grant.
    pub base_grants: Vec<Grant>,
    /// The same for the state table.
    pub state_grants: Vec<Grant>,
    /// The purpose's role reads the base table, however it comes by that.
    pub base_readable: bool,
    /// The same for the state table.
    pub state_readable: bool,
    /// Other views of ours read the base table.
    pub base_used_by_others: bool,
}

/// Looks at everything.
pub(super) async fn look(
    conn: &mut PgConnection,
    view: &PurposeView,
    place: &Place,
) -> Result<Live, sqlx::Error> {
    let mut live = Live::default();
    let version: String = sqlx::query_scalar("SELECT current_setting('server_version_num')")
        .fetch_one(&mut *conn)
        .await?;
    live.version = version.parse().unwrap_or_default();
    let base = oid(conn, view.draft.base()).await?;
    live.base_exists = base.is_some();
    let state = state_table(conn, place, &mut live).await?;
    roles(conn, view, &mut live).await?;
    if let Some(base) = base {
        columns(conn, view, base, &mut live).await?;
        live.base_grants = grants(conn, view, base).await?;
        live.base_readable = readable(conn, view, base, &live).await?;
        reaches(conn, view, &[Some(base), state], &mut live).await?;
        live.base_used_by_others = used(conn, view, base).await?;
    }
    if let Some(state) = state {
        live.state_grants = grants(conn, view, state).await?;
        live.state_readable = readable(conn, view, state, &live).await?;
    }
    this_view(conn, view, &mut live).await?;
    Ok(live)
}

async fn oid(conn: &mut PgConnection, full: (&str, &str)) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT c.oid::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'f', 'm', 'v')",
    )
    .bind(full.0)
    .bind(full.1)
    .fetch_optional(conn)
    .await
}

async fn state_table(
    conn: &mut PgConnection,
    place: &Place,
    live: &mut Live,
) -> Result<Option<i64>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT c.oid::bigint, n.nspname::text, coalesce(obj_description(c.oid, 'pg_class'), '')
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = $2 AND c.relkind = 'r'
           AND n.nspname = CASE WHEN $1 = '' THEN current_schema() ELSE $1 END",
    )
    .bind(&place.schema)
    .bind(&place.table)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    live.state_schema = row.try_get(1)?;
    live.state_is_ours = row.try_get::<String, _>(2)? == place.mark;
    Ok(Some(row.try_get(0)?))
}

async fn roles(
    conn: &mut PgConnection,
    view: &PurposeView,
    live: &mut Live,
) -> Result<(), sqlx::Error> {
    let row = sqlx::query(
        "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1),
           EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1
             AND pg_has_role(current_user, oid, 'MEMBER')),
           EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $2),
           EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $2 AND rolsuper),
           EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $3)",
    )
    .bind(sql::OWNER)
    .bind(&view.draft.role)
    .bind(view.draft.view_parts().0)
    .fetch_one(conn)
    .await?;
    live.owner_exists = row.try_get(0)?;
    live.owner_member = row.try_get(1)?;
    live.role_exists = row.try_get(2)?;
    live.role_is_super = row.try_get(3)?;
    live.schema_exists = row.try_get(4)?;
    Ok(())
}

async fn columns(
    conn: &mut PgConnection,
    view: &PurposeView,
    base: i64,
    live: &mut Live,
) -> Result<(), sqlx::Error> {
    let there: Vec<String> = sqlx::query_scalar(
        "SELECT attname::text FROM pg_attribute
         WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped",
    )
    .bind(base)
    .fetch_all(conn)
    .await?;
    let wanted = view.draft.columns.iter().chain([&view.draft.match_column]);
    live.missing_columns = wanted.filter(|name| !there.contains(name)).cloned().collect();
    live.missing_columns.dedup();
    Ok(())
}

/// Grants to everybody and to the purpose's role, on the table and on its columns.
async fn grants(
    conn: &mut PgConnection,
    view: &PurposeView,
    table: i64,
) -> Result<Vec<Grant>, sqlx::Error> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT coalesce(r.rolname::text, ''), a.privilege_type::text, ''::text
         FROM pg_class c, LATERAL aclexplode(c.relacl) a
         LEFT JOIN pg_roles r ON r.oid = a.grantee
         WHERE c.oid = $1::oid AND (a.grantee = 0 OR r.rolname = $2)
         UNION ALL
         SELECT coalesce(r.rolname::text, ''), a.privilege_type::text, t.attname::text
         FROM pg_attribute t, LATERAL aclexplode(t.attacl) a
         LEFT JOIN pg_roles r ON r.oid = a.grantee
         WHERE t.attrelid = $1::oid AND (a.grantee = 0 OR r.rolname = $2)
         ORDER BY 1, 2, 3",
    )
    .bind(table)
    .bind(&view.draft.role)
    .fetch_all(conn)
    .await?;
    let grant = |(grantee, privilege, column)| Grant { grantee, privilege, column };
    Ok(rows.into_iter().map(grant).collect())
}

/// Whether the role reads the table, by whatever way.
async fn readable(
    conn: &mut PgConnection,
    view: &PurposeView,
    table: i64,
    live: &Live,
) -> Result<bool, sqlx::Error> {
    if !live.role_exists {
        return Ok(false);
    }
    sqlx::query_scalar(
        "SELECT has_table_privilege($1, $2::oid, 'SELECT, INSERT, UPDATE, DELETE')
           OR has_any_column_privilege($1, $2::oid, 'SELECT')",
    )
    .bind(&view.draft.role)
    .bind(table)
    .fetch_one(conn)
    .await
}

/// Whom the role may become, and who has the role and another way in. `MEMBER` counts roles that are
/// reached only by `SET ROLE` as well.
async fn reaches(
    conn: &mut PgConnection,
    view: &PurposeView,
    tables: &[Option<i64>],
    live: &mut Live,
) -> Result<(), sqlx::Error> {
    if !live.role_exists {
        return Ok(());
    }
    let tables: Vec<i64> = tables.iter().flatten().copied().collect();
    // What PUBLIC gives everybody has is taken by the plan itself, and is no other role's way in.
    let reads = "(r.rolsuper OR EXISTS (SELECT 1 FROM unnest($2::bigint[]) AS t(id) JOIN pg_class c
           ON c.oid = t.id::oid WHERE pg_has_role(r.oid, c.relowner, 'USAGE')
             OR pg_has_role(r.oid, 'pg_read_all_data', 'USAGE')
             OR EXISTS (SELECT 1 FROM aclexplode(c.relacl) a WHERE a.privilege_type = 'SELECT'
               AND a.grantee <> 0 AND pg_has_role(r.oid, a.grantee, 'USAGE')
               AND a.grantee <> (SELECT oid FROM pg_roles WHERE rolname = $1))
             OR EXISTS (SELECT 1 FROM pg_attribute p, LATERAL aclexplode(p.attacl) a
               WHERE p.attrelid = c.oid AND a.privilege_type = 'SELECT' AND a.grantee <> 0
               AND pg_has_role(r.oid, a.grantee, 'USAGE')
               AND a.grantee <> (SELECT oid FROM pg_roles WHERE rolname = $1))))";
    // pg_read_all_data came with PostgreSQL 14.
    let reads = if live.version < 140_000 {
        reads.replace("OR pg_has_role(r.oid, 'pg_read_all_data', 'USAGE')", "")
    } else {
        reads.to_owned()
    };
    let becomes = format!(
        "SELECT r.rolname::text FROM pg_roles r WHERE r.rolname <> $1
           AND pg_has_role($1, r.oid, 'MEMBER') AND {reads} ORDER BY 1"
    );
    live.role_reaches = sqlx::query_scalar(sqlx::AssertSqlSafe(becomes))
        .bind(&view.draft.role)
        .bind(&tables)
        .fetch_all(&mut *conn)
        .await?;
    let beside = format!(
        "SELECT r.rolname::text FROM pg_roles r WHERE r.rolcanlogin AND NOT r.rolsuper
           AND r.rolname <> $1 AND pg_has_role(r.oid, $1, 'MEMBER') AND {reads} ORDER BY 1"
    );
    live.beside = sqlx::query_scalar(sqlx::AssertSqlSafe(beside))
        .bind(&view.draft.role)
        .bind(&tables)
        .fetch_all(conn)
        .await?;
    Ok(())
}

async fn used(conn: &mut PgConnection, view: &PurposeView, base: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid
           JOIN pg_class v ON v.oid = w.ev_class JOIN pg_roles r ON r.oid = v.relowner
           JOIN pg_namespace n ON n.oid = v.relnamespace
           WHERE d.refobjid = $1::oid AND r.rolname = $2 AND NOT (n.nspname = $3 AND v.relname = $4))",
    )
    .bind(base)
    .bind(sql::OWNER)
    .bind(view.draft.view_parts().0)
    .bind(view.draft.view_parts().1)
    .fetch_one(conn)
    .await
}

async fn this_view(
    conn: &mut PgConnection,
    view: &PurposeView,
    live: &mut Live,
) -> Result<(), sqlx::Error> {
    let Some(id) = oid(conn, view.draft.view_parts()).await? else { return Ok(()) };
    live.view_exists = true;
    let row = sqlx::query(
        "SELECT coalesce(obj_description(c.oid, 'pg_class'), ''), pg_get_viewdef(c.oid),
           coalesce(c.reloptions::text[], '{}'), pg_get_userbyid(c.relowner)::text,
           EXISTS (SELECT 1 FROM aclexplode(c.relacl) a WHERE a.grantee = 0), c.relkind = 'v'
         FROM pg_class c WHERE c.oid = $1::oid",
    )
    .bind(id)
    .fetch_one(&mut *conn)
    .await?;
    if !row.try_get::<bool, _>(5)? {
        return Ok(());
    }
    live.view_is_ours = row.try_get::<String, _>(0)? == sql::mark(view);
    live.definition = row.try_get(1)?;
    let options: Vec<String> = row.try_get(2)?;
    let on = |name: &str| {
        options.iter().any(|option| {
            option.split_once('=').is_some_and(|(key, value)| {
                key == name && matches!(value, "true" | "on" | "1" | "yes")
            })
        })
    };
    live.barrier = on("security_barrier") && !on("security_invoker");
    live.owned = row.try_get::<String, _>(3)? == sql::OWNER;
    live.others_read = row.try_get(4)?;
    if live.role_exists {
        live.role_reads_view = sqlx::query_scalar(
            "SELECT has_table_privilege($1, $2::oid, 'SELECT') AND has_schema_privilege($1, $3, 'USAGE')",
        )
        .bind(&view.draft.role)
        .bind(id)
        .bind(view.draft.view_parts().0)
        .fetch_one(conn)
        .await?;
    }
    live.view_is_right = live.view_is_ours
        && live.barrier
        && live.owned
        && !view.applied.definition.is_empty()
        && live.definition == view.applied.definition;
    Ok(())
}

impl Live {
    /// How this differs from what was applied, as codes.
    pub fn drift(&self, view: &PurposeView) -> Vec<String> {
        let mut found = Vec::new();
        let mut differs = |yes: bool, code: &str| {
            if yes {
                found.push(code.to_owned());
            }
        };
        let there = self.view_exists && self.view_is_ours;
        differs(!there, "view-missing");
        differs(there && self.definition != view.applied.definition, "definition");
        differs(there && !self.barrier, "barrier");
        differs(there && !self.owned, "owner");
        differs(there && !self.role_reads_view, "grant-missing");
        differs(there && self.others_read, "others-read");
        differs(self.base_readable || self.role_is_super, "base-readable");
        differs(self.state_readable, "state-readable");
        differs(!self.role_reaches.is_empty(), "reaches-owner");
        found
    }
}
