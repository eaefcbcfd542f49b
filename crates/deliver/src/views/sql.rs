//! The statements that make a view and take it away; only those the present state still needs.

use std::fmt::Write as _;

use super::{Grant, Live, PurposeView, ViewDraft};
use crate::{Config, table::Place};

/// The role of ours that owns all purpose views. Nobody signs in as it.
pub const OWNER: &str = "privet_views";

/// One statement and why it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The SQL, without a semicolon at the end.
    pub sql: String,
    /// Key of the reason.
    pub why: &'static str,
}

/// What applying or removing a view would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewPlan {
    /// In order, in one transaction.
    pub steps: Vec<Step>,
    /// Why it cannot be made, as text keys with the name they are about.
    pub problems: Vec<(&'static str, String)>,
    /// People who have the role and reach the base table another way.
    pub beside: Vec<String>,
}

impl ViewPlan {
    /// The plan as text, as it would be sent.
    pub fn text(&self) -> String {
        self.steps.iter().fold(String::new(), |mut text, step| {
            let _ = writeln!(text, "{};", step.sql);
            text
        })
    }

    fn step(&mut self, needed: bool, why: &'static str, sql: String) {
        if needed {
            self.steps.push(Step { sql, why });
        }
    }
}

/// A quoted name.
pub(super) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn pair((schema, table): (&str, &str)) -> String {
    format!("{}.{}", name(schema), name(table))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The mark in the comment of a view that is ours.
pub(super) fn mark(view: &PurposeView) -> String {
    format!("privet:view:{}", view.id)
}

/// The identifier in the base table as the state table writes it. A value that is written otherwise
/// matches nobody: such a row does not show.
fn identifier(draft: &ViewDraft, config: &Config) -> String {
    let column = format!("c.{}", name(&draft.match_column));
    let plain = match draft.identifier_kind.as_str() {
        "email" => format!("lower(normalize(btrim({column}::text), NFKC))"),
        "phone" => format!("regexp_replace({column}::text, '[^0-9+]', '', 'g')"),
        _ => format!("{column}::text"),
    };
    if config.hashed {
        format!("encode(sha256(convert_to({plain}, 'UTF8')), 'hex')")
    } else {
        plain
    }
}

/// The view's query.
fn query(draft: &ViewDraft, config: &Config, state: &str) -> String {
    let columns: Vec<String> = draft.columns.iter().map(|one| format!("c.{}", name(one))).collect();
    format!(
        "SELECT {} FROM {} c WHERE EXISTS (SELECT 1 FROM {state} s WHERE s.purpose = {} \
         AND s.identifier_kind = {} AND s.identifier = {} AND s.state = 'granted' \
         AND (s.expires_at IS NULL OR s.expires_at > now()))",
        columns.join(", "),
        pair(draft.base()),
        literal(&draft.purpose),
        literal(&draft.identifier_kind),
        identifier(draft, config),
    )
}

/// The state table's full name in the schema it was found in.
fn state_name(live: &Live, place: &Place) -> String {
    pair((live.state_schema.as_str(), place.table.as_str()))
}

/// What has to be done to have the view.
pub(super) fn applying(
    view: &PurposeView,
    live: &Live,
    place: &Place,
    config: &Config,
) -> ViewPlan {
    let mut plan = ViewPlan { beside: live.beside.clone(), ..ViewPlan::default() };
    problems(view, live, &mut plan);
    if !plan.problems.is_empty() {
        return plan;
    }
    let draft = &view.draft;
    let (base, state, full) =
        (pair(draft.base()), state_name(live, place), pair(draft.view_parts()));
    let (role, schema) = (name(&draft.role), name(draft.view_parts().0));
    plan.step(!live.owner_exists, "owner-role", format!("CREATE ROLE {OWNER} NOLOGIN"));
    plan.step(!live.owner_member, "owner-member", format!("GRANT {OWNER} TO CURRENT_USER"));
    plan.step(!live.role_exists, "role", format!("CREATE ROLE {role} NOLOGIN"));
    plan.step(!live.schema_exists, "schema", format!("CREATE SCHEMA {schema}"));
    for used in [draft.base().0, live.state_schema.as_str()] {
        let grant = format!("GRANT USAGE ON SCHEMA {} TO {OWNER}", name(used));
        if !plan.steps.iter().any(|step| step.sql == grant) {
            plan.step(!live.view_is_right, "owner-reads", grant);
        }
    }
    let mut columns: Vec<String> = draft.columns.iter().map(|one| name(one)).collect();
    let matched = name(&draft.match_column);
    if !columns.contains(&matched) {
        columns.push(matched);
    }
    let reads = format!("GRANT SELECT ({}) ON {base} TO {OWNER}", columns.join(", "));
    plan.step(!live.view_is_right, "owner-reads", reads);
    plan.step(!live.view_is_right, "owner-reads", format!("GRANT SELECT ON {state} TO {OWNER}"));
    let create = format!("GRANT USAGE, CREATE ON SCHEMA {schema} TO {OWNER}");
    plan.step(!live.view_is_right, "owner-creates", create);
    plan.step(live.view_is_ours && !live.view_is_right, "view", format!("DROP VIEW {full}"));
    let make = format!(
        "CREATE VIEW {full} WITH (security_barrier = true) AS {}",
        query(draft, config, &state)
    );
    plan.step(!live.view_is_right, "view", make);
    let comment = format!("COMMENT ON VIEW {full} IS {}", literal(&mark(view)));
    plan.step(!live.view_is_right, "view", comment);
    plan.step(!live.view_is_right, "owner", format!("ALTER VIEW {full} OWNER TO {OWNER}"));
    let others = !live.view_is_right || live.others_read;
    plan.step(others, "nobody-else", format!("REVOKE ALL ON {full} FROM PUBLIC"));
    let usage = format!("GRANT USAGE ON SCHEMA {schema} TO {role}");
    plan.step(!live.view_is_right || !live.role_reads_view, "role-reads", usage);
    let select = format!("GRANT SELECT ON {full} TO {role}");
    plan.step(!live.view_is_right || !live.role_reads_view, "role-reads", select);
    for (table, grants) in [(&base, &live.base_grants), (&state, &live.state_grants)] {
        for grantee in ["", draft.role.as_str()] {
            let held = grants.iter().any(|grant| grant.grantee == grantee);
            let from = if grantee.is_empty() { "PUBLIC".to_owned() } else { name(grantee) };
            plan.step(held, "base-closed", format!("REVOKE ALL ON {table} FROM {from}"));
        }
    }
    plan
}

fn problems(view: &PurposeView, live: &Live, plan: &mut ViewPlan) {
    let draft = &view.draft;
    let mut no = |key, name: &str| plan.problems.push((key, name.to_owned()));
    if live.version < 130_000 {
        no("deliver-view-problem-version", &(live.version / 10_000).to_string());
    }
    if !live.base_exists {
        no("deliver-view-problem-table", &draft.table);
    }
    for column in &live.missing_columns {
        no("deliver-view-problem-column", column);
    }
    if !live.state_is_ours {
        no("deliver-view-problem-state", "");
    }
    if live.view_exists && !live.view_is_ours {
        no("deliver-view-problem-view", &draft.view);
    }
    if live.role_is_super {
        no("deliver-view-problem-super", &draft.role);
    }
    for other in &live.role_reaches {
        no("deliver-view-problem-reaches", other);
    }
}

/// What has to be done to be rid of the view. Roles stay: people may have been given them.
pub(super) fn removing(view: &PurposeView, live: &Live) -> ViewPlan {
    let mut plan = ViewPlan::default();
    let draft = &view.draft;
    let (base, full) = (pair(draft.base()), pair(draft.view_parts()));
    if live.view_exists && !live.view_is_ours {
        plan.problems.push(("deliver-view-problem-view", draft.view.clone()));
        return plan;
    }
    plan.step(live.view_exists, "view-gone", format!("DROP VIEW {full}"));
    if live.base_exists {
        if live.owner_exists && !live.base_used_by_others {
            plan.step(true, "owner-forgets", format!("REVOKE ALL ON {base} FROM {OWNER}"));
        }
        for Grant { grantee, privilege, column } in &view.applied.taken {
            let to = if grantee.is_empty() { "PUBLIC".to_owned() } else { name(grantee) };
            let on = if column.is_empty() { String::new() } else { format!(" ({})", name(column)) };
            let give = format!("GRANT {privilege}{on} ON {base} TO {to}");
            plan.step(true, "given-back", give);
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_literals_cannot_break_out_of_their_quotes() {
        assert_eq!(name("a\"; DROP TABLE x; --"), "\"a\"\"; DROP TABLE x; --\"");
        assert_eq!(literal("it's"), "'it''s'");
    }
}
