//! Once a day: requests that nobody confirmed lapse, bundles whose time is over are removed, silent
//! recipients are chased. Every hour: erasures go on where something failed, looks after them are taken,
//! sources that were out of reach are tried again, pictures of documents that nobody needs any more are removed.

use serde_json::json;
use store::{Actor, JobContext, JobError, JobHandler, Runner};

use crate::{Result, Rights};

const KIND: &str = "rights_clocks";
/// Every morning.
const CRON: &str = "10 6 * * *";
const HOURLY: &str = "rights_hourly";
/// Every hour.
const HOURLY_CRON: &str = "40 * * * *";

pub(crate) async fn schedule(rights: &Rights) -> Result<()> {
    let by = Actor::System("rights");
    let store = rights.store();
    store.schedule("rights:clocks", KIND, CRON, "UTC", json!({}), by.clone()).await?;
    store.schedule("rights:hourly", HOURLY, HOURLY_CRON, "UTC", json!({}), by).await?;
    crate::agents::schedule(rights).await?;
    crate::keep::schedule(rights).await?;
    crate::watch::schedule(rights).await?;
    Ok(())
}

/// Adds the room's background work to a runner.
#[must_use]
pub fn add_handlers(runner: Runner, rights: &Rights) -> Runner {
    runner
        .handle(Clocks { rights: rights.clone() })
        .handle(crate::find::Look { rights: rights.clone() })
        .handle(crate::bundle::Make { rights: rights.clone() })
        .handle(crate::erase::Plan { rights: rights.clone() })
        .handle(crate::erase::Carry { rights: rights.clone() })
        .handle(crate::erase::Look { rights: rights.clone() })
        .handle(crate::handover::Push { rights: rights.clone() })
        .handle(crate::effect::Effect { rights: rights.clone() })
        .handle(crate::correction::Find { rights: rights.clone() })
        .handle(crate::correction::Write { rights: rights.clone() })
        .handle(crate::intake::TakeIn { rights: rights.clone() })
        .handle(crate::identity::Compare { rights: rights.clone() })
        .handle(crate::agents::Directory { rights: rights.clone() })
        .handle(crate::agents::Tell { rights: rights.clone() })
        .handle(crate::keep::Keep { rights: rights.clone() })
        .handle(crate::watch::Watch { rights: rights.clone() })
        .handle(crate::task::Settle { rights: rights.clone() })
        .handle(Hourly { rights: rights.clone() })
}

struct Clocks {
    rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Clocks {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: JobContext) -> Result<(), JobError> {
        self.rights.lapse().await?;
        self.rights.remove_bundles().await?;
        self.rights.remove_held().await?;
        self.rights.chase_recipients().await?;
        self.rights.remove_arrivals().await?;
        self.rights.drop_old_files().await?;
        Ok(())
    }
}

struct Hourly {
    rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Hourly {
    fn kind(&self) -> &'static str {
        HOURLY
    }

    async fn run(&self, _: JobContext) -> Result<(), JobError> {
        // Neither waits for the other: a disk that fails holds up no erasure, a database no removal.
        if let Err(error) = self.rights.remove_old_papers().await {
            tracing::error!(%error, "old documents could not all be removed");
        }
        self.rights.retry_erasures().await?;
        self.rights.looks_due().await?;
        self.rights.retry_tasks().await?;
        Ok(())
    }
}
