//! Packs and all of them together.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::civil::Date;
use toml::Spanned;

use crate::check::{self, File};
use crate::{Fact, Kind, PackHead, Problem, Regime, Status};

/// The packs that come with Privet, as (file, text).
const SHIPPED: [(&str, &str); 12] = [
    ("eu.toml", include_str!("../data/packs/eu.toml")),
    ("uk.toml", include_str!("../data/packs/uk.toml")),
    ("us-ca.toml", include_str!("../data/packs/us-ca.toml")),
    ("us.toml", include_str!("../data/packs/us.toml")),
    ("cn.toml", include_str!("../data/packs/cn.toml")),
    ("cn-standards.toml", include_str!("../data/packs/cn-standards.toml")),
    ("br.toml", include_str!("../data/packs/br.toml")),
    ("sg.toml", include_str!("../data/packs/sg.toml")),
    ("jp.toml", include_str!("../data/packs/jp.toml")),
    ("kr.toml", include_str!("../data/packs/kr.toml")),
    ("in.toml", include_str!("../data/packs/in.toml")),
    ("world.toml", include_str!("../data/packs/world.toml")),
];

/// One file of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Which, and how new.
    pub head: PackHead,
    /// The laws it describes.
    pub regimes: Vec<Regime>,
    /// What they say.
    pub facts: Vec<Fact>,
}

impl Pack {
    /// Reads a pack and checks what can be checked within it.
    ///
    /// # Errors
    /// Every fault found, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        Self::read(file, text, None)
    }

    /// The same, and checks it against the packs it will stand beside: facts it refers to must be in
    /// one of them, and no id of its own may be.
    ///
    /// # Errors
    /// Every fault found, with its line.
    pub fn parse_beside(file: &str, text: &str, others: &Law) -> Result<Self, Vec<Problem>> {
        Self::read(file, text, Some(others))
    }

    fn read(name: &str, text: &str, others: Option<&Law>) -> Result<Self, Vec<Problem>> {
        let (file, mut problems) = check::read(name, text);
        problems.extend(check::check(name, text, &file, others));
        problems.sort_by_key(|problem| problem.line);
        let File { pack: Some(head), regimes, facts } = file else { return Err(problems) };
        if !problems.is_empty() {
            return Err(problems);
        }
        let pack = Self {
            head: head.into_inner(),
            regimes: regimes.into_iter().map(Spanned::into_inner).collect(),
            facts: facts.into_iter().map(Spanned::into_inner).collect(),
        };
        if !pack.head.amends {
            return Ok(pack);
        }
        // That the pack it changes is there was checked.
        let base = others.and_then(|law| law.packs().find(|one| one.head.id == pack.head.id));
        Ok(match base {
            Some(base) => base.amended(pack),
            None => pack,
        })
    }

    /// This pack with what an amendment says instead of its own statements of the same id.
    fn amended(&self, change: Self) -> Self {
        let Self { head, regimes, facts } = change;
        let mut all = self.clone();
        all.regimes.retain(|own| !regimes.iter().any(|new| new.id == own.id));
        all.facts.retain(|own| {
            !head.removes.contains(&own.id) && !facts.iter().any(|new| new.id == own.id)
        });
        all.regimes.extend(regimes);
        all.facts.extend(facts);
        all.head = PackHead { amends: false, removes: Vec::new(), ..head };
        all
    }

    /// The pack as a file that reads as the same pack.
    ///
    /// # Errors
    /// None that is known: every part of a pack has a form in TOML.
    pub fn to_text(&self) -> Result<String, toml::ser::Error> {
        #[derive(serde::Serialize)]
        struct Out<'a> {
            pack: &'a PackHead,
            regime: &'a [Regime],
            fact: &'a [Fact],
        }
        toml::to_string(&Out { pack: &self.head, regime: &self.regimes, fact: &self.facts })
    }
}

/// All packs in use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Law {
    packs: BTreeMap<String, Pack>,
}

impl Law {
    /// The packs that come with Privet.
    pub fn shipped() -> &'static Self {
        static LAW: OnceLock<Law> = OnceLock::new();
        LAW.get_or_init(|| {
            let packs = SHIPPED.iter().filter_map(|(file, text)| Pack::parse(file, text).ok());
            Self { packs: packs.map(|pack| (pack.head.id.clone(), pack)).collect() }
        })
    }

    /// The same law with this pack instead of the one with its id.
    #[must_use]
    pub fn with(mut self, pack: Pack) -> Self {
        self.packs.insert(pack.head.id.clone(), pack);
        self
    }

    /// The packs, by id.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.packs.values()
    }

    /// All regimes.
    pub fn regimes(&self) -> impl Iterator<Item = &Regime> {
        self.packs.values().flat_map(|pack| &pack.regimes)
    }

    /// One regime.
    pub fn regime(&self, id: &str) -> Option<&Regime> {
        self.regimes().find(|regime| regime.id == id)
    }

    /// All facts, also those that are proposed, not yet or no longer in force.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.packs.values().flat_map(|pack| &pack.facts)
    }

    /// The fact with this id that holds on a day.
    pub fn fact(&self, id: &str, day: Date) -> Option<&Fact> {
        self.facts().find(|fact| fact.id == id && fact.holds(day))
    }

    /// What a regime says on a day about one matter.
    pub fn about<'a>(
        &'a self,
        regime: &'a str,
        kind: Kind,
        day: Date,
    ) -> impl Iterator<Item = &'a Fact> {
        self.facts()
            .filter(move |fact| fact.regime == regime && fact.kind == kind && fact.holds(day))
    }
}

impl Fact {
    /// Whether this is law on a day. A proposal never is.
    pub fn holds(&self, day: Date) -> bool {
        self.status == Status::InForce
            && self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_pack_is_read() {
        for (file, text) in SHIPPED {
            if let Err(problems) = Pack::parse(file, text) {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                panic!("{}", lines.join("\n"));
            }
        }
    }
}
