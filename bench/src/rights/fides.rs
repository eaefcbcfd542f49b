//! The peer: Fides' own server with its own sample database, over HTTP as its clients ask it, and the
//! same requests of the same people over a database of the same sample. Its tables declare no keys:
//! what its dataset says refers to what is declared here, too.

use std::{path::PathBuf, time::Instant};

use ::rights::{Kind, erase::Stage, references::End};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::process::Command;

use super::{
    bundled,
    company::{self, Company},
    data::Conn,
    middle,
};
use crate::table::Table;

/// So many times faster.
const TARGET: f64 = 20.0;
const RUNS: usize = 5;
const FIRST: &str = "customer-1@example.com";
const PEOPLE: [&str; 3] = [FIRST, "customer-2@example.com", "jane@example.com"];

/// What the sample's own dataset says of its keys: table, column, and what it refers to.
const REFERENCES: [[&str; 4]; 9] = [
    ["customer", "address_id", "address", "id"],
    ["employee", "address_id", "address", "id"],
    ["login", "customer_id", "customer", "id"],
    ["orders", "customer_id", "customer", "id"],
    ["orders", "shipping_address_id", "address", "id"],
    ["order_item", "order_id", "orders", "id"],
    ["payment_card", "billing_address_id", "address", "id"],
    ["payment_card", "customer_id", "customer", "id"],
    ["service_request", "employee_id", "employee", "id"],
];

/// Returns how many targets were missed; none if the peer is not there.
pub async fn measure() -> Result<usize> {
    let Some(home) = std::env::var_os("PRIVET_BENCH_FIDES") else {
        println!("\nrights: Fides is not here; add --peers");
        return Ok(0);
    };
    let server =
        std::env::var("PRIVET_TEST_POSTGRES").context("run through `cargo xtask bench`")?;
    let python = PathBuf::from(home).join("bin/python");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/fides_server.py");
    let output = Command::new(python).args([script, &server]).output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: Value = serde_json::from_slice(&output.stdout)?;

    let sample = tokio::fs::read_to_string(theirs["sample"].as_str().context("no sample")?).await?;
    let name = format!("bench_rights_{}_sample", std::process::id());
    super::data::execute(&server, &format!("CREATE DATABASE {name}")).await?;
    let base = server.rsplit_once('/').map_or(server.as_str(), |(base, _)| base);
    let ours = ours(&format!("{base}/{name}"), &sample).await;
    super::data::execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    let (opened, access, erasure) = ours?;

    let mut table = Table::new("rights: Fides' sample");
    let number = |name: &str| theirs[name].as_f64().unwrap_or_default();
    let boots = format!("{:.1} s, {:.0} MB", number("boot_s"), number("memory_mb"));
    table.fact("Fides' server boots", boots);
    table.fact("ours boots and scans the sample", format!("{opened:.1} s"));
    let list = |name: &str| {
        let all = theirs[name].as_array().map_or(&[][..], Vec::as_slice);
        middle(all.iter().filter_map(Value::as_f64).map(|ms| ms / 1e3).collect())
    };
    table.times("a copy, from asking to the ZIP", access, list("access_ms"), "ms", TARGET);
    table.times("an erasure, planned and done", erasure, list("erasure_ms"), "ms", TARGET);
    Ok(table.print())
}

/// Seconds until the sample was scanned; milliseconds of a copy and of an erasure.
async fn ours(url: &str, sample: &str) -> Result<(f64, f64, f64)> {
    let mut conn = Conn::open(url).await?;
    conn.run(sample).await?;
    conn.close().await?;
    let begun = Instant::now();
    let company = Company::with(&[url.to_owned()]).await?;
    let opened = begun.elapsed().as_secs_f64();
    let source = company.sources.first().context("no source")?;
    for [from, column, to, key] in REFERENCES {
        let end = |table: &str, column: &str| End {
            source: source.clone(),
            table: table.into(),
            column: column.into(),
        };
        company.rights.declare(&company::STAFF, &end(from, column), &end(to, key)).await?;
    }
    let mut access = Vec::new();
    for n in 0..=RUNS {
        let begun = Instant::now();
        let request = company.asked(Kind::Access, FIRST).await?;
        bundled(&company, &request, None).await?;
        if n > 0 {
            access.push(begun.elapsed().as_secs_f64());
        }
    }
    let mut erasure = Vec::new();
    for person in PEOPLE {
        let begun = Instant::now();
        let request = company.asked(Kind::Erasure, person).await?;
        company.rights.plan_erasure(&company::STAFF, &request).await?;
        company.still(&request.id, Stage::Planned).await?;
        company.agree(&request).await?;
        company.rights.begin_erasure(&company::STAFF, &request).await?;
        company.still(&request.id, Stage::Done).await?;
        erasure.push(begun.elapsed().as_secs_f64());
    }
    company.close().await;
    Ok((opened, middle(access), middle(erasure)))
}
