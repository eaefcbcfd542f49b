//! Rules about one table that pull in different directions, and which wins.

use super::{Act, Kind, Rule};

/// Two rules about rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// A duty keeps rows of this table longer than the rule would: the duty wins.
    Duty {
        /// The duty's id.
        rule: String,
        /// The duty's name.
        name: String,
        /// The table.
        table: String,
    },
    /// Another limit for the table is shorter: rows are gone before this rule comes to them.
    Shorter {
        /// The other rule's id.
        rule: String,
        /// Its name.
        name: String,
        /// The table.
        table: String,
    },
    /// Another limit for the table is longer: this rule is the one that counts.
    Longer {
        /// The other rule's id.
        rule: String,
        /// Its name.
        name: String,
        /// The table.
        table: String,
    },
}

/// What stands beside a rule; `others` are the rules that are switched on.
pub fn conflicts(rule: &Rule, others: &[Rule]) -> Vec<Conflict> {
    let mut found = Vec::new();
    for other in others.iter().filter(|one| one.id != rule.id && one.is_on()) {
        if other.body.source != rule.body.source {
            continue;
        }
        let table = rule.body.tables().find(|table| *table == other.body.table);
        let Some(table) = table.map(str::to_owned) else { continue };
        let (id, name) = (other.id.clone(), other.body.name.clone());
        match (rule.body.kind, other.body.kind) {
            (Kind::Limit, Kind::Duty) => found.push(Conflict::Duty { rule: id, name, table }),
            // Rows of another table that go along are no second limit for it.
            (Kind::Limit, Kind::Limit) if table == rule.body.table => {
                let both = rule.body.act.removes() && other.body.act.removes();
                let (ours, theirs) = (rule.body.period.days(), other.body.period.days());
                if both && theirs < ours {
                    found.push(Conflict::Shorter { rule: id, name, table });
                } else if both {
                    found.push(Conflict::Longer { rule: id, name, table });
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether a duty keeps anything that a limit removes.
pub(crate) fn obliges(duty: &super::RuleBody, limit: &super::RuleBody) -> bool {
    duty.kind == Kind::Duty
        && duty.source == limit.source
        && (duty.table == limit.table
            || limit.related.iter().any(|one| one.act != Act::Keep && one.table == duty.table))
}
