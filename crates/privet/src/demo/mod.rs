//! *Lantern Tea 灯下茶铺*: an invented tea company that sells in China and Europe. Its three
//! databases and its folder of exports are made deterministically, without a network, and then
//! scanned for real. Only what no scan can find (who owns a system, why, under which contract) is
//! told to the map.

mod command;
mod company;
mod consents;
mod crm;
mod events;
mod exports;
mod laws;
#[rustfmt::skip] // word lists read better in columns
mod names;
mod people;
mod policies;
mod random;
mod requests;
mod retention;
mod shop;
mod table;
mod tea;
mod tickets;
mod vault;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use command::{Args, run};

/// Written last: the files beside it are whole.
const COMPLETE: &str = "complete";

/// Where the sample company's data lies.
#[derive(Debug, Clone)]
pub struct Files {
    /// All of it.
    pub dir: PathBuf,
    /// The web shop's database.
    pub shop: PathBuf,
    /// The CRM's database.
    pub crm: PathBuf,
    /// The marketing tool's database.
    pub marketing: PathBuf,
    /// The folder of exports.
    pub exports: PathBuf,
}

impl Files {
    /// Where they lie under a directory.
    pub fn in_dir(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            shop: dir.join("shop.db"),
            crm: dir.join("crm.db"),
            marketing: dir.join("marketing.db"),
            exports: dir.join("exports"),
        }
    }
}

/// Makes the sample company's databases and files, unless they are already there.
pub async fn generate(files: &Files) -> Result<()> {
    let dir = &files.dir;
    let complete = dir.join(COMPLETE);
    if complete.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(dir).with_context(|| format!("{} could not be made", dir.display()))?;
    // A start that was cut short left halves behind; files of the folder are simply written over.
    for half in [&files.shop, &files.crm, &files.marketing] {
        if half.exists() {
            std::fs::remove_file(half)
                .with_context(|| format!("{} could not be removed", half.display()))?;
        }
    }
    let customers = people::customers();
    shop::make(&files.shop, &customers).await?;
    crm::make(&files.crm, &customers, &people::staff()).await?;
    events::make(&files.marketing, &customers).await?;
    exports::make(&files.exports, &customers)?;
    std::fs::write(&complete, "").context("the sample company could not be finished")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_company_is_made_every_time() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

        let first = Files::in_dir(&one.path().join("c"));
        let second = Files::in_dir(&two.path().join("c"));
        generate(&first).await.unwrap();
        generate(&second).await.unwrap();

        for (a, b) in [
            (&first.shop, &second.shop),
            (&first.crm, &second.crm),
            (&first.marketing, &second.marketing),
            (
                &first.exports.join("support/tickets.jsonl"),
                &second.exports.join("support/tickets.jsonl"),
            ),
            (
                &first.exports.join("analytics/web_events_2026-10.parquet"),
                &second.exports.join("analytics/web_events_2026-10.parquet"),
            ),
        ] {
            assert!(std::fs::read(a).unwrap() == std::fs::read(b).unwrap(), "{}", a.display());
        }
    }

    #[tokio::test]
    async fn a_half_made_company_is_made_anew_and_a_whole_one_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("shop.db"), "half").unwrap();

        let files = Files::in_dir(dir.path());
        generate(&files).await.unwrap();
        let made = std::fs::metadata(&files.shop).unwrap().modified().unwrap();
        generate(&files).await.unwrap();

        assert_eq!(std::fs::metadata(&files.shop).unwrap().modified().unwrap(), made);
    }

    #[tokio::test]
    async fn the_same_people_are_in_shop_crm_and_marketing() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::in_dir(dir.path());
        generate(&files).await.unwrap();
        let address = format!("sqlite:{}", files.shop.display());
        let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
        let mut shop = pool.acquire().await.unwrap();
        for (name, path) in [("crm", &files.crm), ("marketing", &files.marketing)] {
            let sql = format!("ATTACH '{}' AS {name}", path.display());
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *shop).await.unwrap();
        }

        let shared: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM customers JOIN crm.contacts ON youxiang = email
             JOIN marketing.subscribers USING (email)",
        )
        .fetch_one(&mut *shop)
        .await
        .unwrap();

        assert!(shared > 3_000, "{shared}");
    }
}
