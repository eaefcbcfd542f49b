//! How many calls a token may make: a program in a loop, or a stolen token, must not take the server
//! from everybody else. Counted in memory, on each server by itself, as a bucket that refills steadily
//! (the generic cell rate algorithm); a restart forgives.

use super::Token;
use crate::problem;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use axum::response::Response;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Calls a minute that a token may make, unless the configuration says otherwise: five thousand a second.
pub const PER_MINUTE: u32 = 300_000;
/// A quiet program may catch up on so much of a minute at once.
const BURST: u32 = 6;
const MINUTE: Duration = Duration::from_mins(1);

/// The buckets, by token. There are no more than tokens.
pub(crate) struct Rates {
    per_minute: u32,
    /// When each bucket is full again.
    full: Mutex<HashMap<String, Instant>>,
}

/// What is left to a token after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    per_minute: u32,
    calls: u32,
    /// Until the bucket is full again.
    full_in: Duration,
    /// The call is refused, until then.
    wait: Option<Duration>,
}

/// Where the extractor leaves what is left, for the layer around all pages to tell in the answer.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<OnceLock<Left>>);

impl Rates {
    /// `per_minute` of 0 is no limit.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { per_minute, full: Mutex::default() }
    }

    fn take(&self, token: &str, now: Instant) -> Option<Left> {
        let per_minute = self.per_minute;
        if per_minute == 0 {
            return None;
        }
        let each = MINUTE / per_minute;
        let most = (per_minute / BURST).max(per_minute.min(10));
        let holds = each * most;
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        let at = full.get(token).copied().filter(|at| *at > now).unwrap_or(now);
        let after = at + each;
        let full_in = after - now;
        if let Some(over) = full_in.checked_sub(holds).filter(|over| !over.is_zero()) {
            let wait = Some(over);
            return Some(Left { per_minute, calls: 0, full_in: at - now, wait });
        }
        full.insert(token.to_owned(), after);
        let calls = (holds.saturating_sub(full_in).as_nanos() / each.as_nanos().max(1)) as u32;
        Some(Left { per_minute, calls, full_in, wait: None })
    }

    /// Counts a call of a token; the answer, if there were too many.
    pub(super) fn count(&self, token: &Token, parts: &Parts) -> Option<Response> {
        let left = self.take(&token.id, Instant::now())?;
        if let Some(slot) = parts.extensions.get::<Slot>() {
            let _ = slot.0.set(left);
        }
        let seconds = left.wait?.as_secs() + 1;
        let detail = format!(
            "this token made more than {} calls in a minute; wait {seconds} seconds, or send more at once",
            left.per_minute
        );
        let mut answer =
            problem(StatusCode::TOO_MANY_REQUESTS, "urn:privet:problem:too-many", &detail);
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        Some(answer)
    }
}

impl Slot {
    /// Tells what is left, as the fields of draft-ietf-httpapi-ratelimit-headers say it.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let Some(left) = self.0.get() else { return };
        let policy = format!("\"token\";q={};w=60", left.per_minute);
        let rest = format!("\"token\";r={};t={}", left.calls, left.full_in.as_secs() + 1);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", rest)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_then_calls_come_at_their_pace() {
        let (rates, start) = (Rates::new(600), Instant::now());
        let take =
            |token: &str, ms: u64| rates.take(token, start + Duration::from_millis(ms)).unwrap();
        for call in 0..100 {
            let left = take("a", 0);
            assert_eq!((left.wait, left.calls), (None, 99 - call));
        }

        let over = take("a", 0);

        assert_eq!(over.wait, Some(Duration::from_millis(100)));
        assert_eq!(take("b", 0).wait, None, "another token is not concerned");
        assert!(take("a", 99).wait.is_some() && take("a", 100).wait.is_none());
        assert_eq!(take("a", 60_000).calls, 99, "a quiet minute fills the bucket");
    }

    #[test]
    fn no_limit_and_tiny_limits_work() {
        assert_eq!(Rates::new(0).take("a", Instant::now()), None);
        let (rates, now) = (Rates::new(1), Instant::now());
        assert_eq!(rates.take("a", now).unwrap().wait, None);
        let wait = rates.take("a", now).unwrap().wait.unwrap();
        assert!(wait <= MINUTE && wait > Duration::from_secs(59), "{wait:?}");
    }
}
