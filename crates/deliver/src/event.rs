//! What leaves: events, and where they come from. An event says who (an opaque id), what and when;
//! identifiers of a person are fetched only while a message for a destination that needs them is
//! written, and are kept nowhere in this room.

use serde_json::{Map, Value};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A person made choices: granted, denied.
    ConsentRecorded,
    /// A person took a consent back.
    ConsentWithdrawn,
    /// An identifier may not be contacted any more.
    SuppressionAdded,
    /// A person got another identifier.
    SubjectLinked,
    /// Two records turned out to be one person.
    SubjectMerged,
    /// Every use but keeping was stopped for a person, or allowed again.
    SubjectRestricted,
    /// A person was erased: what is held under the opaque id must go.
    SubjectErased,
    /// A purpose was added, changed or retired.
    PurposeChanged,
    /// A version of a notice was published.
    NoticePublished,
    /// Early warning raised an alarm.
    AlarmRaised,
}

impl EventKind {
    /// All of them, in the order forms show.
    pub const ALL: [Self; 10] = [
        Self::ConsentRecorded,
        Self::ConsentWithdrawn,
        Self::SuppressionAdded,
        Self::SubjectLinked,
        Self::SubjectMerged,
        Self::SubjectRestricted,
        Self::SubjectErased,
        Self::PurposeChanged,
        Self::NoticePublished,
        Self::AlarmRaised,
    ];

    /// The stable name: the `type` of messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConsentRecorded => "consent.recorded",
            Self::ConsentWithdrawn => "consent.withdrawn",
            Self::SuppressionAdded => "suppression.added",
            Self::SubjectLinked => "subject.linked",
            Self::SubjectMerged => "subject.merged",
            Self::SubjectRestricted => "subject.restricted",
            Self::SubjectErased => "subject.erased",
            Self::PurposeChanged => "purpose.changed",
            Self::NoticePublished => "notice.published",
            Self::AlarmRaised => "alarm.raised",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Text key of its description.
    pub fn key(self) -> String {
        format!("deliver-event-{}", self.as_str().replace('.', "-"))
    }
}

/// One event. Holds no identifier of a person.
#[derive(Debug, Clone)]
pub struct Event {
    /// Position of its entry in the ledger.
    pub seq: i64,
    /// Which of the entry's events; 0..=15.
    pub part: u8,
    /// When the entry was committed (µs).
    pub at: i64,
    /// What happened.
    pub kind: EventKind,
    /// The person's opaque id, for events about a person.
    pub subject: Option<String>,
    /// What else is to be said: purposes and states, notice version, receipt id.
    pub data: Map<String, Value>,
}

impl Event {
    /// Its place among all events: ordered as they happened.
    pub fn place(&self) -> i64 {
        self.seq * 16 + i64::from(self.part)
    }

    /// Events with the same key are delivered in order: all of a person, all of one purpose.
    pub fn order_key(&self) -> String {
        if let Some(subject) = &self.subject {
            return format!("s:{subject}");
        }
        let key = self.data.get("purpose").or_else(|| self.data.get("notice"));
        format!("o:{}", key.and_then(Value::as_str).unwrap_or_default())
    }
}

/// Some events in order.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The events of the entries looked at.
    pub events: Vec<Event>,
    /// The last entry whose events are all here; never less than what was asked for.
    pub upto: i64,
}

/// An identifier in clear: `email`, `phone`, `customer_id` … `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// Its kind.
    pub kind: String,
    /// Its normalised value.
    pub value: String,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Known({}, …)", self.kind)
    }
}

/// How a person stands to one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeState {
    /// The purpose's key.
    pub purpose: String,
    /// `granted` where a use is allowed now, else why not: `denied`, `withdrawn`, `expired` …
    pub state: String,
    /// Since when (µs).
    pub since: i64,
    /// Under which notice version, `newsletter@3`, or "".
    pub notice: String,
    /// Until when it holds (µs), if it ends by itself.
    pub expires_at: Option<i64>,
}

/// A person's present state, identifiers in clear.
#[derive(Debug, Clone)]
pub struct Person {
    /// Opaque id.
    pub subject: String,
    /// All identifiers.
    pub identifiers: Vec<Known>,
    /// Each purpose a choice was recorded for.
    pub purposes: Vec<PurposeState>,
}

/// The source could not be read. Says why without a value.
#[derive(Debug, Clone, thiserror::Error)]
#[error("events could not be read: {0}")]
pub struct SourceFault(pub String);

impl From<store::StoreError> for SourceFault {
    fn from(error: store::StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<sqlx::Error> for SourceFault {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Where events come from. The ledger's positions are gapless and ordered by commit, so a reader that
/// asks for what comes after the last position it has dealt with misses nothing.
#[async_trait::async_trait]
pub trait EventSource: Send + Sync + 'static {
    /// Events of the entries after position `after`, in order, about `limit` of them. All events of
    /// an entry come together. The same question has the same answer at any later time, except that
    /// what was said of an erased person may be gone.
    async fn events_after(&self, after: i64, limit: usize) -> Result<Batch, SourceFault>;

    /// A person's identifiers of these kinds; none if the person is unknown or erased.
    async fn identifiers(&self, subject: &str, kinds: &[String])
    -> Result<Vec<Known>, SourceFault>;

    /// The present state of these people. Merged, erased and unknown ones are left out.
    async fn people(&self, subjects: &[String]) -> Result<Vec<Person>, SourceFault>;

    /// The present state of everybody whose id comes after `after` ("" from the start), by id.
    async fn people_after(&self, after: &str, limit: usize) -> Result<Vec<Person>, SourceFault>;
}
