//! Purpose views on a real PostgreSQL, read as the purpose's role.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

mod support;

use deliver::{
    Deliver, Destination, Kind,
    views::{PurposeView, ViewDraft, ViewState},
};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use support::{Pump, Shop, actions, databases::Database, draft, me, until_async};

/// A company: customers a, b, c; a and b agreed to advertising; a user of the marketing tool.
struct Company {
    room: Deliver,
    shop: Shop,
    database: Database,
    state: Destination,
    view: ViewDraft,
    user: String,
    _guard: store::testing::TestGuard,
}

async fn company(hashed: bool) -> Company {
    let (room, shop, guard) = support::open(false).await;
    let mut database = Database::postgres().await;
    let tag = store::new_id().replace('-', "")[20..].to_owned();
    let (role, user) = (format!("privet_ads_{tag}"), format!("tool_{tag}"));
    database.roles = vec![user.clone(), role.clone()];
    let mut conn = database.pg().await;
    let sql = format!(
        "CREATE TABLE customers (id int PRIMARY KEY, name text, email text, salary int);
         INSERT INTO customers VALUES (1, 'Ann', ' A@Example.com ', 10), (2, 'Bo', 'b@example.com', 20),
           (3, 'Cy', 'c@example.com', 30), (4, 'Dee', NULL, 40);
         GRANT SELECT ON customers TO PUBLIC;
         CREATE ROLE {user} LOGIN PASSWORD 'tool';
         -- One for the whole server: tests beside each other would make it at the same time.
         DO $$ BEGIN CREATE ROLE privet_views NOLOGIN;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    for id in ["a", "b", "c"] {
        shop.person(id).await;
        shop.choose(id, "ads", if id == "c" { "denied" } else { "granted" }).await;
    }
    let mut wanted = draft(Kind::Table, &database.address);
    wanted.secret = Some(database.password.clone());
    wanted.identifiers = vec!["email".into()];
    wanted.config.schema = "privet".into();
    wanted.config.hashed = hashed;
    let state = room.create_destination(me(), &wanted).await.unwrap();
    room.approve(me(), &state.id).await.unwrap();
    let view = ViewDraft {
        destination_id: state.id.clone(),
        purpose: "ads".into(),
        table: "customers".into(),
        match_column: "email".into(),
        identifier_kind: "email".into(),
        columns: vec!["id".into(), "name".into()],
        role,
        view: "ads.customers".into(),
    };
    Company { room, shop, database, state, view, user, _guard: guard }
}

impl Company {
    async fn filled(&self) -> Pump {
        let pump = Pump::start(&self.room);
        until_async("the state table is filled", || async {
            self.room.destination(&self.state.id).await.unwrap().filled_to.is_none()
        })
        .await;
        pump
    }

    async fn applied(&self) -> PurposeView {
        let view = self.room.create_view(me(), &self.view).await.unwrap();
        let plan = self.room.plan_view(&view.id).await.unwrap();
        assert!(plan.problems.is_empty(), "{plan:?}");
        self.room.apply_view(me(), &view.id, &plan).await.unwrap();
        let grant = format!("GRANT {} TO {}", self.view.role, self.user);
        self.admin(&grant).await;
        self.room.view(&view.id).await.unwrap()
    }

    async fn admin(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&mut self.database.pg().await).await.unwrap();
    }

    async fn tool(&self) -> PgConnection {
        self.database.pg_as(&self.user, "tool").await
    }
}

/// The names the view shows, or the code of the refusal.
async fn names(conn: &mut PgConnection, sql: &str) -> Result<Vec<String>, String> {
    match sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(conn).await {
        Ok(rows) => Ok(rows.iter().map(|row| row.get::<String, _>("name")).collect()),
        Err(sqlx::Error::Database(error)) => Err(error.code().unwrap().into_owned()),
        Err(other) => panic!("{other}"),
    }
}

