//! What people say, said once: a company shows few forms, so ten million people share some thousands
//! of answers. An answer's form (which notice version, which purposes granted or refused) is kept in a
//! dictionary, and a person holds its number. There are 64 purposes at most, so a form is three masks.

use std::collections::HashMap;

use super::{NoticeSlot, PurposeSlot};
use crate::Choice;

/// One answer without its time: what many people have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The notice version it was given under; 0 for an answer without one (an import).
    pub notice: NoticeSlot,
    /// The purposes it speaks of, and for each the two bits of the choice's number.
    spoken: u64,
    low: u64,
    high: u64,
}

/// Choices by their number.
const CHOICES: [Choice; 4] = [Choice::Granted, Choice::Denied, Choice::Withdrawn, Choice::Pending];

impl Shape {
    /// Of a purpose named twice, the last counts.
    pub fn new(notice: NoticeSlot, said: impl IntoIterator<Item = (PurposeSlot, Choice)>) -> Self {
        let mut shape = Self { notice, spoken: 0, low: 0, high: 0 };
        for (purpose, choice) in said {
            // No purpose has a higher number; one that had would not be heard, and so denied.
            let bit = 1_u64.checked_shl(purpose.into()).unwrap_or(0);
            let put = |mask: u64, on: bool| if on { mask | bit } else { mask & !bit };
            shape.spoken |= bit;
            shape.low = put(shape.low, matches!(choice, Choice::Denied | Choice::Pending));
            shape.high = put(shape.high, matches!(choice, Choice::Withdrawn | Choice::Pending));
        }
        shape
    }

    /// What it says about a purpose.
    pub fn about(self, purpose: PurposeSlot) -> Option<Choice> {
        let at = |mask: u64| mask.checked_shr(purpose.into()).unwrap_or(0) & 1;
        let number = at(self.low) | at(self.high) << 1;
        (at(self.spoken) == 1).then_some(CHOICES[number as usize])
    }

    /// The purposes it speaks of, as bits.
    pub(crate) fn spoken(self) -> u64 {
        self.spoken
    }

    /// As numbers, for a snapshot or a sealed record.
    pub(crate) fn to_numbers(self) -> [u64; 4] {
        [self.notice.into(), self.spoken, self.low, self.high]
    }

    /// From what [`Shape::to_numbers`] gave; `None` if it is not that.
    pub(crate) fn from_numbers([notice, spoken, low, high]: [u64; 4]) -> Option<Self> {
        let notice = notice.try_into().ok()?;
        ((low | high) & !spoken == 0).then_some(Self { notice, spoken, low, high })
    }
}

/// Number of a shape in the dictionary.
pub type ShapeId = u32;

/// The dictionary. Nothing is taken out: its size is the number of different answers ever given.
#[derive(Default)]
pub(super) struct Shapes {
    list: Vec<Shape>,
    ids: HashMap<Shape, ShapeId>,
}

impl Shapes {
    pub(super) fn intern(&mut self, shape: Shape) -> ShapeId {
        let next = self.list.len() as ShapeId;
        let id = *self.ids.entry(shape).or_insert(next);
        if id == next {
            self.list.push(shape);
        }
        id
    }

    pub(super) fn known(&self, shape: Shape) -> Option<ShapeId> {
        self.ids.get(&shape).copied()
    }

    pub(super) fn get(&self, id: ShapeId) -> Option<Shape> {
        self.list.get(id as usize).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// All, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = Shape> {
        self.list.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn equal_answers_share_a_number() {
        let mut shapes = Shapes::default();
        let first = Shape::new(3, [(2, Choice::Denied), (1, Choice::Granted)]);
        let same = Shape::new(3, [(1, Choice::Granted), (2, Choice::Denied)]);
        let other = Shape::new(4, [(1, Choice::Granted), (2, Choice::Denied)]);

        let ids = [first, same, other].map(|shape| shapes.intern(shape));

        assert_eq!(ids, [0, 0, 1]);
        assert_eq!(shapes.get(1).and_then(|shape| shape.about(2)), Some(Choice::Denied));
        assert_eq!(shapes.get(1).and_then(|shape| shape.about(7)), None);
        assert_eq!(Shape::new(1, [(64, Choice::Granted)]).about(64), None);
    }

    proptest! {
        #[test]
        fn a_shape_says_what_was_said(
            said in prop::collection::vec((0_u16..64, prop::sample::select(CHOICES.to_vec())), 0..80),
        ) {
            let shape = Shape::new(9, said.iter().copied());
            let model: BTreeMap<_, _> = said.into_iter().collect();
            for purpose in 0..64 {
                prop_assert_eq!(shape.about(purpose), model.get(&purpose).copied());
            }
            prop_assert_eq!(Shape::from_numbers(shape.to_numbers()), Some(shape));
        }
    }
}
