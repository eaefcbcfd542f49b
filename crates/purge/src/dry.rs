//! Looking, without touching: the same decisions as a run's, over one moment of the database.

use crate::{
    batch::{self, Family, Gather, Gone, Summary, Work},
    conn::Conn,
    error::{PurgeError, Result},
    options::DryOptions,
    plan::{Action, Fate, Plan, differences},
    report::{Counts, DryRun, Example, Progress, Reason},
    session::Line,
    sql::Sql,
    target::{Patience, Target},
    value::Key,
};

/// Counts what a run would do now, in a transaction that cannot write. Nothing is locked.
///
/// # Errors
/// [`PurgeError::Changed`] when the database is not what the plan was made for; else whatever keeps it
/// from being read.
pub async fn dry_run(target: &Target, plan: &Plan, options: &DryOptions<'_>) -> Result<DryRun> {
    let mut line = Line::open(target, patience(options)).await?;
    look(&mut line, plan, options).await
}

pub(crate) fn patience(options: &DryOptions<'_>) -> Patience {
    Patience { lock: std::time::Duration::from_secs(5), statement: options.statement_timeout }
}

/// The same over an open connection, which can be used again when it went well.
pub(crate) async fn look(line: &mut Line, plan: &Plan, options: &DryOptions<'_>) -> Result<DryRun> {
    let found = differences(plan, &line.schema);
    if !found.is_empty() {
        return Err(PurgeError::Changed(found));
    }
    let conn = &mut line.conn;
    conn.begin_reading().await?;
    let taken_at = jiff::Timestamp::now();
    let summary = Summary::open(conn, plan, &line.schema, false).await?;
    let mut look = Look {
        plan,
        options,
        summary,
        grouped: std::collections::HashMap::new(),
        gone: depends(plan).then(Gone::default),
        counts: Progress::start(plan).counts,
        examples: Vec::new(),
    };
    look.all(conn).await?;
    conn.end_reading().await?;
    Ok(DryRun {
        fingerprint: plan.fingerprint.clone(),
        exact: !look.gone.as_ref().is_some_and(|gone| gone.full),
        counts: look.counts,
        examples: look.examples,
        taken_at,
    })
}

/// What happens to one row can depend on what happened to another: by a second way to the same table,
/// or by a reference that keeps rows until the referring ones are gone.
fn depends(plan: &Plan) -> bool {
    let ways = |table: &str| {
        let links = plan.links.iter().filter(|l| l.fate != Fate::Keep && l.link.from == table);
        links.count() + usize::from(table == plan.request.root)
    };
    plan.links
        .iter()
        .any(|l| ways(&l.link.from) > 1 || (l.fate == Fate::Keep && plan.deletes(&l.link.from)))
}

struct Look<'a> {
    plan: &'a Plan,
    options: &'a DryOptions<'a>,
    summary: Option<Summary>,
    /// Rows counted into each group of the summary.
    grouped: std::collections::HashMap<Vec<String>, i64>,
    gone: Option<Gone>,
    counts: Counts,
    examples: Vec<Example>,
}

