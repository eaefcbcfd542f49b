//! Whose row is it? The rules that decide whose data is handed out or deleted; the crate's
//! documentation tells them in order. Nothing here reads a database.

use std::collections::HashSet;

use purge::{LIST, Value};

use crate::ground::{About, Kind, Spelling, Whose};

/// How a row was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// A verified identifier was found in it.
    Identifier,
    /// It refers to a row of the person's, which may be shared.
    Refers { shared: bool },
    /// Rows of the person's refer to it.
    Exclusive,
}

/// What an identifier cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing: NULL, or nothing but blanks.
    Silent,
    /// The person.
    Person,
    /// Somebody else: the kind is verified, the value is none of the person's.
    Somebody,
    /// Nobody knows: no value of the kind is verified.
    Unknown,
    /// It holds several values, of which one names the person and another does not.
    Mixed,
}

/// Whose row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The person's.
    Own,
    /// The person's and somebody else's.
    Shared,
    /// It has an identifier of the person's that others may share, and another that speaks against
    /// it: somebody must look.
    Doubtful,
    /// Not the person's.
    Other,
}

/// An identifier column, with what is looked for in it.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    /// Its place among the columns that are read.
    pub at: usize,
    pub kind: Kind,
    pub shareable: bool,
    pub spelling: Spelling,
    /// Folded verified values; `None` where the kind is not verified.
    pub wanted: Option<HashSet<String>>,
}

impl Looked {
    pub fn mark(&self, row: &[Value]) -> Mark {
        let Some(text) = row.get(self.at).and_then(Value::text) else { return Mark::Silent };
        if text.contains(LIST) {
            return self.mark_list(&text);
        }
        let folded = self.spelling.fold(&text);
        if folded.trim().is_empty() {
            return Mark::Silent;
        }
        match &self.wanted {
            None => Mark::Unknown,
            Some(wanted) if wanted.contains(&folded) => Mark::Person,
            Some(_) => Mark::Somebody,
        }
    }
}

impl Looked {
    /// Of a cell of a file with several values.
    fn mark_list(&self, text: &str) -> Mark {
        let one = |text: &str| {
            let folded = self.spelling.fold(text);
            let wanted = self.wanted.as_ref();
            (!folded.trim().is_empty()).then(|| wanted.is_some_and(|all| all.contains(&folded)))
        };
        let marks: Vec<bool> = text.split(LIST).filter_map(one).collect();
        match () {
            () if marks.is_empty() => Mark::Silent,
            () if self.wanted.is_none() => Mark::Unknown,
            () if marks.iter().all(|person| *person) => Mark::Person,
            () if marks.contains(&true) => Mark::Mixed,
            () => Mark::Somebody,
        }
    }
}

/// What the cells of one row say together.
pub(crate) struct Said<'a> {
    looked: &'a [Looked],
    marks: Vec<Mark>,
    /// An identifier that nobody shares names the person.
    surely: bool,
}

impl<'a> Said<'a> {
    pub fn new(looked: &'a [Looked], row: &[Value]) -> Self {
        let marks: Vec<Mark> = looked.iter().map(|one| one.mark(row)).collect();
        let surely = looked.iter().zip(&marks).any(|(l, m)| *m == Mark::Person && !l.shareable);
        Self { looked, marks, surely }
    }

    /// The cell names somebody else, and nothing in the row outweighs it: beside an identifier that
    /// nobody shares, another telephone number is just another number.
    fn against(&self, n: usize) -> bool {
        self.marks[n] == Mark::Somebody && (!self.surely || !self.looked[n].shareable)
    }

    fn any_against(&self) -> bool {
        (0..self.marks.len()).any(|n| self.against(n))
    }

    fn names_the_person(&self) -> bool {
        self.marks.contains(&Mark::Person)
    }

    /// Something speaks against it that is of another kind than all that speak for it: `to` beside
    /// `from` is the other end of a message, a customer number beside a telephone is a contradiction.
    fn contradicted(&self) -> bool {
        let agreed = |kind: &Kind| {
            let mut both = self.looked.iter().zip(&self.marks);
            both.any(|(looked, mark)| *mark == Mark::Person && looked.kind == *kind)
        };
        (0..self.marks.len()).any(|n| self.against(n) && !agreed(&self.looked[n].kind))
    }

    /// Whose row it is. `named`: a reference of it leads to a person's row that is not this person's.
    pub fn verdict(&self, about: About, reach: Reach, named: bool) -> Verdict {
        if self.marks.contains(&Mark::Mixed) {
            return Verdict::Doubtful;
        }
        match (about, reach) {
            (About::Person, Reach::Identifier) => self.person_by_identifier(),
            (About::Person, Reach::Refers { shared }) => {
                let against = (0..self.marks.len())
                    .any(|n| self.marks[n] == Mark::Somebody && !self.looked[n].shareable);
                if self.surely || !shared && !against { Verdict::Own } else { Verdict::Other }
            }
            (About::Things, Reach::Identifier) => {
                if !self.names_the_person() {
                    Verdict::Other
                } else if !self.surely && (named || self.contradicted()) {
                    Verdict::Doubtful
                } else if named || self.any_against() {
                    Verdict::Shared
                } else {
                    Verdict::Own
                }
            }
            (About::Things, Reach::Refers { shared }) => {
                if named || self.any_against() || shared && !self.surely {
                    Verdict::Shared
                } else {
                    Verdict::Own
                }
            }
            (_, Reach::Exclusive) => {
                let strange = |mark: &Mark| matches!(mark, Mark::Somebody | Mark::Unknown);
                if named || self.marks.iter().any(strange) { Verdict::Other } else { Verdict::Own }
            }
        }
    }

