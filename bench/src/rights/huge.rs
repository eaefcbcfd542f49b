//! A copy of more than four gibibytes, from asking to the last byte fetched, by a process of its own: the
//! size at which ZIP files change their form, and at which nothing can be held in memory. It takes
//! minutes and thirty gigabytes of disk, so it is asked for by name (`cargo xtask bench rights-huge`).

use std::process::Command;

use ::rights::Kind;
use anyhow::{Context, Result, ensure};
use sqlx::{Connection as _, SqliteConnection};
use tokio::io::AsyncWriteExt as _;

use super::{
    bundled,
    company::{self, Company},
    data,
    memory::own_peak,
};
use crate::table::Table;

/// The mode of this program that such a process is started in.
pub const HUGE: &str = "rights-huge-alone";
/// Scans of documents, a mebibyte each; every one stands in the JSON file and in a CSV file.
const DOCUMENTS: usize = 4_500;
/// Megabytes in memory at most.
const MEMORY: f64 = 256.0;

/// Python's own reader, which shares no code with ours: names, sizes, and each file's checksum.
const READ: &str = "
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None, 'a checksum is wrong'
    print(max(one.file_size for one in z.infolist()), len(z.infolist()))";

pub async fn measure() -> Result<usize> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("archive.db");
    fill(&path).await?;
    let zip = folder.path().join("copy.zip");
    let output = tokio::process::Command::new(std::env::current_exe()?)
        .args([HUGE, &format!("sqlite:{}", path.display()), &zip.display().to_string()])
        .output()
        .await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout)?;
    let told: Vec<f64> = told.split_whitespace().filter_map(|one| one.parse().ok()).collect();
    let [made, fetched, peak] = told[..] else { anyhow::bail!("it told {told:?}") };
    let bytes = std::fs::metadata(&zip)?.len();
    let read = Command::new("python3").args(["-c", READ]).arg(&zip).output()?;
    ensure!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let read = String::from_utf8(read.stdout)?;
    let largest: u64 = read.split_whitespace().next().context("nothing was read")?.parse()?;
    ensure!(bytes > 1 << 32 && largest > 1 << 32, "{bytes} bytes, the largest file {largest}");
    let mut table = Table::new("rights: a copy beyond four gibibytes");
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    table.fact("the copy", format!("{:.1} GB, another reader finds it whole", gigabytes(bytes)));
    table.fact("its largest file", format!("{:.1} GB", gigabytes(largest)));
    table.fact("made", format!("in {made:.0} s"));
    table.fact("fetched", format!("in {fetched:.0} s"));
    table.bound("memory at its peak", peak, "MB", MEMORY);
    Ok(table.print())
}

async fn fill(path: &std::path::Path) -> Result<()> {
    std::fs::File::create(path)?;
    let mut conn = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await?;
    let sql = format!(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, full_name TEXT);
         CREATE TABLE documents (id INTEGER PRIMARY KEY,
           customer_id INTEGER NOT NULL REFERENCES customers (id), full_name TEXT, scan TEXT NOT NULL);
         INSERT INTO customers VALUES (1, '{}', 'Li Lei'), (2, '{}', 'Han Mei');
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {DOCUMENTS})
         INSERT INTO documents SELECT i, 1, 'Li Lei', hex(randomblob(524288)) FROM n;
         INSERT INTO documents VALUES ({}, 2, 'Han Mei', 'hers')",
        data::address(0),
        data::address(1),
        DOCUMENTS + 1
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await?;
    conn.close().await?;
    Ok(())
}

/// What such a process does; it prints the seconds of making and of fetching, and its peak in megabytes.
pub async fn alone(url: &str, zip: &str) -> Result<()> {
    let company = Company::with(&[url.to_owned()]).await?;
    let request = company.asked(Kind::Access, &data::address(0)).await?;
    let made = bundled(&company, &request, DOCUMENTS + 1).await?;
    let begun = std::time::Instant::now();
    let mut pieces = company.rights.fetch_bundle(company::STAFF, &request.id).await?;
    let mut file = tokio::io::BufWriter::new(tokio::fs::File::create(zip).await?);
    while let Some(piece) = pieces.recv().await {
        file.write_all(&piece?).await?;
    }
    file.flush().await?;
    let fetched = begun.elapsed().as_secs_f64();
    company.close().await;
    println!("{made} {fetched} {}", own_peak()?);
    Ok(())
}
