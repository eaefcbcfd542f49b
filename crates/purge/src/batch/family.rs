//! Everything that hangs on a batch of rows: who is treated with whom, and who refers to whom. Rows
//! are known by their keys alone, as the database wrote them; whether two rows refer to each other is
//! always decided by the database, whose collations and types we need not know.

use std::collections::HashMap;

use crate::{
    Engine,
    batch::{gone::Gone, leaves::is_leaf},
    conn::Conn,
    error::{PurgeError, Result},
    plan::{Fate, Plan, PlannedLink},
    report::Reason,
    request::Condition,
    schema::Table,
    sql::{ConditionSql, Shape, Sql},
    value::{Key, Value},
};

/// Keys in one statement: within what three engines take in parameters, and below the 1000 at which
/// MariaDB turns a list into a temporary table.
pub(crate) const CHUNK: usize = 800;

/// Rows of one batch, by number.
pub(crate) struct Family {
    pub rows: Vec<Member>,
    index: HashMap<(usize, Key), usize>,
    /// The first ones are the selected rows.
    pub roots: usize,
    /// Links whose rows are leaves: they are not among these rows, and deleted by their reference.
    pub leaves: Vec<usize>,
}

/// One row.
pub(crate) struct Member {
    /// Number of its table in the plan.
    pub table: usize,
    pub key: Key,
    /// It was reached by the selection or a followed reference.
    pub treated: bool,
    /// Treated with it: row and number of the link.
    pub follows: Vec<(usize, usize)>,
    /// Rows that lose their reference to it.
    pub unlinks: Vec<(usize, usize)>,
    /// Rows that refer to it by a link that keeps it, unless they go as well.
    pub keepers: Vec<(usize, Key, usize)>,
    /// Why it cannot go in any case.
    pub blocked: Option<Reason>,
}

/// How rows are gathered.
pub(crate) struct Gather<'a> {
    pub plan: &'a Plan,
    /// Rows are locked as they are found.
    pub lock: bool,
    /// Rows at most.
    pub most: usize,
    /// A dry run's memory of what would be gone already.
    pub gone: Option<&'a Gone>,
    /// Leaves need not be known one by one.
    pub skip_leaves: bool,
}

impl Family {
    pub fn find(&self, table: usize, key: &Key) -> Option<usize> {
        self.index.get(&(table, key.clone())).copied()
    }

    /// The row's number, and whether it is treated for the first time.
    fn add(&mut self, table: usize, key: Key, treated: bool) -> (usize, bool) {
        if let Some(at) = self.index.get(&(table, key.clone())) {
            let first = treated && !self.rows[*at].treated;
            self.rows[*at].treated |= treated;
            return (*at, first);
        }
        let at = self.rows.len();
        self.index.insert((table, key.clone()), at);
        self.rows.push(Member {
            table,
            key,
            treated,
            follows: Vec::new(),
            unlinks: Vec::new(),
            keepers: Vec::new(),
            blocked: None,
        });
        (at, treated)
    }
}

