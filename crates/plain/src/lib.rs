//! Checks every text that a customer reads: is it plain? And every choice: is it fair? Pure functions, no
//! I/O. [`check_text`] measures a text and finds vague words, lawyers' words, passives and sentences that
//! nobody reads to their end, in English and Chinese, each with friendlier wording; [`check_choice`] finds
//! dark patterns in the description of a banner or form. Every rule, its words, reasons and sources stand
//! in `data/*.toml`; the code holds none.
//!
//! ```
//! use plain::{Language, check_text};
//!
//! let report = check_text("We may share your data with our partners.", Language::English);
//! let codes: Vec<&str> = report.findings.iter().map(|found| found.code).collect();
//! assert_eq!(codes, ["vague-qualifier", "vague-recipient"]);
//! ```

mod chinese;
mod choice;
mod diff;
pub mod docs;
mod english;
mod matcher;
mod model;
mod reading;
mod rules;

pub use choice::{Button, ChoiceDesign, Look, Tickbox, check_choice};
pub use diff::{Change, diff};
pub use english::syllables;
pub use model::{Finding, Language, Place, Report, Severity};
pub use reading::Reading;
pub use rules::{Rule, Source, rule, rules};

/// Measures a text and finds what makes it hard or vague. Offsets are Unicode code points; findings stand
/// in order of their place. Linear in the length of the text.
pub fn check_text(text: &str, language: Language) -> Report {
    let mut spots = Vec::new();
    let reading = match language {
        Language::English => english::check(text, &mut spots),
        Language::Chinese => chinese::check(text, &mut spots),
    };
    Report { language, reading, findings: model::placed(text, spots, Place::Text) }
}