const VIEW: &str = "SELECT * FROM ads.customers ORDER BY id";
const DENIED: &str = "42501";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_people_who_agreed_and_only_allowed_columns_show() {
    let co = company(false).await;
    let pump = co.filled().await;
    let view = co.applied().await;
    let mut tool = co.tool().await;

    assert_eq!(names(&mut tool, VIEW).await.unwrap(), ["Ann", "Bo"]);
    let row = sqlx::query(VIEW).fetch_one(&mut tool).await.unwrap();
    assert_eq!(row.len(), 2, "id and name, no e-mail, no salary");
    for below in [
        "SELECT name FROM public.customers",
        "SELECT name FROM customers",
        "SELECT email AS name FROM public.customers",
        "SELECT identifier AS name FROM privet.privet_consent",
        "UPDATE public.customers SET name = 'x' RETURNING name",
        "TABLE public.customers",
    ] {
        assert_eq!(names(&mut tool, below).await.unwrap_err(), DENIED, "{below}");
    }
    // A condition that tells what it sees is not run on rows the view hides.
    sqlx::raw_sql(
        "CREATE FUNCTION pg_temp.spy(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001
         AS $$ BEGIN IF $1 IN ('Cy', 'Dee') THEN RAISE 'seen'; END IF; RETURN true; END $$",
    )
    .execute(&mut tool)
    .await
    .unwrap();
    let spying = "SELECT * FROM ads.customers WHERE pg_temp.spy(name)";
    assert_eq!(names(&mut tool, spying).await.unwrap().len(), 2);
    // No role the tool can take on reads the base.
    for become_it in ["SET ROLE privet_views", "SET SESSION AUTHORIZATION privet_views"] {
        assert!(sqlx::raw_sql(become_it).execute(&mut tool).await.is_err(), "{become_it}");
    }
    let plan = co.room.plan_view(&view.id).await.unwrap();
    assert!(plan.steps.is_empty(), "applied twice changes nothing: {plan:?}");
    assert!(co.room.check_view(me(), &view.id).await.unwrap().is_empty());
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_takes_the_person_out_at_once() {
    for hashed in [false, true] {
        let co = company(hashed).await;
        let pump = co.filled().await;
        co.applied().await;
        let mut tool = co.tool().await;
        assert_eq!(names(&mut tool, VIEW).await.unwrap(), ["Ann", "Bo"], "hashed: {hashed}");

        let started = std::time::Instant::now();
        co.shop.choose("a", "ads", "withdrawn").await;

        loop {
            let now = names(&mut tool, VIEW).await.unwrap();
            if now == ["Bo"] {
                break;
            }
            assert!(started.elapsed().as_millis() < 1000, "within a second: {now:?}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        co.shop.choose("c", "ads", "granted").await;
        until_async("the one who agrees later shows", || async {
            names(&mut co.tool().await, VIEW).await.unwrap() == ["Bo", "Cy"]
        })
        .await;
        pump.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_changed_is_found_and_the_plan_mends_it() {
    let co = company(false).await;
    let pump = co.filled().await;
    let view = co.applied().await;
    let role = &co.view.role;
    for (change, code) in [
        ("ALTER VIEW ads.customers SET (security_barrier = false)".to_owned(), "barrier"),
        ("ALTER VIEW ads.customers OWNER TO CURRENT_USER".to_owned(), "owner"),
        (format!("REVOKE SELECT ON ads.customers FROM {role}"), "grant-missing"),
        ("GRANT SELECT ON ads.customers TO PUBLIC".to_owned(), "others-read"),
        (format!("GRANT SELECT ON customers TO {role}"), "base-readable"),
        (format!("GRANT SELECT (salary) ON customers TO {role}"), "base-readable"),
        ("GRANT SELECT ON privet.privet_consent TO PUBLIC".to_owned(), "state-readable"),
        (
            "CREATE OR REPLACE VIEW ads.customers AS SELECT id, name FROM customers".to_owned(),
            "definition",
        ),
        ("DROP VIEW ads.customers".to_owned(), "view-missing"),
    ] {
        co.admin(&change).await;

        let found = co.room.check_view(me(), &view.id).await.unwrap();

        assert!(found.iter().any(|found| found == code), "{change}: {found:?}");
        assert_eq!(co.room.view(&view.id).await.unwrap().drift, found);
        let plan = co.room.plan_view(&view.id).await.unwrap();
        co.room.apply_view(me(), &view.id, &plan).await.unwrap();
        let found = co.room.check_view(me(), &view.id).await.unwrap();
        assert!(found.is_empty(), "{change} is mended: {found:?}");
        assert_eq!(names(&mut co.tool().await, VIEW).await.unwrap(), ["Ann", "Bo"], "{change}");
    }
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_with_another_way_in_is_refused_and_a_user_with_one_is_named() {
    let co = company(false).await;
    let pump = co.filled().await;
    let (role, user) = (&co.view.role, &co.user);
    let staff = format!("staff_{}", &role[11..]);
    co.admin(&format!("CREATE ROLE {staff}; GRANT SELECT ON customers TO {staff}")).await;
    // Not inherited: the role gets there only by SET ROLE, which is a way in all the same.
    co.admin(&format!("CREATE ROLE {role} NOINHERIT; GRANT {staff} TO {role}")).await;
    let view = co.room.create_view(me(), &co.view).await.unwrap();

    let plan = co.room.plan_view(&view.id).await.unwrap();

    assert_eq!(plan.problems, [("deliver-view-problem-reaches", staff.clone())]);
    assert!(plan.steps.is_empty() && co.room.apply_view(me(), &view.id, &plan).await.is_err());
    co.admin(&format!("REVOKE {staff} FROM {role}; GRANT {staff}, {role} TO {user}")).await;
    let plan = co.room.plan_view(&view.id).await.unwrap();
    assert!(plan.problems.is_empty());
    assert_eq!(&plan.beside, std::slice::from_ref(user));
    co.admin(&format!("DROP OWNED BY {staff}; DROP ROLE {staff}")).await;
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_shows_its_sql_changes_nothing_and_goes_stale() {
    let co = company(false).await;
    let pump = co.filled().await;
    let view = co.room.create_view(me(), &co.view).await.unwrap();
    let plan = co.room.plan_view(&view.id).await.unwrap();
    let text = plan.text();
    for part in [
        "CREATE VIEW \"ads\".\"customers\" WITH (security_barrier = true)",
        "REVOKE ALL ON \"public\".\"customers\" FROM PUBLIC",
        "OWNER TO privet_views",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_namespace WHERE nspname = 'ads'")
        .fetch_one(&mut co.database.pg().await)
        .await
        .unwrap();
    assert_eq!(there, 0, "a plan changes nothing");

    co.admin("REVOKE ALL ON customers FROM PUBLIC").await;

    assert!(co.room.apply_view(me(), &view.id, &plan).await.is_err(), "not what was shown");
    let mut wrong = co.view.clone();
    wrong.view = "ads.other".into();
    wrong.columns.push("phone".into());
    let wrong = co.room.create_view(me(), &wrong).await.unwrap();
    let plan = co.room.plan_view(&wrong.id).await.unwrap();
    assert_eq!(plan.problems, [("deliver-view-problem-column", "phone".to_owned())]);
    co.room.forget_view(me(), &wrong.id).await.unwrap();
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removing_gives_back_what_was_taken() {
    let co = company(false).await;
    let pump = co.filled().await;
    let view = co.applied().await;
    let mut tool = co.tool().await;
    assert_eq!(names(&mut tool, "SELECT name FROM customers").await.unwrap_err(), DENIED);

    let plan = co.room.plan_removal(&view.id).await.unwrap();
    assert!(plan.text().contains("DROP VIEW") && plan.text().contains("TO PUBLIC"));
    co.room.remove_view(me(), &view.id, &plan).await.unwrap();

    assert_eq!(names(&mut tool, "SELECT name FROM customers").await.unwrap().len(), 4);
    assert_eq!(names(&mut tool, VIEW).await.unwrap_err(), "42P01");
    assert_eq!(co.room.view(&view.id).await.unwrap().state, ViewState::Removed);
    assert!(co.room.views().await.unwrap().is_empty());
    let did = actions(&co.room, &view.id).await;
    for action in [
        "purpose_view.created",
        "purpose_view.applying",
        "purpose_view.applied",
        "purpose_view.removed",
    ] {
        assert!(did.iter().any(|did| did == action), "{action}: {did:?}");
    }
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_of_the_tables_who_is_no_superuser_can_apply() {
    let mut co = company(false).await;
    let admin = format!("owner_{}", &co.view.role[11..]);
    // PostgreSQL 16 wants the creator of roles to be given what it creates; 15 and before not.
    co.admin(&format!(
        "CREATE ROLE {admin} LOGIN CREATEROLE PASSWORD 'own'; ALTER TABLE customers OWNER TO {admin};
         DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {admin}', current_database()); END $$;
         GRANT CREATE, USAGE ON SCHEMA public TO {admin}"
    ))
    .await;
    co.database.roles.push(admin.clone());
    let mut url = url::Url::parse(&co.database.address).unwrap();
    url.set_username(&admin).unwrap();
    let mut wanted = draft(Kind::Table, url.as_str());
    wanted.secret = Some("own".into());
    wanted.identifiers = vec!["email".into()];
    wanted.config.schema = "own".into();
    let state = co.room.create_destination(me(), &wanted).await.unwrap();
    co.room.approve(me(), &state.id).await.unwrap();
    co.state = state.clone();
    co.view.destination_id = state.id;
    let pump = co.filled().await;

    co.applied().await;

    assert_eq!(names(&mut co.tool().await, VIEW).await.unwrap(), ["Ann", "Bo"]);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_says_the_same_and_applying_it_twice_changes_nothing() {
    let co = company(false).await;
    let pump = co.filled().await;
    let role = &co.view.role;
    let file = |columns: &str| {
        format!(
            "privet: 1\npurpose_views:\n  ads.customers:\n    state_table: CRM\n    purpose: ads\n    \
             table: public.customers\n    match: email\n    identifier: email\n    \
             columns: [{columns}]\n    role: {role}\n"
        )
    };
    let plan = co.room.plan_views(&file("id, name"), false).await.unwrap();
    assert!(plan.to_string().contains("+ purpose view ads.customers"), "{plan}");
    assert!(plan.to_string().contains("CREATE VIEW") && co.room.views().await.unwrap().is_empty());

    assert_eq!(co.room.apply_views(&me(), &plan).await.unwrap(), 1);

    co.admin(&format!("GRANT {role} TO {}", co.user)).await;
    assert_eq!(names(&mut co.tool().await, VIEW).await.unwrap(), ["Ann", "Bo"]);
    assert!(co.room.plan_views(&file("id, name"), true).await.unwrap().is_empty());
    let exported = co.room.export_views().await.unwrap().unwrap();
    assert!(co.room.plan_views(&exported, true).await.unwrap().is_empty(), "{exported}");
    let plan = co.room.plan_views(&file("id, name, email"), false).await.unwrap();
    assert!(plan.to_string().contains("~ purpose view"), "{plan}");
    co.room.apply_views(&me(), &plan).await.unwrap();
    let row = sqlx::query(VIEW).fetch_one(&mut co.tool().await).await.unwrap();
    assert_eq!(row.len(), 3);
    let wrong = co.room.plan_views(&file("id, phone"), false).await.unwrap();
    assert!(wrong.to_string().contains("cannot"), "{wrong}");
    assert!(co.room.apply_views(&me(), &wrong).await.is_err());
    let typo = file("id").replace("match:", "mach:");
    assert!(co.room.plan_views(&typo, false).await.unwrap_err().to_string().contains("mach"));
    let gone = co.room.plan_views("privet: 1\n", true).await.unwrap();
    assert!(gone.to_string().contains("- purpose view") && gone.to_string().contains("DROP VIEW"));
    co.room.apply_views(&me(), &gone).await.unwrap();
    assert!(co.room.views().await.unwrap().is_empty());
    pump.stop().await;
}
