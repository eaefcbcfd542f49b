//! Counts and sums that stay when rows go. A group is written only when enough rows are in it, and
//! once more at the end groups that stayed too small are taken out.

use std::collections::{HashMap, HashSet};

use super::{
    family::{CHUNK, number},
    selected,
};
use crate::{
    Engine,
    conn::Conn,
    copy::{Change, Group},
    error::{PurgeError, Result},
    plan::{Action, Plan},
    report::Counts,
    request::{Aggregate, Dimension, Grain, Treatment},
    schema::{Schema, Table},
    sql::{Shape, Sql, quote},
    value::{Key, Value},
};

/// Groups in memory at most.
const MOST: usize = 100_000;
/// The column of counts.
const ROWS: &str = "row_count";

/// A summary under way.
pub(crate) struct Summary {
    aggregate: Aggregate,
    into: String,
    /// Groups that may be written.
    fit: HashSet<Vec<String>>,
    /// What the summary already holds.
    held: HashMap<Vec<String>, i64>,
}

impl Summary {
    /// `None` where the plan makes no summary. `write`: the table is made where there is none.
    pub async fn open(
        conn: &mut Conn,
        plan: &Plan,
        schema: &Schema,
        write: bool,
    ) -> Result<Option<Self>> {
        let Treatment::Aggregate(aggregate) = &plan.request.treatment else { return Ok(None) };
        let known = schema.tables.iter().find(|table| table.name == aggregate.into);
        let into = match known {
            Some(table) => {
                for name in columns(aggregate) {
                    table.column(&name)?;
                }
                let mut sql = Sql::new(conn.engine(), "");
                sql.table(table);
                sql.text
            }
            None => quote(conn.engine(), &aggregate.into),
        };
        if known.is_none() && write {
            conn.raw(&ddl(conn.engine(), &into, aggregate)).await?;
        }
        let mut this =
            Self { aggregate: aggregate.clone(), into, fit: HashSet::new(), held: HashMap::new() };
        if known.is_some() {
            this.held = this.stored(conn).await?;
        }
        this.fit = this.large(conn, plan).await?;
        this.fit.extend(this.held.keys().cloned());
        Ok(Some(this))
    }

    async fn stored(&self, conn: &mut Conn) -> Result<HashMap<Vec<String>, i64>> {
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        for by in &self.aggregate.by {
            sql.shapes.push(if conn.engine() == Engine::Sqlite { Shape::Any } else { Shape::Text });
            sql.name(&by.column).push(", ");
        }
        sql.read_count(ROWS).push(" FROM ").push(&self.into).push(&format!(" LIMIT {}", MOST + 1));
        self.groups(conn, &sql).await
    }

    async fn large(&self, conn: &mut Conn, plan: &Plan) -> Result<HashSet<Vec<String>>> {
        let root = plan.table(&plan.request.root)?;
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        self.dimensions(&mut sql, root);
        sql.read_count("count(*)").push(" FROM ").table(root).push(" t WHERE ");
        selected(&mut sql, plan)?;
        self.group_by(&mut sql);
        sql.push(&format!(" HAVING count(*) >= {} LIMIT {}", self.aggregate.minimum, MOST + 1));
        Ok(self.groups(conn, &sql).await?.into_keys().collect())
    }

    async fn groups(&self, conn: &mut Conn, sql: &Sql) -> Result<HashMap<Vec<String>, i64>> {
        let rows = conn.fetch(sql, &self.aggregate.into).await?;
        if rows.len() > MOST {
            let table = self.aggregate.into.clone();
            return Err(PurgeError::TooBig { table, most: MOST });
        }
        Ok(rows
            .into_iter()
            .map(|mut row| {
                let count = row.pop().as_ref().map_or(0, number);
                (row.iter().map(|value| value.text().unwrap_or_default()).collect(), count)
            })
            .collect())
    }

    /// The dimensions as texts, each followed by a comma.
    fn dimensions(&self, sql: &mut Sql, root: &Table) {
        for by in &self.aggregate.by {
            dimension(sql, root, by);
            sql.push(", ");
        }
    }

    /// The dimensions by their place in the answer.
    fn group_by(&self, sql: &mut Sql) {
        if !self.aggregate.by.is_empty() {
            let places: Vec<String> =
                (1..=self.aggregate.by.len()).map(|place| place.to_string()).collect();
            sql.push(" GROUP BY ").push(&places.join(", "));
        }
    }

