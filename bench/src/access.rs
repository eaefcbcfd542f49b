//! One decision of the policies: a person prepared once, as a page does, and a person prepared each
//! time; with the shipped set, and with fifty policies more. Target: 50 µs at the 99th percentile.

use std::hint::black_box;
use std::time::{Duration, Instant};

use access::{Action, Actor, Context, Engine, Resource};
use anyhow::Result;

use crate::table::Table;

const DECISIONS: usize = 100_000;
const TARGET_US: f64 = 50.0;

/// Returns how many targets were missed.
pub fn run() -> Result<usize> {
    let mut table = Table::new("access, one decision");
    let parse = Instant::now();
    let shipped = Engine::shipped()?;
    table.fact("parsing and checking the shipped set, once", format!("{:?}", parse.elapsed()));
    let large = Engine::with(&fifty())?;
    for (what, engine) in [("shipped set", &shipped), ("with 50 policies more", &large)] {
        for fresh in [false, true] {
            let (median, p99) = measure(engine, fresh)?;
            let how = if fresh { "person made each time" } else { "person made once" };
            table.fact(format!("{what}, {how}: median"), format!("{median:.1?}"));
            let p99 = p99.as_nanos() as f64 / 1000.0;
            table.bound(format!("{what}, {how}: p99"), p99, "µs", TARGET_US);
        }
    }
    Ok(table.print())
}

/// Every role asks for every action in turn.
fn measure(engine: &Engine, fresh: bool) -> Result<(Duration, Duration)> {
    let roles = ["owner", "privacy_officer", "engineer", "marketer", "auditor", "employee"];
    let actors: Vec<Actor> = roles.iter().map(|role| person(role)).collect();
    let ready =
        actors.iter().map(|actor| engine.principal(actor)).collect::<Result<Vec<_>, _>>()?;
    let context = Context { purpose: "customer_support", ..Context::default() };
    let mut took = Vec::with_capacity(DECISIONS);
    for n in 0..DECISIONS {
        let action = Action::ALL[n % Action::ALL.len()];
        let who = n % actors.len();
        let started = Instant::now();
        if fresh {
            black_box(engine.allows(&actors[who], action, &Resource::SUBJECT, &context));
        } else {
            black_box(engine.decide(&ready[who], action, &Resource::SUBJECT, &context)?);
        }
        took.push(started.elapsed());
    }
    took.sort_unstable();
    Ok((took[DECISIONS / 2], took[DECISIONS * 99 / 100]))
}

fn person(role: &str) -> Actor {
    Actor {
        id: "0193f2a0-0000-7000-8000-000000000001".into(),
        role: role.into(),
        groups: vec!["privacy".into(), "office-hangzhou".into()],
        purposes: vec!["customer_support".into(), "complaints".into()],
    }
}

fn fifty() -> String {
    let policy = |n: usize| {
        format!(
            "permit (principal in Privet::Group::\"team-{n}\", \
             action == Privet::Action::\"export\", resource) \
             when {{ principal.purposes.contains(\"quality\") }};\n"
        )
    };
    (0..50).map(policy).collect::<Vec<_>>().concat()
}
