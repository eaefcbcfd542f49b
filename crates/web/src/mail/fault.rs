//! Why a letter did not leave, in few enough kinds that a page can say what to do about each. The
//! server's own sentence is dropped: it usually quotes the address.

use std::error::Error as _;

/// Why a letter did not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server says that this address does not exist or takes no mail.
    Recipient,
    /// The mailbox is full.
    Full,
    /// Refused by a rule: reputation, authentication of the sender's domain, content.
    Policy,
    /// The server does not accept our account.
    SignIn,
    /// TLS failed or is not offered.
    Tls,
    /// The server cannot be reached.
    Unreachable,
    /// The server said "not now".
    Later,
    /// Settings are missing or wrong.
    Settings,
    /// Anything else.
    Other,
}

impl Fault {
    /// All.
    pub const ALL: [Self; 9] = [
        Self::Recipient,
        Self::Full,
        Self::Policy,
        Self::SignIn,
        Self::Tls,
        Self::Unreachable,
        Self::Later,
        Self::Settings,
        Self::Other,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Full => "full",
            Self::Policy => "policy",
            Self::SignIn => "sign-in",
            Self::Tls => "tls",
            Self::Unreachable => "unreachable",
            Self::Later => "later",
            Self::Settings => "settings",
            Self::Other => "other",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == text)
    }

    /// The text key of its sentence.
    pub fn key(self) -> &'static str {
        match self {
            Self::Recipient => "web-mail-fault-recipient",
            Self::Full => "web-mail-fault-full",
            Self::Policy => "web-mail-fault-policy",
            Self::SignIn => "web-mail-fault-sign-in",
            Self::Tls => "web-mail-fault-tls",
            Self::Unreachable => "web-mail-fault-unreachable",
            Self::Later => "web-mail-fault-later",
            Self::Settings => "web-mail-fault-settings",
            Self::Other => "web-mail-fault-other",
        }
    }
}

/// A failed delivery, without a word of the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub fault: Fault,
    /// The server's code, `550 5.1.1`; empty if there was none.
    pub code: String,
    /// Whether trying again is pointless.
    pub permanent: bool,
}

impl Failure {
    pub(super) fn settings() -> Self {
        Self { fault: Fault::Settings, code: String::new(), permanent: true }
    }
}

impl From<lettre::transport::smtp::Error> for Failure {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        let reply = error.status().map(|code| code.to_string()).unwrap_or_default();
        let said = error.source().map(ToString::to_string).unwrap_or_default();
        let detail = enhanced(&said);
        let code = format!("{reply} {detail}").trim().to_owned();
        let fault = match (reply.as_str(), detail) {
            // Account trouble is ours to mend: the letter itself may be fine.
            ("530" | "534" | "535" | "538" | "454", _) => Fault::SignIn,
            (_, detail) if detail.starts_with("5.2.2") || detail.starts_with("4.2.2") => {
                Fault::Full
            }
            ("552", _) => Fault::Full,
            (_, detail) if detail.starts_with("5.7") => Fault::Policy,
            (_, detail) if detail.starts_with("5.1") || detail.starts_with("5.2") => {
                Fault::Recipient
            }
            ("550" | "551" | "553", _) => Fault::Recipient,
            ("554", _) => Fault::Policy,
            _ if error.is_tls() || broke_in_tls(&error) => Fault::Tls,
            _ if error.is_transient() => Fault::Later,
            ("", _) if error.is_client() => Fault::Tls,
            ("", _) => Fault::Unreachable,
            _ => Fault::Other,
        };
        let permanent = error.is_permanent() && fault != Fault::SignIn;
        Self { fault, code, permanent }
    }
}

/// A handshake that fails shows itself as an I/O error of this kind.
fn broke_in_tls(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(found) = cause {
        let io = found.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        cause = found.source();
    }
    false
}

/// The enhanced status code (RFC 3463) at the start of a reply, or nothing.
fn enhanced(said: &str) -> &str {
    let word = said.split_whitespace().next().unwrap_or("");
    let parts: Vec<&str> = word.split('.').collect();
    let digits = |part: &&str| {
        !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit())
    };
    if parts.len() == 3 && parts.iter().all(digits) { word } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_status_code_is_kept_of_a_reply() {
        assert_eq!(enhanced("5.1.1 <li@example.com>: unknown"), "5.1.1");
        assert_eq!(enhanced("li@example.com is unknown"), "");
        assert_eq!(enhanced("5.1.li@example.com no"), "");
        assert_eq!(enhanced(""), "");
    }

    #[test]
    fn faults_survive_storage() {
        for fault in Fault::ALL {
            assert_eq!(Fault::parse(fault.as_str()), Some(fault));
        }
    }
}
