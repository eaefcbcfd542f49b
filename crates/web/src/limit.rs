//! Slowing down guesses: per network address and per account, with back-off. Kept in memory; the
//! keys are hashes, and a restart forgives.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// More keys than this and the oldest go, so that a flood cannot fill memory.
const MAX_KEYS: usize = 50_000;
/// Forgotten after so long without a failure.
const MEMORY: Duration = Duration::from_hours(1);

/// Counts failures (or requests) by key and says how long to wait. Keys should be hashes.
#[derive(Default)]
pub struct Limits(Mutex<HashMap<String, Tries>>);

struct Tries {
    failed: u32,
    last: Instant,
}

/// How patient we are with one kind of key.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Failures that cost nothing.
    pub free: u32,
    /// Longest wait.
    pub longest: Duration,
}

/// Many people may share an address.
pub(crate) const PER_ADDRESS: Rule = Rule { free: 20, longest: Duration::from_mins(5) };
/// One person mistypes a few times.
pub(crate) const PER_ACCOUNT: Rule = Rule { free: 5, longest: Duration::from_mins(15) };

impl Limits {
    /// Seconds to wait before the next try, if any.
    pub fn wait(&self, key: &str, rule: Rule) -> Option<u64> {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = tries.get(key)?;
        let over = (tries.failed + 1).checked_sub(rule.free + 1)?;
        let pause = Duration::from_secs(1 << over.min(20)).min(rule.longest);
        let left = pause.checked_sub(tries.last.elapsed())?;
        Some(left.as_secs() + 1)
    }

    /// Counts a failure.
    pub fn failed(&self, key: &str) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MAX_KEYS {
            tries.retain(|_, tries| tries.last.elapsed() < MEMORY);
            if tries.len() >= MAX_KEYS {
                tries.clear();
            }
        }
        let entry =
            tries.entry(key.to_owned()).or_insert(Tries { failed: 0, last: Instant::now() });
        if entry.last.elapsed() > MEMORY {
            entry.failed = 0;
        }
        entry.failed += 1;
        entry.last = Instant::now();
    }

    /// Takes one failure back: the try it was counted for was right.
    pub fn forgive(&self, key: &str) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = tries.get_mut(key) {
            entry.failed = entry.failed.saturating_sub(1);
        }
    }

    /// Forgets the failures after a success.
    pub fn clear(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_mistakes_are_free_then_the_wait_doubles() {
        let limits = Limits::default();
        for _ in 0..4 {
            limits.failed("a");
        }
        assert_eq!(limits.wait("a", PER_ACCOUNT), None);
        limits.failed("a");
        let first = limits.wait("a", PER_ACCOUNT).unwrap();
        limits.failed("a");
        limits.failed("a");
        let later = limits.wait("a", PER_ACCOUNT).unwrap();
        assert!(later > first, "{later} > {first}");
        assert_eq!(limits.wait("b", PER_ACCOUNT), None);
        limits.clear("a");
        assert_eq!(limits.wait("a", PER_ACCOUNT), None);
    }

    #[test]
    fn a_try_that_was_right_is_taken_back() {
        let limits = Limits::default();
        for _ in 0..5 {
            limits.failed("a");
        }
        assert!(limits.wait("a", PER_ACCOUNT).is_some());
        limits.forgive("a");
        limits.forgive("never seen");
        assert_eq!(limits.wait("a", PER_ACCOUNT), None);
    }
}