impl Gather<'_> {
    /// The family of these selected rows, which the caller has locked.
    pub async fn all(&self, conn: &mut Conn, roots: Vec<Key>) -> Result<Family> {
        let mut family = Family {
            rows: Vec::new(),
            index: HashMap::new(),
            roots: roots.len(),
            leaves: Vec::new(),
        };
        if self.skip_leaves {
            let links = 0..self.plan.links.len();
            family.leaves = links.filter(|link| is_leaf(self.plan, *link)).collect();
        }
        let root = self.number(&self.plan.request.root)?;
        let mut open: Vec<usize> =
            roots.into_iter().map(|key| family.add(root, key, true).0).collect();
        family.roots = family.rows.len();
        while !open.is_empty() {
            open.sort_by_key(|row| family.rows[*row].table);
            let mut next = Vec::new();
            let part: Vec<Vec<usize>> = open
                .chunk_by(|a, b| family.rows[*a].table == family.rows[*b].table)
                .flat_map(|same| same.chunks(CHUNK))
                .map(<[usize]>::to_vec)
                .collect();
            for parents in part {
                self.behind(conn, &mut family, &parents, &mut next).await?;
            }
            open = next;
        }
        Ok(family)
    }

    fn number(&self, table: &str) -> Result<usize> {
        self.plan
            .tables
            .iter()
            .position(|known| known.name == table)
            .ok_or_else(|| PurgeError::NoTable(table.to_owned()))
    }

    /// What refers to these rows, all of one table.
    async fn behind(
        &self,
        conn: &mut Conn,
        family: &mut Family,
        parents: &[usize],
        next: &mut Vec<usize>,
    ) -> Result<()> {
        let Some(first) = parents.first() else { return Ok(()) };
        let parent = &self.plan.tables[family.rows[*first].table];
        let goes = self.plan.deletes(&parent.name);
        let keys: Vec<Key> = parents.iter().map(|row| family.rows[*row].key.clone()).collect();
        for (number, planned) in self.plan.links.iter().enumerate() {
            if planned.link.to != parent.name {
                continue;
            }
            let child = self.number(&planned.link.from)?;
            match planned.fate {
                Fate::Keep if !goes => {}
                _ if family.leaves.contains(&number) => {}
                Fate::Keep if !self.plan.deletes(&planned.link.from) => {
                    let reason = Reason::Referenced {
                        table: planned.link.from.clone(),
                        link: planned.link.label(),
                    };
                    for key in self.referred(conn, parent, planned, &keys).await? {
                        if let Some(at) = family.find(family.rows[*first].table, &key) {
                            family.rows[at].blocked.get_or_insert_with(|| reason.clone());
                        }
                    }
                }
                fate => {
                    let pairs = self.pairs(conn, parent, planned, &keys).await?;
                    if family.rows.len() + pairs.len() > self.most {
                        let table = planned.link.from.clone();
                        return Err(PurgeError::TooBig { table, most: self.most });
                    }
                    for pair in pairs {
                        let at = family.find(family.rows[*first].table, &pair.parent);
                        let Some(at) = at else { continue };
                        if self.gone.is_some_and(|gone| gone.is_gone(child, &pair.child)) {
                            continue;
                        }
                        self.place(family, (at, child, number), fate, pair, goes, next);
                    }
                }
            }
        }
        Ok(())
    }

    fn place(
        &self,
        family: &mut Family,
        (at, child, number): (usize, usize, usize),
        fate: Fate,
        pair: Pair,
        goes: bool,
        next: &mut Vec<usize>,
    ) {
        if fate == Fate::Keep {
            family.rows[at].keepers.push((child, pair.child, number));
            return;
        }
        if pair.held {
            if goes {
                let table = self.plan.tables[child].name.clone();
                family.rows[at].blocked.get_or_insert(Reason::Held { table });
            }
            return;
        }
        let follow = fate == Fate::Follow;
        let (row, first) = family.add(child, pair.child, follow);
        if follow {
            family.rows[at].follows.push((row, number));
            if first {
                next.push(row);
            }
        } else {
            family.rows[at].unlinks.push((row, number));
        }
    }

    /// Which of these rows anything refers to by this link.
    async fn referred(
        &self,
        conn: &mut Conn,
        parent: &Table,
        planned: &PlannedLink,
        keys: &[Key],
    ) -> Result<Vec<Key>> {
        let link = &planned.link;
        let child = self.plan.table(&link.from)?;
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        sql.read_key("p", parent).push(" FROM ").table(parent).push(" p WHERE ");
        sql.key_in("p", parent, keys).push(" AND EXISTS (SELECT 1 FROM ").table(child);
        sql.push(" c WHERE ").joined(("p", parent), ("c", child), pairs_of(planned)).push(")");
        conn.fetch(&sql, &child.name).await
    }

    /// The rows behind a link, each with the row it refers to.
    async fn pairs(
        &self,
        conn: &mut Conn,
        parent: &Table,
        planned: &PlannedLink,
        keys: &[Key],
    ) -> Result<Vec<Pair>> {
        let child = self.plan.table(&planned.link.from)?;
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        sql.read_key("p", parent).push(", ").read_key("c", child);
        let holds = self.plan.holds(&child.name);
        if planned.fate != Fate::Keep && !holds.is_empty() {
            sql.push(", ");
            held(&mut sql, &self.plan.tables, ("c", child), &holds)?;
        }
        sql.push(" FROM ").table(parent).push(" p JOIN ").table(child).push(" c ON ");
        sql.joined(("p", parent), ("c", child), pairs_of(planned)).push(" WHERE ");
        sql.key_in("p", parent, keys).push(&format!(" LIMIT {}", self.most + 1));
        if self.lock && planned.fate != Fate::Keep {
            sql.push(match conn.engine() {
                Engine::Sqlite => "",
                Engine::Postgres => " FOR UPDATE OF c",
                Engine::Mysql => " FOR UPDATE",
            });
        }
        let own = parent.key_names().len();
        let other = child.key_names().len();
        let rows = conn.fetch(&sql, &child.name).await?;
        Ok(rows
            .into_iter()
            .map(|mut row| {
                let held = row.len() > own + other && row.pop().is_some_and(|flag| yes(&flag));
                let child = row.split_off(own);
                Pair { parent: row, child, held }
            })
            .collect())
    }
}

struct Pair {
    parent: Key,
    child: Key,
    held: bool,
}

/// Pairs of columns: referring, referred to.
pub(crate) fn pairs_of(planned: &PlannedLink) -> impl Iterator<Item = (String, String)> + '_ {
    planned.link.from_columns.iter().cloned().zip(planned.link.to_columns.iter().cloned())
}

/// Reads 1 where a hold is true or unknown, else 0.
pub(crate) fn held(
    sql: &mut Sql,
    tables: &[Table],
    at: (&str, &Table),
    holds: &[&Condition],
) -> Result<()> {
    let mut conditions = ConditionSql::new(tables);
    let text = sql.engine == Engine::Postgres;
    sql.push(if text { "CAST(CASE WHEN " } else { "CASE WHEN " });
    for (i, hold) in holds.iter().enumerate() {
        sql.push(if i > 0 { " AND (NOT " } else { "(NOT " });
        conditions.render(sql, at, hold, false)?;
        sql.push(")");
    }
    sql.push(if text { " THEN 0 ELSE 1 END AS text)" } else { " THEN 0 ELSE 1 END" });
    sql.shapes.push(if text { Shape::Text } else { Shape::Int });
    Ok(())
}

/// A flag or count that is not zero.
pub(crate) fn yes(value: &Value) -> bool {
    number(value) != 0
}

/// A count, whichever way the engine gives it.
pub(crate) fn number(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Unsigned(number) => number.cast_signed(),
        Value::Text(text) => text.parse().unwrap_or_default(),
        _ => 0,
    }
}
