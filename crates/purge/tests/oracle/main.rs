//! Never a row that the rule does not cover: random schemas, data and requests, run for real and
//! compared with a naive oracle. `PRIVET_PURGE_CASES=N` plays N cases on each engine,
//! `PRIVET_PURGE_SEED=S` only that one.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod naive;
mod world;

use common::{Db, Memory};
use purge::{DryOptions, End, Engine, RunOptions};
use world::{Dice, World};

fn seeds(cases: u64) -> Vec<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text: String| text.parse().ok());
    match number("PRIVET_PURGE_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("PRIVET_PURGE_CASES").unwrap_or(cases)).collect(),
    }
}

/// Plays one case; false when the plan was refused.
async fn play(db: &Db, schema: &str, seed: u64) -> bool {
    let mut dice = Dice::new(seed);
    let mut world = World::new(db.engine, schema, &mut dice);
    db.run(&world.ddl()).await;
    let request = world.request(&mut dice);
    let target = db.target();
    let plan = match purge::plan(&target.schema().await.unwrap(), request.clone()) {
        Ok(plan) => plan,
        Err(error) => {
            let fair = ["unstable", "unfit", "request", "no-key"];
            assert!(fair.contains(&error.code()), "seed {seed}: {error}\n{request:#?}");
            return false;
        }
    };
    let batch = 1 + dice.roll(6);
    let dry = DryOptions { batch, ..DryOptions::default() };
    let dry = purge::dry_run(&target, &plan, &dry).await;
    let dry = dry.unwrap_or_else(|error| panic!("seed {seed}: {error}\n{request:#?}"));
    for t in 0..world.tables.len() {
        assert_eq!(
            db.rows(&world.select(t)).await,
            world.expected(t),
            "seed {seed}: dry run wrote"
        );
    }

    let options = RunOptions { batch, ..RunOptions::default() };
    let mut from = None;
    let outcome = loop {
        // Now and then the run is stopped at a border and goes on from what was stored.
        let stop_after = dice.chance(30).then(|| 1 + dice.roll(3));
        let mut sink = Memory { stop_after, copying: dice.chance(0), ..Memory::default() };
        let outcome = purge::run(&target, &plan, from.take(), &options, &mut sink).await;
        match &outcome.end {
            End::Asked => from = sink.progress.last().cloned(),
            End::Finished => break outcome,
            End::Failed(error) => panic!("seed {seed}: {error}\n{request:#?}\n{:#?}", plan.steps),
        }
    };

    let told = naive::play(&mut world, &request);
    for t in 0..world.tables.len() {
        let found = db.rows(&world.select(t)).await;
        assert_eq!(found, world.expected(t), "seed {seed}, {}\n{request:#?}", world.shown(t));
    }
    let counts = outcome.progress.counts;
    let by_themselves =
        !request.children.iter().any(|child| {
            child.table == request.root && child.treatment != purge::Treatment::Unlink
        }) || request.treatment == purge::Treatment::Delete;
    assert!(!by_themselves || counts.roots == told.treated, "seed {seed}: roots\n{request:#?}");
    assert!(
        by_themselves || counts.roots >= told.treated.min(1),
        "seed {seed}: roots\n{request:#?}"
    );
    assert_eq!(counts.kept(), told.kept, "seed {seed}: kept {counts:?}\n{request:#?}");
    assert!(dry.exact);
    assert_eq!(dry.counts, counts, "seed {seed}: the dry run counts otherwise\n{request:#?}");
    true
}

#[tokio::test]
async fn sqlite_does_what_the_oracle_says() {
    let seeds = seeds(120);
    let mut played = 0;
    for seed in &seeds {
        let db = Db::create(Engine::Sqlite).await;
        played += usize::from(play(&db, "", *seed).await);
        db.drop().await;
    }
    assert!(seeds.len() == 1 || played * 2 > seeds.len(), "only {played} were not refused");
}

#[tokio::test]
async fn postgres_does_what_the_oracle_says() {
    let db = Db::create(Engine::Postgres).await;
    for seed in seeds(25) {
        let schema = format!("case \"{seed}\"");
        play(&db, &schema, seed).await;
        db.run(&format!("DROP SCHEMA \"{}\" CASCADE", schema.replace('"', "\"\""))).await;
    }
    db.drop().await;
}

#[tokio::test]
async fn mariadb_does_what_the_oracle_says() {
    for seed in seeds(25) {
        let db = Db::create(Engine::Mysql).await;
        play(&db, "", seed).await;
        db.drop().await;
    }
}
