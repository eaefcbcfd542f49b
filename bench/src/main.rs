//! Measures Privet beside the named peer and the physical limit, in one run, and prints tables with
//! ratios. `cargo xtask bench [scan] [console] [store] [ledger] [detect] [signals] [consent]
//! [recording] [access] [audit] [comply] [policy] [vault] [purge] [trace] [rights] [rights-huge]`. Never part of timed tests.

mod access;
mod audit;
mod comply;
mod consent;
mod console;
mod data;
mod detect;
mod ledger;
mod log;
mod policy;
mod process;
mod purge;
mod rights;
mod scan;
mod signals;
mod table;
mod trace;
mod vault;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, port, file] = wanted.as_slice()
        && mode == policy::BARE
    {
        return policy::bare(port.parse()?, std::path::Path::new(file)).await;
    }
    if let [mode, url, rows] = wanted.as_slice()
        && mode == rights::ALONE
    {
        return rights::alone(url, rows.parse()?).await;
    }
    if let [mode, url, zip] = wanted.as_slice()
        && mode == rights::HUGE
    {
        return rights::huge_alone(url, zip).await;
    }
    if wanted.is_empty() {
        wanted = [
            "scan", "console", "store", "ledger", "detect", "signals", "consent", "access",
            "audit", "comply", "policy", "vault", "purge", "trace", "rights",
        ]
        .map(String::from)
        .to_vec();
    }
    let mut missed = 0;
    for name in wanted {
        missed += match name.as_str() {
            "scan" => scan::run().await?,
            "console" => console::run().await?,
            "store" => ledger::run().await?,
            "ledger" => log::run().await?,
            "detect" => detect::run()?,
            "signals" => signals::run()?,
            "access" => access::run()?,
            "audit" => audit::run().await?,
            "comply" => comply::run().await?,
            "policy" => policy::run().await?,
            "consent" => consent::run(customers()?).await?,
            "recording" => consent::writes_alone(customers()?).await?,
            "vault" => vault::run(customers()?).await?,
            "purge" => purge::run(customers()? / 10).await?,
            "trace" => trace::run(customers()? / 50).await?,
            "rights" => rights::run(customers()? / 50).await?,
            "rights-huge" => rights::huge().await?,
            other => {
                bail!(
                    "there is no benchmark “{other}”; choose scan, console, store, ledger, detect, signals, consent, recording, access, audit, comply, policy, vault, purge, trace, rights or rights-huge"
                )
            }
        };
    }
    println!("\n{missed} targets missed");
    Ok(())
}

/// Customers in memory for `consent`: ten million unless `cargo xtask bench` was told otherwise.
fn customers() -> Result<usize> {
    match std::env::var("PRIVET_BENCH_CUSTOMERS") {
        Ok(text) => Ok(text.parse()?),
        Err(_) => Ok(10_000_000),
    }
}
