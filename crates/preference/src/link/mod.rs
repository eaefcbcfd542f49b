//! Links and codes that open a customer's choices: asking for one, answering, using it.

mod ask;
mod pages;
mod record;
mod store;

pub(crate) use ask::Answer;
pub(crate) use pages::{gone, router};
pub use record::GoodCode;
pub(crate) use record::SendCode;
pub(crate) use store::{Link, NewLink};

/// What a link was sent through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// A letter to the address whose choices it opens.
    Mail,
    /// A code in a text message to the number.
    Code,
    /// The company's own app, which knows who is signed in there.
    App,
    /// The letter that asks to confirm a double opt-in.
    Confirm,
    /// A code in a text message for something of another room: it opens no session by itself.
    Record,
}

impl LinkKind {
    const ALL: [Self; 5] = [Self::Mail, Self::Code, Self::App, Self::Confirm, Self::Record];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Code => "code",
            Self::App => "app",
            Self::Confirm => "confirm",
            Self::Record => "record",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
