//! SQL of banners, and what is kept of it in memory.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use sqlx::FromRow;
use store::{Actor, Entry, now};

use super::{Body, Site};
use crate::{Banner, BannerError, Result, experiment::Experiment};

/// How old a banner in memory may be: another server may have changed it.
const FRESH: Duration = Duration::from_secs(3);
/// The vendor list without names and texts.
const VENDORS: &str = "vendor-list";
/// The vendor list as uploaded.
const ALL_VENDORS: &str = "vendor-list-full";
/// Properties kept in memory; asking for names that do not exist cannot fill it.
const MOST: usize = 1000;

/// What answering visitors needs.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub site: Site,
    pub experiment: Option<Experiment>,
    /// Digest of the vendor list, if there is one.
    pub vendor_list: Option<String>,
}

/// Banners in memory.
#[derive(Default)]
pub(crate) struct Cache(HashMap<String, (Instant, Arc<Loaded>)>);

#[derive(FromRow)]
struct Row {
    property: String,
    body: String,
    updated_at: i64,
}

impl Row {
    fn read(self) -> Result<Site> {
        Ok(Site {
            body: serde_json::from_str(&self.body)?,
            property: self.property,
            updated_at: self.updated_at,
        })
    }
}

impl Banner {
    /// All banners, by property.
    pub async fn sites(&self) -> Result<Vec<Site>> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT property, body, updated_at FROM banner ORDER BY property")
                .fetch_all(self.store().reader())
                .await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One banner.
    pub async fn site(&self, property: &str) -> Result<Site> {
        let row: Option<Row> =
            sqlx::query_as("SELECT property, body, updated_at FROM banner WHERE property = $1")
                .bind(property)
                .fetch_optional(self.store().reader())
                .await?;
        row.ok_or(BannerError::NotFound)?.read()
    }

    /// Creates or changes a property's banner; nothing happens when it says the same already.
    pub async fn save_site(&self, actor: Actor, property: &str, body: &Body) -> Result<()> {
        let before = match self.site(property).await {
            Ok(site) => Some(site.body),
            Err(BannerError::NotFound) => None,
            Err(error) => return Err(error),
        };
        if before.as_ref() == Some(body) {
            return Ok(());
        }
        let mut tx =
            self.store().begin(Entry::new(actor, "banner.saved", "banner", property)).await?;
        tx.states(before.map(|body| self.store().digest(&body)), Some(self.store().digest(body)));
        sqlx::query(
            "INSERT INTO banner (property, body, created_at, updated_at) VALUES ($1, $2, $3, $3)
             ON CONFLICT (property) DO UPDATE SET
               body = excluded.body, updated_at = excluded.updated_at",
        )
        .bind(property)
        .bind(serde_json::to_string(body)?)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.forget();
        Ok(())
    }

    /// Removes a property's banner; sites that load it show nothing and release nothing.
    pub async fn remove_site(&self, actor: Actor, property: &str) -> Result<()> {
        let entry = Entry::new(actor, "banner.removed", "banner", property);
        let mut tx = self.store().begin(entry).await?;
        for sql in [
            "DELETE FROM banner_file WHERE property = $1",
            "DELETE FROM banner WHERE property = $1",
        ] {
            sqlx::query(sql).bind(property).execute(tx.conn()).await?;
        }
        tx.commit().await?;
        self.forget();
        Ok(())
    }

    /// Keeps the IAB's vendor list for a property, whole and as pages need it. The error is a message
    /// key.
    pub async fn save_vendor_list(&self, actor: Actor, property: &str, text: &str) -> Result<()> {
        let list = signals::VendorList::parse(text.as_bytes()).map_err(|error| {
            tracing::debug!(%error, "a vendor list does not fit");
            BannerError::Conflict("banner-vendors-error-list")
        })?;
        let digest = crate::assets::hash(text);
        let entry = Entry::new(actor, "banner.vendors", "banner", property);
        let mut tx = self.store().begin(entry).await?;
        let short = list.for_pages().to_string();
        for (kind, bytes) in [(VENDORS, short.as_str()), (ALL_VENDORS, text)] {
            sqlx::query(
                "INSERT INTO banner_file (property, kind, bytes, digest, uploaded_at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (property, kind) DO UPDATE SET bytes = excluded.bytes,
                   digest = excluded.digest, uploaded_at = excluded.uploaded_at",
            )
            .bind(property)
            .bind(kind)
            .bind(bytes)
            .bind(&digest)
            .bind(now())
            .execute(tx.conn())
            .await?;
        }
        tx.commit().await?;
        self.forget();
        Ok(())
    }

    /// The vendor list: whole, or without names and texts as pages need it.
    pub async fn vendor_list(&self, property: &str, whole: bool) -> Result<Option<String>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT bytes FROM banner_file WHERE property = $1 AND kind = $2")
                .bind(property)
                .bind(if whole { ALL_VENDORS } else { VENDORS })
                .fetch_optional(self.store().reader())
                .await?;
        Ok(row.map(|(bytes,)| bytes))
    }

    /// The digest of the vendor list, if there is one.
    pub async fn vendor_list_digest(&self, property: &str) -> Result<Option<String>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT digest FROM banner_file WHERE property = $1 AND kind = $2")
                .bind(property)
                .bind(VENDORS)
                .fetch_optional(self.store().reader())
                .await?;
        Ok(row.map(|(digest,)| digest))
    }

    /// A banner as visitors get it: from memory, or read again.
    pub(crate) async fn load(&self, property: &str) -> Result<Arc<Loaded>> {
        let kept = {
            let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            cache
                .0
                .get(property)
                .filter(|(at, _)| at.elapsed() < FRESH)
                .map(|(_, one)| Arc::clone(one))
        };
        if let Some(loaded) = kept {
            return Ok(loaded);
        }
        let loaded = Arc::new(Loaded {
            site: self.site(property).await?,
            experiment: self.running(property).await?,
            vendor_list: self.vendor_list_digest(property).await?,
        });
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        if cache.0.len() >= MOST {
            cache.0.clear();
        }
        cache.0.insert(property.to_owned(), (Instant::now(), Arc::clone(&loaded)));
        Ok(loaded)
    }

    /// Empties the memory after a change here.
    pub(crate) fn forget(&self) {
        self.cache.write().unwrap_or_else(PoisonError::into_inner).0.clear();
    }
}
