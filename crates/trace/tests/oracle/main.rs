//! Never a row of another person's: random databases, rows and people, looked through for real and
//! compared with a naive oracle. `PRIVET_TRACE_CASES=N` plays N cases on each engine,
//! `PRIVET_TRACE_SEED=S` only that one.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod naive;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use common::{Db, Memory};
use naive::{At, Taken};
use purge::{Engine, Literal};
use trace::{Ground, Options, Outcome, Plan};
use world::{Dice, KeyKind, World};

fn seeds(cases: u64) -> Vec<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text: String| text.parse().ok());
    match number("PRIVET_TRACE_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("PRIVET_TRACE_CASES").unwrap_or(cases)).collect(),
    }
}

/// Walks, now and then stopped at a table's border and begun again from what was stored.
async fn walk(
    world: &World,
    ground: &Ground,
    plan: &Plan,
    dice: &mut Dice,
    options: &Options,
) -> (Outcome, BTreeMap<At, Taken>) {
    let mut found = BTreeMap::new();
    let mut place = None;
    let mut done: BTreeSet<usize> = BTreeSet::new();
    loop {
        let stop_after = dice.chance(30).then(|| 1 + dice.roll(4));
        let mut sink = Memory { stop_after, ..Memory::default() };
        let start = world.start();
        let outcome = trace::walk(ground, plan, &start, place.take(), options, &mut sink).await;
        let outcome = outcome.unwrap();
        assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
        let finished: BTreeSet<usize> = outcome.place.done().collect();
        for ((source, table), rows) in &sink.rows {
            let node = plan.node(source, table).unwrap();
            assert!(!done.contains(&node), "{table} was finished and comes again");
            if !finished.contains(&node) {
                continue; // its rows will come again
            }
            let t = world.find(source, table);
            for (columns, row) in rows {
                let at = columns.iter().position(|name| name == "uid").unwrap();
                let uid: usize = row.values[at].text().unwrap().parse().unwrap();
                let redacted = row.redact.iter().map(|at| columns[*at].clone()).collect();
                let taken = Taken { step: row.step, shared: row.shared, redacted };
                assert!(found.insert((t, uid), taken).is_none(), "row {uid} of {table} came twice");
            }
        }
        done = finished;
        if outcome.stopped {
            place = sink.places.last().cloned();
            assert_eq!(place.as_ref(), Some(&outcome.place));
        } else {
            return (outcome, found);
        }
    }
}

async fn play(databases: &[Db], schema: &str, seed: u64) {
    let mut dice = Dice::new(seed);
    let engines: Vec<Engine> = databases.iter().map(|db| db.engine).collect();
    let world = World::new(&engines, schema, &mut dice);
    for (source, db) in databases.iter().enumerate() {
        db.run(&world.ddl(source)).await;
    }
    let ground = world.ground(databases).await;
    let plan = trace::plan(&ground, &world.start().kinds());
    let (down, up) = naive::reach(&world);
    let planned: BTreeSet<usize> =
        plan.nodes.iter().map(|node| world.find(&node.source, &node.table)).collect();
    assert_eq!(planned, down.union(&up).copied().collect(), "seed {seed}: reach");
    assert_eq!(plan.nodes.len() + plan.unreached.len(), world.tables.len(), "seed {seed}");

    let options = Options {
        batch: 1 + dice.roll(5),
        piece: 1 + dice.roll(4),
        sources: 1 + dice.roll(3),
        memory: dice.pick(&[0, 4096, 1 << 20]),
        ..Options::default()
    };
    let (outcome, mut found) = walk(&world, &ground, &plan, &mut dice, &options).await;

    let told = naive::play(&world, &plan);
    for (at, steps) in &told.upward {
        // Which of several exclusive references is followed first is not told.
        let row = found.get_mut(at).unwrap_or_else(|| panic!("seed {seed}: {at:?} is missing"));
        assert!(steps.contains(&row.step), "seed {seed}: {at:?} by {row:?}, not {steps:?}");
        row.step = told.taken[at].step;
    }
    assert_eq!(found, told.taken, "seed {seed}\n{plan:#?}");
    let doubtful: u64 = outcome.counts.iter().map(|counts| counts.doubtful).sum();
    assert_eq!(doubtful, told.doubtful.len() as u64, "seed {seed}: doubtful\n{plan:#?}");
    locate(&world, &ground, &plan, &options, &told.taken, seed).await;
}

/// The same rows' keys, for a deletion.
async fn locate(
    world: &World,
    ground: &Ground,
    plan: &Plan,
    options: &Options,
    told: &BTreeMap<At, Taken>,
    seed: u64,
) {
    let (_, found) = trace::locate(ground, plan, &world.start(), options).await.unwrap();
    for (n, node) in plan.nodes.iter().enumerate() {
        let t = world.find(&node.source, &node.table);
        for shared in [false, true] {
            let keys = found.keys(n, shared, 0, 1000).await.unwrap();
            let rows = told.iter().filter(|(at, taken)| at.0 == t && taken.shared == shared);
            if world.tables[t].key == KeyKind::Bare {
                assert_eq!(keys.len(), rows.count(), "seed {seed}");
                continue;
            }
            let text = |literal: &Literal| match literal {
                Literal::Int(number) => number.to_string(),
                Literal::Text(text) => text.clone(),
                Literal::Bool(_) => unreachable!(),
            };
            let keys: BTreeSet<Vec<String>> =
                keys.iter().map(|key| key.iter().map(text).collect()).collect();
            let wanted = rows.map(|(at, _)| {
                let row = &world.tables[t].rows[at.1];
                world.tables[t].key_names.iter().map(|name| row[name].clone().unwrap()).collect()
            });
            assert_eq!(keys, wanted.collect(), "seed {seed}: keys of {}", node.table);
        }
    }
}

async fn several(engines: &[Engine]) -> Vec<Db> {
    let mut all = Vec::new();
    for engine in engines {
        all.push(Db::create(*engine).await);
    }
    all
}

async fn drop_all(databases: Vec<Db>) {
    for db in databases {
        db.drop().await;
    }
}

#[tokio::test]
async fn sqlite_finds_what_the_oracle_says() {
    for seed in seeds(300) {
        let databases = several(&[Engine::Sqlite; 3][..=(seed % 3) as usize]).await;
        play(&databases, "", seed).await;
    }
}

#[tokio::test]
async fn postgres_finds_what_the_oracle_says() {
    let databases = several(&[Engine::Postgres; 2]).await;
    for seed in seeds(40) {
        let schema = format!("case \"{seed}\"");
        play(&databases, &schema, seed).await;
        for db in &databases {
            db.run(&format!("DROP SCHEMA \"{}\" CASCADE", schema.replace('"', "\"\""))).await;
        }
    }
    drop_all(databases).await;
}

#[tokio::test]
async fn mariadb_finds_what_the_oracle_says() {
    for seed in seeds(40) {
        let databases = several(&[Engine::Mysql; 2]).await;
        play(&databases, "", seed).await;
        drop_all(databases).await;
    }
}

#[tokio::test]
async fn three_engines_together_find_what_the_oracle_says() {
    for seed in seeds(25) {
        let databases = several(&[Engine::Sqlite, Engine::Postgres, Engine::Mysql]).await;
        play(&databases, "case", seed).await;
        drop_all(databases).await;
    }
}