    /// Counts and sums of these rows by group.
    pub async fn count(&self, conn: &mut Conn, plan: &Plan, keys: &[Key]) -> Result<Vec<Group>> {
        let root = plan.table(&plan.request.root)?;
        let mut found: Vec<Group> = Vec::new();
        for keys in keys.chunks(CHUNK) {
            let mut sql = Sql::new(conn.engine(), "SELECT ");
            self.dimensions(&mut sql, root);
            sql.read_count("count(*)");
            for name in &self.aggregate.sums {
                sql.push(", ");
                sum(&mut sql, root, name);
            }
            sql.push(" FROM ").table(root).push(" t WHERE ").key_in("t", root, keys);
            self.group_by(&mut sql);
            for row in conn.fetch(&sql, &root.name).await? {
                let by = self.aggregate.by.len();
                let text = |value: &Value| value.text().unwrap_or_default();
                let rows = number(&row[by]);
                if rows > 0 {
                    found.push(Group {
                        by: row[..by].iter().map(text).collect(),
                        rows,
                        sums: row[by + 1..].iter().map(text).collect(),
                    });
                }
            }
        }
        Ok(found)
    }

    /// May this group be written?
    pub fn fits(&self, group: &Group) -> bool {
        self.fit.contains(&group.by)
    }

    /// What the summary held of a group when the run began.
    pub fn held(&self, by: &[String]) -> i64 {
        self.held.get(by).copied().unwrap_or(0)
    }

    /// The least number of rows of a group.
    pub fn minimum(&self) -> i64 {
        i64::from(self.aggregate.minimum)
    }

    /// Adds rows that are about to be deleted.
    pub async fn add(
        &self,
        conn: &mut Conn,
        plan: &Plan,
        keys: &[Key],
        counts: &mut Counts,
    ) -> Result<Change> {
        let mut groups = self.count(conn, plan, keys).await?;
        let step = plan.step(&plan.request.root, Action::Summarise);
        groups.retain(|group| {
            let fits = self.fits(group);
            let rows = group.rows.unsigned_abs();
            match step.filter(|_| fits) {
                Some(step) => counts.steps[step] += rows,
                None => counts.suppressed += rows,
            }
            fits
        });
        for group in &groups {
            self.change(conn, group, "+").await?;
        }
        Ok(Change::Counted { table: self.aggregate.into.clone(), groups })
    }

    async fn change(&self, conn: &mut Conn, group: &Group, sign: &str) -> Result<()> {
        let mut sql = Sql::new(conn.engine(), "UPDATE ");
        sql.push(&self.into).push(&format!(" SET {ROWS} = {ROWS} {sign} ")).number(group.rows);
        for (name, sum) in self.aggregate.sums.iter().zip(&group.sums) {
            let name = sum_name(name);
            sql.push(", ").name(&name).push(" = ").name(&name).push(&format!(" {sign} "));
            decimal(&mut sql, sum);
        }
        sql.push(" WHERE ");
        self.is_group(&mut sql, group);
        if conn.execute(&sql, &self.aggregate.into).await? > 0 || sign == "-" {
            return Ok(());
        }
        let mut sql = Sql::new(conn.engine(), "INSERT INTO ");
        let names: Vec<String> =
            columns(&self.aggregate).iter().map(|name| quote(conn.engine(), name)).collect();
        sql.push(&self.into).push(&format!(" ({}) VALUES (", names.join(", ")));
        for value in &group.by {
            sql.text_value(value).push(", ");
        }
        sql.number(group.rows);
        for sum in &group.sums {
            sql.push(", ");
            decimal(&mut sql, sum);
        }
        sql.push(")");
        conn.execute(&sql, &self.aggregate.into).await.map(drop)
    }

    fn is_group(&self, sql: &mut Sql, group: &Group) {
        sql.push("1 = 1");
        for (by, value) in self.aggregate.by.iter().zip(&group.by) {
            sql.push(" AND ").name(&by.column).push(" = ").text_value(value);
        }
    }

    /// At the end: groups that stayed too small are taken out; how many rows they counted.
    pub async fn prune(&self, conn: &mut Conn) -> Result<u64> {
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        // A sum of whole numbers is a decimal in MariaDB and PostgreSQL.
        let whole = match conn.engine() {
            Engine::Sqlite => "INTEGER",
            Engine::Postgres => "bigint",
            Engine::Mysql => "SIGNED",
        };
        sql.read_count(&format!("CAST(COALESCE(sum({ROWS}), 0) AS {whole})"))
            .push(" FROM ")
            .push(&self.into);
        let small = format!(" WHERE {ROWS} < {}", self.aggregate.minimum);
        sql.push(&small);
        conn.begin().await?;
        let rows = conn.fetch(&sql, &self.aggregate.into).await?;
        let mut sql = Sql::new(conn.engine(), "DELETE FROM ");
        sql.push(&self.into).push(&small);
        conn.execute(&sql, &self.aggregate.into).await?;
        conn.commit().await?;
        Ok(rows.first().map_or(0, |row| number(&row[0])).unsigned_abs())
    }