    fn person_by_identifier(&self) -> Verdict {
        if !self.names_the_person() {
            Verdict::Other
        } else if self.contradicted() {
            Verdict::Doubtful
        } else {
            Verdict::Own
        }
    }

    /// The cells, by their places, that are not for the person's eyes. `naming` are the columns of
    /// references to other people's rows.
    pub fn redacted(
        &self,
        about: About,
        verdict: Verdict,
        cells: &Cells,
        naming: &[usize],
    ) -> Vec<usize> {
        if verdict == Verdict::Own && about == About::Things {
            return Vec::new();
        }
        let mark_of = |at: usize| self.looked.iter().position(|looked| looked.at == at);
        let against = |at: usize| mark_of(at).is_some_and(|n| self.against(n));
        let keeps = |at: usize, whose: &Placed| {
            let person = mark_of(at).is_some_and(|n| self.marks[n] == Mark::Person);
            match whose {
                _ if against(at) => false,
                _ if person => true,
                Placed::With(other) if verdict == Verdict::Own => !against(*other),
                Placed::With(other) => {
                    mark_of(*other).is_some_and(|n| self.marks[n] == Mark::Person)
                }
                Placed::Owner => true,
                Placed::Unsaid => verdict == Verdict::Own,
            }
        };
        let mut out: Vec<usize> =
            cells.0.iter().filter(|(at, whose)| !keeps(*at, whose)).map(|(at, _)| *at).collect();
        if verdict == Verdict::Shared {
            out.extend_from_slice(naming);
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// [`Whose`], with the column's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Placed {
    Unsaid,
    Owner,
    With(usize),
}

/// The personal cells of a row, by their places.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cells(pub Vec<(usize, Placed)>);

impl Placed {
    /// `With` a column that names nobody is as good as nothing said.
    pub fn new(whose: &Whose, identifier: impl Fn(&str) -> Option<usize>) -> Self {
        match whose {
            Whose::Unsaid => Self::Unsaid,
            Whose::Owner => Self::Owner,
            Whose::With(column) => identifier(column).map_or(Self::Unsaid, Self::With),
        }
    }
}

#[cfg(test)]
mod tests {
    use purge::Alike;

    use super::*;

    fn looked(at: usize, kind: &str, shareable: bool, wanted: &[&str]) -> Looked {
        let wanted = wanted.iter().map(|text| (*text).to_owned()).collect();
        let spelling = Spelling::Alike(Alike::Address);
        Looked { at, kind: kind.into(), shareable, spelling, wanted: Some(wanted) }
    }

    fn verdict(cells: [&str; 3], about: About, reach: Reach, named: bool) -> Verdict {
        let all = [
            looked(0, "email", false, &["anna@x"]),
            looked(1, "email", false, &["anna@x"]),
            looked(2, "phone", true, &["138"]),
        ];
        let row = cells.map(|text| match text {
            "" => Value::Null,
            text => Value::Text(text.to_owned()),
        });
        Said::new(&all, &row).verdict(about, reach, named)
    }

    #[test]
    fn the_rules_decide_as_they_are_written() {
        use About::{Person, Things};
        use Reach::{Exclusive, Identifier};
        use Verdict::{Doubtful, Other, Own, Shared};
        let (own, shared) = (Reach::Refers { shared: false }, Reach::Refers { shared: true });
        for (cells, about, reach, named, wanted) in [
            (["anna@x", "", ""], Things, Identifier, false, Own),
            // A message has two ends.
            (["Anna@X", "bo@x", ""], Things, Identifier, false, Shared),
            // Another telephone beside the right address is another telephone.
            (["anna@x", "", "139"], Things, Identifier, false, Own),
            (["", "", "138"], Things, Identifier, false, Own),
            (["bo@x", "", "138"], Things, Identifier, false, Doubtful),
            (["", "", "138"], Things, Identifier, true, Doubtful),
            (["anna@x", "", ""], Things, Identifier, true, Shared),
            (["anna@x", "bo@x", "139"], Person, Identifier, false, Own),
            (["bo@x", "", "138"], Person, Identifier, false, Doubtful),
            (["", "", ""], Things, own, false, Own),
            (["", "", "139"], Things, own, false, Shared),
            (["", "", ""], Things, shared, false, Shared),
            (["anna@x", "", ""], Things, shared, false, Own),
            (["", "", ""], Things, own, true, Shared),
            (["", "", ""], Person, own, false, Own),
            (["", "", "139"], Person, own, false, Own),
            (["bo@x", "", ""], Person, own, false, Other),
            (["", "", ""], Person, shared, false, Other),
            (["", "", ""], Things, Exclusive, false, Own),
            (["", "", "139"], Things, Exclusive, false, Other),
            (["", "", ""], Things, Exclusive, true, Other),
        ] {
            let found = verdict(cells, about, reach, named);
            assert_eq!(found, wanted, "{cells:?} {about:?} {reach:?} named {named}");
        }
    }

    #[test]
    fn an_exclusive_row_that_names_anybody_unknown_is_left() {
        let unknown = Looked { wanted: None, ..looked(0, "card", false, &[]) };

        let said = Said::new(std::slice::from_ref(&unknown), &[Value::Text("7".into())]);

        assert_eq!(said.verdict(About::Things, Reach::Exclusive, false), Verdict::Other);
        assert_eq!(
            said.verdict(About::Things, Reach::Refers { shared: false }, false),
            Verdict::Own
        );
    }
}
