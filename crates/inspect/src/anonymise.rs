//! A text without what was found in it.

use detect::{Anonymized, Digest, Operator, ReplaceError, Replacer, Span, Target};

use crate::Inspect;

/// What takes the place of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Dots as on the map, so that the kind stays recognisable.
    Mask,
    /// The name of the kind.
    Replace,
    /// A keyed digest.
    Hash,
    /// Another value of the same form.
    Fake,
}

impl Way {
    /// All, in the order they are offered.
    pub(crate) const ALL: [Self; 4] = [Self::Mask, Self::Replace, Self::Hash, Self::Fake];

    /// The name in forms and text keys.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Replace => "replace",
            Self::Hash => "hash",
            Self::Fake => "fake",
        }
    }

    /// Parses the name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.key() == text)
    }
}

/// The text with every span replaced; spans in order and without overlap. The same value gets the
/// same replacement on every page of this installation, and another one on any other.
pub(crate) fn text(
    inspect: &Inspect,
    text: &str,
    spans: &[Span],
    way: Way,
) -> Result<String, ReplaceError> {
    let targets: Vec<Target<'_>> = spans.iter().map(Target::from).collect();
    let operator = match way {
        Way::Mask => Operator::Keep,
        Way::Replace => Operator::Replace(None),
        Way::Hash => Operator::Hash(Digest::Keyed),
        Way::Fake => Operator::Fake,
    };
    let replacer = Replacer::new(operator).with_key(inspect.replace_key().clone());
    let done: Anonymized = detect::splice(text, &targets, |target, found| match way {
        Way::Mask => Ok::<_, ReplaceError>(detect::mask(Some(target.category), found)),
        _ => replacer.apply(target, found),
    })?;
    Ok(done.text)
}
