//! What people say, said once: a company shows few forms, so ten million people share some thousands
//! of answers. An answer's form (which notice version, which purposes granted or refused) is kept in a
//! dictionary, and a person holds its number.

use std::collections::HashMap;

use super::{NoticeSlot, PurposeSlot};
use crate::Choice;

/// One answer without its time: what many people have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The notice version it was given under; 0 for an answer without one (an import).
    pub notice: NoticeSlot,
    /// Purposes in rising order, each once.
    pub said: Box<[(PurposeSlot, Choice)]>,
}

impl Shape {
    /// Puts the purposes in order; of a purpose named twice, the last counts.
    pub fn new(notice: NoticeSlot, said: impl IntoIterator<Item = (PurposeSlot, Choice)>) -> Self {
        let said: std::collections::BTreeMap<_, _> = said.into_iter().collect();
        Self { notice, said: said.into_iter().collect() }
    }

    /// What it says about a purpose.
    pub fn about(&self, purpose: PurposeSlot) -> Option<Choice> {
        let at = self.said.binary_search_by_key(&purpose, |(slot, _)| *slot).ok()?;
        Some(self.said[at].1)
    }
}

/// Number of a shape in the dictionary.
pub type ShapeId = u32;

/// The dictionary. Nothing is taken out: its size is the number of different answers ever given.
#[derive(Default)]
pub(super) struct Shapes {
    list: Vec<std::sync::Arc<Shape>>,
    ids: HashMap<std::sync::Arc<Shape>, ShapeId>,
}

impl Shapes {
    pub(super) fn intern(&mut self, shape: Shape) -> ShapeId {
        if let Some(id) = self.ids.get(&shape) {
            return *id;
        }
        let id = self.list.len() as ShapeId;
        let shape = std::sync::Arc::new(shape);
        self.list.push(shape.clone());
        self.ids.insert(shape, id);
        id
    }

    pub(super) fn known(&self, shape: &Shape) -> Option<ShapeId> {
        self.ids.get(shape).copied()
    }

    pub(super) fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.list.get(id as usize).map(AsRef::as_ref)
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// All, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Shape> {
        self.list.iter().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
