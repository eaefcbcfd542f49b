//! Tasks of owners are watched like deadlines: a new one is told, a day before its day, and every week
//! once it is late, then to the privacy officers, too.

use std::collections::BTreeSet;

use crate::{
    Result, Rights,
    report::DAY,
    task::{Filter, Task},
};

/// A task to tell of.
pub(super) struct TaskTelling {
    pub task: Task,
    /// What is told, as it is kept, and the moment it is about (µs).
    pub steps: Vec<(String, i64)>,
    pub late: bool,
}

/// Tasks read at once.
const AT_ONCE: i64 = 500;

/// What of a task is told at a moment, or before the day ends. Its owner is in the name: whoever is given
/// it later hears of it, too.
fn steps(task: &Task, (at, ends): (i64, i64)) -> Vec<(String, i64)> {
    let (id, owner, due) = (&task.id, &task.owner, task.due_at);
    if task.is_late(at) {
        return vec![(format!("task-late-{}-{id}-{owner}", (at - due) / (7 * DAY)), due)];
    }
    let mut all = vec![(format!("task-new-{id}-{owner}"), task.made_at)];
    if due > 0 && due - DAY < ends {
        all.push((format!("task-one-{id}"), due));
    }
    all
}

impl Rights {
    /// Tasks of requests whose clock runs, of which something was not told yet.
    pub(super) async fn task_tellings(
        &self,
        told: &BTreeSet<(String, String, i64)>,
        times: (i64, i64),
    ) -> Result<Vec<TaskTelling>> {
        let telling = |task: Task| {
            let mut steps = steps(&task, times);
            steps.retain(|(step, until)| {
                !told.contains(&(task.request.clone(), step.clone(), *until))
            });
            let late = task.is_late(times.0);
            (!steps.is_empty()).then_some(TaskTelling { task, steps, late })
        };
        let (mut all, mut read) = (Vec::new(), 0);
        loop {
            let (tasks, _) = self.tasks(&Filter::default(), AT_ONCE, read).await?;
            let ended = tasks.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
            all.extend(tasks.into_iter().filter(|task| !task.paused).filter_map(telling));
            if ended {
                return Ok(all);
            }
            read += AT_ONCE;
        }
    }
}
