//! A text without what was found in it.

use detect::Span;

use crate::Inspect;

/// What takes the place of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Dots, so that the kind stays recognisable.
    Mask,
    /// The name of the kind.
    Replace,
}

impl Way {
    /// All, in the order they are offered.
    pub(crate) const ALL: [Self; 2] = [Self::Mask, Self::Replace];

    /// The name in forms and text keys.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Replace => "replace",
        }
    }

    /// Parses the name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.key() == text)
    }
}

/// The text with every span replaced; spans in order and without overlap.
pub(crate) fn text(_inspect: &Inspect, text: &str, spans: &[Span], way: Way) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        out.push_str(&text[at..span.start]);
        match way {
            Way::Mask => {
                out.push_str(&detect::mask(Some(span.category()), &text[span.start..span.end]));
            }
            Way::Replace => {
                out.push('<');
                out.push_str(span.entity());
                out.push('>');
            }
        }
        at = span.end;
    }
    out.push_str(&text[at..]);
    out
}
