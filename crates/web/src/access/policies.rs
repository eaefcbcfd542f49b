//! Policies of the organisation's own: versions that never change, cases that must hold, a dry run
//! over what was really decided, and switching on with a second person's consent.

use crate::access::decisions::Seen;
use crate::{ListQuery, Role, Web, WebError};
use ::access::{Action, Actor, Context, Engine, Fault, PROGRAM, Resource};
use std::collections::{HashMap, HashSet};
use store::Entry;
use store::sqlx::{self, Row};

/// Days of real decisions that a dry run looks at.
pub(crate) const DRY_RUN_DAYS: i64 = 30;
/// Lines of cases.
const MOST_CASES: usize = 200;

/// A version as stored. Its id is what approvals are about.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub id: String,
    pub version: i64,
    pub body: String,
    pub cases: String,
    pub made_by: String,
    pub made_at: i64,
}

/// One line of cases: `ROLE[@GROUP…][+HELD…] ACTION [for PURPOSE] = allow|refuse`; for a program the
/// role is `program`, and its scopes stand as groups: `program@consent:read+complaints …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub line: usize,
    pub text: String,
    actor: Actor,
    action: Action,
    purpose: String,
    expected: bool,
}

/// What a version does when tried.
pub(crate) struct Trial {
    pub faults: Vec<Fault>,
    /// Lines of cases that cannot be read.
    pub unreadable: Vec<usize>,
    /// Cases and whether they hold.
    pub cases: Vec<(Case, bool)>,
}

impl Trial {
    /// Whether it may be switched on.
    pub(crate) fn passes(&self) -> bool {
        self.faults.is_empty()
            && self.unreadable.is_empty()
            && !self.cases.is_empty()
            && self.cases.iter().all(|(_, holds)| *holds)
    }
}

/// A real decision that would have been another.
pub(crate) struct Change {
    pub seen: Seen,
    pub times: i64,
}

/// The cases of a text, and the numbers of the lines that are none.
pub(crate) fn cases(text: &str) -> (Vec<Case>, Vec<usize>) {
    let (mut cases, mut wrong) = (Vec::new(), Vec::new());
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') || text.starts_with("//") {
            continue;
        }
        match case(line, text).filter(|_| cases.len() < MOST_CASES) {
            Some(case) => cases.push(case),
            None => wrong.push(line),
        }
    }
    (cases, wrong)
}

fn case(line: usize, text: &str) -> Option<Case> {
    let (question, answer) = text.split_once('=')?;
    let expected = match answer.trim() {
        "allow" => true,
        "refuse" => false,
        _ => return None,
    };
    let words: Vec<&str> = question.split_whitespace().collect();
    let (who, action, purpose) = match words.as_slice() {
        [who, action] => (*who, *action, ""),
        [who, action, "for", purpose] => (*who, *action, *purpose),
        _ => return None,
    };
    let mut parts = who.split('+');
    let mut names = parts.next()?.split('@');
    let role = match names.next()? {
        PROGRAM => PROGRAM,
        role => Role::parse(role)?.as_str(),
    };
    Some(Case {
        line,
        text: text.to_owned(),
        actor: Actor {
            id: "somebody".into(),
            role: role.into(),
            groups: names.map(str::to_owned).collect(),
            purposes: parts.map(str::to_owned).collect(),
        },
        action: Action::parse(action)?,
        purpose: purpose.to_owned(),
        expected,
    })
}

/// Checks a text of policies and asks its cases. Cases about what needs a second person are asked as
/// if that person had agreed.
pub(crate) fn try_out(body: &str, text: &str) -> Trial {
    let faults = ::access::check(body);
    let (cases, unreadable) = cases(text);
    let engine = if faults.is_empty() { Engine::with(body).ok() } else { None };
    let ask = |case: &Case, engine: &Engine| {
        let context = Context {
            purpose: &case.purpose,
            approved: case.action.needs_approval(),
            emergency: false,
        };
        let kind = if case.purpose.is_empty() { Resource::CONSOLE } else { Resource::SUBJECT };
        engine.allows(&case.actor, case.action, &kind, &context).allow == case.expected
    };
    let cases = cases
        .into_iter()
        .map(|case| {
            let holds = engine.as_ref().is_some_and(|engine| ask(&case, engine));
            (case, holds)
        })
        .collect();
    Trial { faults, unreadable, cases }
}

