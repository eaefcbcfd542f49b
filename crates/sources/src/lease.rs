//! A small pool: connections are opened one by one with exact errors, and one that was left in the
//! middle of an answer is closed, never reused.

use std::{
    future::Future,
    ops::{Deref, DerefMut},
    sync::Mutex,
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::SourceError;

/// How long an answer is waited for: the server's own time-out speaks first, ours is for servers
/// without one and for connections that a firewall dropped without a word.
pub(crate) fn patience(statement_timeout: Duration) -> Duration {
    statement_timeout + Duration::from_secs(5)
}

/// The work's result, or `late` when there is none in time. The work is dropped, its connection closed.
pub(crate) async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, SourceError>>,
    late: impl FnOnce() -> SourceError,
) -> Result<T, SourceError> {
    tokio::time::timeout(time, work).await.unwrap_or_else(|_| Err(late()))
}

pub(crate) struct Pool<C> {
    slots: Semaphore,
    idle: Mutex<Vec<C>>,
}

impl<C> Pool<C> {
    pub fn new(size: u32) -> Self {
        Self { slots: Semaphore::new(size.max(1) as usize), idle: Mutex::new(Vec::new()) }
    }

    /// A free connection, or a new one by `open`.
    pub async fn get<F>(&self, open: F) -> Result<Lease<'_, C>, SourceError>
    where
        F: AsyncFnOnce() -> Result<C, SourceError>,
    {
        let slot = self.slots.acquire().await.map_err(|_| SourceError::Other {
            what: "connection".to_owned(),
            why: "the source is closed".to_owned(),
        })?;
        let idle = self.lock().pop();
        let conn = match idle {
            Some(conn) => conn,
            None => open().await?,
        };
        Ok(Lease { pool: self, conn: Some(conn), _slot: slot })
    }

    /// Puts a fresh connection in.
    pub fn put(&self, conn: C) {
        self.lock().push(conn);
    }

    /// Closes the idle connections.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<C>> {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A borrowed connection. Dropping it closes it; [`Lease::give_back`] keeps it for the next.
pub(crate) struct Lease<'a, C> {
    pool: &'a Pool<C>,
    conn: Option<C>,
    _slot: SemaphorePermit<'a>,
}

impl<C> Lease<'_, C> {
    pub fn give_back(mut self) {
        if let Some(conn) = self.conn.take() {
            self.pool.put(conn);
        }
    }
}

impl<C> Deref for Lease<'_, C> {
    type Target = C;
    #[allow(clippy::expect_used)] // filled until `give_back`, which consumes the lease
    fn deref(&self) -> &C {
        self.conn.as_ref().expect("a lease holds its connection")
    }
}

impl<C> DerefMut for Lease<'_, C> {
    #[allow(clippy::expect_used)] // as above
    fn deref_mut(&mut self) -> &mut C {
        self.conn.as_mut().expect("a lease holds its connection")
    }
}
