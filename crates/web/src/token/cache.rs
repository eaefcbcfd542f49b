//! Tokens that were just looked up: a program asks thousands of times a second with one token, and
//! each look into the database costs more than the answer. A token is believed for less than a second,
//! so a revoked one stops within a second on every server, and at once on the one that revoked it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::Token;

/// How long a look into the database counts.
const TRUST: Duration = Duration::from_millis(800);
/// Tokens remembered at most.
const MOST: usize = 1024;

/// Refusals of one token are written down so often at most.
const REFUSALS: Duration = Duration::from_mins(1);

/// Tokens by the digest of their text; unknown texts are never remembered.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<String, (Token, Instant)>>, Mutex<HashMap<String, Instant>>);

impl Cache {
    fn all(&self) -> MutexGuard<'_, HashMap<String, (Token, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, hash: &str, now: Instant) -> Option<Token> {
        let all = self.all();
        let (token, looked) = all.get(hash)?;
        (now.saturating_duration_since(*looked) < TRUST).then(|| token.clone())
    }

    /// Remembers what a look that began at `looked` found.
    pub(super) fn put(&self, hash: String, token: Token, looked: Instant) {
        let mut all = self.all();
        if all.len() >= MOST {
            all.retain(|_, (_, known)| looked.saturating_duration_since(*known) < TRUST);
        }
        if all.len() < MOST {
            all.insert(hash, (token, looked));
        }
    }

    /// Whether this refusal of a token, by its id, is the first within a minute.
    pub(super) fn first_refusal(&self, id: &str, now: Instant) -> bool {
        let mut told = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| now.saturating_duration_since(*at) < REFUSALS);
        let first = !told.contains_key(id);
        if first {
            told.insert(id.to_owned(), now);
        }
        first
    }

    /// Forgets all tokens: one of them was revoked.
    pub(crate) fn forget(&self) {
        self.all().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: &str) -> Token {
        Token {
            id: id.into(),
            scopes: vec!["decide".into()],
            certificate: String::new(),
            purposes: Vec::new(),
            limited: true,
            agreed: true,
            policy: String::new(),
            stated: String::new(),
        }
    }

    #[test]
    fn a_token_is_believed_for_less_than_a_second() {
        let (cache, now) = (Cache::default(), Instant::now());
        cache.put("h".into(), token("1"), now);

        let found = |ms| cache.get("h", now + Duration::from_millis(ms)).map(|token| token.id);

        assert_eq!(found(799).as_deref(), Some("1"));
        assert_eq!(found(800), None);
        assert!(TRUST < Duration::from_secs(1));
        cache.forget();
        assert_eq!(found(0), None);
    }

    #[test]
    fn many_tokens_take_bounded_room() {
        let (cache, now) = (Cache::default(), Instant::now());
        for n in 0..3000 {
            cache.put(n.to_string(), token("1"), now);
        }
        assert_eq!(cache.all().len(), MOST);

        cache.put("later".into(), token("2"), now + TRUST);

        assert_eq!(cache.all().len(), 1);
    }
}
