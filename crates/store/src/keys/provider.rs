//! Who keeps the root key's key when it is no file of ours: a hardware module, a key service.

use std::{fmt, sync::Arc};

use super::NewRoot;

/// Holds a key that never leaves it, and wraps our root key with it. What it gives back is written
/// into the key file; without it that file opens nothing.
#[async_trait::async_trait]
pub trait KeyProvider: Send + Sync {
    /// One word for the key file and the command line: `transit`, `pkcs11`. Never changes.
    fn kind(&self) -> &'static str;
    /// Where and which key, for people; no secret.
    fn place(&self) -> String;
    /// Wraps 32 bytes; one line of text without white space.
    async fn wrap(&self, root: &[u8; 32]) -> Result<String, ProviderError>;
    /// Opens what [`KeyProvider::wrap`] gave.
    async fn unwrap(&self, wrapped: &str) -> Result<[u8; 32], ProviderError>;
}

/// Why a provider did not do it, in words for the operator; no secret. It may do it later: a token
/// can be renewed, a module plugged in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProviderError(pub String);

/// How keys are come by.
#[derive(Clone, Default)]
pub struct KeySettings {
    /// The providers that are set up; the key file says which one it needs.
    pub providers: Vec<Arc<dyn KeyProvider>>,
    /// Where the root of a new deployment comes from; `None` is a key file.
    pub first: Option<NewRoot>,
    /// The ciphers of a new deployment; one that exists keeps its own.
    pub profile: vault::Profile,
    /// The passphrase, where somebody typed it; otherwise the environment is asked.
    pub passphrase: Option<String>,
}

impl fmt::Debug for KeySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.providers.iter().map(|one| one.kind()).collect();
        f.debug_struct("KeySettings").field("providers", &kinds).finish_non_exhaustive()
    }
}

impl KeySettings {
    pub(super) fn provider(&self, kind: &str) -> Option<&Arc<dyn KeyProvider>> {
        self.providers.iter().find(|one| one.kind() == kind)
    }
}

/// What a deployment waits for while its root key cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Somebody who types the passphrase.
    Passphrase,
    /// The provider's answer.
    Provider,
    /// The key file, which is not where it was.
    KeyFile,
}

impl Wants {
    /// One word, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Provider => "provider",
            Self::KeyFile => "key-file",
        }
    }
}
