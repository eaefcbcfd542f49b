//! Text messages: the interface to a gateway, and one that fits most gateways with an HTTP API.

mod gateway;

pub use gateway::{HttpGateway, HttpGatewayConfig};

use web::Lang;

/// A number to write to, E.164. `Debug` prints nothing of it.
#[derive(Clone)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Wraps a number in E.164 form.
    pub fn new(number: &str) -> Self {
        Self(number.to_owned())
    }

    /// The number itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// Why a text message did not leave. Never quotes the number, the text or the gateway's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// The network guard does not let us go there.
    #[error(
        "the gateway's address may not be dialled: a private address must be named in the configuration"
    )]
    Blocked,
    /// No answer.
    #[error("the gateway did not answer")]
    Unreachable,
    /// The gateway said no.
    #[error("the gateway answered {0}")]
    Refused(u16),
    /// The settings make no request.
    #[error("the gateway's settings make no valid request")]
    Settings,
}

impl SmsError {
    /// Whether trying again is pointless.
    pub fn permanent(self) -> bool {
        match self {
            Self::Blocked | Self::Settings => true,
            Self::Unreachable => false,
            // Too many requests and time-outs pass; other answers about our request do not.
            Self::Refused(status) => (400..500).contains(&status) && status != 429 && status != 408,
        }
    }
}

/// Sends text messages.
#[async_trait::async_trait]
pub trait SmsGateway: Send + Sync {
    /// Hands one message to the gateway.
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), SmsError>;
}

/// The message with a code.
pub(crate) fn code_text(lang: Lang, organisation: &str, code: &str) -> String {
    let args = [("organisation", organisation.into()), ("code", code.into())];
    web::translate(lang, "preference-sms-code", &args)
}