impl Web {
    /// Which version is on; `None` when only the shipped policies are.
    pub(crate) async fn active_policy(&self) -> Result<Option<Policy>, WebError> {
        let row = sqlx::query("SELECT policy FROM access_active WHERE id = 1")
            .fetch_one(self.store().reader())
            .await?;
        let id: String = row.try_get(0)?;
        if id.is_empty() { Ok(None) } else { self.policy(&id).await }
    }

    /// A version.
    pub(crate) async fn policy(&self, id: &str) -> Result<Option<Policy>, WebError> {
        let row = sqlx::query(
            "SELECT id, version, body, cases, made_by, made_at FROM access_policy WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(self.store().reader())
        .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// A page of the versions, newest first, and how many there are.
    pub(crate) async fn policies(&self, l: &ListQuery) -> Result<(Vec<Policy>, i64), WebError> {
        let total = sqlx::query("SELECT COUNT(*) FROM access_policy")
            .fetch_one(self.store().reader())
            .await?
            .try_get(0)?;
        let rows = sqlx::query(
            "SELECT id, version, body, cases, made_by, made_at FROM access_policy
             ORDER BY version DESC LIMIT $1 OFFSET $2",
        )
        .bind(l.limit())
        .bind(l.offset())
        .fetch_all(self.store().reader())
        .await?;
        Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total))
    }

    /// Keeps a new version; it does nothing until it is switched on.
    pub(crate) async fn save_policy(
        &self,
        by: &str,
        body: &str,
        cases: &str,
    ) -> Result<String, WebError> {
        let id = store::new_id();
        let by = store::Actor::Person(by.to_owned());
        let entry = Entry::new(by.clone(), "policy.saved", "policy", &*id);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&(body, cases))));
        sqlx::query(
            "INSERT INTO access_policy (id, version, body, cases, made_by, made_at)
             SELECT $1, COALESCE(MAX(version), 0) + 1, $2, $3, $4, $5 FROM access_policy",
        )
        .bind(&id)
        .bind(body)
        .bind(cases)
        .bind(by.to_text())
        .bind(store::now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Switches a version on, or (with an empty id) back to the shipped policies alone, using up the
    /// approval of another person in the same transaction.
    pub(crate) async fn switch_policy(
        &self,
        by: &str,
        id: &str,
        approval: &str,
    ) -> Result<(), WebError> {
        if !id.is_empty() {
            let policy = self.policy(id).await?.ok_or(WebError::NotFound)?;
            if !try_out(&policy.body, &policy.cases).passes() {
                return Err(WebError::Conflict("access-error-trial".into()));
            }
        }
        let object = if id.is_empty() { "shipped" } else { id };
        let who = store::Actor::Person(by.to_owned());
        let entry = Entry::new(who, "policy.switched_on", "policy", object);
        let mut tx = self.store().begin(entry).await?;
        self.approvals().use_in(&mut tx, by, approval).await?;
        sqlx::query("UPDATE access_active SET policy = $1, since = $2 WHERE id = 1")
            .bind(id)
            .bind(store::now())
            .execute(&mut *tx.conn())
            .await?;
        tx.commit().await?;
        self.engine_of(id).await?;
        Ok(())
    }

    /// The real decisions of the last 30 days that would have been others under these policies.
    pub(crate) async fn dry_run(&self, body: &str) -> Result<(Vec<Change>, usize), WebError> {
        let engine = Engine::with(body).map_err(WebError::internal)?;
        let (held, mut groups) = (self.purposes_held().await?, self.groups_held().await?);
        let tokens = self.list_tokens().await?;
        groups.extend(tokens.iter().map(|token| (token.id.clone(), token.scopes.clone())));
        let seen = self.decisions_since(DRY_RUN_DAYS).await?;
        let total = seen.len();
        // Cedar is quick but fifty thousand questions are not: no request of others waits for them.
        let changes = tokio::task::spawn_blocking(move || {
            let mut purposes: HashMap<&str, Vec<String>> = held
                .iter()
                .map(|(id, held)| {
                    (id.as_str(), held.iter().map(|one| one.purpose.clone()).collect())
                })
                .collect();
            let programs = tokens.iter().filter(|token| token.limited);
            purposes.extend(programs.map(|token| (token.id.as_str(), token.purposes.clone())));
            // One made before tokens had purposes held whichever it named.
            let open: HashSet<&str> =
                tokens.iter().filter(|one| !one.limited).map(|one| one.id.as_str()).collect();
            seen.into_iter()
                .filter(|(seen, _)| {
                    let held = match purposes.get(seen.actor.as_str()) {
                        _ if open.contains(seen.actor.as_str()) => vec![seen.purpose.clone()],
                        held => held.cloned().unwrap_or_default(),
                    };
                    replay(&engine, seen, held, &groups) != seen.allowed
                })
                .map(|(seen, times)| Change { seen, times })
                .collect()
        })
        .await
        .map_err(WebError::internal)?;
        Ok((changes, total))
    }
}

