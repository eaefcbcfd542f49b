//! Lantern Tea's rules: old calls go, orders must be kept, reviews lose their writer. The first is really
//! carried out on the generated database, agreed to by the signed-in owner.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use datamap::DataMap;
use retain::{
    Retain, RunState,
    rule::{Act, Change, Event, How, Kind, Pace, Period, RuleBody, Unit, guess_time},
};
use store::Actor;
use web::Web;

const ACTOR: Actor = Actor::CommandLine;
/// How long the scans are waited for.
const PATIENCE: Duration = Duration::from_mins(5);
const LOOK: Duration = Duration::from_millis(500);

/// Writes the rules once the scans are done, counts what is due, and carries one out.
pub async fn furnish(retain: Retain, map: DataMap, web: Web) {
    if let Err(error) = all(&retain, &map, &web).await {
        tracing::warn!(%error, "the sample company's retention rules could not be made");
    }
}

async fn all(retain: &Retain, map: &DataMap, web: &Web) -> Result<()> {
    if !retain.rules().await?.is_empty() {
        return Ok(());
    }
    let (shop, crm) = scanned(map).await?;
    let activity = map.activities().await?;
    let fulfilment =
        activity.iter().find(|one| one.name.starts_with("Order")).map(|one| one.id.clone());
    for rule in [orders(&shop, fulfilment), reviews(&shop)] {
        retain.create_rule(&ACTOR, &rule).await?;
    }
    let calls = retain.create_rule(&ACTOR, &calls(&crm)).await?;
    // The marketing database has no rule, but people are erased from it, too.
    let all = map.sources().await?;
    let marketing = all.iter().find(|one| one.name == "Marketing database").map(|one| &one.id);
    for source in [Some(&shop), Some(&crm), marketing].into_iter().flatten() {
        retain.give_access(&ACTOR, source, "", "").await?;
    }
    carry_out(retain, web, &calls).await
}

/// Ids of the shop's and the CRM's database, once both were scanned.
async fn scanned(map: &DataMap) -> Result<(String, String)> {
    let begun = std::time::Instant::now();
    while begun.elapsed() < PATIENCE {
        let sources = map.sources().await?;
        let find = |name: &str| {
            let found = sources.iter().find(|one| one.name.starts_with(name));
            found.filter(|one| one.scan_state == "finished").map(|one| one.id.clone())
        };
        if let (Some(shop), Some(crm)) = (find("Shop"), find("CRM")) {
            return Ok((shop, crm));
        }
        tokio::time::sleep(LOOK).await;
    }
    bail!("the scans did not finish")
}

fn rule(name: &str, source: &str, table: &str, column: &str) -> RuleBody {
    RuleBody {
        name: name.into(),
        source: source.into(),
        table: table.into(),
        event: Event::Column { column: column.into() },
        time: guess_time("DATETIME", "sqlite", "UTC"),
        pace: Pace { cron: "30 2 * * *".into(), most_rows: 500, ..Pace::default() },
        ..RuleBody::default()
    }
}

fn calls(crm: &str) -> RuleBody {
    RuleBody {
        event_en: "the call".into(),
        event_zh: "通话".into(),
        period: Period { amount: 90, unit: Unit::Days },
        pace: Pace {
            cron: "30 2 * * *".into(),
            most_rows: 500,
            batch: 100,
            undo_days: 7,
            ..Pace::default()
        },
        ..rule("Call log, 90 days 通话记录 90 天", crm, "call_log", "started_at")
    }
}

fn orders(shop: &str, activity: Option<String>) -> RuleBody {
    let mut body = RuleBody {
        kind: Kind::Duty,
        event_en: "the order".into(),
        event_zh: "下单".into(),
        period: Period { amount: 10, unit: Unit::Years },
        activities: activity.into_iter().collect(),
        ..rule("Orders, ten years 订单十年", shop, "orders", "placed_at")
    };
    body.ground.words =
        "Accounting law: vouchers are kept for ten years 会计法：凭证保存十年".into();
    body.pace.cron = String::new();
    body
}

fn reviews(shop: &str) -> RuleBody {
    RuleBody {
        event_en: "the review".into(),
        event_zh: "评价".into(),
        period: Period { amount: 12, unit: Unit::Months },
        act: Act::Anonymise,
        changes: vec![Change { column: "customer_id".into(), how: How::Null }],
        ..rule("Reviews lose their writer 评价匿名化", shop, "reviews", "created_at")
    }
}

/// The command line asks, the owner agrees, the server does it.
async fn carry_out(retain: &Retain, web: &Web, rule: &str) -> Result<()> {
    let run = retain.start_plan(&ACTOR, rule, false).await?;
    if still(retain, &run).await? != RunState::Planned {
        bail!("the calls could not be counted");
    }
    let asked = retain.ask_run(&ACTOR, &run, "First run of the new rule 新规则首次执行").await?;
    let owner = web.names().await?.into_keys().next().context("the demo has no account")?;
    web.approvals().approve(&owner, &asked.id).await?;
    retain.begin_run(&ACTOR, &run).await?;
    still(retain, &run).await?;
    Ok(())
}

async fn still(retain: &Retain, run: &str) -> Result<RunState> {
    loop {
        let found = retain.run(run).await?;
        if !found.state.is_moving() {
            return Ok(found.state);
        }
        tokio::time::sleep(LOOK).await;
    }
}
