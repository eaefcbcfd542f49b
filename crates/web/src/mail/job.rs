//! The durable job that sends one letter.

use super::fault::{Failure, Fault};
use crate::Web;
use store::{JobContext, JobError, JobHandler, JobRow, JobState, Runner, Store};

pub(super) const KIND: &str = "mail";

/// Adds the handler that sends letters.
pub fn add_handlers(runner: Runner, web: &Web) -> Runner {
    runner.handle(Send { web: web.clone() })
}

struct Send {
    web: Web,
}

#[async_trait::async_trait]
impl JobHandler for Send {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let id = context.payload["mail"].as_str().unwrap_or_default();
        let Some(written) = self.web.waiting_letter(id).await? else { return Ok(()) };
        let sent = match self.web.mailer() {
            Some(mailer) => {
                let kept = self.web.password(mailer).await?;
                mailer.send(id, &self.web.organisation(), kept.as_deref(), &written).await
            }
            None => Err(Failure::settings()),
        };
        match sent {
            Err(failure) if !failure.permanent => {
                self.web.note_delay(id, &failure).await?;
                if let (Fault::SignIn, Some(mailer)) = (failure.fault, self.web.mailer()) {
                    // Another server may have taken a new password since this one connected.
                    mailer.reset();
                }
                Err(JobError::Retry(said(&failure)))
            }
            outcome => {
                self.web.end_mail(id, &outcome).await?;
                outcome.map_err(|failure| JobError::Fatal(said(&failure)))
            }
        }
    }

    /// Given up or cancelled: the letter must not lie sealed for ever.
    async fn ended(&self, _: &Store, job: &JobRow) {
        let id = job.payload["mail"].as_str().unwrap_or_default();
        if !matches!(job.state, JobState::Failed | JobState::Cancelled)
            || !matches!(self.web.waiting_letter(id).await, Ok(Some(_)))
        {
            return;
        }
        let failure = self.web.last_failure(id).await;
        if let Err(error) = self.web.end_mail(id, &Err(failure)).await {
            tracing::warn!(%error, "a letter that was given up could not be marked so");
        }
    }
}

/// For the list of jobs: the kind of fault and the server's code, no word of the server's.
fn said(failure: &Failure) -> String {
    format!("{} {}", failure.fault.as_str(), failure.code).trim().to_owned()
}