/// The answer today's purposes and groups and yesterday's role would get.
fn replay(
    engine: &Engine,
    seen: &Seen,
    purposes: Vec<String>,
    groups: &HashMap<String, Vec<String>>,
) -> bool {
    let actor = Actor {
        id: seen.actor.clone(),
        role: seen.role.clone(),
        groups: groups.get(&seen.actor).cloned().unwrap_or_default(),
        purposes,
    };
    let context =
        Context { purpose: &seen.purpose, approved: seen.approved, emergency: seen.emergency };
    engine.allows(&actor, seen.action, &Resource { kind: &seen.kind }, &context).allow
}

fn read(row: &sqlx::any::AnyRow) -> Result<Policy, sqlx::Error> {
    let made_by: String = row.try_get(4)?;
    Ok(Policy {
        id: row.try_get(0)?,
        version: row.try_get(1)?,
        body: row.try_get(2)?,
        cases: row.try_get(3)?,
        made_by: made_by.strip_prefix("person:").unwrap_or(&made_by).to_owned(),
        made_at: row.try_get(5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_lines_and_faulty_lines_are_named() {
        let text = "# who may what\nengineer export = allow\n\nmarketer fly = refuse\n\
                    privacy_officer+quality open_personal_data for quality = allow";
        let (cases, wrong) = cases(text);

        assert_eq!(cases.iter().map(|case| case.line).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(wrong, [4]);
    }

    #[test]
    fn a_version_passes_only_with_cases_that_hold() {
        let forbid = "forbid (principal in Privet::Role::\"engineer\", \
                      action == Privet::Action::\"export\", resource);";

        assert!(!try_out(forbid, "").passes(), "no case is no test");
        assert!(try_out(forbid, "engineer export = refuse").passes());
        let of_programs =
            "program@consent:read+complaints open_personal_data for complaints = allow
            program@consent:read+complaints open_personal_data for quality = refuse";
        assert!(try_out(forbid, of_programs).passes());
        assert!(!try_out(forbid, "engineer export = allow").passes());
        let of_group = "permit (principal in Privet::Group::\"field-team\", \
                        action == Privet::Action::\"export\", resource);";
        assert!(
            try_out(of_group, "marketer@field-team export = allow\nmarketer export = refuse")
                .passes()
        );
        assert!(!try_out("nonsense", "engineer export = allow").passes());
    }
}