    /// Takes groups out again, when a batch is undone.
    pub async fn take_back(
        conn: &mut Conn,
        plan: &Plan,
        schema: &Schema,
        groups: &[Group],
    ) -> Result<()> {
        let Treatment::Aggregate(aggregate) = &plan.request.treatment else { return Ok(()) };
        let Ok(table) = schema.table(&aggregate.into) else { return Ok(()) };
        let mut into = Sql::new(conn.engine(), "");
        into.table(table);
        let this = Self {
            aggregate: aggregate.clone(),
            into: into.text,
            fit: HashSet::new(),
            held: HashMap::new(),
        };
        for group in groups {
            this.change(conn, group, "-").await?;
        }
        let mut sql = Sql::new(conn.engine(), "DELETE FROM ");
        sql.push(&this.into).push(&format!(" WHERE {ROWS} <= 0"));
        conn.execute(&sql, &aggregate.into).await.map(drop)
    }
}

fn sum_name(column: &str) -> String {
    format!("sum_{column}")
}

/// The summary's columns: dimensions, count, sums.
fn columns(aggregate: &Aggregate) -> Vec<String> {
    let mut names: Vec<String> = aggregate.by.iter().map(|by| by.column.clone()).collect();
    names.push(ROWS.to_owned());
    names.extend(aggregate.sums.iter().map(|name| sum_name(name)));
    names
}

fn ddl(engine: Engine, into: &str, aggregate: &Aggregate) -> String {
    let (text, whole, decimal) = match engine {
        Engine::Sqlite => ("TEXT NOT NULL", "INTEGER NOT NULL", "NUMERIC NOT NULL"),
        Engine::Postgres => ("text NOT NULL", "bigint NOT NULL", "numeric NOT NULL"),
        Engine::Mysql => (
            "VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL",
            "BIGINT NOT NULL",
            "DECIMAL(65,10) NOT NULL",
        ),
    };
    let mut parts: Vec<String> =
        aggregate.by.iter().map(|by| format!("{} {text}", quote(engine, &by.column))).collect();
    parts.push(format!("{ROWS} {whole}"));
    let sums = aggregate.sums.iter();
    parts.extend(sums.map(|name| format!("{} {decimal}", quote(engine, &sum_name(name)))));
    let engine = if engine == Engine::Mysql { " ENGINE=InnoDB" } else { "" };
    format!("CREATE TABLE {into} ({}){engine}", parts.join(", "))
}

fn dimension(sql: &mut Sql, root: &Table, by: &Dimension) {
    let length = by.grain.map(|grain| match grain {
        Grain::Year => 4,
        Grain::Month => 7,
        Grain::Day => 10,
    });
    let (before, middle, after) = match sql.engine {
        Engine::Sqlite => ("COALESCE(substr(CAST(", " AS TEXT), 1, ", "), '')"),
        Engine::Postgres => ("COALESCE(left(CAST(", " AS text), ", "), '')"),
        Engine::Mysql => (
            "COALESCE(CONVERT(LEFT(CAST(",
            " AS CHAR), ",
            ") USING utf8mb4) COLLATE utf8mb4_bin, '')",
        ),
    };
    sql.push(before).column("t", root, &by.column).push(middle);
    sql.push(&length.unwrap_or(191).to_string()).push(after);
    sql.shapes.push(if sql.engine == Engine::Sqlite { Shape::Any } else { Shape::Text });
}

/// A sum as text; of no numbers it is 0.
fn sum(sql: &mut Sql, root: &Table, name: &str) {
    let (before, after) = match sql.engine {
        Engine::Sqlite => ("CAST(COALESCE(sum(", "), 0) AS TEXT)"),
        Engine::Postgres => ("CAST(COALESCE(sum(", "), 0) AS text)"),
        Engine::Mysql => ("CONVERT(CAST(COALESCE(sum(", "), 0) AS CHAR) USING utf8mb4)"),
    };
    sql.push(before).column("t", root, name).push(after);
    sql.shapes.push(if sql.engine == Engine::Sqlite { Shape::Any } else { Shape::Text });
}

fn decimal(sql: &mut Sql, text: &str) {
    let (before, after) = match sql.engine {
        Engine::Sqlite => ("CAST(", " AS NUMERIC)"),
        Engine::Postgres => ("CAST(", " AS numeric)"),
        Engine::Mysql => ("CAST(", " AS DECIMAL(65,10))"),
    };
    sql.push(before).text_value(text).push(after);
}
