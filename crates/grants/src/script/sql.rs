//! The script as text. Names are quoted as each server wants it, and no name can leave a comment: line
//! breaks and control characters in one are shown, not written.

use std::{collections::BTreeSet, fmt::Write as _};

use sources::Dialect;

use super::{ByHand, On, Stated, Step, Why};

/// A sentence by its key and arguments, in the reader's language.
pub type Say<'a> = &'a dyn Fn(&str, &[(&str, String)]) -> String;

/// The script of these steps; `head` is written above them, line by line. With nothing to do it is
/// only a comment that says so.
pub fn render(steps: &[Stated], dialect: Dialect, head: &[String], say: Say<'_>) -> String {
    let mut out = String::new();
    for line in head {
        comment(&mut out, line);
    }
    out.push('\n');
    if steps.is_empty() {
        comment(&mut out, &say("grants-script-nothing", &[]));
        return out;
    }
    let postgres = dialect == Dialect::Postgres;
    if postgres {
        out.push_str("BEGIN;\n\n");
    }
    for stated in steps {
        comment(&mut out, &because(stated, say));
        if !stated.others.is_empty() {
            let names = list(&stated.others);
            comment(&mut out, &say("grants-script-others", &[("names", names)]));
        }
        if let Step::Revoke { on, .. } = &stated.step
            && on.store.is_empty()
        {
            comment(&mut out, &say("grants-script-wide", &[]));
        }
        statement(&mut out, &stated.step, dialect);
        out.push('\n');
    }
    if postgres {
        out.push_str("COMMIT;\n");
    }
    out
}

fn because(stated: &Stated, say: Say<'_>) -> String {
    let table = |on: &On| format!("{}.{}", on.schema, on.store);
    match (&stated.why, &stated.step) {
        (Why::Excess { role, columns }, Step::Leave { role: left, .. }) => say(
            "grants-script-leave",
            &[("role", role.clone()), ("left", left.clone()), ("columns", list(columns))],
        ),
        (Why::Excess { role, columns }, _) if role.is_empty() => {
            say("grants-script-everybody", &[("columns", list(columns))])
        }
        (Why::Excess { role, columns }, _) => {
            say("grants-script-excess", &[("role", role.clone()), ("columns", list(columns))])
        }
        (_, Step::ByHand(ByHand::Owner { holder, on })) => {
            say("grants-script-owner", &[("role", holder.clone()), ("table", table(on))])
        }
        (_, Step::ByHand(ByHand::Superuser(role))) => {
            say("grants-script-superuser", &[("role", role.clone())])
        }
        (_, Step::ByHand(ByHand::Unbound(role))) => {
            say("grants-script-unbound", &[("role", role.clone())])
        }
        (_, Step::ByHand(ByHand::Absent(role))) => {
            say("grants-script-absent", &[("role", role.clone())])
        }
        (_, Step::Usage { holder, schema }) => {
            say("grants-script-usage", &[("role", holder.clone()), ("schema", schema.clone())])
        }
        (Why::Missing, Step::Grant { holder, .. }) => {
            say("grants-script-missing", &[("role", holder.clone())])
        }
        (Why::Instead, Step::Grant { holder, .. }) => {
            say("grants-script-instead", &[("role", holder.clone())])
        }
        _ => say("grants-script-stays", &[]),
    }
}

/// At most ten names, in one line.
fn list(names: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = names.iter().take(10).map(String::as_str).collect();
    let more = names.len().saturating_sub(shown.len());
    let text = shown.join(", ");
    if more > 0 { format!("{text} … (+{more})") } else { text }
}

fn comment(out: &mut String, text: &str) {
    // U+2028 and U+2029 are line breaks to some tools.
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let safe: String = text.chars().map(|c| if breaks(c) { '␤' } else { c }).collect();
    let _ = writeln!(out, "-- {safe}");
}

fn statement(out: &mut String, step: &Step, dialect: Dialect) {
    let who = |name: &str| account(dialect, name);
    let what = |privilege: &str, columns: &BTreeSet<String>| {
        if columns.is_empty() {
            return privilege.to_owned();
        }
        let names: Vec<String> = columns.iter().map(|name| quote(dialect, name)).collect();
        format!("{privilege} ({})", names.join(", "))
    };
    let _ = match step {
        Step::Revoke { holder, privilege, on, columns } => {
            let what = what(privilege, columns);
            writeln!(out, "REVOKE {what} ON {} FROM {};", target(dialect, on), who(holder))
        }
        Step::Grant { holder, privilege, on, columns } => {
            let what = what(privilege, columns);
            writeln!(out, "GRANT {what} ON {} TO {};", target(dialect, on), who(holder))
        }
        Step::Usage { holder, schema } => {
            let schema = quote(dialect, schema);
            writeln!(out, "GRANT USAGE ON SCHEMA {schema} TO {};", who(holder))
        }
        Step::Leave { member, role } => {
            writeln!(out, "REVOKE {} FROM {};", who(role), who(member))
        }
        Step::ByHand(by_hand) => {
            let template = match by_hand {
                ByHand::Owner { on, .. } if dialect == Dialect::Postgres => {
                    format!("ALTER TABLE {} OWNER TO …;", target(dialect, on))
                }
                ByHand::Superuser(role) if dialect == Dialect::Postgres => {
                    format!("ALTER ROLE {} NOSUPERUSER;", who(role))
                }
                _ => return,
            };
            comment(out, &template);
            Ok(())
        }
    };
}

fn target(dialect: Dialect, on: &On) -> String {
    match (on.schema.as_str(), on.store.as_str()) {
        ("", _) => "*.*".to_owned(),
        (schema, "") => format!("{}.*", quote(dialect, schema)),
        (schema, store) => format!("{}.{}", quote(dialect, schema), quote(dialect, store)),
    }
}

/// An identifier: `"` doubled in PostgreSQL (§4.1.1 of its manual), `` ` `` in MySQL and MariaDB.
pub(crate) fn quote(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
        Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
    }
}

/// A role; everybody is PUBLIC; an account of MySQL is user and host, each quoted.
fn account(dialect: Dialect, name: &str) -> String {
    if name.is_empty() {
        return "PUBLIC".to_owned();
    }
    match (dialect, name.rsplit_once('@')) {
        (Dialect::Mysql, Some((user, host))) => {
            format!("{}@{}", quote(dialect, user), quote(dialect, host))
        }
        _ => quote(dialect, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wild_names_stay_names() {
        let (pg, my) = (Dialect::Postgres, Dialect::Mysql);
        assert_eq!(account(pg, "o\"hara"), "\"o\"\"hara\"");
        assert_eq!(account(pg, "select"), "\"select\"");
        assert_eq!(account(my, "营销`@10.0.0.%"), "`营销```@`10.0.0.%`");
        assert_eq!(account(my, "team"), "`team`");
        assert_eq!(account(pg, ""), "PUBLIC");
    }

    #[test]
    fn a_name_cannot_leave_its_comment() {
        let step = Step::ByHand(ByHand::Unbound("x\nDROP TABLE customers; --".into()));
        let stated = Stated { step, why: Why::ByHand, others: BTreeSet::new() };
        let say = |key: &str, args: &[(&str, String)]| format!("{key} {args:?} {}", args[0].1);

        let text = render(&[stated], Dialect::Mysql, &["head".into()], &say);

        assert!(text.lines().all(|line| line.is_empty() || line.starts_with("--")), "{text}");
    }
}
