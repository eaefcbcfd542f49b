//! Memory of one person with a million rows, beside one with ten thousand: each by a process of its own,
//! which finds, copies, plans and erases them.

use ::rights::{Kind, erase::Stage};
use anyhow::{Context, Result, ensure};

use super::{
    bundled,
    company::{self, Company},
    data::{self, Databases, Shape, rows_of},
    searched,
};
use crate::table::Table;

/// The mode of this program that such a process is started in.
pub const ALONE: &str = "rights-alone";
/// Megabytes that a hundred times as many rows may cost more.
const MORE: f64 = 64.0;

/// `scale`: so many times fewer rows.
pub async fn measure(scale: usize) -> Result<usize> {
    let mut table = Table::new("rights: memory");
    let (few, many) = (10_000, 1_000_000 / scale);
    let (small, large) = (peak(few).await?, peak(many).await?);
    table.fact(format!("a person of {few} rows"), format!("{small:.0} MB at its peak"));
    table.fact(format!("a person of {many} rows"), format!("{large:.0} MB at its peak"));
    table.bound("the more rows cost", large - small, "MB", MORE);
    Ok(table.print())
}

async fn peak(rows: usize) -> Result<f64> {
    let orders = rows / (rows_of(1) - 1);
    let shape = Shape { first: 1, orders, rows: rows_of(orders) + 1_000 };
    let databases = Databases::make(&format!("alone_{rows}"), &[data::Kind::Sqlite], shape).await?;
    let own = std::env::current_exe()?;
    let output = tokio::process::Command::new(own)
        .args([ALONE, &databases.urls[0], &rows_of(orders).to_string()])
        .output()
        .await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    databases.drop().await?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// What such a process does; it prints its peak in megabytes.
pub async fn alone(url: &str, rows: usize) -> Result<()> {
    let company = Company::with(&[url.to_owned()]).await?;
    let request = company.asked(Kind::Access, &data::address(0)).await?;
    searched(&company, &request).await?;
    bundled(&company, &request, rows).await?;
    let request = company.asked(Kind::Erasure, &data::address(0)).await?;
    company.rights.plan_erasure(&company::STAFF, &request).await?;
    company.still(&request.id, Stage::Planned).await?;
    company.agree(&request).await?;
    company.rights.begin_erasure(&company::STAFF, &request).await?;
    let done = company.still(&request.id, Stage::Done).await?;
    ensure!(usize::try_from(done.done().deleted)? == rows, "not all rows are gone");
    company.close().await;
    println!("{}", own_peak()?);
    Ok(())
}

/// Megabytes of memory that this process had at its peak.
pub fn own_peak() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 =
        line.context("no peak is told")?.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kilobytes / 1024.0)
}
