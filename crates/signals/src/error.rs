//! What can be wrong with a signal.

/// Why a signal cannot be read or written. Messages name fields and places, never the signal itself:
/// it tells about a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignalError {
    /// Nothing was given.
    #[error("the signal is empty")]
    Empty,
    /// Longer than any honest signal.
    #[error("the signal has {length} characters; {limit} is the most a real one needs")]
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters accepted.
        limit: usize,
    },
    /// A character outside base64url (`A–Z a–z 0–9 - _`, no padding).
    #[error("character {at} is not base64url; the signal was cut or altered on its way")]
    NotBase64 {
        /// Its place in its segment, from 0.
        at: usize,
    },
    /// The bits ended before the field did.
    #[error("the signal ends inside {field}; it was cut on its way")]
    Truncated {
        /// The field's name.
        field: &'static str,
    },
    /// A version this code does not know.
    #[error("{what} has version {found}; {known} is known")]
    Version {
        /// What has it.
        what: &'static str,
        /// The version found.
        found: u64,
        /// The version or versions known.
        known: &'static str,
    },
    /// A range that runs backwards, starts at 0, or leaves the space of vendor ids (1 to 65 535).
    #[error("{field} holds a range that is no range of ids from 1 to 65535")]
    Range {
        /// The field's name.
        field: &'static str,
    },
    /// The TC string does not start with its core segment.
    #[error("the core segment must come first")]
    CoreFirst,
    /// A segment of a type that does not exist.
    #[error("segment {place} has type {kind}, which does not exist")]
    SegmentType {
        /// Its place, from 0.
        place: usize,
        /// The type found.
        kind: u64,
    },
    /// The same segment twice, or more segments than the section has.
    #[error("segment {place} is one too many")]
    SegmentRepeated {
        /// Its place, from 0.
        place: usize,
    },
    /// The GPP header's type is not 3.
    #[error("this is no GPP string: its header has type {found}, not 3")]
    NotGpp {
        /// The type found.
        found: u64,
    },
    /// The header lists another number of sections than follow.
    #[error("the header lists {listed} sections, but {found} follow")]
    SectionCount {
        /// Sections the header lists.
        listed: usize,
        /// Sections that follow it.
        found: usize,
    },
    /// No section has this name or number.
    #[error("there is no section “{name}”")]
    NoSection {
        /// The name or number asked for.
        name: String,
    },
    /// The section has no such field.
    #[error("section {section} has no field “{field}”")]
    NoField {
        /// The section.
        section: &'static str,
        /// The field asked for.
        field: String,
    },
    /// A value that does not fit its field.
    #[error("the value does not fit {field}: {need}")]
    Value {
        /// The field.
        field: &'static str,
        /// What it needs.
        need: &'static str,
    },
    /// Not a US Privacy string: `1` and three of `Y`, `N`, `-`.
    #[error("this is no US Privacy string: it needs 1 and three of Y, N and -")]
    UsPrivacy,
    /// The vendor list cannot be used.
    #[error("the vendor list cannot be used: {reason}")]
    VendorList {
        /// What is wrong and where.
        reason: String,
    },
}

/// A result with [`SignalError`].
pub type Result<T, E = SignalError> = std::result::Result<T, E>;
