//! Once a day: requests that nobody confirmed lapse, bundles whose time is over are removed.

use serde_json::json;
use store::{Actor, JobContext, JobError, JobHandler, Runner};

use crate::{Result, Rights};

const KIND: &str = "rights_clocks";
/// Every morning.
const CRON: &str = "10 6 * * *";

pub(crate) async fn schedule(rights: &Rights) -> Result<()> {
    let by = Actor::System("rights");
    rights.store().schedule("rights:clocks", KIND, CRON, "UTC", json!({}), by).await?;
    Ok(())
}

/// Adds the room's background work to a runner.
#[must_use]
pub fn add_handlers(runner: Runner, rights: &Rights) -> Runner {
    runner
        .handle(Clocks { rights: rights.clone() })
        .handle(crate::find::Look { rights: rights.clone() })
        .handle(crate::bundle::Make { rights: rights.clone() })
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
        Ok(())
    }
}
