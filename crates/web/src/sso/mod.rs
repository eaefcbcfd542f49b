//! Single sign-on with OpenID Connect Core 1.0: authorization code with PKCE (RFC 7636), state and
//! nonce. The provider says who somebody is and in which groups; groups map to roles, and an account
//! is made at the first sign-in. Hand-wired on the one crypto library we have: the client crate would
//! bring a second RSA, with an open advisory, and an HTTP client of its own that no guard watches.

mod account;
mod groups;
mod jwt;
pub(crate) mod pages;
mod provider;

use crate::Role;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How the provider's addresses are asked. The binary implements it with the network guard, so that
/// an issuer's document cannot send the server to an address inside.
#[async_trait::async_trait]
pub trait Fetch: Send + Sync {
    /// Status and body of an answer, or why there is none. `form` makes it a POST;
    /// `authorization` is the header's value.
    async fn fetch(
        &self,
        url: &str,
        form: Option<String>,
        authorization: Option<String>,
    ) -> Result<(u16, Vec<u8>), String>;
}

/// Which provider, and what its groups mean here.
#[derive(Clone)]
pub struct SsoConfig {
    /// The issuer's address, exactly as it writes it in its tokens.
    pub issuer: String,
    /// Our name at the provider.
    pub client_id: String,
    /// Our secret there; prints nowhere.
    pub client_secret: String,
    /// What the button says: “Continue with …”.
    pub name: String,
    /// More scopes than `openid profile email`, e.g. `groups`.
    pub scopes: Vec<String>,
    /// The claim with the groups.
    pub groups_claim: String,
    /// Group → role; the strongest role of a person's groups counts.
    pub roles: Vec<(String, Role)>,
    /// The role of people in none of these groups; `None`: they may not come in.
    pub default_role: Option<Role>,
    /// Passwords work for owners only.
    pub only: bool,
}

impl std::fmt::Debug for SsoConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SsoConfig").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Single sign-on, ready to be used.
pub(crate) struct Sso {
    pub config: SsoConfig,
    pub provider: provider::Provider,
}

impl Sso {
    pub(crate) fn new(config: SsoConfig, fetch: Arc<dyn Fetch>) -> Self {
        let provider = provider::Provider::new(config.issuer.clone(), fetch);
        Self { config, provider }
    }

    /// The role that a person's groups give.
    fn role(&self, groups: &BTreeSet<String>) -> Option<Role> {
        let mapped = |role: &Role| {
            self.config.roles.iter().any(|(group, gives)| gives == role && groups.contains(group))
        };
        Role::ALL.into_iter().find(mapped).or(self.config.default_role)
    }
}

/// Why a sign-in through the provider did not work. What the provider said is not repeated to the
/// reader: it may have been written by whoever made the link.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SsoFault {
    /// The provider cannot be asked or answers nonsense.
    #[error("the provider: {0}")]
    Provider(String),
    /// The answer does not belong to a sign-in that this browser began, or came too late.
    #[error("the answer fits no sign-in of this browser")]
    Stale,
    /// The person or the provider declined.
    #[error("the provider declined")]
    Declined,
    /// The token is not what it must be.
    #[error("the token: {0}")]
    Token(&'static str),
    /// No group of theirs has a role here.
    #[error("no role for the person's groups")]
    NoRole,
    /// Another account has the sign-in name already.
    #[error("the sign-in name belongs to another account")]
    NameTaken,
    /// The account is disabled here.
    #[error("the account is disabled")]
    Disabled,
}

impl SsoFault {
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::Provider(_) | Self::Token(_) => "signin-sso-provider",
            Self::Stale => "signin-sso-stale",
            Self::Declined => "signin-sso-declined",
            Self::NoRole => "signin-sso-no-role",
            Self::NameTaken => "signin-sso-name-taken",
            Self::Disabled => "signin-sso-disabled",
        }
    }
}
