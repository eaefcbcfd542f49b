//! What a leaf says: an entry's canonical bytes.
//!
//! | byte 1 | seq (8) | at µs (8) | actor | action | object kind | object id | flags (1) | before (32) | after (32) | purpose | subject |
//! |---|---|---|---|---|---|---|---|---|---|---|---|
//!
//! Integers are big-endian; a text is its length in two bytes and its UTF-8. The flags say which of
//! the last four are there (1 before, 2 after, 4 purpose, 8 subject); what is not there takes no
//! byte. A leaf names people, tokens, customers and objects by opaque ids only; `before` and `after`
//! are keyed digests.

/// One entry as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leaf {
    /// Position, from 1: the leaf's index plus one.
    pub seq: i64,
    /// When it was committed (µs).
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What, as `object.verb`.
    pub action: String,
    /// On what kind of object.
    pub object_kind: String,
    /// On which.
    pub object_id: String,
    /// Keyed digest of the state before.
    pub before: Option<[u8; 32]>,
    /// Keyed digest of the state after.
    pub after: Option<[u8; 32]>,
    /// Why personal data was used.
    pub purpose: Option<String>,
    /// Whose data.
    pub subject: Option<String>,
}

const VERSION: u8 = 1;
/// Bytes of a leaf at most: entry bundles hold a length of two bytes.
pub const LARGEST_LEAF: usize = 65_535;

impl Leaf {
    /// The canonical bytes; `None` when a text or the whole does not fit.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(192);
        out.push(VERSION);
        out.extend_from_slice(&self.seq.to_be_bytes());
        out.extend_from_slice(&self.at.to_be_bytes());
        for text in [&self.actor, &self.action, &self.object_kind, &self.object_id] {
            put(&mut out, text)?;
        }
        let there = [
            self.before.is_some(),
            self.after.is_some(),
            self.purpose.is_some(),
            self.subject.is_some(),
        ];
        out.push(there.iter().zip(0..).map(|(there, bit)| u8::from(*there) << bit).sum());
        for digest in [&self.before, &self.after].into_iter().flatten() {
            out.extend_from_slice(digest);
        }
        for text in [&self.purpose, &self.subject].into_iter().flatten() {
            put(&mut out, text)?;
        }
        (out.len() <= LARGEST_LEAF).then_some(out)
    }

    /// Reads canonical bytes; `None` for any others.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = Rest(bytes);
        if rest.take(1)? != [VERSION] {
            return None;
        }
        let mut leaf = Self {
            seq: i64::from_be_bytes(rest.take(8)?.try_into().ok()?),
            at: i64::from_be_bytes(rest.take(8)?.try_into().ok()?),
            actor: rest.text()?,
            action: rest.text()?,
            object_kind: rest.text()?,
            object_id: rest.text()?,
            ..Self::default()
        };
        let flags = rest.take(1)?[0];
        if flags > 15 {
            return None;
        }
        if flags & 1 != 0 {
            leaf.before = Some(rest.take(32)?.try_into().ok()?);
        }
        if flags & 2 != 0 {
            leaf.after = Some(rest.take(32)?.try_into().ok()?);
        }
        if flags & 4 != 0 {
            leaf.purpose = Some(rest.text()?);
        }
        if flags & 8 != 0 {
            leaf.subject = Some(rest.text()?);
        }
        rest.0.is_empty().then_some(leaf)
    }
}

fn put(out: &mut Vec<u8>, text: &str) -> Option<()> {
    out.extend_from_slice(&u16::try_from(text.len()).ok()?.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    Some(())
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<String> {
        let length = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        String::from_utf8(self.take(usize::from(length))?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaf() -> impl Strategy<Value = Leaf> {
        let text = "[a-c\u{0}é]{0,4}";
        let digest = || prop::option::of(prop::array::uniform32(0_u8..3));
        let about = (prop::option::of(text), prop::option::of(text));
        (0_i64..4, 0_i64..4, text, text, text, text, digest(), digest(), about).prop_map(
            |(seq, at, actor, action, object_kind, object_id, before, after, about)| Leaf {
                seq,
                at,
                actor,
                action,
                object_kind,
                object_id,
                before,
                after,
                purpose: about.0,
                subject: about.1,
            },
        )
    }

    proptest! {
        #[test]
        fn a_leaf_is_read_as_it_was_written_and_has_one_form(a in leaf(), b in leaf()) {
            let bytes = a.encode().unwrap();
            prop_assert_eq!(Leaf::decode(&bytes), Some(a.clone()));
            prop_assert_eq!(a.encode() == b.encode(), a == b);
        }

        #[test]
        fn any_bytes_that_are_read_are_written_the_same(bytes in prop::collection::vec(0_u8..4, 0..60)) {
            if let Some(leaf) = Leaf::decode(&bytes) {
                prop_assert_eq!(leaf.encode(), Some(bytes));
            }
        }

        #[test]
        fn moving_a_byte_between_neighbouring_texts_changes_the_bytes(a in leaf()) {
            let mut b = a.clone();
            if let Some(last) = b.actor.pop() {
                b.action.insert(0, last);
                prop_assert_ne!(a.encode(), b.encode());
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let long = Leaf { object_id: "x".repeat(LARGEST_LEAF), ..Leaf::default() };
        assert_eq!(long.encode(), None);
    }
}
