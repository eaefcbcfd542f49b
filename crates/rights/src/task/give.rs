//! What people do with a task: they did it, nothing is needed, somebody else does it.

use ::store::{Actor, Entry};

use super::{Stand, Task, store};
use crate::{
    Result, Rights, RightsError,
    request::{NewEvent, insert_event},
};

/// Characters of what somebody says.
const LONGEST: usize = 1_000;

fn sentence(text: &str) -> Result<&str> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(RightsError::Asked("rights-error-task-said")),
        n if n > LONGEST => Err(RightsError::Asked("rights-error-task-long")),
        _ => Ok(text),
    }
}

impl Rights {
    /// Somebody did it (or says that nothing is needed), in a sentence of theirs. Where trying again may
    /// help, what was done is tried.
    ///
    /// # Errors
    /// [`RightsError::Asked`] without a sentence; [`RightsError::Conflict`] if it is not open any more.
    pub async fn end_task(&self, by: &Actor, task: &Task, needed: bool, text: &str) -> Result<()> {
        let said = store::seal(self, &task.id, sentence(text)?);
        let (action, what, to) = if needed {
            ("rights.task_done", "task-done", Stand::Done)
        } else {
            ("rights.task_dropped", "task-dropped", Stand::Dropped)
        };
        self.task_moved(by, task, (action, what), (&[Stand::Open], to), &said).await?;
        if needed {
            self.try_done(task).await;
        }
        Ok(())
    }

    /// It was not done after all.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if the request is closed, or nobody said that it is done.
    pub async fn reopen_task(&self, by: &Actor, task: &Task) -> Result<()> {
        if self.request(&task.request).await?.state.is_closed() {
            return Err(RightsError::Conflict("rights-error-closed"));
        }
        let stands = (&[Stand::Done, Stand::Dropped][..], Stand::Open);
        self.task_moved(by, task, ("rights.task_reopened", "task-made"), stands, "").await
    }

    /// Somebody else sees to it.
    ///
    /// # Errors
    /// [`RightsError::Asked`] for somebody who does not work here.
    pub async fn give_task(&self, by: &Actor, task: &Task, to: &str) -> Result<()> {
        if !self.web().members().await?.iter().any(|one| one.id == to) {
            return Err(RightsError::Asked("rights-error-task-nobody"));
        }
        let entry = Entry::new(by.clone(), "rights.task_given", "rights_request", &task.request);
        let mut tx = self.store().begin(entry).await?;
        tx.states(Some(self.store().digest(&task.owner)), Some(self.store().digest(&to)));
        // It is theirs already: nothing happened.
        if store::give(&mut tx, &task.id, to).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    async fn task_moved(
        &self,
        by: &Actor,
        task: &Task,
        (action, what): (&'static str, &'static str),
        stands: (&[Stand], Stand),
        said: &str,
    ) -> Result<()> {
        let entry = Entry::new(by.clone(), action, "rights_request", &task.request);
        let mut tx = self.store().begin(entry).await?;
        if !store::moved(&mut tx, &task.id, stands, (by, said)).await? {
            return Err(RightsError::Conflict("rights-error-task-stand"));
        }
        tx.states(None, Some(self.store().digest(&(&task.id, stands.1.as_str()))));
        let event = NewEvent { request: &task.request, what, detail: &task.name };
        insert_event(&mut tx, by, &event).await?;
        tx.commit().await?;
        Ok(())
    }
}
