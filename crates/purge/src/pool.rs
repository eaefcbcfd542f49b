//! Connections that are kept for a moment after their work, for the next work in the same place: a search
//! is followed by a plan and by what was planned, and connecting anew takes a server longer than small
//! work does.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use crate::{conn::Conn, schema::Schema, target::Target};

/// An unused connection is closed after this time.
const KEPT: Duration = Duration::from_secs(10);
/// Unused ones to one place.
const MOST: usize = 4;

/// Connections to databases that were given back after their work. Only those to servers: a file may be
/// replaced by another of the same name while it is open. Copies share them; the last one closes all.
///
/// [`Target::with_pool`] makes a target use one. It gets a connection only of the same place, account and
/// encryption, and only one that answers.
#[derive(Clone, Default)]
pub struct Pool(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    kept: Vec<Kept>,
    /// Somebody closes what is kept too long.
    is_watched: bool,
}

struct Kept {
    /// Without a pool.
    target: Target,
    conn: Conn,
    /// Its catalogue at a moment, if it was read.
    known: Option<Known>,
    since: Instant,
}

/// The catalogue of a database at a moment.
pub(crate) type Known = (Arc<Schema>, Instant);

impl Pool {
    /// Takes a connection that leads to the same place.
    pub(crate) fn take(&self, target: &Target) -> Option<(Conn, Option<Known>)> {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |kept: &Kept| kept.is_good() && kept.target.is(target);
        let at = inside.kept.iter().rposition(fits)?;
        let kept = inside.kept.remove(at);
        Some((kept.conn, kept.known))
    }

    /// Keeps a connection that is in no transaction.
    pub(crate) fn give(&self, target: Target, conn: Conn, known: Option<Known>) {
        // Without a runtime nobody could close it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let kept = Kept { target, conn, known, since: Instant::now() };
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = inside.kept.iter().filter(|other| other.target.is(&kept.target)).count();
        if same >= MOST || !kept.is_good() {
            return;
        }
        inside.kept.push(kept);
        if !std::mem::replace(&mut inside.is_watched, true) {
            runtime.spawn(watch(Arc::downgrade(&self.0)));
        }
    }
}

impl Kept {
    fn is_good(&self) -> bool {
        self.since.elapsed() < KEPT && self.conn.can_serve()
    }
}

/// Closes connections whose time is over, until none is left.
async fn watch(pool: Weak<Mutex<Inside>>) {
    loop {
        tokio::time::sleep(KEPT / 4).await;
        let Some(pool) = pool.upgrade() else { return };
        let (over, is_empty) = {
            let mut inside = pool.lock().unwrap_or_else(PoisonError::into_inner);
            let all = std::mem::take(&mut inside.kept);
            let (good, over): (Vec<_>, Vec<_>) = all.into_iter().partition(Kept::is_good);
            inside.kept = good;
            inside.is_watched = !inside.kept.is_empty();
            (over, inside.kept.is_empty())
        };
        for kept in over {
            kept.conn.close().await;
        }
        if is_empty {
            return;
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool(…)")
    }
}
