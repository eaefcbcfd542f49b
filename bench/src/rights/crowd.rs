//! A thousand open requests at once (fewer in a trial): eight workers look for them in all ten databases. No source may
//! starve: none may fail, and none may keep a request waiting much longer than all others. Meanwhile a
//! client of each database's own asks a small question again and again: it must be answered, too.

use std::time::{Duration, Instant};

use ::rights::find::Stage;
use anyhow::{Result, ensure};

use super::{
    company::{self, Company, WORKERS},
    data::{self, Conn, Databases, Shape},
};
use crate::table::Table;

const REQUESTS: usize = 1_000;

/// How long each database's own client waited at the longest.
struct Asking {
    stop: tokio::sync::watch::Sender<bool>,
    asking: Vec<tokio::task::JoinHandle<Result<Duration>>>,
}

impl Asking {
    fn start(databases: &Databases) -> Self {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let ask = |url: &String| {
            let (url, stopped) = (url.clone(), stopped.clone());
            tokio::spawn(async move {
                let mut conn = Conn::open(&url).await?;
                let mut longest = Duration::ZERO;
                while !*stopped.borrow() {
                    let begun = Instant::now();
                    conn.run("SELECT email FROM customers WHERE id = 1").await?;
                    longest = longest.max(begun.elapsed());
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                conn.close().await?;
                Ok(longest)
            })
        };
        Self { stop, asking: databases.urls.iter().map(ask).collect() }
    }

    async fn end(self) -> Result<Vec<Duration>> {
        let _ = self.stop.send(true);
        let mut all = Vec::new();
        for one in self.asking {
            all.push(one.await??);
        }
        Ok(all)
    }
}

pub async fn measure(company: &Company, databases: &Databases, shape: Shape) -> Result<()> {
    let mut table = Table::new("rights: crowd");
    let requests = REQUESTS.min(shape.rows / 200);
    let people = shape.customers().saturating_sub(shape.first).max(1);
    let mut open = Vec::new();
    for n in 0..requests {
        let address = data::address(shape.first + n % people);
        open.push(company.asked(::rights::Kind::Access, &address).await?);
    }
    let asking = Asking::start(databases);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let rested = asking.end().await?.into_iter().max().unwrap_or_default();
    let asking = Asking::start(databases);
    let begun = Instant::now();
    for request in &open {
        company.rights.search(&company::STAFF, request).await?;
    }
    let mut ends: Vec<f64> = Vec::new();
    let mut left: Vec<&str> = open.iter().map(|one| one.id.as_str()).collect();
    let mut found = 0;
    while !left.is_empty() {
        let mut still = Vec::new();
        for id in left {
            let search = company.rights.found(id).await?;
            let Some(search) = search.filter(|one| one.stage != Stage::Running) else {
                still.push(id);
                continue;
            };
            ensure!(search.stage == Stage::Done, "a search failed: {}", search.error);
            let places = &search.findings.places;
            let failed: Vec<_> = places.iter().filter(|one| !one.failed.is_empty()).collect();
            ensure!(failed.is_empty(), "a source was not read: {failed:?}");
            found += places.iter().map(|one| one.own).sum::<u64>();
            ends.push(begun.elapsed().as_secs_f64());
        }
        left = still;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all = begun.elapsed().as_secs_f64();
    let waited = asking.end().await?.into_iter().max().unwrap_or_default();
    ends.sort_by(f64::total_cmp);
    // Those that began together end together, unless a source lets one of them wait.
    let gap = ends.windows(2).map(|two| two[1] - two[0]).fold(0.0, f64::max);
    let rate = requests as f64 / all;
    table.fact(
        format!("{requests} open requests, {WORKERS} workers, ten databases each"),
        format!("{rate:.1} requests/s, {found} rows, none of a source failed"),
    );
    table.fact("longest time in which none of them was done", format!("{:.0} ms", gap * 1e3));
    table.fact(
        "longest that another client of a source waited",
        format!("{} ms, at rest {} ms", waited.as_millis(), rested.as_millis()),
    );
    table.print();
    Ok(())
}
