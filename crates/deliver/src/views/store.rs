//! Views in our own database, and making, checking and removing them in the company's.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, any::AnyRow};
use store::{Actor, Entry, new_id, now};

use super::{Applied, Live, PurposeView, ViewDraft, ViewPlan, ViewState, look::look, sql};
use crate::{
    Deliver, DeliverError, Destination, Fault, Kind, Result,
    table::{Place, Target, fault_of},
};

const COLUMNS: &str = "id, destination_id, purpose, base_schema, base_table, match_column, identifier_kind, columns, role, view_schema, view_name, state, applied, applied_at, drift, checked_at";

impl PurposeView {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let text = |column: usize| row.try_get::<String, _>(column);
        Ok(Self {
            id: text(0)?,
            draft: ViewDraft {
                destination_id: text(1)?,
                purpose: text(2)?,
                table: format!("{}.{}", text(3)?, text(4)?),
                match_column: text(5)?,
                identifier_kind: text(6)?,
                columns: serde_json::from_str(&text(7)?).unwrap_or_default(),
                role: text(8)?,
                view: format!("{}.{}", text(9)?, text(10)?),
            },
            state: ViewState::parse(&text(11)?),
            applied: serde_json::from_str(&text(12)?).unwrap_or_default(),
            applied_at: row.try_get(13)?,
            drift: text(14)?.split(',').filter(|c| !c.is_empty()).map(str::to_owned).collect(),
            checked_at: row.try_get(15)?,
        })
    }
}

/// A view's database, open, and what is known of its state table.
struct Open {
    destination: Destination,
    place: Place,
    conn: PgConnection,
}

