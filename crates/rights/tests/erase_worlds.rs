//! Whole erasures in databases at random: planned, agreed to by a second person, carried out. In the end
//! every database is what a naive oracle says: planned rows are gone or emptied, others are as they were.
//!
//! `PRIVET_TEST_CASES` sets how many databases of each engine; a failure tells its seed, which
//! `PRIVET_TEST_SEED` plays alone.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "erase/house.rs"]
mod house;
#[path = "../../retain/tests/support/mod.rs"]
mod support;
#[path = "erase/world.rs"]
mod world;

use house::House;
use purge::Engine;
use rights::erase::Stage;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use support::{Db, li};
use world::{Dice, PERSON, World, told};

fn seeds(usual: u64) -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("PRIVET_TEST_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("PRIVET_TEST_CASES").unwrap_or(usual)).collect(),
    }
}

/// All rows of a table as text, sorted.
async fn rows(db: &Db, table: &str, columns: &[String]) -> Vec<Vec<Option<String>>> {
    let kind = if db.engine == Engine::Mysql { "CHAR" } else { "TEXT" };
    let cells: Vec<String> = columns.iter().map(|name| format!("CAST({name} AS {kind})")).collect();
    let sql = format!("SELECT {} FROM {table}", cells.join(", "));
    macro_rules! ask {
        ($kind:ty) => {{
            let mut conn = <$kind>::connect(&db.url).await.unwrap();
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut conn).await.unwrap();
            conn.close().await.unwrap();
            let mut all: Vec<Vec<Option<String>>> = Vec::new();
            for row in &rows {
                let cells = 0..columns.len();
                all.push(cells.map(|at| row.try_get_unchecked(at).unwrap()).collect());
            }
            all
        }};
    }
    let mut all = match db.engine {
        Engine::Sqlite => ask!(sqlx::SqliteConnection),
        Engine::Postgres => ask!(sqlx::PgConnection),
        Engine::Mysql => ask!(sqlx::MySqlConnection),
    };
    all.sort();
    all
}

/// Plays one; rows that were deleted, emptied, and somebody else's, too.
async fn play(house: &House, engines: &[Engine], seed: u64) -> [u64; 3] {
    let mut dice = Dice::new(seed);
    let mut worlds = Vec::new();
    for engine in engines {
        let world = World::new(*engine, &mut dice);
        let db = Db::make(*engine).await;
        db.run(&world.ddl()).await;
        let source = house.source(&db).await;
        worlds.push((world, db, source));
    }
    let request = house.asked(PERSON).await;
    let planned = house.planned(&request).await;
    let mut expected = Vec::new();
    for (world, _, source) in &worlds {
        let tables = house.base.map.tables_of(source).await.unwrap();
        let told = told(world, &tables);
        let steps = || planned.steps.iter().filter(|one| one.source == *source);
        let keyed = || steps().filter(|one| one.error != "no-key");
        let own: u64 = keyed().map(|one| one.own).sum();
        let shared: u64 = keyed().map(|one| one.shared).sum();
        assert_eq!((own, shared), (told.own, told.shared), "seed {seed}: planned\n{world:#?}");
        expected.push(told);
    }
    if planned.steps.is_empty() {
        // Nothing is there of the person: nothing to agree to either.
        assert!(expected.iter().all(|told| told.own + told.shared == 0), "seed {seed}");
    }
    house.begun(&request).await;
    let ended = house.still(&request.id).await;
    for ((world, db, source), told) in worlds.iter().zip(&expected) {
        for (n, name) in world.names().iter().enumerate() {
            let left = rows(db, name, &world.columns(n)).await;
            assert_eq!(left, told.left[n], "seed {seed}: {source}.{name}\n{world:#?}\n{ended:#?}");
        }
    }
    assert_eq!(ended.stage, Stage::Done, "seed {seed}: {ended:#?}");
    let done = ended.done();
    let sum = |of: fn(&world::Told) -> u64| expected.iter().map(of).sum::<u64>();
    assert_eq!(done.deleted, sum(|told| told.deleted), "seed {seed}: the certificate counts right");
    assert_eq!(done.emptied, sum(|told| told.emptied), "seed {seed}: the certificate counts right");
    house.looks(&request.id, 1).await;
    for (_, db, source) in worlds {
        house.base.map.delete_source(li(), &source).await.unwrap();
        db.drop().await;
    }
    [sum(|told| told.deleted), sum(|told| told.emptied), sum(|told| told.shared)]
}

async fn all(engines: &[Engine], usual: u64) {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let work = house.work();
    let seeds = seeds(usual);
    let mut sums = [0; 3];
    for seed in &seeds {
        let played = play(&house, engines, *seed).await;
        sums = std::array::from_fn(|n| sums[n] + played[n]);
    }
    let dull = seeds.len() > 1 && sums.contains(&0);
    assert!(!dull, "nothing was deleted, emptied or shared: {sums:?}");
    work.stop().await;
    house.base.web.store().ledger().verify().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_is_left_as_the_oracle_says() {
    all(&[Engine::Sqlite], 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_left_as_the_oracle_says() {
    all(&[Engine::Postgres], 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_is_left_as_the_oracle_says() {
    all(&[Engine::Mysql], 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_engines_together_are_left_as_the_oracle_says() {
    all(&[Engine::Sqlite, Engine::Postgres, Engine::Mysql], 5).await;
}
