//! How many values a program may open in a minute. Counted in the memory of this server: with several
//! servers each has its own count. What it is for is a stolen token, and that a leak takes long enough
//! to be seen.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const MINUTE: Duration = Duration::from_mins(1);
/// More keys than this, and those whose minute is over go.
const MOST: usize = 10_000;

/// The minute of a program and a category, and what it has opened in it.
type Minutes = HashMap<(String, String), (Instant, u64)>;

/// Counts by program and category.
#[derive(Default)]
pub(crate) struct Limits(Mutex<Minutes>);

impl Limits {
    /// Takes `amount` out of a program's minute, or says how many seconds are left of it. Of several
    /// categories either all are counted or none.
    pub fn take(
        &self,
        actor: &str,
        amounts: &[(&str, u64, u32)],
        now: Instant,
    ) -> Result<(), (String, u64)> {
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minutes.len() >= MOST {
            minutes.retain(|_, (since, _)| now.saturating_duration_since(*since) < MINUTE);
        }
        let key = |category: &str| (actor.to_owned(), category.to_owned());
        for (category, amount, most) in amounts.iter().filter(|(_, _, most)| *most > 0) {
            let (since, spent) = minutes.get(&key(category)).copied().unwrap_or((now, 0));
            let gone = now.saturating_duration_since(since);
            let spent = if gone < MINUTE { spent } else { 0 };
            if spent + amount > u64::from(*most) {
                let left = MINUTE.saturating_sub(gone).as_secs() + 1;
                return Err(((*category).to_owned(), left));
            }
        }
        for (category, amount, _) in amounts.iter().filter(|(_, _, most)| *most > 0) {
            let minute = minutes.entry(key(category)).or_insert((now, 0));
            if now.saturating_duration_since(minute.0) >= MINUTE {
                *minute = (now, 0);
            }
            minute.1 += amount;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_so_much_and_the_next_begins_anew() {
        let (limits, now) = (Limits::default(), Instant::now());

        assert_eq!(limits.take("a", &[("x", 6, 10)], now), Ok(()));
        let refused = limits.take("a", &[("x", 5, 10), ("y", 1, 10)], now);
        assert_eq!(refused, Err(("x".to_owned(), 61)));
        assert_eq!(limits.take("a", &[("x", 4, 10), ("y", 10, 10)], now), Ok(()));
        assert_eq!(limits.take("b", &[("x", 10, 10)], now), Ok(()));
        assert!(limits.take("a", &[("x", 1, 10)], now + Duration::from_secs(59)).is_err());
        assert_eq!(limits.take("a", &[("x", 10, 10)], now + MINUTE), Ok(()));
        assert_eq!(limits.take("a", &[("z", 1 << 40, 0)], now), Ok(()), "0 is no limit");
    }
}
