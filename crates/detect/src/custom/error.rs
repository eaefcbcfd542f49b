//! What can be wrong with a detector, told with its name, its line and what to do.

use std::fmt;

/// Everything that is wrong with a file; never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomErrors(pub Vec<CustomError>);

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomError {
    /// Name of the detector; empty when it has none or the file as a whole is wrong.
    pub detector: String,
    /// Line of the file, from 1.
    pub line: usize,
    /// The key, e.g. `pattern`; empty when it is none in particular.
    pub field: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong; its text says what to do.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the texts below describe each
pub enum Problem {
    Toml(String),
    TooLong { most: usize },
    TooMany { most: usize },
    Missing,
    Name,
    Twice,
    BuiltIn,
    Nothing,
    Unknown { value: String, known: Vec<String> },
    Bounds,
    ContextMissing,
    Syntax(String),
    TooLarge,
    Repetition { most: u32 },
    Empty,
    Everything { percent: u8 },
    Slow { nanos: u32, most: u32 },
    NoExamples,
    ExampleMissed { example: String, by_checksum: bool },
    CounterExampleFound { example: String },
}

impl Problem {
    /// A stable key, for pages that say it in the reader's language.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Toml(_) => "toml",
            Self::TooLong { .. } => "too-long",
            Self::TooMany { .. } => "too-many",
            Self::Missing => "missing",
            Self::Name => "name",
            Self::Twice => "twice",
            Self::BuiltIn => "built-in",
            Self::Nothing => "nothing",
            Self::Unknown { .. } => "unknown",
            Self::Bounds => "bounds",
            Self::ContextMissing => "context-missing",
            Self::Syntax(_) => "syntax",
            Self::TooLarge => "too-large",
            Self::Repetition { .. } => "repetition",
            Self::Empty => "empty",
            Self::Everything { .. } => "everything",
            Self::Slow { .. } => "slow",
            Self::NoExamples => "no-examples",
            Self::ExampleMissed { by_checksum: false, .. } => "example-missed",
            Self::ExampleMissed { by_checksum: true, .. } => "example-checksum",
            Self::CounterExampleFound { .. } => "counter-example-found",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml(why) => write!(f, "{why}"),
            Self::TooLong { most } => write!(f, "is longer than {most} characters; shorten it"),
            Self::TooMany { most } => write!(f, "has more than {most} entries; leave some out"),
            Self::Missing => write!(f, "is missing; write it"),
            Self::Name => write!(
                f,
                "is not a name; write capital letters, digits and `_`, starting with a letter, 64 at most"
            ),
            Self::Twice => write!(f, "is used twice; give each detector a name of its own"),
            Self::BuiltIn => write!(f, "is a built-in entity; choose another name"),
            Self::Nothing => {
                write!(f, "finds nothing; write a `pattern`, `words` or `column_names`")
            }
            Self::Unknown { value, known } => {
                write!(f, "knows no `{value}`; write one of: {}", known.join(", "))
            }
            Self::Bounds => write!(f, "is out of bounds; write a number above 0 and up to 1"),
            Self::ContextMissing => {
                write!(f, "needs words to look for; write them as `context`, or leave it out")
            }
            Self::Syntax(why) => write!(f, "is not a regular expression: {why}; correct it"),
            Self::TooLarge => {
                write!(
                    f,
                    "is too large when compiled; use ASCII classes such as [0-9A-Za-z] for \\w, or shorter repetitions"
                )
            }
            Self::Repetition { most } => write!(
                f,
                "repeats more than {most} times, counting repetitions inside each other together; lower the counts"
            ),
            Self::Empty => {
                write!(f, "matches the empty text; make at least one part of it required")
            }
            Self::Everything { percent } => write!(
                f,
                "matches {percent} % of ordinary text; add letters, digits or a length that only real values have"
            ),
            Self::Slow { nanos, most } => write!(
                f,
                "needs {nanos} ns a byte on hostile text, {most} are allowed; start it with fixed characters and bound its repetitions"
            ),
            Self::NoExamples => write!(f, "are missing; write at least one text that it must find"),
            Self::ExampleMissed { example, by_checksum: false } => {
                write!(f, "has “{example}”, which is not found; correct the pattern or the example")
            }
            Self::ExampleMissed { example, by_checksum: true } => write!(
                f,
                "has “{example}”, which the pattern finds but whose check digit is wrong; correct the example or the checksum, and mark the checked part with (?<check>…)"
            ),
            Self::CounterExampleFound { example } => {
                write!(
                    f,
                    "has “{example}”, which is found; make the pattern stricter or require context"
                )
            }
        }
    }
}

impl fmt::Display for CustomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.detector.is_empty() {
            write!(f, "detector {}, ", self.detector)?;
        }
        write!(f, "line {}: ", self.line)?;
        if !self.field.is_empty() {
            write!(f, "`{}` ", self.field)?;
        }
        write!(f, "{}", self.problem)
    }
}

impl fmt::Display for CustomErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CustomError {}
impl std::error::Error for CustomErrors {}