impl Deliver {
    /// All views that were not removed.
    pub async fn views(&self) -> Result<Vec<PurposeView>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM purpose_view WHERE state <> 'removed'
             ORDER BY purpose, view_schema, view_name"
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(self.store().reader()).await?;
        Ok(rows.iter().map(PurposeView::read).collect::<Result<_, _>>()?)
    }

    /// One view.
    pub async fn view(&self, id: &str) -> Result<PurposeView> {
        let sql = format!("SELECT {COLUMNS} FROM purpose_view WHERE id = $1");
        let row: Option<AnyRow> =
            sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(self.store().reader()).await?;
        Ok(PurposeView::read(&row.ok_or(DeliverError::NotFound("purpose view"))?)?)
    }

    /// Writes a view down; nothing is changed in the company's database yet.
    pub async fn create_view(&self, actor: Actor, draft: &ViewDraft) -> Result<PurposeView> {
        draft.check()?;
        self.state_table_of(&draft.destination_id).await?;
        let (base, full) = (draft.base(), draft.view_parts());
        if self.views().await?.iter().any(|view| {
            view.draft.destination_id == draft.destination_id && view.draft.view_parts() == full
        }) {
            return Err(DeliverError::Conflict("deliver-view-error-taken"));
        }
        let id = new_id();
        let mut entry = Entry::new(actor, "purpose_view.created", "purpose_view", &id);
        entry.after = Some(self.store().digest(&format!("{draft:?}")));
        let mut tx = self.store().begin(entry).await?;
        let at = now();
        sqlx::query(
            "INSERT INTO purpose_view (id, destination_id, purpose, base_schema, base_table,
               match_column, identifier_kind, columns, role, view_schema, view_name, state,
               created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'planned', $12, $13)",
        )
        .bind(&id)
        .bind(&draft.destination_id)
        .bind(&draft.purpose)
        .bind(base.0)
        .bind(base.1)
        .bind(&draft.match_column)
        .bind(&draft.identifier_kind)
        .bind(serde_json::to_string(&draft.columns).unwrap_or_default())
        .bind(&draft.role)
        .bind(full.0)
        .bind(full.1)
        .bind(at)
        .bind(at)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.view(&id).await
    }

    /// Changes what a view shows: columns, matching, role. Applying it anew makes it so.
    pub async fn update_view(&self, actor: Actor, id: &str, draft: &ViewDraft) -> Result<()> {
        draft.check()?;
        let old = self.view(id).await?;
        let kept = old.draft.destination_id == draft.destination_id
            && old.draft.base() == draft.base()
            && old.draft.view_parts() == draft.view_parts();
        if !kept {
            return Err(DeliverError::Conflict("deliver-view-error-kept"));
        }
        let mut entry = Entry::new(actor, "purpose_view.changed", "purpose_view", id);
        entry.before = Some(self.store().digest(&format!("{:?}", old.draft)));
        entry.after = Some(self.store().digest(&format!("{draft:?}")));
        // What is in the database is no longer what is wanted: without its definition nothing there
        // counts as right, and the next plan makes it anew.
        let applied = Applied { definition: String::new(), taken: old.applied.taken };
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "UPDATE purpose_view SET purpose = $1, match_column = $2, identifier_kind = $3,
               columns = $4, role = $5, applied = $6, updated_at = $7 WHERE id = $8",
        )
        .bind(&draft.purpose)
        .bind(&draft.match_column)
        .bind(&draft.identifier_kind)
        .bind(serde_json::to_string(&draft.columns).unwrap_or_default())
        .bind(&draft.role)
        .bind(serde_json::to_string(&applied).unwrap_or_default())
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What applying the view would do.
    pub async fn plan_view(&self, id: &str) -> Result<ViewPlan> {
        self.plan_of(&self.view(id).await?).await
    }

    /// The same for one that may not be written down yet.
    pub(super) async fn plan_of(&self, view: &PurposeView) -> Result<ViewPlan> {
        let mut open = self.open_view(view).await?;
        let live = seen(look(&mut open.conn, view, &open.place).await)?;
        Ok(sql::applying(view, &live, &open.place, &open.destination.config))
    }

    /// What removing the view would do.
    pub async fn plan_removal(&self, id: &str) -> Result<ViewPlan> {
        let view = self.view(id).await?;
        let mut open = self.open_view(&view).await?;
        let live = seen(look(&mut open.conn, &view, &open.place).await)?;
        Ok(sql::removing(&view, &live))
    }

    /// Makes the view as planned, in one transaction that is undone unless the role reads the view
    /// and nothing below it. `plan` is what the person saw: a database that changed since is not
    /// touched.
    pub async fn apply_view(&self, actor: Actor, id: &str, plan: &ViewPlan) -> Result<()> {
        let view = self.view(id).await?;
        let mut open = self.open_view(&view).await?;
        let live = seen(look(&mut open.conn, &view, &open.place).await)?;
        let now_planned = sql::applying(&view, &live, &open.place, &open.destination.config);
        same_and_possible(plan, &now_planned)?;
        // Known before anything is taken, so that it can be given back whatever happens next.
        let mut applied = view.applied.clone();
        for grant in live.base_grants {
            if !applied.taken.contains(&grant) {
                applied.taken.push(grant);
            }
        }
        self.note(actor.clone(), &view, "purpose_view.applying", view.state, &applied).await?;
        let work = make(&mut open, &view, plan);
        applied.definition = work.await?;
        self.note(actor, &view, "purpose_view.applied", ViewState::Applied, &applied).await
    }

    /// Takes the view away and gives back what was taken for it.
    pub async fn remove_view(&self, actor: Actor, id: &str, plan: &ViewPlan) -> Result<()> {
        let view = self.view(id).await?;
        let mut open = self.open_view(&view).await?;
        let live = seen(look(&mut open.conn, &view, &open.place).await)?;
        same_and_possible(plan, &sql::removing(&view, &live))?;
        let mut tx = open.conn.begin().await.map_err(|error| fault_of(&error))?;
        run(&mut tx, plan).await?;
        tx.commit().await.map_err(|error| fault_of(&error))?;
        let applied = Applied::default();
        self.note(actor, &view, "purpose_view.removed", ViewState::Removed, &applied).await
    }

    /// Forgets a view that was never applied.
    pub async fn forget_view(&self, actor: Actor, id: &str) -> Result<()> {
        let view = self.view(id).await?;
        if view.state != ViewState::Planned || view.applied != Applied::default() {
            return Err(DeliverError::Conflict("deliver-view-error-applied"));
        }
        let applied = Applied::default();
        self.note(actor, &view, "purpose_view.removed", ViewState::Removed, &applied).await
    }

    /// Looks whether an applied view is still what was applied, and a boundary; keeps what it found.
    pub async fn check_view(&self, actor: Actor, id: &str) -> Result<Vec<String>> {
        let view = self.view(id).await?;
        if view.state != ViewState::Applied {
            return Ok(Vec::new());
        }
        let found = match self.open_view(&view).await {
            Ok(mut open) => match look(&mut open.conn, &view, &open.place).await {
                Ok(live) => live.drift(&view),
                Err(_) => vec!["unreachable".to_owned()],
            },
            Err(DeliverError::Fault(_)) => vec!["unreachable".to_owned()],
            Err(other) => return Err(other),
        };
        let mut entry = Entry::new(actor, "purpose_view.checked", "purpose_view", id);
        entry.after = Some(self.store().digest(&found));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE purpose_view SET drift = $1, checked_at = $2 WHERE id = $3")
            .bind(found.join(","))
            .bind(now())
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Checks every applied view, as the pump does each hour.
    pub(crate) async fn check_views(&self) -> Result<()> {
        for view in self.views().await? {
            if view.state == ViewState::Applied {
                let found = self.check_view(Actor::System("deliver"), &view.id).await?;
                if !found.is_empty() {
                    tracing::warn!(view = view.id, drift = ?found, "a purpose view has changed");
                }
            }
        }
        Ok(())
    }

    async fn note(
        &self,
        actor: Actor,
        view: &PurposeView,
        action: &'static str,
        state: ViewState,
        applied: &Applied,
    ) -> Result<()> {
        let mut entry = Entry::new(actor, action, "purpose_view", &view.id);
        entry.after = Some(self.store().digest(applied));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "UPDATE purpose_view SET state = $1, applied = $2, updated_at = $3, drift = '',
               applied_at = CASE WHEN $1 = 'applied' THEN $3 ELSE applied_at END WHERE id = $4",
        )
        .bind(state.as_str())
        .bind(serde_json::to_string(applied).unwrap_or_default())
        .bind(now())
        .bind(&view.id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn state_table_of(&self, id: &str) -> Result<Destination> {
        let destination = self.destination(id).await?;
        let postgres = destination.address.starts_with("postgres");
        if destination.kind != Kind::Table || !postgres {
            return Err(DeliverError::Conflict("deliver-view-error-destination"));
        }
        Ok(destination)
    }

    async fn open_view(&self, view: &PurposeView) -> Result<Open> {
        let destination = self.state_table_of(&view.draft.destination_id).await?;
        let place = Place::of(&destination);
        match self.open_table(&destination).await? {
            Target::Postgres(conn) => Ok(Open { destination, place, conn }),
            Target::MySql(_) => Err(DeliverError::Conflict("deliver-view-error-destination")),
        }
    }
}

fn seen(result: Result<Live, sqlx::Error>) -> Result<Live> {
    Ok(result.map_err(|error| fault_of(&error))?)
}

fn same_and_possible(seen: &ViewPlan, planned: &ViewPlan) -> Result<()> {
    if seen.steps != planned.steps || seen.problems != planned.problems {
        return Err(DeliverError::Conflict("deliver-view-error-stale"));
    }
    match planned.problems.first() {
        Some(_) => Err(DeliverError::Conflict("deliver-view-error-problems")),
        None => Ok(()),
    }
}

/// Runs the steps and looks at the result before it counts; returns the view's definition.
async fn make(open: &mut Open, view: &PurposeView, plan: &ViewPlan) -> Result<String> {
    let mut tx = open.conn.begin().await.map_err(|error| fault_of(&error))?;
    run(&mut tx, plan).await?;
    let live = seen(look(&mut tx, view, &open.place).await)?;
    let applied = Applied { definition: live.definition.clone(), taken: Vec::new() };
    let made = PurposeView { applied, ..view.clone() };
    if let Some(code) = live.drift(&made).into_iter().next() {
        return Err(DeliverError::View(code));
    }
    tx.commit().await.map_err(|error| fault_of(&error))?;
    Ok(live.definition)
}

async fn run(conn: &mut PgConnection, plan: &ViewPlan) -> Result<(), Fault> {
    for step in &plan.steps {
        sqlx::raw_sql(AssertSqlSafe(step.sql.clone()))
            .execute(&mut *conn)
            .await
            .map_err(|error| fault_of(&error))?;
    }
    Ok(())
}
