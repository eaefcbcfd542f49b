//! Passwords: Argon2id off the async threads, few at a time, and what makes one acceptable.

use crate::{Web, WebError};
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use std::sync::LazyLock;

/// Shortest accepted, in characters (NIST SP 800-63B-4 asks for 15 without, 8 with a second factor;
/// we take 12 for all and offer the second factor).
pub const MIN_CHARS: usize = 12;
/// Longest accepted, in bytes.
const MAX_BYTES: usize = 512;

/// A password on its way to be hashed; prints nothing.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

impl Password {
    /// Wraps a typed password.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text key of what is wrong with it as a new password for this sign-in name.
    pub fn fault(&self, login: &str) -> Option<&'static str> {
        let lower = self.0.to_lowercase();
        let login = login.trim().to_lowercase();
        let mut letters: Vec<char> = lower.chars().collect();
        letters.sort_unstable();
        letters.dedup();
        if self.0.chars().count() < MIN_CHARS {
            Some("web-password-short")
        } else if self.0.len() > MAX_BYTES {
            Some("web-password-long")
        } else if !login.is_empty() && lower.contains(&login) {
            Some("web-password-login")
        } else if letters.len() < 5 || is_common(&lower) {
            Some("web-password-common")
        } else {
            None
        }
    }
}

/// The patterns that top every leaked list, at any length.
fn is_common(lower: &str) -> bool {
    const STARTS: [&str; 10] = [
        "password",
        "passw0rd",
        "qwerty",
        "1qaz2wsx",
        "123456",
        "letmein",
        "iloveyou",
        "administrator",
        "welcome1",
        "woaini",
    ];
    let rest = |start: &str| lower.strip_prefix(start).map(|rest| rest.chars().count());
    STARTS.iter().any(|start| rest(start).is_some_and(|left| left < 7)) || is_listed(lower)
}

/// Ten thousand passwords that leaked most often (the list of zxcvbn, MIT), sorted, and some that are
/// common in China (NIST SP 800-63B-4 §3.1.1.2: new passwords are compared with such a list).
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Whether it is one of the list, twice one, or one after another, however they are parted: guessers
/// join them, too. Three words are no longer guessed so.
fn is_listed(lower: &str) -> bool {
    let listed = |word: &str| word.is_empty() || COMMON.binary_search(&word).is_ok();
    let joined: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    [lower, &joined].into_iter().any(|text| {
        let cuts = text.char_indices().map(|(at, _)| text.split_at(at));
        cuts.into_iter().any(|(first, second)| listed(first) && listed(second))
    })
}

/// Hashed when nobody has the given name, so that its absence does not show in the time taken.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

fn hash(text: &str) -> Result<String, WebError> {
    // Argon2id, 19 MiB, t = 2, p = 1: the crate's default and the OWASP baseline.
    Argon2::default()
        .hash_password(text.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(WebError::internal)
}

impl Web {
    /// Hashes a new password.
    pub(crate) async fn hash_password(&self, password: &Password) -> Result<String, WebError> {
        let _turn = self.inner.hashing.acquire().await.map_err(WebError::internal)?;
        let text = password.0.clone();
        tokio::task::spawn_blocking(move || hash(&text)).await.map_err(WebError::internal)?
    }

    /// Whether the password fits the hash. Without a hash it takes as long and is false.
    pub(crate) async fn check_password(
        &self,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<bool, WebError> {
        let _turn = self.inner.hashing.acquire().await.map_err(WebError::internal)?;
        let text = password.0.clone();
        let known = stored.map(str::to_owned);
        tokio::task::spawn_blocking(move || {
            if text.len() > MAX_BYTES {
                return false;
            }
            let hash = known.as_deref().unwrap_or(&NOBODY);
            Argon2::default().verify_password(text.as_bytes(), hash).is_ok() && known.is_some()
        })
        .await
        .map_err(WebError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_told_apart() {
        let fault = |text: &str| Password::new(text).fault("li.wei@example.com");
        assert_eq!(fault("short"), Some("web-password-short"));
        assert_eq!(fault("aaaaaaaaaaaaaaa"), Some("web-password-common"));
        assert_eq!(fault("password12345"), Some("web-password-common"));
        assert_eq!(fault("xx-li.wei@example.com"), Some("web-password-login"));
        // Two of the list, or one twice, are what is tried after the list itself.
        for listed in ["trustno1trustno1", "Dragon-Baseball", "starwars 123456", "5201314woaini"] {
            assert_eq!(fault(listed), Some("web-password-common"), "{listed}");
        }
        assert_eq!(fault("correct horse battery staple"), None);
        assert!(COMMON.is_sorted() && COMMON.len() > 10_000, "{}", COMMON.len());
        assert_eq!(fault("four brown herons wading"), None);
        assert_eq!(fault("春眠不觉晓处处闻啼鸟夜来"), None);
    }
}
