//! Names, organisations, places and addresses in Chinese text.

use super::Span;

/// Adds what is found in `text`.
pub fn find(_text: &str, _found: &mut Vec<Span>) {}
