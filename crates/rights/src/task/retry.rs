//! Every hour: sources that were out of reach are tried, and where one answers again, what could not be
//! done is done again. A source that is down costs one connection an hour, however many requests wait.

use std::collections::BTreeMap;

use ::store::{Actor, now};
use futures::StreamExt as _;

use super::{BY, Stand, Step, Task, Why};
use crate::{
    Request, Result, Rights, RightsError, bundle, correction,
    erase::{Act, Erasure, Stage},
    find,
};

/// Sources tried at once.
const SOURCES: usize = 8;
const HOUR: i64 = 3600 * 1_000_000;
/// Hours at most between two tries where the source answered and it failed all the same.
const RARELY: i64 = 24;

/// Whether it is time: what failed though the source answers is tried less and less often.
fn is_time(task: &Task, now: i64) -> bool {
    let doubled = 1_i64 << (task.tries - 1).clamp(0, 10);
    task.why == Why::Down || now - task.seen_at >= (doubled - 1).min(RARELY) * HOUR
}

impl Rights {
    /// Tries again what tasks are open for; says how many jobs were begun.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn retry_tasks(&self) -> Result<usize> {
        let sources = self.sources_to_retry().await?;
        let asked: Vec<_> = sources
            .iter()
            .map(|source| async move {
                let answers = find::answers(self, source).await;
                answers.then_some(source)
            })
            .collect();
        let there: Vec<&String> = futures::stream::iter(asked)
            .buffer_unordered(SOURCES)
            .filter_map(std::future::ready)
            .collect()
            .await;
        let mut tasks = Vec::new();
        for source in there {
            tasks.extend(self.tasks_to_retry(source).await?);
        }
        let tasks = tasks.iter().filter(|task| is_time(task, now()));
        let mut jobs: BTreeMap<(&str, Step), Vec<&str>> = BTreeMap::new();
        for task in tasks {
            jobs.entry((&task.request, task.step)).or_default().push(&task.source);
        }
        let mut begun = 0;
        for ((id, step), sources) in jobs {
            // One that cannot be tried this moment holds no other back.
            match self.try_again(&BY, id, step, &sources, false).await {
                Ok(did) => begun += usize::from(did),
                Err(error) => tracing::warn!(%error, request = id, "a task was not tried again"),
            }
        }
        Ok(begun)
    }

    /// Tries at once what a task is open for.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] where trying helps nobody, while the source does not answer, and while
    /// it is tried already.
    pub async fn try_task(&self, by: &Actor, task: &Task) -> Result<()> {
        if task.stand != Stand::Open || !task.why.passes() {
            return Err(RightsError::Conflict("rights-error-task-stand"));
        }
        if !find::answers(self, &task.source).await {
            return Err(RightsError::Conflict("rights-error-task-down"));
        }
        if !self.try_again(by, &task.request, task.step, &[&task.source], true).await? {
            return Err(RightsError::Conflict("rights-error-task-busy"));
        }
        Ok(())
    }

    /// Somebody did what a task is open for: the step is begun again as the hourly try would, so that
    /// what can be reached now is not left out. It is no error of theirs if that is not possible.
    pub(super) async fn try_done(&self, task: &Task) {
        if !task.why.passes() || !find::answers(self, &task.source).await {
            return;
        }
        let sources = [task.source.as_str()];
        if let Err(error) = self.try_again(&BY, &task.request, task.step, &sources, false).await {
            tracing::warn!(%error, request = task.request, "a done task was not tried again");
        }
    }

    /// `by_hand` if somebody asked for it: only then is a copy taken away that can be fetched, or one
    /// brought back whose time is over.
    async fn try_again(
        &self,
        by: &Actor,
        id: &str,
        step: Step,
        sources: &[&str],
        by_hand: bool,
    ) -> Result<bool> {
        let request = self.request(id).await?;
        match step {
            Step::Search => match self.found(id).await? {
                Some(search) if search.stage == find::Stage::Running => Ok(false),
                _ => self.search(by, &request).await.map(|()| true),
            },
            Step::Copy => match self.bundle(id).await? {
                Some(one) if one.stage == bundle::Stage::Making => Ok(false),
                Some(one) if !by_hand && one.stage != bundle::Stage::Failed => Ok(false),
                _ => self.remake_bundle(by, &request).await.map(|()| true),
            },
            Step::Correction => self.correct_again(by, &request, sources).await,
            Step::Erasure => self.erase_or_plan(by, &request).await,
        }
    }

    /// What could not be written is written again; else it is looked again at what is held.
    async fn correct_again(&self, by: &Actor, request: &Request, sources: &[&str]) -> Result<bool> {
        let all = self.corrections(&request.id).await?;
        if all.iter().any(|one| one.state.moves()) {
            return Ok(false);
        }
        let failed = all.iter().filter(|one| {
            one.state == correction::State::Failed
                && one.can_retry()
                && sources.contains(&one.source.as_str())
        });
        let mut begun = false;
        for one in failed {
            self.retry_correction(by, request, &one.id).await?;
            begun = true;
        }
        let look = self.held(&request.id).await?;
        let unread = look.is_some_and(|look| {
            let at = |source: &str, place: &str| place.split(' ').next() == Some(source);
            look.stage == correction::Stage::Ready
                && look.unreached.iter().any(|one| sources.iter().any(|id| at(id, &one.0)))
        });
        if unread {
            self.look_at_held(by, request).await?;
        }
        Ok(begun || unread)
    }

    /// What was begun goes on. A plan that nobody touched is made anew, so that it holds the source;
    /// one that somebody worked on is left to them.
    async fn erase_or_plan(&self, by: &Actor, request: &Request) -> Result<bool> {
        let Some(erasure) = self.erasure(&request.id).await? else { return Ok(false) };
        if erasure.stage == Stage::Partial {
            let waits = erasure.steps.iter().any(crate::erase::Step::is_open);
            let again = if waits {
                self.resume_erasure(by, &request.id).await
            } else {
                self.plan_erasure(by, request).await
            };
            return match again {
                Ok(()) => Ok(true),
                Err(RightsError::Conflict(_)) => Ok(false),
                Err(error) => Err(error),
            };
        }
        let asked = self.asked_erasure("system:rights", &request.id).await?.is_some();
        if asked || !is_untouched(&erasure) {
            return Ok(false);
        }
        self.plan_erasure(by, request).await.map(|()| true)
    }
}

/// A plan as it was made: nobody chose anything, nothing was begun.
fn is_untouched(erasure: &Erasure) -> bool {
    let chosen = |step: &crate::erase::Step| {
        !step.ground.is_empty() || (step.act != Act::Delete && !step.by_hand())
    };
    matches!(erasure.stage, Stage::Planned | Stage::Failed)
        && erasure.begun_at == 0
        && !erasure.steps.iter().any(chosen)
}
