//! The labels of the English tagger and which may follow which.

use crate::Entity;

/// Number of labels; a row of the weight table has one weight for each.
pub const LABELS: usize = 16;

/// A label: 0 outside; 1–4, 5–8, 9–12 first, inside, last, single token of a person, organisation,
/// place; 13, 14, 15 any token of a group, street address, occupation.
pub type Label = usize;

/// Outside of every entity.
pub const OUTSIDE: Label = 0;

/// What the tagger finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A person's name.
    Person,
    /// An organisation's name.
    Organization,
    /// A country, region, town or landmark.
    Place,
    /// A nationality, religion or political group.
    Group,
    /// A street address.
    Street,
    /// An occupation.
    Job,
}

impl Class {
    /// The entity it is reported as.
    pub fn entity(self) -> Entity {
        match self {
            Self::Person => Entity::Person,
            Self::Organization => Entity::Organization,
            Self::Place => Entity::Location,
            Self::Group => Entity::Nrp,
            Self::Street => Entity::StreetAddress,
            Self::Job => Entity::JobTitle,
        }
    }

    /// The label of token `at` of an entity of `length` tokens.
    pub fn label(self, at: usize, length: usize) -> Label {
        let first = match self {
            Self::Person => 1,
            Self::Organization => 5,
            Self::Place => 9,
            Self::Group => return 13,
            Self::Street => return 14,
            Self::Job => return 15,
        };
        match (at, length) {
            (_, 1) => first + 3,
            (0, _) => first,
            (at, length) if at + 1 == length => first + 2,
            _ => first + 1,
        }
    }
}

/// The class of a label; `None` outside.
pub fn class_of(label: Label) -> Option<Class> {
    match label {
        1..=4 => Some(Class::Person),
        5..=8 => Some(Class::Organization),
        9..=12 => Some(Class::Place),
        13 => Some(Class::Group),
        14 => Some(Class::Street),
        15 => Some(Class::Job),
        _ => None,
    }
}

/// Position in a many-token entity: 0 first, 1 inside, 2 last, 3 single.
fn position(label: Label) -> Option<usize> {
    (1..=12).contains(&label).then(|| (label - 1) % 4)
}

/// An entity may begin, or nothing, with this label.
pub fn may_start(label: Label) -> bool {
    position(label).is_none_or(|p| p == 0 || p == 3)
}

/// An entity may end, or nothing, with this label.
pub fn may_end(label: Label) -> bool {
    position(label).is_none_or(|p| p == 2 || p == 3)
}

/// `after` may follow `before`.
pub fn may_follow(before: Label, after: Label) -> bool {
    if may_end(before) {
        return may_start(after);
    }
    class_of(before) == class_of(after) && !may_start(after)
}
