//! Which server pumps. The embedded database has one server anyway; on PostgreSQL it is the one that
//! holds a session lock, which ends with its connection, however the server ends.

use sqlx::{AnyConnection, Connection as _};
use store::Store;

use crate::Result;

/// Proof that this server pumps; dropping it lets another one.
pub(super) struct Leader(Option<AnyConnection>);

impl Leader {
    /// Becomes the one, if nobody is.
    pub async fn take(store: &Store) -> Result<Option<Self>> {
        if !store.is_postgres() {
            store.become_server().await?;
            return Ok(Some(Self(None)));
        }
        // Taken out of the pool: a connection given back would keep the lock.
        let mut conn = store.reader().acquire().await?.detach();
        let taken: bool = sqlx::query_scalar(
            "SELECT pg_try_advisory_lock(hashtextextended('privet/deliver', 0))",
        )
        .fetch_one(&mut conn)
        .await?;
        if taken {
            return Ok(Some(Self(Some(conn))));
        }
        conn.close().await?;
        Ok(None)
    }

    /// Still the one?
    pub async fn holds(&mut self) -> bool {
        match &mut self.0 {
            Some(conn) => conn.ping().await.is_ok(),
            None => true,
        }
    }
}