impl Look<'_> {
    async fn all(&mut self, conn: &mut Conn) -> Result<()> {
        let plan = self.plan;
        loop {
            let (mut after, mut moved): (Option<Key>, bool) = (None, false);
            self.counts.kept.clear();
            loop {
                let keys =
                    batch::scan(conn, plan, after.as_ref(), self.options.batch.max(1)).await?;
                let Some(last) = keys.last().cloned() else { break };
                after = Some(last);
                moved |= self.batch(conn, keys).await?;
            }
            let waiting = self.counts.kept.iter().any(|kept| batch::may_pass(plan, &kept.reason));
            if !moved || !waiting {
                break;
            }
        }
        let held = batch::held_roots(conn, plan).await?;
        if held > 0 {
            self.counts.keep(&Reason::Held { table: plan.request.root.clone() }, held);
        }
        self.suppress();
        Ok(())
    }

    /// Groups that would stay too small at the end.
    fn suppress(&mut self) {
        let Some(summary) = &self.summary else { return };
        let Some(step) = self.plan.step(&self.plan.request.root, Action::Summarise) else { return };
        for (by, rows) in &self.grouped {
            if summary.held(by) + rows < summary.minimum() {
                self.counts.steps[step] -= rows.unsigned_abs();
                self.counts.suppressed += rows.unsigned_abs();
            }
        }
    }

    /// True when something would be deleted.
    async fn batch(&mut self, conn: &mut Conn, mut keys: Vec<Key>) -> Result<bool> {
        let plan = self.plan;
        let root = plan.tables.iter().position(|table| table.name == plan.request.root);
        if let (Some(gone), Some(root)) = (&self.gone, root) {
            keys.retain(|key| !gone.is_gone(root, key) && !gone.is_done(root, key));
        }
        let mut parts = vec![keys];
        let mut moved = false;
        while let Some(part) = parts.pop() {
            let most = self.options.most_rows;
            let gather =
                Gather { plan, lock: false, most, gone: self.gone.as_ref(), skip_leaves: false };
            let family = match gather.all(conn, part.clone()).await {
                Err(PurgeError::TooBig { .. }) if part.len() > 1 => {
                    let half = part.len() / 2;
                    parts.push(part[half..].to_vec());
                    parts.push(part[..half].to_vec());
                    continue;
                }
                other => other?,
            };
            let work = batch::decide(plan, &family);
            moved |= !work.levels.is_empty();
            self.count(conn, root, &family, &work).await?;
        }
        Ok(moved)
    }

    async fn count(
        &mut self,
        conn: &mut Conn,
        root: Option<usize>,
        family: &Family,
        work: &Work,
    ) -> Result<()> {
        let plan = self.plan;
        for (_, reason) in &work.kept {
            self.counts.keep(reason, 1);
        }
        self.group(conn, family, work).await?;
        for mut update in batch::updates(conn, plan, family, work).await? {
            let table = &plan.tables[update.table];
            if let (Some(gone), Some(step)) =
                (&mut self.gone, plan.step(&table.name, update.action))
            {
                let (table, already) = (update.table, &mut update.already);
                update.rows.retain(|row| {
                    let first = gone.write(step, table, &row.key);
                    if !first {
                        already.push(row.key.clone());
                    }
                    first
                });
            }
            batch::count(plan, root, &update, &mut self.counts);
            let keys = update.rows.iter().map(|row| row.key.clone());
            let keys = keys.take(self.wanted(&table.name)).collect();
            self.example(conn, update.table, keys).await?;
        }
        let leaving: Vec<usize> = work.levels.iter().flatten().copied().collect();
        for (number, table) in plan.tables.iter().enumerate() {
            let rows = || leaving.iter().filter(|row| family.rows[**row].table == number);
            if let Some(step) = plan.step(&table.name, Action::Delete) {
                self.counts.steps[step] += rows().count() as u64;
                if Some(number) == root {
                    self.counts.roots += rows().count() as u64;
                }
                let keys = rows().take(self.wanted(&table.name));
                let keys = keys.map(|row| family.rows[*row].key.clone()).collect();
                self.example(conn, number, keys).await?;
            }
        }
        if let Some(gone) = &mut self.gone {
            for row in leaving {
                gone.delete(family.rows[row].table, &family.rows[row].key);
            }
            for row in &work.roots {
                gone.done(family.rows[*row].table, &family.rows[*row].key);
            }
        }
        Ok(())
    }

    async fn group(&mut self, conn: &mut Conn, family: &Family, work: &Work) -> Result<()> {
        let plan = self.plan;
        let Some(summary) = &self.summary else { return Ok(()) };
        let keys: Vec<Key> = work.roots.iter().map(|root| family.rows[*root].key.clone()).collect();
        let step = plan.step(&plan.request.root, Action::Summarise);
        for group in summary.count(conn, plan, &keys).await? {
            match step.filter(|_| summary.fits(&group)) {
                Some(step) => {
                    self.counts.steps[step] += group.rows.unsigned_abs();
                    *self.grouped.entry(group.by).or_default() += group.rows;
                }
                None => self.counts.suppressed += group.rows.unsigned_abs(),
            }
        }
        Ok(())
    }

    /// Examples of a table that are still wanted.
    fn wanted(&self, table: &str) -> usize {
        let have = self.examples.iter().filter(|example| example.table == table).count();
        self.options.examples.saturating_sub(have)
    }

    async fn example(&mut self, conn: &mut Conn, number: usize, keys: Vec<Key>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let table = &self.plan.tables[number];
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        for (i, column) in table.columns.iter().enumerate() {
            if i > 0 {
                sql.push(", ");
            }
            sql.read("t", table, &column.name);
        }
        sql.push(" FROM ").table(table).push(" t WHERE ").key_in("t", table, &keys);
        for row in conn.fetch(&sql, &table.name).await? {
            let mut values = Vec::new();
            for (column, value) in table.columns.iter().zip(row) {
                let text = match &value {
                    crate::Value::Null => None,
                    crate::Value::Bytes(_) => Some("•".to_owned()),
                    other => other
                        .text()
                        .map(|text| (self.options.mask)(&table.name, &column.name, &text)),
                };
                values.push((column.name.clone(), text));
            }
            self.examples.push(Example { table: table.name.clone(), values });
        }
        Ok(())
    }
}
