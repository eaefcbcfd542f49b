//! Requests of people over ten databases (four SQLite, three PostgreSQL, three MariaDB), five hops deep,
//! through the rooms as a server has them, beside a bare client: the same driver, one connection for
//! each database, all beside each other, the same rows by the same lists of keys, no catalogue, no
//! checks, no judgement. Times of ours are from asking to the end of the job.
//!
//! `cargo xtask bench rights --customers N` fills N / 50 rows into each database (200,000 unless said
//! otherwise).

mod bare;
mod company;
mod crowd;
mod data;
mod fides;
mod huge;
mod memory;

use std::time::Instant;

use ::rights::{Request, bundle, erase, find};
use anyhow::{Result, ensure};

use crate::table::Table;
use company::Company;
pub use huge::{HUGE, alone as huge_alone, measure as huge};
pub use memory::{ALONE, alone};

const TARGET: f64 = 1.5;
/// Measured runs, after one that warms the servers' caches.
const RUNS: usize = 5;
/// Orders of a person who is measured.
const ORDERS: usize = 200;

/// Returns how many targets were missed. Each part prints its own table when it is done.
pub async fn run(rows: usize) -> Result<usize> {
    let shape = data::Shape { first: RUNS + 2, orders: ORDERS, rows };
    let ours = data::Databases::make("ours", data::MIXED, shape).await?;
    let copies = data::Databases::make("copy", data::MIXED, shape).await?;
    let company = Company::open(&ours).await?;
    let mut missed = access(&company, &ours).await?;
    missed += erasure(&company, (&ours, &copies)).await?;
    crowd::measure(&company, &ours, shape).await?;
    company.close().await;
    copies.drop().await?;
    ours.drop().await?;
    // A trial is small in everything.
    let scale = if rows < 100_000 { 20 } else { 1 };
    missed += memory::measure(scale).await?;
    missed += fides::measure().await?;
    Ok(missed)
}

fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2] * 1e3
}

/// Finding a person's rows, and a copy of them in a sealed archive.
async fn access(company: &Company, ours: &data::Databases) -> Result<usize> {
    let mut table = Table::new("rights: access");
    let rows = data::rows_of(ORDERS) * ours.urls.len();
    let request = company.asked(::rights::Kind::Access, &data::address(0)).await?;
    let (mut found, mut copied, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..=RUNS {
        let search = searched(company, &request).await?;
        let bundle = bundled(company, &request, rows).await?;
        let begun = Instant::now();
        let selected = bare::select(&ours.urls, &data::address(0)).await?;
        let selects = begun.elapsed().as_secs_f64();
        ensure!(selected == rows, "{selected} rows by hand, {rows} there");
        if n > 0 {
            found.push(search);
            copied.push(bundle);
            bare.push(selects);
        }
    }
    let (found, copied, bare) = (middle(found), middle(copied), middle(bare));
    let what = format!("a person's {rows} rows");
    table.ratio(format!("{what} found, with catalogues"), found, bare, "ms", TARGET);
    table.ratio(format!("{what} read into a sealed ZIP"), copied, bare, "ms", TARGET);
    Ok(table.print())
}

async fn searched(company: &Company, request: &Request) -> Result<f64> {
    let begun = Instant::now();
    company.rights.search(&company::STAFF, request).await?;
    loop {
        match company.rights.found(&request.id).await? {
            Some(search) if search.stage == find::Stage::Done => break,
            Some(search) if search.stage == find::Stage::Failed => {
                anyhow::bail!("the search failed: {}", search.error)
            }
            _ => company::blink().await,
        }
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// `rows`: how many it must hold, where that is known.
async fn bundled(
    company: &Company,
    request: &Request,
    rows: impl Into<Option<usize>>,
) -> Result<f64> {
    let rows = rows.into();
    let begun = Instant::now();
    company.rights.make_bundle(&company::STAFF, request).await?;
    loop {
        match company.rights.bundle(&request.id).await? {
            Some(one) if one.stage == bundle::Stage::Ready => {
                let held = usize::try_from(one.rows)?;
                ensure!(
                    held > 0 && rows.is_none_or(|rows| rows == held),
                    "{held} rows in the copy"
                );
                break;
            }
            Some(one) if one.stage == bundle::Stage::Failed => anyhow::bail!("no bundle"),
            _ => company::blink().await,
        }
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// Erasing, beside the same deletions of the same keys in copies of the databases.
async fn erasure(
    company: &Company,
    (ours, copies): (&data::Databases, &data::Databases),
) -> Result<usize> {
    let mut table = Table::new("rights: erasure");
    let rows = data::rows_of(ORDERS) * ours.urls.len();
    let (mut plans, mut erased, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..=RUNS {
        let customer = n + 1;
        let request = company.asked(::rights::Kind::Erasure, &data::address(customer)).await?;
        let begun = Instant::now();
        company.rights.plan_erasure(&company::STAFF, &request).await?;
        company.still(&request.id, erase::Stage::Planned).await?;
        let planned = begun.elapsed().as_secs_f64();
        company.agree(&request).await?;
        let begun = Instant::now();
        company.rights.begin_erasure(&company::STAFF, &request).await?;
        let done = company.still(&request.id, erase::Stage::Done).await?;
        let worked = begun.elapsed().as_secs_f64();
        let gone = done.done().deleted;
        ensure!(usize::try_from(gone)? == rows, "{gone} rows erased");
        company.looked(&request.id).await?;
        let keys = bare::keys(&copies.urls, customer).await?;
        let begun = Instant::now();
        let deleted = bare::delete(&copies.urls, &keys).await?;
        let deletes = begun.elapsed().as_secs_f64();
        ensure!(deleted == rows, "{deleted} rows by hand");
        if n > 0 {
            plans.push(planned);
            erased.push(worked);
            bare.push(deletes);
        }
    }
    let (plans, erased, bare) = (middle(plans), middle(erased), middle(bare));
    table.fact(format!("an erasure of {rows} rows planned"), format!("{plans:.1} ms"));
    table.ratio("and carried out, every row checked and counted", erased, bare, "ms", TARGET);
    Ok(table.print())
}
