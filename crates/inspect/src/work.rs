//! Where texts are read: beside the async runtime, a bounded number at once, so that long texts slow
//! down other texts and never the pages.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

/// How long a request waits for its turn.
const TURN: Duration = Duration::from_secs(10);
/// How long the work itself may take. The work itself is linear in its input, whose size is
/// bounded, so what is left behind ends by itself soon after.
const WORK: Duration = Duration::from_secs(35);

/// Detection could not be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// No turn in time.
    #[error("too many texts are being read; try again in a few seconds")]
    Turn,
    /// Longer than a request may take.
    #[error("this took too long; send shorter texts or fewer of them")]
    TooLong,
    /// Our fault; the log says why.
    #[error("the text could not be read; the server's log says why")]
    Broken,
}

/// Counts who is at work.
#[derive(Clone)]
pub(crate) struct Desk {
    seats: Arc<Semaphore>,
    turn: Duration,
}

impl Default for Desk {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with(cores, TURN)
    }
}

impl Desk {
    fn with(seats: usize, turn: Duration) -> Self {
        Self { seats: Arc::new(Semaphore::new(seats)), turn }
    }

    pub(crate) async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = tokio::time::timeout(self.turn, Arc::clone(&self.seats).acquire_owned()).await;
        let Ok(Ok(seat)) = turn else { return Err(Busy::Turn) };
        let work = tokio::task::spawn_blocking(move || {
            let result = job();
            // The seat is free when the work ends, not when the caller stops waiting.
            drop(seat);
            result
        });
        match tokio::time::timeout(WORK, work).await {
            Ok(Ok(result)) => Ok(result),
            // The panic hook has logged where; a message could quote the text.
            Ok(Err(_)) => Err(Busy::Broken),
            Err(_) => Err(Busy::TooLong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_and_its_seat_is_free_again() {
        let desk = Desk::with(1, TURN);

        let broken = desk.work(|| panic!("on purpose")).await;
        let after = desk.work(|| 7).await;

        assert_eq!((broken, after), (Err::<(), _>(Busy::Broken), Ok(7)));
    }

    #[tokio::test]
    async fn who_gets_no_turn_is_told_so() {
        let desk = Desk::with(0, Duration::from_millis(5));

        assert_eq!(desk.work(|| 7).await, Err(Busy::Turn));
    }
}
