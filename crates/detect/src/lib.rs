//! Finds personal data. Pure functions, no I/O: a column's name, type, comment, neighbours and
//! sampled values go in, a [`Verdict`] (category, sensitivity, confidence, evidence) comes out.
//! It never keeps a value. Callers need [`Column`], [`classify`] and the [`taxonomy`]; running text
//! goes through [`find_in_text`].

mod calibrate;
pub mod checks;
mod classify;
mod custom;
pub mod docs;
mod entity;
mod inside;
mod lexicon;
mod mask;
mod model;
mod names;
mod regimes;
mod replace;
mod rules;
mod stores;
mod stream;
mod taxonomy;
mod text;
mod types;
mod values;
mod words;

pub use classify::{
    classify, classify_table, classify_table_uncalibrated, classify_table_with, classify_with,
};
pub use custom::{
    AdHoc, Checksum, CustomDetector, CustomDetectors, CustomError, CustomErrors, MATCH_MAX, Problem,
};
pub use entity::Entity;
pub use mask::mask;
pub use model::{CategoryKey, Column, Evidence, InnerFinding, Sensitivity, Verdict};
pub use regimes::{Confidence, RegimeVerdict, Regimes, regimes};
pub use replace::{
    Anonymized, Birth, Digest, FakeRules, Item, Key, Operator, Region, ReplaceError, Replacer,
    Target, anonymize, splice,
};
pub use stores::people_category;
pub use stream::{Piece, TextStream, find_long};
pub use taxonomy::{Category, Taxonomy, taxonomy};
#[doc(hidden)]
pub use text::english;
pub use text::{Kind, Language, Layer, Options, Span, find_in_text, find_with};
