//! Identifiers that are being linked at this moment: two requests about one new customer take turns
//! here, so that they do not meet in the database, where one of them would spoil a shared write.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::decide::Fingerprint;

/// What is being linked by this server.
#[derive(Default)]
pub(crate) struct Pending {
    taken: Mutex<HashSet<Fingerprint>>,
    released: Notify,
}

/// Identifiers taken; dropping it lets others have them.
pub(crate) struct Taken<'a> {
    pending: &'a Pending,
    prints: Vec<Fingerprint>,
}

impl Pending {
    fn taken(&self) -> MutexGuard<'_, HashSet<Fingerprint>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all of them. When another request has any of them it waits until that one is done and
    /// gives `None`: what is known of them must be looked up again.
    pub(crate) async fn take(&self, mut prints: Vec<Fingerprint>) -> Option<Taken<'_>> {
        prints.sort_unstable();
        prints.dedup();
        let released = self.released.notified();
        tokio::pin!(released);
        // Before looking, so that no release in between is missed.
        released.as_mut().enable();
        {
            let mut taken = self.taken();
            if !prints.iter().any(|print| taken.contains(print)) {
                taken.extend(&prints);
                drop(taken);
                return Some(Taken { pending: self, prints });
            }
        }
        released.await;
        None
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut taken = self.pending.taken();
        for print in &self.prints {
            taken.remove(print);
        }
        drop(taken);
        self.pending.released.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn print(byte: u8) -> Fingerprint {
        Fingerprint::of([byte; 16])
    }

    #[tokio::test]
    async fn who_comes_second_waits_and_must_look_again() {
        let pending = Pending::default();
        let first = pending.take(vec![print(1), print(2)]).await.unwrap();
        let other = pending.take(vec![print(3)]).await.unwrap();

        let second = pending.take(vec![print(2), print(4)]);
        tokio::pin!(second);
        let soon = tokio::time::timeout(Duration::from_millis(20), second.as_mut()).await;
        assert!(soon.is_err(), "it waits");
        drop(first);

        assert!(second.await.is_none());
        assert!(pending.take(vec![print(2), print(4), print(2)]).await.is_some());
        drop(other);
    }
}
