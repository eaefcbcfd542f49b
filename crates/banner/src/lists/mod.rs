//! 个人信息收集清单 and 第三方共享清单: what Chinese apps must show (网络数据安全管理条例 Art 21 ¶2),
//! as pages computed from the data map. Public only once somebody says so: the map names systems.

mod compute;
mod pages;

pub use compute::{Collected, Lists, Shared, lists};
pub(crate) use pages::router;

use store::{Actor, Entry};

use crate::{Banner, Result};

impl Banner {
    /// Both lists as of now.
    pub async fn data_lists(&self) -> Result<Lists> {
        Ok(lists(&self.map().record_facts().await?))
    }

    /// Since when (µs) everybody may read them; 0 while nobody may.
    pub async fn lists_public_since(&self) -> Result<i64> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT value FROM banner_setting WHERE key = 'lists-public'")
                .fetch_optional(self.store().reader())
                .await?;
        Ok(row.and_then(|(value,)| value.parse().ok()).unwrap_or(0))
    }

    /// Shows them to everybody, or to nobody.
    pub async fn publish_lists(&self, actor: Actor, public: bool) -> Result<()> {
        let action = if public { "lists.published" } else { "lists.withdrawn" };
        let mut tx = self.store().begin(Entry::new(actor, action, "setting", "data-lists")).await?;
        sqlx::query(
            "INSERT INTO banner_setting (key, value) VALUES ('lists-public', $1)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(if public { store::now() } else { 0 }.to_string())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
