//! What a ledger entry says: who did what to which object. Never a value, never personal data.

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff, by id.
    Person(String),
    /// An API token, by id.
    Token(String),
    /// A part of Privet acting by itself: `scheduler`, `scan`, `setup`.
    System(&'static str),
    /// The command line on the server's machine.
    CommandLine,
}

impl Actor {
    /// The form the ledger holds: `person:ID`, `token:ID`, `system:PART`, `cli`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Person(id) => format!("person:{id}"),
            Self::Token(id) => format!("token:{id}"),
            Self::System(part) => format!("system:{part}"),
            Self::CommandLine => "cli".to_owned(),
        }
    }
}

/// What was acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// e.g. `source`, `field`, `user`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

/// Keyed digest of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who.
    pub actor: Actor,
    /// What, as `object.verb`: `source.created`, `field.confirmed`.
    pub action: &'static str,
    /// On what.
    pub object: Object,
    /// State before, if there was one.
    pub before: Option<Digest>,
    /// State after, if there is one.
    pub after: Option<Digest>,
    /// Why personal data was used: a purpose key.
    pub purpose: Option<String>,
    /// Whose data: the id of a customer, never an identifier of theirs.
    pub subject: Option<String>,
}

impl Entry {
    /// An entry without digests yet.
    pub fn new(
        actor: Actor,
        action: &'static str,
        kind: &'static str,
        id: impl Into<String>,
    ) -> Self {
        Self {
            actor,
            action,
            object: Object { kind, id: id.into() },
            before: None,
            after: None,
            purpose: None,
            subject: None,
        }
    }

    /// With the purpose personal data was used for (its key, such as `customer_support`).
    #[must_use]
    pub fn for_purpose(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = Some(purpose.into());
        self
    }

    /// With the customer whose data it is about (their opaque id).
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}
