//! The judgement: what roles may do by the standard against what the database lets them do. Pure; it
//! knows names of roles, tables, columns and categories, and no data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sources::{Access, Right};

use crate::seen::Seen;

/// A column and what it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Categories of personal data found in it; several where it holds nested data.
    pub categories: BTreeSet<String>,
    /// It is part of the primary key.
    pub key: bool,
}

/// A table or a view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its schema; in MySQL its database.
    pub schema: String,
    /// Its name.
    pub store: String,
    /// It is a view.
    pub view: bool,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// What was seen in a source: its grants, its tables, and with which account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Roles and grants.
    pub access: Access,
    /// Tables and views.
    pub places: Vec<Place>,
    /// The account that looked.
    pub account: String,
}

/// What the standard says of one role, worked out from its purposes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Categories it may read; a parent (`contact`) stands for what is below it (`contact.email`).
    pub allowed: BTreeSet<String>,
    /// Of them, those that its purposes need in this source.
    pub needed: BTreeSet<String>,
    /// It may also write what it may read.
    pub write: bool,
    /// Somebody decided, with a reason, not to judge it.
    pub exempt: bool,
}

/// The rules of a source by role.
pub type Standard = BTreeMap<String, Rule>;

impl Rule {
    /// Whether it may read a category.
    pub fn reads(&self, category: &str) -> bool {
        self.exempt || self.allowed.iter().any(|own| within(own, category))
    }

    /// Whether a privilege on a column is in order. Rows can only be deleted whole: who may write
    /// something of a table may delete its rows.
    pub fn allows(&self, privilege: &str, place: &Place, column: &Column) -> bool {
        let reads = |column: &Column| column.categories.iter().all(|one| self.reads(one));
        if self.exempt {
            return true;
        }
        match privilege {
            "DELETE" | "TRUNCATE" => {
                place.personal().next().is_none() || self.write && place.personal().any(reads)
            }
            _ if column.categories.is_empty() => true,
            "SELECT" => reads(column),
            _ => self.write && reads(column),
        }
    }
}

/// Whether `category` is `own` or below it.
pub fn within(own: &str, category: &str) -> bool {
    category.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Place {
    /// Columns that hold personal data.
    pub fn personal(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.categories.is_empty())
    }

    /// `schema.store`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.schema, self.store)
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No purpose of the role needs this.
    Excess,
    /// A purpose needs a category, and the role can read it nowhere.
    Missing,
    /// An account or everybody reaches personal data without a line in the standard.
    Unbound,
    /// A superuser: no grant binds it.
    Superuser,
}

impl Kind {
    /// All, worst first.
    pub const ALL: [Self; 4] = [Self::Superuser, Self::Unbound, Self::Excess, Self::Missing];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Excess => "excess",
            Self::Missing => "missing",
            Self::Unbound => "unbound",
            Self::Superuser => "superuser",
        }
    }
}

/// Where a right comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// Granted to the role itself.
    Own,
    /// Granted to a role it is a member of.
    Member,
    /// Granted to everybody.
    Everybody,
    /// The role, or one it is a member of, owns the table.
    Owner,
    /// It may act as a superuser, or as the database's own role that reads or writes everything.
    Unlimited,
}

/// How far a grant reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Every database of the server.
    Everything,
    /// A whole schema or database.
    Schema,
    /// A whole table.
    Table,
    /// Single columns.
    Columns,
}

/// By what a role has a right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct By {
    /// Where it comes from.
    pub from: From,
    /// The role it was granted to; "" is everybody.
    pub role: String,
    /// How far the grant reaches.
    pub reach: Reach,
    /// The database's word: SELECT, UPDATE …; "" where no grant is needed.
    pub privilege: String,
}

/// A column of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Held {
    /// The column.
    pub column: String,
    /// The categories that are at stake.
    pub categories: Vec<String>,
}

/// One thing that is wrong: a role, a table, columns, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: Kind,
    /// The role or account; "" is everybody.
    pub holder: String,
    /// Schema; "" where no table is meant.
    pub schema: String,
    /// Table or view; "" where none is meant.
    pub store: String,
    /// Reading or writing.
    pub right: Right,
    /// The columns.
    pub columns: Vec<Held>,
    /// By what; empty for what is missing.
    pub by: Vec<By>,
}

/// The whole judgement of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Everything that is wrong, by role.
    pub findings: Vec<Finding>,
    /// Roles judged.
    pub judged: usize,
    /// Roles of the standard that the database does not know.
    pub absent: Vec<String>,
    /// The account that looked does not see all grants.
    pub partial: bool,
}

impl Judgement {
    /// Columns, or accounts, that findings of a kind are about.
    pub fn count(&self, kind: Kind) -> usize {
        let of_kind = self.findings.iter().filter(|finding| finding.kind == kind);
        match kind {
            Kind::Excess | Kind::Missing => of_kind.map(|finding| finding.columns.len()).sum(),
            _ => of_kind.map(|finding| &finding.holder).collect::<BTreeSet<_>>().len(),
        }
    }

    /// Accounts without a line, superusers among them.
    pub fn unbound(&self) -> usize {
        self.count(Kind::Unbound) + self.count(Kind::Superuser)
    }
}

/// Judges what was seen by the standard.
pub fn judge(standard: &Standard, look: &Look) -> Judgement {
    let seen = Seen::new(look);
    let known: BTreeSet<&str> = look.access.holders.iter().map(|one| one.name.as_str()).collect();
    let mut out = Judgement { partial: look.access.partial, ..Judgement::default() };
    for (holder, rule) in standard {
        if !known.contains(holder.as_str()) {
            out.absent.push(holder.clone());
        } else if !rule.exempt {
            out.judged += 1;
            if !seen.is_super(holder) {
                seen.excess(holder, rule, &mut out.findings);
                seen.missing(holder, rule, &mut out.findings);
            }
        }
    }
    seen.unbound(standard, &mut out.findings);
    out
}
