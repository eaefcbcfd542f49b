//! The job that holds tasks against what another job could not reach. It is queued where that job writes
//! down that it ended: what has ended can be asked for again at once.

use ::store::{JobContext, JobError, JobHandler, NewJob};
use serde_json::json;

use super::{Gap, Step};
use crate::{Result, Rights, RightsError, correction, find};

const KIND: &str = "rights_tasks";

/// After a step whose gaps are kept with the request.
pub(crate) fn job(request: &str, step: Step) -> NewJob {
    let payload = json!({ "request": request, "step": step.as_str() });
    NewJob { kind: KIND, payload, dedupe: None, max_attempts: 5 }
}

impl Rights {
    /// The same alone.
    pub(crate) async fn queue_settling(&self, request: &str, step: Step) -> Result<()> {
        let mut tx = self.store().begin_upkeep().await?;
        tx.enqueue(job(request, step)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// After a step whose gaps are kept nowhere else.
    pub(crate) async fn queue_gaps(&self, request: &str, step: Step, gaps: &[Gap]) -> Result<()> {
        let mut job = job(request, step);
        job.payload["gaps"] = json!(gaps);
        let mut tx = self.store().begin_upkeep().await?;
        tx.enqueue(job).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What a step could not reach; `None` while it is at work again, or was never done.
    async fn gaps_of(&self, request: &str, step: Step) -> Result<Option<Vec<Gap>>> {
        Ok(match step {
            Step::Search => {
                let search = self.found(request).await?;
                let ended = search.filter(|one| one.stage != find::Stage::Running);
                ended.map(|one| Gap::of_findings(&one.findings))
            }
            Step::Correction => {
                let look = self.held(request).await?;
                match look.filter(|one| one.stage == correction::Stage::Ready) {
                    Some(look) => {
                        Some(Gap::of_corrections(&look, &self.corrections(request).await?))
                    }
                    None => None,
                }
            }
            Step::Erasure => {
                let erasure = self.erasure(request).await?;
                erasure.filter(|one| !one.stage.moves()).map(|one| Gap::of_erasure(&one))
            }
            Step::Copy => None,
        })
    }
}

/// Makes and closes tasks.
pub(crate) struct Settle {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Settle {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default();
        let Some(step) = context.payload["step"].as_str().and_then(Step::parse) else {
            return Ok(());
        };
        let given = serde_json::from_value(context.payload["gaps"].clone()).ok();
        let gaps: Option<Vec<Gap>> = match given {
            Some(gaps) => Some(gaps),
            None => self.rights.gaps_of(request, step).await?,
        };
        let Some(gaps) = gaps else { return Ok(()) };
        match self.rights.settle(request, step, &gaps).await {
            // It was removed meanwhile.
            Err(RightsError::NotFound(_)) => Ok(()),
            other => Ok(other?),
        }
    }
}
